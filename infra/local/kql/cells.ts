/** Values that DuckDB returns, as cells of the Logs Query API's JSON. */
import type { KqlType } from './types';

export type ServiceCell = string | number | boolean | null;

/**
 * One cell. Takes what @duckdb/node-api gives for the column: its own value objects (`getRows`) or JavaScript values (`getRowsJS`).
 * datetime: `2026-01-02T03:04:05.1234560Z`; timespan (ticks): `[-][d.]hh:mm:ss[.fffffff]`; dynamic: JSON text; long: a number
 * (beyond 2^53 digits are lost, as in the service); real: a number, or `NaN`, `Infinity`, `-Infinity`; decimal, guid: text.
 */
export function toServiceCell(value: unknown, type: KqlType): ServiceCell {
  if (value === null || value === undefined) return type === 'string' ? '' : null;
  switch (type) {
    case 'bool':
      return Boolean(value);
    case 'int':
    case 'long':
      return Number(value);
    case 'real': {
      const number = Number(value);
      return Number.isFinite(number) ? number : String(number);
    }
    case 'datetime':
      return datetimeText(microseconds(value));
    case 'timespan':
      return timespanText(BigInt(value as bigint));
    case 'decimal':
      return String(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
    case 'dynamic':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'guid':
    case 'string':
      return String(value);
  }
}

/** Microseconds since 1970 as the service prints a datetime. */
export function datetimeText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (micros - fraction) / 1_000_000n;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.toISOString().slice(0, -5)}.${fraction.toString().padStart(6, '0')}0Z`;
}

/** Ticks of 100 ns as Kusto prints a timespan. */
export function timespanText(ticks: bigint): string {
  const sign = ticks < 0n ? '-' : '';
  const all = ticks < 0n ? -ticks : ticks;
  const two = (part: bigint) => part.toString().padStart(2, '0');
  const days = all / 864_000_000_000n;
  const hours = (all / 36_000_000_000n) % 24n;
  const minutes = (all / 600_000_000n) % 60n;
  const seconds = (all / 10_000_000n) % 60n;
  const fraction = all % 10_000_000n;
  const tail = fraction === 0n ? '' : `.${fraction.toString().padStart(7, '0')}`;
  return `${sign}${days === 0n ? '' : `${days}.`}${two(hours)}:${two(minutes)}:${two(seconds)}${tail}`;
}

function microseconds(value: unknown): bigint {
  if (value instanceof Date) return BigInt(value.getTime()) * 1000n;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'object' && value !== null && 'micros' in value) return BigInt(value.micros as bigint);
  return BigInt(Date.parse(`${String(value).replace(' ', 'T').replace(/Z?$/, 'Z')}`)) * 1000n;
}
