/** What a Parquet file says of itself at its end: its columns, and where the pages of each lie. */
import { damaged, unread } from './damage';
import { numberAt, structAt, structsAt, ThriftReader, type ThriftStruct, textAt } from './thrift';

const MAGIC = 'PAR1';
/** Length of the metadata, and the magic. */
const TAIL = 8;
const MAX_COLUMNS = 2000;
const MAX_DEPTH = 16;

/** Physical types by number. */
export const TYPES = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED'] as const;
export type PhysicalType = (typeof TYPES)[number];

/** What the values mean, as far as it changes how they are written. */
export type Meaning =
  | { readonly kind: 'plain' | 'unsigned' | 'date' | 'uuid' }
  | { readonly kind: 'time'; readonly perMillisecond: number }
  | { readonly kind: 'decimal'; readonly scale: number };

export interface Column {
  /** Names of nested groups are joined by dots. */
  readonly name: string;
  readonly type: PhysicalType;
  /** Bytes of a FIXED value. */
  readonly length: number;
  readonly meaning: Meaning;
  /** Definition level at which there is a value; 0: there always is one. */
  readonly definition: number;
  /** Above 0: the column repeats within a row. */
  readonly repetition: number;
}

/** The pages of one column in one row group. */
export interface Chunk {
  readonly codec: number;
  readonly values: number;
  readonly start: number;
  readonly end: number;
}

export interface RowGroup {
  readonly rows: number;
  /** In the order of the columns. */
  readonly chunks: readonly Chunk[];
}

export interface Metadata {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly groups: readonly RowGroup[];
}

/** Whether these are the first or last bytes of a Parquet file. */
export function isParquet(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === MAGIC && endsAsParquet(bytes);
}

function endsAsParquet(bytes: Buffer): boolean {
  return bytes.length >= TAIL + 4 && bytes.toString('latin1', bytes.length - 4) === MAGIC;
}

/** @throws FlowtrapError `malformed` when the bytes are no whole Parquet file. */
export function readMetadata(bytes: Buffer): Metadata {
  if (!isParquet(bytes)) throw damaged('it does not end as it should');
  const length = bytes.readUInt32LE(bytes.length - TAIL);
  const start = bytes.length - TAIL - length;
  if (start < 4) throw damaged('its metadata is longer than the file');
  const file = new ThriftReader(bytes.subarray(0, bytes.length - TAIL), start).struct();
  const columns = columnsOf(structsAt(file, 2));
  const groups = structsAt(file, 4).map((group): RowGroup => {
    const chunks = structsAt(group, 1).map((chunk) => chunkOf(chunk, start));
    if (chunks.length !== columns.length) throw damaged('a row group lacks columns');
    return { rows: count(numberAt(group, 3)), chunks };
  });
  return { columns, groups, rows: groups.reduce((sum, { rows }) => sum + rows, 0) };
}

function count(value: number | undefined): number {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) throw damaged('a count is missing');
  return value;
}

function columnsOf(elements: readonly ThriftStruct[]): readonly Column[] {
  if (elements.length > MAX_COLUMNS) throw unread(`a schema of ${elements.length} elements`);
  const columns: Column[] = [];
  let at = 0;
  const walk = (path: readonly string[], definition: number, repetition: number): void => {
    const element = elements[at++];
    if (element === undefined || path.length > MAX_DEPTH) throw damaged('its schema is not whole');
    const isRoot = at === 1;
    const repeats = numberAt(element, 3) ?? 0;
    const own = isRoot ? path : [...path, textAt(element, 4) ?? ''];
    const [defined, repeated] = isRoot
      ? [0, 0]
      : [definition + (repeats === 0 ? 0 : 1), repetition + (repeats === 2 ? 1 : 0)];
    const children = numberAt(element, 5) ?? 0;
    if (isRoot || children > 0) {
      for (let child = 0; child < children; child++) walk(own, defined, repeated);
      return;
    }
    columns.push(columnOf(element, own.join('.'), defined, repeated));
  };
  walk([], 0, 0);
  if (at !== elements.length) throw damaged('its schema is not whole');
  return columns;
}

function columnOf(element: ThriftStruct, name: string, definition: number, repetition: number): Column {
  const type = TYPES[numberAt(element, 1) ?? -1];
  if (type === undefined) throw unread(`a value of another type (column ${name.slice(0, 80)})`);
  return { name, type, length: numberAt(element, 2) ?? 0, meaning: meaningOf(element), definition, repetition };
}

/** Older files tell the meaning by number, newer ones by a struct, most do both. */
function meaningOf(element: ThriftStruct): Meaning {
  const logical = structAt(element, 10);
  const timestamp = logical && structAt(logical, 8);
  const unit = timestamp && structAt(timestamp, 2);
  if (unit !== undefined) return { kind: 'time', perMillisecond: unit.has(1) ? 1 : unit.has(2) ? 1000 : 1_000_000 };
  const decimal = logical && structAt(logical, 5);
  const converted = numberAt(element, 6);
  if (decimal !== undefined || converted === 5) {
    return { kind: 'decimal', scale: (decimal && numberAt(decimal, 1)) ?? numberAt(element, 7) ?? 0 };
  }
  if (converted === 9 || converted === 10) return { kind: 'time', perMillisecond: converted === 9 ? 1 : 1000 };
  if (logical?.has(6) || converted === 6) return { kind: 'date' };
  if (logical?.has(14)) return { kind: 'uuid' };
  const integer = logical && structAt(logical, 10);
  const unsigned = integer?.get(2) === false || (converted !== undefined && converted >= 11 && converted <= 14);
  return { kind: unsigned ? 'unsigned' : 'plain' };
}

/** @param limit the pages lie before it. */
function chunkOf(chunk: ThriftStruct, limit: number): Chunk {
  const data = structAt(chunk, 3);
  if (data === undefined || chunk.has(1)) throw unread('a column in another file');
  const pages = count(numberAt(data, 9));
  const dictionary = numberAt(data, 11) ?? 0;
  const start = dictionary > 0 && dictionary < pages ? dictionary : pages;
  const end = start + count(numberAt(data, 7));
  if (start < 4 || end > limit) throw damaged('the pages of a column lie outside of it');
  return { codec: numberAt(data, 4) ?? 0, values: count(numberAt(data, 5)), start, end };
}
