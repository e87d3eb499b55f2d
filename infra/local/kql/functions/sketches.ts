/**
 * hll and tdigest: what Kusto estimates from small states is computed exactly here. The state is a JSON array of the values
 * themselves, each once (hll) or all of them in order (tdigest).
 */
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call } from '../plan/values';
import { aggregate } from './aggregate';
import type { FunctionBuilder } from './spec';

const asState = (value: Value) => convert(value, 'dynamic');

/** @param filterAt where the …_if form has its condition. */
export function distinctValues(filterAt?: number): FunctionBuilder {
  return (context) => {
    const condition = filterAt === undefined ? undefined : convert(context.value(filterAt), 'bool');
    return aggregate(
      'dynamic',
      [asState(context.value(0))],
      ([x], { filter }) => `coalesce(to_json(list_distinct(list(${x})${filter})), '[]'::JSON)`,
      condition,
    );
  };
}

export const mergedDistinct: FunctionBuilder = (context) =>
  aggregate(
    'dynamic',
    [asState(context.value(0))],
    ([x], { filter }) => `coalesce(to_json(list_distinct(flatten(list(kql_list(${x}))${filter}))), '[]'::JSON)`,
  );

export const orderedValues: FunctionBuilder = (context) => {
  if (context.arguments.length > 1) throw unsupported('tdigest() with weights', context.node);
  return aggregate(
    'dynamic',
    [asState(context.value(0))],
    ([x], { filter }) =>
      `coalesce(to_json(kql_sorted(list_filter(list(${x})${filter}, lambda e: e IS NOT NULL))), '[]'::JSON)`,
  );
};

export const mergedOrdered: FunctionBuilder = (context) =>
  aggregate(
    'dynamic',
    [asState(context.value(0))],
    ([x], { filter }) => `coalesce(to_json(kql_sorted(flatten(list(kql_list(${x}))${filter}))), '[]'::JSON)`,
  );

const joined = (wrap: (list: string) => string): FunctionBuilder => {
  return (context) =>
    call('dynamic', context.values().map(asState), (...states) =>
      wrap(`list_concat(${[...states.map((state) => `kql_list(${state})`), '[]'].join(', ')})`),
    );
};

/** The value of the nearest rank; with a type literal as that type. */
const percentileOf: FunctionBuilder = (context) => {
  const share = convert(context.value(1), 'real');
  const found = call(
    'dynamic',
    [asState(context.value(0)), share],
    (state, p) => `kql_list(${state})[kql_nearest_rank(len(kql_list(${state})), ${p})]`,
  );
  const type = context.arguments[2];
  if (type === undefined) return found;
  if (type.kind !== 'typeof' || type.named === undefined) throw unsupported('That type', context.node);
  return convert(found, type.named);
};

/** Shares one by one or in one array. */
const percentilesOf: FunctionBuilder = (context) => {
  const [state, ...shares] = context.values();
  if (state === undefined || shares.length === 0)
    throw unsupported('percentiles_array_tdigest() without shares', context.node);
  return call(
    'dynamic',
    [asState(state), ...shares.map((share) => convert(share, 'dynamic'))],
    (sketch, ...given) =>
      `to_json(list_transform(flatten([${given.map((p) => `kql_flat(${p})`).join(', ')}]),
        lambda p: kql_list(${sketch})[kql_nearest_rank(len(kql_list(${sketch})), kql_real(p ->> '$'))]))`,
  );
};

/** How many values are not above one, or their share in percent. */
function rankOf(percent: boolean): FunctionBuilder {
  return (context) =>
    call('real', [asState(context.value(0)), convert(context.value(1), 'real')], (state, x) => {
      const rank = `len(list_filter(kql_reals(${state}), lambda e: e <= ${x}))`;
      return percent ? `(100.0 * ${rank} / nullif(len(kql_list(${state})), 0))` : `CAST(${rank} AS DOUBLE)`;
    });
}

const isState: FunctionBuilder = (context) =>
  call('bool', [asState(context.value(0))], (state) => `kql_is_array(${state})`);

export const SKETCH_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  dcount_hll: (context) =>
    call('long', [asState(context.value(0))], (state) => `CAST(json_array_length(${state}) AS BIGINT)`),
  hll_merge: joined((list) => `to_json(list_distinct(${list}))`),
  hll_isvalid: isState,
  tdigest_merge: joined((list) => `to_json(kql_sorted(${list}))`),
  merge_tdigest: joined((list) => `to_json(kql_sorted(${list}))`),
  tdigest_isvalid: isState,
  percentile_tdigest: percentileOf,
  percentiles_array_tdigest: percentilesOf,
  percentrank_tdigest: rankOf(true),
  rank_tdigest: rankOf(false),
};
