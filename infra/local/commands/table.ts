/** Aligned columns for people. */

export interface TableColumn {
  readonly title: string;
  readonly right?: boolean;
  /** Longer cells are cut, with an ellipsis. */
  readonly widest?: number;
}

/** @returns lines, without colours; no line ends in blanks. */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const cut = (text: string, widest = 60): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
  const cells = [columns.map((c) => c.title), ...rows.map((row) => columns.map((c, i) => cut(row[i] ?? '', c.widest)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  return cells.map((row) =>
    row
      .map((cell, i) => (columns[i]?.right ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** `12345` as `12,345`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
