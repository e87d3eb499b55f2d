/** Which Log Analytics table a row belongs to: its own `Type`, the container of a data export, or the columns that it has. */
import { hasOddCase } from './row';
import type { RowMapping } from './source';

/** A table with the sources that share it, in the order of the catalogue. */
export interface TableSources<S> {
  readonly table: string;
  readonly sources: readonly S[];
}

/** Letters and digits only: containers cannot spell every table's name. */
function loosely(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** The tables of a list of sources, to be looked up by any hint. */
export class TableIndex<S extends { readonly rows?: RowMapping }> {
  private readonly byName = new Map<string, { table: string; sources: S[] }>();
  private readonly byColumns: { readonly columns: readonly string[]; readonly found: TableSources<S> }[] = [];

  constructor(sources: readonly S[]) {
    const signatures = new Map<string, readonly string[]>();
    for (const source of sources) {
      for (const [table, columns] of Object.entries(source.rows?.tables ?? {})) {
        const key = loosely(table);
        const entry = this.byName.get(key) ?? { table, sources: [] };
        entry.sources.push(source);
        this.byName.set(key, entry);
        if (columns.length > 0 && !signatures.has(key)) signatures.set(key, columns);
      }
    }
    for (const [key, columns] of signatures) {
      const found = this.byName.get(key);
      if (found !== undefined) this.byColumns.push({ columns, found });
    }
    // The most demanding signature first, so that a table which has all of another's columns and more is told apart.
    this.byColumns.sort((a, b) => b.columns.length - a.columns.length);
  }

  /** The table of a name in any spelling. */
  named(name: string): TableSources<S> | undefined {
    return this.byName.get(loosely(name));
  }

  /** The table that a data export's container (`am-commonsecuritylog`) holds. */
  ofContainer(container: string): TableSources<S> | undefined {
    return container.toLowerCase().startsWith('am-') ? this.named(container.slice(3)) : undefined;
  }

  /** The table whose own columns are all among these, which may have lost their capitals. */
  ofColumns(columns: readonly string[]): TableSources<S> | undefined {
    const names = new Set(columns);
    const exact = this.withColumns((column) => names.has(column));
    if (exact !== undefined || !hasOddCase(columns)) return exact;
    const lower = new Set(columns.map((column) => column.toLowerCase()));
    return this.withColumns((column) => lower.has(column.toLowerCase()));
  }

  private withColumns(has: (column: string) => boolean): TableSources<S> | undefined {
    return this.byColumns.find(({ columns }) => columns.every(has))?.found;
  }
}
