/** series_fir() and series_iir(): digital filters. What lies before the series counts as 0. */
import { type Series, sum } from './values';

/**
 * @param normalize divides by the coefficients' sum; by default where none is negative.
 * @param center lets the filter reach as far ahead as back.
 */
export function finiteResponse(
  series: Series,
  filter: readonly number[],
  normalize: boolean | undefined,
  center: boolean,
): Series | undefined {
  const negative = filter.some((value) => value < 0);
  if (normalize === true && negative) return undefined;
  const divisor = (normalize ?? !negative) ? sum(filter) : 1;
  const ahead = center ? Math.floor((filter.length - 1) / 2) : 0;
  return series.map(
    (_, at) => filter.reduce((total, factor, index) => total + factor * (series[at + ahead - index] ?? 0), 0) / divisor,
  );
}

/** y[i] = (b0 x[i] + b1 x[i-1] … - a1 y[i-1] - a2 y[i-2] …) / a0. */
export function infiniteResponse(
  series: Series,
  numerators: readonly number[],
  denominators: readonly number[],
): Series | undefined {
  const [first = 0, ...feedback] = denominators;
  if (first === 0) return undefined;
  const made: number[] = [];
  for (let at = 0; at < series.length; at += 1) {
    const forward = numerators.reduce((total, factor, index) => total + factor * (series[at - index] ?? 0), 0);
    const back = feedback.reduce((total, factor, index) => total + factor * (made[at - 1 - index] ?? 0), 0);
    made.push((forward - back) / first);
  }
  return made;
}
