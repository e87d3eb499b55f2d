/** Functions over texts. */
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { parseJson } from '../series/values';
import type { NativeFunction, NativeTable, NativeText } from './native';

/** Bytes that decompression may make at most. */
const MAX_OUTPUT = 16 * 1_048_576;

/** The fields of the first record of a CSV text. */
const csv: NativeFunction = (text = '') => {
  const source = text ?? '';
  const fields: string[] = [];
  let [field, at] = ['', 0];
  for (; at < source.length && source[at] !== '\n' && source[at] !== '\r'; ) {
    if (source[at] === '"' && field === '') {
      let end = source.indexOf('"', at + 1);
      while (end >= 0 && source[end + 1] === '"') end = source.indexOf('"', end + 2);
      const stop = end < 0 ? source.length : end;
      field = source.slice(at + 1, stop).replaceAll('""', '"');
      at = stop + 1;
    } else if (source[at] === ',') {
      fields.push(field);
      field = '';
      at += 1;
    } else {
      field += source[at];
      at += 1;
    }
  }
  return JSON.stringify([...fields, field]);
};

/** Replaces what each look-up finds first at a place by its counterpart; a counterpart that is no text leaves it. */
const replaceAll: NativeFunction = (text, lookups, rewrites) => {
  const source = text ?? '';
  const [from, to] = [parseJson(lookups), parseJson(rewrites)];
  if (!Array.isArray(from) || !Array.isArray(to)) return source;
  const pairs = from.flatMap((key: unknown, index) =>
    typeof key === 'string' && key !== '' ? [{ key, value: to[index] as unknown }] : [],
  );
  let [made, at] = ['', 0];
  while (at < source.length) {
    const place = at;
    const found = pairs.find(({ key }) => source.startsWith(key, place));
    made += found === undefined ? source[at] : typeof found.value === 'string' ? found.value : found.key;
    at += found?.key.length ?? 1;
  }
  return made;
};

/** Characters of the first list become those at the same place of the second, whose last one stands for all further. */
const translate: NativeFunction = (search, replacement, text) => {
  const to = [...(replacement ?? '')];
  const map = new Map<string, string>();
  for (const [index, character] of [...(search ?? '')].entries())
    if (!map.has(character)) map.set(character, to[index] ?? to.at(-1) ?? '');
  return [...(text ?? '')].map((character) => map.get(character) ?? character).join('');
};

/** Code points, alone or in arrays, as a text; the arguments come as one JSON array. */
const makeString: NativeFunction = (arguments_) => {
  const codes = (parseJson(arguments_) as readonly unknown[] | undefined)?.flat() ?? [];
  const valid = codes.every((code) => typeof code === 'number' && code >= 0 && code <= 0x10ffff);
  return valid ? String.fromCodePoint(...(codes as number[]).slice(0, 65_536)) : null;
};

const utf8: NativeFunction = (text) => `[${[...Buffer.from(text ?? '', 'utf8')].join(',')}]`;

/** @param digits least number of digits; @param bits of a negative number. */
const hexadecimal: NativeFunction = (value, digits, bits) => {
  if (value === null || value === undefined) return null;
  const size = Math.min(16, Math.max(0, Number(digits ?? 0)));
  return BigInt.asUintN(Number(bits), BigInt(value)).toString(16).padStart(size, '0');
};

const SIZES = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

const bytes: NativeFunction = (size, precision, unit) => {
  if (size === null || size === undefined) return null;
  const value = Number(size);
  const named = SIZES.findIndex((name) => name.toLowerCase() === (unit ?? '').toLowerCase());
  const scale = named >= 0 ? named : Math.max(0, Math.min(6, Math.floor(Math.log2(Math.abs(value) || 1) / 10)));
  const digits = Math.min(15, Math.max(0, Number(precision ?? 0)));
  return `${Number((value / 1024 ** scale).toFixed(digits))} ${SIZES[scale]}`;
};

function fromBase64(text: NativeText | undefined): Buffer | undefined {
  const given = (text ?? '').trim();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(given) || given.length % 4 !== 0) return undefined;
  return Buffer.from(given, 'base64');
}

/** The bytes as text; undefined when they are no UTF-8. */
function utf8Text(raw: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return undefined;
  }
}

const toArray: NativeFunction = (text) => {
  const raw = fromBase64(text);
  return raw === undefined ? null : `[${[...raw].join(',')}]`;
};

