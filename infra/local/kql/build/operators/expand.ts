/** mv-expand: a row per element of an array or property of a bag; several columns go in step. */
import type { MvApplyOperator, MvExpandOperator } from '../../../../../shared/kql/language';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, isConstant } from '../../plan/values';
import type { KqlType } from '../../types';
import { type Builder, errorAt, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';

type Expansion = MvExpandOperator | MvApplyOperator;

/** @param inStep whether the rows made of one row keep the order of its elements, even where the rows have none. */
export function mvExpand(
  operator: Expansion,
  input: Relation,
  scope: Scope,
  builder: Builder,
  inStep = false,
): Relation {
  const open = openRow(input, builder);
  const pairs = [operator.parameters.get('kind'), operator.parameters.get('bagexpansion')].includes('array');
  const macro = pairs ? 'kql_expand_pairs' : 'kql_expand_items';
  const items = operator.items.map(({ value, to }) => {
    const inner = value.kind === 'named' ? value.value : value;
    const name = value.kind === 'named' ? (value.names[0] ?? '') : value.columnName();
    if (name === '') throw unsupported('mv-expand of an unnamed expression', value);
    const list = call('dynamic', [convert(builder.scalar(inner, scope, open.row), 'dynamic')], (j) => `${macro}(${j})`);
    return { name, to, list: { id: builder.fresh('items'), value: list } satisfies Computed };
  });
  const listed = withComputed(
    open.input(),
    items.map((item) => item.list),
  );
  const counted = withComputed(listed, [
    lengthOf(
      items.map((item) => item.list.id),
      operator,
      scope,
      builder,
    ),
  ]);
  const count = counted.plan.kind === 'compute' ? (counted.plan.computed[0]?.id ?? '') : '';
  const index = builder.fresh('index');
  const repeated: Relation = {
    ...counted,
    plan: { kind: 'repeat', input: counted.plan, count, index },
    order:
      input.order.length === 0 && !inStep ? [] : [...input.order, { id: index, descending: false, nullsFirst: false }],
  };
  return withElements(operator, repeated, items, index, builder);
}

function lengthOf(lists: readonly string[], operator: Expansion, scope: Scope, builder: Builder): Computed {
  const limit =
    operator.limit === undefined ? undefined : convert(builder.scalar(operator.limit, scope, undefined), 'long');
  if (limit !== undefined && !isConstant(limit))
    throw errorAt('unsupported', 'A computed limit of mv-expand', operator);
  const longest = `greatest(${lists.map((list) => `len(${list})`).join(', ')})`;
  const sql = limit === undefined ? longest : `least(${longest}, ${String(limit.value)})`;
  return { id: builder.fresh('count'), value: call('long', [], () => `(${sql})::BIGINT`) };
}

function withElements(
  operator: Expansion,
  repeated: Relation,
  items: readonly { readonly name: string; readonly to: KqlType | undefined; readonly list: Computed }[],
  index: string,
  builder: Builder,
): Relation {
  const columns: PlanColumn[] = [...repeated.columns];
  const computed: Computed[] = [];
  for (const { name, to, list } of items) {
    const element: Value = call('dynamic', [], () => `kql_nullify(${list.id}[${index} + 1])`);
    const value = to === undefined || to === 'dynamic' ? element : cast(element, to);
    const column: PlanColumn = { id: builder.fresh(name), name, type: value.type };
    computed.push({ id: column.id, value });
    const at = columns.findIndex((existing) => existing.name === name);
    if (at < 0) columns.push(column);
    else columns[at] = column;
  }
  const indexName = operator.parameters.get('with_itemindex');
  if (indexName !== undefined) {
    const column: PlanColumn = { id: builder.fresh(indexName), name: indexName, type: 'long' };
    computed.push({ id: column.id, value: { kind: 'column', id: index, type: 'long' } });
    columns.push(column);
  }
  return { ...withComputed(repeated, computed), columns };
}

/** JSON types that `to typeof(t)` accepts: it casts and does not convert, others become null. */
const ACCEPTED: Partial<Record<KqlType, string>> = {
  int: "('BIGINT', 'UBIGINT', 'DOUBLE')",
  long: "('BIGINT', 'UBIGINT', 'DOUBLE')",
  real: "('BIGINT', 'UBIGINT', 'DOUBLE')",
  decimal: "('BIGINT', 'UBIGINT', 'DOUBLE')",
  bool: "('BOOLEAN')",
};

function cast(element: Value, to: KqlType): Value {
  const accepted = ACCEPTED[to];
  if (accepted === undefined) return convert(element, to);
  const fitting = call('dynamic', [element], (j) => `CASE WHEN json_type(${j}) IN ${accepted} THEN ${j} END`);
  return convert(fitting, to);
}
