/** Between relations and rows: what an operator's expressions see, and columns computed on the way. */
import type { Computed, PlanColumn, Relation, Value } from '../plan/nodes';
import { columnValue } from '../plan/values';
import type { Builder, Row } from './builder';

/** An operator's input under construction: expressions may add columns before the operator (`hoist`). */
export interface OpenRow {
  readonly row: Row;
  /** The input with what was hoisted. */
  input(): Relation;
}

export function openRow(
  relation: Relation,
  builder: Builder,
  options: { readonly aggregates?: boolean } = {},
): OpenRow {
  let current = relation;
  /** The order in which rows without one come: all windows must see the same. */
  const positions = (): Relation['order'] => {
    if (current.order.length === 0) {
      const id = builder.fresh('position');
      const number: Value = {
        kind: 'window',
        type: 'long',
        arguments: [],
        sql: (_, over) => `row_number() ${over}`,
        order: [],
      };
      current = {
        ...withComputed(current, [{ id, value: number }]),
        order: [{ id, descending: false, nullsFirst: false }],
      };
    }
    return current.order;
  };
  const row: Row = {
    columns: relation.columns,
    order: relation.order,
    ...(relation.arrived === undefined ? {} : { arrived: relation.arrived }),
    ...(relation.group === undefined ? {} : { group: relation.group }),
    ...options,
    hoist(value) {
      const id = builder.fresh('h');
      const placed = value.kind === 'window' && value.order.length === 0 ? { ...value, order: positions() } : value;
      current = withComputed(current, [{ id, value: placed }]);
      return { kind: 'column', id, type: value.type };
    },
  };
  return { row, input: () => current };
}

/** The relation with more columns behind the scenes; the visible ones stay. */
export function withComputed(relation: Relation, computed: readonly Computed[]): Relation {
  if (computed.length === 0) return relation;
  return { ...relation, plan: { kind: 'compute', input: relation.plan, computed } };
}

/** A column for a value: the column itself where the value is one, else a computed one. */
export function columnFor(
  name: string,
  value: Value,
  builder: Builder,
): { readonly column: PlanColumn; readonly computed: readonly Computed[] } {
  if (value.kind === 'column') return { column: { id: value.id, name, type: value.type }, computed: [] };
  const id = builder.fresh(name);
  return { column: { id, name, type: value.type }, computed: [{ id, value }] };
}

/** A name that no column has yet: the name itself, else with 1, 2 … appended. */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let suffix = 1; ; suffix += 1) {
    if (!taken.has(`${name}${suffix}`)) return `${name}${suffix}`;
  }
}

export function valuesOf(columns: readonly PlanColumn[]): readonly Value[] {
  return columns.map(columnValue);
}
