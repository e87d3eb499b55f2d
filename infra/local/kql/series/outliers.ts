/**
 * series_outliers(): how far a value lies outside of the usual, in widths of the interquartile range (Tukey's fences).
 *
 * Kusto's "ctukey" takes the range from what is left when the tail of the value's own side is cut: the lowest 10 % for low values,
 * the highest 10 % for high ones. Found from the documented example, which it reproduces to the last digit.
 */
import { ascending, type Element, present, quantile, type Series } from './values';

export interface OutlierOptions {
  readonly kind: 'tukey' | 'ctukey';
  /** Scores 0, like null. */
  readonly ignored?: number;
  /** 2 to 98. */
  readonly lowest: number;
  readonly highest: number;
}

export const USUAL: OutlierOptions = { kind: 'ctukey', lowest: 10, highest: 90 };

export function outlierScores(series: Series, options: OutlierOptions = USUAL): readonly number[] {
  const counted = (value: Element): value is number => value !== null && value !== options.ignored;
  const sorted = ascending(present(series.filter(counted)));
  if (sorted.length === 0) return series.map(() => 0);
  const custom = options.kind === 'ctukey';
  const from = custom ? Math.floor((sorted.length * options.lowest) / 100) : 0;
  const to = custom ? Math.max(1, Math.floor((sorted.length * options.highest) / 100)) : sorted.length;
  const low = quartiles(sorted.slice(Math.min(from, sorted.length - 1)));
  const high = quartiles(sorted.slice(0, to));
  const usual = quartiles(sorted);
  return series.map((value) => {
    if (!counted(value)) return 0;
    if (value < usual.first) return Math.min(0, ratio(value - low.first, low.third - low.first));
    return value > usual.third ? Math.max(0, ratio(value - high.third, high.third - high.first)) : 0;
  });
}

function quartiles(sorted: readonly number[]) {
  return { first: quantile(sorted, 0.25), third: quantile(sorted, 0.75) };
}

function ratio(distance: number, width: number): number {
  return distance === 0 ? 0 : distance / width;
}
