/** Special functions of statistics: gamma, beta, the error function, Student's t. Relative errors stay below 1e-12 in usual ranges. */
import type { NativeFunction, NativeTable } from './native';

/** Lanczos' coefficients for g = 7. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const shifted = x - 1;
  const sum = LANCZOS.reduce((total, factor, index) => total + (index === 0 ? factor : factor / (shifted + index)), 0);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

export function gamma(x: number): number {
  if (Number.isInteger(x) && x > 0 && x < 171) {
    let product = 1;
    for (let factor = 2; factor < x; factor += 1) product *= factor;
    return product;
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  return Math.exp(logGamma(x));
}

/** The incomplete gamma function P(1/2, x²), by its series or its continued fraction. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) return Math.sign(x) * (1 - erfc(size));
  let [term, sum] = [size, size];
  for (let n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n += 1) {
    term *= -(size * size) / n;
    sum += term / (2 * n + 1);
  }
  return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
}

export function erfc(x: number): number {
  if (x < 2.5) return 1 - erf(x);
  let fraction = 0;
  for (let n = 120; n > 0; n -= 1) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** The regularised incomplete beta function I_x(a, b), by Lentz' continued fraction. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  const tiny = 1e-300;
  let [c, d] = [1, 1 - ((a + b) * x) / (a + 1)];
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let value = d;
  for (let m = 1; m <= 1000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const factor of [even, odd]) {
      d = 1 + factor * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + factor / c;
      if (Math.abs(c) < tiny) c = tiny;
      change = c * d;
      value *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return front * value;
}

export function betaDensity(x: number, a: number, b: number): number {
  if (x < 0 || x > 1) return 0;
  return Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b)) * x ** (a - 1) * (1 - x) ** (b - 1);
}

/** The x for which I_x(a, b) is the probability, by halving. */
export function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 200 && high - low > 0; step += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (incompleteBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Two-sided p-value of Welch's t-test from means, variances and counts of two samples. */
export function welch(m1: number, v1: number, n1: number, m2: number, v2: number, n2: number): number {
  const [s1, s2] = [v1 / n1, v2 / n2];
  const t = (m1 - m2) / Math.sqrt(s1 + s2);
  const freedom = (s1 + s2) ** 2 / (s1 ** 2 / (n1 - 1) + s2 ** 2 / (n2 - 1));
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** Null when an argument is missing or the result is no number. */
function ofNumbers(
  compute: (...numbers: readonly [number, number, number, number, number, number]) => number,
): NativeFunction {
  return (...texts) => {
    if (texts.includes(null)) return null;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = texts.map(Number);
    const value = compute(a, b, c, d, e, f);
    return Number.isNaN(value) ? null : String(value);
  };
}

/** Not a number for parameters that are not positive, null for a value outside of 0 to 1. */
function ofBeta(compute: (x: number, a: number, b: number) => number, bounded: boolean): NativeFunction {
  return (x = null, a = null, b = null) => {
    if (x === null || a === null || b === null) return null;
    if (!(Number(a) > 0 && Number(b) > 0)) return 'NaN';
    return bounded && !(Number(x) >= 0 && Number(x) <= 1) ? null : String(compute(Number(x), Number(a), Number(b)));
  };
}

export const SPECIAL: NativeTable = {
  gamma: [1, ofNumbers(gamma)],
  loggamma: [1, ofNumbers(logGamma)],
  erf: [1, ofNumbers(erf)],
  erfc: [1, ofNumbers(erfc)],
  beta_cdf: [3, ofBeta(incompleteBeta, false)],
  beta_pdf: [3, ofBeta(betaDensity, false)],
  beta_inv: [3, ofBeta(betaQuantile, true)],
  welch_test: [6, ofNumbers(welch)],
};
