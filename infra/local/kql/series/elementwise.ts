/** Series functions that work on each element, or on each pair of two series; a number beside a series stands for every element. */
import type { NativeFunction, NativeTable } from '../native/native';
import { type Element, isWholeSeries, parseJson, parseSeries, realJson, type Series } from './values';

function unary(compute: (x: number) => number, whole = false): NativeFunction {
  return (json) => {
    const series = parseSeries(json);
    if (series === undefined) return null;
    const keep = whole && isWholeSeries(json ?? '');
    return printed(
      series.map((value) => (value === null ? null : compute(value))),
      keep,
    );
  };
}

function printed(values: readonly Element[], whole: boolean): string {
  const print = (value: Element) =>
    whole && value !== null && Number.isInteger(value) ? String(value) : realJson(value);
  return `[${values.map(print).join(',')}]`;
}

/** Both operands as series of one length; a missing element makes a missing result. */
function operands(left: string | null | undefined, right: string | null | undefined) {
  const [a, b] = [parseSeries(left), parseSeries(right)];
  const [x, y] = [numberOf(left), numberOf(right)];
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  const one = a ?? (x === undefined ? undefined : new Array<number>(length).fill(x));
  const other = b ?? (y === undefined ? undefined : new Array<number>(length).fill(y));
  if ((a === undefined && b === undefined) || one === undefined || other === undefined) return undefined;
  return { one, other, length } as const;
}

function numberOf(json: string | null | undefined): number | undefined {
  const value = parseJson(json);
  return typeof value === 'number' ? value : undefined;
}

function paired<Result>(left: Series, right: Series, length: number, compute: (x: number, y: number) => Result) {
  return Array.from({ length }, (_, index) => {
    const [x, y] = [left[index] ?? null, right[index] ?? null];
    return x === null || y === null ? null : compute(x, y);
  });
}

/** @param whole whether whole numbers give whole ones. */
function binary(compute: (x: number, y: number) => number, whole: boolean): NativeFunction {
  return (left, right) => {
    const both = operands(left, right);
    if (both === undefined) return null;
    const keep = whole && isWholeSeries(left ?? '') && isWholeSeries(right ?? '');
    return printed(paired(both.one, both.other, both.length, compute), keep);
  };
}

function comparison(compute: (x: number, y: number) => boolean): NativeFunction {
  return (left, right) => {
    const both = operands(left, right);
    return both === undefined ? null : JSON.stringify(paired(both.one, both.other, both.length, compute));
  };
}

export const ELEMENTWISE: NativeTable = {
  series_add: [2, binary((x, y) => x + y, true)],
  series_subtract: [2, binary((x, y) => x - y, true)],
  series_multiply: [2, binary((x, y) => x * y, true)],
  series_divide: [2, binary((x, y) => x / y, false)],
  series_pow: [2, binary((x, y) => x ** y, false)],
  series_greater: [2, comparison((x, y) => x > y)],
  series_greater_equals: [2, comparison((x, y) => x >= y)],
  series_less: [2, comparison((x, y) => x < y)],
  series_less_equals: [2, comparison((x, y) => x <= y)],
  series_equals: [2, comparison((x, y) => x === y)],
  series_not_equals: [2, comparison((x, y) => x !== y)],
  series_abs: [1, unary(Math.abs, true)],
  series_sign: [1, unary(Math.sign, true)],
  series_exp: [1, unary(Math.exp)],
  series_log: [1, unary(Math.log)],
  series_floor: [1, unary(Math.floor)],
  series_ceiling: [1, unary(Math.ceil)],
  series_sin: [1, unary(Math.sin)],
  series_cos: [1, unary(Math.cos)],
  series_tan: [1, unary(Math.tan)],
  series_asin: [1, unary(Math.asin)],
  series_acos: [1, unary(Math.acos)],
  series_atan: [1, unary(Math.atan)],
};
