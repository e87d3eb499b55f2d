/** join (every kind, `on` or `where`) and lookup. */
import type { Expression, JoinOperator } from '../../../../../shared/kql/language';
import type { JoinKind, PlanColumn, Relation, Value } from '../../plan/nodes';
import { columnValue } from '../../plan/values';
import { type Builder, errorAt, findColumn, type Row, type Scope, unsupported } from '../builder';
import { comparable } from '../comparison';
import { convert } from '../convert';
import { openRow, uniqueName, withComputed } from '../rows';

const KINDS: Readonly<Record<string, JoinKind>> = {
  innerunique: 'innerunique',
  inner: 'inner',
  leftouter: 'leftouter',
  rightouter: 'rightouter',
  fullouter: 'fullouter',
  leftsemi: 'leftsemi',
  rightsemi: 'rightsemi',
  leftanti: 'leftanti',
  leftantisemi: 'leftanti',
  anti: 'leftanti',
  rightanti: 'rightanti',
  rightantisemi: 'rightanti',
};

/** Sides of which every row appears, so that the other's columns may be missing. */
const NULLABLE: Partial<Record<JoinKind, { readonly left?: boolean; readonly right?: boolean }>> = {
  leftouter: { right: true },
  rightouter: { left: true },
  fullouter: { left: true, right: true },
};

interface Key {
  readonly left: Value;
  readonly right: Value;
}

export function join(operator: JoinOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const isLookup = operator.kind === 'lookup';
  const kindName = operator.parameters.get('kind') ?? (isLookup ? 'leftouter' : 'innerunique');
  const kind = Object.hasOwn(KINDS, kindName) ? KINDS[kindName] : undefined;
  if (kind === undefined || (isLookup && kind !== 'leftouter' && kind !== 'inner')) {
    throw unsupported(`${operator.kind} kind=${kindName}`, operator);
  }
  // A right row without a match belongs to no group.
  if (input.group !== undefined && (kind.startsWith('right') || kind === 'fullouter'))
    throw unsupported(`join kind=${kindName} in a subquery`, operator);
  const right = builder.relation(operator.right, scope);
  const keys = operator.on.flatMap((condition) => keysOf(condition, input, right, builder, scope));
  const predicate =
    operator.where === undefined ? undefined : predicateOf(operator.where, input, right, builder, scope);
  if (keys.length === 0 && predicate === undefined) throw unsupported(`${operator.kind} without a condition`, operator);
  const left = kind === 'innerunique' ? uniqueByKeys(input, keys, builder, operator) : { relation: input, keys };
  return joined(kind, left.relation, right, left.keys, predicate, isLookup, builder);
}

/** A key: a name that both sides have, or `$left.a == $right.b` in either order; `and` combines them. */
function keysOf(
  condition: Expression,
  left: Relation,
  right: Relation,
  builder: Builder,
  scope: Scope,
): readonly Key[] {
  if (condition.kind === 'logic' && condition.operator === 'and') {
    return [condition.left, condition.right].flatMap((part) => keysOf(part, left, right, builder, scope));
  }
  if (condition.kind === 'name') {
    const [a, b] = [findColumn(left.columns, condition.name), findColumn(right.columns, condition.name)];
    if (a === undefined || b === undefined)
      throw errorAt('malformed', `'${condition.name}' is not a column of both sides`, condition);
    return [typed(columnValue(a), columnValue(b), condition)];
  }
  if (condition.kind === 'comparison' && condition.operator === '==') {
    const row = sidesRow(left, right);
    const [first, second] = [builder.scalar(condition.left, scope, row), builder.scalar(condition.right, scope, row)];
    const swapped = sideOf(condition.left) === '$right';
    return [swapped ? typed(second, first, condition) : typed(first, second, condition)];
  }
  throw unsupported('This join condition', condition);
}

function typed(left: Value, right: Value, node: Expression): Key {
  const [a, b] = comparable(left, right, 'join', node);
  return { left: a, right: b };
}

function sideOf(expression: Expression): string | undefined {
  let base: Expression = expression;
  while (base.kind === 'path' || base.kind === 'element') base = base.base;
  if (base.kind === 'call') return base.arguments.map(sideOf).find((side) => side !== undefined);
  return base.kind === 'name' ? base.name : undefined;
}

function sidesRow(left: Relation, right: Relation): Row {
  const names = new Set(left.columns.map((column) => column.name));
  const columns = [...left.columns, ...right.columns.filter((column) => !names.has(column.name))];
  return { columns, order: [], sides: { left: left.columns, right: right.columns } };
}

function predicateOf(expression: Expression, left: Relation, right: Relation, builder: Builder, scope: Scope): Value {
  return convert(builder.scalar(expression, scope, sidesRow(left, right)), 'bool');
}

/** innerunique keeps one left row per key; which one is not defined. */
function uniqueByKeys(input: Relation, keys: readonly Key[], builder: Builder, operator: JoinOperator) {
  if (keys.length === 0) {
    // join … where: without keys there is nothing to be unique by but the whole row.
    throw unsupported('join kind=innerunique without keys', operator);
  }
  const open = openRow(input, builder);
  const computed = keys.map((key) => ({ id: builder.fresh('key'), value: key.left }));
  const prepared = withComputed(open.input(), computed);
  const unique = [...(input.group ?? []), ...computed].map(({ id }) => id);
  const plan = { kind: 'firstOf', input: prepared.plan, keys: unique, order: [] } as const;
  return {
    relation: { ...prepared, plan },
    keys: keys.map(
      (key, index): Key => ({
        left: { kind: 'column', id: computed[index]?.id ?? '', type: key.left.type },
        right: key.right,
      }),
    ),
  };
}

function joined(
  kind: JoinKind,
  left: Relation,
  right: Relation,
  keys: readonly Key[],
  predicate: Value | undefined,
  isLookup: boolean,
  builder: Builder,
): Relation {
  const semi = kind.endsWith('semi') || kind.endsWith('anti');
  const rightKeys = new Set(keys.flatMap((key) => (key.right.kind === 'column' ? [key.right.id] : [])));
  const leftShown = semi && kind.startsWith('right') ? [] : left.columns;
  const rightAll = isLookup ? right.columns.filter((column) => !rightKeys.has(column.id)) : right.columns;
  const rightShown = semi && kind.startsWith('left') ? [] : rightAll;
  const taken = new Set<string>();
  const shown = (column: PlanColumn, nullable: boolean) => {
    const name = uniqueName(column.name, taken);
    taken.add(name);
    return { id: builder.fresh(name), from: column, nullable, name };
  };
  const nullable = NULLABLE[kind] ?? {};
  const output = [
    ...leftShown.map((column) => shown(column, nullable.left ?? false)),
    ...rightShown.map((column) => shown(column, nullable.right ?? false)),
  ];
  const grouped = (left.group ?? []).map((column) => ({ id: column.id, from: column, nullable: false }));
  const all = [...output, ...grouped];
  return {
    plan: { kind: 'join', joinKind: kind, left: left.plan, right: right.plan, keys, predicate, output: all },
    columns: output.map(({ id, name, from }) => ({ id, name, type: from.type })),
    order: [],
    ...(left.group === undefined ? {} : { group: left.group }),
  };
}
