/** series_stats() and measures of two series. */
import { type Element, mean, present, type Series, squares, sum, variance } from './values';

export interface SeriesStatistics {
  readonly min: Element;
  readonly minIndex: Element;
  readonly max: Element;
  readonly maxIndex: Element;
  readonly avg: Element;
  readonly stdev: Element;
  readonly variance: Element;
  readonly sum: Element;
  readonly length: number;
}

/** All null when an element is missing or infinite, but where these are ignored. */
export function statistics(series: Series, ignoreNonFinite: boolean): SeriesStatistics {
  const finite = present(series).filter(Number.isFinite);
  const { length } = series;
  if (finite.length === 0 || (!ignoreNonFinite && finite.length < length)) {
    return {
      min: null,
      minIndex: null,
      max: null,
      maxIndex: null,
      avg: null,
      stdev: null,
      variance: null,
      sum: null,
      length,
    };
  }
  const min = finite.reduce((a, b) => Math.min(a, b));
  const max = finite.reduce((a, b) => Math.max(a, b));
  const spread = variance(finite);
  return {
    min,
    minIndex: series.indexOf(min),
    max,
    maxIndex: series.indexOf(max),
    avg: mean(finite),
    stdev: Math.sqrt(spread),
    variance: spread,
    sum: sum(finite),
    length,
  };
}

/** Null for different lengths, or where an element is missing. */
export function correlation(a: Series, b: Series): Element {
  const [x, y] = [present(a), present(b)];
  if (x.length === 0 || x.length !== a.length || y.length !== b.length || x.length !== y.length) return null;
  const [mx, my] = [mean(x), mean(y)];
  const both = x.reduce((total, value, index) => total + (value - mx) * ((y[index] ?? 0) - my), 0);
  return both / Math.sqrt(squares(x) * squares(y));
}

/** Over the shorter length, without pairs that miss a number; null when one is empty. */
export function dotProduct(a: Series, b: Series): Element {
  return a.length === 0 || b.length === 0 ? null : sum(pairs(a, b).map(([x, y]) => x * y));
}

export function cosineSimilarity(a: Series, b: Series): Element {
  const both = pairs(a, b);
  if (both.length === 0) return null;
  const size = (values: readonly number[]) => Math.sqrt(sum(values.map((value) => value * value)));
  return sum(both.map(([x, y]) => x * y)) / (size(both.map(([x]) => x)) * size(both.map(([, y]) => y)));
}

function pairs(a: Series, b: Series): readonly (readonly [number, number])[] {
  return a.flatMap((x, index) => {
    const y = b[index] ?? null;
    return x === null || y === null ? [] : [[x, y] as const];
  });
}

/** Euclidean length. */
export function magnitude(series: Series): number {
  return Math.sqrt(sum(present(series).map((value) => value * value)));
}
