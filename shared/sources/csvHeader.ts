/** Column names of CSV files of table rows, as exports spell them. */

/** Without what the portal adds: `TimeGenerated [UTC]`, blanks, and a byte order mark before the first. */
export function columnName(header: string): string {
  return header
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/\s*\[[^\]]{0,40}\]$/, '');
}
