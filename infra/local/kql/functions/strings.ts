/** Text functions that depend on constants or take any number of arguments. */
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, constant, constantArray, isConstant } from '../plan/values';
import { nativeSql } from './native';
import type { CallContext, FunctionBuilder } from './spec';

const strcat: FunctionBuilder = (context) => {
  const texts = context.values().map((value) => convert(value, 'string'));
  if (texts.every(isConstant)) return constant('string', texts.map((text) => String(text.value)).join(''));
  return call('string', texts, (...sql) => `concat(${sql.join(', ')})`);
};

const strcatDelim: FunctionBuilder = (context) => {
  const texts = context.values().map((value) => convert(value, 'string'));
  return call('string', texts, (delimiter, ...sql) => `concat_ws(${[delimiter, ...sql].join(', ')})`);
};

/** An array of the parts; with an index an array of that part alone. */
const split: FunctionBuilder = (context) => {
  const parts = [convert(context.value(0), 'string'), convert(context.value(1), 'string')];
  if (context.arguments.length < 3) return call('dynamic', parts, (s, d) => `to_json(string_split(${s}, ${d}))`);
  const index = convert(context.value(2), 'long');
  return call(
    'dynamic',
    [...parts, index],
    (s, d, i) => `to_json(list_slice(string_split(${s}, ${d}), ${i} + 1, ${i} + 1))`,
  );
};

function groupOf(context: CallContext, index: number): bigint {
  const group = context.value(index);
  if (isConstant(group) && typeof group.value === 'bigint' && group.value >= 0n && group.value <= 16n)
    return group.value;
  throw unsupported(`${context.node.name}() with a computed group, or one above 16`, context.node);
}

/** No match gives empty text, or null for another type. */
const extract: FunctionBuilder = (context) => {
  const group = groupOf(context, 1);
  const args = [convert(context.value(2), 'string'), convert(context.value(0), 'string')];
  const text = call('string', args, (s, re) => `coalesce(regexp_extract(${s}, ${re}, ${group}), '')`);
  const type = context.arguments[3];
  if (type === undefined) return text;
  if (type.kind !== 'typeof' || type.named === undefined) throw unsupported('extract() with that type', context.node);
  return convert(text, type.named);
};

/** Capture groups of a pattern, counted as RE2 numbers them. */
function countGroups(pattern: string): number {
  const open = pattern.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '').match(/\((?!\?)|\(\?P<|\(\?</g);
  return open?.length ?? 0;
}

/** One group: its matches; several: an array for each match. No match gives null. */
const extractAll: FunctionBuilder = (context) => {
  const pattern = context.value(0);
  if (!isConstant(pattern)) throw unsupported('extract_all() with a computed pattern', context.node);
  const chosen = chosenGroups(context, String(pattern.value));
  const text = context.value(context.arguments.length > 2 ? 2 : 1);
  const args = [convert(text, 'string'), pattern];
  if (chosen.length === 1) {
    return call('dynamic', args, (s, re) => `to_json(nullif(regexp_extract_all(${s}, ${re}, ${chosen[0]}), []))`);
  }
  return call('dynamic', args, (s, re) => {
    const lists = chosen.map((group) => `regexp_extract_all(${s}, ${re}, ${group})`);
    const items = lists.map((list) => `${list}[i]`).join(', ');
    return `to_json(nullif(list_transform(range(1, len(${lists[0]}) + 1), lambda i: [${items}]), []))`;
  });
};

/** The groups by number or name that the second of three arguments lists; all of them where there are two; 0 is the whole match. */
function chosenGroups(context: CallContext, pattern: string): readonly number[] {
  const count = countGroups(pattern);
  if (context.arguments.length < 3) return count === 0 ? [0] : Array.from({ length: count }, (_, index) => index + 1);
  const names = groupNames(pattern);
  const groups = (constantArray(context.value(1)) ?? []).map((group) =>
    typeof group === 'number' ? group : names.indexOf(String(group)) + 1,
  );
  if (groups.length === 0 || groups.some((group) => !(group >= 1 && group <= count))) {
    throw unsupported('extract_all() with groups that the pattern has not', context.node);
  }
  return groups;
}

/** The groups' names in order, '' for those without. */
function groupNames(pattern: string): readonly string[] {
  const open = pattern.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '').matchAll(/\(\?P?<([A-Za-z]\w*)>|\((?!\?)/g);
  return [...open].map(([, name]) => name ?? '');
}

const extractJson: FunctionBuilder = (context) => {
  const [path, json] = [context.value(0), convert(context.value(1), 'string')];
  if (!isConstant(path)) throw unsupported('extract_json() with a computed path', context.node);
  const text = call('string', [json, path], (j, p) => `coalesce(json_extract_string(kql_parse_json(${j}), ${p}), '')`);
  const type = context.arguments[2];
  if (type === undefined) return text;
  if (type.kind !== 'typeof' || type.named === undefined)
    throw unsupported('extract_json() with that type', context.node);
  return convert(text, type.named);
};

/** Occurrences of a text, which may overlap, or of a pattern, which may not. */
const countOf: FunctionBuilder = (context) => {
  const args = [convert(context.value(0), 'string'), convert(context.value(1), 'string')];
  const kind = context.arguments.length < 3 ? undefined : context.value(2);
  const regex = kind !== undefined && isConstant(kind) && kind.value === 'regex';
  return call('long', args, (s, t) =>
    regex ? `len(regexp_extract_all(${s}, ${t}))` : `kql_countof(${s}, ${t})::BIGINT`,
  );
};

/** How hash() lays out a value of a type; what is not listed goes by its text. */
const HASHED_AS: Readonly<Record<string, 'long' | 'real'>> = {
  bool: 'long',
  int: 'long',
  long: 'long',
  datetime: 'long',
  timespan: 'long',
  real: 'real',
};

function hashOf(value: Value, modulus: readonly Value[]): Value {
  const kind = HASHED_AS[value.type];
  const laidOut = convert(value, kind ?? 'string');
  const sql = nativeSql('hash', 3, 'long');
  return call('long', [laidOut, ...modulus], (x = '', m) =>
    sql(`'${kind ?? 'text'}'`, x, ...(m === undefined ? [] : [m])),
  );
}

const hash: FunctionBuilder = (context) =>
  hashOf(context.value(0), context.arguments.length > 1 ? [convert(context.value(1), 'long')] : []);

/** As hash_combine() of each value's hash(). */
const hashMany: FunctionBuilder = (context) => {
  const sql = nativeSql('hash_combine', 1, 'long');
  return call(
    'long',
    context.values().map((value) => hashOf(value, [])),
    (...hashes) => sql(`to_json([${hashes.join(', ')}])`),
  );
};

/** The digits that a negative number is shown with depend on its type. */
const toHex: FunctionBuilder = (context) => {
  const value = context.value(0);
  const bits = value.type === 'int' ? 32 : 64;
  const digits = context.arguments.length > 1 ? [convert(context.value(1), 'long')] : [];
  const sql = nativeSql('tohex', 3, 'string');
  return call('string', [convert(value, 'long'), ...digits], (x = '', n = 'NULL') => sql(x, n, String(bits)));
};

export const STRING_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  strcat,
  strcat_delim: strcatDelim,
  split,
  extract,
  extract_all: extractAll,
  extractall: extractAll,
  extract_json: extractJson,
  extractjson: extractJson,
  countof: countOf,
  hash,
  hash_xxhash64: hash,
  hash_many: hashMany,
  tohex: toHex,
};
