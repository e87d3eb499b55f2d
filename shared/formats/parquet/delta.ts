/** Parquet's delta encodings: numbers by their differences, texts by their lengths or by what they share with the one before. */
import { damaged } from './damage';

/** Numbers and where the bytes after them begin. */
interface Decoded {
  readonly values: BigInt64Array;
  readonly end: number;
}

const MAX_MINIBLOCKS = 4096;

/** @param most values that there may be. @throws FlowtrapError `malformed`. */
export function decodeDelta(bytes: Buffer, from: number, most: number): Decoded {
  let at = from;
  const unsigned = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw damaged('the differences of a page are cut off');
  };
  const signed = (): bigint => {
    const value = unsigned();
    return (value >> 1n) ^ -(value & 1n);
  };
  const blockSize = Number(unsigned());
  const miniblocks = Number(unsigned());
  const count = Number(unsigned());
  const perMiniblock = blockSize / miniblocks;
  if (count > most || miniblocks > MAX_MINIBLOCKS || !Number.isInteger(perMiniblock) || perMiniblock % 8 !== 0) {
    throw damaged('the differences of a page are not laid out as they should be');
  }
  const values = new BigInt64Array(count);
  let value = signed();
  let filled = 0;
  if (count > 0) values[filled++] = value;
  while (filled < count) {
    const least = signed();
    const widths = bytes.subarray(at, at + miniblocks);
    at += miniblocks;
    for (const width of widths) {
      // Miniblocks behind the last value have no bytes.
      if (filled >= count) break;
      const end = at + (perMiniblock / 8) * width;
      if (width > 64 || end > bytes.length) throw damaged('the differences of a page are cut off');
      const read = bitReader(bytes, at, width);
      for (let index = 0; index < perMiniblock && filled < count; index++) {
        value = BigInt.asIntN(64, value + least + read());
        values[filled++] = value;
      }
      at = end;
    }
    if (widths.length < miniblocks) throw damaged('the differences of a page are cut off');
  }
  return { values, end: at };
}

function bitReader(bytes: Buffer, from: number, width: number): () => bigint {
  if (width === 0) return () => 0n;
  let at = from;
  let bits = 0n;
  let held = 0n;
  const wide = BigInt(width);
  const mask = (1n << wide) - 1n;
  return () => {
    while (bits < wide) {
      held |= BigInt(bytes[at++] as number) << bits;
      bits += 8n;
    }
    const value = held & mask;
    held >>= wide;
    bits -= wide;
    return value;
  };
}

/** Texts behind all of their lengths. */
export function decodeDeltaLengths(bytes: Buffer, from: number, most: number): Buffer[] {
  const { values, end } = decodeDelta(bytes, from, most);
  let at = end;
  return Array.from(values, (length) => {
    const start = at;
    at += Number(length);
    if (length < 0n || at > bytes.length) throw damaged('a text of a page is cut off');
    return bytes.subarray(start, at);
  });
}

/** Texts that begin with so many bytes of the one before. */
export function decodeDeltaTexts(bytes: Buffer, from: number, most: number): Buffer[] {
  const shared = decodeDelta(bytes, from, most);
  const rests = decodeDeltaLengths(bytes, shared.end, most);
  let before: Buffer = Buffer.alloc(0);
  let size = 0;
  return rests.map((rest, index) => {
    const length = Number(shared.values[index] ?? -1n);
    size += length + rest.length;
    if (length < 0 || length > before.length || size > MAX_TEXTS) throw damaged('a text of a page is cut off');
    before = length === 0 ? rest : Buffer.concat([before.subarray(0, length), rest]);
    return before;
  });
}

/** Bytes of the texts of one page, unfolded. */
const MAX_TEXTS = 256 * 1024 * 1024;
