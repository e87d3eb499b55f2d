/**
 * Parquet files with flat columns (https://parquet.apache.org/docs/file-format/): every encoding and page version in use, compressed with
 * snappy, gzip, brotli or LZ4. Columns that repeat within a row are left out. Rows come one by one; of each column only one page is held.
 */
import { damaged, excessive } from './damage';
import { type Column, type RowGroup, readMetadata } from './metadata';
import { readPages } from './pages';
import type { Cell } from './values';

export { isParquet } from './metadata';
export type { Cell };

/** Rows of one file, and for each byte of it: a few bytes can claim any number of equal rows. */
const MAX_ROWS = 1e8;
const FREE_ROWS = 100_000;
const MAX_ROWS_PER_BYTE = 10;
/** Cells of the pages that are open at one time. */
const MAX_OPEN_CELLS = 48 * 1024 * 1024;

export interface ParquetFile {
  /** Names of the columns, in the order of the cells. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** The rows' cells; the same array is filled anew for each. @throws FlowtrapError `malformed` or `limit` where the file is damaged. */
  rows(): Iterable<readonly Cell[]>;
}

/** @throws FlowtrapError `malformed` for what is no whole Parquet file, `limit` for one that claims too many rows. */
export function openParquet(bytes: Buffer): ParquetFile {
  const { columns, groups, rows } = readMetadata(bytes);
  if (rows > MAX_ROWS || rows > Math.max(FREE_ROWS, bytes.length * MAX_ROWS_PER_BYTE)) {
    throw excessive(`claims ${rows} rows`);
  }
  const flat = columns.filter(({ repetition }) => repetition === 0);
  return {
    columns: flat.map(({ name }) => name),
    rowCount: rows,
    *rows() {
      for (const group of groups) yield* rowsOf(bytes, columns, group);
    },
  };
}

/** Where one column's reading stands. */
interface Cursor {
  readonly pages: Iterator<readonly Cell[]>;
  page: readonly Cell[];
  at: number;
}

function* rowsOf(bytes: Buffer, columns: readonly Column[], group: RowGroup): Generator<readonly Cell[]> {
  const cursors: Cursor[] = [];
  for (const [index, column] of columns.entries()) {
    const chunk = group.chunks[index];
    if (chunk === undefined || column.repetition > 0) continue;
    cursors.push({ pages: readPages(bytes, column, chunk), page: [], at: 0 });
  }
  if (cursors.length === 0) return;
  const cells: Cell[] = new Array<Cell>(cursors.length);
  let open = 0;
  for (let row = 0; row < group.rows; row++) {
    for (let index = 0; index < cursors.length; index++) {
      const cursor = cursors[index] as Cursor;
      while (cursor.at >= cursor.page.length) {
        open -= cursor.page.length;
        const next = cursor.pages.next();
        if (next.done) throw damaged('a column has fewer values than rows');
        cursor.page = next.value;
        cursor.at = 0;
        open += cursor.page.length;
        if (open > MAX_OPEN_CELLS) throw excessive('has pages with too many values');
      }
      cells[index] = cursor.page[cursor.at++];
    }
    yield cells;
  }
}
