/** Records of CSV, one after the other: a line end inside of quotes ends none. */
import { MAX_LINE_BYTES } from './lines';
import { asBuffer, type FormatItem, type FormatReader, kept } from './record';

/** More in one cell means that its quote was never meant to open one. */
const MAX_CELL_BYTES = 256 * 1024;
const MAX_CELL_LINES = 500;

const QUOTE = 0x22;
const COMMA = 0x2c;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Where in a cell a byte stands: `quote` is after one that closes the cell, unless another follows. */
type State = 'start' | 'plain' | 'quoted' | 'quote';

export class CsvReader implements FormatReader {
  /** What was fed and belongs to no record yet; its first byte is at `offset`. */
  private held: Buffer = Buffer.alloc(0);
  private scanned = 0;
  private state: State = 'start';
  private lines = 0;
  private firstLine = -1;
  /** Of a line that is too long: its beginning, and how much of it was passed. */
  private tooLong: { readonly bytes: Buffer; length: number } | undefined;

  /** @param offset of the first byte that will be fed. */
  constructor(private offset: number) {}

  position(): { readonly offset: number; readonly memory: string } {
    return { offset: this.offset, memory: '' };
  }

  *feed(input: Uint8Array): Generator<FormatItem> {
    this.held = Buffer.concat([this.held, asBuffer(input)]);
    for (;;) {
      const end = this.scan();
      if (end < 0) break;
      const item = this.take(end, end + 1);
      if (item !== undefined) yield item;
    }
    if (this.tooLong !== undefined || this.held.length > MAX_LINE_BYTES) this.pass();
  }

  *end(final: boolean): Generator<FormatItem> {
    if (!final || (this.held.length === 0 && this.tooLong === undefined)) return;
    const item = this.take(this.held.length, this.held.length);
    if (item !== undefined) yield item;
  }

  /** The place of the line end that ends the record, or -1 while it is not there. */
  private scan(): number {
    const { held } = this;
    for (; this.scanned < held.length; this.scanned++) {
      const byte = held[this.scanned] as number;
      if (byte === LF) {
        if (this.state !== 'quoted') return this.scanned;
        if (this.firstLine < 0) this.firstLine = this.scanned;
        if (++this.lines > MAX_CELL_LINES || this.scanned > MAX_CELL_BYTES) return this.firstLine;
      } else this.state = this.after(byte);
    }
    return -1;
  }

  private after(byte: number): State {
    if (this.state === 'quoted') return byte === QUOTE ? 'quote' : 'quoted';
    if (byte === COMMA || byte === TAB) return 'start';
    if (byte === QUOTE && this.state !== 'plain') return 'quoted';
    const mark = this.state === 'start' && byte === BYTE_ORDER_MARK[this.offset + this.scanned];
    return mark ? 'start' : 'plain';
  }

  /** Takes the record before `end`; the next begins at `next`. */
  private take(end: number, next: number): FormatItem | undefined {
    const { held, offset, tooLong } = this;
    this.held = held.subarray(next);
    this.offset += next;
    this.restart();
    if (tooLong !== undefined) {
      this.tooLong = undefined;
      this.offset += tooLong.length;
      return { kind: 'broken', reason: 'lineTooLong', offset, length: tooLong.length + end, bytes: tooLong.bytes };
    }
    if (end > MAX_LINE_BYTES)
      return { kind: 'broken', reason: 'lineTooLong', offset, length: end, bytes: kept(held.subarray(0, end)) };
    let to = end;
    if (to > 0 && held[to - 1] === CR) to--;
    const start = offset === 0 && BYTE_ORDER_MARK.every((byte, index) => held[index] === byte) ? 3 : 0;
    for (let at = start; at < to; at++) {
      if ((held[at] as number) > 0x20) return { kind: 'record', buffer: held, start, end: to, offset: offset + start };
    }
    return undefined;
  }

  private restart(): void {
    this.scanned = 0;
    this.state = 'start';
    this.lines = 0;
    this.firstLine = -1;
  }

  /** Lets go of what is held of a line that is too long. */
  private pass(): void {
    this.tooLong ??= { bytes: kept(this.held), length: 0 };
    this.tooLong.length += this.held.length;
    this.held = Buffer.alloc(0);
    this.restart();
    this.state = 'plain';
  }
}
