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
const LONGEST = 20_000;
const MOST_PERIODS = 16;

export interface Period {
  readonly period: number;
  /** 0 to 1. */
  readonly score: number;
}

/** Correlation with oneself at a lag, by the mean over the pairs that the lag leaves. */
function correlations(series: Series): (lag: number) => number {
  const values = present(series).slice(0, LONGEST);
  const middle = mean(values);
  const power = squares(values) / values.length;
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

/** The best periods within the limits, best first: lags at which the correlation peaks, without multiples of what is found already. */
export function detectPeriods(series: Series, least: number, most: number, count: number): readonly Period[] {
  const at = correlations(series);
  const length = Math.min(series.length, LONGEST);
  const candidates: Period[] = [];
  const end = Math.min(Math.floor(most), Math.ceil(length / 2) - 1);
  for (let lag = Math.max(SHORTEST, Math.ceil(least)); lag <= end; lag += 1) {
    const score = at(lag) > at(lag - 1) && at(lag) >= at(lag + 1) ? scoreOf(lag, length, at) : 0;
    if (score > 0) candidates.push({ period: lag, score });
  }
  candidates.sort((a, b) => b.score - a.score || a.period - b.period);
  const found: Period[] = [];
  for (const candidate of candidates) {
    if (!candidates.some((other) => isRepetition(candidate, other))) found.push(candidate);
  }
  return found.slice(0, Math.max(0, Math.min(count, MOST_PERIODS)));
}

/** What repeats after p points repeats after 2p too, nearly as well. */
function isRepetition(candidate: Period, other: Period): boolean {
  if (other.period >= candidate.period) return false;
  const times = candidate.period / other.period;
  return Math.abs(times - Math.round(times)) * other.period <= 1 && candidate.score <= other.score + LEAST_SCORE;
}

export function validatePeriods(series: Series, periods: readonly number[]): readonly Period[] {
  const at = correlations(series);
  return periods
    .slice(0, MOST_PERIODS)
    .map((period) => ({ period, score: scoreOf(period, Math.min(series.length, LONGEST), at) }));
}
