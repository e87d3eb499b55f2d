/** iff, case, coalesce, not, the tests for null and emptiness, min_of and max_of, column_ifexists. */
import { findColumn, unsupported } from '../build/builder';
import { commonType, convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, columnValue, constant, constantArray, isConstant, not } from '../plan/values';
import type { KqlType } from '../types';
import type { CallContext, FunctionBuilder } from './spec';

/** One type for all branches: the parser's, else the common one. */
export function unify(values: readonly Value[], declared: KqlType | undefined, context: CallContext): readonly Value[] {
  const types = values.filter((value) => !(isConstant(value) && value.value === null)).map((value) => value.type);
  const common = types.reduce<KqlType | undefined>(
    (type, next) =>
      type === undefined
        ? undefined
        : type === 'dynamic' || next === 'dynamic'
          ? dynamicOr(type, next)
          : commonType(type, next),
    types[0],
  );
  const type = declared ?? common ?? (types.length === 0 ? values[0]?.type : undefined);
  if (type === undefined) throw unsupported(`${context.node.name}() over ${types.join(' and ')}`, context.node);
  return values.map((value) => convert(value, type));
}

function dynamicOr(left: KqlType, right: KqlType): KqlType {
  return left === right ? left : 'dynamic';
}

/** if, then, if, then …, else. A null condition counts as false. */
function choose(conditions: readonly Value[], results: readonly Value[], context: CallContext): Value {
  const [otherwise, ...known] = [...results].reverse();
  if (otherwise === undefined) throw unsupported(`${context.node.name}() without arguments`, context.node);
  const branches: { readonly condition: Value; readonly result: Value }[] = [];
  let fallback = otherwise;
  for (const [index, condition] of conditions.entries()) {
    const result = known.at(-1 - index);
    if (result === undefined) break;
    if (isConstant(condition) && condition.value !== true) continue;
    if (isConstant(condition)) {
      fallback = result;
      break;
    }
    branches.push({ condition, result });
  }
  const unified = unify([...branches.map((branch) => branch.result), fallback], context.node.type, context);
  const last = unified.at(-1) ?? fallback;
  if (branches.length === 0) return last;
  const args = branches.flatMap((branch, index) => [branch.condition, unified[index] ?? branch.result]);
  return call(last.type, [...args, last], (...sql) => {
    const whens: string[] = [];
    for (let index = 0; index + 1 < sql.length; index += 2) whens.push(`WHEN ${sql[index]} THEN ${sql[index + 1]}`);
    return `CASE ${whens.join(' ')} ELSE ${sql.at(-1)} END`;
  });
}

const iff: FunctionBuilder = (context) =>
  choose([convert(context.value(0), 'bool')], [context.value(1), context.value(2)], context);

const caseOf: FunctionBuilder = (context) => {
  const values = context.values();
  const last = values.at(-1);
  if (last === undefined || values.length % 2 === 0) throw unsupported('case() without an else', context.node);
  const pairs = values.slice(0, -1);
  const conditions = pairs.filter((_, index) => index % 2 === 0).map((value) => convert(value, 'bool'));
  const results = pairs.filter((_, index) => index % 2 === 1);
  return choose(conditions, [...results, last], context);
};

/** The first that is not null (for strings: not empty). */
const coalesce: FunctionBuilder = (context) => {
  const values = unify(context.values(), context.node.type, context);
  const type = values[0]?.type ?? 'string';
  const [first] = values;
  if (first !== undefined && isConstant(first) && first.value !== null && first.value !== '') return first;
  return type === 'string'
    ? call(type, values, (...sql) => `coalesce(${sql.map((s) => `nullif(${s}, '')`).join(', ')}, '')`)
    : call(type, values, (...sql) => `coalesce(${sql.join(', ')})`);
};

function isNullValue(value: Value): Value {
  if (value.type === 'string') return constant('bool', false);
  if (isConstant(value)) return constant('bool', value.value === null);
  return call('bool', [value], (x) => `(${x} IS NULL)`);
}

function isEmptyValue(value: Value): Value {
  if (value.type === 'string') {
    return isConstant(value) ? constant('bool', value.value === '') : call('bool', [value], (s) => `(${s} = '')`);
  }
  if (value.type === 'dynamic') {
    const array = constantArray(value);
    return array === undefined
      ? call('bool', [value], (j) => `(coalesce(${j} ->> '$', '') = '')`)
      : constant('bool', false);
  }
  return isNullValue(value);
}

function extreme(sqlFunction: string): FunctionBuilder {
  return (context) => {
    const values = context.values();
    const type = values
      .map((value) => value.type)
      .reduce<KqlType>((left, right) => commonType(left, right) ?? left, values[0]?.type ?? 'long');
    return call(
      type,
      values.map((value) => convert(value, type)),
      (...sql) => `${sqlFunction}(${sql.join(', ')})`,
    );
  };
}

/** column_ifexists("name", default): the name must be known once functions are expanded. */
const columnIfExists: FunctionBuilder = (context) => {
  const name = context.value(0);
  if (!isConstant(name) || name.type !== 'string')
    throw unsupported('column_ifexists() with a computed name', context.node);
  const column = findColumn(context.row?.columns ?? [], String(name.value));
  return column === undefined ? context.value(1) : columnValue(column);
};

export const CONDITIONAL_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  iff,
  iif: iff,
  case: caseOf,
  coalesce,
  not: (context) => not(convert(context.value(0), 'bool')),
  isnull: (context) => isNullValue(context.value(0)),
  isnotnull: (context) => not(isNullValue(context.value(0))),
  notnull: (context) => not(isNullValue(context.value(0))),
  isempty: (context) => isEmptyValue(context.value(0)),
  isnotempty: (context) => not(isEmptyValue(context.value(0))),
  notempty: (context) => not(isEmptyValue(context.value(0))),
  min_of: extreme('least'),
  max_of: extreme('greatest'),
  column_ifexists: columnIfExists,
  columnifexists: columnIfExists,
};
