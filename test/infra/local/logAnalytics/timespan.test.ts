import { describe, expect, it } from 'vitest';
import { intersect, parseTimespan } from '../../../../infra/local/logAnalytics/query/timespan';

const NOW = new Date('2026-03-02T10:00:00Z');
const spans = (text: string) => {
  const { from, to } = parseTimespan(text, NOW);
  return [from?.toISOString(), to?.toISOString()];
};

describe('parseTimespan', () => {
  it.each([
    ['', undefined, undefined],
    ['PT12H', '2026-03-01T22:00:00.000Z', '2026-03-02T10:00:00.000Z'],
    ['P14D', '2026-02-16T10:00:00.000Z', '2026-03-02T10:00:00.000Z'],
    ['P1DT2H3M4.5S', '2026-03-01T07:56:55.500Z', '2026-03-02T10:00:00.000Z'],
    ['2026-03-01T00:00:00Z/2026-03-01T01:00:00+01:00', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T00:00:00.1234567Z/PT1H', '2026-03-01T00:00:00.123Z', '2026-03-01T01:00:00.123Z'],
    ['P1W/2026-03-08', '2026-03-01T00:00:00.000Z', '2026-03-08T00:00:00.000Z'],
    ['2026-03-01T05:00/2026-03-01T06:00', '2026-03-01T05:00:00.000Z', '2026-03-01T06:00:00.000Z'],
  ])('%s', (text, from, to) => {
    expect(spans(text)).toEqual([from, to]);
  });

  it.each([
    'P',
    'PT',
    '12h',
    'PT1H/PT1H',
    '2026-03-02',
    '2026-03-02/2026-03-01',
    'a/b',
    '2026-03-01/2026-03-02/2026-03-03',
    '2026-13-01/PT1H',
  ])('refuses %s', (text) => {
    expect(() => parseTimespan(text, NOW)).toThrow(text);
  });
});

describe('intersect', () => {
  it('keeps the later start and the earlier end', () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 2, 2, hour));
    expect(intersect({ from: at(1), to: at(5) }, { from: at(2), to: at(9) })).toEqual({ from: at(2), to: at(5) });
    expect(intersect({ from: at(1) }, { to: at(9) })).toEqual({ from: at(1), to: at(9) });
    expect(intersect({}, {})).toEqual({});
  });
});
