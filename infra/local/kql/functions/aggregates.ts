/** Aggregate functions of summarize. arg_max and arg_min, which make several columns, are in build/operators/summarize.ts. */

import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, constant, constantArray, isConstant } from '../plan/values';
import type { KqlType } from '../types';
import { duckDbType } from '../types';
import { aggregate } from './aggregate';
import { nativeSql } from './native';
import { distinctValues, mergedDistinct, mergedOrdered, orderedValues } from './sketches';
import type { CallContext, FunctionBuilder } from './spec';

const DEFAULT_CAPACITY = 1_048_576n;

function filterOf(context: CallContext, index: number | undefined): Value | undefined {
  return index === undefined ? undefined : convert(context.value(index), 'bool');
}

/** Numbers as they are, timespans as ticks, everything else as real. */
function numeric(value: Value): Value {
  return ['int', 'long', 'real', 'decimal', 'timespan'].includes(value.type) ? value : convert(value, 'real');
}

function sumType(type: KqlType): KqlType {
  return type === 'int' ? 'long' : type;
}

/** `filterAt`: where the …if form has its condition. */
function sum(filterAt?: number): FunctionBuilder {
  return (context) => {
    const value = numeric(context.value(0));
    const type = sumType(value.type);
    return aggregate(
      type,
      [value],
      ([x], { filter }) => `coalesce(CAST(sum(${x})${filter} AS ${duckDbType(type)}), 0)`,
      filterOf(context, filterAt),
    );
  };
}

/** The mean of timespans is a timespan, of anything else a real. */
function avg(filterAt?: number): FunctionBuilder {
  return (context) => {
    const value = context.value(0);
    if (value.type === 'timespan' || value.type === 'datetime') {
      const ticks = call('long', [value], (x) => (value.type === 'datetime' ? `epoch_us(${x})` : x));
      const whole = aggregate(
        'long',
        [ticks],
        ([x], { filter }) => `CAST(round(avg(${x})${filter}) AS BIGINT)`,
        filterOf(context, filterAt),
      );
      return value.type === 'timespan'
        ? call('timespan', [whole], (x) => x)
        : call('datetime', [whole], (x) => `make_timestamp(${x})`);
    }
    return aggregate(
      'real',
      [convert(value, 'real')],
      ([x], { filter }) => `avg(${x})${filter}`,
      filterOf(context, filterAt),
    );
  };
}

/** min and max; over texts the empty one for no rows. */
function extreme(name: 'min' | 'max', filterAt?: number): FunctionBuilder {
  return (context) => {
    const value = context.value(0);
    if (value.type === 'dynamic') throw unsupported(`${name}() of a dynamic; convert it first`, context.node);
    return aggregate(
      value.type,
      [value],
      ([x], { filter }) => withDefault(`${name}(${x})${filter}`, value.type),
      filterOf(context, filterAt),
    );
  };
}

function withDefault(sql: string, type: KqlType): string {
  return type === 'string' ? `coalesce(${sql}, '')` : sql;
}

const count: FunctionBuilder = () => aggregate('long', [], (_, { filter }) => `count(*)${filter}`);

const countIf: FunctionBuilder = (context) =>
  aggregate('long', [], (_, { filter }) => `count(*)${filter}`, convert(context.value(0), 'bool'));

/** Exact, where Kusto estimates: reproducible results matter more here. */
function distinctCount(filterAt?: number): FunctionBuilder {
  return (context) =>
    aggregate(
      'long',
      [plain(context.value(0))],
      ([x], { filter }) => `count(DISTINCT ${x})${filter}`,
      filterOf(context, filterAt),
    );
}

function plain(value: Value): Value {
  return value.type === 'dynamic' ? call('string', [value], (x) => `CAST(${x} AS VARCHAR)`) : value;
}

/** A set or list as a JSON array, at most `capacity` elements; nulls are left out, empty texts are kept. */
function collect(distinct: boolean, filterAt?: number): FunctionBuilder {
  return (context) => {
    const value = context.value(0);
    const capacity = capacityOf(context, filterAt === undefined ? 1 : 2);
    const element = value.type === 'dynamic' || !needsJson(value.type) ? value : convert(value, 'dynamic');
    const condition = filterOf(context, filterAt);
    const present = call('bool', [element], (x) => `(${x} IS NOT NULL)`);
    const filter: Value =
      condition === undefined
        ? present
        : { kind: 'logic', type: 'bool', operator: 'and', operands: [present, condition] };
    const flat = value.type === 'dynamic' && distinct;
    const order = distinct ? [] : (context.row?.order ?? []);
    return aggregate(
      'dynamic',
      [element],
      ([x], clauses) => {
        const items =
          distinct && !flat ? `list(DISTINCT ${x})` : flat ? `list(kql_flat(${x}))` : `list(${x}${clauses.order})`;
        const list = flat ? `kql_first_seen(flatten(${items}${clauses.filter}))` : `${items}${clauses.filter}`;
        return `coalesce(to_json(list_slice(${list}, 1, ${capacity})), '[]'::JSON)`;
      },
      filter,
      order,
    );
  };
}

