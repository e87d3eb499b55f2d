/**
 * Values of Kusto's literals, read from their source text: the parser's own values are wrong for some of them (hexadecimal numbers,
 * `time(…)`, `real(nan)`, fractions of seconds).
 */
import type { LiteralValue, ScalarType } from './syntax';

const MICROSECONDS_PER_MILLISECOND = 1000n;

/** Ticks (100 ns) in a unit of a timespan literal. */
const TICKS: Readonly<Record<string, bigint>> = {
  d: 864_000_000_000n,
  day: 864_000_000_000n,
  days: 864_000_000_000n,
  h: 36_000_000_000n,
  hr: 36_000_000_000n,
  hrs: 36_000_000_000n,
  hour: 36_000_000_000n,
  hours: 36_000_000_000n,
  m: 600_000_000n,
  min: 600_000_000n,
  minute: 600_000_000n,
  minutes: 600_000_000n,
  s: 10_000_000n,
  sec: 10_000_000n,
  second: 10_000_000n,
  seconds: 10_000_000n,
  ms: 10_000n,
  milli: 10_000n,
  millis: 10_000n,
  millisec: 10_000n,
  millisecond: 10_000n,
  milliseconds: 10_000n,
  micro: 10n,
  micros: 10n,
  microsec: 10n,
  microsecond: 10n,
  microseconds: 10n,
  tick: 1n,
  ticks: 1n,
};

