/** Macros behind the functions of functions/texts.ts and functions/arrays.ts: texts taken apart, IPv6, arrays. */

const HEX = `'0123456789abcdef'`;
const URL_PATTERN =
  '^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\\[[^\\]]*\\]|[^:/?#]*)(?::([0-9]+))?)?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?$';

/** Name with parameters → expression, in order of dependence; they follow those of the prelude. */
export const TEXT_MACROS: Readonly<Record<string, string>> = {
  // The first value of a repeated key stays.
  'kql_url_query(q)': `CASE WHEN q = '' THEN '{}'::JSON ELSE to_json(map_from_entries(list_filter(
    list_transform(string_split(q, '&'), lambda p: {k: TRY(url_decode(split_part(p, '=', 1))), v: coalesce(TRY(url_decode(regexp_extract(p, '=(.*)$', 1))), '')}),
    lambda e, i: list_position(list_transform(string_split(q, '&'), lambda p: TRY(url_decode(split_part(p, '=', 1)))), e.k) = i))) END`,
  'kql_url_bag(u)': `json_object('Scheme', u.scheme, 'Host', u.host, 'Port', u.port, 'Path', u.path, 'Username', u.name, 'Password', u.password,
    'Query Parameters', kql_url_query(u.query), 'Fragment', u.fragment)`,
  'kql_parse_url(s)': `CASE WHEN s = '' THEN NULL ELSE kql_url_bag(regexp_extract(s, '${URL_PATTERN}', ['scheme', 'name', 'password', 'host', 'port', 'path', 'query', 'fragment'])) END`,
  'kql_path_bag(scheme, p, n)': `json_object('Scheme', scheme, 'RootPath', regexp_extract(p, '^[A-Za-z]:'), 'DirectoryPath', regexp_extract(p, '^(.*)[\\\\/][^\\\\/]*$', 1),
    'DirectoryName', regexp_extract(p, '([^\\\\/]*)[\\\\/][^\\\\/]*$', 1), 'Filename', split_part(n, ':', 1),
    'Extension', regexp_extract(split_part(n, ':', 1), '\\.([^.]*)$', 1), 'AlternateDataStreamName', split_part(n, ':', 2))`,
  'kql_parse_path(s)': `CASE WHEN s = '' THEN NULL ELSE kql_path_bag(regexp_extract(s, '^([A-Za-z][A-Za-z0-9+.-]+)://', 1),
    regexp_replace(s, '^[A-Za-z][A-Za-z0-9+.-]+://', ''), regexp_extract(regexp_replace(s, '^[A-Za-z][A-Za-z0-9+.-]+://', ''), '[^\\\\/]*$')) END`,
  // chr(1) stands for an escaped quote, chr(2) for an escaped backslash before a quote.
  'kql_command_parts(s)': `list_transform(regexp_extract_all(s, '(?:[^\\s"]|"[^"]*"?)+'),
    lambda p: replace(replace(replace(p, '"', ''), chr(1), '"'), chr(2), chr(92)))`,
  'kql_command_line(s)': `CASE WHEN s = '' THEN NULL ELSE kql_array(kql_command_parts(replace(replace(replace(s, repeat(chr(92), 3) || '"', chr(2) || chr(1)),
    repeat(chr(92), 2) || '"', chr(2) || '"'), chr(92) || '"', chr(1)))) END`,
  // IPv6, or IPv4 mapped into it, as 32 hexadecimal digits; null when it is none.
  // Macros are inlined, so arguments used often are bound once: list_transform([x], lambda …)[1].
  'kql_ip6_tail(s)': `list_transform([{s: s, q: kql_quad(regexp_extract(s, '[^:]*$'))}], lambda t: CASE WHEN t.q IS NULL THEN t.s
    ELSE regexp_replace(t.s, '[^:]*$', '') || regexp_replace(format('{:08x}', t.q), '^(.{4})', '\\1:') END)[1]`,
  'kql_ip6_groups(s)': `CASE WHEN s = '' THEN [] ELSE string_split(s, ':') END`,
  'kql_ip6_fill(s)': `list_transform([{l: kql_ip6_groups(split_part(s, '::', 1)), r: kql_ip6_groups(split_part(s, '::', 2)), gap: contains(s, '::')}], lambda p:
    CASE WHEN len(list_filter(list_concat(p.l, p.r), lambda g: NOT regexp_full_match(g, '[0-9a-f]{1,4}'))) = 0
    AND CASE WHEN p.gap THEN len(p.l) + len(p.r) <= 7 ELSE len(p.l) = 8 END
    THEN array_to_string(list_transform(list_concat(p.l, list_transform(range(0, 8 - len(p.l) - len(p.r)), lambda i: '0'), p.r), lambda g: lpad(g, 4, '0')), '') END)[1]`,
  // `::1.2.3.4` is an IPv4 address too, its prefix counted as one.
  'kql_ip6_mapped(s)': `CASE WHEN regexp_matches(s, '^::[0-9]+\\.') THEN '::ffff:' || substr(s, 3) WHEN contains(s, ':') THEN s WHEN contains(s, '.') THEN '::ffff:' || s ELSE '' END`,
  'kql_ip6_plain(s)': `list_transform([kql_ip6_tail(kql_ip6_mapped(s))], lambda t: CASE WHEN len(string_split(t, '::')) <= 2 THEN kql_ip6_fill(t) END)[1]`,
  'kql_ip6_bits(s)': `list_transform([{v6: contains(s, ':') AND NOT regexp_matches(s, '^::[0-9]+\\.'), t: split_part(s, '/', 2), masked: contains(s, '/')}], lambda m: CASE WHEN NOT m.masked THEN 128
    WHEN NOT regexp_full_match(m.t, '[0-9]{1,3}') THEN NULL WHEN CAST(m.t AS INTEGER) <= CASE WHEN m.v6 THEN 128 ELSE 32 END
    THEN CAST(m.t AS INTEGER) + CASE WHEN m.v6 THEN 0 ELSE 96 END END)[1]`,
  'kql_ip6_mask(h, n)': `list_transform([{h: h, n: n}], lambda x: CASE WHEN x.n % 4 = 0 THEN rpad(left(x.h, x.n // 4), 32, '0') ELSE rpad(left(x.h, x.n // 4)
    || substr(${HEX}, (((instr(${HEX}, substr(x.h, x.n // 4 + 1, 1)) - 1) >> (4 - x.n % 4)) << (4 - x.n % 4)) + 1, 1), 32, '0') END)[1]`,
  'kql_ip6_parts(s)': `{h: kql_ip6_plain(lower(split_part(s, '/', 1))), n: kql_ip6_bits(s)}`,
  'kql_ip6(s)': `list_transform([kql_ip6_parts(s)], lambda x: kql_ip6_mask(x.h, x.n))[1]`,
  'kql_ip6_ordered(a, b)': `CASE WHEN a < b THEN -1 WHEN a > b THEN 1 WHEN a = b THEN 0 END`,
  'kql_ip6_compare(a, b, m)': `list_transform([{a: kql_ip6_parts(a), b: kql_ip6_parts(b), m: m}], lambda x: list_transform(
    [{a: kql_ip6_mask(x.a.h, least(x.a.n, x.b.n, x.m)), b: kql_ip6_mask(x.b.h, least(x.a.n, x.b.n, x.m)), n: x.a.n + x.b.n}],
    lambda y: CASE WHEN y.n IS NOT NULL THEN kql_ip6_ordered(y.a, y.b) END)[1])[1]`,
  'kql_ip6_in_range(a, r)': `list_transform([{a: kql_ip6_parts(a), r: kql_ip6_parts(r)}], lambda x: kql_ip6_mask(x.a.h, x.r.n) = kql_ip6_mask(x.r.h, x.r.n))[1]`,
  'kql_ip6_text(h)': `coalesce(array_to_string(regexp_extract_all(h, '.{4}'), ':'), '')`,
  // Arrays, bags, series.
  'kql_shift(j, n, fill)': `to_json(list_transform(range(1, len(kql_elements(j)) + 1),
    lambda i: CASE WHEN i + n BETWEEN 1 AND len(kql_elements(j)) THEN kql_elements(j)[i + n] ELSE fill END))`,
  'kql_rotate(j, n)': `to_json(list_transform(range(0, len(kql_elements(j))), lambda i: kql_elements(j)[kql_mod(i + n, len(kql_elements(j))) + 1]))`,
  'kql_jaccard(a, b)': `len(list_intersect(a, b)) / nullif(len(list_distinct(list_concat(a, b))), 0)::DOUBLE`,
  'kql_reals(j)': `list_transform(kql_elements(j), lambda e: kql_real(e ->> '$'))`,
  // Up to four parts of up to eight digits each.
  'kql_parse_version(s)': `CASE WHEN regexp_full_match(trim(s), '[0-9]{1,8}(?:\\.[0-9]{1,8}){0,3}') THEN
    CAST(CAST(lpad(split_part(trim(s), '.', 1), 8, '0') || lpad(split_part(trim(s), '.', 2), 8, '0') || lpad(split_part(trim(s), '.', 3), 8, '0')
    || lpad(split_part(trim(s), '.', 4), 8, '0') AS HUGEINT) AS DECIMAL(38,0)) END`,
  // Text before the k-th match is what is left of it when all after it is cut.
  'kql_indexof_regex_in(s, re, k)': `CASE WHEN len(regexp_extract_all(s, re)) >= k THEN
    length(array_to_string(list_transform(range(1, k + 1), lambda i: regexp_split_to_array(s, re)[i]), ''))
    + coalesce(list_sum(list_transform(regexp_extract_all(s, re)[1:k - 1], lambda m: length(m))), 0) ELSE -1 END`,
  'kql_indexof_regex(s, re, a, n, k)': `CASE WHEN a < 0 OR k < 1 OR n < -1 THEN NULL ELSE list_transform([kql_indexof_regex_in(
    substr(s, a + 1, CASE WHEN n < 0 THEN length(s) ELSE n END), re, k)], lambda p: CASE WHEN p < 0 THEN -1 ELSE p + a END)[1]::BIGINT END`,
  'kql_nearest_rank(n, p)': `greatest(ceil(p * n / 100), 1)::BIGINT`,
  // The first value at which the weights so far reach the share; l is in order of the values.
  'kql_weighted(l, p)': `list_transform([{l: l, t: p * list_sum(list_transform(l, lambda e: e.w))}], lambda x:
    list_reduce(x.l, lambda a, e: CASE WHEN a.w >= x.t THEN a ELSE {v: e.v, w: a.w + e.w} END).v)[1]`,
  'kql_pick(j, i)': `CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[])[i] ELSE j END`,
  'kql_array_iff(c, t, o)': `to_json(list_transform(kql_elements(c), lambda e, i: CASE json_type(e)
    WHEN 'BOOLEAN' THEN CASE WHEN CAST(e AS BOOLEAN) THEN kql_pick(t, i) ELSE kql_pick(o, i) END
    WHEN 'UBIGINT' THEN CASE WHEN kql_real(e ->> '$') <> 0 THEN kql_pick(t, i) ELSE kql_pick(o, i) END
    WHEN 'BIGINT' THEN CASE WHEN kql_real(e ->> '$') <> 0 THEN kql_pick(t, i) ELSE kql_pick(o, i) END
    WHEN 'DOUBLE' THEN CASE WHEN kql_real(e ->> '$') <> 0 THEN kql_pick(t, i) ELSE kql_pick(o, i) END END))`,
  'kql_array_split(j, places)': `list_transform([{l: kql_list(j), p: list_transform(places, lambda p: CASE WHEN CAST(p ->> '$' AS BIGINT) < 0
    THEN greatest(len(kql_list(j)) + CAST(p ->> '$' AS BIGINT), 0) ELSE CAST(p ->> '$' AS BIGINT) END)}], lambda x:
    to_json(list_transform(range(0, len(x.p) + 1), lambda i: list_slice(x.l, coalesce(x.p[i], 0) + 1, coalesce(x.p[i + 1], len(x.l))))))[1]`,
  // The marker is null but where the query names another.
  'kql_is_missing(e, marker)': `coalesce(kql_nullify(e) IS NULL OR (e ->> '$') = (marker ->> '$'), false)`,
  'kql_fill_const(j, c, marker)': `to_json(list_transform(kql_elements(j), lambda e: CASE WHEN kql_is_missing(e, marker) THEN c ELSE e END))`,
  'kql_fill_forward(j, marker)': `to_json(list_transform(range(1, len(kql_elements(j)) + 1),
    lambda i: coalesce(list_filter(kql_elements(j)[1:i], lambda e: NOT kql_is_missing(e, marker))[-1], kql_elements(j)[i])))`,
};
