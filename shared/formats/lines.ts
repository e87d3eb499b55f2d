/** Lines of text: LF or CRLF, a byte order mark dropped, empty lines passed over, a line cut between two feeds joined. */
import { asBuffer, type FormatItem, type FormatReader, KEPT_BYTES, kept } from './record';

/** Longest line; the service refuses rows over 1 MB anyway. */
export const MAX_LINE_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

export class LineReader implements FormatReader {
  private resumeOffset: number;
  private parts: Buffer[] = [];
  /** Bytes of the line so far, also those not held because it is too long. */
  private length = 0;
  private tooLong: Buffer | undefined;

  /** @param offset of the first byte that will be fed. */
  constructor(private offset: number) {
    this.resumeOffset = offset;
  }

  position(): { offset: number; memory: string } {
    return { offset: this.resumeOffset, memory: '' };
  }

  *feed(input: Uint8Array): Generator<FormatItem> {
    const chunk = asBuffer(input);
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(LF, at);
      if (newline < 0) {
        this.hold(chunk.subarray(at));
        break;
      }
      const item = this.take(chunk, at, newline);
      at = newline + 1;
      this.resumeOffset = this.offset + at;
      if (item !== undefined) yield item;
    }
    this.offset += chunk.length;
  }

  *end(final: boolean): Generator<FormatItem> {
    if (!final || this.length === 0) return;
    const item = this.take(Buffer.alloc(0), 0, 0);
    this.resumeOffset = this.offset;
    if (item !== undefined) yield item;
  }

  private hold(piece: Buffer): void {
    this.length += piece.length;
    if (this.tooLong !== undefined) return;
    this.parts.push(Buffer.from(piece));
    if (this.length > MAX_LINE_BYTES) {
      this.tooLong = kept(Buffer.concat(this.parts));
      this.parts = [];
    }
  }

  /** The line that ends with the bytes from `from` to `to`. */
  private take(chunk: Buffer, from: number, to: number): FormatItem | undefined {
    const offset = this.resumeOffset;
    const length = this.length + to - from;
    if (length > MAX_LINE_BYTES) {
      const bytes =
        this.tooLong ?? kept(Buffer.concat([...this.parts, chunk.subarray(from, Math.min(to, from + KEPT_BYTES))]));
      this.forget();
      return { kind: 'broken', reason: 'lineTooLong', offset, length, bytes };
    }
    let buffer = chunk;
    let start = from;
    let end = to;
    if (this.parts.length > 0) {
      buffer = Buffer.concat([...this.parts, chunk.subarray(from, to)]);
      start = 0;
      end = buffer.length;
    }
    this.forget();
    if (end > start && buffer[end - 1] === CR) end--;
    const bom =
      offset === 0 && buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf ? 3 : 0;
    start += bom;
    for (let at = start; at < end; at++) {
      if ((buffer[at] as number) > 0x20) return { kind: 'record', buffer, start, end, offset: offset + bom };
    }
    return undefined;
  }

  private forget(): void {
    if (this.parts.length > 0) this.parts = [];
    this.length = 0;
    this.tooLong = undefined;
  }
}
