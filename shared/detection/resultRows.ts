/**
 * Result rows in an order and form of their own. A query may give its rows, and the elements of a set, in another order each
 * time; names, digests and texts must not depend on that.
 */
import { createHash } from 'node:crypto';
import type { Cell, QueryTable } from '../ports';

export interface ResultRows {
  readonly columns: QueryTable['columns'];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * The rows sorted: by their texts first (who and what), which stay when times and counts change, then by all cells.
 */
export function sortRows({ columns, rows }: QueryTable): ResultRows {
  const isText = columns.map((column) => column.type === 'string' || column.type === 'guid');
  const keyed = rows.map((row) => ({
    row,
    texts: JSON.stringify(row.filter((_, index) => isText[index])),
    all: canonical(row),
  }));
  keyed.sort((a, b) => compare(a.texts, b.texts) || compare(a.all, b.all));
  return { columns, rows: keyed.map(({ row }) => row) };
}

/** Digest of rows that is the same for the same result. */
export function digestRows({ columns, rows }: ResultRows): string {
  const hash = createHash('sha256').update(JSON.stringify(columns.map((column) => column.name)));
  for (const row of rows) hash.update('\n').update(canonical(row));
  return hash.digest('hex').slice(0, 32);
}

export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** A row as an object; cells without a value are left out. */
export function rowObject({ columns }: Pick<ResultRows, 'columns'>, row: readonly Cell[]): Record<string, Cell> {
  const object: Record<string, Cell> = Object.create(null) as Record<string, Cell>;
  columns.forEach(({ name }, index) => {
    const cell = row[index] ?? null;
    if (cell !== null && cell !== '') object[name] = cell;
  });
  return object;
}

/** Distinct values of a column as text, in the order of the rows; elements of a list count one by one. Nulls are left out. */
export function columnTexts(result: ResultRows, name: string): string[] {
  const index = result.columns.findIndex((column) => column.name === name);
  const texts = new Set<string>();
  for (const row of result.rows) for (const text of cellTexts(row[index] ?? null)) texts.add(text);
  return [...texts];
}

function cellTexts(cell: Cell): string[] {
  if (cell === null || cell === '') return [];
  if (Array.isArray(cell)) return cell.flatMap((item: Cell) => cellTexts(item));
  return [typeof cell === 'object' ? JSON.stringify(cell) : String(cell)];
}

/** A scalar cell as text; undefined for null, empty and structured cells. */
export function scalarText(cell: Cell | undefined): string | undefined {
  if (cell === null || cell === undefined || cell === '' || typeof cell === 'object') return undefined;
  return String(cell);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    Array.isArray(inner) && inner !== value && inner.every((item) => typeof item !== 'object')
      ? [...(inner as unknown[])].sort((a, b) => compare(JSON.stringify(a) ?? '', JSON.stringify(b) ?? ''))
      : inner,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
