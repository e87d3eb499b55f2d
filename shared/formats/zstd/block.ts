/** The compressed blocks of Zstandard (RFC 8878, 3.1.1.3): literal bytes, and sequences that copy what came before. */
import { BackwardBits, damaged } from './bits';
import { FseState, type FseTable, fseTable, readFseTable, singleSymbol } from './fse';
import { decodeHuffman, type HuffmanTable, readHuffmanTable } from './huffman';

export const MAX_BLOCK = 128 * 1024;

/** One of the three codes of sequences: lengths of literals, offsets, lengths of matches. */
interface Code {
  readonly most: { readonly accuracy: number; readonly symbols: number };
  readonly usual: FseTable;
}

const lessThanOne = (count: number): number[] => new Array<number>(count).fill(-1);
const ones = (count: number): number[] => new Array<number>(count).fill(1);

const LITERAL_LENGTHS: Code = {
  most: { accuracy: 9, symbols: 36 },
  usual: fseTable(
    [
      4,
      3,
      ...new Array<number>(11).fill(2),
      1,
      1,
      1,
      ...new Array<number>(9).fill(2),
      3,
      2,
      ...ones(5),
      ...lessThanOne(4),
    ],
    6,
  ),
};
const OFFSETS: Code = {
  most: { accuracy: 8, symbols: 32 },
  usual: fseTable([...ones(6), 2, 2, 2, ...ones(15), ...lessThanOne(5)], 5),
};
const MATCH_LENGTHS: Code = {
  most: { accuracy: 9, symbols: 53 },
  usual: fseTable([1, 4, 3, ...new Array<number>(6).fill(2), ...ones(37), ...lessThanOne(7)], 6),
};

