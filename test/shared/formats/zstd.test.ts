import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import { isZstd, unpackZstd, ZstdDecoder } from '../../../shared/formats/zstd';
import { type DuckdbFiles, duckdbFiles } from './duckdbFiles';

const MOST = 64 * 1024 * 1024;

let files: DuckdbFiles;
beforeAll(async () => {
  files = await duckdbFiles();
});
afterAll(() => files.close());

function unpackInPieces(bytes: Buffer, size: number): Buffer {
  const decoder = new ZstdDecoder();
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const part of decoder.feed(bytes.subarray(at, at + size))) parts.push(Buffer.from(part));
  }
  decoder.end();
  return Buffer.concat(parts);
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A frame of a single segment below 256 bytes, with its blocks. */
const frame = (size: number, ...blocks: readonly number[]): Buffer => Buffer.from([...MAGIC, 0x20, size, ...blocks]);
/** Header of a block: its kind (0 bytes as they are, 1 one byte repeated, 2 compressed), whether it is the last. */
const block = (kind: number, size: number, last: boolean): number[] => {
  const header = (size << 3) | (kind << 1) | (last ? 1 : 0);
  return [header & 0xff, (header >> 8) & 0xff, header >> 16];
};
const SKIPPED = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('zstd', () => {
  it.each([
    ['repeating rows', 'SELECT 7 AS a, i % 3 AS b FROM range(50000) t(i)'],
    ['texts', "SELECT md5(i::VARCHAR) AS a, 'row ' || i AS b, i * 7919 % 1000 AS c FROM range(30000) t(i)"],
    ['one row', 'SELECT 1 AS a'],
  ])('unpacks what DuckDB packs: %s', async (_, query) => {
    const plain = await files.copy(query, 'FORMAT csv');
    const packed = await files.copy(query, 'FORMAT csv, COMPRESSION zstd');
    expect(isZstd(packed)).toBe(true);
    expect(packed.length).toBeLessThan(plain.length + 30);
    expect(unpackZstd(packed, MOST).equals(plain)).toBe(true);
    expect(unpackInPieces(packed, 997).equals(plain)).toBe(true);
  });

  it('reads bytes as they are, repeated bytes, frames in a row, and passes over frames of other content', () => {
    const text = frame(8, ...block(0, 3, false), 0x61, 0x62, 0x63, ...block(1, 5, true), 0x78);
    expect(unpackZstd(text, MOST).toString()).toBe('abcxxxxx');
    expect(unpackZstd(Buffer.concat([text, SKIPPED, text]), MOST).toString()).toBe('abcxxxxxabcxxxxx');
    expect(unpackZstd(Buffer.alloc(0), MOST).length).toBe(0);
  });

  it('passes over the checksum', () => {
    const sealed = frame(1, ...block(0, 1, true), 0x61, 1, 2, 3, 4);
    sealed[4] = 0x24;
    expect(unpackZstd(sealed, MOST).toString()).toBe('a');
  });

  it.each([
    ['is cut off', frame(3, ...block(0, 3, true), 0x61)],
    ['is cut off', Buffer.from(MAGIC)],
    ['is cut off', SKIPPED.subarray(0, 9)],
    ['is damaged', frame(3, ...block(3, 1, true), 0x61)],
    ['is damaged', frame(3, ...block(2, 2, true), 0x61, 0x62)],
    ['is damaged', Buffer.from('no zstd at all')],
    ['needs a dictionary', Buffer.from([...MAGIC, 0x21, 7, 1, ...block(0, 0, true)])],
    ['needs a window of', Buffer.from([...MAGIC, 0x00, 0xf8, ...block(0, 0, true)])],
  ])('%s', (message, bytes) => {
    expect(() => unpackZstd(bytes, MOST)).toThrow(message);
  });

  it('stops at the most that is wanted', () => {
    expect(() => unpackZstd(frame(8, ...block(1, 100_000, true), 0x78), 1000)).toThrow(
      expect.objectContaining({ code: 'limit' }) as Error,
    );
  });

  it('survives any mutation', async () => {
    const packed = await files.copy(
      'SELECT md5((i % 50)::VARCHAR) AS a, i * 31 % 97 AS b FROM range(300) t(i)',
      'FORMAT csv, COMPRESSION zstd',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const mutated = Buffer.from(packed);
          for (const [at, byte] of changes) mutated[at] = byte;
          try {
            unpackZstd(mutated, MOST);
          } catch (error) {
            expect(error).toBeInstanceOf(FlowtrapError);
          }
        },
      ),
      { seed: 20260302, numRuns: 3000 },
    );
  });
});
