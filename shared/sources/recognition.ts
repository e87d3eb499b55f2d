/** What the first bytes of a blob tell about its format. */
import { columnNames, isPreamble, mayBePreamble } from './csvHeader';

const FORMATS = ['json', 'lines', 'csv', 'xml', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

export function isFormat(value: unknown): value is Format {
  return FORMATS.some((format) => format === value);
}

/** Signatures of formats that are not read, so that the refusal can name them. */
const SIGNATURES: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'a zip archive', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
  { name: 'UTF-16 text', bytes: [0xff, 0xfe] },
  { name: 'UTF-16 text', bytes: [0xfe, 0xff] },
];

const PARQUET = 'PAR1';
/** Longest white space before the first character. */
const MAX_SPACE = 512;

/** The name of a known format that no source reads, by its first bytes. */
export function looksLike(first: Uint8Array): string | undefined {
  return SIGNATURES.find(({ bytes }) => bytes.every((byte, index) => first[index] === byte))?.name;
}

/**
 * The format of a content.
 * @param head its first bytes.
 * @param whole there are no more, or no more are waited for.
 * @param isHeader whether a first line's columns are those of CSV.
 * @returns undefined while too little is there to tell.
 */
export function sniffFormat(
  head: Buffer,
  whole: boolean,
  isHeader: (columns: readonly string[]) => boolean,
): Format | undefined {
  if (head.length < 4 && !whole) return undefined;
  if (head.toString('latin1', 0, 4) === PARQUET) return 'parquet';
  const start = head.toString('utf8', 0, MAX_SPACE * 2).replace(/^\ufeff/, '');
  const text = start.trimStart();
  if (text === '') return undefined;
  if (text.startsWith('{')) return 'json';
  if (text.startsWith('[')) {
    const next = text.slice(1).trimStart()[0];
    if (next === undefined && !whole) return undefined;
    // Check Point's lines begin with `[action:"`.
    return next === undefined || '{[]"'.includes(next) ? 'json' : 'lines';
  }
  if (text.startsWith('<')) {
    if (text.length < 8 && !whole) return undefined;
    return /^<(\?xml|!--|Events?[\s>])/.test(text) ? 'xml' : 'lines';
  }
  return sniffHeader(head, whole, isHeader);
}

/** CSV when the first line names the columns of a known table, or one that holds lines. */
function sniffHeader(
  head: Buffer,
  whole: boolean,
  isHeader: (columns: readonly string[]) => boolean,
): Format | undefined {
  const first = head.indexOf(0x0a);
  const from = first >= 0 && isPreamble(head.toString('utf8', 0, first)) ? first + 1 : 0;
  const newline = head.indexOf(0x0a, from);
  const line = head
    .toString('utf8', from, newline < 0 ? head.length : newline)
    .replace(/^\ufeff/, '')
    .trim();
  if (line === '' && newline >= 0) return 'lines';
  if (newline < 0 && !whole && mayBePreamble(line)) return undefined;
  const delimited = /[,\t;]/.test(line);
  if (!/^[\w" ,;\t.[\]()-]*$/.test(line) || (newline >= 0 && !delimited)) return 'lines';
  if (newline < 0 && !whole)
    return /^[\w"[\]()., -]{0,4}$/.test(line) || delimited || line.length < 128 ? undefined : 'lines';
  return isHeader(columnNames(line)) ? 'csv' : 'lines';
}
