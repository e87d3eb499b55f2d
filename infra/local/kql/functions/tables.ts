/** Functions that are one SQL expression of their arguments. Sources of the semantics: Kusto's public language reference. */
import { ARRAY_FUNCTIONS } from './arrays';
import { nativeSpec, nativeSql } from './native';
import { NATIVE_DYNAMICS } from './nativeDynamics';
import { NATIVE_NUMBERS } from './nativeNumbers';
import { NATIVE_TEXTS } from './nativeTexts';
import { SERIES_FUNCTIONS } from './series';
import type { FunctionSpec } from './spec';
import { ADDRESS_FUNCTIONS, TEXT_PARSERS } from './texts';

/** `\1` in both dialects; the rest of RE2's replacement syntax is the same. */
export const STRINGS: Readonly<Record<string, FunctionSpec>> = {
  strlen: { parameters: ['string'], result: 'long', sql: (s) => `length(${s})` },
  string_size: { parameters: ['string'], result: 'long', sql: (s) => `strlen(${s})` },
  tolower: { parameters: ['string'], result: 'string', sql: (s) => `lower(${s})` },
  toupper: { parameters: ['string'], result: 'string', sql: (s) => `upper(${s})` },
  reverse: { parameters: ['string'], result: 'string', sql: (s) => `reverse(${s})` },
  strcmp: {
    parameters: ['string', 'string'],
    result: 'int',
    sql: (a, b) => `CASE WHEN ${a} < ${b} THEN -1 WHEN ${a} > ${b} THEN 1 ELSE 0 END`,
  },
  replace_string: {
    parameters: ['string', 'string', 'string'],
    result: 'string',
    sql: (s, a, b) => `replace(${s}, ${a}, ${b})`,
  },
  replace_regex: {
    parameters: ['string', 'string', 'string'],
    result: 'string',
    sql: (s, re, r) => `regexp_replace(${s}, ${re}, ${r}, 'g')`,
  },
  replace: {
    parameters: ['string', 'string', 'string'],
    result: 'string',
    sql: (re, r, s) => `regexp_replace(${s}, ${re}, ${r}, 'g')`,
  },
  trim: {
    parameters: ['string', 'string'],
    result: 'string',
    sql: (re, s) => `regexp_replace(regexp_replace(${s}, '^(?:' || ${re} || ')+', ''), '(?:' || ${re} || ')+$', '')`,
  },
  trim_start: {
    parameters: ['string', 'string'],
    result: 'string',
    sql: (re, s) => `regexp_replace(${s}, '^(?:' || ${re} || ')+', '')`,
  },
  trim_end: {
    parameters: ['string', 'string'],
    result: 'string',
    sql: (re, s) => `regexp_replace(${s}, '(?:' || ${re} || ')+$', '')`,
  },
  substring: {
    parameters: ['string', 'long', 'long'],
    optional: 1,
    result: 'string',
    sql: (s, i, n) => `coalesce(kql_substring(${s}, ${i}, ${n ?? `length(${s})`}), '')`,
  },
  strrep: {
    parameters: ['string', 'long', 'string'],
    optional: 1,
    result: 'string',
    sql: (s, n, d) =>
      d === undefined
        ? `coalesce(repeat(${s}, least(${n}, 1024)), '')`
        : `coalesce(array_to_string(list_transform(range(0, least(${n}, 1024)), lambda i: ${s}), ${d}), '')`,
  },
  url_decode: { parameters: ['string'], result: 'string', sql: (s) => `coalesce(TRY(url_decode(${s})), '')` },
  base64_encode_tostring: { parameters: ['string'], result: 'string', sql: (s) => `to_base64(encode(${s}))` },
  base64_encodestring: { parameters: ['string'], result: 'string', sql: (s) => `to_base64(encode(${s}))` },
  base64_decode_tostring: {
    parameters: ['string'],
    result: 'string',
    sql: (s) => `coalesce(TRY(decode(from_base64(${s}))), '')`,
  },
  base64_decodestring: {
    parameters: ['string'],
    result: 'string',
    sql: (s) => `coalesce(TRY(decode(from_base64(${s}))), '')`,
  },
  strcat_array: {
    parameters: ['dynamic', 'string'],
    result: 'string',
    sql: (a, d) => `coalesce(array_to_string(kql_texts(${a}), ${d}), '')`,
  },
  hash_md5: { parameters: ['string'], result: 'string', sql: (s) => `md5(${s})` },
  hash_sha1: { parameters: ['string'], result: 'string', sql: (s) => `sha1(${s})` },
  hash_sha256: { parameters: ['string'], result: 'string', sql: (s) => `sha256(${s})` },
};