/** Bits behind each code of a length, and the length that they are added to, which goes on where the code before ends. */
function lengths(
  first: number,
  widths: readonly number[],
): { readonly bases: readonly number[]; readonly widths: readonly number[] } {
  let next = first;
  const bases = widths.map((width) => {
    const base = next;
    next += 2 ** width;
    return base;
  });
  return { bases, widths };
}
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const LITERAL = lengths(0, [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MATCH = lengths(3, [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

/** Decoded bytes, to which blocks are added. */
export interface Output {
  readonly bytes: Buffer;
  /** Bytes in use. */
  length: number;
  /** Bytes before `length` that may be copied. */
  readonly window: number;
}

/** Decodes the blocks of one frame, which share their codes. */
export class BlockDecoder {
  private huffman: HuffmanTable | undefined;
  private readonly tables: (FseTable | undefined)[] = [undefined, undefined, undefined];
  private recent: [number, number, number] = [1, 4, 8];

  /** @throws FlowtrapError `malformed`; at most MAX_BLOCK bytes are added. */
  decode(block: Buffer, output: Output): void {
    const { literals, end } = this.literals(block);
    this.sequences(block, end, literals, output, output.length + MAX_BLOCK);
  }

  private literals(block: Buffer): { readonly literals: Buffer; readonly end: number } {
    const first = block[0];
    if (first === undefined) throw damaged();
    const kind = first & 3;
    const format = (first >> 2) & 3;
    if (kind < 2) {
      const headerSize = format === 1 ? 2 : format === 3 ? 3 : 1;
      if (block.length < headerSize) throw damaged();
      const size = headerSize === 1 ? first >> 3 : block.readUIntLE(0, headerSize) >> 4;
      const end = headerSize + (kind === 0 ? size : 1);
      if (size > MAX_BLOCK || end > block.length) throw damaged();
      const literals = kind === 0 ? block.subarray(headerSize, end) : Buffer.alloc(size, block[headerSize]);
      return { literals, end };
    }
    const headerSize = format < 2 ? 3 : format + 2;
    if (block.length < headerSize) throw damaged();
    const width = format < 2 ? 10 : format === 2 ? 14 : 18;
    const header = Math.floor(block.readUIntLE(0, headerSize) / 16);
    const size = header % 2 ** width;
    const end = headerSize + Math.floor(header / 2 ** width);
    if (size > MAX_BLOCK || end > block.length) throw damaged();
    let at = headerSize;
    if (kind === 2) {
      const read = readHuffmanTable(block.subarray(0, end), at);
      this.huffman = read.table;
      at = read.end;
    }
    if (this.huffman === undefined) throw damaged();
    const literals = Buffer.allocUnsafe(size);
    if (format === 0) decodeHuffman(this.huffman, block.subarray(at, end), literals);
    else fourStreams(this.huffman, block.subarray(at, end), literals);
    return { literals, end };
  }

  private table(index: number, code: Code, mode: number, block: Buffer, at: number): number {
    if (mode === 0) this.tables[index] = code.usual;
    else if (mode === 1) {
      const symbol = block[at];
      if (symbol === undefined || symbol >= code.most.symbols) throw damaged();
      this.tables[index] = singleSymbol(symbol);
      return at + 1;
    } else if (mode === 2) {
      const { table, end } = readFseTable(block, at, code.most);
      this.tables[index] = table;
      return end;
    }
    return at;
  }

  private sequences(block: Buffer, from: number, literals: Buffer, output: Output, limit: number): void {
    let at = from;
    const byte = (): number => {
      const value = block[at++];
      if (value === undefined) throw damaged();
      return value;
    };
    let count = byte();
    if (count >= 128) count = count < 255 ? (count - 128) * 256 + byte() : byte() + byte() * 256 + 0x7f00;
    let used = 0;
    if (count > 0) {
      const modes = byte();
      at = this.table(0, LITERAL_LENGTHS, modes >> 6, block, at);
      at = this.table(1, OFFSETS, (modes >> 4) & 3, block, at);
      at = this.table(2, MATCH_LENGTHS, (modes >> 2) & 3, block, at);
      const bits = new BackwardBits(block.subarray(at));
      const [literalCode, offsetCode, matchCode] = this.tables.map((table) => {
        if (table === undefined) throw damaged();
        return new FseState(table, bits);
      }) as [FseState, FseState, FseState];
      for (let left = count; left > 0; left--) {
        const offsetWidth = offsetCode.symbol;
        const offset = 2 ** offsetWidth + bits.read(offsetWidth);
        const match = (MATCH.bases[matchCode.symbol] ?? 0) + bits.read(MATCH.widths[matchCode.symbol] ?? 0);
        const plain = (LITERAL.bases[literalCode.symbol] ?? 0) + bits.read(LITERAL.widths[literalCode.symbol] ?? 0);
        if (left > 1) {
          literalCode.advance();
          matchCode.advance();
          offsetCode.advance();
        }
        if (bits.place < 0 || used + plain > literals.length || output.length + plain + match > limit) throw damaged();
        append(output, literals, used, used + plain);
        used += plain;
        copy(output, this.distance(offset, plain), match);
      }
      if (bits.place !== 0) throw damaged();
    }
    if (output.length + literals.length - used > limit) throw damaged();
    append(output, literals, used, literals.length);
  }

  /** Small values name one of the three distances before; what was used comes first. */
  private distance(value: number, plain: number): number {
    const [first, second, third] = this.recent;
    if (value > 3) {
      this.recent = [value - 3, first, second];
      return value - 3;
    }
    const which = value - 1 + (plain === 0 ? 1 : 0);
    if (which === 0) return first;
    const distance = which === 1 ? second : which === 2 ? third : first - 1;
    this.recent = [distance, first, which === 1 ? third : second];
    return distance;
  }
}

/** Literals in four streams, three of which tell their length; all but the last decode to the same number of bytes. */
function fourStreams(table: HuffmanTable, bytes: Buffer, literals: Buffer): void {
  if (bytes.length < 6) throw damaged();
  const part = (literals.length + 3) >> 2;
  if (part * 3 > literals.length) throw damaged();
  let at = 6;
  for (let index = 0; index < 4; index++) {
    const end = index === 3 ? bytes.length : at + bytes.readUInt16LE(index * 2);
    if (end > bytes.length) throw damaged();
    const into = literals.subarray(part * index, index === 3 ? literals.length : part * (index + 1));
    decodeHuffman(table, bytes.subarray(at, end), into);
    at = end;
  }
}

function append(output: Output, from: Buffer, start: number, end: number): void {
  from.copy(output.bytes, output.length, start, end);
  output.length += end - start;
}

/** Copies what came so many bytes before; it may overlap what it is copied to. */
function copy(output: Output, distance: number, count: number): void {
  const { bytes, length, window } = output;
  if (distance <= 0 || distance > length || distance > window) throw damaged();
  if (distance >= count) bytes.copyWithin(length, length - distance, length - distance + count);
  else for (let index = length; index < length + count; index++) bytes[index] = bytes[index - distance] as number;
  output.length += count;
}
