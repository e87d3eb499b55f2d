/** union: columns by name and type, missing ones null, fuzzy arms dropped. */
import {
  type Expression,
  type ExpressionsOperator,
  LanguageError,
  type NameNode,
  type SyntaxNode,
} from '../../../../../shared/kql/language';
import { KqlError } from '../../errors';
import type { PlanColumn, Relation, Value } from '../../plan/nodes';
import { columnValue, constant, nullOf } from '../../plan/values';
import type { KqlType } from '../../types';
import { type Builder, errorAt, lookUp, matchesPattern, type Scope, unsupported } from '../builder';

export interface Arm {
  readonly label: string;
  readonly relation: Relation;
}

export function union(
  operator: ExpressionsOperator,
  input: Relation | undefined,
  scope: Scope,
  builder: Builder,
): Relation {
  const fuzzy = /^true$/i.test(operator.parameters.get('isfuzzy') ?? '');
  const arms: Arm[] = input === undefined ? [] : [{ label: 'union_arg0', relation: input }];
  for (const [index, expression] of operator.expressions.entries()) {
    const label = `union_arg${index + (input === undefined ? 0 : 1)}`;
    if (fuzzy && unresolved(expression, builder)) continue;
    arms.push(
      ...(fuzzy ? orNone(() => armsOf(expression, label, scope, builder)) : armsOf(expression, label, scope, builder)),
    );
  }
  const inner = operator.parameters.get('kind') === 'inner';
  const source = operator.parameters.get('withsource') ?? operator.parameters.get('with_source');
  return united(arms, inner, source, builder, operator);
}

/** Whether the table or function at the arm's root does not exist. */
function unresolved(expression: Expression, builder: Builder): boolean {
  let root = expression;
  while (root.kind === 'pipe') root = root.input;
  if (root.kind === 'name') return !root.wildcard && root.meaning === 'unknown';
  if (root.kind !== 'call' || root.called !== undefined) return false;
  const [name] = root.arguments;
  if (root.name !== 'table') return root.type === undefined;
  return name?.kind === 'literal' && !builder.tables.has(String(name.value));
}

/** What the parser says of tables and functions that are not there. */
const UNRESOLVED_CODES: ReadonlySet<string | undefined> = new Set(['KS204', 'KS211']);

/** No arms where a function of the arm reads a table that is not there. */
function orNone(arms: () => readonly Arm[]): readonly Arm[] {
  try {
    return arms();
  } catch (error) {
    const code =
      error instanceof LanguageError
        ? error.diagnostics[0]?.code
        : error instanceof KqlError && error.functionName !== undefined
          ? error.kustoCode
          : undefined;
    if (UNRESOLVED_CODES.has(code)) return [];
    throw error;
  }
}

function armsOf(expression: Expression, label: string, scope: Scope, builder: Builder): readonly Arm[] {
  if (expression.kind === 'name' && expression.wildcard) {
    assertNoViews(expression, scope);
    const names = [...builder.tables.keys()].filter((name) => matchesPattern(name, expression.name)).sort();
    return names.map((name) => ({ label: name, relation: builder.table(name, expression) }));
  }
  // Tables and functions go by their names, what a let statement computes does not.
  const kind = expression.kind === 'name' ? (lookUp(scope, expression.name)?.kind ?? 'function') : undefined;
  const named = expression.kind === 'name' && kind === 'function' ? expression.name : label;
  return [{ label: named, relation: builder.relation(expression, scope) }];
}

/** A pattern means views as well, whose columns the parser does not know then. */
function assertNoViews(expression: NameNode, scope: Scope): void {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    for (const [name, binding] of current.names) {
      if (binding.kind === 'function' && binding.view && matchesPattern(name, expression.name))
        throw unsupported('A pattern that a view matches', expression);
    }
  }
}

interface Slot {
  readonly name: string;
  readonly type: KqlType;
  readonly original: string;
}

export function united(
  arms: readonly Arm[],
  inner: boolean,
  source: string | undefined,
  builder: Builder,
  operator: SyntaxNode,
): Relation {
  if (arms.length === 0) throw errorAt('malformed', 'None of the tables of this union exists', operator);
  // An arm that can have no rows still gives its columns.
  const slots = slotsOf(arms, inner);
  const columns: PlanColumn[] = slots.map((slot) => ({
    id: builder.fresh(slot.name),
    name: slot.name,
    type: slot.type,
  }));
  const sourceColumn: PlanColumn | undefined =
    source === undefined ? undefined : { id: builder.fresh(source), name: source, type: 'string' };
  const arrived = arms.every((arm) => arm.relation.arrived !== undefined) ? builder.fresh('arrived') : undefined;
  const ids = [
    ...(sourceColumn === undefined ? [] : [sourceColumn.id]),
    ...columns.map((column) => column.id),
    ...(arrived === undefined ? [] : [arrived]),
  ];
  const living = arms.filter((arm) => !isEmpty(arm.relation));
  const planned = (living.length === 0 ? arms.slice(0, 1) : living).map(({ label, relation }) => ({
    plan: relation.plan,
    values: [
      ...(sourceColumn === undefined ? [] : [constant('string', label)]),
      ...slots.map((slot) => slotValue(slot, relation)),
      ...(arrived === undefined
        ? []
        : [{ kind: 'column', id: relation.arrived ?? '', type: 'datetime' } satisfies Value]),
    ],
  }));
  return {
    plan: { kind: 'union', ids, arms: planned },
    columns: sourceColumn === undefined ? columns : [sourceColumn, ...columns],
    order: [],
    ...(arrived === undefined ? {} : { arrived }),
  };
}

/** One column per name and type; a name with several types gives name_type columns. */
function slotsOf(arms: readonly Arm[], inner: boolean): readonly Slot[] {
  const types = new Map<string, KqlType[]>();
  for (const { relation } of arms) {
    for (const { name, type } of relation.columns) {
      const known = types.get(name) ?? [];
      if (!known.includes(type)) types.set(name, [...known, type]);
    }
  }
  const everywhere = (name: string, type: KqlType) =>
    arms.every(({ relation }) => relation.columns.some((column) => column.name === name && column.type === type));
  const taken = new Set([...types].filter(([, list]) => list.length === 1).map(([name]) => name));
  return [...types].flatMap(([name, list]): readonly Slot[] => {
    if (inner) return list.filter((type) => everywhere(name, type)).map((type) => ({ name, type, original: name }));
    if (list.length === 1) return list.map((type) => ({ name, type, original: name }));
    return list.map((type) => {
      let unique = `${name}_${type}`;
      for (let suffix = 1; taken.has(unique); suffix += 1) unique = `${name}_${type}${suffix}`;
      taken.add(unique);
      return { name: unique, type, original: name };
    });
  });
}

function slotValue(slot: Slot, relation: Relation): Value {
  const column = relation.columns.find((candidate) => candidate.name === slot.original && candidate.type === slot.type);
  return column === undefined ? nullOf(slot.type) : columnValue(column);
}

/** Whether a constant filter leaves no row: such arms are dropped, which shortens unifying parsers a lot. */
function isEmpty(relation: Relation): boolean {
  let { plan } = relation;
  for (;;) {
    if (plan.kind === 'filter' && plan.predicate.kind === 'constant') return plan.predicate.value !== true;
    if (
      plan.kind === 'filter' ||
      plan.kind === 'compute' ||
      plan.kind === 'limit' ||
      plan.kind === 'reference' ||
      plan.kind === 'firstOf'
    ) {
      plan = plan.input;
    } else {
      return false;
    }
  }
}
