/** Values of a draft in the types and forms of the schema's fields. */
import { canonicalMac, isFqdn, isHostname } from './names';
import type { Field } from './networkSessionFields';
import { isEventTime, isoTime } from './times';

export const MAX_INT = 2_147_483_647;

/** A whole number from digits or a number; undefined for anything else, negative ones among it. */
export function toWhole(value: unknown): number | undefined {
  if (typeof value === 'number')
    return value >= 0 && Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) : undefined;
  if (typeof value !== 'string' || !/^\d{1,16}(\.\d{1,20})?$/.test(value)) return undefined;
  const number = Math.trunc(Number(value));
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A value in its field's type and form; undefined when it does not fit. */
export function fit(field: Field, value: unknown): unknown {
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? fitText(field, value) : undefined;
    case 'int':
    case 'long': {
      const number = toWhole(value);
      if (number === undefined || (field.type === 'int' && number > MAX_INT)) return undefined;
      if (field.form === 'port') return number <= 65_535 ? number : undefined;
      return field.form === 'percent' && number > 100 ? undefined : number;
    }
    case 'real': {
      const number =
        typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
      if (!Number.isFinite(number)) return undefined;
      return Math.abs(number) <= (field.form === 'latitude' ? 90 : 180) ? number : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'datetime':
      return typeof value === 'number' && isEventTime(Math.trunc(value)) ? isoTime(Math.trunc(value)) : undefined;
    case 'dynamic':
      return value;
  }
}

function fitText(field: Field, text: string): string | undefined {
  switch (field.form) {
    case 'mac':
      return canonicalMac(text);
    case 'domain':
      return isFqdn(text) || isHostname(text) ? text : undefined;
    case 'fqdn':
      return isFqdn(text) || /^[^\\]+\\[^\\]+$/.test(text) ? text : undefined;
    case 'hostname':
      return isHostname(text) ? text : undefined;
    default:
      return text;
  }
}
