/** Values of Parquet columns as JSON has them: numbers, truth values, and texts for everything else. */
import { damaged, unread } from './damage';
import { decodeDelta, decodeDeltaLengths, decodeDeltaTexts } from './delta';
import { decodeHybrid } from './levels';
import type { Column } from './metadata';

export type Cell = string | number | boolean | undefined;

/** Encodings by number. */
const PLAIN = 0;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;
const BYTE_STREAM_SPLIT = 9;

const DAY = 86_400_000;
/** Julian day of 1 January 1970. */
const EPOCH_DAY = 2_440_588;
const LATEST = 8.64e15;

/** Decodes `count` values of a page, or of a dictionary. @throws FlowtrapError `malformed`. */
export function decodeValues(column: Column, encoding: number, bytes: Buffer, count: number): Cell[] {
  switch (encoding) {
    case PLAIN:
      return plain(column, bytes, count);
    case RLE:
      if (column.type !== 'BOOLEAN' || bytes.length < 4) throw damaged('a page is encoded as it cannot be');
      return Array.from(decodeHybrid(bytes, 4, bytes.length, 1, count), (bit) => bit === 1);
    case DELTA_BINARY_PACKED:
      return Array.from(enough(decodeDelta(bytes, 0, count).values, count), (value) =>
        ofInteger(column, column.type === 'INT32' ? BigInt.asIntN(32, value) : value),
      );
    case DELTA_LENGTH_BYTE_ARRAY:
      return enough(decodeDeltaLengths(bytes, 0, count), count).map((text) => ofBytes(column, text));
    case DELTA_BYTE_ARRAY:
      return enough(decodeDeltaTexts(bytes, 0, count), count).map((text) => ofBytes(column, text));
    case BYTE_STREAM_SPLIT:
      return plain(column, joined(bytes, widthOf(column)), count);
    default:
      throw unread(`encoding number ${encoding}`);
  }
}

function enough<V extends { readonly length: number }>(values: V, count: number): V {
  if (values.length < count) throw damaged('a page has fewer values than it says');
  return values;
}

/** Bytes of a value of fixed width; 0: they vary. */
function widthOf({ type, length }: Column): number {
  switch (type) {
    case 'INT32':
    case 'FLOAT':
      return 4;
    case 'INT64':
    case 'DOUBLE':
      return 8;
    case 'INT96':
      return 12;
    case 'FIXED':
      return length;
    default:
      return 0;
  }
}

/** The first bytes of all values, then the second bytes …, put together again. */
function joined(bytes: Buffer, width: number): Buffer {
  if (width === 0 || bytes.length % width !== 0) throw damaged('a page is encoded as it cannot be');
  const count = bytes.length / width;
  const content = Buffer.allocUnsafe(bytes.length);
  for (let stream = 0; stream < width; stream++) {
    for (let index = 0; index < count; index++) {
      content[index * width + stream] = bytes[stream * count + index] as number;
    }
  }
  return content;
}

function plain(column: Column, bytes: Buffer, count: number): Cell[] {
  const width = widthOf(column);
  if (column.type === 'BOOLEAN') {
    if (bytes.length * 8 < count) throw damaged('a page has fewer values than it says');
    return Array.from({ length: count }, (_, index) => (((bytes[index >> 3] as number) >> (index & 7)) & 1) === 1);
  }
  if (width > 0) {
    if (bytes.length < count * width) throw damaged('a page has fewer values than it says');
    return Array.from({ length: count }, (_, index) => fixed(column, bytes, index * width, width));
  }
  const cells: Cell[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 4 > bytes.length) throw damaged('a page has fewer values than it says');
    const length = bytes.readUInt32LE(at);
    at += 4;
    if (length > bytes.length - at) throw damaged('a text of a page is cut off');
    cells.push(ofBytes(column, bytes.subarray(at, at + length)));
    at += length;
  }
  return cells;
}

function fixed(column: Column, bytes: Buffer, at: number, width: number): Cell {
  switch (column.type) {
    case 'INT32': {
      const value = bytes.readInt32LE(at);
      return column.meaning.kind === 'plain' ? value : ofInteger(column, BigInt(value));
    }
    case 'INT64': {
      const value = bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
      return column.meaning.kind === 'plain' && Number.isSafeInteger(value)
        ? value
        : ofInteger(column, bytes.readBigInt64LE(at));
    }
    case 'INT96':
      return time((bytes.readUInt32LE(at + 8) - EPOCH_DAY) * DAY + Number(bytes.readBigInt64LE(at)) / 1e6);
    case 'FLOAT':
      return finite(bytes.readFloatLE(at));
    case 'DOUBLE':
      return finite(bytes.readDoubleLE(at));
    default:
      return ofBytes(column, bytes.subarray(at, at + width));
  }
}

function finite(value: number): Cell {
  return Number.isFinite(value) ? value : undefined;
}

function ofInteger({ meaning, type }: Column, value: bigint): Cell {
  switch (meaning.kind) {
    case 'time':
      // Nanoseconds since 1970 have more digits than a number.
      return time(Number(value / BigInt(meaning.perMillisecond)));
    case 'date':
      return time(Number(value) * DAY)?.slice(0, 10);
    case 'decimal':
      return scaled(value, meaning.scale);
    case 'unsigned':
      return whole(BigInt.asUintN(type === 'INT32' ? 32 : 64, value));
    default:
      return whole(value);
  }
}

/** A number where it is exact, else its digits. */
function whole(value: bigint): Cell {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function scaled(value: bigint, scale: number): Cell {
  return scale === 0 ? whole(value) : Number(value) / 10 ** scale;
}

function time(milliseconds: number): string | undefined {
  const value = Math.floor(milliseconds);
  return Math.abs(value) <= LATEST ? new Date(value).toISOString() : undefined;
}

function ofBytes({ meaning, type }: Column, bytes: Buffer): Cell {
  if (meaning.kind === 'decimal') {
    return bytes.length > 16
      ? undefined
      : scaled(BigInt.asIntN(bytes.length * 8, BigInt(`0x0${bytes.toString('hex')}`)), meaning.scale);
  }
  if (meaning.kind === 'uuid' && bytes.length === 16) {
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  return type === 'FIXED' ? bytes.toString('hex') : bytes.toString('utf8');
}
