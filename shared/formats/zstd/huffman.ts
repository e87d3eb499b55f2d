/** Huffman codes, in which Zstandard writes literal bytes (RFC 8878, 4.2). */
import { BackwardBits, damaged, highestBit } from './bits';
import { FseState, readFseTable } from './fse';

const MAX_BITS = 11;
const MAX_SYMBOLS = 256;
const MAX_WEIGHT_ACCURACY = 6;

export interface HuffmanTable {
  /** Longest code. */
  readonly bits: number;
  /** By the next bits: the symbol, and how many of them are its code. */
  readonly symbols: Uint8Array;
  readonly widths: Uint8Array;
}

/** Reads a table's description. @returns the table and where the bytes after it begin. @throws FlowtrapError `malformed`. */
export function readHuffmanTable(bytes: Buffer, from: number): { readonly table: HuffmanTable; readonly end: number } {
  const header = bytes[from];
  if (header === undefined) throw damaged();
  const direct = header >= 128;
  const end = from + 1 + (direct ? Math.ceil((header - 127) / 2) : header);
  if (end > bytes.length) throw damaged();
  const weights = direct
    ? Array.from({ length: header - 127 }, (_, index) => {
        const byte = bytes[from + 1 + (index >> 1)] as number;
        return index % 2 === 0 ? byte >> 4 : byte & 15;
      })
    : codedWeights(bytes.subarray(from + 1, end));
  return { table: tableOf(weights), end };
}

/** Weights in two interleaved codes; they end where the bits do. */
function codedWeights(bytes: Buffer): number[] {
  const { table, end } = readFseTable(bytes, 0, { accuracy: MAX_WEIGHT_ACCURACY, symbols: MAX_SYMBOLS });
  const bits = new BackwardBits(bytes.subarray(end));
  const states = [new FseState(table, bits), new FseState(table, bits)] as const;
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    const [own, other] = turn === 0 ? states : [states[1], states[0]];
    weights.push(own.symbol);
    own.advance();
    if (bits.place < 0) {
      weights.push(other.symbol);
      return weights;
    }
    if (weights.length >= MAX_SYMBOLS) throw damaged();
  }
}

/** The last symbol's weight is what the others leave. */
function tableOf(weights: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) sum += weight > 0 ? 2 ** (weight - 1) : 0;
  if (sum === 0 || sum >= 2 ** MAX_BITS || weights.length >= MAX_SYMBOLS) throw damaged();
  const bits = highestBit(sum) + 1;
  const left = (1 << bits) - sum;
  if ((left & (left - 1)) !== 0) throw damaged();
  const lengths = [...weights, highestBit(left) + 1].map((weight) => (weight > 0 ? bits + 1 - weight : 0));
  const counts = new Uint16Array(bits + 1);
  for (const length of lengths) if (length > 0) counts[length] = (counts[length] as number) + 1;
  const starts = new Uint32Array(bits + 1);
  const widths = new Uint8Array(1 << bits);
  for (let length = bits; length >= 1; length--) {
    const start = starts[length] as number;
    const after = start + (counts[length] as number) * 2 ** (bits - length);
    widths.fill(length, start, after);
    starts[length - 1] = after;
  }
  if (starts[0] !== 1 << bits) throw damaged();
  const symbols = new Uint8Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const start = starts[length] as number;
    starts[length] = start + 2 ** (bits - length);
    symbols.fill(symbol, start, starts[length]);
  }
  return { bits, symbols, widths };
}

/** Decodes one stream into exactly these bytes. @throws FlowtrapError `malformed` when it holds more or fewer. */
export function decodeHuffman(table: HuffmanTable, stream: Buffer, into: Buffer): void {
  const reader = new BackwardBits(stream);
  const mask = (1 << table.bits) - 1;
  let state = reader.read(table.bits);
  for (let index = 0; index < into.length; index++) {
    if (reader.place <= -table.bits) throw damaged();
    const width = table.widths[state] as number;
    into[index] = table.symbols[state] as number;
    state = ((state << width) | reader.read(width)) & mask;
  }
  if (reader.place !== -table.bits) throw damaged();
}
