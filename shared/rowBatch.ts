/**
 * A batch of serialized rows, laid out as the body of one Logs Ingestion call: a JSON array in one reused buffer of at
 * most 1,000,000 bytes (the service counts 1 MB before compression; the limits page gives 1 MB for both).
 */
import { FlowtrapError } from './errors';

/** Bytes of one call, uncompressed, with brackets and commas. */
export const BATCH_BYTES = 1_000_000;

/** Bytes of one UTF-16 unit in UTF-8, at most. */
const MAX_UTF8 = 3;

export class RowBatch {
  private readonly buffer: Buffer;
  private used = 1;
  private readonly starts: number[] = [];

  /** @param capacity bytes of the whole body; smaller only in tests. */
  constructor(private readonly capacity: number = BATCH_BYTES) {
    this.buffer = Buffer.allocUnsafe(capacity);
    this.buffer[0] = 0x5b;
  }

  get count(): number {
    return this.starts.length;
  }

  /** Bytes of the body as it stands. */
  get bytes(): number {
    return this.used + 1;
  }

  /**
   * Adds one row.
   * @param row a JSON object, serialized as UTF-8.
   * @returns false when it does not fit any more: upload, clear and add again.
   * @throws FlowtrapError `limit` when the row alone exceeds a call.
   */
  add(row: string | Uint8Array): boolean {
    // Counting a text's bytes takes longer than writing them: only near the end must they be known before.
    if (typeof row === 'string' && this.used + 2 + row.length * MAX_UTF8 <= this.capacity) {
      this.begin();
      this.used += this.buffer.write(row, this.used);
      return true;
    }
    const length = typeof row === 'string' ? Buffer.byteLength(row) : row.length;
    if (length + 2 > this.capacity) {
      throw new FlowtrapError('limit', `the row has ${length} bytes, a call holds ${this.capacity - 2}.`);
    }
    const comma = this.starts.length > 0 ? 1 : 0;
    if (this.used + comma + length + 1 > this.capacity) return false;
    this.begin();
    if (typeof row === 'string') this.buffer.write(row, this.used);
    else this.buffer.set(row, this.used);
    this.used += length;
    return true;
  }

  private begin(): void {
    if (this.starts.length > 0) this.buffer[this.used++] = 0x2c;
    this.starts.push(this.used);
  }

  clear(): void {
    this.used = 1;
    this.starts.length = 0;
  }

  /** The body with the rows [from, to): a JSON array. A copy, so that the batch can be filled again. */
  body(from = 0, to = this.count): Buffer {
    const start = this.starts[from];
    if (start === undefined || to <= from) return Buffer.from('[]');
    const end = to >= this.count ? this.used : (this.starts[to] ?? this.used) - 1;
    const body = Buffer.allocUnsafe(end - start + 2);
    body[0] = 0x5b;
    this.buffer.copy(body, 1, start, end);
    body[body.length - 1] = 0x5d;
    return body;
  }

  /** The text of one row. */
  row(index: number): string {
    return this.body(index, index + 1)
      .toString('utf8')
      .slice(1, -1);
  }
}
