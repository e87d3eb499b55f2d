/** The facade over Microsoft's parser: findings, literals, and the one repair of the bundle. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkQuery,
  createWorkspace,
  datetimeText,
  parseDatetime,
  parseTimespan,
  timespanText,
} from '../../../../shared/kql/language';

const SCHEMA = {
  tables: [
    {
      name: 'T',
      columns: [
        { name: 'A', type: 'long' as const },
        { name: 'B', type: 'string' as const },
      ],
    },
  ],
  functions: [{ name: 'F', parameters: '(c: string)', body: 'T | project V = column_ifexists(c, dynamic(null))' }],
};

describe('checkQuery', () => {
  it('finds nothing in a valid query', () => {
    expect(checkQuery('T | where A > 1 | summarize count() by B', SCHEMA)).toEqual([]);
  });

  it('says what is wrong, where', () => {
    expect(checkQuery('T\n| where C > 1', SCHEMA)).toEqual([
      {
        code: 'KS142',
        message: "The name 'C' does not refer to any known column, table, variable or function.",
        start: 10,
        length: 1,
        line: 2,
        column: 9,
        text: 'C',
      },
    ]);
  });

  it('refuses long runs of signs before the parser sees them, however they are spaced', () => {
    for (const run of ['-'.repeat(5000), '- '.repeat(5000), '-+\n'.repeat(2500)]) {
      expect(checkQuery(`print ${run}1`, SCHEMA).map(({ code }) => code)).toEqual(['limit']);
    }
    expect(checkQuery(`print "${'-'.repeat(5000)}"`, SCHEMA)).toEqual([]);
    expect(checkQuery(`// ${'-'.repeat(5000)}\nprint ${'1 + -1 - '.repeat(60)}1`, SCHEMA)).toEqual([]);
  });

  it('knows that column_ifexists makes a result depend on the argument', () => {
    // Without the repair both calls would have the columns of the first, and `strlen(V)` of the second would not be accepted.
    expect(checkQuery('union (F("A") | extend X = V + 1), (F("B") | extend X = strlen(V))', SCHEMA)).toEqual([]);
  });

  it('takes any text without throwing', () => {
    const workspace = createWorkspace(SCHEMA);
    const words = fc.constantFrom(
      'T',
      '|',
      'where',
      'A',
      '(',
      ')',
      '"',
      "'",
      '==',
      '1h',
      'let x =',
      ';',
      '{',
      '}',
      '\n',
      'summarize',
      'by',
      '//',
      '@',
      '😀',
    );
    const text = fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, (kql) => {
        expect(Array.isArray(workspace.analyze(kql).diagnostics)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('literals', () => {
  it.each<[string, bigint | undefined]>([
    ['1h', 36_000_000_000n],
    ['1.5d', 1_296_000_000_000n],
    ['15 seconds', 150_000_000n],
    ['1.02:03:04.5', 937_845_000_000n],
    ['-00:00:01', -10_000_000n],
    ['2', 1_728_000_000_000n],
    ['25:00:00', undefined],
    ['h', undefined],
  ])('timespan %s', (text, ticks) => {
    expect(parseTimespan(text)).toBe(ticks);
  });

  it.each<[string, string | undefined]>([
    ['2026', '2026-01-01T00:00:00.000Z'],
    ['2026-03', '2026-03-01T00:00:00.000Z'],
    ['2026-03-04 05:06', '2026-03-04T05:06:00.000Z'],
    ['2026-03-04T05:06:07.1239999Z', '2026-03-04T05:06:07.123Z'],
    ['2026-03-04T05:06:07+02:00', '2026-03-04T03:06:07.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['2026-02-30', undefined],
    ['tomorrow', undefined],
  ])('datetime %s', (text, iso) => {
    const micros = parseDatetime(text);
    const floor =
      micros === undefined
        ? undefined
        : new Date(Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n)).toISOString();
    expect(floor).toBe(iso);
  });

  it('texts of times are read back as the same time', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }), (micros) => {
        expect(parseDatetime(datetimeText(micros))).toBe(micros);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (ticks) => {
        expect(parseTimespan(timespanText(ticks))).toBe(ticks);
      }),
    );
  });
});
