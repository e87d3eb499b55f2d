/** hash(): xxHash64 with seed 0, of a text's UTF-8 bytes or of a number's eight bytes, lowest first. Results are signed, as Kusto prints them. */
import { elementTexts } from './json';
import type { NativeFunction, NativeTable } from './native';

const P1 = 11400714785074694791n;
const P2 = 14029467366897019727n;
const P3 = 1609587929392839161n;
const P4 = 9650029242287828579n;
const P5 = 2870177450012600261n;

const cut = (value: bigint) => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint) => cut(value << bits) | (value >> (64n - bits));
const round = (lane: bigint, input: bigint) => cut(rotate(cut(lane + input * P2), 31n) * P1);

/** @returns the hash as an unsigned number. */
export function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let at = 0;
  let hash = P5;
  if (length >= 32) {
    let lanes = [cut(P1 + P2), P2, 0n, cut(-P1)] as readonly bigint[];
    for (; at + 32 <= length; at += 32) {
      const block = at;
      lanes = lanes.map((lane, index) => round(lane, view.getBigUint64(block + 8 * index, true)));
    }
    hash = cut(lanes.reduce((sum, lane, index) => sum + rotate(lane, [1n, 7n, 12n, 18n][index] ?? 1n), 0n));
    for (const lane of lanes) hash = cut((hash ^ round(0n, lane)) * P1 + P4);
  }
  hash = cut(hash + BigInt(length));
  for (; at + 8 <= length; at += 8) hash = cut(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  if (at + 4 <= length) {
    hash = cut(rotate(hash ^ cut(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < length; at += 1) hash = cut(rotate(hash ^ cut(BigInt(bytes[at] ?? 0) * P5), 11n) * P1);
  hash = cut((hash ^ (hash >> 33n)) * P2);
  hash = cut((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

function bytesOf(kind: string | null, text: string): Uint8Array {
  if (kind === 'text') return Buffer.from(text, 'utf8');
  const bytes = new DataView(new ArrayBuffer(8));
  if (kind === 'real') bytes.setFloat64(0, Number(text), true);
  else bytes.setBigInt64(0, BigInt(text), true);
  return new Uint8Array(bytes.buffer);
}

/** @param kind `text`, `long` or `real`: how the value is laid out. */
const hash: NativeFunction = (kind = null, text = null, modulus = null) => {
  const value = BigInt.asIntN(64, text === null ? 0n : xxHash64(bytesOf(kind, text)));
  if (modulus === null) return value.toString();
  const size = BigInt(modulus);
  return size <= 0n ? null : (((value % size) + size) % size).toString();
};

/** Hashes folded into one, from left to right. */
const combine: NativeFunction = (hashes) => {
  const [first = 0n, ...rest] = (elementTexts(hashes) ?? []).map((text) => cut(BigInt(text === 'null' ? 0 : text)));
  const made = rest.reduce((seed, next) => seed ^ cut(next + 0x9e3779b9n + (seed << 6n) + (seed >> 2n)), first);
  return BigInt.asIntN(64, made).toString();
};

export const HASHES: NativeTable = { hash: [3, hash], hash_combine: [1, combine] };