export const NUMBERS: Readonly<Record<string, FunctionSpec>> = {
  abs: { parameters: ['any'], result: 'first', sql: (x) => `abs(${x})` },
  sign: { parameters: ['number'], result: 'real', sql: (x) => `sign(${x})::DOUBLE` },
  round: {
    parameters: ['real', 'long'],
    optional: 1,
    result: 'real',
    sql: (x, n) => `round(${x}, ${n === undefined ? 0 : `${n}::INTEGER`})`,
  },
  ceiling: { parameters: ['number'], result: 'real', sql: (x) => `ceil(${x})::DOUBLE` },
  sqrt: {
    parameters: ['real'],
    result: 'real',
    sql: (x) => `CASE WHEN ${x} < 0 THEN 'nan'::DOUBLE ELSE sqrt(${x}) END`,
  },
  pow: { parameters: ['real', 'real'], result: 'real', sql: (x, y) => `pow(${x}, ${y})` },
  exp: { parameters: ['real'], result: 'real', sql: (x) => `exp(${x})` },
  exp2: { parameters: ['real'], result: 'real', sql: (x) => `pow(2, ${x})` },
  exp10: { parameters: ['real'], result: 'real', sql: (x) => `pow(10, ${x})` },
  log: {
    parameters: ['real'],
    result: 'real',
    sql: (x) =>
      `CASE WHEN ${x} > 0 THEN ln(${x}) WHEN ${x} = 0 THEN '-inf'::DOUBLE WHEN ${x} < 0 THEN 'nan'::DOUBLE END`,
  },
  log2: {
    parameters: ['real'],
    result: 'real',
    sql: (x) =>
      `CASE WHEN ${x} > 0 THEN log2(${x}) WHEN ${x} = 0 THEN '-inf'::DOUBLE WHEN ${x} < 0 THEN 'nan'::DOUBLE END`,
  },
  log10: {
    parameters: ['real'],
    result: 'real',
    sql: (x) =>
      `CASE WHEN ${x} > 0 THEN log10(${x}) WHEN ${x} = 0 THEN '-inf'::DOUBLE WHEN ${x} < 0 THEN 'nan'::DOUBLE END`,
  },
  pi: { parameters: [], result: 'real', sql: () => 'pi()' },
  sin: { parameters: ['real'], result: 'real', sql: (x) => `sin(${x})` },
  cos: { parameters: ['real'], result: 'real', sql: (x) => `cos(${x})` },
  tan: { parameters: ['real'], result: 'real', sql: (x) => `tan(${x})` },
  cot: { parameters: ['real'], result: 'real', sql: (x) => `(1 / tan(${x}))` },
  asin: { parameters: ['real'], result: 'real', sql: withinOne('asin') },
  acos: { parameters: ['real'], result: 'real', sql: withinOne('acos') },
  atan: { parameters: ['real'], result: 'real', sql: (x) => `atan(${x})` },
  atan2: { parameters: ['real', 'real'], result: 'real', sql: (y, x) => `atan2(${y}, ${x})` },
  degrees: { parameters: ['real'], result: 'real', sql: (x) => `degrees(${x})` },
  radians: { parameters: ['real'], result: 'real', sql: (x) => `radians(${x})` },
  isnan: { parameters: ['real'], result: 'bool', sql: (x) => `isnan(${x})` },
  isinf: { parameters: ['real'], result: 'bool', sql: (x) => `isinf(${x})` },
  isfinite: { parameters: ['real'], result: 'bool', sql: (x) => `isfinite(${x})` },
  binary_and: { parameters: ['long', 'long'], result: 'long', sql: (a, b) => `(${a} & ${b})` },
  binary_or: { parameters: ['long', 'long'], result: 'long', sql: (a, b) => `(${a} | ${b})` },
  binary_xor: { parameters: ['long', 'long'], result: 'long', sql: (a, b) => `xor(${a}, ${b})` },
  binary_not: { parameters: ['long'], result: 'long', sql: (a) => `(~${a})` },
  binary_shift_left: { parameters: ['long', 'long'], result: 'long', sql: (a, n) => `(${a} << ${n})` },
  binary_shift_right: { parameters: ['long', 'long'], result: 'long', sql: (a, n) => `(${a} >> ${n})` },
  new_guid: { parameters: [], result: 'guid', sql: () => 'uuid()' },
};

/** Null outside of -1 to 1. */
function withinOne(name: string) {
  return (x?: string) => `CASE WHEN ${x} BETWEEN -1 AND 1 THEN ${name}(${x}) END`;
}

function zoned(name: string) {
  return (t?: string, zone?: string) =>
    `make_timestamp(CAST(kql_native_${name}(CAST(epoch_us(${t}) AS VARCHAR), ${zone}) AS BIGINT))`;
}

