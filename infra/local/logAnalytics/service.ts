/**
 * The embedded Log Analytics: ingestion, queries and the admin routes on one loopback port, over one DuckDB database that
 * nobody else opens.
 */
import { loadCatalogue } from '../workspace/catalogue';
import { administer, countStatement } from './adminApi';
import { createFaults } from './http/faults';
import { type Outcome, withFault } from './http/faultyAnswer';
import { createRequestLog, type LoggedRequest } from './http/requestLog';
import { type Answer, type Exchange, listen, NO_ANSWER } from './http/server';
import { ERROR_TABLE, ingest, ingestionCall } from './ingestionApi';
import { type LogAnalytics, type LogAnalyticsOptions, RESULT_BYTES, RESULT_ROWS } from './options';
import { startCompilation } from './query/compilation';
import { createSlots, SERVICE_SLOTS } from './query/slots';
import { type AskedQuery, queryCall, readQuery, runQuery } from './queryApi';
import { createSettings } from './settings';
import { openDatabase } from './store/database';
import { INSERT_MACROS } from './store/insert';
import { openTables } from './store/tables';
import { createWriter } from './store/writer';
import { openWorkspace } from './workspace';

/** Audiences of the two services' tokens (public cloud). */
const INGESTION_AUDIENCES = ['https://monitor.azure.com'];
const QUERY_AUDIENCES = ['https://api.loganalytics.io', 'https://api.loganalytics.azure.com'];

/** Starts the service; it answers when the promise resolves (the KQL parser may still be loading). */
export async function startLogAnalytics(options: LogAnalyticsOptions): Promise<LogAnalytics> {
  const settings = createSettings(options.settings);
  const database = await openDatabase(options.database, options.memoryLimit);
  try {
    const catalogue = loadCatalogue();
    const writing = await database.connect();
    const counting = await database.connect();
    for (const macro of INSERT_MACROS) await writing.run(macro);
    const tables = await openTables(writing, options.workspaceId, [...options.tables, ERROR_TABLE], catalogue);
    const writer = createWriter(writing, tables, settings);
    const workspace = await openWorkspace(tables, writer, options.functionFolders ?? [], options.workspace ?? {});
    const compilation = startCompilation({
      version: () => tables.version + workspace.contents.version,
      get: () => ({
        tables: tables.all().map((table) => ({ name: table.name, columns: tables.queryColumns(table) })),
        functions: workspace.contents.functions,
        watchlists: workspace.contents.watchlists,
      }),
    });
    if (options.parserAtStart ?? true) void compilation.warm();
    const log = createRequestLog();
    const faults = createFaults();
    const checksAudience = options.tokenCheck === 'audience';
    const ingestion = {
      ruleId: options.ruleId,
      streams: new Map(
        options.tables.map(({ stream, table, columns }) => [
          stream,
          { table, columns: new Set(columns.map(({ name }) => name)) },
        ]),
      ),
      audiences: checksAudience ? INGESTION_AUDIENCES : undefined,
      tables,
      writer,
    };
    const queries = {
      workspaceId: options.workspaceId,
      audiences: checksAudience ? QUERY_AUDIENCES : undefined,
      adminKey: options.adminKey,
      settings,
      compilation,
      slots: createSlots(SERVICE_SLOTS),
      limits: { rows: options.resultRows ?? RESULT_ROWS, bytes: options.resultBytes ?? RESULT_BYTES },
      connect: () => database.connect(),
      emptyViews: (sql: string) => tables.emptyViews(sql),
    };
    const admin = {
      adminKey: options.adminKey,
      log,
      faults,
      settings,
      tables,
      writer,
      workspace,
      countRows: async (table: Parameters<typeof countStatement>[0]) =>
        Number((await counting.runAndReadAll(countStatement(table))).getRows()[0]?.[0] ?? 0),
    };

    const handle = async (exchange: Exchange): Promise<Answer | typeof NO_ANSWER> => {
      const { pathname } = exchange.url;
      if (pathname.startsWith('/admin/')) return administer(admin, exchange);
      const upload = ingestionCall(pathname);
      if (upload !== undefined) {
        const { stream } = upload;
        return logged(exchange, { route: 'ingest', stream }, () =>
          withFault(exchange, faults.next('ingest', { stream }), () => ingest(ingestion, upload, exchange)),
        );
      }
      const call = queryCall(pathname);
      if (call !== undefined) {
        const asked = await readQuery(queries, call, exchange);
        const details = 'answer' in asked ? {} : loggedQuery(asked);
        return logged(exchange, { route: 'query', ...details }, () =>
          withFault(exchange, faults.next('query', details), async () =>
            'answer' in asked ? { answer: asked.answer, rows: 0 } : runQuery(queries, asked, exchange),
          ),
        );
      }
      return {
        status: 404,
        body: { error: { code: 'PathNotFoundError', message: 'The requested path does not exist.' } },
      };
    };

    const logged = async (
      { request, url }: Exchange,
      details: Pick<LoggedRequest, 'route'> & Partial<LoggedRequest>,
      work: () => Promise<Outcome | typeof NO_ANSWER>,
    ): Promise<Answer | typeof NO_ANSWER> => {
      const started = Date.now();
      const clientRequestId = request.headers['x-ms-client-request-id'];
      const note = (status: number, rows: number): void =>
        log.add({
          at: new Date(started).toISOString(),
          method: request.method ?? '',
          path: url.pathname,
          status,
          milliseconds: Date.now() - started,
          ...(clientRequestId === undefined ? {} : { clientRequestId: String(clientRequestId) }),
          rows,
          ...details,
        });
      try {
        const outcome = await work();
        if (outcome === NO_ANSWER) {
          note(0, 0);
          return NO_ANSWER;
        }
        note(outcome.answer.status, outcome.rows);
        return outcome.answer;
      } catch (error) {
        note(500, 0);
        throw error;
      }
    };

    const server = await listen(options.port ?? 0, handle);
    return {
      url: server.url,
      problems: workspace.contents.problems,
      async close() {
        await server.close();
        await compilation.close();
        await writer.exclusively(async () => undefined);
        writing.closeSync();
        counting.closeSync();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

const LOGGED_QUERY_LENGTH = 100_000;

function loggedQuery({ query, timespan }: AskedQuery): { query: string; timespan?: string } {
  return { query: query.slice(0, LOGGED_QUERY_LENGTH), ...(timespan === undefined ? {} : { timespan }) };
}
