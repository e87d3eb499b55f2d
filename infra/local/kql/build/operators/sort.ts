/** sort, top, take: the order of rows is a property of the relation, spelled out only where it can be seen. */
import type { Expression, ExpressionsOperator, TakeOperator, TopOperator } from '../../../../../shared/kql/language';
import type { Computed, Relation, SortKey, Value } from '../../plan/nodes';
import { isConstant } from '../../plan/values';
import { type Builder, errorAt, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';

export function sort(operator: ExpressionsOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  return sortedBy(operator.expressions, input, scope, builder);
}

export function take(operator: TakeOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  return limited(input, rowCount(operator.count, scope, builder));
}

export function top(operator: TopOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  return limited(sortedBy([operator.by], input, scope, builder), rowCount(operator.count, scope, builder));
}

export function limited(input: Relation, count: Value): Relation {
  if (input.group !== undefined) {
    const keys = input.group.map((column) => column.id);
    return { ...input, plan: { kind: 'firstOf', input: input.plan, keys, order: input.order, count } };
  }
  return { ...input, plan: { kind: 'limit', input: input.plan, count, order: input.order } };
}

export function rowCount(expression: Expression, scope: Scope, builder: Builder): Value {
  const count = convert(builder.scalar(expression, scope, undefined), 'long');
  if (!isConstant(count)) throw unsupported('A computed number of rows', expression);
  if (typeof count.value !== 'bigint' || count.value < 0n)
    throw errorAt('malformed', 'Not a number of rows', expression);
  return count;
}

/** Descending unless said otherwise; nulls are smallest: first ascending, last descending. */
function sortedBy(expressions: readonly Expression[], input: Relation, scope: Scope, builder: Builder): Relation {
  const open = openRow(input, builder);
  const computed: Computed[] = [];
  const order = expressions.map((expression): SortKey => {
    const ordered = expression.kind === 'ordered' ? expression : undefined;
    const value = builder.scalar(ordered?.value ?? expression, scope, open.row);
    if (value.type === 'dynamic') throw unsupported('Sorting by a dynamic; convert it first', expression);
    const descending = (ordered?.direction ?? 'desc') !== 'asc';
    const nullsFirst = ordered?.nulls === undefined ? !descending : ordered.nulls === 'first';
    if (value.kind === 'column') return { id: value.id, descending, nullsFirst };
    const id = builder.fresh('order');
    computed.push({ id, value });
    return { id, descending, nullsFirst };
  });
  return { ...withComputed(open.input(), computed), columns: input.columns, order };
}
