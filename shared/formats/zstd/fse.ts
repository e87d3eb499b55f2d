/** Finite state entropy, one of the two codes of Zstandard (RFC 8878, 4.1): each state stands for a symbol and tells how the next is found. */
import { type BackwardBits, damaged, ForwardBits, highestBit } from './bits';

export interface FseTable {
  /** Bits of a state. */
  readonly accuracy: number;
  readonly symbols: Uint8Array;
  /** Bits to read for the next state, and what they are added to. */
  readonly widths: Uint8Array;
  readonly bases: Uint16Array;
}

/** A table of one symbol, which takes no bits. */
export function singleSymbol(symbol: number): FseTable {
  return { accuracy: 0, symbols: Uint8Array.of(symbol), widths: new Uint8Array(1), bases: new Uint16Array(1) };
}

/** @param frequencies of the symbols, in parts of 2^accuracy; -1: less than one part. */
export function fseTable(frequencies: readonly number[], accuracy: number): FseTable {
  const size = 1 << accuracy;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(frequencies.length);
  let top = size;
  for (const [symbol, frequency] of frequencies.entries()) {
    if (frequency === -1) {
      symbols[--top] = symbol;
      next[symbol] = 1;
    }
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  for (const [symbol, frequency] of frequencies.entries()) {
    if (frequency <= 0) continue;
    next[symbol] = frequency;
    for (let part = 0; part < frequency; part++) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place >= top);
    }
  }
  if (place !== 0) throw damaged();
  const widths = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const count = next[symbol] as number;
    next[symbol] = count + 1;
    const width = accuracy - highestBit(count);
    widths[state] = width;
    bases[state] = (count << width) - size;
  }
  return { accuracy, symbols, widths, bases };
}

/** Reads a table's description. @returns the table and where the bytes after it begin. @throws FlowtrapError `malformed`. */
export function readFseTable(
  bytes: Buffer,
  from: number,
  most: { readonly accuracy: number; readonly symbols: number },
): { readonly table: FseTable; readonly end: number } {
  const bits = new ForwardBits(bytes, from);
  const accuracy = bits.read(4) + 5;
  if (accuracy > most.accuracy) throw damaged();
  const frequencies: number[] = [];
  let remaining = 1 << accuracy;
  while (remaining > 0) {
    if (frequencies.length >= most.symbols) throw damaged();
    const width = highestBit(remaining + 1) + 1;
    let value = bits.read(width);
    const lower = (1 << (width - 1)) - 1;
    const threshold = (1 << width) - 1 - (remaining + 1);
    // The lower values take one bit less.
    if ((value & lower) < threshold) {
      bits.place--;
      value &= lower;
    } else if (value > lower) value -= threshold;
    const frequency = value - 1;
    remaining -= Math.abs(frequency);
    frequencies.push(frequency);
    if (frequency !== 0) continue;
    for (let repeat = 3; repeat === 3; ) {
      repeat = bits.read(2);
      for (let count = 0; count < repeat; count++) frequencies.push(0);
      if (frequencies.length > most.symbols) throw damaged();
    }
  }
  if (remaining !== 0) throw damaged();
  return { table: fseTable(frequencies, accuracy), end: bits.nextByte };
}

/** Where a code stands in its stream. */
export class FseState {
  private state: number;

  constructor(
    private readonly table: FseTable,
    private readonly bits: BackwardBits,
  ) {
    this.state = bits.read(table.accuracy);
  }

  get symbol(): number {
    return this.table.symbols[this.state] as number;
  }

  advance(): void {
    const { table, state } = this;
    this.state = (table.bases[state] as number) + this.bits.read(table.widths[state] as number);
  }
}
