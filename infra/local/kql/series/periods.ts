/**
 * series_periods_detect() and series_periods_validate(). Kusto's scores are not documented beyond one example (0.84 for a period of 14),
 * which this measure gives too: the series' correlation with itself one period later, or two periods later where that is less.
 */
import { mean, present, type Series, squares } from './values';

/** Periods of fewer points are none. */
const SHORTEST = 4;
/** Scores below mean that nothing repeats. */
const LEAST_SCORE = 0.1;
/** Longer series are searched by their first points: the search takes time by the product of lengths and periods. */
const LONGEST = 8192;
const MOST_PERIODS = 16;

export interface Period {
  readonly period: number;
  /** 0 to 1. */
  readonly score: number;
}

/** Correlation with oneself at a lag, by the mean over the pairs that the lag leaves. @param power variance of the whole series. */
function correlations(values: readonly number[], power: number): (lag: number) => number {
  const middle = mean(values);
  const known = new Map<number, number>();
  return (lag) => {
    const found = known.get(lag);
    if (found !== undefined) return found;
    let total = 0;
    for (let index = lag; index < values.length; index += 1)
      total += ((values[index] ?? 0) - middle) * ((values[index - lag] ?? 0) - middle);
    const made = power === 0 || lag >= values.length ? 0 : total / (values.length - lag) / power;
    known.set(lag, made);
    return made;
  };
}

function scoreOf(period: number, length: number, at: (lag: number) => number): number {
  const lag = Math.round(period);
  if (lag < SHORTEST || lag > length / 2) return 0;
  const once = at(lag);
  const score = Math.min(1, once, 2 * lag <= length - SHORTEST ? at(2 * lag) : once);
  return score < LEAST_SCORE ? 0 : score;
}

/**
 * The best periods within the limits, best first: lags at which the correlation peaks. Each next one is sought in what the one before
 * leaves, so that multiples and beats of a period are none.
 */
export function detectPeriods(series: Series, least: number, most: number, count: number): readonly Period[] {
  let values: readonly number[] = present(series).slice(0, LONGEST);
  const power = squares(values) / values.length;
  const found: Period[] = [];
  while (found.length < Math.min(count, MOST_PERIODS)) {
    const best = bestPeriod(values, power, least, most);
    if (best === undefined) break;
    found.push(best);
    values = without(values, best.period);
  }
  return found.sort((a, b) => b.score - a.score);
}

function bestPeriod(values: readonly number[], power: number, least: number, most: number): Period | undefined {
  const at = correlations(values, power);
  const end = Math.min(Math.floor(most), Math.ceil(values.length / 2) - 1);
  const candidates: Period[] = [];
  for (let lag = Math.max(SHORTEST, Math.ceil(least)); lag <= end; lag += 1) {
    const score = at(lag) > at(lag - 1) && at(lag) >= at(lag + 1) ? scoreOf(lag, values.length, at) : 0;
    if (score > 0) candidates.push({ period: lag, score });
  }
  const [first, ...rest] = candidates.sort((a, b) => b.score - a.score || a.period - b.period);
  if (first === undefined) return undefined;
  // What repeats after p points repeats after 2p too, and by chance a little better.
  return rest.reverse().find((other) => isPartOf(other, first)) ?? first;
}

function isPartOf(part: Period, whole: Period): boolean {
  const times = whole.period / part.period;
  return (
    times > 1.5 && Math.abs(times - Math.round(times)) * part.period <= 1 && part.score >= whole.score - LEAST_SCORE
  );
}

/** The values without the mean of their phase. */
function without(values: readonly number[], period: number): readonly number[] {
  const phases = Array.from({ length: period }, (_, phase) =>
    mean(values.filter((_value, index) => index % period === phase)),
  );
  return values.map((value, index) => value - (phases[index % period] ?? 0));
}

export function validatePeriods(series: Series, periods: readonly number[]): readonly Period[] {
  const values = present(series).slice(0, LONGEST);
  const at = correlations(values, squares(values) / values.length);
  return periods.slice(0, MOST_PERIODS).map((period) => ({ period, score: scoreOf(period, values.length, at) }));
}
