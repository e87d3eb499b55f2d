/**
 * Plugins that native code computes over all rows at once: the rows become one JSON array of arrays, and the answer, again such an
 * array, becomes rows. Times and spans travel as numbers of microseconds; other values as their JSON text, which is only compared.
 */
import { aggregate } from '../../../functions/aggregate';
import { nativeSql } from '../../../functions/native';
import type { Computed, PlanColumn, Relation, Value } from '../../../plan/nodes';
import { call, columnValue, constant } from '../../../plan/values';
import type { KqlType } from '../../../types';
import type { Builder } from '../../builder';
import { convert } from '../../convert';
import { withComputed } from '../../rows';

export interface NativeColumn {
  readonly name: string;
  readonly type: KqlType;
  /** How the answer's items are to be read: as in `asNumber` or as in `asText`. */
  readonly form: 'number' | 'text';
}

/** A point or a distance of an axis; null where the value is none. */
export function asNumber(value: Value): Value {
  if (value.type === 'datetime') return call('dynamic', [value], (t) => `to_json(epoch_us(${t}))`);
  if (value.type === 'timespan') return call('dynamic', [value], (n) => `to_json(${n} / 10.0::DOUBLE)`);
  return call('dynamic', [convert(value, 'real')], (x) => `to_json(${x})`);
}

/** Any value, to be compared and given back. */
export function asText(value: Value): Value {
  return call('dynamic', [convert(value, 'dynamic')], (j) => `to_json(CAST(${j} AS VARCHAR))`);
}

function read(item: Value, { type, form }: NativeColumn): Value {
  if (form === 'text')
    return convert(
      call('dynamic', [item], (j) => `TRY_CAST(${j} ->> '$' AS JSON)`),
      type,
    );
  if (type === 'datetime') return call(type, [item], (j) => `make_timestamp(CAST(${j} ->> '$' AS BIGINT))`);
  if (type === 'timespan') return call(type, [item], (j) => `CAST(CAST(${j} ->> '$' AS DOUBLE) * 10 AS BIGINT)`);
  return convert(item, type);
}

/** @param cells a row's values, each as `asNumber` or `asText` makes them. */
export function throughNative(
  name: string,
  input: Relation,
  cells: readonly Value[],
  settings: unknown,
  outputs: readonly NativeColumn[],
  builder: Builder,
): Relation {
  const row: Computed = {
    id: builder.fresh('row'),
    value: call('dynamic', cells, (...sql) => `json_array(${sql.join(', ')})`),
  };
  const rows: Computed = {
    id: builder.fresh('rows'),
    value: aggregate(
      'dynamic',
      [{ kind: 'column', id: row.id, type: 'dynamic' }],
      ([j], { order }) => `coalesce(to_json(list(${j}${order})), '[]'::JSON)`,
      undefined,
      input.order,
    ),
  };
  const gathered: Relation = {
    plan: { kind: 'aggregate', input: withComputed(input, [row]).plan, keys: [], aggregates: [rows] },
    columns: [],
    order: [],
  };
  const [items, count, index] = [builder.fresh('items'), builder.fresh('count'), builder.fresh('index')];
  const answer = call(
    'dynamic',
    [{ kind: 'column', id: rows.id, type: 'dynamic' }, constant('string', JSON.stringify(settings))],
    (...sql) => `CAST(${nativeSql(name, 2, 'dynamic')(...sql)} AS JSON[])`,
  );
  const answered = withComputed(gathered, [{ id: items, value: answer }]);
  const counted = withComputed(answered, [{ id: count, value: call('long', [], () => `len(${items})`) }]);
  const repeated: Relation = { ...counted, plan: { kind: 'repeat', input: counted.plan, count, index } };
  const columns = outputs.map(
    (output): PlanColumn => ({ id: builder.fresh(output.name), name: output.name, type: output.type }),
  );
  const computed = outputs.map((output, at): Computed => {
    const item = call('dynamic', [], () => `kql_nullify(json_extract(${items}[${index} + 1], '$[${at}]'))`);
    return { id: columns[at]?.id ?? '', value: read(item, output) };
  });
  const order = [{ id: index, descending: false, nullsFirst: false }];
  return { ...withComputed(repeated, computed), columns, order };
}

export function textOf(column: PlanColumn): Value {
  return asText(columnValue(column));
}
