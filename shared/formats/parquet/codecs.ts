/** The compressions of Parquet pages, by their numbers in the format. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { unpackZstd } from '../zstd';
import { damaged, excessive, unread } from './damage';
import { unpackHadoopLz4, unpackLz4 } from './lz4';
import { unpackSnappy } from './snappy';

/** Longest unpacked page; usual ones have a megabyte. */
const MAX_PAGE = 128 * 1024 * 1024;

type Unpack = (bytes: Buffer, size: number) => Buffer;

const CODECS: ReadonlyMap<number, Unpack> = new Map<number, Unpack>([
  [0, (bytes) => bytes],
  [1, unpackSnappy],
  [2, (bytes, size) => gunzipSync(bytes, { maxOutputLength: Math.max(size, 1) })],
  [4, (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) })],
  [5, unpackHadoopLz4],
  [6, unpackZstd],
  [7, unpackLz4],
]);

/** @param size that the page says to have unpacked. @throws FlowtrapError `malformed` or `limit`. */
export function unpackPage(codec: number, bytes: Buffer, size: number): Buffer {
  const unpack = CODECS.get(codec);
  if (unpack === undefined) throw unread(`compression number ${codec}`);
  if (size > MAX_PAGE) throw excessive(`has a page of ${size} bytes`);
  if (size === 0) return Buffer.alloc(0);
  let content: Buffer;
  try {
    content = unpack(bytes, size);
  } catch (error) {
    if (error instanceof Error && error.name === 'FlowtrapError') throw error;
    throw damaged('a page cannot be unpacked');
  }
  if (content.length !== size) throw damaged('a page has another size than it says');
  return content;
}
