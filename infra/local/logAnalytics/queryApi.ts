/** The Logs Query API for one workspace. */

import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { joinSignals } from '../../../shared/signals';
import { tokenProblem } from './http/bearer';
import { readBody } from './http/body';
import type { Answer, Exchange } from './http/server';
import type { Compilation } from './query/compilation';
import { discover, execute, type ResultLimits } from './query/execution';
import { QueryError } from './query/queryFault';
import type { Slots } from './query/slots';
import { compileInStages } from './query/stages';
import { intersect, parseTimespan } from './query/timespan';
import { faultAnswer, preferences, resultAnswer } from './queryAnswers';
import type { Settings } from './settings';

export interface QueryContext {
  readonly workspaceId: string;
  /** Any of these; undefined: tokens are not looked into. */
  readonly audiences: readonly string[] | undefined;
  /** Who shows it in `x-admin-key` needs no token of the right audience. */
  readonly adminKey: string;
  readonly settings: Settings;
  readonly compilation: Compilation;
  readonly slots: Slots;
  readonly limits: ResultLimits;
  connect(): Promise<DuckDBConnection>;
  /** What a connection must run before that SQL. */
  emptyViews(sql: string): readonly string[];
}

/** What was asked, for the log. */
export interface AskedQuery {
  readonly query: string;
  readonly timespan: string | undefined;
}

const BODY_BYTES = 4 * 1024 * 1024;

/** The workspace id or resource id that a path names; undefined for another path. The version prefix may be missing. */
export function queryCall(path: string): { readonly workspace: string } | undefined {
  const match = /^(?:\/v1)?\/(?:workspaces\/([^/]+)|(subscriptions\/.+?))(?:\/api)?\/query\/?$/i.exec(path);
  return match === null ? undefined : { workspace: match[1] ?? `/${match[2]}` };
}

/**
 * Reads the request.
 * @returns the query, or the answer that refuses it.
 */
export async function readQuery(
  context: QueryContext,
  call: { readonly workspace: string },
  { request, url }: Exchange,
): Promise<AskedQuery | { readonly answer: Answer }> {
  const refuse = (status: number, code: string, message: string, inner?: string) => ({
    answer: {
      status,
      body: {
        error: {
          message,
          code,
          correlationId: randomUUID(),
          ...(inner === undefined ? {} : { innererror: { code: inner, message } }),
        },
      },
    },
  });
  const isAdmin = request.headers['x-admin-key'] === context.adminKey;
  const token = tokenProblem(request, isAdmin ? undefined : context.audiences);
  if (token === 'missing') return refuse(401, 'AuthenticationFailed', 'Authentication failed: no bearer token.');
  if (token === 'audience')
    return refuse(403, 'InvalidAuthenticationTokenAudience', 'The token is for another audience.');
  if (token !== undefined) return refuse(403, 'InvalidTokenError', `The provided authentication token is ${token}.`);
  const isGuid = !call.workspace.startsWith('/');
  if (isGuid && call.workspace.toLowerCase() !== context.workspaceId.toLowerCase()) {
    return refuse(404, 'WorkspaceNotFoundError', `The workspace ${call.workspace} could not be found.`);
  }
  const inUrl = url.searchParams;
  if (request.method === 'GET') {
    const query = inUrl.get('query');
    if (query === null) return refuse(400, 'BadArgumentError', 'The query is missing.', 'QueryValidationError');
    return { query, timespan: inUrl.get('timespan') ?? undefined };
  }
  if (request.method !== 'POST') return refuse(404, 'PathNotFoundError', 'The requested path does not exist.');
  const body = await readBody(request, BODY_BYTES);
  if (body === undefined) return refuse(413, 'BadArgumentError', `The body is larger than ${BODY_BYTES} bytes.`);
  if (body.length === 0 || !/json/i.test(request.headers['content-type'] ?? '')) return { answer: { status: 200 } };
  let asked: unknown;
  try {
    asked = JSON.parse(body.toString('utf8'));
  } catch {
    return refuse(400, 'BadArgumentError', 'The request body is not JSON.', 'InvalidJsonBody');
  }
  const { query, timespan, workspaces } = (asked ?? {}) as {
    query?: unknown;
    timespan?: unknown;
    workspaces?: unknown;
  };
  if (typeof query !== 'string')
    return refuse(400, 'BadArgumentError', 'The query is missing.', 'QueryValidationError');
  if (timespan !== undefined && timespan !== null && typeof timespan !== 'string') {
    return refuse(400, 'BadArgumentError', 'The timespan is no text.', 'QueryValidationError');
  }
  const other = (Array.isArray(workspaces) ? workspaces : []).find(
    (name) => String(name).toLowerCase() !== context.workspaceId.toLowerCase(),
  );
  if (other !== undefined)
    return refuse(400, 'BadArgumentError', `No workspace ${String(other)} here.`, 'FailedToResolveResource');
  return { query, timespan: joinTimespans(timespan ?? undefined, inUrl.get('timespan') ?? undefined) };
}

const BOTH = ' & ';

/** One given in the body and one in the URL: both hold. */
function joinTimespans(inBody: string | undefined, inUrl: string | undefined): string | undefined {
  return inBody && inUrl ? inBody + BOTH + inUrl : inBody || inUrl;
}

/** @returns the answer, and how many rows it holds. */
export async function runQuery(
  context: QueryContext,
  asked: AskedQuery,
  { request, signal: gone }: Exchange,
): Promise<{ readonly answer: Answer; readonly rows: number }> {
  const prefer = preferences(request.headers.prefer as string | undefined);
  const { signal, release: releaseSignal } = joinSignals(gone, AbortSignal.timeout(prefer.wait * 1000));
  const started = performance.now();
  let release = (): void => undefined;
  try {
    const now = context.settings.now();
    const timespan = (asked.timespan ?? '')
      .split(BOTH)
      .map((part) => parseTimespan(part, now))
      .reduce(intersect);
    release = await context.slots.take(signal);
    const stage: Compilation['compile'] = (...args) => orAborted(context.compilation.compile(...args), signal);
    const connection = await context.connect();
    try {
      const made = new Set<string>();
      const addViews = async (sql: string): Promise<void> => {
        for (const view of context.emptyViews(sql).filter((one) => !made.has(one))) {
          await connection.run(view);
          made.add(view);
        }
      };
      const query = { kql: asked.query, now, timespan };
      const compiled = await compileInStages({ compile: stage }, query, async (discovery) => {
        await addViews(discovery.sql);
        return discover(connection, discovery, now, signal);
      });
      await addViews(compiled.sql);
      const result = await execute(connection, compiled, now, context.limits, signal);
      const seconds = (performance.now() - started) / 1000;
      const limit = result.cut === 'bytes' ? context.limits.bytes : context.limits.rows;
      return {
        answer: resultAnswer(result, prefer, { seconds, render: compiled.render, limit }),
        rows: result.rowCount,
      };
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    if (error instanceof QueryError) return { answer: faultAnswer(error.fault, randomUUID()), rows: 0 };
    throw error;
  } finally {
    release();
    releaseSignal();
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new QueryError({ kind: 'timeout', message: 'The query ran longer than it may.' }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
