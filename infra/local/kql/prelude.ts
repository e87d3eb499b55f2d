/** SQL statements to run once on a database: the macros that compiled queries call, in order of dependence. */

import { PLUGIN_MACROS } from './preludePlugins';
import { TEXT_MACROS } from './preludeTexts';

/** Microseconds from 0001-01-01, where Kusto's bins begin, to 1970-01-01. */
const EPOCH = '62135596800000000';

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])';
const QUAD = `${OCTET}(?:\\.${OCTET}){3}`;

const NUMBER = '[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?';

/** Two digits of a year come first: four digits would take them as they are. */
const DATETIME_FORMATS = [
  ...[
    '%d %b %y',
    '%d-%b-%y',
    '%d %b %Y',
    '%d-%b-%Y',
    '%d %B %Y',
    '%m/%d/%Y',
    '%m-%d-%Y',
    '%b %d %Y',
    '%Y/%m/%d',
  ].flatMap((day) => [`${day} %H:%M:%S`, `${day} %H:%M`, day]),
  '%m/%d/%Y %I:%M:%S %p',
  '%m/%d/%Y %I:%M %p',
  '%Y-%m-%d %I:%M:%S %p',
  '%Y%m%d',
];

/** Name with parameters → expression. */
const MACROS: Readonly<Record<string, string>> = {
  // Texts of values, as tostring() gives them.
  'kql_real_text(x)': `CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    ELSE regexp_replace(upper(CAST(x AS VARCHAR)), '\\.0$', '') END`,
  'kql_real_json(x)': `CASE WHEN isfinite(x) THEN to_json(x) ELSE to_json(kql_real_text(x)) END`,
  'kql_decimal_text(x)': `regexp_replace(regexp_replace(CAST(x AS VARCHAR), '(\\.[0-9]*?)0+$', '\\1'), '\\.$', '')`,
  'kql_datetime_text(x)': `strftime(x, '%Y-%m-%dT%H:%M:%S.%f0Z')`,
  'kql_timespan_text(x)': `CASE WHEN x < 0 THEN '-' ELSE '' END
    || CASE WHEN abs(x) >= 864000000000 THEN CAST(abs(x) // 864000000000 AS VARCHAR) || '.' ELSE '' END
    || lpad(CAST(abs(x) // 36000000000 % 24 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(x) // 600000000 % 60 AS VARCHAR), 2, '0')
    || ':' || lpad(CAST(abs(x) // 10000000 % 60 AS VARCHAR), 2, '0')
    || CASE WHEN x % 10000000 = 0 THEN '' ELSE '.' || lpad(CAST(abs(x) % 10000000 AS VARCHAR), 7, '0') END`,
  // Values of texts; null where the text is none.
  'kql_long(s)': `CASE WHEN regexp_full_match(trim(s), '[+-]?[0-9]+') THEN TRY_CAST(trim(s) AS BIGINT)
    WHEN regexp_full_match(trim(s), '0[xX][0-9a-fA-F]{1,16}') THEN TRY_CAST(lower(trim(s)) AS BIGINT)
    WHEN regexp_full_match(trim(s), '${NUMBER}') THEN TRY_CAST(trunc(TRY_CAST(trim(s) AS DOUBLE)) AS BIGINT) END`,
  'kql_real(s)': `CASE WHEN regexp_full_match(trim(s), '${NUMBER}|(?i)nan|[+-]?(?i)(?:inf|infinity)') THEN TRY_CAST(trim(s) AS DOUBLE) END`,
  'kql_bool(s)': `CASE lower(trim(s)) WHEN 'true' THEN true WHEN 'false' THEN false ELSE kql_real(s) <> 0 END`,
  'kql_datetime_trimmed(s)': `coalesce(
    CASE WHEN regexp_matches(s, '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T ][0-9:.]+[+-][0-9]{2}:?[0-9]{2}$')
      THEN make_timestamp(epoch_us(TRY_CAST(regexp_replace(s, '(\\.[0-9]{6})[0-9]+', '\\1') AS TIMESTAMPTZ)))
    WHEN regexp_matches(s, '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}')
      THEN TRY_CAST(regexp_replace(regexp_replace(s, '(\\.[0-9]{6})[0-9]+', '\\1'), '(?:Z|\\s*GMT)$', '') AS TIMESTAMP) END,
    try_strptime(regexp_replace(s, '^[A-Za-z]{3,9},\\s*|\\s*GMT$', '', 'g'), [${DATETIME_FORMATS.map((format) => `'${format}'`).join(', ')}]))`,
  'kql_datetime(s)': `kql_datetime_trimmed(trim(s))`,
  'kql_clock_ticks(s)': `CASE WHEN starts_with(s, '-') THEN -1 ELSE 1 END * (
    coalesce(TRY_CAST(regexp_extract(s, '^-?([0-9]+)\\.[0-9]+:', 1) AS BIGINT), 0) * 864000000000
    + coalesce(TRY_CAST(regexp_extract(s, '([0-9]{1,2}):', 1) AS BIGINT), 0) * 36000000000
    + coalesce(TRY_CAST(regexp_extract(s, ':([0-9]{1,2})', 1) AS BIGINT), 0) * 600000000
    + coalesce(TRY_CAST(regexp_extract(s, ':[0-9]{1,2}:([0-9]{1,2})', 1) AS BIGINT), 0) * 10000000
    + coalesce(TRY_CAST(rpad(nullif(regexp_extract(s, ':[0-9]{1,2}:[0-9]{1,2}\\.([0-9]{1,7})$', 1), ''), 7, '0') AS BIGINT), 0))`,
  'kql_unit_ticks(u)': `CASE u WHEN 'd' THEN 864000000000 WHEN 'h' THEN 36000000000 WHEN 'm' THEN 600000000 WHEN 's' THEN 10000000
    WHEN 'ms' THEN 10000 WHEN 'microsecond' THEN 10 WHEN 'tick' THEN 1 END`,
  'kql_timespan_trimmed(s)': `CASE WHEN regexp_full_match(s, '-?(?:[0-9]+\\.)?[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\\.[0-9]{1,7})?)?') THEN kql_clock_ticks(s)
    WHEN regexp_full_match(s, '[+-]?[0-9]+(?:\\.[0-9]+)?(?:d|h|m|s|ms|microsecond|tick)') THEN
      TRY_CAST(round(CAST(regexp_extract(s, '^[+-]?[0-9.]+') AS DOUBLE) * kql_unit_ticks(regexp_extract(s, '[a-z]+$'))) AS BIGINT)
    WHEN regexp_full_match(s, '[+-]?[0-9]{1,7}(?:\\.[0-9]+)?') THEN TRY_CAST(round(CAST(s AS DOUBLE) * 864000000000) AS BIGINT) END`,
  'kql_timespan(s)': `kql_timespan_trimmed(trim(s))`,
  // Datetimes and ticks of 100 ns since 0001-01-01.
  'kql_ticks(t)': `(epoch_us(t) + ${EPOCH}) * 10`,
  'kql_datetime_of_ticks(n)': `CASE WHEN n BETWEEN 0 AND 3155378975999999999 THEN make_timestamp(n // 10 - ${EPOCH}) END`,
  'kql_add(t, n)': `make_timestamp(epoch_us(t) + n // 10)`,
  'kql_between(a, b)': `(epoch_us(a) - epoch_us(b)) * 10`,
  // Numbers: the remainder is never negative, bins round down, a size of 0 or less gives null.
  'kql_mod(a, b)': `((a % b) + abs(b)) % abs(b)`,
  'kql_bin_long(x, n)': `CASE WHEN n > 0 THEN x - kql_mod(x, n) END`,
  'kql_bin_real(x, n)': `CASE WHEN n > 0 THEN floor(x / n) * n END`,
  'kql_bin_datetime(t, n)': `CASE WHEN n >= 10 THEN make_timestamp(epoch_us(t) - (epoch_us(t) + ${EPOCH}) % (n // 10)) END`,
  // Dynamics.
  'kql_nullify(j)': `nullif(CAST(j AS VARCHAR), 'null')::JSON`,
  'kql_parse_json(s)': `CASE WHEN s = '' THEN NULL WHEN json_valid(s) THEN kql_nullify(s::JSON) ELSE to_json(s) END`,
  'kql_is_array(j)': `coalesce(json_type(j) = 'ARRAY', false)`,
  'kql_is_bag(j)': `coalesce(json_type(j) = 'OBJECT', false)`,
  'kql_elements(j)': `CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[]) END`,
  'kql_texts(j)': `CASE WHEN json_type(j) = 'ARRAY' THEN list_transform(CAST(j AS JSON[]), lambda e: coalesce(e ->> '$', ''))
    WHEN j IS NULL THEN [] ELSE [coalesce(j ->> '$', '')] END`,
  'kql_lower_texts(j)': `list_transform(kql_texts(j), lambda t: lower(t))`,
  'kql_array(l)': `coalesce(to_json(l), '[]'::JSON)`,
  'kql_pointer_key(k)': `replace(replace(k, '~', '~0'), '/', '~1')`,
  'kql_member(j, k)': `CASE WHEN json_type(j) = 'OBJECT' THEN kql_nullify(json_extract(j, '/' || kql_pointer_key(k))) END`,
  'kql_item(j, i)': `CASE WHEN json_type(j) = 'ARRAY' THEN
    kql_nullify(json_extract(j, '$[' || CASE WHEN i < 0 THEN '#' ELSE '' END || CAST(i AS VARCHAR) || ']')) END`,
  'kql_type_name(j)': `CASE json_type(j) WHEN 'ARRAY' THEN 'array' WHEN 'OBJECT' THEN 'dictionary' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'bool'
    WHEN 'DOUBLE' THEN 'double' WHEN 'BIGINT' THEN 'long' WHEN 'UBIGINT' THEN 'long' ELSE 'null' END`,
  'kql_first_seen(l)': `list_filter(l, lambda e, i: list_position(l, e) = i)`,
  // Numbers by value and before texts, nulls last.
  'kql_sorted(l)': `list_transform(list_sort(list_transform(l, lambda e: {n: kql_real(e ->> '$'), t: e ->> '$', e: e}), 'ASC', 'NULLS LAST'), lambda p: p.e)`,
  'kql_sorted_desc(l)': `list_transform(list_sort(list_transform(l, lambda e: {n: kql_real(e ->> '$'), t: e ->> '$', e: e}), 'DESC', 'NULLS LAST'), lambda p: p.e)`,
  'kql_list(j)': `coalesce(kql_elements(j), [])`,
  'kql_flat(j)': `CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[]) ELSE [j] END`,
  'kql_slice(l, a, b)': `list_slice(l, CASE WHEN a < 0 THEN greatest(len(l) + a, 0) ELSE a END + 1, CASE WHEN b < 0 THEN len(l) + b ELSE b END + 1)`,
  'kql_sum_texts(l)': `list_sum(list_transform(l, lambda e: kql_real(e)))`,
  'kql_merge(a, b)': `json_merge_patch(b, a)`,
  // Items of mv-expand: null gives one null, a bag its pairs, anything else itself.
  'kql_expand_items(j)': `CASE WHEN j IS NULL THEN [NULL::JSON] WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[])
    WHEN json_type(j) = 'OBJECT' THEN list_transform(json_keys(j), lambda k: json_object(k, json_extract(j, '/' || kql_pointer_key(k)))::JSON) ELSE [j] END`,
  'kql_expand_pairs(j)': `CASE WHEN j IS NULL THEN [NULL::JSON] WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[])
    WHEN json_type(j) = 'OBJECT' THEN list_transform(json_keys(j), lambda k: json_array(k, json_extract(j, '/' || kql_pointer_key(k)))::JSON) ELSE [j] END`,
  // Texts.
  'kql_escape(s)': `regexp_replace(s, '([^\\p{L}\\p{N}\\s])', '\\\\\\1', 'g')`,
  'kql_has(s, t)': `CASE WHEN contains(lower(s), lower(t)) THEN regexp_matches(s, '(?i)'
    || CASE WHEN regexp_matches(t, '^[\\p{L}\\p{N}]') THEN '(?:^|[^\\p{L}\\p{N}])' ELSE '' END || kql_escape(t)
    || CASE WHEN regexp_matches(t, '[\\p{L}\\p{N}]$') THEN '(?:$|[^\\p{L}\\p{N}])' ELSE '' END) ELSE false END`,
  'kql_hasprefix(s, t)': `contains(lower(s), lower(t)) AND regexp_matches(s, '(?i)'
    || CASE WHEN regexp_matches(t, '^[\\p{L}\\p{N}]') THEN '(?:^|[^\\p{L}\\p{N}])' ELSE '' END || kql_escape(t))`,
  'kql_hassuffix(s, t)': `contains(lower(s), lower(t)) AND regexp_matches(s, '(?i)' || kql_escape(t)
    || CASE WHEN regexp_matches(t, '[\\p{L}\\p{N}]$') THEN '(?:$|[^\\p{L}\\p{N}])' ELSE '' END)`,
  'kql_substring(s, i, n)': `CASE WHEN n <= 0 THEN '' ELSE substr(s, CASE WHEN i < 0 THEN greatest(length(s) + i, 0) ELSE i END + 1, n) END`,
  'kql_countof(s, t)': `CASE WHEN t = '' THEN 0 ELSE len(list_filter(range(1, length(s) + 1), lambda i: substr(s, i, length(t)) = t)) END`,
  // Addresses: an IPv4 text, optionally with /n, as a number; null when it is none.
  'kql_quad(s)': `CASE WHEN regexp_full_match(s, '${QUAD}') THEN list_reduce(list_transform(string_split(s, '.'), lambda o: CAST(o AS BIGINT)), lambda a, b: a * 256 + b) END`,
  'kql_ip4_bits(s)': `CASE WHEN NOT contains(s, '/') THEN 32
    WHEN regexp_full_match(split_part(s, '/', 2), '[0-9]|[12][0-9]|3[0-2]') THEN CAST(split_part(s, '/', 2) AS BIGINT) END`,
  'kql_mask(a, n)': `CASE WHEN n <= 0 THEN 0 * a ELSE (a >> (32 - n)) << (32 - n) END`,
  'kql_ip4(s)': `kql_mask(kql_quad(split_part(s, '/', 1)), kql_ip4_bits(s))`,
  'kql_ip4_plain(s)': `kql_quad(split_part(s, '/', 1))`,
  'kql_ip4_match(a, b, n)': `kql_mask(kql_ip4_plain(a), least(kql_ip4_bits(a), kql_ip4_bits(b), n)) = kql_mask(kql_ip4_plain(b), least(kql_ip4_bits(a), kql_ip4_bits(b), n))`,
  'kql_ip4_compare(a, b, n)': `sign(kql_mask(kql_ip4_plain(a), least(kql_ip4_bits(a), kql_ip4_bits(b), n)) - kql_mask(kql_ip4_plain(b), least(kql_ip4_bits(a), kql_ip4_bits(b), n)))`,
  'kql_ip4_in_range(a, r)': `kql_mask(kql_ip4_plain(a), kql_ip4_bits(r)) = kql_ip4(r)`,
  'kql_ip4_private(s)': `CASE WHEN kql_ip4(s) IS NULL THEN NULL ELSE regexp_matches(s, '^(?:10\\.|192\\.168\\.|172\\.(?:1[6-9]|2[0-9]|3[01])\\.)') END`,
  'kql_ip4_text(n)': `CASE WHEN n BETWEEN 0 AND 4294967295 THEN (n >> 24) || '.' || ((n >> 16) & 255) || '.' || ((n >> 8) & 255) || '.' || (n & 255) END`,
  'kql_has_ip4(s, p)': `contains(s, p) AND regexp_matches(s, CASE WHEN ends_with(p, '.')
    THEN '(?:^|[^0-9.])(?:' || kql_escape(p) || '${OCTET}(?:\\.${OCTET})*)(?:$|[^0-9.])' ELSE '(?:^|[^0-9.])' || kql_escape(p) || '(?:$|[^0-9.])' END)
    AND len(list_filter(regexp_extract_all(s, '[0-9.]+'), lambda a: starts_with(a, p) AND regexp_full_match(a, '${QUAD}') AND (ends_with(p, '.') OR a = p))) > 0`,
};

export const PRELUDE: readonly string[] = Object.entries({ ...MACROS, ...TEXT_MACROS, ...PLUGIN_MACROS }).map(
  ([head, body]) => `CREATE OR REPLACE MACRO ${head} AS (${body})`,
);
