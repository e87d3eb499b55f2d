/** Zeek's own log files: columns under header lines that name them. */

/** What the header lines say; JSON-able, so that a later run can go on. */
export interface ZeekHeader {
  readonly separator: string;
  readonly emptyField: string;
  readonly unsetField: string;
  /** Of the log: `conn`. */
  readonly path: string;
  readonly fields: readonly string[];
}

const DEFAULT: ZeekHeader = { separator: '\t', emptyField: '(empty)', unsetField: '-', path: '', fields: [] };
const MAX_FIELDS = 500;

/** Takes one line that begins with `#` into the header. */
export function zeekHeader(header: ZeekHeader | undefined, line: string): ZeekHeader {
  const known = header ?? DEFAULT;
  if (line.startsWith('#separator ')) return { ...DEFAULT, separator: unescapeHex(line.slice(11).trim()) };
  const [name = '', ...values] = line.slice(1).split(known.separator);
  const [first = ''] = values;
  switch (name) {
    case 'empty_field':
      return { ...known, emptyField: first };
    case 'unset_field':
      return { ...known, unsetField: first };
    case 'path':
      return { ...known, path: first };
    case 'fields':
      return { ...known, fields: values.slice(0, MAX_FIELDS) };
    default:
      return known;
  }
}

/** A record by field name, unset and empty ones left out; undefined when it has not as many columns as the header names. */
export function zeekFields(header: ZeekHeader, line: string): ReadonlyMap<string, string> | undefined {
  const cells = line.split(header.separator);
  if (header.fields.length === 0 || cells.length !== header.fields.length) return undefined;
  const fields = new Map<string, string>();
  for (const [index, name] of header.fields.entries()) {
    const cell = cells[index] ?? '';
    if (cell !== header.unsetField && cell !== header.emptyField && cell !== '') fields.set(name, unescapeHex(cell));
  }
  return fields;
}

/** Zeek writes bytes that are no plain text as `\x09`. */
function unescapeHex(text: string): string {
  return text.includes('\\x')
    ? text.replaceAll(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}
