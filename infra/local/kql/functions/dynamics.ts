/** Makers of arrays and bags. */
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, columnValue, constant, constantArray } from '../plan/values';
import type { FunctionBuilder } from './spec';

export function bagOf(pairs: readonly (readonly [Value, Value])[]): Value {
  if (pairs.length === 0) return constant('dynamic', '{}');
  const args = pairs.flatMap(([key, value]) => [convert(key, 'string'), convert(value, 'dynamic')]);
  return call('dynamic', args, (...sql) => `json_object(${sql.join(', ')})`);
}

const bagPack: FunctionBuilder = (context) => {
  const values = context.values();
  if (values.length % 2 !== 0) throw unsupported('bag_pack() with a key without value', context.node);
  const pairs: [Value, Value][] = [];
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [key, value] = [values[index], values[index + 1]];
    if (key !== undefined && value !== undefined) pairs.push([key, value]);
  }
  return bagOf(pairs);
};

const packArray: FunctionBuilder = (context) => {
  const star = context.arguments.some((argument) => argument.kind === 'star');
  const values = star ? (context.row?.columns ?? []).map(columnValue) : context.values();
  if (values.length === 0) return constant('dynamic', '[]');
  return call(
    'dynamic',
    values.map((value) => convert(value, 'dynamic')),
    (...sql) => `json_array(${sql.join(', ')})`,
  );
};

/** The row as a bag; pack_all(true) leaves out what is null or empty. */
const packAll: FunctionBuilder = (context) => {
  const columns = context.row?.columns ?? [];
  const ignoreEmpty = context.arguments.length > 0 && context.value(0);
  const pairs = columns.map((column) => [constant('string', column.name), columnValue(column)] as const);
  if (ignoreEmpty === false || (ignoreEmpty.kind === 'constant' && ignoreEmpty.value === false)) return bagOf(pairs);
  const kept = pairs.map(([key, value]): [Value, Value] => [
    key,
    value.type === 'string' ? call('dynamic', [value], (s) => `to_json(nullif(${s}, ''))`) : convert(value, 'dynamic'),
  ]);
  return call('dynamic', [bagOf(kept)], (bag) => `json_merge_patch('{}'::JSON, ${bag})`);
};

/** The parser lets a constant array's length be known while compiling: filters on empty lists disappear. */
const arrayLength: FunctionBuilder = (context) => {
  const value = convert(context.value(0), 'dynamic');
  const array = constantArray(value);
  if (array !== undefined) return constant('long', BigInt(array.length));
  return call('long', [value], (j) => `CASE WHEN json_type(${j}) = 'ARRAY' THEN json_array_length(${j})::BIGINT END`);
};

/** Elements of all arrays, each once, in the order first seen; arrays known while compiling are united then. */
const setUnion: FunctionBuilder = (context) => {
  const values = context.values().map((value) => convert(value, 'dynamic'));
  const arrays = values.map(constantArray);
  if (arrays.every((array) => array !== undefined)) {
    const texts = arrays.flatMap((array) => array.map((item) => JSON.stringify(item)));
    return constant('dynamic', `[${[...new Set(texts)].join(',')}]`);
  }
  return call(
    'dynamic',
    values,
    (...js) => `kql_array(kql_first_seen(list_concat(${js.map((j) => `kql_list(${j})`).join(', ')})))`,
  );
};

/** Elements that range() makes at most, as in Kusto. */
const MAX_RANGE = 1_048_576;

/** Both ends included; numbers of any kind, datetimes and timespans. */
const range: FunctionBuilder = (context) => {
  const [from, to] = [context.value(0), context.value(1)];
  const step = context.arguments.length > 2 ? context.value(2) : undefined;
  if (from.type === 'datetime') {
    const args = [from, convert(to, 'datetime'), convert(step ?? constant('timespan', 36_000_000_000n), 'timespan')];
    return call(
      'dynamic',
      args,
      (a, b, n) =>
        `to_json(list_transform(${steps(`kql_between(${b}, ${a})`, n ?? '')}, lambda i: kql_datetime_text(kql_add(${a}, i * ${n}))))`,
    );
  }
  const type =
    from.type === 'timespan'
      ? 'timespan'
      : [from, to, step ?? from].some((value) => value.type === 'real')
        ? 'real'
        : 'long';
  const args = [from, to, step ?? constant('long', 1n)].map((value) => convert(value, type));
  const element = type === 'timespan' ? (x: string) => `kql_timespan_text(${x})` : (x: string) => x;
  return call(
    'dynamic',
    args,
    (a, b, n) =>
      `to_json(list_transform(${steps(`(${b} - ${a})`, n ?? '')}, lambda i: ${element(`(${a} + i * ${n})`)}))`,
  );
};

function steps(distance: string, step: string): string {
  return `range(0, least(greatest(floor(CAST(${distance} AS DOUBLE) / nullif(${step}, 0) + 1e-9) + 1, 0), ${MAX_RANGE})::BIGINT)`;
}

export const DYNAMIC_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  bag_pack: bagPack,
  pack: bagPack,
  pack_dictionary: bagPack,
  pack_array: packArray,
  pack_all: packAll,
  range,
  set_union: setUnion,
  array_length: arrayLength,
  arraylength: arrayLength,
};