export const DATETIMES: Readonly<Record<string, FunctionSpec>> = {
  dayofweek: { parameters: ['datetime'], result: 'timespan', sql: (t) => `(dayofweek(${t}) * 864000000000)` },
  dayofmonth: { parameters: ['datetime'], result: 'int', sql: (t) => `day(${t})::INTEGER` },
  dayofyear: { parameters: ['datetime'], result: 'int', sql: (t) => `dayofyear(${t})::INTEGER` },
  hourofday: { parameters: ['datetime'], result: 'int', sql: (t) => `hour(${t})::INTEGER` },
  monthofyear: { parameters: ['datetime'], result: 'int', sql: (t) => `month(${t})::INTEGER` },
  getmonth: { parameters: ['datetime'], result: 'int', sql: (t) => `month(${t})::INTEGER` },
  getyear: { parameters: ['datetime'], result: 'int', sql: (t) => `year(${t})::INTEGER` },
  datetime_utc_to_local: {
    parameters: ['datetime', 'string'],
    result: 'datetime',
    sql: zoned('datetime_utc_to_local'),
  },
  datetime_local_to_utc: {
    parameters: ['datetime', 'string'],
    result: 'datetime',
    sql: zoned('datetime_local_to_utc'),
  },
  datetime_list_timezones: nativeSpec('datetime_list_timezones', [], 0, 'dynamic'),
  week_of_year: { parameters: ['datetime'], result: 'int', sql: (t) => `week(${t})::INTEGER` },
  unixtime_seconds_todatetime: {
    parameters: ['real'],
    result: 'datetime',
    sql: (x) => `make_timestamp((${x} * 1000000)::BIGINT)`,
  },
  unixtime_milliseconds_todatetime: {
    parameters: ['real'],
    result: 'datetime',
    sql: (x) => `make_timestamp((${x} * 1000)::BIGINT)`,
  },
  unixtime_microseconds_todatetime: { parameters: ['long'], result: 'datetime', sql: (x) => `make_timestamp(${x})` },
  unixtime_nanoseconds_todatetime: {
    parameters: ['long'],
    result: 'datetime',
    sql: (x) => `make_timestamp(${x} // 1000)`,
  },
  make_datetime: {
    parameters: ['long', 'long', 'long', 'long', 'long', 'real'],
    optional: 3,
    result: 'datetime',
    sql: (y, mo, d, h, mi, s) => `TRY(make_timestamp(${y}, ${mo}, ${d}, ${h ?? '0'}, ${mi ?? '0'}, ${s ?? '0'}))`,
  },
  make_timespan: {
    parameters: ['real', 'real', 'real', 'real'],
    optional: 2,
    result: 'timespan',
    sql: (...parts) => {
      const [d, h, m, s] = parts.length === 4 ? parts : ['0', parts[0], parts[1], parts[2] ?? '0'];
      return `CASE WHEN ${h} BETWEEN 0 AND 23 AND ${m} BETWEEN 0 AND 59 AND ${s} >= 0 AND ${s} < 60 THEN
        CAST(round(trunc(${d}) * 864000000000 + trunc(${h}) * 36000000000 + trunc(${m}) * 600000000 + ${s} * 10000000) AS BIGINT) END`;
    },
  },
};

