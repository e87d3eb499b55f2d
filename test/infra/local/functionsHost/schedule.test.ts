import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../../infra/local/functionsHost/timers/schedule';
import { parseTimeSpan } from '../../../../infra/local/functionsHost/timers/timeSpan';

const next = (schedule: string, after: string): string => parseSchedule(schedule).next(new Date(after)).toISOString();

describe('parseSchedule', () => {
  it.each([
    ['0 */5 * * * *', '2026-11-22T00:05:00Z', '2026-11-22T00:10:00.000Z'],
    ['0 */5 * * * *', '2026-11-22T00:04:59.999Z', '2026-11-22T00:05:00.000Z'],
    ['*/15 * * * *', '2026-11-22T00:01:30Z', '2026-11-22T00:15:00.000Z'],
    ['30 */5 * * * *', '2026-11-22T00:00:00Z', '2026-11-22T00:00:30.000Z'],
    ['0 5/15 * * * *', '2026-11-22T00:06:00Z', '2026-11-22T00:20:00.000Z'],
    ['0 0 9-17/4 * * MON-FRI', '2026-11-20T17:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['0 0 0 * feb,Apr SUN', '2026-11-22T00:00:00Z', '2027-02-07T00:00:00.000Z'],
    // Both must match: the next Friday the 13th, not the next 13th or Friday.
    ['0 0 0 13 * FRI', '2026-11-22T00:00:00Z', '2027-08-13T00:00:00.000Z'],
    ['0 0 0 29 2 *', '2026-11-22T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['00:01:30', '2026-11-22T00:00:00.250Z', '2026-11-22T00:01:30.250Z'],
    ['1.00:00:00', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00.000Z'],
  ])('%s after %s: %s', (schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  it.each([
    'not a cron',
    '',
    '* * * *',
    '* * * * * * *',
    '0 0 0 L * *',
    '0 0 0 15W * *',
    '0 0 0 * * FRI#2',
    '0 0 0 ? * *',
    '0 0 0 30 2 *',
    '0 60 * * * *',
    '0 0 0 * * 7',
    '@daily',
    '00:00:00',
    '25:00:00',
  ])('refuses "%s"', (schedule) => {
    expect(() => parseSchedule(schedule)).toThrow(/was not recognized\. Write NCRONTAB with six fields/);
  });

  it('finds each occurrence that a look at every second finds', () => {
    const field = (least: number, most: number) =>
      fc.oneof(
        fc.constant({ text: '*', fits: () => true }),
        fc
          .integer({ min: 1, max: Math.min(20, most - least + 1) })
          .map((step) => ({ text: `*/${step}`, fits: (n: number) => (n - least) % step === 0 })),
        fc
          .integer({ min: least, max: most })
          .map((value) => ({ text: String(value), fits: (n: number) => n === value })),
        fc
          .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
          .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
          .map(([a, b]) => ({ text: `${a}-${b}`, fits: (n: number) => n >= a && n <= b })),
      );
    const start = Date.parse('2026-02-26T22:00:00Z');
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(0, 6),
        fc.integer({ min: 0, max: 86_400 }),
        (s, m, h, d, w, offset) => {
          const after = start + offset * 1000;
          const fits = (time: Date): boolean =>
            s.fits(time.getUTCSeconds()) &&
            m.fits(time.getUTCMinutes()) &&
            h.fits(time.getUTCHours()) &&
            d.fits(time.getUTCDate()) &&
            w.fits(time.getUTCDay());
          const found = parseSchedule(`${s.text} ${m.text} ${h.text} ${d.text} * ${w.text}`).next(new Date(after));
          expect(fits(found)).toBe(true);
          expect(found.getTime()).toBeGreaterThan(after);
          // Nothing between, as far as it is worth looking.
          const end = Math.min(found.getTime(), after + 6 * 3600_000);
          for (let time = after + 1000; time < end; time += 1000)
            if (fits(new Date(time))) throw new Error(`missed ${new Date(time).toISOString()}`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows which fire more often than once a minute', () => {
    const gap = (schedule: string): number => parseSchedule(schedule).shortestGap(new Date('2026-11-22T00:00:00Z'));
    expect(gap('*/10 * * * * *')).toBe(10_000);
    expect(gap('0,50 0 * * * *')).toBe(50_000);
    expect(gap('0 * * * * *')).toBe(60_000);
    expect(gap('00:00:59')).toBe(59_000);
  });
});

describe('parseTimeSpan', () => {
  it.each([
    ['00:10:00', 600_000],
    ['1.02:03:04', 93_784_000],
    ['00:00:00.5', 500],
    ['00:01', 60_000],
    ['24:00:00', undefined],
    ['00:60:00', undefined],
    ['10', undefined],
    ['-00:01:00', undefined],
    ['', undefined],
  ])('%s: %s ms', (text, expected) => {
    expect(parseTimeSpan(text)).toBe(expected);
  });
});
