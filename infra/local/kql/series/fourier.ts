/**
 * series_fft() and series_ifft(): the discrete Fourier transform of any length. Powers of two go directly, short series by the
 * definition, others by Bluestein's detour.
 */

export interface ComplexSeries {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

const SHORT = 64;

export function fourier(input: ComplexSeries, inverse: boolean): ComplexSeries {
  const { length } = input.real;
  const made = inverse ? swapped(transform(swapped(input))) : transform(input);
  const scale = inverse && length > 0 ? 1 / length : 1;
  return { real: made.real.map((value) => value * scale), imaginary: made.imaginary.map((value) => value * scale) };
}

/** Exchanging the parts before and after turns a transform into its inverse. */
function swapped({ real, imaginary }: ComplexSeries): ComplexSeries {
  return { real: imaginary, imaginary: real };
}

function transform(input: ComplexSeries): ComplexSeries {
  const { length } = input.real;
  if (length <= 1) return input;
  if ((length & (length - 1)) === 0) return radixTwo(input);
  return length <= SHORT ? byDefinition(input) : bluestein(input);
}

function byDefinition(input: ComplexSeries): ComplexSeries {
  const { length } = input.real;
  const made = blank(length);
  for (let at = 0; at < length; at += 1) {
    for (let index = 0; index < length; index += 1) {
      const angle = (-2 * Math.PI * ((at * index) % length)) / length;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [x, y] = [input.real[index] ?? 0, input.imaginary[index] ?? 0];
      made.real[at] = (made.real[at] ?? 0) + x * cos - y * sin;
      made.imaginary[at] = (made.imaginary[at] ?? 0) + x * sin + y * cos;
    }
  }
  return made;
}

function radixTwo(input: ComplexSeries): ComplexSeries {
  const { length } = input.real;
  const [real, imaginary] = [new Float64Array(length), new Float64Array(length)];
  for (let index = 0, reversed = 0; index < length; index += 1) {
    real[reversed] = input.real[index] ?? 0;
    imaginary[reversed] = input.imaginary[index] ?? 0;
    let bit = length >> 1;
    while (reversed & bit) {
      reversed ^= bit;
      bit >>= 1;
    }
    reversed |= bit;
  }
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    for (let offset = 0; offset < half; offset += 1) {
      const angle = (-2 * Math.PI * offset) / size;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let at = offset; at < length; at += size) {
        const [a, b] = [real[at + half] ?? 0, imaginary[at + half] ?? 0];
        const [x, y] = [a * cos - b * sin, a * sin + b * cos];
        real[at + half] = (real[at] ?? 0) - x;
        imaginary[at + half] = (imaginary[at] ?? 0) - y;
        real[at] = (real[at] ?? 0) + x;
        imaginary[at] = (imaginary[at] ?? 0) + y;
      }
    }
  }
  return { real, imaginary };
}

/** The transform as a convolution with a chirp, which transforms of a power of two can do. */
function bluestein(input: ComplexSeries): ComplexSeries {
  const { length } = input.real;
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const chirp = Array.from({ length }, (_, index) => {
    const angle = (Math.PI * ((index * index) % (2 * length))) / length;
    return { cos: Math.cos(angle), sin: Math.sin(angle) };
  });
  const [a, b] = [blank(size), blank(size)];
  for (const [index, { cos, sin }] of chirp.entries()) {
    const [x, y] = [input.real[index] ?? 0, input.imaginary[index] ?? 0];
    a.real[index] = x * cos + y * sin;
    a.imaginary[index] = y * cos - x * sin;
    for (const place of [index, (size - index) % size]) {
      b.real[place] = cos;
      b.imaginary[place] = sin;
    }
  }
  const product = fourier(multiplied(radixTwo(a), radixTwo(b)), true);
  const made = blank(length);
  for (const [index, { cos, sin }] of chirp.entries()) {
    const [x, y] = [product.real[index] ?? 0, product.imaginary[index] ?? 0];
    made.real[index] = x * cos + y * sin;
    made.imaginary[index] = y * cos - x * sin;
  }
  return made;
}

function blank(length: number): ComplexSeries {
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}

function multiplied(a: ComplexSeries, b: ComplexSeries): ComplexSeries {
  const made = blank(a.real.length);
  for (let index = 0; index < made.real.length; index += 1) {
    const [x, y, u, v] = [a.real[index] ?? 0, a.imaginary[index] ?? 0, b.real[index] ?? 0, b.imaginary[index] ?? 0];
    made.real[index] = x * u - y * v;
    made.imaginary[index] = x * v + y * u;
  }
  return made;
}
