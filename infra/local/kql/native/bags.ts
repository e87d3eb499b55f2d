/** Functions over bags: members by path, keys with values, canonical texts, schemas. */
import { parseJson } from '../series/values';
import { bagJson, elementTexts, memberTexts } from './json';
import type { NativeFunction, NativeTable } from './native';

/** The keys of `$.a['b'].c`; undefined for what is no such path. */
export function pathKeys(path: string): readonly string[] | undefined {
  const keys: string[] = [];
  const step = /\.([^.[\]'"]+)|\['([^']*)'\]|\["([^"]*)"\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null) return undefined;
    keys.push(found[1] ?? found[2] ?? found[3] ?? '');
  }
  return keys.length === 0 ? undefined : keys;
}

function keysOf(key: string): readonly string[] | undefined {
  return key.startsWith('$.') || key.startsWith('$[') ? pathKeys(key) : [key];
}

function withKey(json: string, keys: readonly string[], value: string): string {
  const [key = '', ...rest] = keys;
  const members = memberTexts(json) ?? new Map<string, string>();
  members.set(key, rest.length === 0 ? value : withKey(members.get(key) ?? '{}', rest, value));
  return bagJson(members);
}

function withoutKey(json: string, keys: readonly string[]): string {
  const members = memberTexts(json);
  const [key = '', ...rest] = keys;
  const inner = members?.get(key);
  if (members === undefined || inner === undefined) return json;
  if (rest.length === 0) members.delete(key);
  else members.set(key, withoutKey(inner, rest));
  return bagJson(members);
}

const setKey: NativeFunction = (json, key, value) => {
  const keys = keysOf(key ?? '');
  if (keys === undefined) throw new Error(`bag_set_key() cannot read the path '${key}'`);
  return json?.startsWith('{') ? withKey(json, keys, value ?? 'null') : null;
};

const removeKeys: NativeFunction = (json, keys) => {
  const paths = parseJson(keys);
  if (!json?.startsWith('{') || !Array.isArray(paths)) return null;
  return paths.reduce((made: string, key: unknown) => {
    const path = typeof key === 'string' ? keysOf(key) : undefined;
    return path === undefined ? made : withoutKey(made, path);
  }, json);
};

/** Keys that are no texts take no part, nor do values without key; keys without value get null. */
const zipped: NativeFunction = (keys, values) => {
  const [names, texts] = [parseJson(keys), elementTexts(values) ?? []];
  if (!Array.isArray(names)) return null;
  const pairs = names.flatMap((name: unknown, index) =>
    typeof name === 'string' ? [[name, texts[index] ?? 'null'] as const] : [],
  );
  return bagJson(new Map(pairs));
};

function canonical(json: string): string {
  const members = memberTexts(json);
  if (members !== undefined) {
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
    return bagJson(new Map(sorted.map(([key, value]) => [key, canonical(value)])));
  }
  const items = elementTexts(json);
  return items === undefined ? json : `[${items.map(canonical).join(',')}]`;
}

/** A scalar as its text, arrays and bags as JSON with sorted keys. */
const toJson: NativeFunction = (json) => {
  if (json === null || json === undefined) return null;
  const value = parseJson(json);
  return typeof value === 'string' ? value : canonical(json);
};

/** What an array of values can be: scalar types, keys with theirs, and what stands in arrays. */
interface Schema {
  readonly scalars: Set<string>;
  readonly members: Map<string, Schema>;
  items: Schema | undefined;
}

const newSchema = (): Schema => ({ scalars: new Set(), members: new Map(), items: undefined });

function admit(schema: Schema, json: string): void {
  const [members, items] = [memberTexts(json), elementTexts(json)];
  for (const [key, value] of members ?? []) {
    const inner = schema.members.get(key) ?? newSchema();
    schema.members.set(key, inner);
    admit(inner, value);
  }
  for (const item of items ?? []) {
    schema.items ??= newSchema();
    admit(schema.items, item);
  }
  if (members !== undefined || items !== undefined || json === 'null') return;
  const value: unknown = JSON.parse(json);
  const whole = /[.eE]/.test(json) ? 'double' : 'long';
  schema.scalars.add(typeof value === 'number' ? whole : typeof value === 'boolean' ? 'bool' : 'string');
}

function schemaJson({ scalars, members, items }: Schema): string {
  const parts = [...scalars].map((name) => JSON.stringify(name));
  const named = [...members].map(([key, inner]) => [key, schemaJson(inner)] as const);
  const all = items === undefined ? named : [...named, ['`indexer`', schemaJson(items)] as const];
  if (all.length > 0) parts.push(bagJson(new Map(all)));
  return parts.length === 1 ? (parts[0] ?? '""') : `[${parts.join(',')}]`;
}

const buildSchema: NativeFunction = (values) => {
  const schema = newSchema();
  for (const text of elementTexts(values) ?? []) admit(schema, text);
  return schemaJson(schema);
};

export const BAGS: NativeTable = {
  bag_set_key: [3, setKey],
  bag_remove_keys: [2, removeKeys],
  bag_zip: [2, zipped],
  dynamic_to_json: [1, toJson],
  buildschema: [1, buildSchema],
};
