/** series_fill_linear(): missing values on the straight line between their neighbours. */
import type { Element } from './values';

/**
 * @param missing whether an element is missing.
 * @param edges whether those before the first and after the last take the nearest value.
 * @param constant for a series without any value.
 */
export function fillLinear(
  series: readonly Element[],
  missing: (value: Element) => boolean,
  edges: boolean,
  constant: Element,
): Element[] {
  const known = series.flatMap((value, index) => (missing(value) ? [] : [index]));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return series.map(() => constant);
  const filled = [...series];
  if (edges) {
    filled.fill(series[first] ?? null, 0, first);
    filled.fill(series[last] ?? null, last + 1);
  }
  for (const [place, from] of known.entries()) {
    const to = known[place + 1] ?? from;
    const [a, b] = [series[from] ?? 0, series[to] ?? 0];
    for (let at = from + 1; at < to; at += 1) filled[at] = a + ((b - a) * (at - from)) / (to - from);
  }
  return filled;
}
