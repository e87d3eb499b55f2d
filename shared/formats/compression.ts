/**
 * gzip, detected from content: names lie, and a client may have stored a decompressed body under `.gz`. Files are often a
 * chain of several gzip members; all are read. Anything that is not gzip passes through untouched.
 */
import { createGunzip, type Gunzip } from 'node:zlib';
import { FlowtrapError } from '../errors';
import { asBuffer } from './record';

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

/**
 * The content of a blob, decompressed when it is gzip.
 * @throws FlowtrapError `malformed` for a damaged or cut gzip stream (after everything before the damage was given), `limit`
 * for one that unpacks to more than the limits; errors of the input as they are.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  limits: DecompressionLimits = DECOMPRESSION_LIMITS,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    let ended = false;
    while (head.length < 2 && !ended) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else head = head.length === 0 ? asBuffer(next.value) : Buffer.concat([head, next.value]);
    }
    const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      if (head.length > 0) yield head;
      yield* rest;
      return;
    }
    yield* gunzip(prepend(head, rest), limits);
  } finally {
    await iterator.return?.();
  }
}

async function* prepend(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
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
      if (written > limits.bytes || (written > RATIO_FLOOR && written > read * limits.ratio)) {
        throw new FlowtrapError(
          'limit',
          `unpacks to more than ${limits.bytes} bytes or ${limits.ratio} times its size.`,
          {
            subject: 'gzip content',
            fix: 'Check where it comes from; store the log uncompressed, or in smaller files, if it is genuine.',
          },
        );
      }
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
