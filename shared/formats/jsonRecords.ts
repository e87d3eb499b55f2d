/**
 * Finds the records in JSON that may never end: `{"records":[{…},{…}]}` while it grows, arrays, JSON lines, objects one after
 * the other, and these nested in each other. Only structure is looked at (strings, escapes, depth), never the order of keys.
 *
 * A record is an object in record position. One with an array under the key `records` (or another of ENVELOPE_KEY) is an envelope:
 * its elements are records. What breaks the grammar is given back as broken, and the next record is found again by the keys with which
 * records of the known sources begin, or by the end of the line where records are lines.
 */
import { asBuffer, type BrokenRecord, type FormatItem, type FormatReader, KEPT_BYTES, kept } from './record';

/** Longest record that is held; one flow-log record is about 8 KB, the longest seen 50 MB. */
export const MAX_RECORD_BYTES = 100 * 1024 * 1024;
export const MAX_DEPTH = 64;
const MAX_ENVELOPES = 16;
/** How far the beginning of a record can lie before the place where damage shows. */
const LOOK_BACK = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const NEWLINE = 0x0a;
/** Stands for any byte of a number, true, false or null. */
const LITERAL = 0x30;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/**
 * Lists of Azure's and AWS's own logs, CloudWatch Logs, GuardDuty's answers, Microsoft's APIs; names that records have for themselves count only
 * at the very beginning.
 */
