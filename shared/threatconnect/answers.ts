/** What ThreatConnect's HTTP answers mean: the envelope of v3, and each refusal as a typed error with its fix. */
import { type ErrorCode, type ErrorDetails, FlowtrapError } from '../errors';
import { parseLossless } from './losslessJson';

/** One HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The server's clock (Date header), if it told. */
  readonly serverTime: Date | undefined;
  /** Milliseconds that the server asks us to wait (Retry-After). */
  readonly retryAfter: number | undefined;
}

/** A request that ended without success. */
export class AnswerError extends FlowtrapError {
  constructor(
    code: ErrorCode,
    what: string,
    details: ErrorDetails,
    /** HTTP status; 0: no answer, 408: none within our time, 413: one that is larger than we take. */
    readonly status: number,
  ) {
    super(code, what, details);
  }
}

/** The members of a successful answer. */
export interface Envelope {
  readonly data: unknown;
  /** Whether the server says that there are more rows. */
  readonly more: boolean;
}

/**
 * Takes a successful answer apart.
 * @param request what was asked, for messages: method and path without query.
 * @throws AnswerError `refused` for an HTML page or a status other than Success, `unavailable` for cut-off JSON.
 */
export function readEnvelope(request: string, answer: HttpAnswer): Envelope {
  let parsed: unknown;
  try {
    parsed = parseLossless(answer.body);
  } catch (cause) {
    if (isMarkup(answer.body)) throw markupError(request, answer);
    const what = `ThreatConnect answered ${answer.status} with incomplete JSON, beginning ${excerpt(answer.body)}`;
    const fix = 'The sync goes on from the same place with the next run; if it persists, look at proxies in between.';
    throw new AnswerError('unavailable', what, { subject: request, fix, cause }, answer.status);
  }
  const { status, data, next } = (parsed ?? {}) as Record<string, unknown>;
  if (status !== 'Success') {
    const what = `ThreatConnect answered ${answer.status} without success: ${excerpt(answer.body)}`;
    const fix = 'Look the message up in the ThreatConnect documentation; the sync goes on from the same place.';
    throw new AnswerError('refused', what, { subject: request, fix }, answer.status);
  }
  return { data, more: typeof next === 'string' && next !== '' };
}

/**
 * A refusal or failure as a typed error.
 * @param now our clock when the request was sent, to tell a wrong clock from a wrong key.
 */
export function answerError(request: string, answer: HttpAnswer, now: Date): AnswerError {
  const { status } = answer;
  if (status !== 401 && status < 500 && isMarkup(answer.body)) return markupError(request, answer);
  const [code, fix] = meaning(status, answer.body.slice(0, 10_000).toLowerCase(), answer.serverTime, now);
  const said = `ThreatConnect answered ${status}: ${excerpt(answer.body)}`;
  return new AnswerError(code, said, { subject: request, fix }, status);
}

/** Code and fix for a status (ThreatConnect developer documentation, HTTP status codes). */
function meaning(status: number, message: string, serverTime: Date | undefined, now: Date): [ErrorCode, string] {
  if (status === 401) return ['unauthorized', unauthorizedFix(message, serverTime, now)];
  if (status === 403 && message.includes('owner'))
    return ['unauthorized', 'Check the names in THREATCONNECT_OWNERS, and that the API user may read those owners.'];
  if (status === 403)
    return ['unauthorized', 'Check that the API user may read indicators, and that THREATCONNECT_URL is https.'];
  if (status === 404)
    return ['notFound', 'THREATCONNECT_URL must end with /api, for example https://app.threatconnect.com/api.'];
  if (status === 429) return ['unavailable', 'ThreatConnect throttles; the sync goes on with the next run.'];
  if (status === 503)
    return ['unavailable', 'This status means that the instance has no API licence: ask its administrator.'];
  if (status >= 500) return ['unavailable', 'The sync goes on from the same place with the next run.'];
  if (status >= 300 && status < 400)
    return ['refused', 'Redirects are not followed: THREATCONNECT_URL must be the address that the API itself has.'];
  return ['refused', 'Check THREATCONNECT_FILTER: it must be one TQL expression that the instance accepts.'];
}

function unauthorizedFix(message: string, serverTime: Date | undefined, now: Date): string {
  const offset = serverTime === undefined ? 0 : Math.round((now.getTime() - serverTime.getTime()) / 1000);
  if (message.includes('timestamp') || Math.abs(offset) > 240) {
    return `The clocks differ by ${Math.abs(offset)} s (ours is ${offset < 0 ? 'behind' : 'ahead'}); ThreatConnect accepts 5 minutes. Set this machine's clock.`;
  }
  if (message.includes('signature')) {
    return 'Check THREATCONNECT_ACCESS_ID and THREATCONNECT_SECRET_KEY, and that no proxy rewrites the path (it is signed).';
  }
  return 'Check the credentials: THREATCONNECT_ACCESS_ID with THREATCONNECT_SECRET_KEY, or THREATCONNECT_TOKEN, which expires and dies when it is made anew.';
}

function isMarkup(body: string): boolean {
  return /^\s*<(!doctype|html|\?xml|head|body)/i.test(body.slice(0, 200));
}

function markupError(request: string, answer: HttpAnswer): AnswerError {
  const what = `HTTP ${answer.status} with a web page instead of JSON: ${excerpt(answer.body)}`;
  const fix =
    'A proxy or log-in page stands before the API: THREATCONNECT_URL must be the API itself and end with /api.';
  return new AnswerError('refused', what, { subject: request, fix }, answer.status);
}

/** The service's message, or the beginning of what it sent, as one line. */
function excerpt(body: string): string {
  let text = body;
  if (body.length < 100_000) {
    try {
      const { message } = (JSON.parse(body) ?? {}) as { message?: unknown };
      if (typeof message === 'string' && message !== '') text = message;
    } catch {
      // Not JSON: the text itself is shown.
    }
  }
  const line = text
    .slice(0, 2000)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (line === '') return '(empty body)';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
