/** The values of one column of a row group, page by page. */
import { unpackPage } from './codecs';
import { damaged, excessive, unread } from './damage';
import { bitWidth, decodeHybrid } from './levels';
import type { Chunk, Column } from './metadata';
import { numberAt, structAt, ThriftReader, type ThriftStruct } from './thrift';
import { type Cell, decodeValues } from './values';

/** Kinds of pages. */
const DATA = 0;
const DICTIONARY = 2;
const DATA_V2 = 3;
/** Encodings that refer to the dictionary. */
const REFERRING: ReadonlySet<number> = new Set([2, 8]);
const BIT_PACKED = 4;

/** Values of one page; usual ones have at most some hundred thousand. */
const MAX_VALUES = 4 * 1024 * 1024;

/**
 * Pages of a column that does not repeat, as cells.
 * @throws FlowtrapError `malformed` or `limit`.
 */
export function* readPages(bytes: Buffer, column: Column, chunk: Chunk): Generator<readonly Cell[]> {
  let dictionary: readonly Cell[] | undefined;
  let at = chunk.start;
  let given = 0;
  while (given < chunk.values) {
    if (at >= chunk.end) throw damaged('a column has fewer values than it says');
    const reader = new ThriftReader(bytes.subarray(0, chunk.end), at);
    const header = reader.struct();
    const size = countAt(header, 2);
    const stored = countAt(header, 3);
    const from = reader.at;
    at = from + stored;
    if (at > chunk.end) throw damaged('a page is cut off');
    const page = bytes.subarray(from, at);
    const kind = numberAt(header, 1);
    if (kind === DICTIONARY) {
      const facts = structAt(header, 7);
      if (facts === undefined) throw damaged('a page says nothing of itself');
      dictionary = decodeValues(column, 0, unpackPage(chunk.codec, page, size), countAt(facts, 1));
    } else if (kind === DATA || kind === DATA_V2) {
      const cells =
        kind === DATA
          ? firstVersion(column, header, unpackPage(chunk.codec, page, size), dictionary)
          : secondVersion(column, header, page, size, chunk.codec, dictionary);
      given += cells.length;
      yield cells;
    }
  }
}

function countAt(struct: ThriftStruct, field: number): number {
  const value = numberAt(struct, field);
  if (value === undefined || value < 0 || value > 2 ** 31) throw damaged('a page says nothing of its size');
  if (field === 1 && value > MAX_VALUES) throw excessive(`has a page of ${value} values`);
  return value;
}

/** Levels and values are packed together. */
function firstVersion(
  column: Column,
  header: ThriftStruct,
  content: Buffer,
  dictionary: readonly Cell[] | undefined,
): Cell[] {
  const facts = structAt(header, 5);
  if (facts === undefined) throw damaged('a page says nothing of itself');
  const count = countAt(facts, 1);
  if (column.definition === 0) return cellsOf(column, numberAt(facts, 2), content, count, dictionary);
  if (numberAt(facts, 3) === BIT_PACKED) throw unread('an outdated encoding of levels');
  if (content.length < 4) throw damaged('a page is cut off');
  const end = 4 + content.readUInt32LE(0);
  if (end > content.length) throw damaged('a page is cut off');
  const levels = decodeHybrid(content, 4, end, bitWidth(column.definition), count);
  return spread(column, numberAt(facts, 2), content.subarray(end), levels, dictionary);
}

/** Levels stand in front of what is packed. */
function secondVersion(
  column: Column,
  header: ThriftStruct,
  page: Buffer,
  size: number,
  codec: number,
  dictionary: readonly Cell[] | undefined,
): Cell[] {
  const facts = structAt(header, 8);
  if (facts === undefined) throw damaged('a page says nothing of itself');
  const count = countAt(facts, 1);
  const start = numberAt(facts, 6) ?? 0;
  const end = start + (numberAt(facts, 5) ?? 0);
  if (start < 0 || end < start || end > page.length || end > size) throw damaged('a page is cut off');
  const packed = page.subarray(end);
  const content = facts.get(7) === false ? packed : unpackPage(codec, packed, size - end);
  if (column.definition === 0) return cellsOf(column, numberAt(facts, 4), content, count, dictionary);
  const levels = decodeHybrid(page, start, end, bitWidth(column.definition), count);
  return spread(column, numberAt(facts, 4), content, levels, dictionary);
}

/** Only what is defined has a value in the page. */
function spread(
  column: Column,
  encoding: number | undefined,
  content: Buffer,
  levels: Uint32Array,
  dictionary: readonly Cell[] | undefined,
): Cell[] {
  let defined = 0;
  for (const level of levels) if (level === column.definition) defined++;
  const values = cellsOf(column, encoding, content, defined, dictionary);
  if (defined === levels.length) return values;
  let next = 0;
  return Array.from(levels, (level) => (level === column.definition ? values[next++] : undefined));
}

function cellsOf(
  column: Column,
  encoding: number | undefined,
  content: Buffer,
  count: number,
  dictionary: readonly Cell[] | undefined,
): Cell[] {
  if (count === 0) return [];
  if (encoding === undefined || !REFERRING.has(encoding)) return decodeValues(column, encoding ?? -1, content, count);
  const width = content[0];
  if (dictionary === undefined || width === undefined) throw damaged('a page refers to no dictionary');
  const places = decodeHybrid(content, 1, content.length, width, count);
  return Array.from(places, (place) => {
    if (place >= dictionary.length) throw damaged('a page refers outside of its dictionary');
    return dictionary[place];
  });
}
