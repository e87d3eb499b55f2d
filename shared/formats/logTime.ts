/** Points in time as log lines write them, in milliseconds since the epoch. */

const MONTHS: readonly string[] = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Hours from UTC of the abbreviations that devices print; anything else counts as UTC. */
const ZONES: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  WEST: 1,
  MSK: 3,
  JST: 9,
  KST: 9,
  AEST: 10,
  AEDT: 11,
};

const CEF_TEXT = /^([A-Za-z]{3}) {1,2}(\d{1,2}),? (\d{4}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ?(\S{1,6}))?$/;
const ISO_TEXT = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?(\S{1,6}))?$/;
const SLASH_TEXT = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?()$/;
/** As the portal exports it, and some resource logs: month first, where both ways could be meant. */
const US_TEXT =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ?([AP])M)?(?: ?(\S{1,6}))?$/i;
const FIRST_MILLISECONDS = 1e11;
/** Times until then are read. */
const LATEST = Date.UTC(9999, 11, 31);

/**
 * Reads Unix seconds or milliseconds, `Mar 02 2026 10:00:12[.123] [GMT]`, ISO 8601, `2026/03/02 10:00:12` and `3/2/2026, 10:00:12.123 AM`.
 * Without a zone the time counts as UTC.
 * @returns undefined for anything else, a time without a year among it.
 */
export function parseLogTime(text: string): number | undefined {
  if (/^\d{9,14}(\.\d{1,9})?$/.test(text)) {
    const value = Number(text);
    return checked(Math.round(value < FIRST_MILLISECONDS ? value * 1000 : value));
  }
  const cef = CEF_TEXT.exec(text);
  if (cef !== null) {
    const [, month = '', day, year, hour, minute, second, fraction, zone] = cef;
    const index = MONTHS.indexOf(month.toLowerCase());
    return index < 0 ? undefined : assemble([year, index + 1, day, hour, minute, second], fraction, zone);
  }
  const american = US_TEXT.exec(text);
  if (american !== null) {
    const [, first, other, year, hour = '', minute, second, fraction, half, zone] = american;
    // Where the first cannot be a month, the portal's language puts the day there.
    const [month, day] = Number(first) > 12 ? [other, first] : [first, other];
    const clock = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
    return half !== undefined && (Number(hour) < 1 || Number(hour) > 12)
      ? undefined
      : assemble([year, month, day, clock, minute, second], fraction, zone);
  }
  const iso = ISO_TEXT.exec(text) ?? SLASH_TEXT.exec(text);
  if (iso === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = iso;
  return assemble([year, month, day, hour, minute, second], fraction, zone);
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
  const numeric = /^(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (numeric === null) return (ZONES[zone.toUpperCase()] ?? 0) * 3_600_000;
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
  return (numeric[1] === '-' ? -minutes : minutes) * 60_000;
}

function checked(time: number): number | undefined {
  return Number.isInteger(time) && time > 0 && time < LATEST ? time : undefined;
}