const fromArray: NativeFunction = (json) => {
  const items = parseJson(json);
  if (!Array.isArray(items) || !items.every((item) => Number.isInteger(item) && item >= 0 && item <= 255)) return null;
  return Buffer.from(items as number[]).toString('base64');
};

/** The first three parts of a guid lie in a machine's order of bytes. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

const toGuid: NativeFunction = (text) => {
  const raw = fromBase64(text);
  if (raw?.length !== 16) return null;
  const hex = Buffer.from(GUID_ORDER.map((index) => raw[index] ?? 0)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const fromGuid: NativeFunction = (guid) => {
  if (guid === null || guid === undefined) return null;
  const raw = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Buffer.from(GUID_ORDER.map((index) => raw[index] ?? 0)).toString('base64');
};

function decompress(inflate: (raw: Buffer, options: { maxOutputLength: number }) => Buffer): NativeFunction {
  return (text) => {
    const raw = fromBase64(text);
    if (raw === undefined) return null;
    try {
      return utf8Text(inflate(raw, { maxOutputLength: MAX_OUTPUT })) ?? null;
    } catch {
      return null;
    }
  };
}

const isAscii: NativeFunction = (text) => String([...(text ?? '')].every((character) => character <= '\x7f'));

/**
 * The k-th place of something, each occurrence sought within so many places after the one before. Null for arguments that make no sense.
 * @param next the first place from one on; -1 for none.
 */
export function occurrence(
  size: number,
  options: readonly (NativeText | undefined)[],
  next: (from: number, to: number) => number,
): string | null {
  const [start, length, count] = [Number(options[0] ?? 0), Number(options[1] ?? -1), Number(options[2] ?? 1)];
  if (count < 1 || length < -1) return null;
  let found = (start < 0 ? Math.max(0, size + start) : start) - 1;
  for (let index = 0; index < Math.min(count, size + 1); index += 1) {
    const from = found + 1;
    found = next(from, length < 0 ? size : Math.min(size, from + length));
    if (found < 0) return '-1';
  }
  return count > size + 1 ? '-1' : String(found);
}

const indexOf: NativeFunction = (text, sought, ...options) => {
  const characters = [...(text ?? '')];
  const wanted = [...(sought ?? '')];
  return occurrence(characters.length, options, (from, to) => {
    const at = characters.slice(from, to).join('').indexOf(wanted.join(''));
    return at < 0 ? -1 : from + [...characters.slice(from, to).join('').slice(0, at)].length;
  });
};

/** All leaves of a bag, as paths. */
const treePath: NativeFunction = (json) => {
  const root = parseJson(json);
  if (typeof root !== 'object' || root === null) return null;
  const paths = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (path !== '' && !Array.isArray(value)) {
      if (typeof value !== 'object' || value === null) paths.add(path);
    }
    if (Array.isArray(value)) {
      if (path !== '') paths.add(path);
      for (const item of value) walk(item, `${path}[0]`);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, `${path}['${key}']`);
    }
  };
  walk(root, '');
  return JSON.stringify([...paths]);
};

const regexQuote: NativeFunction = (text) => (text ?? '').replaceAll(/[\\.+*?()|[\]{}^$#\s-]/g, '\\$&');

/** Hexadecimal digits are small, and `'` and `~` are not spared. */
const urlComponent: NativeFunction = (text) =>
  encodeURIComponent(text ?? '')
    .replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
    .replaceAll("'", '%27')
    .replaceAll('~', '%7e');

export const TEXTS: NativeTable = {
  url_encode: [1, (text) => urlComponent(text)?.replaceAll('%20', '+') ?? null],
  url_encode_component: [1, urlComponent],
  indexof: [5, indexOf],
  parse_csv: [1, csv],
  replace_strings: [3, replaceAll],
  translate: [3, translate],
  make_string: [1, makeString],
  to_utf8: [1, utf8],
  tohex: [3, hexadecimal],
  format_bytes: [3, bytes],
  base64_decode_toarray: [1, toArray],
  base64_encode_fromarray: [1, fromArray],
  base64_decode_toguid: [1, toGuid],
  base64_encode_fromguid: [1, fromGuid],
  gzip_decompress: [1, decompress(gunzipSync)],
  zlib_decompress: [1, decompress(inflateSync)],
  gzip_compress: [1, (text) => gzipSync(text ?? '').toString('base64')],
  zlib_compress: [1, (text) => deflateSync(text ?? '').toString('base64')],
  isascii: [1, isAscii],
  treepath: [1, treePath],
  regex_quote: [1, regexQuote],
};
