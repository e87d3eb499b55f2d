/** Functions over arrays and bags. */
import { elementTexts } from './json';
import type { NativeFunction, NativeTable } from './native';
import { occurrence } from './texts';

interface Keyed {
  readonly index: number;
  /** Numbers before texts before everything else. */
  readonly rank: number;
  readonly value: unknown;
}

function keyed(text: string, index: number): Keyed {
  const value: unknown = JSON.parse(text);
  return { index, rank: typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2, value };
}

function compare(a: Keyed, b: Keyed): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (typeof a.value === 'number' && typeof b.value === 'number') return a.value - b.value;
  if (typeof a.value === 'string' && typeof b.value === 'string')
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return 0;
}

/** Sorts all arrays by the first; others of another length become null. */
const sort: NativeFunction = (descending, arguments_) => {
  const all = elementTexts(arguments_) ?? [];
  const last = all.at(-1);
  const flag = all.length > 1 && (last === 'true' || last === 'false') ? last : undefined;
  const arrays = (flag === undefined ? all : all.slice(0, -1)).map(elementTexts);
  const [first] = arrays;
  if (first === undefined) return null;
  const entries = first.map(keyed);
  const nulls = entries.filter(({ value }) => value === null);
  const sign = descending === 'true' ? -1 : 1;
  const rest = entries.filter(({ value }) => value !== null).sort((a, b) => sign * compare(a, b) || a.index - b.index);
  const order = flag === 'false' ? [...nulls, ...rest] : [...rest, ...nulls];
  const sorted = arrays.map((array) =>
    array === undefined || array.length !== first.length
      ? 'null'
      : `[${order.map(({ index }) => array[index]).join(',')}]`,
  );
  return `[${sorted.join(',')}]`;
};

const indexOf: NativeFunction = (json, sought, ...options) => {
  const texts = (elementTexts(json) ?? []).map(plain);
  const wanted = plain(sought ?? 'null');
  return occurrence(texts.length, options, (from, to) => {
    const at = texts.slice(from, to).indexOf(wanted);
    return at < 0 ? -1 : from + at;
  });
};

/** An element's text, without the quotes of JSON. */
function plain(json: string): string {
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}

export const ARRAYS: NativeTable = { array_sort: [2, sort], array_index_of: [5, indexOf] };
