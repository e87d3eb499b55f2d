/**
 * top-nested: the greatest groups, in each of them the greatest groups of the next level, and so on; and top-hitters, its one-level
 * relative. Groups of equal rank are in the order of their values.
 */
import type { TopHittersOperator, TopNestedOperator } from '../../../../../shared/kql/language';
import { aggregate } from '../../functions/aggregate';
import type { Computed, JoinKind, PlanColumn, Relation, SortKey, Value } from '../../plan/nodes';
import { findReferencedColumns } from '../../plan/operands';
import { call, columnValue, nullOf } from '../../plan/values';
import { type Builder, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';
import { rowCount } from './sort';
import { liftAggregates } from './summarize';
import { united } from './union';

/** A level's group value and its aggregate, among the input's rows. */
interface Level {
  readonly key: PlanColumn;
  readonly value: Value;
  readonly descending: boolean;
  readonly count: Value | undefined;
  readonly others: Value | undefined;
}

export function topNested(operator: TopNestedOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  if (input.group !== undefined) throw unsupported('top-nested in a subquery', operator);
  const names = operator.columns();
  if (names.length !== operator.levels.length * 2) throw unsupported('This form of top-nested', operator);
  const open = openRow(input, builder);
  const levels = operator.levels.map(({ count, of, others, by }, index): Level => {
    const ordered = by.kind === 'ordered' ? by : undefined;
    const aggregated = ordered?.value ?? by;
    const type = builder.scalar(of, scope, open.row).type;
    return {
      key: { id: builder.fresh('level'), name: names[index * 2]?.name ?? '', type },
      value: builder.scalar(aggregated, scope, { ...open.row, aggregates: true }),
      descending: (ordered?.direction ?? 'desc') !== 'asc',
      count: count === undefined ? undefined : rowCount(count, scope, builder),
      others: others === undefined ? undefined : convert(builder.scalar(others, scope, undefined), type),
    };
  });
  const keyed = withComputed(
    open.input(),
    operator.levels.map(({ of }, index) => ({
      id: levels[index]?.key.id ?? '',
      value: builder.scalar(of, scope, open.row),
    })),
  );
  const named = (columns: readonly PlanColumn[]): readonly PlanColumn[] =>
    columns.map((column, index) => ({ ...column, name: names[index]?.name ?? '' }));
  let above: Relation | undefined;
  const others: Relation[] = [];
  for (const [depth, level] of levels.entries()) {
    const prefix = levels.slice(0, depth + 1).map(({ key }) => key);
    const groups = grouped(keyed, prefix, level.value, builder);
    const within: Relation = above === undefined ? groups : joined('inner', above, groups, depth, builder);
    const top = firstOf(within, depth, level);
    if (level.others !== undefined) {
      const rest = remaining(keyed, above, top, prefix, level.value);
      others.push(
        otherRow(grouped(rest, prefix.slice(0, -1), level.value, builder), above, level.others, levels, builder),
      );
    }
    above = top;
  }
  if (above === undefined) throw unsupported('This form of top-nested', operator);
  const result = { ...above, columns: named(above.columns), order: [] };
  if (others.length === 0) return result;
  const arms = [result, ...others.map((one) => ({ ...one, columns: named(one.columns) }))];
  return united(
    arms.map((relation) => ({ label: '', relation })),
    false,
    undefined,
    builder,
    operator,
  );
}

/** One row per group: the keys under new ids, and the aggregate. */
function grouped(input: Relation, keys: readonly PlanColumn[], value: Value, builder: Builder): Relation {
  const aggregates: Computed[] = [];
  const lifted = liftAggregates(value, aggregates, new Map(), builder);
  const made = keys.map((key) => ({ id: builder.fresh('group'), value: columnValue(key) }));
  const plan = { kind: 'aggregate', input: input.plan, keys: made, aggregates } as const;
  const id = builder.fresh('rank');
  const columns = [
    ...made.map(({ id: key, value: { type } }) => ({ id: key, name: '', type })),
    { id, name: '', type: value.type },
  ];
  return { ...withComputed({ plan, columns: [], order: [] }, [{ id, value: lifted }]), columns };
}

/** Rows of `groups` beside the rows above them: its last two columns are appended. Nulls are values, too. */
function joined(kind: JoinKind, above: Relation, groups: Relation, depth: number, builder: Builder): Relation {
  const output = [...above.columns, ...groups.columns.slice(-2)].map((from) => ({
    id: builder.fresh('n'),
    from,
    nullable: false,
  }));
  return {
    plan: {
      kind: 'join',
      joinKind: kind,
      left: above.plan,
      right: groups.plan,
      keys: [],
      predicate: sameGroups(keysOf(above).slice(0, depth), groups.columns),
      output,
    },
    columns: output.map(({ id, from }) => ({ id, name: '', type: from.type })),
    order: [],
  };
}

/** Of the columns of several levels (value, aggregate, value …) the values. */
function keysOf({ columns }: Relation): readonly PlanColumn[] {
  return columns.filter((_, index) => index % 2 === 0);
}

function sameGroups(left: readonly PlanColumn[], right: readonly PlanColumn[]): Value {
  const pairs = left.map((column, index) => [column.id, right[index]?.id ?? ''] as const);
  const sql = pairs.map(([a, b]) => `${a} IS NOT DISTINCT FROM ${b}`).join(' AND ');
  return call('bool', [], () => `(${sql === '' ? 'true' : sql})`);
}

function firstOf(input: Relation, depth: number, level: Level): Relation {
  if (level.count === undefined) return input;
  const keys = keysOf(input)
    .slice(0, depth)
    .map(({ id }) => id);
  const [value, rank] = input.columns.slice(-2);
  const order: SortKey[] = [
    { id: rank?.id ?? '', descending: level.descending, nullsFirst: !level.descending },
    { id: value?.id ?? '', descending: false, nullsFirst: false },
  ];
  return { ...input, plan: { kind: 'firstOf', input: input.plan, keys, order, count: level.count } };
}

/** The input's rows within the groups above that are in none of the top groups. */
function remaining(
  input: Relation,
  above: Relation | undefined,
  top: Relation,
  prefix: readonly PlanColumn[],
  value: Value,
): Relation {
  const ids = new Set([...prefix.map(({ id }) => id), ...findReferencedColumns(value)]);
  const used = [...ids].map((id): PlanColumn => ({ id, name: '', type: 'dynamic' }));
  const kept = above === undefined ? input : filteredBy('leftsemi', input, prefix, used, above);
  return filteredBy('leftanti', kept, prefix, used, top);
}

function filteredBy(
  joinKind: JoinKind,
  input: Relation,
  prefix: readonly PlanColumn[],
  used: readonly PlanColumn[],
  other: Relation,
): Relation {
  const keys = keysOf(other);
  const plan = {
    kind: 'join',
    joinKind,
    left: input.plan,
    right: other.plan,
    keys: [],
    predicate: sameGroups(prefix.slice(0, keys.length), keys),
    output: used.map((from) => ({ id: from.id, from, nullable: false })),
  } as const;
  return { ...input, plan };
}

/** The row of the others: the groups above, the value that stands for them, their aggregate, and nothing for the levels below. */
function otherRow(
  rest: Relation,
  above: Relation | undefined,
  others: Value,
  levels: readonly Level[],
  builder: Builder,
): Relation {
  const depth = rest.columns.length - 1;
  const rank = rest.columns.at(-1);
  const label = { id: builder.fresh('others'), value: others };
  const labelled = withComputed(rest, [label]);
  const own: readonly PlanColumn[] = [
    { id: label.id, name: '', type: others.type },
    ...(rank === undefined ? [] : [rank]),
  ];
  const beside = { ...labelled, columns: [...rest.columns.slice(0, -1), ...own] };
  const placed = above === undefined ? { ...beside, columns: own } : joined('inner', above, beside, depth, builder);
  const below = levels.slice(depth + 1).flatMap(({ key, value }) => [
    { id: builder.fresh('none'), value: nullOf(key.type) },
    { id: builder.fresh('none'), value: nullOf(value.type) },
  ]);
  const columns = [...placed.columns, ...below.map(({ id, value }) => ({ id, name: '', type: value.type }))];
  return { ...withComputed(placed, below), columns };
}

/** The values with the greatest sums, or counts; computed exactly, where Kusto estimates. */
export function topHitters(operator: TopHittersOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  if (input.group !== undefined) throw unsupported('top-hitters in a subquery', operator);
  const open = openRow(input, builder);
  const key: Computed = { id: builder.fresh('key'), value: builder.scalar(operator.of, scope, open.row) };
  const weight = operator.by === undefined ? undefined : builder.scalar(operator.by, scope, open.row);
  const type = weight?.type === 'int' || weight === undefined ? 'long' : weight.type;
  const sum = aggregate(type, weight === undefined ? [] : [weight], ([x]) =>
    x === undefined ? 'count(*)' : `coalesce(CAST(sum(${x}) AS ${type === 'real' ? 'DOUBLE' : 'BIGINT'}), 0)`,
  );
  const total: Computed = { id: builder.fresh('total'), value: sum };
  const order: SortKey[] = [
    { id: total.id, descending: true, nullsFirst: false },
    { id: key.id, descending: false, nullsFirst: false },
  ];
  const names = operator.columns().map(({ name }) => name);
  const plan = { kind: 'aggregate', input: open.input().plan, keys: [key], aggregates: [total] } as const;
  return {
    plan: { kind: 'limit', input: plan, count: rowCount(operator.count, scope, builder), order },
    columns: [
      { id: key.id, name: names[0] ?? '', type: key.value.type },
      { id: total.id, name: names[1] ?? '', type },
    ],
    order,
  };
}
