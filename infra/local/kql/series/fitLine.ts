/** series_fit_line() and series_fit_2lines(): least squares over the index. Variances are those of samples, as documented numbers show. */
import { mean, present, type Series, variance } from './values';

export interface LineFit {
  readonly rsquare: number;
  readonly slope: number;
  readonly variance: number;
  readonly rvariance: number;
  readonly interception: number;
  readonly line: readonly number[];
}

/** Missing values take no part; the line covers every index. */
export function fitLine(series: Series): LineFit {
  const points = series.flatMap((y, x) => (y === null ? [] : [{ x, y }]));
  const ys = points.map(({ y }) => y);
  const [mx, my] = [mean(points.map(({ x }) => x)), mean(ys)];
  const width = points.reduce((total, { x }) => total + (x - mx) ** 2, 0);
  const slope = width === 0 ? 0 : points.reduce((total, { x, y }) => total + (x - mx) * (y - my), 0) / width;
  const interception = my - slope * mx;
  const line = series.map((_, x) => interception + slope * x);
  const rests = points.map(({ x, y }) => y - interception - slope * x);
  const whole = variance(ys);
  const rest = variance(rests);
  return { rsquare: whole === 0 ? 1 : 1 - rest / whole, slope, variance: whole, rvariance: rest, interception, line };
}

export interface TwoLinesFit {
  readonly rsquare: number;
  readonly split: number;
  readonly variance: number;
  readonly rvariance: number;
  readonly line: readonly number[];
  readonly left: LineFit;
  readonly right: LineFit;
}

/** The split, between two points at least on each side, that leaves the least residual variance. */
export function fitTwoLines(series: Series): TwoLinesFit | undefined {
  const rests = [prefixRests(series), [...prefixRests([...series].reverse())].reverse()] as const;
  let best: { readonly split: number; readonly rest: number } | undefined;
  for (let split = 2; split <= series.length - 2; split += 1) {
    const rest = (rests[0][split - 1] ?? 0) + (rests[1][split] ?? 0);
    if (best === undefined || rest < best.rest) best = { split, rest };
  }
  if (best === undefined) return undefined;
  const [left, right] = [fitLine(series.slice(0, best.split)), fitLine(series.slice(best.split))];
  const line = [...left.line, ...right.line];
  const whole = variance(present(series));
  const rest = variance(series.flatMap((y, index) => (y === null ? [] : [y - (line[index] ?? 0)])));
  const rsquare = whole === 0 ? 1 : 1 - rest / whole;
  return { rsquare, split: best.split, variance: whole, rvariance: rest, line, left, right };
}

/** For each index the squares that a line through the values up to it leaves, in one pass. */
function prefixRests(series: Series): readonly number[] {
  let [n, sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0];
  return series.map((y, x) => {
    if (y !== null) {
      n += 1;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
    }
    if (n < 3) return 0;
    const [width, height, both] = [sxx - (sx * sx) / n, syy - (sy * sy) / n, sxy - (sx * sy) / n];
    return Math.max(0, width === 0 ? height : height - (both * both) / width);
  });
}
