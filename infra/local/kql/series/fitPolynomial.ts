/** series_fit_poly(): least squares of a polynomial, solved in an orthogonal basis so that high degrees stay exact. */
import { present, type Series, variance } from './values';

export interface PolynomialFit {
  readonly rsquare: number;
  /** From the highest power down. */
  readonly coefficients: readonly number[];
  readonly variance: number;
  readonly rvariance: number;
  readonly line: readonly number[];
}

const MAX_DEGREE = 32;

/** @param xs where the values lie; 1, 2, 3 … when left out. */
export function fitPolynomial(ys: Series, xs: Series | undefined, degree: number): PolynomialFit | undefined {
  const places = ys.map((_, index) => (xs === undefined ? index + 1 : (xs[index] ?? null)));
  const points = ys.flatMap((y, index) => {
    const x = places[index] ?? null;
    return y === null || x === null ? [] : [{ x, y }];
  });
  const order = Math.min(MAX_DEGREE, Math.floor(degree));
  if (points.length === 0 || !(order >= 0)) return undefined;
  const ascendingPowers = solve(points, Math.min(order, points.length - 1));
  const at = (x: number) => ascendingPowers.reduceRight((value, coefficient) => value * x + coefficient, 0);
  const whole = variance(present(points.map(({ y }) => y)));
  const rest = variance(points.map(({ x, y }) => y - at(x)));
  return {
    rsquare: whole === 0 ? 1 : 1 - rest / whole,
    coefficients: [...ascendingPowers].reverse(),
    variance: whole,
    rvariance: rest,
    line: places.map((x) => (x === null ? Number.NaN : at(x))),
  };
}

/** Coefficients from the constant upwards: projections onto Forsythe's polynomials, which the points make orthogonal. */
function solve(points: readonly { readonly x: number; readonly y: number }[], degree: number): readonly number[] {
  const total = new Array<number>(degree + 1).fill(0);
  let before: { readonly values: number[]; readonly powers: number[]; readonly norm: number } | undefined;
  let now = { values: points.map(() => 1), powers: [1], norm: points.length };
  for (let step = 0; step <= degree && now.norm > 0; step += 1) {
    const share = points.reduce((sum, { y }, index) => sum + y * (now.values[index] ?? 0), 0) / now.norm;
    for (const [power, factor] of now.powers.entries()) total[power] = (total[power] ?? 0) + share * factor;
    const shift = points.reduce((sum, { x }, index) => sum + x * (now.values[index] ?? 0) ** 2, 0) / now.norm;
    const scale = before === undefined ? 0 : now.norm / before.norm;
    const values = points.map(
      ({ x }, index) => (x - shift) * (now.values[index] ?? 0) - scale * (before?.values[index] ?? 0),
    );
    const powers = Array.from(
      { length: step + 2 },
      (_, power) =>
        (now.powers[power - 1] ?? 0) - shift * (now.powers[power] ?? 0) - scale * (before?.powers[power] ?? 0),
    );
    before = now;
    now = { values, powers, norm: values.reduce((sum, value) => sum + value * value, 0) };
  }
  return total;
}
