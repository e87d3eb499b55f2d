/**
 * The LogQuery port over the Logs Query API. The SDK's client gives token, headers and pipeline; the answer is read by
 * ourselves, from the transport: the client spends a tenth of a millisecond on each row, turns null times into 1970, loses the
 * details of partial errors and breaks one-element arrays. Retries are ours too: the SDK's would wait four times for a
 * query that is too slow.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDefaultHttpClient, type HttpClient, type PipelineResponse } from '@azure/core-rest-pipeline';
import { LogsQueryClient } from '@azure/monitor-query';
import { describeError, FlowtrapError } from '../errors';
import type { LogQuery, QueryTable } from '../ports';
import type { TokenCredential } from './credential';
import { type QueryAnswer, readQueryAnswer } from './logQueryAnswer';
import { credentialError } from './storageError';

export interface LogQueryOptions {
  /** Customer id of the workspace. */
  readonly workspaceId: string;
  readonly credential: TokenCredential;
  /** Another transport: see loopback.ts. */
  readonly httpClient?: HttpClient;
  /** Attempts at one query. */
  readonly attempts?: number;
  /** First pause between attempts (milliseconds); doubles. */
  readonly firstPause?: number;
  /** Longest pause that is waited for, whatever Retry-After says (milliseconds). */
  readonly longestPause?: number;
  /** What the client allows beyond the service's own limit (milliseconds). */
  readonly grace?: number;
  /** Seconds that the service may work on a query, one after the other. */
  readonly waits?: readonly number[];
}

/** The service runs five queries of one identity at once (log query limits page); more would wait in its queue. */
const AT_ONCE = 5;
/** Seconds that the service may work on a query: its default, and once more for a slow one. */
const WAITS: readonly number[] = [180, 300];
/** What the client allows beyond that (milliseconds). */
const GRACE = 20_000;

interface Caught {
  response?: PipelineResponse;
}

/** @throws FlowtrapError see the port. */
export function createLogQuery(options: LogQueryOptions): LogQuery {
  const { workspaceId, credential, attempts = 4, firstPause = 1000, longestPause = 30_000 } = options;
  const { grace = GRACE, waits = WAITS } = options;
  const calls = new AsyncLocalStorage<Caught>();
  const client = new LogsQueryClient(credential, {
    httpClient: catching(options.httpClient ?? createDefaultHttpClient(), calls),
    retryOptions: { maxRetries: 0 },
  });
  const slots = new Slots(AT_ONCE);
  const subject = `query on workspace ${workspaceId}`;

  const ask = async (kql: string, span: { from: Date; to: Date } | undefined, wait: number): Promise<QueryAnswer> => {
    const caught: Caught = {};
    const timeout = AbortSignal.timeout(wait * 1000 + grace);
    try {
      await calls.run(caught, () =>
        client.queryWorkspace(
          workspaceId,
          kql,
          span === undefined ? (undefined as never) : { startTime: span.from, endTime: span.to },
          { serverTimeoutInSeconds: wait, abortSignal: timeout },
        ),
      );
    } catch (error) {
      // Whatever the client makes of an answer, the answer itself tells more.
      if (caught.response === undefined && timeout.aborted) return noAnswerInTime(wait, subject);
      if (caught.response === undefined) throw noAnswer(error, subject);
    }
    if (caught.response === undefined) throw noAnswer(undefined, subject);
    return readQueryAnswer(caught.response, subject);
  };

  const run = async (kql: string, span: { from: Date; to: Date } | undefined): Promise<QueryTable> => {
    let slow = 0;
    let pause = firstPause;
    for (let attempt = 1; ; attempt++) {
      const answer = await ask(kql, span, waits[slow] ?? waits[0] ?? 180).catch(passingError);
      if (answer.kind === 'table') return answer.table;
      if (answer.kind === 'tooSlow' && ++slow < waits.length) continue;
      if (answer.kind !== 'passing') throw answer.error;
      const wait = Math.max(answer.retryAfter, pause * (0.5 + Math.random() / 2));
      if (attempt >= attempts || wait > longestPause) throw answer.error;
      await sleep(wait);
      pause *= 2;
    }
  };

  return { query: (kql, span) => slots.use(() => run(kql, span)) };
}

/** The service kept silent for longer than it may: a slow query, not one to repeat again and again. */
function noAnswerInTime(wait: number, subject: string): QueryAnswer {
  const what = `the query service did not answer within the ${wait} seconds that it was given.`;
  const fix = 'Make the rule cheaper, or its period shorter; if every query is so slow, see the health of the service.';
  return { kind: 'tooSlow', error: new FlowtrapError('unavailable', what, { subject, fix }) };
}

/** A request without an answer: trying again may help. */
function passingError(error: unknown): QueryAnswer {
  if (error instanceof FlowtrapError && error.code === 'unavailable') return { kind: 'passing', error, retryAfter: 0 };
  throw error;
}

/** Keeps each answer, and gives the client an empty one instead of a table. */
function catching(transport: HttpClient, calls: AsyncLocalStorage<Caught>): HttpClient {
  return {
    async sendRequest(request) {
      const response = await transport.sendRequest(request);
      const caught = calls.getStore();
      if (caught !== undefined) caught.response = response;
      return response.status === 200 ? { ...response, bodyAsText: '{"tables":[]}' } : response;
    },
  };
}

function noAnswer(error: unknown, subject: string): FlowtrapError {
  const known = error instanceof FlowtrapError ? error : credentialError(error, subject);
  return (
    known ??
    new FlowtrapError('unavailable', `the query service did not answer (${describeError(error)}).`, {
      subject,
      fix: 'It is tried again by itself.',
      cause: error,
    })
  );
}

/** Lets a number of tasks run at once; the others wait in order. */
class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
