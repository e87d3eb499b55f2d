import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../shared/duration';

describe('parseDuration', () => {
  it.each([
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['14d', 1_209_600_000],
    ['PT1H', 3_600_000],
    ['P14D', 1_209_600_000],
    ['P1DT12H30M', 131_400_000],
    ['P1W', 604_800_000],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '0m', '1', 'h', 'P', 'PT', '1.5h', '-1h', '1h30m', 'PT1H1D'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(/is no duration/);
  });

  it('writes the shortest exact form', () => {
    expect([900_000, 5_400_000, 3_600_000, 1_209_600_000].map(formatDuration)).toEqual(['15m', '90m', '1h', '14d']);
  });
});
