/** Functions that take texts apart: URLs, paths, command lines; and IPv6 addresses, kept as 32 hexadecimal digits. */
import { nativeSql } from './native';
import type { FunctionSpec } from './spec';

export const TEXT_PARSERS: Readonly<Record<string, FunctionSpec>> = {
  parse_url: { parameters: ['string'], result: 'dynamic', sql: (s) => `kql_parse_url(${s})` },
  parse_urlquery: {
    parameters: ['string'],
    result: 'dynamic',
    sql: (s) => `json_object('Query Parameters', kql_url_query(${s}))`,
  },
  parseurl: { parameters: ['string'], result: 'dynamic', sql: (s) => `kql_parse_url(${s})` },
  parseurlquery: {
    parameters: ['string'],
    result: 'dynamic',
    sql: (s) => `json_object('Query Parameters', kql_url_query(${s}))`,
  },
  parse_path: { parameters: ['string'], result: 'dynamic', sql: (s) => `kql_parse_path(${s})` },
  // Arguments as Windows separates them; the second argument can say nothing else.
  parse_command_line: { parameters: ['string', 'string'], result: 'dynamic', sql: (s) => `kql_command_line(${s})` },
  indexof: {
    parameters: ['string', 'string', 'long', 'long', 'long'],
    optional: 3,
    result: 'long',
    sql: (s, t, ...rest) =>
      rest.length === 0
        ? `(instr(${s}, ${t}) - 1)::BIGINT`
        : nativeSql('indexof', 5, 'long')(s ?? '', t ?? '', ...rest),
  },
  unicode_codepoints_from_string: {
    parameters: ['string'],
    result: 'dynamic',
    sql: (s) => `kql_array(list_transform(range(1, length(${s}) + 1), lambda i: unicode(substr(${s}, i, 1))))`,
  },
};

/** A text or a number as an IPv4 address. */
const ADDRESS = (s: string | undefined) => `coalesce(kql_ip4(${s}), TRY_CAST(${s} AS BIGINT))`;

/** The shorter of the text's own prefix and the one given; null for a length that is none. */
const SUFFIX = (s: string | undefined, n = '32') =>
  `CASE WHEN ${n} BETWEEN 0 AND 32 THEN least(${n}, coalesce(kql_ip4_bits(${s}), 32)) END`;

export const ADDRESS_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  format_ipv4: {
    parameters: ['string', 'long'],
    optional: 1,
    result: 'string',
    sql: (s, n) => `coalesce(kql_ip4_text(kql_mask(${ADDRESS(s)}, ${SUFFIX(s, n)})), '')`,
  },
  format_ipv4_mask: {
    parameters: ['string', 'long'],
    optional: 1,
    result: 'string',
    sql: (s, n) => `coalesce(kql_ip4_text(kql_mask(${ADDRESS(s)}, ${SUFFIX(s, n)})) || '/' || ${SUFFIX(s, n)}, '')`,
  },
  parse_ipv4_mask: {
    parameters: ['string', 'long'],
    result: 'long',
    sql: (s, n) => `kql_mask(kql_ip4(${s}), ${n})`,
  },
  parse_ipv6: { parameters: ['string'], result: 'string', sql: (s) => `kql_ip6_text(kql_ip6(${s}))` },
  parse_ipv6_mask: {
    parameters: ['string', 'long'],
    result: 'string',
    sql: (s, n) => `kql_ip6_text(kql_ip6_mask(kql_ip6(${s}), ${n}))`,
  },
  ipv6_is_match: {
    parameters: ['string', 'string', 'long'],
    optional: 1,
    result: 'bool',
    sql: (a, b, n) => `(kql_ip6_compare(${a}, ${b}, ${n ?? '128'}) = 0)`,
  },
  ipv6_compare: {
    parameters: ['string', 'string', 'long'],
    optional: 1,
    result: 'long',
    sql: (a, b, n) => `kql_ip6_compare(${a}, ${b}, ${n ?? '128'})::BIGINT`,
  },
  ipv6_is_in_range: {
    parameters: ['string', 'string'],
    result: 'bool',
    sql: (a, r) => `(kql_ip6_in_range(${a}, ${r}))`,
  },
  // There is no database of places here: a bag without entries for every address.
  geo_info_from_ip_address: {
    parameters: ['string'],
    result: 'dynamic',
    sql: (s) => `CASE WHEN kql_ip6(${s}) IS NOT NULL THEN '{}'::JSON END`,
  },
};
