/**
 * parse-kv: named values out of a text of pairs, by delimiters, by every character that is no letter or digit, or by a regular
 * expression of two groups. Plain delimiters and the expression are SQL; quotes and greedy values are parsed by native code.
 */
import type { ParseKvOperator } from '../../../../../shared/kql/language';
import { nativeSql } from '../../functions/native';
import type { ParseKvOptions } from '../../native/parseKv';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, columnValue, constant, isConstant } from '../../plan/values';
import { stringLiteral } from '../../sql/text';
import { type Builder, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';
import { escapeRegex } from '../textTests';

export function parseKv(operator: ParseKvOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  if (operator.keys.length === 0) throw unsupported('parse-kv without keys', operator);
  const open = openRow(input, builder);
  const source: Computed = {
    id: builder.fresh('text'),
    value: convert(builder.scalar(operator.value, scope, open.row), 'string'),
  };
  const sourced = withComputed(open.input(), [source]);
  const { relation, textOf } = finder(operator, sourced, source.id, optionsOf(operator, scope, builder), builder);
  const columns: PlanColumn[] = [...input.columns];
  const computed: Computed[] = [];
  for (const [index, { name, type }] of operator.keys.entries()) {
    const column: PlanColumn = { id: builder.fresh(name), name, type };
    computed.push({ id: column.id, value: convert(textOf(index, name), type) });
    const at = columns.findIndex((existing) => existing.name === name);
    if (at < 0) columns.push(column);
    else columns[at] = column;
  }
  return { ...withComputed(relation, computed), columns };
}

type Options = ReadonlyMap<string, readonly string[]>;

const KNOWN = new Set(['pair_delimiter', 'kv_delimiter', 'quote', 'escape', 'regex', 'greedy']);

function optionsOf(operator: ParseKvOperator, scope: Scope, builder: Builder): Options {
  const options = new Map<string, string[]>();
  for (const { name, value: expression } of operator.options) {
    if (!KNOWN.has(name)) throw unsupported(`parse-kv with ${name}`, operator);
    const value = builder.scalar(expression, scope, undefined);
    if (!isConstant(value)) throw unsupported(`parse-kv with a computed ${name}`, expression);
    const text = value.value === null ? '' : String(value.value);
    if (text !== '') options.set(name, [...(options.get(name) ?? []), text]);
  }
  return options;
}

interface Finder {
  readonly relation: Relation;
  /** The text of a key, empty where there is none. */
  textOf(index: number, key: string): Value;
}

function finder(
  operator: ParseKvOperator,
  sourced: Relation,
  source: string,
  options: Options,
  builder: Builder,
): Finder {
  const one = (name: string) => options.get(name)?.[0];
  const regex = one('regex');
  if (regex !== undefined) {
    const pattern = stringLiteral(regex);
    return {
      relation: sourced,
      textOf: (_, key) =>
        call(
          'string',
          [],
          () =>
            `coalesce(regexp_extract_all(${source}, ${pattern}, 2)[list_position(regexp_extract_all(${source}, ${pattern}, 1), ${stringLiteral(key)})], '')`,
        ),
    };
  }
  const [pair, kv] = [one('pair_delimiter'), one('kv_delimiter')];
  if ((pair === undefined) !== (kv === undefined)) throw unsupported('parse-kv with one delimiter only', operator);
  const [quotes, escapes] = [options.get('quote') ?? [], options.get('escape') ?? []];
  if ([...quotes.map((text) => text.length - 1), ...escapes.map((text) => text.length)].some((length) => length > 1))
    throw unsupported('parse-kv with quotes or escapes of that length', operator);
  const greedy = one('greedy')?.toLowerCase() === 'true';
  if (pair !== undefined && kv !== undefined && quotes.length === 0 && !greedy) {
    const [before, after] = [escapeRegex(pair), escapeRegex(kv)];
    const pattern = (key: string) => `(?s)(?:^|${before})\\s*${escapeRegex(key)}\\s*${after}(.*?)(?:${before}|$)`;
    return {
      relation: sourced,
      textOf: (_, key) =>
        call('string', [], () => `trim(regexp_extract(${source}, ${stringLiteral(pattern(key))}, 1))`),
    };
  }
  const settings: ParseKvOptions = { pair, kv, quotes, escapes, greedy, keys: operator.keys.map(({ name }) => name) };
  const found: PlanColumn = { id: builder.fresh('found'), name: '', type: 'dynamic' };
  const value = call(
    'dynamic',
    [{ kind: 'column', id: source, type: 'string' }, constant('string', JSON.stringify(settings))],
    nativeSql('parse_kv', 2, 'dynamic'),
  );
  return {
    relation: withComputed(sourced, [{ id: found.id, value }]),
    textOf: (index) =>
      call('string', [columnValue(found)], (j) => `coalesce(json_extract_string(${j}, '$[${index}]'), '')`),
  };
}
