/** A Parquet file as records: each row becomes one JSON object. The file is held whole, for its index stands at its end. */
import { FlowtrapError } from '../errors';
import { isParquet, openParquet } from './parquet';
import type { FormatItem, FormatReader } from './record';

const MAX_BYTES = 256 * 1024 * 1024;

export class ParquetReader implements FormatReader {
  private parts: Buffer[] = [];
  private length = 0;
  private done: number;

  /** @param offset 0: a file is read from its beginning; or its length, when all of it was read. */
  constructor(private readonly offset: number) {
    this.done = offset;
  }

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

  /** A Parquet file never grows once its end is there. */
  *end(final: boolean): Generator<FormatItem> {
    const bytes = Buffer.concat(this.parts);
    this.parts = [];
    if (bytes.length === 0 || (!final && !isParquet(bytes))) return;
    const file = openParquet(bytes);
    const names = file.columns.map((name) => `${JSON.stringify(name)}:`);
    let row = 0;
    for (const cells of file.rows()) {
      let text = '';
      for (let index = 0; index < names.length; index++) {
        const cell = cells[index];
        // Nulls are kept: which columns there are tells whose record it is.
        const value = cell === undefined ? 'null' : typeof cell === 'string' ? JSON.stringify(cell) : cell;
        text += `${index === 0 ? '' : ','}${names[index]}${value}`;
      }
      const buffer = Buffer.from(`{${text}}`);
      // A row has no place of its own in the bytes: its share of them tells the order.
      const offset = this.offset + Math.floor((row * bytes.length) / file.rowCount);
      yield { kind: 'record', buffer, start: 0, end: buffer.length, offset };
      row++;
    }
    this.done = this.offset + bytes.length;
  }
}
