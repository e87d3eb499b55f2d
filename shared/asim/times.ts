/** Times as ASIM's datetime text: ISO 8601 in UTC with milliseconds. */

const MINUTE = 60_000;
/** 0001-01-01 to 9999-12-31: what a datetime column of Log Analytics can hold. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9999, 11, 31);

/** Texts of minutes remembered at once; a blob covers an hour or so. */
const REMEMBERED = 1024;
const minutes = new Map<number, string>();

/** Whether a time in milliseconds since the epoch can be an event's: a whole number after 1970 and before the year 9999. */
export function isEventTime(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds > EARLIEST && milliseconds < LATEST;
}

/** The text of a time (milliseconds since the epoch, after 1970), like Date.toISOString; neighbours in time share work. */
export function isoTime(milliseconds: number): string {
  const inMinute = milliseconds % MINUTE;
  const minute = milliseconds - inMinute;
  let prefix = minutes.get(minute);
  if (prefix === undefined) {
    if (minutes.size >= REMEMBERED) minutes.clear();
    prefix = new Date(minute).toISOString().slice(0, 17);
    minutes.set(minute, prefix);
  }
  const rest = inMinute + 100_000;
  return `${prefix}${String((rest / 1000) | 0).slice(1)}.${String((rest % 1000) + 1000).slice(1)}Z`;
}
