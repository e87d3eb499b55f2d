/** Values that DuckDB returns, as cells of the Logs Query API's JSON. */
import { datetimeText, timespanText } from '../../../shared/kql/language';
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

function microseconds(value: unknown): bigint {
  if (value instanceof Date) return BigInt(value.getTime()) * 1000n;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'object' && value !== null && 'micros' in value) return BigInt(value.micros as bigint);
  return BigInt(Date.parse(`${String(value).replace(' ', 'T').replace(/Z?$/, 'Z')}`)) * 1000n;
}
