/**
 * gzip, zstd and UTF-16, detected from content: names lie, and a client may have stored a decompressed body under `.gz`. Files are
 * often a chain of several gzip members or zstd frames; all are read. UTF-16, compressed or not, is given as UTF-8. Anything else
 * passes through untouched.
 */
import { createGunzip, type Gunzip } from 'node:zlib';
import { FlowtrapError } from '../errors';
import { asBuffer } from './record';
import { utf16Order, utf16ToUtf8 } from './utf16';
import { isZstd, ZstdDecoder } from './zstd';

export interface DecompressionLimits {
  /** Decompressed bytes of one input. */
  readonly bytes: number;
  /** Decompressed bytes for each compressed one; flow logs reach 20. */
  readonly ratio: number;
}

export const DECOMPRESSION_LIMITS: DecompressionLimits = { bytes: 4 * 1024 ** 3, ratio: 200 };

/** Below this many decompressed bytes no ratio is judged: a page of zeros is harmless. */
const RATIO_FLOOR = 16 * 1024 * 1024;
const CHUNK = 256 * 1024;

/** Bytes that tell how a content is compressed. */
export const COMPRESSION_BYTES = 4;

/** How a content is stored, by its first bytes: no UTF-8 begins so. Undefined: as it is read. */
export function compressionOf(head: Uint8Array): 'gzip' | 'zstd' | 'utf16' | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (isZstd(head)) return 'zstd';
  return utf16Order(head) && 'utf16';
}

/**
 * The content of a blob, decompressed when it is gzip or zstd, as UTF-8 when it is UTF-16.
 * @throws FlowtrapError `malformed` for a damaged or cut stream (after everything before the damage was given), `limit`
 * for one that unpacks to more than the limits; errors of the input as they are.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  limits: DecompressionLimits = DECOMPRESSION_LIMITS,
): AsyncGenerator<Uint8Array> {
  yield* looked(source, (head, whole) => {
    const compression = compressionOf(head);
    if (compression === 'gzip') return asText(gunzip(whole, limits));
    return asText(compression === 'zstd' ? unzstd(whole, limits) : whole);
  });
}

function asText(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return looked(source, (head, whole) => {
    const order = utf16Order(head);
    return order === undefined ? whole : utf16ToUtf8(whole, order);
  });
}

/** Reads a source the way that its first bytes ask for. */
async function* looked(
  source: AsyncIterable<Uint8Array>,
  read: (head: Uint8Array, whole: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    let ended = false;
    while (head.length < COMPRESSION_BYTES && !ended) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else head = head.length === 0 ? asBuffer(next.value) : Buffer.concat([head, next.value]);
    }
    const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
    yield* read(head, prepend(head, rest));
  } finally {
    await iterator.return?.();
  }
}

async function* prepend(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}

/** Judges what was written so far by what was read for it. @throws FlowtrapError `limit`. */
function checkLimits(subject: string, read: number, written: number, limits: DecompressionLimits): void {
  if (written <= limits.bytes && (written <= RATIO_FLOOR || written <= read * limits.ratio)) return;
  throw new FlowtrapError('limit', `unpacks to more than ${limits.bytes} bytes or ${limits.ratio} times its size.`, {
    subject,
    fix: 'Check where it comes from; store the log uncompressed, or in smaller files, if it is genuine.',
  });
}

async function* unzstd(source: AsyncIterable<Uint8Array>, limits: DecompressionLimits): AsyncGenerator<Uint8Array> {
  const decoder = new ZstdDecoder();
  let read = 0;
  let written = 0;
  for await (const chunk of source) {
    read += chunk.length;
    for (const piece of decoder.feed(chunk)) {
      written += piece.length;
      checkLimits('zstd content', read, written, limits);
      // A copy: the decoder goes on to use its bytes.
      yield Buffer.from(piece);
    }
  }
  decoder.end();
}

async function* gunzip(source: AsyncIterable<Uint8Array>, limits: DecompressionLimits): AsyncGenerator<Uint8Array> {
  // Node's Gunzip goes on with the next member by itself and stops at trailing zeros or other padding.
  const gunzipping = createGunzip({ chunkSize: CHUNK });
  let read = 0;
  let written = 0;
  let inputError: unknown;
  const feeding = (async () => {
    for await (const chunk of source) {
      read += chunk.length;
      if (!gunzipping.write(chunk)) await drained(gunzipping);
      if (gunzipping.destroyed) return;
    }
    gunzipping.end();
  })().catch((error: unknown) => {
    inputError = error;
    gunzipping.destroy();
  });
  try {
    for await (const chunk of gunzipping as AsyncIterable<Buffer>) {
      written += chunk.length;
      checkLimits('gzip content', read, written, limits);
      yield chunk;
    }
  } catch (error) {
    if (inputError !== undefined) throw inputError;
    if (error instanceof FlowtrapError) throw error;
    const cut = error instanceof Error && /unexpected end/i.test(error.message);
    throw new FlowtrapError('malformed', cut ? 'is cut off.' : 'is damaged.', {
      subject: `gzip content after ${written} decompressed bytes`,
      fix: 'Upload the file again.',
      cause: error,
    });
  } finally {
    gunzipping.destroy();
    await feeding;
  }
  if (inputError !== undefined) throw inputError;
}

/** Resolves when more can be written, or never will. */
function drained(stream: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}
