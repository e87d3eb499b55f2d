/** Takes XML apart into `<Event>…</Event>` records, whatever stands around them: `<Events>`, one a line, a header on the line. */
import { asBuffer, type FormatItem, type FormatReader, kept } from '../record';

/** Longest event; Windows writes at most 64 KB, escapes make it longer. */
const MAX_EVENT_BYTES = 1024 * 1024;
const OPEN = Buffer.from('<Event');
const CLOSE = Buffer.from('</Event>');

export class XmlEventReader implements FormatReader {
  private buffer: Buffer = Buffer.alloc(0);
  /** Offset of the buffer's first byte in the content. */
  private offset: number;

  /** @param offset of the first byte that will be fed. */
  constructor(offset: number) {
    this.offset = offset;
  }

  position(): { offset: number; memory: string } {
    return { offset: this.offset, memory: '' };
  }

  *feed(chunk: Uint8Array): Generator<FormatItem> {
    this.buffer = this.buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.buffer, asBuffer(chunk)]);
    for (;;) {
      const start = this.nextEvent();
      if (start < 0) {
        this.drop(this.buffer.length - Math.min(this.buffer.length, OPEN.length));
        return;
      }
      this.drop(start);
      const end = this.buffer.indexOf(CLOSE);
      const nested = this.nextEvent(OPEN.length);
      if (nested >= 0 && (end < 0 || nested < end)) {
        yield this.broken('cutOff', nested);
        continue;
      }
      if (end < 0) {
        if (this.buffer.length <= MAX_EVENT_BYTES) return;
        yield this.broken('tooLarge', this.buffer.length);
        continue;
      }
      const length = end + CLOSE.length;
      const { buffer, offset } = this;
      this.drop(length);
      yield { kind: 'record', buffer, start: 0, end: length, offset };
    }
  }

  *end(final: boolean): Generator<FormatItem> {
    if (final && this.nextEvent() === 0) yield this.broken('cutOff', this.buffer.length);
  }

  /** Where the next `<Event ` or `<Event>` begins (`<Events>` and `<EventData>` are none), or -1. */
  private nextEvent(from = 0): number {
    for (let at = this.buffer.indexOf(OPEN, from); at >= 0; at = this.buffer.indexOf(OPEN, at + 1)) {
      const next = this.buffer[at + OPEN.length];
      if (next === 0x3e || next === 0x20 || next === 0x0a || next === 0x0d || next === 0x09) return at;
    }
    return -1;
  }

  private drop(length: number): void {
    this.buffer = this.buffer.subarray(length);
    this.offset += length;
  }

  private broken(reason: string, length: number): FormatItem {
    const bytes = kept(this.buffer.subarray(0, length));
    const { offset } = this;
    this.drop(length);
    return { kind: 'broken', reason, offset, length, bytes };
  }
}
