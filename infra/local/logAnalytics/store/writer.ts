/** Writes rows, one request at a time: DuckDB appends fastest so, and a changed table never meets an insert half-way. */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { describeError } from '../../../../shared/errors';
import type { Column } from '../../kql';
import { hasTimestamp } from '../../workspace/catalogue';
import type { Settings } from '../settings';
import { insertStatement, TEXT_BYTES } from './insert';
import { type ScannedArray, scanBody } from './scanBody';
import { timestampText } from './sql';
import type { Table, Tables } from './tables';

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
  write(
    table: Table,
    body: Buffer,
    times: 'serviceRules' | 'asGiven',
    /** The only columns that may be filled, when not all. */
    columns?: ReadonlySet<string>,
  ): Promise<Written>;
  /** Bodies that wait to be written. */
  readonly waiting: number;
  /** Runs alone: no row is written meanwhile. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

const KEPT_STATEMENTS = 32;
const TWO_DAYS = 2 * 24 * 3600 * 1000;
const ONE_DAY = TWO_DAYS / 2;
const EARLIEST = '0001-01-01 00:00:00';
/** As JSON.stringify writes it; an escaped backslash is matched first, lest what follows it be taken for one. */
const LONE_SURROGATE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;
const ESCAPED_BACKSLASH = '\\\\';
const LATEST = '9999-12-31 23:59:59.999999';

export function createWriter(connection: DuckDBConnection, tables: Tables, settings: Settings): Writer {
  const statements = new Map<string, DuckDBPreparedStatement>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    waiting++;
    const result = last.then(work).finally(() => waiting--);
    last = result.catch(() => undefined);
    return result;
  };

  const insert = async (
    table: Table,
    columns: readonly Column[],
    text: string,
    scanned: ScannedArray,
    asGiven: boolean,
  ): Promise<number> => {
    const now = settings.now();
    const keep = asGiven || settings.keepEventTimes;
    const dated = asGiven ? undefined : settings.datedTables.get(table.name);
    await tables.materialize(table, columns);
    const form = {
      dated: dated !== undefined,
      longTexts: scanned.longest > TEXT_BYTES,
      onlyObjects: scanned.objects === scanned.elements,
      timestamp: hasTimestamp(table.name) && scanned.names.has('Timestamp'),
    };
    const statement = await prepared(insertStatement(table, columns, form));
    statement.bind([
      text,
      timestampText(now),
      keep ? EARLIEST : timestampText(new Date(now.getTime() - TWO_DAYS)),
      keep ? LATEST : timestampText(new Date(now.getTime() + ONE_DAY)),
      timestampText(new Date(now.getTime() + (asGiven ? 0 : settings.visibleAfterMs))),
      ...(dated === undefined ? [] : [timestampText(dated)]),
    ]);
    return (await statement.run()).rowsChanged;
  };

  /** Uploads of one stream mostly fill the same columns: their statement is parsed and planned once. */
  const prepared = async (sql: string): Promise<DuckDBPreparedStatement> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = await connection.prepare(sql);
    statements.set(sql, made);
    const oldest = statements.entries().next();
    if (statements.size > KEPT_STATEMENTS && oldest.done === false) {
      statements.delete(oldest.value[0]);
      oldest.value[1].destroySync();
    }
    return made;
  };

  return {
    get waiting() {
      return waiting;
    },
    exclusively,
    write(table, body, times, only) {
      // Read while the bodies before it are being written.
      const scanned = scanBody(body);
      return exclusively(async () => {
        if (scanned.kind === 'invalid') return lost(`The body is not JSON: ${scanned.why}.`);
        if (scanned.kind === 'other') return lost('The body is not a JSON array.');
        const filled = table.columns.filter(({ name }) => scanned.names.has(name) && (only?.has(name) ?? true));
        const own = new Set(filled.map(({ name }) => name));
        if (hasTimestamp(table.name)) own.add('Timestamp');
        const droppedColumns = [...scanned.names].filter((name) => !own.has(name));
        const write = (text: string): Promise<number> => insert(table, filled, text, scanned, times === 'asGiven');
        const text = body.toString('utf8');
        const rows =
          scanned.elements === 0 ? 0 : ((await unlessNotJson(() => write(text))) ?? (await writeRepaired(text, write)));
        if (rows === undefined) return lost('The body is not JSON.');
        return { rows, droppedRows: scanned.elements - rows, droppedColumns };
      });
    },
  };
}

function lost(why: string): Written {
  return { rows: 0, droppedRows: 0, droppedColumns: [], lost: why };
}

/** undefined when the database does not read the body as JSON. */
async function unlessNotJson<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (/Malformed JSON|Invalid Input Error.*JSON/is.test(describeError(error))) return undefined;
    throw error;
  }
}

/** JSON.stringify writes half a surrogate pair as an escape, which the database refuses: it becomes U+FFFD. */
async function writeRepaired(text: string, write: (text: string) => Promise<number>): Promise<number | undefined> {
  let repaired: string;
  try {
    repaired = JSON.stringify(JSON.parse(text)).replaceAll(LONE_SURROGATE, (found) =>
      found === ESCAPED_BACKSLASH ? found : '\\ufffd',
    );
  } catch {
    return undefined;
  }
  return unlessNotJson(() => write(repaired));
}
