/** Points in time as log lines write them, in milliseconds since the epoch. */

const MONTHS: readonly string[] = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Hours from UTC of the abbreviations that devices print; anything else counts as UTC. */
export const ZONES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ UTC: 0, GMT: 0, Z: 0, WET: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, SAST: 2, EET: 2, EEST: 3, MSK: 3, IST: 5.5 },
    ...{ SGT: 8, HKT: 8, JST: 9, KST: 9, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13 },
    ...{ BRT: -3, ART: -3, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 },
    ...{ AKST: -9, AKDT: -8, HST: -10 },
  }),
);

const CLOCK = String.raw`(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,12}))?`;
const ZONE = String.raw`(?: ?(\S{1,9}))?`;
/** `Mon` or `Mon,` before a date. */
const WEEKDAY = '(?:[A-Za-z]{3},? )?';
const CEF_TEXT = new RegExp(String.raw`^${WEEKDAY}([A-Za-z]{3}) {1,2}(\d{1,2}),? (\d{4}) ${CLOCK}${ZONE}$`);
/** As C writes it: the year is last. */
const YEAR_LAST_TEXT = new RegExp(String.raw`^${WEEKDAY}([A-Za-z]{3}) {1,2}(\d{1,2}) ${CLOCK}(?: (\S{1,6}))? (\d{4})$`);
/** As mail and web servers write it: `Mon, 02 Mar 2026 10:00:12 +0000`, `02/Mar/2026:10:00:12 +0000`. */
const DAY_FIRST_TEXT = new RegExp(String.raw`^${WEEKDAY}(\d{1,2})[ /-]([A-Za-z]{3})[ /-](\d{4})[ :]${CLOCK}${ZONE}$`);
const ISO_TEXT = new RegExp(String.raw`^(\d{4})([-/])(\d{2})\2(\d{2})[Tt ]${CLOCK}${ZONE}$`);
/** As the portal exports it, and some resource logs: month first, where both ways could be meant. */
const US_TEXT =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?([AP])M)?(?: ?(\S{1,9}))?$/i;
/** Numbers from there on count milliseconds, microseconds, nanoseconds. */
const FIRST_MILLISECONDS = 1e11;
const FIRST_MICROSECONDS = 1e14;
const FIRST_NANOSECONDS = 1e17;
/** Times until then are read. */
const LATEST = Date.UTC(9999, 11, 31);

/**
 * Reads Unix seconds (or milliseconds, microseconds, nanoseconds), `Mar 02 2026 10:00:12[.123] [GMT]`, `Mon Mar  2 10:00:12 2026`, ISO 8601,
 * `2026/03/02 10:00:12`, `02/Mar/2026:10:00:12 +0000` and `3/2/2026, 10:00:12.123 AM`. Without a zone the time counts as UTC.
 * @returns undefined for anything else, a time without a year among it.
 */
export function parseLogTime(text: string): number | undefined {
  if (/^\d{9,19}(\.\d{1,9})?$/.test(text)) return checked(Math.round(fromEpoch(Number(text))));
  const iso = ISO_TEXT.exec(text);
  if (iso !== null) {
    const [, year, , month, day, hour, minute, second, fraction, zone] = iso;
    return assemble([year, month, day, hour, minute, second], fraction, zone);
  }
  return parseNamedMonth(text) ?? parseAmerican(text);
}

function fromEpoch(value: number): number {
  if (value < FIRST_MILLISECONDS) return value * 1000;
  if (value < FIRST_MICROSECONDS) return value;
  return value < FIRST_NANOSECONDS ? value / 1000 : value / 1e6;
}

function parseNamedMonth(text: string): number | undefined {
  const [, month, day, year, ...rest] = CEF_TEXT.exec(text) ?? [];
  if (month !== undefined) return withMonth(year, month, day, rest);
  const [, lastMonth, lastDay, hour, minute, second, fraction, zone, lastYear] = YEAR_LAST_TEXT.exec(text) ?? [];
  if (lastMonth !== undefined) return withMonth(lastYear, lastMonth, lastDay, [hour, minute, second, fraction, zone]);
  const [, firstDay, firstMonth = '', firstYear, ...clock] = DAY_FIRST_TEXT.exec(text) ?? [];
  return firstDay === undefined ? undefined : withMonth(firstYear, firstMonth, firstDay, clock);
}

function withMonth(
  year: string | undefined,
  month: string,
  day: string | undefined,
  [hour, minute, second, fraction, zone]: readonly (string | undefined)[],
): number | undefined {
  const index = MONTHS.indexOf(month.toLowerCase());
  return index < 0 ? undefined : assemble([year, index + 1, day, hour, minute, second], fraction, zone);
}

function parseAmerican(text: string): number | undefined {
  const american = US_TEXT.exec(text);
  if (american === null) return undefined;
  const [, first, other, year, hour = '', minute, second, fraction, half, zone] = american;
  // Where the first cannot be a month, the portal's language puts the day there.
  const [month, day] = Number(first) > 12 ? [other, first] : [first, other];
  if (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)) return undefined;
  const clock = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return assemble([year, month, day, clock, minute, second], fraction, zone);
}

function assemble(
  [yearText, monthText, dayText, hourText, minuteText, secondText]: readonly (string | number | undefined)[],
  fraction: string | undefined,
  zone: string | undefined,
): number | undefined {
  const [month, day] = [Number(monthText), Number(dayText)];
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = Date.UTC(Number(yearText), month - 1, day);
  if (day > 28 && new Date(date).getUTCDate() !== day) return undefined;
  const milliseconds = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  return checked(date + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - zoneOffset(zone));
}

/** Milliseconds that a zone is ahead of UTC. */
function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || zone === '') return 0;
  const numeric = /^(?:GMT|UTC)?([+-])-?(\d{1,2})(?::?(\d{2}))?$/.exec(zone);
  if (numeric === null) return (ZONES.get(zone.toUpperCase()) ?? 0) * 3_600_000;
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  return (numeric[1] === '-' ? -minutes : minutes) * 60_000;
}

function checked(time: number): number | undefined {
  return Number.isInteger(time) && time > 0 && time < LATEST ? time : undefined;
}
