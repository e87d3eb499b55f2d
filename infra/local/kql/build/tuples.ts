/** Functions with several results: each becomes a column of its own where columns are named, elsewhere the first counts. */
import type { CallNode, Expression } from '../../../../shared/kql/language';
import type { TupleColumn } from '../functions/spec';
import { TUPLE_FUNCTIONS } from '../functions/tuples';
import type { Value } from '../plan/nodes';
import { call } from '../plan/values';
import { duckDbType } from '../types';
import type { Builder, Row, Scope } from './builder';
import { specCall } from './specCall';

export interface TupleMember {
  /** As it is called when the query names it not. */
  readonly name: string;
  readonly value: Value;
}

/** The results of such a call; undefined for any other expression. */
export function tupleMembers(
  node: Expression,
  scope: Scope,
  row: Row | undefined,
  builder: Builder,
): readonly TupleMember[] | undefined {
  if (node.kind !== 'call' || node.called !== undefined) return undefined;
  const spec = Object.hasOwn(TUPLE_FUNCTIONS, node.name) ? TUPLE_FUNCTIONS[node.name] : undefined;
  if (spec === undefined) return undefined;
  const all = specCall(spec, node, scope, row, builder);
  const once = row?.hoist?.(all) ?? all;
  const named = node.arguments.filter(({ type }) => type !== 'bool').map(nameOf);
  return spec.columns(named).map((column, index) => ({
    name: column.name,
    value: member(once, column, index),
  }));
}

/** What the call stands for as a single value. */
export function firstOfTuple(node: CallNode, scope: Scope, row: Row | undefined, builder: Builder): Value | undefined {
  const inner: Row | undefined = row === undefined ? undefined : withoutHoist(row);
  return tupleMembers(node, scope, inner, builder)?.[0]?.value;
}

/** A branch that is not taken must not be computed beforehand. */
function withoutHoist(row: Row): Row {
  const { hoist: _, ...rest } = row;
  return rest;
}

function member(all: Value, { type }: TupleColumn, index: number): Value {
  return type === 'dynamic'
    ? call('dynamic', [all], (j) => `kql_item(${j}, ${index})`)
    : call(type, [all], (j) => `CAST(${j} ->> '$[${index}]' AS ${duckDbType(type)})`);
}

function nameOf(argument: Expression): string {
  return argument.kind === 'name' ? argument.name : '';
}
