/** What a format hands on: one raw record after the other, each with its place in the decompressed content. */

/** Longest beginning of a refused record that is kept. */
export const KEPT_BYTES = 65_536;

export interface RawRecord {
  readonly kind: 'record';
  /** Holds the record's bytes from `start` to `end`; valid until the next record is taken. (A view for each line would cost.) */
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** Of the first byte in the decompressed content. */
  readonly offset: number;
}

/** Something that could not be taken apart; counts as one record. */
export interface BrokenRecord {
  readonly kind: 'broken';
  readonly reason: string;
  readonly offset: number;
  readonly length: number;
  /** Its bytes or their beginning; a copy. */
  readonly bytes: Buffer;
}

export type FormatItem = RawRecord | BrokenRecord;

/** Takes a stream of bytes apart; resumable after every record. */
export interface FormatReader {
  feed(chunk: Uint8Array): Iterable<FormatItem>;
  /** @param final the input never grows: what is incomplete is broken, not unread. */
  end(final: boolean): Iterable<FormatItem>;
  /** Offset after the last record taken, and what must be known to go on there. */
  position(): { readonly offset: number; readonly memory: string };
}

/** A record's bytes, not copied. */
export function recordBytes(record: RawRecord): Buffer {
  return record.buffer.subarray(record.start, record.end);
}

/** Buffer over the same bytes, not a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** At most KEPT_BYTES of some bytes, copied. */
export function kept(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.subarray(0, KEPT_BYTES));
}
