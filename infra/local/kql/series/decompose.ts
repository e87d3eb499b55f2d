/** series_decompose() and its kin: a series as seasonal and trend component, and what they leave. */
import { fitLine } from './fitLine';
import { outlierScores, USUAL } from './outliers';
import { detectPeriods } from './periods';
import { mean, median, present, type Series } from './values';

export interface DecomposeOptions {
  /** In points; 0: none; -1: found by itself. */
  readonly seasonality: number;
  readonly trend: 'avg' | 'linefit' | 'none';
  /** Points at the end that nothing is learned from. */
  readonly testPoints: number;
  /** Least score of a period that is found by itself. */
  readonly threshold: number;
}

export interface Decomposition {
  readonly baseline: readonly number[];
  readonly seasonal: readonly number[];
  readonly trend: readonly number[];
  readonly residual: Series;
}

export function decompose(series: Series, options: DecomposeOptions): Decomposition {
  const learned = series.slice(0, Math.max(0, series.length - Math.max(0, options.testPoints)));
  const period = periodOf(learned, options);
  const seasonal = seasonalOf(learned, period, series.length);
  const rest = learned.map((value, index) => (value === null ? null : value - (seasonal[index] ?? 0)));
  const trend = trendOf(rest, options.trend, series.length);
  const baseline = seasonal.map((value, index) => value + (trend[index] ?? 0));
  const residual = series.map((value, index) => (value === null ? null : value - (baseline[index] ?? 0)));
  return { baseline, seasonal, trend, residual };
}

/** A rise hides what repeats: where nothing is found in the series, it is sought beside its line. */
function periodOf(series: Series, { seasonality, threshold }: DecomposeOptions): number {
  if (seasonality >= 0) return Math.floor(seasonality);
  return foundPeriod(series, threshold) ?? foundPeriod(withoutLine(series), threshold) ?? 0;
}

function foundPeriod(series: Series, threshold: number): number | undefined {
  const [best] = detectPeriods(series, 0, series.length, 1);
  return best === undefined || best.score < threshold ? undefined : best.period;
}

function withoutLine(series: Series): Series {
  const { line } = fitLine(series);
  return series.map((value, index) => (value === null ? null : value - (line[index] ?? 0)));
}

/** For each phase of the period the median of its points; 0 without a period. */
function seasonalOf(series: Series, period: number, length: number): readonly number[] {
  if (period <= 0) return new Array<number>(length).fill(0);
  const phases = Array.from({ length: Math.min(period, length) }, (_, phase) => {
    const values = present(series.filter((_value, index) => index % period === phase));
    return values.length === 0 ? 0 : median(values);
  });
  return Array.from({ length }, (_, index) => phases[index % period] ?? 0);
}

function trendOf(rest: Series, kind: DecomposeOptions['trend'], length: number): readonly number[] {
  const values = present(rest);
  if (kind === 'none' || values.length === 0) return new Array<number>(length).fill(0);
  if (kind === 'avg') return new Array<number>(length).fill(mean(values));
  const { slope, interception } = fitLine(rest);
  return Array.from({ length }, (_, index) => interception + slope * index);
}

/** The seasonal component alone. A period given is used as it is, one found needs a score of 0.7. */
export function seasonalComponent(series: Series, period: number): readonly number[] {
  const options = { seasonality: period, trend: 'none', testPoints: 0, threshold: 0.7 } as const;
  return seasonalOf(series, periodOf(series, options), series.length);
}

export interface Anomalies {
  /** 1 up, -1 down, 0 none. */
  readonly flags: readonly number[];
  readonly scores: readonly number[];
  readonly baseline: readonly number[];
}

/** @param threshold in the units of outlierScores. */
export function anomalies(
  series: Series,
  options: DecomposeOptions,
  threshold: number,
  kind: 'tukey' | 'ctukey',
): Anomalies {
  const { baseline, residual } = decompose(series, options);
  const scores = outlierScores(residual, { ...USUAL, kind });
  const flags = scores.map((score) => (score > threshold ? 1 : score < -threshold ? -1 : 0));
  return { flags, scores, baseline };
}
