import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import { type Cell, isParquet, openParquet } from '../../../shared/formats/parquet';
import { type DuckdbFiles, duckdbFiles } from './duckdbFiles';

const ROWS = 5000;
/** One column of each kind; every third `flag` is missing. */
const QUERY = `SELECT
  i::INTEGER AS number, (i * 1000000007)::BIGINT AS big, (9223372036854775807 - i)::BIGINT AS huge,
  (4294967295 - i)::UINTEGER AS unsigned, 'text-' || (i % 7) AS few, 'some text ' || i AS many,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i % 2 = 0 END AS flag, i / 4.0::DOUBLE AS eight, (i / 8.0)::FLOAT AS four,
  DATE '2026-03-01' + (i % 31)::INTEGER AS day,
  TIMESTAMP '2026-03-02 10:00:00' + to_milliseconds(i) AS at,
  (TIMESTAMP '2026-03-02 10:00:00' + to_milliseconds(i))::TIMESTAMP_NS AS precise,
  UUID '00000000-0000-4000-8000-00000000000a' AS id, (i / 100)::DECIMAL(9, 2) AS price,
  NULL::INTEGER AS nothing, {'a': i::INTEGER, 'b': CASE WHEN i % 2 = 0 THEN 'x' END} AS inner_
  FROM range(${ROWS}) t(i)`;
const NAMES =
  'number big huge unsigned few many flag eight four day at precise id price nothing inner_.a inner_.b'.split(' ');

function row(i: number): Cell[] {
  const at = new Date(Date.UTC(2026, 2, 2, 10) + i).toISOString();
  return [
    i,
    i * 1_000_000_007,
    (9_223_372_036_854_775_807n - BigInt(i)).toString(),
    4_294_967_295 - i,
    `text-${i % 7}`,
    `some text ${i}`,
    i % 3 === 0 ? undefined : i % 2 === 0,
    i / 4,
    i / 8,
    new Date(Date.UTC(2026, 2, 1 + (i % 31))).toISOString().slice(0, 10),
    at,
    at,
    '00000000-0000-4000-8000-00000000000a',
    i / 100,
    undefined,
    i,
    i % 2 === 0 ? 'x' : undefined,
  ];
}
const EXPECTED = Array.from({ length: ROWS }, (_, i) => row(i));

const rowsOf = (bytes: Buffer): Cell[][] => Array.from(openParquet(bytes).rows(), (cells) => [...cells]);

let files: DuckdbFiles;
beforeAll(async () => {
  files = await duckdbFiles();
});
afterAll(() => files.close());

const CODECS = ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'];
const WAYS = CODECS.flatMap((codec) => ['V1', 'V2'].map((version) => [codec, version] as const));

describe('Parquet', () => {
  it.each(WAYS)('reads files with %s pages, %s', async (codec, version) => {
    const bytes = await files.copy(
      QUERY,
      `FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`,
    );
    const file = openParquet(bytes);
    expect(file.columns).toEqual(NAMES);
    expect(file.rowCount).toBe(ROWS);
    expect(rowsOf(bytes)).toEqual(EXPECTED);
  });

  it('reads values without a dictionary', async () => {
    const bytes = await files.copy(QUERY, 'FORMAT parquet, DICTIONARY_SIZE_LIMIT 1, PARQUET_VERSION V2');
    expect(rowsOf(bytes)).toEqual(EXPECTED);
  });

  it('reads differences of negative numbers and of any width', async () => {
    const query = `SELECT (CASE WHEN i % 2 = 0 THEN -1 ELSE 1 END * i * i * 99991)::BIGINT AS a,
      (CASE WHEN i % 2 = 0 THEN -2147483648 + i ELSE 2147483647 - i END)::INTEGER AS b FROM range(1000) t(i)`;
    const bytes = await files.copy(query, 'FORMAT parquet, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1');
    expect(rowsOf(bytes)).toEqual(
      Array.from({ length: 1000 }, (_, i) => [
        (i % 2 === 0 ? -1 : 1) * i * i * 99_991 + 0,
        i % 2 === 0 ? -2_147_483_648 + i : 2_147_483_647 - i,
      ]),
    );
  });

  it('leaves out columns that repeat within a row', async () => {
    const query = "SELECT i, [i, i + 1] AS list, map([1], ['a']) AS pairs, i + 1 AS j FROM range(3) t(i)";
    const bytes = await files.copy(query, 'FORMAT parquet');
    expect(openParquet(bytes).columns).toEqual(['i', 'j']);
    expect(rowsOf(bytes)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('reads a file without rows', async () => {
    const bytes = await files.copy('SELECT 1 AS a WHERE false', 'FORMAT parquet');
    expect(rowsOf(bytes)).toEqual([]);
  });

  it('knows a whole file from a cut one', async () => {
    const bytes = await files.copy('SELECT 1 AS a', 'FORMAT parquet');
    expect(isParquet(bytes)).toBe(true);
    for (const part of [bytes.subarray(0, -1), bytes.subarray(1), Buffer.from('PAR1'), Buffer.alloc(0)]) {
      expect(isParquet(part)).toBe(false);
      expect(() => openParquet(part)).toThrow(expect.objectContaining({ code: 'malformed' }) as Error);
    }
  });

  it('gives errors of its own for any mutation', async () => {
    const query = `SELECT i AS a, 'text ' || (i % 5) AS b, CASE WHEN i % 4 > 0 THEN i % 3 END AS c FROM range(200) t(i)`;
    const contents = await Promise.all(
      ['snappy', 'lz4_raw', 'uncompressed'].flatMap((codec) =>
        ['V1', 'V2'].map((version) =>
          files.copy(query, `FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}`),
        ),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...contents),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        (bytes, changes) => {
          const mutated = Buffer.from(bytes);
          for (const [share, byte] of changes) mutated[Math.floor(share * mutated.length)] = byte;
          try {
            rowsOf(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(FlowtrapError);
          }
        },
      ),
      { seed: 20260302, numRuns: 3000 },
    );
  });
});
