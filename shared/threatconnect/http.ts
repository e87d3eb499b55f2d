/** GET requests to ThreatConnect: signed for every attempt, bounded in size and time, retried where that can help. */

import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { isLoopback, type ThreatConnectSettings } from '../config';
import { SECOND } from '../duration';
import { describeError } from '../errors';
import type { Clock, Log } from '../ports';
import { joinSignals } from '../signals';
import { AnswerError, answerError, type Envelope, type HttpAnswer, readEnvelope } from './answers';
import { authenticationHeaders } from './authentication';

/** Bytes of one answer after decompression: above it, ask for smaller pages. */
const MAX_ANSWER = 64 * 1024 * 1024;
/** Time for one answer as a whole. */
const TIMEOUT = 120 * SECOND;
/** The longest pause that a Retry-After is obeyed for; a run must end within the function's time. */
const MAX_PAUSE = 60 * SECOND;

export interface HttpDependencies {
  readonly settings: ThreatConnectSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Pauses between attempts, in milliseconds; replaced in tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

export interface Answer extends Envelope {
  readonly serverTime: Date | undefined;
}

/** How often a failure is tried again, by status (see AnswerError); others: not at all. */
const RETRIES: Readonly<Record<number, number>> = { 0: 3, 200: 2, 401: 1, 429: 4, 500: 3, 502: 3, 503: 2, 504: 3 };

/**
 * Gets one resource.
 * @param path below the base URL, for example `/v3/indicators`.
 * @param parameters names and values of the query, unencoded, in order; a name may repeat.
 * @throws AnswerError `unauthorized`, `refused`, `notFound`, `unavailable`, `limit` (answer too large).
 */
export async function get(
  dependencies: HttpDependencies,
  path: string,
  parameters: readonly (readonly [string, string])[] = [],
): Promise<Answer> {
  const { settings, clock, log, signal, pause = defaultPause } = dependencies;
  const query = parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const url = new URL(`${settings.url}${path}${query === '' ? '' : `?${query}`}`);
  signal?.throwIfAborted();
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryOnce(url, settings, clock.now(), signal);
    if ('data' in outcome) return outcome;
    signal?.throwIfAborted();
    const { error, retryAfter } = outcome;
    const mayHelp = error.code !== 'refused' && attempt < (RETRIES[error.status] ?? 0);
    if (!mayHelp) throw error;
    const wait = Math.min(retryAfter ?? SECOND * 2 ** attempt * (0.5 + Math.random()), MAX_PAUSE);
    log.warn(`${error.message} Attempt ${attempt + 2} follows in ${Math.round(wait / 100) / 10} s.`);
    await pause(wait, signal);
  }
}

interface Failure {
  readonly error: AnswerError;
  readonly retryAfter?: number | undefined;
}

async function tryOnce(
  url: URL,
  settings: ThreatConnectSettings,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<Answer | Failure> {
  const request = `GET ${url.pathname}`;
  // Axios' own timeout watches for silence only; a server that sends drop by drop must end too.
  const deadline = AbortSignal.timeout(TIMEOUT);
  const ends = joinSignals(deadline, ...(signal === undefined ? [] : [signal]));
  let answer: HttpAnswer;
  try {
    answer = await send(url, authenticationHeaders(settings.authentication, 'GET', url, now), now, ends.signal);
  } catch (cause) {
    return { error: transportError(request, url, cause, deadline.aborted) };
  } finally {
    ends.release();
  }
  if (answer.status !== 200) return { error: answerError(request, answer, now), retryAfter: answer.retryAfter };
  try {
    return { ...readEnvelope(request, answer), serverTime: answer.serverTime };
  } catch (error) {
    if (error instanceof AnswerError) return { error };
    throw error;
  }
}

/** The transport's own error is not kept as a cause: it carries the request's headers, and with them the credentials. */
function transportError(request: string, url: URL, cause: unknown, timedOut: boolean): AnswerError {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  if (String(message).includes('maxContentLength')) {
    const what = `the answer has more than ${MAX_ANSWER / 1024 / 1024} MB.`;
    return new AnswerError('limit', what, { subject: request, fix: 'Ask for fewer rows a page.' }, 413);
  }
  const late = timedOut || code === 'ETIMEDOUT';
  const why =
    [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ') || describeError(cause);
  const fix = 'Check THREATCONNECT_URL, name resolution, firewall and TLS; the sync goes on with the next run.';
  return new AnswerError(
    'unavailable',
    `${url.host} gave no answer (${why}).`,
    { subject: request, fix },
    late ? 408 : 0,
  );
}

async function send(url: URL, headers: Record<string, string>, now: Date, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await axios.get<string>(url.href, {
    headers: { ...headers, Accept: 'application/json' },
    responseType: 'text',
    // Axios would parse JSON by itself and round the ids.
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER,
    signal,
    ...(isLoopback(url.hostname) ? { proxy: false } : {}),
  });
  const date = new Date(String(response.headers.date ?? ''));
  const serverTime = Number.isNaN(date.getTime()) ? undefined : date;
  return {
    status: response.status,
    body: typeof response.data === 'string' ? response.data : '',
    serverTime,
    retryAfter: retryAfter(response.headers['retry-after'], serverTime ?? now),
  };
}

/** Retry-After in milliseconds: seconds, or an HTTP date relative to the server's clock. */
function retryAfter(header: unknown, now: Date): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * SECOND;
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now.getTime());
}

async function defaultPause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal ? { signal } : {});
}
