/** The `timespan` of a query: ISO 8601 duration, or an interval of two times, or of a time and a duration. */

import type { Timespan } from './kqlWorker';
import { QueryError } from './queryFault';

const DURATION =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,7})?)S)?)?$/;
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
/** Without a month's or year's own length: .NET's XmlConvert counts 30 and 365 days. */
const UNITS = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1];

/**
 * @param text empty or undefined: no limit.
 * @param now where a bare duration ends.
 * @returns the limits, `to` exclusive.
 * @throws QueryError `request`.
 */
export function parseTimespan(text: string | undefined, now: Date): Timespan {
  if (text === undefined || text.trim() === '') return {};
  const parts = text.trim().split('/');
  const [first = '', second] = parts;
  if (parts.length === 1) {
    const length = duration(first);
    if (length !== undefined) return { from: new Date(now.getTime() - length), to: now };
  }
  if (parts.length === 2 && second !== undefined) {
    const [from, to] = [time(first), time(second)];
    const [before, after] = [duration(first), duration(second)];
    if (from !== undefined && to !== undefined && from <= to) return { from, to };
    if (from !== undefined && after !== undefined) return { from, to: new Date(from.getTime() + after) };
    if (to !== undefined && before !== undefined) return { from: new Date(to.getTime() - before), to };
  }
  throw new QueryError({
    kind: 'request',
    message: `The timespan "${text.slice(0, 100)}" is not valid: give PT12H, or start/end, start/duration or duration/end in ISO 8601.`,
  });
}

/** What lies in both. */
export function intersect(one: Timespan, other: Timespan): Timespan {
  const starts = [one.from, other.from].filter((date) => date !== undefined).map(Number);
  const ends = [one.to, other.to].filter((date) => date !== undefined).map(Number);
  return {
    ...(starts.length > 0 ? { from: new Date(Math.max(...starts)) } : {}),
    ...(ends.length > 0 ? { to: new Date(Math.min(...ends)) } : {}),
  };
}

function duration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  return UNITS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0) * 1000;
}

function time(text: string): Date | undefined {
  if (!TIME.test(text)) return undefined;
  const zoned = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const date = new Date(zoned);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
