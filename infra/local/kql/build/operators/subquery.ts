/**
 * mv-apply and partition: a subquery for each group of rows. The groups stay in one relation whose operators keep them apart
 * (`Relation.group`); operators that cannot are refused there.
 */
import type { MvApplyOperator, Operator, PartitionOperator } from '../../../../../shared/kql/language';
import type { PlanColumn, Relation } from '../../plan/nodes';
import { type Builder, errorAt, type Scope, unsupported } from '../builder';
import { openRow, withComputed } from '../rows';
import { mvExpand } from './expand';

export type Apply = (operator: Operator, input: Relation, scope: Scope) => Relation;

/** Operators that work on each group alone. */
const GROUPED: ReadonlySet<Operator['kind']> = new Set([
  'where',
  'extend',
  'serialize',
  'project',
  'project-away',
  'project-keep',
  'project-rename',
  'project-reorder',
  'distinct',
  'summarize',
  'count',
  'sort',
  'take',
  'top',
  'mv-expand',
  'mv-apply',
  'parse',
  'parse-where',
  'parse-kv',
  'lookup',
  'join',
  'scan',
]);

function subquery(operators: readonly Operator[], input: Relation, scope: Scope, apply: Apply): Relation {
  return operators.reduce((relation, step) => {
    if (!GROUPED.has(step.kind)) throw unsupported(`${constructOf(step)} in a subquery`, step);
    return apply(step, relation, scope);
  }, input);
}

function constructOf(operator: Operator): string {
  return operator.kind === 'unsupported' ? operator.construct : operator.kind;
}

/** A row without elements has no subquery and no result. The subquery's columns take the place of the row's by the same name. */
export function mvApply(
  operator: MvApplyOperator,
  input: Relation,
  scope: Scope,
  builder: Builder,
  apply: Apply,
): Relation {
  const row: PlanColumn = { id: builder.fresh('row'), name: '', type: 'long' };
  const numbered = withComputed(input, [
    {
      id: row.id,
      value: { kind: 'window', type: 'long', arguments: [], sql: (_, over) => `row_number() ${over}`, order: [] },
    },
  ]);
  const expanded = mvExpand(operator, numbered, scope, builder, true);
  const group = [row, ...distinctColumns([...input.columns, ...(input.group ?? [])])];
  const result = subquery(operator.subquery, { ...expanded, group }, scope, apply);
  const byName = new Map(result.columns.map((column) => [column.name, column]));
  const own = new Set(input.columns.map((column) => column.name));
  const columns = [
    ...input.columns.map((column) => byName.get(column.name) ?? column),
    ...result.columns.filter((column) => !own.has(column.name)),
  ];
  return { plan: result.plan, columns, order: [], ...(input.group === undefined ? {} : { group: input.group }) };
}

function distinctColumns(columns: readonly PlanColumn[]): readonly PlanColumn[] {
  return [...new Map(columns.map((column) => [column.id, column])).values()];
}

/** partition by column (subquery): the result has the subquery's columns. */
export function partition(
  operator: PartitionOperator,
  input: Relation,
  scope: Scope,
  builder: Builder,
  apply: Apply,
): Relation {
  const open = openRow(input, builder);
  const key = builder.scalar(operator.by, scope, open.row);
  if (key.type === 'dynamic') throw errorAt('malformed', 'partition by a dynamic', operator.by);
  const id = builder.fresh('group');
  const keyed = withComputed(open.input(), [{ id, value: key }]);
  const { columns, plan } = subquery(
    operator.subquery,
    { ...keyed, group: [{ id, name: '', type: key.type }] },
    scope,
    apply,
  );
  return { plan, columns, order: [] };
}
