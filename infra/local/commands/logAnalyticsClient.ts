/**
 * The local Log Analytics for commands: the running stack's, or, when none runs from this folder, a service of the command's
 * own on the same database.
 */
import '../logAnalytics/threadPool';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { appRoot } from '../../../shared/appRoot';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { ALERT_TABLE } from '../../../shared/detection/alertTable';
import { describeError, FlowtrapError } from '../../../shared/errors';
import { RUN_TABLE } from '../../../shared/runs/runTable';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';
import type { Column } from '../kql';
import { startLogAnalytics } from '../logAnalytics/service';
import { LOCAL } from '../stack/localIdentifiers';
import { lockFolder, readStackFile, stackFolder } from '../stack/stackFile';
import type { WorkspaceFolders } from '../workspace/contents';
import { allFolders } from './workspaceOptions';

/** As the service sends it: dynamic as JSON text. */
export type ServiceCell = string | number | boolean | null;

export interface QueryReply {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly ServiceCell[])[];
  /** Why rows are missing. */
  readonly partial?: string;
}

export interface StoredRows {
  readonly rows: number;
  readonly droppedRows: number;
  readonly droppedColumns: readonly string[];
}

export interface LogAnalyticsClient {
  /**
   * @param timespan ISO 8601: `PT12H`, `start/end`, `start/duration` or `duration/end`.
   * @throws QueryFailure for a query that is refused.
   */
  query(kql: string, timespan?: string): Promise<QueryReply>;
  /** @param columns types of the table's columns, which is made when it is unknown. */
  putRows(
    table: string,
    rows: readonly Readonly<Record<string, unknown>>[],
    columns?: readonly Column[],
  ): Promise<StoredRows>;
  /** The table as rows can fill it; undefined when there is none. */
  table(name: string): Promise<readonly Column[] | undefined>;
  /** Files of the workspace's folders that were left out. */
  readonly problems: readonly string[];
  tables(): Promise<readonly { readonly name: string; readonly columns: readonly Column[]; readonly rows: number }[]>;
  close(): Promise<void>;
}

/** A query that the service refused, with the place as far as it is known. */
export class QueryFailure extends FlowtrapError {
  constructor(
    what: string,
    /** From 1; 0 when unknown. */
    readonly line: number,
    /** From 1. */
    readonly column: number,
    readonly text: string,
  ) {
    super('malformed', what);
    this.name = 'QueryFailure';
  }
}

/**
 * @param cwd where `.flowtrap/` lies.
 * @param folders read in addition to those beside it; a running stack keeps what it read.
 * @throws FlowtrapError `conflict` when another process is busy with the folder.
 */
export async function openLogAnalytics(cwd: string, folders: WorkspaceFolders = {}): Promise<LogAnalyticsClient> {
  const folder = stackFolder(cwd);
  const running = readStackFile(folder);
  if (running !== undefined) {
    const { logAnalyticsUrl, logAnalyticsAdminKey, workspaceId } = running;
    const stack = client(logAnalyticsUrl, logAnalyticsAdminKey, workspaceId, [], async () => undefined);
    const isEmpty = [...(folders.functions ?? []), ...(folders.watchlists ?? [])].length === 0;
    return isEmpty ? stack : { ...stack, problems: await stack.addFolders(folders) };
  }
  const unlock = lockFolder(folder);
  try {
    const adminKey = randomBytes(16).toString('hex');
    const service = await startLogAnalytics({
      database: join(folder, 'logs.duckdb'),
      workspaceId: LOCAL.workspaceId,
      ruleId: LOCAL.ruleId,
      tables: [NETWORK_SESSION_TABLE, INDICATOR_TABLE, ALERT_TABLE, RUN_TABLE],
      adminKey,
      functionFolders: [join(appRoot(), 'shared/asim')],
      workspace: allFolders(folders, cwd),
      parserAtStart: false,
    });
    return client(service.url, adminKey, LOCAL.workspaceId, service.problems, async () => {
      await service.close();
      unlock();
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

function client(
  url: string,
  adminKey: string,
  workspaceId: string,
  problems: readonly string[],
  close: () => Promise<void>,
): LogAnalyticsClient & { addFolders(folders: WorkspaceFolders): Promise<readonly string[]> } {
  const call = async (path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }> => {
    try {
      const answer = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'x-admin-key': adminKey,
          'content-type': 'application/json',
          authorization: 'Bearer local',
          prefer: 'wait=600',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      throw new FlowtrapError('unavailable', `it does not answer: ${describeError(error)}.`, {
        subject: `Log Analytics at ${url}`,
        fix: 'Is the stack still running? Start it again with `flowtrap start`.',
        cause: error,
      });
    }
  };
  const admin = async (path: string, body?: unknown): Promise<unknown> => {
    const { status, text } = await call(path, body);
    if (status === 200) return JSON.parse(text);
    throw new FlowtrapError('refused', errorMessage(text) ?? `Log Analytics answered ${status}.`);
  };
  return {
    close,
    problems,
    async addFolders(folders) {
      return ((await admin('/admin/workspace', folders)) as { readonly problems: readonly string[] }).problems;
    },
    async table(name) {
      const { status, text } = await call(`/admin/tables/${encodeURIComponent(name)}`);
      if (status === 404) return undefined;
      if (status !== 200) throw new FlowtrapError('refused', errorMessage(text) ?? `Log Analytics answered ${status}.`);
      return (JSON.parse(text) as { readonly columns: readonly Column[] }).columns;
    },
    async query(query, timespan) {
      const { status, text } = await call(`/v1/workspaces/${workspaceId}/query`, { query, timespan });
      if (status !== 200) throw failure(status, text);
      const { tables, error } = JSON.parse(text) as {
        readonly tables: readonly Pick<QueryReply, 'columns' | 'rows'>[];
        readonly error?: { readonly details?: readonly { readonly innererror?: { readonly message?: string } }[] };
      };
      const { columns = [], rows = [] } = tables[0] ?? {};
      const partial =
        error === undefined ? {} : { partial: error.details?.[0]?.innererror?.message ?? 'rows are missing' };
      return { columns, rows, ...partial };
    },
    async putRows(table, rows, columns) {
      const body = columns === undefined ? rows : { columns, rows };
      return (await admin(`/admin/tables/${encodeURIComponent(table)}/rows`, body)) as StoredRows;
    },
    async tables() {
      const { tables } = (await admin('/admin/tables')) as {
        tables: Awaited<ReturnType<LogAnalyticsClient['tables']>>;
      };
      return tables;
    },
  };
}

interface ServiceError {
  readonly code?: string;
  readonly message?: string;
  readonly innererror?: ServiceError;
  readonly line?: number;
  readonly pos?: number;
  readonly token?: string;
}

function errorMessage(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { readonly error?: ServiceError }).error?.message;
  } catch {
    return undefined;
  }
}

function failure(status: number, text: string): QueryFailure {
  let innermost: ServiceError = {};
  try {
    innermost = (JSON.parse(text) as { readonly error?: ServiceError }).error ?? {};
    while (innermost.innererror !== undefined) innermost = innermost.innererror;
  } catch {
    // Not JSON: the status has to do.
  }
  const { message = `Log Analytics answered ${status}.`, line = 0, pos = 0, token = '' } = innermost;
  return new QueryFailure(message, line, pos + 1, token);
}
