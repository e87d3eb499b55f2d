/** Column names of CSV files of table rows, as exports spell them. */
import { splitCsv } from '../formats/csv';

/** Without what the portal adds: `TimeGenerated [UTC]`, blanks, and a byte order mark before the first. */
function columnName(header: string): string {
  return header
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/\s*\[[^\]]{0,40}\]$/, '');
}

/** What separates the cells: tabs where rows were copied from a screen, semicolons where commas are decimal. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [',', '\t', ';'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** The names of the columns, by the header. */
export function columnNames(header: string): string[] {
  return (splitCsv(header, delimiterOf(header)) ?? []).map(columnName);
}

const PREAMBLES: readonly string[] = ['#TYPE ', 'sep='];

/** Whether a line stands before the header: PowerShell's type, Excel's separator. */
export function isPreamble(line: string): boolean {
  return PREAMBLES.some((text) => line.replace(/^\ufeff/, '').startsWith(text));
}

/** Whether the beginning of a line, of which more is to come, may be such a line's. */
export function mayBePreamble(beginning: string): boolean {
  return isPreamble(beginning) || PREAMBLES.some((text) => text.startsWith(beginning));
}