/** The value of a literal of that type; undefined when the text is none. Takes `5`, `int(5)`, `datetime(2026-01-02)`, `1.5h` … */
export function parseLiteral(text: string, type: ScalarType): LiteralValue | undefined {
  const inner = unwrap(text.trim());
  if (/^null$/i.test(inner)) return type === 'string' ? '' : null;
  switch (type) {
    case 'bool':
      return BOOLEANS[inner.toLowerCase()];
    case 'int':
    case 'long':
      return parseInteger(inner);
    case 'real':
      return parseReal(inner);
    case 'decimal':
      return /^[-+]?\d*\.?\d+(e[-+]?\d+)?$/i.test(inner) ? inner : undefined;
    case 'datetime':
      return inner === '' ? null : parseDatetime(inner);
    case 'timespan':
      return parseTimespan(inner);
    case 'guid':
      return parseGuid(inner);
    default:
      return undefined;
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, '1': true, '0': false };

/** Takes `name(…)` and quotes away. */
function unwrap(text: string): string {
  const call = /^[a-z0-9]+\s*\(([\s\S]*)\)$/i.exec(text);
  const inner = (call?.[1] ?? text).trim();
  const quoted = /^(["'])([\s\S]*)\1$/.exec(inner);
  return (quoted?.[2] ?? inner).trim();
}

function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (match?.[2] === undefined) return undefined;
  const value = BigInt(match[2]);
  return match[1] === '-' ? -value : value;
}

function parseReal(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

export function parseGuid(text: string): string | undefined {
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Microseconds since 1970 of a datetime text in UTC: `2026`, `2026-01`, `2026-01-02`, with `T` or blank and `hh:mm[:ss[.fffffff]]`, `Z` or
 * an offset; `1/31/2026 [hh:mm:ss]`, `31 Jan 26 [hh:mm:ss]`. Digits beyond the sixth are cut.
 */
export function parseDatetime(text: string): bigint | undefined {
  const iso =
    /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?\s*(Z|[-+]\d\d:?\d\d)?)?)?)?\s*Z?$/i.exec(
      text,
    );
  if (iso !== null) return fromParts(iso[1], iso[2], iso[3], iso[4], iso[5], iso[6], iso[7], iso[8]);
  const american = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:\s+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?$/.exec(
    text,
  );
  if (american === null) return parseNamedMonth(text);
  return fromParts(
    american[3],
    american[1],
    american[2],
    american[4],
    american[5],
    american[6],
    american[7],
    undefined,
  );
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `[Sat, ]8 Nov 14 [15:05[:02]] [GMT]`, also with hyphens and four digits of the year; two digits mean 1970 to 2069. */
function parseNamedMonth(text: string): bigint | undefined {
  const named =
    /^(?:[a-z]{3,9},\s*)?(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4}|\d{2})(?:\s+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?(?:\s*GMT)?$/i.exec(
      text,
    );
  const month = MONTHS.indexOf((named?.[2] ?? '').slice(0, 3).toLowerCase()) + 1;
  if (named === null || month === 0) return undefined;
  const digits = named[3] ?? '';
  const year = digits.length === 4 ? digits : `${Number(digits) < 70 ? '20' : '19'}${digits}`;
  return fromParts(year, String(month), named[1], named[4], named[5], named[6], named[7], undefined);
}

type Part = string | undefined;

function fromParts(
  year: Part,
  month: Part,
  day: Part,
  hour: Part,
  minute: Part,
  second: Part,
  fraction: Part,
  offset: Part,
): bigint | undefined {
  const numbers = [year, month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = numbers;
  if (y < 1 || mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCDate() !== d) return undefined;
  date.setUTCHours(h, mi, s);
  const micros = BigInt((fraction ?? '').slice(0, 6).padEnd(6, '0'));
  return BigInt(date.getTime()) * MICROSECONDS_PER_MILLISECOND + micros - offsetMicroseconds(offset);
}

function offsetMicroseconds(offset: Part): bigint {
  const match = /^([-+])(\d\d):?(\d\d)$/.exec(offset ?? '');
  if (match === null) return 0n;
  const minutes = BigInt(match[2] ?? 0) * 60n + BigInt(match[3] ?? 0);
  return (match[1] === '-' ? -minutes : minutes) * 60_000_000n;
}

/** Ticks of a timespan text: `1.5h`, `15 seconds`, `[-][d.]hh:mm[:ss[.fffffff]]`, or a number of days. */
export function parseTimespan(text: string): bigint | undefined {
  const unit = /^([-+]?)(\d+)(?:\.(\d+))?\s*([a-z]+)$/i.exec(text);
  if (unit !== null) {
    const size = TICKS[(unit[4] ?? '').toLowerCase()];
    return size === undefined ? undefined : signed(unit[1], scaled(unit[2] ?? '0', unit[3] ?? '', size));
  }
  const clock = /^([-+]?)(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text);
  if (clock !== null) {
    const [hour, minute, second] = [clock[3], clock[4], clock[5] ?? 0].map((part) => BigInt(part ?? 0));
    if ((hour ?? 0n) > 23n || (minute ?? 0n) > 59n || (second ?? 0n) > 59n) return undefined;
    const seconds = ((BigInt(clock[2] ?? 0) * 24n + (hour ?? 0n)) * 60n + (minute ?? 0n)) * 60n + (second ?? 0n);
    return signed(clock[1], seconds * 10_000_000n + BigInt((clock[6] ?? '').padEnd(7, '0')));
  }
  const days = /^([-+]?)(\d+)(?:\.(\d+))?$/.exec(text);
  return days === null ? undefined : signed(days[1], scaled(days[2] ?? '0', days[3] ?? '', 864_000_000_000n));
}

function scaled(whole: string, fraction: string, size: bigint): bigint {
  const digits = fraction.slice(0, 18);
  return BigInt(whole) * size + (BigInt(digits === '' ? 0 : digits) * size) / 10n ** BigInt(digits.length);
}

function signed(sign: string | undefined, value: bigint): bigint {
  return sign === '-' ? -value : value;
}

/** Microseconds since 1970 as Kusto prints a datetime: `2026-01-02T03:04:05.1234560Z`. */
export function datetimeText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - fraction) / MICROSECONDS_PER_MILLISECOND));
  if (Number.isNaN(date.getTime())) return '';
  return `${date.toISOString().slice(0, -5)}.${fraction.toString().padStart(6, '0')}0Z`;
}

/** Ticks of 100 ns as Kusto prints a timespan: `[-][d.]hh:mm:ss[.fffffff]`. */
export function timespanText(ticks: bigint): string {
  const all = ticks < 0n ? -ticks : ticks;
  const two = (part: bigint) => part.toString().padStart(2, '0');
  const days = all / 864_000_000_000n;
  const clock = [(all / 36_000_000_000n) % 24n, (all / 600_000_000n) % 60n, (all / 10_000_000n) % 60n];
  const fraction = all % 10_000_000n;
  const tail = fraction === 0n ? '' : `.${fraction.toString().padStart(7, '0')}`;
  return `${ticks < 0n ? '-' : ''}${days === 0n ? '' : `${days}.`}${clock.map(two).join(':')}${tail}`;
}
