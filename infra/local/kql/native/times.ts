/** Local times of time zones, by the runtime's own tables. Texts are microseconds since 1970. */
import type { NativeFunction, NativeTable } from './native';

const HOUR = 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone));
  return formats.get(zone);
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** Milliseconds that a zone's clocks are ahead of UTC at a moment. */
function offset(format: Intl.DateTimeFormat, at: number): number {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  const local = new Date(0);
  local.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'));
  return local.getTime() - Math.floor(at / 1000) * 1000;
}

function shifted(shift: (format: Intl.DateTimeFormat, at: number) => number): NativeFunction {
  return (micros, zone) => {
    const format = formatOf(zone ?? '');
    if (micros === null || micros === undefined) return null;
    if (format === undefined) throw new Error(`There is no time zone '${zone}'`);
    return (BigInt(micros) + BigInt(shift(format, Number(BigInt(micros) / 1000n))) * 1000n).toString();
  };
}

/** A local time that clocks skip is taken as if they had been set an hour before, one that comes twice as the later. */
function toUtc(format: Intl.DateTimeFormat, local: number): number {
  const later = offset(format, local - offset(format, local + 12 * HOUR));
  const candidates = [later, offset(format, local - later)];
  const fits = candidates.find((ahead) => offset(format, local - ahead) === ahead);
  return -(fits ?? Math.max(...candidates, offset(format, local + 12 * HOUR)));
}

export const TIMES: NativeTable = {
  datetime_utc_to_local: [2, shifted(offset)],
  datetime_local_to_utc: [2, shifted(toUtc)],
  datetime_list_timezones: [0, () => JSON.stringify(Intl.supportedValuesOf('timeZone'))],
};
