/** Writes rows, one request at a time: DuckDB appends fastest so, and a changed table never meets an insert half-way. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Settings } from '../settings';
import { insertStatement } from './insert';
import { scanBody } from './scanBody';
import { timestampText } from './sql';
import type { Table } from './tables';

/** What became of a body. */
export interface Written {
  readonly rows: number;
  /** Elements of the array that were no objects. */
  readonly droppedRows: number;
  /** Properties that the table has no column for. */
  readonly droppedColumns: readonly string[];
  /** Why nothing at all was stored. */
  readonly lost?: string;
}

export interface Writer {
  /** @param body a JSON array of objects, as sent. Anything else is not an error but lost. */
  write(table: Table, body: Buffer, times: 'serviceRules' | 'asGiven'): Promise<Written>;
  /** Runs alone: no row is written meanwhile. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

const TWO_DAYS = 2 * 24 * 3600 * 1000;
const ONE_DAY = TWO_DAYS / 2;
const EARLIEST = '0001-01-01 00:00:00';
const LONE_SURROGATE = /\p{Surrogate}/gu;
const LATEST = '9999-12-31 23:59:59.999999';

export function createWriter(connection: DuckDBConnection, settings: Settings): Writer {
  let last: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const insert = async (table: Table, text: string, names: ReadonlySet<string>, asGiven: boolean): Promise<number> => {
    const now = settings.now();
    const keep = asGiven || settings.keepEventTimes;
    const dated = asGiven ? undefined : settings.datedTables.get(table.name);
    const result = await connection.run(insertStatement(table, names, dated !== undefined), [
      text,
      timestampText(now),
      keep ? EARLIEST : timestampText(new Date(now.getTime() - TWO_DAYS)),
      keep ? LATEST : timestampText(new Date(now.getTime() + ONE_DAY)),
      timestampText(new Date(now.getTime() + (asGiven ? 0 : settings.visibleAfterMs))),
      ...(dated === undefined ? [] : [timestampText(dated)]),
    ]);
    return result.rowsChanged;
  };

  return {
    exclusively,
    write: (table, body, times) =>
      exclusively(async () => {
        const scanned = scanBody(body);
        if (scanned.kind === 'invalid') return lost(`The body is not JSON: ${scanned.why}.`);
        if (scanned.kind === 'other') return lost('The body is not a JSON array.');
        const own = new Set(table.columns.map(({ name }) => name));
        const droppedColumns = [...scanned.names].filter((name) => !own.has(name));
        const text = body.toString('utf8');
        const parsed = (await parse(connection, text)) ?? (await parse(connection, wellFormed(text)));
        if (parsed === undefined) return lost('The body is not JSON.');
        const rows = parsed.elements === 0 ? 0 : await insert(table, parsed.text, scanned.names, times === 'asGiven');
        return { rows, droppedRows: parsed.elements - rows, droppedColumns };
      }),
  };
}

function lost(why: string): Written {
  return { rows: 0, droppedRows: 0, droppedColumns: [], lost: why };
}

/** The text and its number of elements if DuckDB reads it as a JSON array. */
async function parse(
  connection: DuckDBConnection,
  text: string,
): Promise<{ text: string; elements: number } | undefined> {
  const reader = await connection.runAndReadAll('SELECT TRY(json_array_length($1))', [text]);
  const elements = reader.getRows()[0]?.[0];
  return elements === null || elements === undefined ? undefined : { text, elements: Number(elements) };
}

/** JSON.stringify writes half a surrogate pair as an escape, which the database refuses: it becomes U+FFFD. */
function wellFormed(text: string): string {
  try {
    const repaired: unknown = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' ? value.replaceAll(LONE_SURROGATE, '\ufffd') : value,
    );
    return JSON.stringify(repaired);
  } catch {
    return '';
  }
}