/** Types whose JSON form to_json would write otherwise than Kusto. */
function needsJson(type: KqlType): boolean {
  return type === 'datetime' || type === 'timespan' || type === 'real' || type === 'guid' || type === 'decimal';
}

function capacityOf(context: CallContext, index: number): bigint {
  if (context.arguments.length <= index) return DEFAULT_CAPACITY;
  const capacity = context.value(index);
  if (isConstant(capacity) && typeof capacity.value === 'bigint' && capacity.value >= 0n) {
    return capacity.value < DEFAULT_CAPACITY ? capacity.value : DEFAULT_CAPACITY;
  }
  throw unsupported(`${context.node.name}() with a computed size`, context.node);
}

/** Any value of the group; here the first that is not null. */
function takeAny(filterAt?: number): FunctionBuilder {
  return (context) => {
    const value = context.value(0);
    return aggregate(
      value.type,
      [value],
      ([x], { filter }) => withDefault(`any_value(${x})${filter}`, value.type),
      filterOf(context, filterAt),
    );
  };
}

/** The smallest value that at least so many percent do not exceed. */
export function percentileValue(value: Value, percent: Value, context: CallContext): Value {
  const share = shareOf(percent, context);
  const number = value.type === 'dynamic' || value.type === 'string' ? convert(value, 'real') : value;
  const type = sumType(number.type);
  return aggregate(
    type,
    [number],
    ([x], { filter }) => `CAST(quantile_disc(${x}, ${share})${filter} AS ${duckDbType(type)})`,
  );
}

function shareOf(percent: Value, context: CallContext): number {
  if (!isConstant(percent) || percent.value === null) throw unsupported('A computed percentile', context.node);
  const share = Number(percent.value) / 100;
  if (!(share >= 0 && share <= 1)) throw unsupported('A percentile outside 0 to 100', context.node);
  return share;
}

/** Like percentileValue(), each value counted as often as its weight says. */
export function weightedPercentile(given: Value, weight: Value, percent: Value, context: CallContext): Value {
  const share = shareOf(percent, context);
  const value = numeric(given);
  const type = sumType(value.type);
  return aggregate(
    type,
    [value, convert(weight, 'long')],
    ([x, w], { filter }) =>
      `CAST(kql_weighted(list({v: ${x}, w: ${w}} ORDER BY ${x}) FILTER (${x} IS NOT NULL AND ${w} > 0)${filter}, ${share}) AS ${duckDbType(type)})`,
  );
}

/** The shares of percentiles_array: one by one, or in one constant array. */
function sharesOf(given: readonly Value[]): readonly Value[] {
  return given.flatMap((share) => constantArray(share)?.map((item) => constant('real', Number(item))) ?? [share]);
}

function arrayOf(values: readonly Value[]): Value {
  return call(
    'dynamic',
    values.map((value) => convert(value, 'dynamic')),
    (...sql) => `json_array(${sql.join(', ')})`,
  );
}

const percentilesArray: FunctionBuilder = (context) => {
  const [value, ...shares] = context.values();
  if (value === undefined) throw unsupported('percentiles_array() without arguments', context.node);
  return arrayOf(sharesOf(shares).map((share) => percentileValue(value, share, context)));
};

const percentilesWeightedArray: FunctionBuilder = (context) => {
  const [value, weight, ...shares] = context.values();
  if (value === undefined || weight === undefined)
    throw unsupported('percentilesw_array() without weights', context.node);
  return arrayOf(sharesOf(shares).map((share) => weightedPercentile(value, weight, share, context)));
};

const percentileWeighted: FunctionBuilder = (context) =>
  weightedPercentile(context.value(0), context.value(1), context.value(2), context);

