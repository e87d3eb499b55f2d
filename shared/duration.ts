/** Durations as Sentinel rules and settings write them. All values are milliseconds. */
import { FlowtrapError } from './errors';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const SHORT = /^(\d{1,6})\s*([smhdw])$/i;
const ISO = /^P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/i;

/**
 * Milliseconds of `15m`, `1h`, `14d` (rule files) or `PT15M`, `P14D`, `P1DT12H` (ISO 8601; settings and the rules API).
 * @throws FlowtrapError `malformed` for anything else, and for zero.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  const short = SHORT.exec(trimmed);
  let value = 0;
  if (short) {
    value = Number(short[1]) * (UNITS[(short[2] ?? '').toLowerCase()] ?? 0);
  } else {
    const iso = ISO.exec(trimmed);
    if (iso) {
      const [, w = 0, d = 0, h = 0, m = 0, s = 0] = iso;
      value = Number(w) * 7 * DAY + Number(d) * DAY + Number(h) * HOUR + Number(m) * MINUTE + Number(s) * SECOND;
    }
  }
  if (value > 0) return value;
  throw new FlowtrapError('malformed', `"${text}" is no duration.`, {
    fix: 'Write it as 15m, 1h or 14d, or as PT15M, PT1H, P14D.',
  });
}

/** The shortest of our spellings: `90m`, `1h`, `14d`. */
export function formatDuration(milliseconds: number): string {
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
  ] as const) {
    if (milliseconds >= size && milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${Math.round(milliseconds / SECOND)}s`;
}
