/** Column names of CSV files of table rows, as exports spell them. */

/** Without what the portal adds: `TimeGenerated [UTC]`, blanks, and a byte order mark before the first. */
export function columnName(header: string): string {
  return header
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/\s*\[[^\]]{0,40}\]$/, '');
}

const PREAMBLES: readonly string[] = ['#TYPE ', 'sep=,'];

/** Whether a line stands before the header: PowerShell's type, Excel's separator. */
export function isPreamble(line: string): boolean {
  return PREAMBLES.some((text) => line.replace(/^\ufeff/, '').startsWith(text));
}

/** Whether the beginning of a line, of which more is to come, may be such a line's. */
export function mayBePreamble(beginning: string): boolean {
  return isPreamble(beginning) || PREAMBLES.some((text) => text.startsWith(beginning));
}
