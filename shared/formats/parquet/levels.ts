/** Parquet's hybrid of runs and packed bits: definition levels, and places in a dictionary. */
import { damaged } from './damage';

/** Bits that numbers up to this one need. */
export function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}

/**
 * Decodes `count` numbers of `width` bits (up to 32) between two places.
 * @throws FlowtrapError `malformed` when there are fewer.
 */
export function decodeHybrid(bytes: Buffer, from: number, to: number, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count);
  if (width === 0) return values;
  if (width > 32) throw damaged('a number of a page is too wide');
  let at = from;
  let filled = 0;
  while (filled < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= to || shift > 28) throw damaged('the numbers of a page are cut off');
      const byte = bytes[at++] as number;
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const length = Math.floor(header / 2);
    if (header % 2 === 1) {
      const end = Math.min(to, at + length * width);
      const taken = Math.min(count - filled, length * 8);
      if (taken * width > (end - at) * 8) throw damaged('the numbers of a page are cut off');
      unpackBits(bytes, at, width, values, filled, taken);
      filled += taken;
      at = end;
    } else {
      const size = Math.ceil(width / 8);
      if (length === 0 || at + size > to) throw damaged('the numbers of a page are cut off');
      const end = Math.min(count, filled + length);
      values.fill(bytes.readUIntLE(at, size), filled, end);
      filled = end;
      at += size;
    }
  }
  return values;
}

/** Numbers of up to 32 bits one after the other, the lowest bit first. */
export function unpackBits(
  bytes: Buffer,
  from: number,
  width: number,
  values: Uint32Array,
  first: number,
  count: number,
): void {
  let at = from;
  let bits = 0;
  let held = 0;
  const modulus = 2 ** width;
  for (let index = first; index < first + count; index++) {
    // Never more than 39 bits: exact in a double.
    while (bits < width) {
      held += (bytes[at++] as number) * 2 ** bits;
      bits += 8;
    }
    const rest = Math.floor(held / modulus);
    values[index] = held - rest * modulus;
    held = rest;
    bits -= width;
  }
}