export const DYNAMICS: Readonly<Record<string, FunctionSpec>> = {
  array_concat: {
    parameters: ['dynamic'],
    rest: 'dynamic',
    result: 'dynamic',
    sql: (...js) => `kql_array(list_concat(${js.map((j) => `kql_list(${j})`).join(', ')}))`,
  },
  array_reverse: {
    parameters: ['dynamic'],
    result: 'dynamic',
    sql: (j) => `to_json(list_reverse(kql_elements(${j})))`,
  },
  // Null where an element is no number.
  array_sum: {
    parameters: ['dynamic'],
    result: 'real',
    sql: (j) =>
      `CASE WHEN len(list_filter(kql_reals(${j}), lambda e: e IS NULL)) = 0 THEN list_sum(kql_reals(${j})) END`,
  },
  array_slice: {
    parameters: ['dynamic', 'long', 'long'],
    result: 'dynamic',
    sql: (j, a, b) => `to_json(kql_slice(kql_elements(${j}), ${a}, ${b}))`,
  },
  array_index_of: {
    parameters: ['dynamic', 'dynamic', 'long', 'long', 'long'],
    optional: 3,
    result: 'long',
    sql: (j, x, ...rest) =>
      rest.length === 0
        ? `(coalesce(list_position(kql_texts(${j}), ${x} ->> '$'), 0) - 1)::BIGINT`
        : nativeSql('array_index_of', 5, 'long')(j ?? '', x ?? '', ...rest),
  },
  set_intersect: {
    parameters: ['dynamic'],
    rest: 'dynamic',
    result: 'dynamic',
    sql: (j, ...rest) =>
      `kql_array(list_filter(kql_first_seen(kql_list(${j})), lambda e: ${rest.map((r) => `list_contains(kql_list(${r}), e)`).join(' AND ') || 'true'}))`,
  },
  set_difference: {
    parameters: ['dynamic'],
    rest: 'dynamic',
    result: 'dynamic',
    sql: (j, ...rest) =>
      `kql_array(list_filter(kql_first_seen(kql_list(${j})), lambda e: ${rest.map((r) => `NOT list_contains(kql_list(${r}), e)`).join(' AND ') || 'true'}))`,
  },
  set_has_element: {
    parameters: ['dynamic', 'dynamic'],
    result: 'bool',
    sql: (j, x) =>
      `CASE WHEN json_type(${j}) = 'ARRAY' THEN list_contains(kql_texts(${j}), coalesce(${x} ->> '$', '')) END`,
  },
  bag_keys: {
    parameters: ['dynamic'],
    result: 'dynamic',
    sql: (j) => `CASE WHEN json_type(${j}) = 'OBJECT' THEN to_json(json_keys(${j})) END`,
  },
  bag_has_key: {
    parameters: ['dynamic', 'string'],
    result: 'bool',
    sql: (j, k) => `CASE WHEN json_type(${j}) = 'OBJECT' THEN list_contains(json_keys(${j}), ${k}) END`,
  },
  bag_merge: {
    parameters: ['dynamic'],
    rest: 'dynamic',
    result: 'dynamic',
    sql: (...js) => js.reduceRight((later, first) => `kql_merge(${first}, ${later})`),
  },
  zip: {
    parameters: ['dynamic', 'dynamic'],
    rest: 'dynamic',
    result: 'dynamic',
    sql: (...arrays) => {
      const lengths = arrays.map((array) => `len(kql_list(${array}))`).join(', ');
      const items = arrays.map((array) => `kql_list(${array})[i + 1]`).join(', ');
      return `to_json(list_transform(range(0, greatest(${lengths})), lambda i: [${items}]))`;
    },
  },
  parse_json: { parameters: ['string'], result: 'dynamic', sql: (s) => `kql_parse_json(${s})` },
  repeat: {
    parameters: ['dynamic', 'long'],
    result: 'dynamic',
    sql: (x, n) => `to_json(list_transform(range(0, least(${n}, 1048576)), lambda i: ${x}))`,
  },
};

export const NETWORKS: Readonly<Record<string, FunctionSpec>> = {
  parse_ipv4: { parameters: ['string'], result: 'long', sql: (s) => `kql_ip4(${s})` },
  ipv4_is_private: { parameters: ['string'], result: 'bool', sql: (s) => `kql_ip4_private(${s})` },
  ipv4_is_in_range: {
    parameters: ['string', 'string'],
    result: 'bool',
    sql: (s, r) => `(kql_ip4_in_range(${s}, ${r}))`,
  },
  ipv4_is_match: {
    parameters: ['string', 'string', 'long'],
    optional: 1,
    result: 'bool',
    sql: (a, b, n) => `(kql_ip4_match(${a}, ${b}, ${n ?? '32'}))`,
  },
  ipv4_compare: {
    parameters: ['string', 'string', 'long'],
    optional: 1,
    result: 'long',
    sql: (a, b, n) => `kql_ip4_compare(${a}, ${b}, ${n ?? '32'})::BIGINT`,
  },
  ipv4_netmask_suffix: {
    parameters: ['string'],
    result: 'long',
    sql: (s) => `CASE WHEN kql_ip4(${s}) IS NOT NULL THEN kql_ip4_bits(${s}) END`,
  },
  has_ipv4_prefix: { parameters: ['string', 'string'], result: 'bool', sql: (s, p) => `(kql_has_ip4(${s}, ${p}))` },
  has_ipv4: { parameters: ['string', 'string'], result: 'bool', sql: (s, p) => `(kql_has_ip4(${s}, ${p}))` },
};

export const FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  ...STRINGS,
  ...NUMBERS,
  ...DATETIMES,
  ...DYNAMICS,
  ...NETWORKS,
  ...TEXT_PARSERS,
  ...ADDRESS_FUNCTIONS,
  ...ARRAY_FUNCTIONS,
  ...SERIES_FUNCTIONS,
  ...NATIVE_DYNAMICS,
  ...NATIVE_NUMBERS,
  ...NATIVE_TEXTS,
};
