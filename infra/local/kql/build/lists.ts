/** in, in~, has_any, has_all: over listed values, dynamic arrays, and tables. */
import type { ListTestNode } from '../../../../shared/kql/language';
import type { Value } from '../plan/nodes';
import { call, columnValue, constantArray, constantOfJson, FALSE, isConstant, logic, not } from '../plan/values';
import type { Builder, Row, Scope } from './builder';
import { isRelation, lookUp, unsupported } from './builder';
import { comparisonType, convert } from './convert';
import { anyTerm, textTest } from './textTests';

/** What stands in the brackets: single values, arrays known only when running, and tables. */
type Option =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'array'; readonly value: Value }
  | { readonly kind: 'table'; readonly relation: Extract<Value, { kind: 'member' }>['plan']; readonly column: Value };

export function listTest(node: ListTestNode, builder: Builder, scope: Scope, row: Row | undefined): Value {
  const left = builder.scalar(node.left, scope, row);
  const options = node.values.flatMap((value) => optionsOf(value, builder, scope, row));
  if (node.test === 'in') {
    const found = membership(left, options, node.caseSensitive, row);
    return node.negated ? not(found) : found;
  }
  const all = node.test === 'has_all';
  const terms = all ? [] : options.flatMap(constantText);
  if (terms.length < FEW_TERMS) {
    const tests = options.map((option) => termTest(left, option, all));
    return logic(all ? 'and' : 'or', tests);
  }
  const others = options.filter((option) => constantText(option).length === 0);
  return logic('or', [anyTerm(left, terms), ...others.map((option) => termTest(left, option, all))]);
}

/** So few are faster one by one, each behind a plain search. */
const FEW_TERMS = 8;

function constantText(option: Option): readonly string[] {
  if (option.kind !== 'value') return [];
  const text = convert(option.value, 'string');
  return isConstant(text) ? [String(text.value)] : [];
}

function optionsOf(
  expression: ListTestNode['values'][number],
  builder: Builder,
  scope: Scope,
  row: Row | undefined,
): readonly Option[] {
  const tabular =
    expression.type === undefined || (expression.kind === 'name' && lookUp(scope, expression.name)?.kind === 'table');
  if (tabular) {
    const relation = builder.relation(expression, scope);
    const [column] = relation.columns;
    if (!isRelation(relation) || column === undefined) throw unsupported('A table without columns here', expression);
    return [{ kind: 'table', relation: relation.plan, column: columnValue(column) }];
  }
  const value = builder.scalar(expression, scope, row);
  if (value.type !== 'dynamic') return [{ kind: 'value', value }];
  const array = constantArray(value);
  if (array !== undefined) return array.map((item) => ({ kind: 'value', value: constantOfJson(item) }));
  if (isConstant(value)) {
    return value.value === null ? [] : [{ kind: 'value', value: constantOfJson(JSON.parse(String(value.value))) }];
  }
  return [{ kind: 'array', value }];
}

function membership(left: Value, options: readonly Option[], caseSensitive: boolean, row: Row | undefined): Value {
  const fold = (value: Value) =>
    caseSensitive ? value : call('string', [convert(value, 'string')], (s) => `lower(${s})`);
  const single = options.filter((option) => option.kind === 'value').map((option) => option.value);
  const tests: Value[] = [];
  for (const [type, values] of byComparisonType(left, single, caseSensitive)) {
    tests.push({
      kind: 'oneOf',
      type: 'bool',
      value: fold(convert(left, type)),
      options: values.map((value) => fold(convert(value, type))),
    });
  }
  for (const option of options) {
    if (option.kind === 'array') {
      const texts = caseSensitive ? 'kql_texts' : 'kql_lower_texts';
      const text = fold(convert(left, 'string'));
      tests.push(call('bool', [option.value, text], (a, t) => `coalesce(list_contains(${texts}(${a}), ${t}), false)`));
    } else if (option.kind === 'table') {
      const type = caseSensitive ? (comparisonType(left, option.column) ?? 'string') : 'string';
      const member: Value = {
        kind: 'member',
        type: 'bool',
        value: fold(convert(left, type)),
        plan: option.relation,
        option: fold(convert(option.column, type)),
      };
      // As a column of its own the test is a hash join; OR-ed within a filter DuckDB would run it row against row.
      tests.push(row?.hoist?.(member) ?? member);
    }
  }
  return tests.length === 0 ? FALSE : logic('or', tests);
}

function byComparisonType(left: Value, values: readonly Value[], caseSensitive: boolean) {
  const groups = new Map<Value['type'], Value[]>();
  for (const value of values) {
    const type = caseSensitive ? (comparisonType(left, value) ?? 'string') : 'string';
    groups.set(type, [...(groups.get(type) ?? []), value]);
  }
  return groups;
}

function termTest(left: Value, option: Option, all: boolean): Value {
  if (option.kind === 'value') return textTest('has', false, false, left, option.value);
  const terms = option.kind === 'array' ? call('dynamic', [option.value], (a) => `kql_texts(${a})`) : textsOf(option);
  // No term fails has_all over an empty list, none succeeds in has_any.
  return all
    ? call(
        'bool',
        [convert(left, 'string'), terms],
        (s, list) => `(coalesce(len(list_filter(${list}, lambda t: NOT (kql_has(${s}, t)))), 0) = 0)`,
      )
    : call(
        'bool',
        [convert(left, 'string'), terms],
        (s, list) => `(coalesce(len(list_filter(${list}, lambda t: kql_has(${s}, t))), 0) > 0)`,
      );
}

/** The different texts of a table's column, as a list of DuckDB's that only the SQL here handles. */
function textsOf({ relation, column }: Extract<Option, { kind: 'table' }>): Value {
  const id = 'texts';
  const texts: Value = {
    kind: 'aggregate',
    type: 'dynamic',
    arguments: [convert(column, 'string')],
    sql: ([text]) => `list(DISTINCT ${text})`,
    filter: undefined,
    order: [],
  };
  const plan = { kind: 'aggregate', input: relation, keys: [], aggregates: [{ id, value: texts }] } as const;
  return { kind: 'subquery', type: 'dynamic', plan, value: { kind: 'column', id, type: 'dynamic' } };
}
