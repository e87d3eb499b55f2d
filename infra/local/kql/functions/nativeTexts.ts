/** Text, byte and hash functions that native TypeScript computes. */
import { nativeSpec, nativeSql } from './native';
import type { FunctionSpec, ParameterType } from './spec';

const ONE: readonly ParameterType[] = ['string'];

/** Texts of any arguments, as the JSON array that a native function takes. */
function listed(args: readonly string[]): string {
  return `to_json([${args.map((argument) => `to_json(${argument})`).join(', ')}])`;
}

const makeString: FunctionSpec = {
  parameters: ['any'],
  rest: 'any',
  result: 'string',
  sql: (...codes) => nativeSql('make_string', 1, 'string')(listed(codes)),
};

const replaceStrings = nativeSpec('replace_strings', ['string', 'dynamic', 'dynamic'], 0, 'string');

export const NATIVE_TEXTS: Readonly<Record<string, FunctionSpec>> = {
  parse_xml: nativeSpec('parse_xml', ONE, 0, 'dynamic'),
  parse_csv: nativeSpec('parse_csv', ONE, 0, 'dynamic'),
  parse_user_agent: nativeSpec('parse_user_agent', ['string', 'dynamic'], 0, 'dynamic'),
  replace_strings: replaceStrings,
  translate: nativeSpec('translate', ['string', 'string', 'string'], 0, 'string'),
  make_string: makeString,
  unicode_codepoints_to_string: makeString,
  to_utf8: nativeSpec('to_utf8', ONE, 0, 'dynamic'),
  format_bytes: nativeSpec('format_bytes', ['real', 'long', 'string'], 2, 'string'),
  base64_decode_toarray: nativeSpec('base64_decode_toarray', ONE, 0, 'dynamic'),
  base64_encode_fromarray: nativeSpec('base64_encode_fromarray', ['dynamic'], 0, 'string'),
  base64_decode_toguid: nativeSpec('base64_decode_toguid', ONE, 0, 'guid'),
  base64_encode_fromguid: nativeSpec('base64_encode_fromguid', ['guid'], 0, 'string'),
  gzip_decompress_from_base64_string: nativeSpec('gzip_decompress', ONE, 0, 'string'),
  zlib_decompress_from_base64_string: nativeSpec('zlib_decompress', ONE, 0, 'string'),
  gzip_compress_to_base64_string: nativeSpec('gzip_compress', ONE, 0, 'string'),
  zlib_compress_to_base64_string: nativeSpec('zlib_compress', ONE, 0, 'string'),
  punycode_from_string: nativeSpec('punycode_from_string', ONE, 0, 'string'),
  punycode_to_string: nativeSpec('punycode_to_string', ONE, 0, 'string'),
  punycode_domain_from_string: nativeSpec('punycode_domain_from_string', ONE, 0, 'string'),
  punycode_domain_to_string: nativeSpec('punycode_domain_to_string', ONE, 0, 'string'),
  regex_quote: nativeSpec('regex_quote', ONE, 0, 'string'),
  isascii: nativeSpec('isascii', ONE, 0, 'bool'),
  // A text of the database is always valid.
  isutf8: { parameters: ['string'], result: 'bool', sql: (s) => `(${s} IS NOT NULL)` },
  indexof_regex: {
    parameters: ['string', 'string', 'long', 'long', 'long'],
    optional: 3,
    result: 'long',
    sql: (s, re, start, length, occurrence) =>
      `kql_indexof_regex(${s}, ${re}, ${start ?? '0'}, ${length ?? '-1'}, ${occurrence ?? '1'})`,
  },
  has_any_index: {
    parameters: ['string', 'dynamic'],
    result: 'long',
    sql: (s, list) =>
      `(coalesce(list_position(list_transform(kql_texts(${list}), lambda t: kql_has(${s}, t)), true), 0) - 1)::BIGINT`,
  },
  url_encode: nativeSpec('url_encode', ONE, 0, 'string'),
  url_encode_component: nativeSpec('url_encode_component', ONE, 0, 'string'),
  hash_combine: {
    parameters: ['long'],
    rest: 'long',
    result: 'long',
    sql: (...hashes) => nativeSql('hash_combine', 1, 'long')(`to_json([${hashes.join(', ')}])`),
  },
  parse_version: {
    parameters: ['string'],
    result: 'decimal',
    sql: (s) => `kql_parse_version(${s})`,
  },
  array_strcat: {
    parameters: ['dynamic', 'string'],
    result: 'string',
    sql: (a, d) => `coalesce(array_to_string(kql_texts(${a}), ${d}), '')`,
  },
};