/** Over the sample (n - 1) or the population, of pairs without null; 0 for a single pair. */
function covariance(name: string, filterAt?: number): FunctionBuilder {
  return (context) =>
    aggregate(
      'real',
      [convert(context.value(0), 'real'), convert(context.value(1), 'real')],
      ([x, y], { filter }) => `coalesce(${name}(${x}, ${y})${filter}, 0)`,
      filterOf(context, filterAt),
    );
}

/** Nulls stay, in the rows' order. */
const listWithNulls: FunctionBuilder = (context) =>
  aggregate(
    'dynamic',
    [convert(context.value(0), 'dynamic')],
    ([x], { order, filter }) =>
      `coalesce(to_json(list_slice(list(${x}${order})${filter}, 1, ${DEFAULT_CAPACITY})), '[]'::JSON)`,
    undefined,
    context.row?.order ?? [],
  );

const buildSchema: FunctionBuilder = (context) =>
  aggregate('dynamic', [convert(context.value(0), 'dynamic')], ([x], { filter }) =>
    nativeSql('buildschema', 1, 'dynamic')(`to_json(list(${x})${filter})`),
  );

const percentile: FunctionBuilder = (context) => percentileValue(context.value(0), context.value(1), context);

/** Over the sample (n - 1) or the population; 0 for a single row. */
function spread(name: string, filterAt?: number): FunctionBuilder {
  return (context) =>
    aggregate(
      'real',
      [convert(context.value(0), 'real')],
      ([x], { filter }) => `coalesce(${name}(${x})${filter}, 0)`,
      filterOf(context, filterAt),
    );
}

/** All bags of the group in one; the first value of a key stays. */
function makeBag(filterAt?: number): FunctionBuilder {
  return (context) => {
    const value = convert(context.value(0), 'dynamic');
    const bags = call('bool', [value], (j) => `kql_is_bag(${j})`);
    const condition = filterOf(context, filterAt);
    const filter: Value =
      condition === undefined ? bags : { kind: 'logic', type: 'bool', operator: 'and', operands: [bags, condition] };
    return aggregate(
      'dynamic',
      [value],
      ([j], clauses) =>
        `coalesce(list_reduce(list(${j}${clauses.order})${clauses.filter}, lambda a, b: kql_merge(a, b)), '{}'::JSON)`,
      filter,
      context.row?.order ?? [],
    );
  };
}

function bits(name: string): FunctionBuilder {
  return (context) => aggregate('long', [convert(context.value(0), 'long')], ([x]) => `${name}(${x})`);
}

export const AGGREGATES: Readonly<Record<string, FunctionBuilder>> = {
  count,
  countif: countIf,
  sum: sum(),
  sumif: sum(1),
  avg: avg(),
  avgif: avg(1),
  min: extreme('min'),
  minif: extreme('min', 1),
  max: extreme('max'),
  maxif: extreme('max', 1),
  dcount: distinctCount(),
  dcountif: distinctCount(1),
  count_distinct: distinctCount(),
  count_distinctif: distinctCount(1),
  make_set: collect(true),
  makeset: collect(true),
  make_set_if: collect(true, 1),
  make_list: collect(false),
  makelist: collect(false),
  make_list_if: collect(false, 1),
  take_any: takeAny(),
  any: takeAny(),
  take_anyif: takeAny(1),
  anyif: takeAny(1),
  percentile,
  stdev: spread('stddev_samp'),
  stdevif: spread('stddev_samp', 1),
  stdevp: spread('stddev_pop'),
  variance: spread('var_samp'),
  varianceif: spread('var_samp', 1),
  variancep: spread('var_pop'),
  make_bag: makeBag(),
  make_bag_if: makeBag(1),
  binary_all_and: bits('bit_and'),
  binary_all_or: bits('bit_or'),
  binary_all_xor: bits('bit_xor'),
  percentilew: percentileWeighted,
  percentiles_array: percentilesArray,
  percentilesw_array: percentilesWeightedArray,
  variancepif: spread('var_pop', 1),
  covariance: covariance('covar_samp'),
  covarianceif: covariance('covar_samp', 2),
  covariancep: covariance('covar_pop'),
  covariancepif: covariance('covar_pop', 2),
  make_dictionary: makeBag(),
  make_list_with_nulls: listWithNulls,
  buildschema: buildSchema,
  hll: distinctValues(),
  hll_if: distinctValues(1),
  hll_merge: mergedDistinct,
  tdigest: orderedValues,
  tdigest_merge: mergedOrdered,
  merge_tdigest: mergedOrdered,
};
