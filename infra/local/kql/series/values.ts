/** Series: JSON arrays of numbers, as Kusto's series functions take and give them. */

/** An element; null where it is missing or no number. */
export type Element = number | null;
export type Series = readonly Element[];

const NAMED: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** The series in a JSON text; undefined when it is no array. */
export function parseSeries(json: string | null | undefined): Series | undefined {
  const parsed = parseJson(json);
  if (!Array.isArray(parsed)) return undefined;
  return parsed.map((item: unknown) => (typeof item === 'number' ? item : (NAMED.get(item) ?? null)));
}

/** The value of a JSON text; undefined for none. */
export function parseJson(json: string | null | undefined): unknown {
  if (json === null || json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whether all numbers of a series are whole by their notation: `1`, not `1.0`. */
export function isWholeSeries(json: string): boolean {
  return !/[.eE]|NaN|Infinity/.test(json);
}

/** A real as JSON: whole ones keep a fraction, so that they stay reals. */
export function realJson(value: Element): string {
  if (value === null) return 'null';
  if (!Number.isFinite(value)) return `"${String(value)}"`;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

export function realsJson(values: Series): string {
  return `[${values.map(realJson).join(',')}]`;
}

export function present(values: Series): readonly number[] {
  return values.filter((value) => value !== null);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Squares of the distances from the mean, added up. */
export function squares(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((total, value) => total + (value - middle) ** 2, 0);
}

/** Over the sample (n - 1); 0 for less than two. */
export function variance(values: readonly number[]): number {
  return values.length < 2 ? 0 : squares(values) / (values.length - 1);
}

/** By linear interpolation between the neighbours in order. @param share 0 to 1. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (at - Math.floor(at)) * (high - low);
}

export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

export function median(values: readonly number[]): number {
  return quantile(ascending(values), 0.5);
}

/** A number argument; the default when it is left out. */
export function numberOr(text: string | null | undefined, fallback: number): number {
  if (text === null || text === undefined || text === '') return fallback;
  const value = Number(text);
  return Number.isNaN(value) ? fallback : value;
}