const ENVELOPE_KEY =
  /[{,]\s*"(?:[Rr]ecords|logEvents|[Ff]indings|value)"\s*:\s*$|\{\s*"(?:data|events|results|items)"\s*:\s*$/;

type Found = 'more' | 'record' | 'envelope' | 'broken';

export class JsonRecordReader implements FormatReader {
  private offset: number;
  private resumeOffset: number;
  private resumeStack: string;
  /** Open containers around the records: `a` an array of records, `e` an envelope object. */
  private stack: string;
  private mode: 'between' | 'record' | 'tail' | 'resync' = 'between';
  private parts: Buffer[] = [];
  private held = 0;
  private start = 0;
  private broken: { reason: string; bytes: Buffer } | undefined;
  private carry: Buffer = Buffer.alloc(0);

  private depth = 0;
  private readonly isArray = new Uint8Array(MAX_DEPTH + 1);
  private inString = false;
  private escaped = false;
  private last = 0;

  private readonly recordStart: RegExp;

  /**
   * @param offset of the first byte that will be fed.
   * @param memory of position(), empty at the beginning.
   * @param recordKeys keys that stand first in a record of some source, to find one after damage.
   * @param maxRecordBytes smaller only in tests.
   */
  constructor(
    offset: number,
    memory: string,
    recordKeys: Iterable<string>,
    private readonly maxRecordBytes = MAX_RECORD_BYTES,
  ) {
    this.offset = offset;
    this.resumeOffset = offset;
    this.stack = /^[ae]{0,40}$/.test(memory) ? memory : '';
    this.resumeStack = this.stack;
    const keys = [...recordKeys].map((key) => key.replaceAll(/[^\w.]/g, '').replaceAll('.', '\\.')).join('|');
    this.recordStart = new RegExp(`\\{\\s{0,8}"(?:${keys || '(?!)'})"\\s{0,8}:`);
  }

  position(): { offset: number; memory: string } {
    return { offset: this.resumeOffset, memory: this.resumeStack };
  }

  *feed(input: Uint8Array): Generator<FormatItem> {
    let chunk = asBuffer(input);
    let at = 0;
    while (at < chunk.length) {
      if (this.mode === 'between') at = this.between(chunk, at);
      else if (this.mode === 'tail') at = this.tail(chunk, at);
      else if (this.mode === 'resync') {
        const next = this.resync(chunk, at);
        if (next === undefined) break;
        if (next.at < 0) {
          // It began in bytes that were already passed: put them in front again.
          const passed = this.carry.subarray(this.carry.length - (at - next.at));
          chunk = Buffer.concat([passed, chunk.subarray(at)]);
          this.offset += next.at;
          at = 0;
        } else at = next.at;
        this.mode = next.mode;
        this.carry = Buffer.alloc(0);
        yield this.takeBroken(this.offset + at);
        if (next.mode === 'record') this.open(this.offset + at);
      } else {
        const from = at;
        const result = this.scan(chunk, at);
        at = this.scanned;
        if (result === 'record') {
          const bytes = this.take(chunk.subarray(from, at));
          this.mode = 'between';
          this.resumeAt(this.offset + at);
          yield { kind: 'record', buffer: bytes, start: 0, end: bytes.length, offset: this.start };
        } else if (result === 'envelope') {
          this.drop();
          this.stack += 'ea';
          this.mode = 'between';
          this.resumeAt(this.offset + at);
        } else if (result === 'broken') {
          this.breakOff(chunk, from, at);
        } else {
          this.parts.push(Buffer.from(chunk.subarray(from)));
          this.held += chunk.length - from;
          if (this.held > this.maxRecordBytes) this.startResync('tooLarge', Buffer.alloc(0));
        }
      }
    }
    this.offset += chunk.length;
  }

  *end(final: boolean): Generator<FormatItem> {
    if (!final) return;
    if (this.mode === 'record') this.startResync('cutOff', Buffer.alloc(0));
    // The closing brackets stay unread: should the input grow after all, its records come before them.
    if (this.mode === 'resync') yield this.takeBroken(this.offset);
  }

  /** Between records: white space, commas, brackets; the first byte of a record changes the mode. */
  private between(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09 || byte === COMMA) continue;
      if (byte === BYTE_ORDER_MARK[this.offset + at]) continue;
      const inArray = this.stack.endsWith('a');
      if (byte === OPEN_OBJECT) {
        this.open(this.offset + at);
        return at;
      }
      if (byte === OPEN_ARRAY && this.stack === '') {
        this.stack += 'a';
        this.resumeAt(this.offset + at + 1);
      } else if (byte === CLOSE_ARRAY && inArray) {
        this.stack = this.stack.slice(0, -1);
        if (this.stack.endsWith('e')) {
          this.mode = 'tail';
          this.depth = 0;
          this.inString = false;
          this.escaped = false;
          return at + 1;
        }
      } else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && this.stack === '') {
        // A closing bracket after the document was resumed or ended: nothing is lost with it.
      } else {
        this.start = this.offset + at;
        this.startResync('notARecord', chunk.subarray(at, at + KEPT_BYTES));
        return at;
      }
    }
    return chunk.length;
  }

  /** After an envelope's records: to the end of the envelope. */
  private tail(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.escaped) this.escaped = false;
      else if (this.inString) {
        if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.depth++;
      else if (byte === CLOSE_ARRAY && this.depth > 0) this.depth--;
      else if (byte === CLOSE_OBJECT && this.depth-- === 0) {
        this.stack = this.stack.slice(0, -1);
        this.mode = 'between';
        return at + 1;
      }
    }
    return chunk.length;
  }

  private open(offset: number): void {
    this.mode = 'record';
    this.start = offset;
    this.depth = 0;
    this.inString = false;
    this.escaped = false;
    this.last = COLON;
    this.isArray[0] = 0;
  }

  /** Where scan() stopped. */
  private scanned = 0;

  /** Goes through a record's bytes; the hot loop of the reader. */
  private scan(chunk: Buffer, from: number): Found {
    const { isArray } = this;
    const length = chunk.length;
    let { depth, inString, escaped, last } = this;
    let at = from;
    let found: Found = 'more';
    scanning: while (at < length) {
      let byte = chunk[at] as number;
      if (inString) {
        if (escaped) {
          escaped = false;
          at++;
          if (at >= length) break;
          byte = chunk[at] as number;
        }
        while (byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20) {
          if (++at >= length) break scanning;
          byte = chunk[at] as number;
        }
        if (byte === QUOTE) {
          inString = false;
          last = QUOTE;
        } else if (byte === BACKSLASH) escaped = true;
        else {
          found = 'broken';
          break;
        }
        at++;
        continue;
      }
      at++;
      if (byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09) continue;
      const array = isArray[depth] === 1;
      if (byte === QUOTE) {
        if (last === COMMA || (array ? last === OPEN_ARRAY : last === OPEN_OBJECT || last === COLON)) inString = true;
        else {
          found = 'broken';
          break;
        }
      } else if (byte === COMMA) {
        if (last === COMMA || last === COLON || last === OPEN_OBJECT || last === OPEN_ARRAY) {
          found = 'broken';
          break;
        }
        last = COMMA;
      } else if (byte === COLON) {
        if (array || last !== QUOTE) {
          found = 'broken';
          break;
        }
        last = COLON;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (array ? last !== OPEN_ARRAY && last !== COMMA : last !== COLON) {
          found = 'broken';
          break;
        }
        if (byte === OPEN_ARRAY && depth === 1 && this.isEnvelope(chunk, from, at - 1)) {
          found = 'envelope';
          break;
        }
        if (++depth > MAX_DEPTH) {
          found = 'broken';
          break;
        }
        isArray[depth] = byte === OPEN_ARRAY ? 1 : 0;
        last = byte;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (array !== (byte === CLOSE_ARRAY) || last === COMMA || last === COLON) {
          found = 'broken';
          break;
        }
        last = byte;
        if (--depth === 0) {
          found = 'record';
          break;
        }
      } else if (last === LITERAL || last === COLON || (array && (last === COMMA || last === OPEN_ARRAY))) {
        last = LITERAL;
      } else {
        found = 'broken';
        break;
      }
    }
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
    this.last = last;
    this.scanned = at;
    return found;
  }

  /** Whether the array that opens at `bracket`, directly in a record, is the list of an envelope. */
  private isEnvelope(chunk: Buffer, from: number, bracket: number): boolean {
    if (this.stack.length + 2 > 2 * MAX_ENVELOPES) return false;
    const before = this.lastBytes(chunk.subarray(Math.max(from, bracket - 64), bracket), 64).toString('latin1');
    return ENVELOPE_KEY.test(before);
  }

  /** The whole record: what was held and its last piece. */
  private take(piece: Buffer): Buffer {
    if (this.parts.length === 0) return piece;
    this.parts.push(piece);
    const bytes = Buffer.concat(this.parts);
    this.drop();
    return bytes;
  }

  private drop(): void {
    this.parts = [];
    this.held = 0;
  }

  private breakOff(chunk: Buffer, from: number, at: number): void {
    const reason = this.depth > MAX_DEPTH ? 'tooDeep' : 'malformedJson';
    // The next record can begin shortly before the place where the damage showed, but after this record's first byte.
    const seen = Math.min(LOOK_BACK, this.offset + at - this.start - 1);
    const carry = seen > 0 ? Buffer.from(this.lastBytes(chunk.subarray(from, at), seen)) : Buffer.alloc(0);
    this.startResync(reason, chunk.subarray(from, from + KEPT_BYTES));
    this.carry = carry;
  }

  /** The last bytes of what is held and a piece after it. */
  private lastBytes(piece: Buffer, count: number): Buffer {
    const pieces = [piece];
    let length = piece.length;
    for (let i = this.parts.length - 1; i >= 0 && length < count; i--) {
      const part = this.parts[i] as Buffer;
      pieces.unshift(part);
      length += part.length;
    }
    return Buffer.concat(pieces).subarray(-count);
  }

  private startResync(reason: string, piece: Buffer): void {
    this.broken = { reason, bytes: kept(Buffer.concat([...this.beginning(), piece])) };
    this.drop();
    this.carry = Buffer.alloc(0);
    this.mode = 'resync';
  }

  /** As many held pieces as the kept beginning needs. */
  private beginning(): Buffer[] {
    const pieces: Buffer[] = [];
    let length = 0;
    for (const part of this.parts) {
      if (length >= KEPT_BYTES) break;
      pieces.push(part.subarray(0, KEPT_BYTES));
      length += part.length;
    }
    return pieces;
  }

  /**
   * Looks for the next record after damage, in the carry and the rest of the chunk.
   * @returns where to go on, counted from the chunk's first byte (negative: in the carry), or undefined when it is not there yet.
   */
  private resync(chunk: Buffer, from: number): { at: number; mode: 'record' | 'between' } | undefined {
    const text = this.carry.toString('latin1') + chunk.toString('latin1', from);
    const carried = this.carry.length;
    const base = from - carried;
    const record = text.search(this.recordStart);
    let line = -1;
    if (this.stack === '') {
      const passed = text.lastIndexOf('\n', carried);
      line = passed >= 0 ? passed : text.indexOf('\n', carried);
    }
    if (record >= 0 && (line < 0 || record < line)) return { at: base + record, mode: 'record' };
    if (line >= 0) return { at: base + line + 1, mode: 'between' };
    const rest = chunk.subarray(from);
    this.carry = Buffer.from(
      rest.length >= LOOK_BACK ? rest.subarray(-LOOK_BACK) : Buffer.concat([this.carry, rest]).subarray(-LOOK_BACK),
    );
    return undefined;
  }

  private takeBroken(end: number): BrokenRecord {
    const { reason, bytes } = this.broken ?? { reason: 'malformedJson', bytes: Buffer.alloc(0) };
    this.broken = undefined;
    this.resumeAt(end);
    return {
      kind: 'broken',
      reason,
      offset: this.start,
      length: end - this.start,
      bytes: bytes.subarray(0, end - this.start),
    };
  }

  private resumeAt(offset: number): void {
    this.resumeOffset = offset;
    this.resumeStack = this.stack;
  }
}
