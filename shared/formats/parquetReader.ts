/** A Parquet file as records: each row becomes one JSON object. The file is held whole, for its index stands at its end. */
import { FlowtrapError } from '../errors';
import { openParquet } from './parquet';
import type { FormatItem, FormatReader } from './record';

const MAX_BYTES = 256 * 1024 * 1024;

export class ParquetReader implements FormatReader {
  private parts: Buffer[] = [];
  private length = 0;
  private done = 0;

  /** @param offset always 0: a file is read from its beginning. */
  constructor(private readonly offset: number) {}

  /** After the rows, or at the beginning. */
  position(): { offset: number; memory: string } {
    return { offset: this.done, memory: '' };
  }

  feed(chunk: Uint8Array): Iterable<FormatItem> {
    this.parts.push(Buffer.from(chunk));
    this.length += chunk.length;
    if (this.length > MAX_BYTES) {
      throw new FlowtrapError('limit', `is longer than ${MAX_BYTES} bytes.`, {
        subject: 'Parquet file',
        fix: 'Store the log in smaller files.',
      });
    }
    return [];
  }

  /** A Parquet file never grows: it is written whole. */
  *end(_final: boolean): Generator<FormatItem> {
    const bytes = Buffer.concat(this.parts);
    this.parts = [];
    if (bytes.length === 0) return;
    const file = openParquet(bytes);
    let row = 0;
    for (let group = 0; group < file.rowGroups; group++) {
      const columns = [...file.rowGroup(group)];
      const count = columns[0]?.[1].length ?? 0;
      for (let index = 0; index < count; index++) {
        const record: Record<string, unknown> = {};
        for (const [name, values] of columns) {
          const value = values[index];
          if (value !== undefined) record[name] = typeof value === 'bigint' ? bigNumber(value) : value;
        }
        const buffer = Buffer.from(JSON.stringify(record));
        // A row has no place of its own in the bytes: its share of them tells the order.
        const offset = this.offset + Math.floor((row * bytes.length) / file.rowCount);
        yield { kind: 'record', buffer, start: 0, end: buffer.length, offset };
        row++;
      }
    }
    this.done = this.offset + bytes.length;
  }
}

function bigNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
