/** One row of a Log Analytics table, whichever road it came by: data export, a CSV file, a CEF line, a vendor's own form. */
import { isEventTime } from '../asim/times';
import type { JsonObject, JsonValue } from '../formats/json';
import { StringSpan } from '../formats/json';
import { parseLogTime } from '../formats/logTime';

export interface Row {
  /** As Log Analytics spells it. */
  readonly table: string;
  /** A column's value as trimmed text; '' when it is absent, null or one of the fillers that mean nothing (`-`, `N/A`). */
  text(column: string): string;
  /** A column's value as it stands; dynamic columns that came as a text of JSON are read. Undefined when absent or null. */
  value(column: string): JsonValue | undefined;
  /** Names of the columns that are there, in order. */
  columns(): Iterable<string>;
}

const FILLERS: ReadonlySet<string> = new Set(['-', 'N/A', 'n/a', 'null', 'NULL', '(null)', 'None']);

const LONGEST_FILLER = Math.max(...[...FILLERS].map((filler) => filler.length));

/** Without white space around, and empty for a filler. */
export function meaningful(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= LONGEST_FILLER && FILLERS.has(trimmed) ? '' : trimmed;
}

/** A JSON value as text: objects and arrays as JSON. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return meaningful(value);
  if (value === undefined || value === null || value instanceof StringSpan) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const MAX_DYNAMIC_TEXT = 262_144;

/** A dynamic value: data exports of some ages write it as a text of JSON. */
export function dynamicOf(value: JsonValue | undefined): JsonValue | undefined {
  if (value === null || value instanceof StringSpan) return undefined;
  if (typeof value !== 'string' || value.length > MAX_DYNAMIC_TEXT || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}

/** The member of a dynamic value, undefined when the value is no object or has none. */
export function memberOf(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || at instanceof StringSpan) return undefined;
    at = Object.hasOwn(at, key) ? (at as JsonObject)[key] : undefined;
  }
  return dynamicOf(at);
}

/** A row from a JSON object whose members are columns. */
export class JsonRow implements Row {
  constructor(
    readonly table: string,
    private readonly record: JsonObject,
  ) {}

  text(column: string): string {
    return textOf(this.get(column));
  }

  value(column: string): JsonValue | undefined {
    return dynamicOf(this.get(column));
  }

  columns(): Iterable<string> {
    return Object.keys(this.record);
  }

  private get(column: string): JsonValue | undefined {
    if (Object.hasOwn(this.record, column)) return this.record[column];
    if (!column.endsWith('Time') && column !== 'TimeGenerated') return undefined;
    // As the portal names it when it exports rows.
    const named = `${column} [UTC]`;
    return Object.hasOwn(this.record, named) ? this.record[named] : undefined;
  }
}

/** A row from texts by column: CSV, and what vendors' own lines are turned into. */
export class TextRow implements Row {
  constructor(
    readonly table: string,
    private readonly cells: ReadonlyMap<string, string>,
  ) {}

  text(column: string): string {
    const cell = this.cells.get(column);
    return cell === undefined ? '' : meaningful(cell);
  }

  value(column: string): JsonValue | undefined {
    return dynamicOf(this.cells.get(column));
  }

  columns(): Iterable<string> {
    return this.cells.keys();
  }
}

/** A row whose columns are known by their names in any case. */
class CaselessRow implements Row {
  readonly table: string;
  private readonly names: ReadonlyMap<string, string>;

  constructor(private readonly row: Row) {
    this.table = row.table;
    this.names = new Map([...row.columns()].map((name) => [name.toLowerCase(), name]));
  }

  text(column: string): string {
    return this.row.text(this.names.get(column.toLowerCase()) ?? column);
  }

  value(column: string): JsonValue | undefined {
    return this.row.value(this.names.get(column.toLowerCase()) ?? column);
  }

  columns(): Iterable<string> {
    return this.row.columns();
  }
}

/** Whether columns are a table's but for their capitals: every table has TimeGenerated. */
export function hasOddCase(columns: readonly string[]): boolean {
  return columns.some(
    (column) => column.length === 13 && column !== 'TimeGenerated' && column.toLowerCase() === 'timegenerated',
  );
}

/** The row itself, or one that knows its columns although they lost their capitals. */
export function inAnyCase(row: Row): Row {
  return hasOddCase([...row.columns()]) ? new CaselessRow(row) : row;
}

const SUFFIX = /_[sdgbt]$/;

/** Texts of a custom table's row by its columns' names without the suffixes of their types (`_s`, `_d`, `_g`, `_b`, `_t`). */
export function withoutSuffixes(row: Row): (name: string) => string {
  const columns = new Map<string, string>();
  for (const column of row.columns()) {
    const name = column.replace(SUFFIX, '');
    const known = columns.get(name);
    if (known === undefined || row.text(known) === '') columns.set(name, column);
  }
  return (name) => {
    const column = columns.get(name);
    return column === undefined ? '' : row.text(column);
  };
}

/** A row from texts by column; empty ones are left out, of two for a column the later counts. */
export function textRow(table: string, ...parts: readonly Readonly<Record<string, string | undefined>>[]): Row {
  const cells = new Map<string, string>();
  for (const part of parts) {
    for (const column in part) {
      const text = part[column];
      if (text !== undefined && text !== '') cells.set(column, text);
    }
  }
  return new TextRow(table, cells);
}

/** When a row was recorded: every table has TimeGenerated; rows of CEF lines have the receipt time. */
export function rowTime(row: Row): number | undefined {
  const time = parseLogTime(row.text('TimeGenerated'));
  return time !== undefined && isEventTime(time) ? time : parseLogTime(row.text('ReceiptTime'));
}
