/** Bits as Zstandard writes them: forward from the lowest bit of the first byte, and backward from the end of a stream. */
import { FlowtrapError } from '../../errors';

/** The error of content that breaks the format. */
export function damaged(): FlowtrapError {
  return new FlowtrapError('malformed', 'is damaged.', { subject: 'zstd content', fix: 'Upload the file again.' });
}

/** The place of the highest bit that is set: 0 for 1; -1 for 0. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

/** Up to 32 bits from a place in some bytes; bits outside of them are 0. */
function bitsAt(bytes: Buffer, place: number, count: number): number {
  if (count === 0) return 0;
  const index = place >> 3;
  const shift = place & 7;
  if (count <= 24 && index >= 0 && index + 4 <= bytes.length) {
    return (bytes.readUInt32LE(index) >>> shift) & ((1 << count) - 1);
  }
  let held = 0;
  for (let next = 0; next * 8 < count + shift; next++) held += (bytes[index + next] ?? 0) * 2 ** (next * 8);
  return Math.floor(held / 2 ** shift) % 2 ** count;
}

export class ForwardBits {
  /** Bits read. */
  place: number;

  constructor(
    private readonly bytes: Buffer,
    from: number,
  ) {
    this.place = from * 8;
  }

  /** @throws FlowtrapError `malformed` behind the end. */
  read(count: number): number {
    const value = bitsAt(this.bytes, this.place, count);
    this.place += count;
    if (this.place > this.bytes.length * 8) throw damaged();
    return value;
  }

  /** The next whole byte. */
  get nextByte(): number {
    return Math.ceil(this.place / 8);
  }
}

/** A stream whose last bit set marks its beginning. Reading behind its end gives zeros, and a negative place. */
export class BackwardBits {
  /** Bits that are left. */
  place: number;

  constructor(private readonly bytes: Buffer) {
    const last = bytes[bytes.length - 1];
    if (last === undefined || last === 0) throw damaged();
    this.place = (bytes.length - 1) * 8 + highestBit(last);
  }

  read(count: number): number {
    this.place -= count;
    return bitsAt(this.bytes, this.place, count);
  }
}
