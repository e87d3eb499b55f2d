/** Runs compiled statements: a query, whose rows are written as JSON text while they come, up to the service's limits; a discovery. */
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { describeError } from '../../../../shared/errors';
import { type Column, type CompiledQuery, type Discovery, type Found, toServiceCell } from '../../kql';
import { timestampText } from '../store/sql';
import { NOW_VARIABLE } from '../store/tables';
import { QueryError } from './queryFault';

export interface ResultLimits {
  readonly rows: number;
  readonly bytes: number;
}

export interface QueryResult {
  readonly columns: readonly Column[];
  /** Rows as JSON, comma between them, in pieces. */
  readonly rows: readonly string[];
  readonly rowCount: number;
  /** The limit that cut it. */
  readonly cut?: 'rows' | 'bytes';
}

/** Milliseconds. */
const INTERRUPT_EVERY = 100;

/**
 * @param connection used by this query alone meanwhile.
 * @param signal ends it.
 * @throws QueryError `timeout` when the signal fired, `memory`, `engine`.
 */
export function execute(
  connection: DuckDBConnection,
  query: CompiledQuery,
  now: Date,
  limits: ResultLimits,
  signal: AbortSignal,
): Promise<QueryResult> {
  return guarded(connection, now, signal, async () =>
    read(await connection.stream(query.sql), query.columns, limits, signal),
  );
}

/** Finds the columns of a plugin. The statement limits its rows itself. @throws QueryError as `execute` does. */
export function discover(
  connection: DuckDBConnection,
  { sql, site }: Discovery,
  now: Date,
  signal: AbortSignal,
): Promise<Found> {
  return guarded(connection, now, signal, async () => {
    const rows = await (await connection.stream(sql)).getRows();
    return { sql, site, columns: rows.map(([name, type]): [string, string] => [String(name), String(type)]) };
  });
}

async function guarded<T>(
  connection: DuckDBConnection,
  now: Date,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  // DuckDB forgets an interrupt that comes before the statement has begun: it is told again until the statement has ended.
  let again: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    again = setInterval(() => connection.interrupt(), INTERRUPT_EVERY);
  };
  signal.addEventListener('abort', interrupt);
  try {
    signal.throwIfAborted();
    await connection.run(`SET VARIABLE ${NOW_VARIABLE} = TIMESTAMP '${timestampText(now)}'`);
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    if (signal.aborted) throw new QueryError({ kind: 'timeout', message: 'The query ran longer than it may.' });
    const text = describeError(error);
    const kind = /out of memory/i.test(text) ? 'memory' : 'engine';
    throw new QueryError({ kind, message: text });
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(again);
  }
}

async function read(
  result: DuckDBResult,
  columns: readonly Column[],
  limits: ResultLimits,
  signal: AbortSignal,
): Promise<QueryResult> {
  const pieces: string[] = [];
  let rowCount = 0;
  let bytes = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    signal.throwIfAborted();
    if (chunk === null || chunk.rowCount === 0) return { columns, rows: pieces, rowCount };
    const values = columns.map((_, index) => chunk.getColumnValues(index));
    const texts: string[] = [];
    for (let row = 0; row < chunk.rowCount; row++) {
      const text = JSON.stringify(columns.map(({ type }, index) => toServiceCell(values[index]?.[row], type)));
      bytes += Buffer.byteLength(text) + 1;
      const cut = rowCount === limits.rows ? 'rows' : bytes > limits.bytes ? 'bytes' : undefined;
      if (cut !== undefined) return { columns, rows: append(pieces, texts), rowCount, cut };
      texts.push(text);
      rowCount++;
    }
    append(pieces, texts);
  }
}

function append(pieces: string[], texts: readonly string[]): string[] {
  if (texts.length > 0) pieces.push(`${pieces.length > 0 ? ',' : ''}${texts.join(',')}`);
  return pieces;
}
