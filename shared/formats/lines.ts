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
      const end = newline < 0 ? chunk.length : newline;
      const piece = chunk.subarray(at, end);
      if (newline < 0) {
        this.hold(piece);
        break;
      }
      at = newline + 1;
      const item = this.take(piece);
      this.resumeOffset = this.offset + at;
      if (item !== undefined) yield item;
    }
    this.offset += chunk.length;
  }

  *end(final: boolean): Generator<FormatItem> {
    if (!final || this.length === 0) return;
    const item = this.take(Buffer.alloc(0));
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

  /** The line that ends with this piece. */
  private take(piece: Buffer): FormatItem | undefined {
    const offset = this.resumeOffset;
    const length = this.length + piece.length;
    if (length > MAX_LINE_BYTES) {
      const bytes = this.tooLong ?? kept(Buffer.concat([...this.parts, piece.subarray(0, KEPT_BYTES)]));
      this.forget();
      return { kind: 'broken', reason: 'lineTooLong', offset, length, bytes };
    }
    let line = this.parts.length === 0 ? piece : Buffer.concat([...this.parts, piece]);
    this.forget();
    if (line[line.length - 1] === CR) line = line.subarray(0, -1);
    if (offset === 0 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) {
      return isBlank(line.subarray(3)) ? undefined : { kind: 'record', bytes: line.subarray(3), offset: 3 };
    }
    return isBlank(line) ? undefined : { kind: 'record', bytes: line, offset };
  }

  private forget(): void {
    this.parts = [];
    this.length = 0;
    this.tooLong = undefined;
  }
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte > 0x20) return false;
  return true;
}
