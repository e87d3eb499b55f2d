/** What an answer of the Logs Ingestion API means. Only 204 is success; the rest follows the service's documented statuses. */
import type { PipelineResponse } from '@azure/core-rest-pipeline';

export interface Answer {
  readonly status: number;
  /** `error.code` of the body, or empty. */
  readonly code: string;
  readonly message: string;
  /** Milliseconds that the service asks us to wait. */
  readonly retryAfter?: number;
  /** All of it on one line, for messages; at most 300 characters. */
  readonly text: string;
}

export type AnswerKind = 'accepted' | 'refusedRows' | 'tooLarge' | 'unauthorized' | 'configuration' | 'unavailable';

/** Codes of a 400 that speak of the rule or the request, not of a row. */
const CONFIGURATION_CODES = new Set(['InvalidStream', 'InvalidContentEncoding', 'InvalidApiVersion', 'InvalidUri']);

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

export function classify({ status, code }: Answer): AnswerKind {
  if (status === 204) return 'accepted';
  if (status === 413) return 'tooLarge';
  if (status === 400) return CONFIGURATION_CODES.has(code) ? 'configuration' : 'refusedRows';
  if (status === 401 || status === 403) return 'unauthorized';
  if (PASSING.has(status) || status >= 500) return 'unavailable';
  // 404, 3xx, 200 and the like: whoever answers is not the endpoint of this rule.
  return 'configuration';
}

export function readAnswer(response: PipelineResponse): Answer {
  const { status, headers } = response;
  const body = response.bodyAsText ?? '';
  const { code, message } = errorOf(body);
  const said = code || message ? `${code} ${message}`.trim() : body.replaceAll(/\s+/g, ' ').trim();
  const text = `status ${status}${said === '' ? '' : `: ${said}`}`;
  return {
    status,
    code,
    message: message.slice(0, 500),
    retryAfter: retryAfter((name) => headers.get(name)),
    text: text.length > 300 ? `${text.slice(0, 299)}…` : text,
  };
}

function errorOf(body: string): { code: string; message: string } {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } };
    return { code: textOf(error?.code).slice(0, 100), message: textOf(error?.message) };
  } catch {
    return { code: '', message: '' };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Milliseconds, from `retry-after-ms`, `x-ms-retry-after-ms` or `Retry-After` (seconds or an HTTP date; a date is measured
 * against the answer's own Date, as our clock may differ from the service's).
 */
export function retryAfter(header: (name: string) => string | undefined): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = Number(header(name) ?? Number.NaN);
    if (Number.isFinite(value) && value >= 0) return value;
  }
  const text = header('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  const now = Date.parse(header('date') ?? '');
  return Number.isNaN(at) ? undefined : Math.max(0, at - (Number.isNaN(now) ? Date.now() : now));
}
