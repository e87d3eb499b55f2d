/** A typed error as an HTTP answer: `{error: {code, message}}`. */
import type { HttpResponseInit } from '@azure/functions';
import { describeError, type ErrorCode, FlowtrapError } from '../shared/errors';

const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  malformed: 400,
  notFound: 404,
  limit: 400,
  conflict: 409,
};

/** What a caller cannot mend (configuration, services) is 503. */
export function httpError(error: unknown): HttpResponseInit {
  const code = error instanceof FlowtrapError ? error.code : 'unavailable';
  return { status: STATUS[code] ?? 503, jsonBody: { error: { code, message: describeError(error) } } };
}
