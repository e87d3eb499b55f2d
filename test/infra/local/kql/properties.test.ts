/** Laws that hold for any data, on a real DuckDB. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toServiceCell } from '../../../../infra/local/kql';
import { type Engine, openEngine } from './engine';

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const literal = (value: number | null) => (value === null ? 'int(null)' : String(value));
const text = (value: string) => JSON.stringify(value);
const smallInt = fc.option(fc.integer({ min: -3, max: 3 }), { nil: null });

describe('three-valued logic', () => {
  it('p, not p and unknown p share out the rows', async () => {
    const predicate = fc.constantFrom(
      'a == b',
      'a != b',
      'a < b',
      'a >= b',
      'a in (1, 2)',
      'a !in (1, 2)',
      'a == 1 or b > 0',
      'a != 1 and not(b == 2)',
      'a between (0 .. b)',
      'iff(a > 0, bool(null), b > 0)',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(smallInt, smallInt), { minLength: 1, maxLength: 6 }),
        predicate,
        async (rows, p) => {
          const table = `let T = datatable(a:int, b:int)[${rows.map(([a, b]) => `${literal(a)}, ${literal(b)}`).join(', ')}];`;
          const counts = await engine.rows(
            `${table} union (T | where ${p}), (T | where not(${p})), (T | where isnull(${p})) | count`,
          );
          expect(counts).toEqual([[rows.length]]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('terms', () => {
  /** Kusto's rule, written the slow way: an occurrence counts unless letters or digits go on at an alphanumeric edge. */
  function has(whole: string, term: string): boolean {
    const [s, t] = [whole.toLowerCase(), term.toLowerCase()];
    const alphanumeric = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
    for (let at = s.indexOf(t); at >= 0; at = s.indexOf(t, at + 1)) {
      const before = alphanumeric(t[0]) && alphanumeric(s[at - 1]);
      const after = alphanumeric(t.at(-1)) && alphanumeric(s[at + t.length]);
      if (!before && !after) return true;
    }
    return false;
  }

  const words = (max: number) =>
    fc
      .array(fc.constantFrom('a', 'B', '1', '.', '-', ' ', '\\', '(', '*', '"', "'", '%', '$'), {
        minLength: 1,
        maxLength: max,
      })
      .map((parts) => parts.join(''));

  it('has finds what the rule says, with constant and with computed terms', async () => {
    await fc.assert(
      fc.asyncProperty(words(8), words(3), async (whole, term) => {
        const rows = await engine.rows(
          `datatable(s:string, t:string)[${text(whole)}, ${text(term)}] | project s has ${text(term)}, s has t`,
        );
        expect(rows).toEqual([[has(whole, term), has(whole, term)]]);
      }),
      { numRuns: 60 },
    );
  });

  it('texts come back as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 20 }), async (value) => {
        expect(await engine.rows(`print s = ${text(value).replaceAll('\u007f', '\\u007f')}`)).toEqual([[value]]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('toServiceCell', () => {
  it.each<[unknown, Parameters<typeof toServiceCell>[1], unknown]>([
    [{ micros: 1_700_000_000_123_456n }, 'datetime', '2023-11-14T22:13:20.1234560Z'],
    [new Date(0), 'datetime', '1970-01-01T00:00:00.0000000Z'],
    [-1n, 'datetime', '1969-12-31T23:59:59.9999990Z'],
    [937_845_000_000n, 'timespan', '1.02:03:04.5000000'],
    [-10_000_000n, 'timespan', '-00:00:01'],
    [5n, 'long', 5],
    [Number.NaN, 'real', 'NaN'],
    [1.5, 'real', 1.5],
    ['{"a":1}', 'dynamic', '{"a":1}'],
    ['1.500000000000', 'decimal', '1.5'],
    [null, 'string', ''],
    [null, 'dynamic', null],
    [true, 'bool', true],
  ])('%s as %s', (value, type, expected) => {
    expect(toServiceCell(value, type)).toBe(expected);
  });
});
