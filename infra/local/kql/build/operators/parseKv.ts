/** parse-kv: named values out of a text of pairs, by delimiters (with or without quotes) or by a regular expression of two groups. */
import type { ParseKvOperator } from '../../../../../shared/kql/language';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, isConstant } from '../../plan/values';
import { stringLiteral } from '../../sql/text';
import { type Builder, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';
import { escapeRegex } from '../textTests';

/** How the text of a key is found in the source's SQL. */
type Finder = (source: string, key: string) => string;

export function parseKv(operator: ParseKvOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  if (operator.keys.length === 0) throw unsupported('parse-kv without keys', operator);
  const open = openRow(input, builder);
  const source: Computed = {
    id: builder.fresh('text'),
    value: convert(builder.scalar(operator.value, scope, open.row), 'string'),
  };
  const find = finderOf(operator, scope, builder);
  const columns: PlanColumn[] = [...input.columns];
  const computed: Computed[] = [];
  for (const { name, type } of operator.keys) {
    const text: Value = call('string', [], () => `coalesce(${find(source.id, name)}, '')`);
    const column: PlanColumn = { id: builder.fresh(name), name, type };
    computed.push({ id: column.id, value: convert(text, type) });
    const at = columns.findIndex((existing) => existing.name === name);
    if (at < 0) columns.push(column);
    else columns[at] = column;
  }
  return { ...withComputed(withComputed(open.input(), [source]), computed), columns };
}

function finderOf(operator: ParseKvOperator, scope: Scope, builder: Builder): Finder {
  const option = (name: string): string | undefined => {
    const expression = operator.options.get(name);
    if (expression === undefined) return undefined;
    const value = builder.scalar(expression, scope, undefined);
    if (!isConstant(value)) throw unsupported(`parse-kv with a computed ${name}`, expression);
    return value.value === null ? undefined : String(value.value);
  };
  for (const name of operator.options.keys()) {
    if (!['pair_delimiter', 'kv_delimiter', 'quote', 'regex', 'greedy'].includes(name))
      throw unsupported(`parse-kv with ${name}`, operator);
  }
  if (option('greedy')?.toLowerCase() === 'true') throw unsupported('parse-kv with greedy=true', operator);
  const regex = option('regex');
  if (regex !== undefined) {
    const pattern = stringLiteral(regex);
    return (source, key) =>
      `regexp_extract_all(${source}, ${pattern}, 2)[list_position(regexp_extract_all(${source}, ${pattern}, 1), ${stringLiteral(key)})]`;
  }
  const [pair, kv, quote] = [option('pair_delimiter'), option('kv_delimiter'), option('quote')];
  if (quote !== undefined && [...quote].length > 2) throw unsupported('parse-kv with quotes of that length', operator);
  const quotes = quote === undefined || quote === '' ? undefined : [...quote];
  if (pair === undefined && kv === undefined) return undelimited(quotes);
  if (pair === undefined || kv === undefined || pair === '' || kv === '')
    throw unsupported('parse-kv with one delimiter of the two', operator);
  return delimited(escapeRegex(pair), escapeRegex(kv), quotes);
}

/** Whatever is no letter and no digit separates; a value is a run of them, or what stands in quotes. */
function undelimited(quotes: readonly string[] | undefined): Finder {
  const open = escapeRegex(quotes?.[0] ?? '');
  const close = escapeRegex(quotes?.[1] ?? quotes?.[0] ?? '');
  const quoted = quotes === undefined ? '' : `${open}([^${close}]*)${close}|`;
  return (source, key) => {
    const before = /^[\p{L}\p{N}]/u.test(key) ? '(?:^|[^\\p{L}\\p{N}])' : '';
    const text = stringLiteral(`(?s)${before}${escapeRegex(key)}[^\\p{L}\\p{N}]+?(?:${quoted}([\\p{L}\\p{N}]+))`);
    if (quotes === undefined) return `regexp_extract(${source}, ${text}, 1)`;
    return `coalesce(nullif(regexp_extract(${source}, ${text}, 1), ''), regexp_extract(${source}, ${text}, 2))`;
  };
}

/** The first pair of that key; blanks around keys and values do not count, delimiters inside quotes do not separate. */
function delimited(pair: string, kv: string, quotes: readonly string[] | undefined): Finder {
  if (quotes === undefined) {
    return (source, key) =>
      `trim(regexp_extract(${source}, ${stringLiteral(`(?s)(?:^|${pair})\\s*${escapeRegex(key)}\\s*${kv}(.*?)(?:${pair}|$)`)}, 1))`;
  }
  const open = escapeRegex(quotes[0] ?? '');
  const close = escapeRegex(quotes[1] ?? quotes[0] ?? '');
  const quoted = `${open}[^${close}]*${close}`;
  const other = `[^${open}]`;
  return (source, key) => {
    const name = escapeRegex(key);
    const start = `(?s)^(?:(?:${other}|${quoted})*?${pair})??\\s*(?:${open}${name}${close}|${name})\\s*${kv}\\s*`;
    const pattern = `${start}(?:${open}([^${close}]*)${close}|(${other}*?)\\s*(?:${pair}|$))`;
    const text = stringLiteral(pattern);
    return `coalesce(nullif(regexp_extract(${source}, ${text}, 1), ''), trim(regexp_extract(${source}, ${text}, 2)))`;
  };
}
