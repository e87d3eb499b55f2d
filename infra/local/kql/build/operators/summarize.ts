/** summarize, count. arg_max, arg_min, take_any(*) and percentiles make several columns; their names are the parser's. */
import type { CallNode, Expression, SummarizeOperator } from '../../../../../shared/kql/language';
import { aggregate } from '../../functions/aggregate';
import { percentileValue, weightedPercentile } from '../../functions/aggregates';
import type { CallContext } from '../../functions/spec';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, columnValue } from '../../plan/values';
import { type Builder, errorAt, type Row, type Scope, unsupported } from '../builder';
import { type OpenRow, openRow, withComputed } from '../rows';

interface Output {
  readonly name: string | undefined;
  readonly value: Value;
}

/** A key with its value and, where it has one, the column that it is or renames. */
interface Key {
  readonly id: string;
  readonly value: Value;
}

export function summarize(operator: SummarizeOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const open = openRow(input, builder);
  const keyValues = (operator.by ?? []).map((expression) => builder.scalar(expression, scope, open.row));
  const keys: Key[] = keyValues.map((value) => ({ id: builder.fresh('key'), value }));
  const group = groupKeys(input);
  const aggregated: Row = { ...open.row, aggregates: true };
  const grouped = new Set(keyValues.flatMap((value) => (value.kind === 'column' ? [value.id] : [])));
  const outputs = operator.aggregates.map((expression) =>
    outputsOf(expression, input, grouped, scope, aggregated, builder),
  );
  const names = operator.columns().map((column) => column.name);
  const flat = outputs.flat();
  if (names.length !== keys.length + flat.length) throw unsupported('This form of summarize', operator);
  const columns = keys.map(
    (key, index): PlanColumn => ({ id: key.id, name: names[index] ?? '', type: key.value.type }),
  );
  const fast = onlyArgMax(operator, open, [...group, ...keys], columns, names, input, grouped, scope, builder);
  if (fast !== undefined) return regrouped(fast, input);
  return regrouped(finish(open.input(), [...group, ...keys], columns, flat, names, operator, builder), input);
}

/** The columns of the group as keys that keep their ids. */
export function groupKeys(input: Relation): readonly Computed[] {
  return (input.group ?? []).map((column) => ({ id: column.id, value: columnValue(column) }));
}

/** What was made of a relation, still in its groups. */
export function regrouped(made: Relation, input: Relation): Relation {
  return input.group === undefined ? made : { ...made, group: input.group };
}

/** Aggregates may stand inside expressions: they are computed first, then what is made of them. */
function finish(
  input: Relation,
  keys: readonly Key[],
  keyColumns: readonly PlanColumn[],
  outputs: readonly Output[],
  names: readonly string[],
  operator: SummarizeOperator,
  builder: Builder,
): Relation {
  const aggregates: Computed[] = [];
  const later: Computed[] = [];
  const known = new Map<Value, Value>();
  const columns: PlanColumn[] = [...keyColumns];
  for (const [index, { value }] of outputs.entries()) {
    const name = names[keyColumns.length + index] ?? '';
    const id = builder.fresh(name);
    const lifted = liftAggregates(value, aggregates, known, builder);
    if (lifted.kind === 'column') {
      columns.push({ id: lifted.id, name, type: value.type });
    } else {
      later.push({ id, value: lifted });
      columns.push({ id, name, type: value.type });
    }
  }
  const oneRow = keys.length === 0 && aggregates.length === 0 && operator.by === undefined;
  if (oneRow) aggregates.push({ id: builder.fresh('one'), value: aggregate('long', [], () => 'count(*)') });
  const plan = { kind: 'aggregate', input: input.plan, keys, aggregates } as const;
  return { ...withComputed({ plan, columns, order: [] }, later), columns };
}

/** Replaces aggregates by columns of the aggregate stage. */
export function liftAggregates(
  value: Value,
  aggregates: Computed[],
  known: Map<Value, Value>,
  builder: Builder,
): Value {
  const lift = (inner: Value) => liftAggregates(inner, aggregates, known, builder);
  switch (value.kind) {
    case 'aggregate': {
      const found = known.get(value);
      if (found !== undefined) return found;
      const id = builder.fresh('a');
      aggregates.push({ id, value });
      const column: Value = { kind: 'column', id, type: value.type };
      known.set(value, column);
      return column;
    }
    case 'call':
    case 'window':
      return { ...value, arguments: value.arguments.map(lift) };
    case 'equality':
      return { ...value, left: lift(value.left), right: lift(value.right) };
    case 'logic':
      return { ...value, operands: value.operands.map(lift) };
    case 'not':
      return { ...value, operand: lift(value.operand) };
    case 'oneOf':
      return { ...value, value: lift(value.value), options: value.options.map(lift) };
    case 'member':
      return { ...value, value: lift(value.value) };
    case 'column':
    case 'constant':
    case 'subquery':
      return value;
  }
}

function outputsOf(
  expression: Expression,
  input: Relation,
  grouped: ReadonlySet<string>,
  scope: Scope,
  row: Row,
  builder: Builder,
): readonly Output[] {
  const inner = expression.kind === 'named' ? expression.value : expression;
  if (inner.kind === 'call' && inner.called === undefined) {
    if (inner.name === 'arg_max' || inner.name === 'arg_min' || inner.name === 'argmax' || inner.name === 'argmin') {
      return argExtreme(inner, input, grouped, scope, row, builder);
    }
    if (inner.name === 'percentiles' || inner.name === 'percentilesw') return percentiles(inner, scope, row, builder);
    if ((inner.name === 'take_any' || inner.name === 'any') && needsMany(inner)) {
      return members(inner, inner.arguments, input, grouped, scope, row, builder).map(({ value }) => ({
        name: undefined,
        value: anyOf(value),
      }));
    }
  }
  return [{ name: undefined, value: builder.scalar(inner, scope, row) }];
}

function needsMany(node: CallNode): boolean {
  return node.arguments.length > 1 || node.arguments[0]?.kind === 'star';
}

/** Values of one row: taken together, as a struct. */
function anyOf(value: Value): Value {
  const picked = aggregate(value.type, [value], ([x]) => `first(${x})`);
  return value.type === 'string' ? call('string', [picked], (s) => `coalesce(${s}, '')`) : picked;
}

/** The further arguments of arg_max as values; `*` is every column but the keys and the maximized one. */
function members(
  node: CallNode,
  expressions: readonly Expression[],
  input: Relation,
  grouped: ReadonlySet<string>,
  scope: Scope,
  row: Row,
  builder: Builder,
): readonly Output[] {
  const key = node.name.startsWith('arg') ? node.arguments[0] : undefined;
  const keyId = key?.kind === 'name' ? input.columns.find((column) => column.name === key.name)?.id : undefined;
  return expressions.flatMap((expression): readonly Output[] => {
    if (expression.kind !== 'star') {
      return [{ name: undefined, value: builder.scalar(expression, scope, { ...row, aggregates: false }) }];
    }
    const rest = input.columns.filter((column) => !grouped.has(column.id) && column.id !== keyId);
    return rest.map((column) => ({ name: column.name, value: columnValue(column) }));
  });
}

/** arg_max(key, …): the key and the others of the row where it is greatest. Rows with a null key count only if there is no other. */
function argExtreme(
  node: CallNode,
  input: Relation,
  grouped: ReadonlySet<string>,
  scope: Scope,
  row: Row,
  builder: Builder,
): readonly Output[] {
  const [keyNode, ...rest] = node.arguments;
  if (keyNode === undefined) throw errorAt('malformed', `${node.name}() needs arguments`, node);
  const key = builder.scalar(keyNode, scope, { ...row, aggregates: false });
  if (key.type === 'dynamic') throw unsupported(`${node.name}() by a dynamic; convert it first`, node);
  const others = members(node, rest, input, grouped, scope, row, builder);
  const all = [key, ...others.map((other) => other.value)];
  const pick = node.name.endsWith('max') ? 'arg_max' : 'arg_min';
  const struct = aggregate(key.type, all, (args) => {
    const packed = `struct_pack(${args.map((sql, index) => `f${index} := ${sql}`).join(', ')})`;
    return `coalesce(${pick}(${packed}, ${args[0]}), first(${packed}))`;
  });
  return all.map((value, index) => ({
    name: undefined,
    value: call(value.type, [struct], (s) =>
      value.type === 'string' ? `coalesce(${s}.f${index}, '')` : `${s}.f${index}`,
    ),
  }));
}

/** With arg_max alone the row is found by a window, which is faster than packing all columns into a struct. */
function onlyArgMax(
  operator: SummarizeOperator,
  open: OpenRow,
  keys: readonly Key[],
  keyColumns: readonly PlanColumn[],
  names: readonly string[],
  input: Relation,
  grouped: ReadonlySet<string>,
  scope: Scope,
  builder: Builder,
): Relation | undefined {
  const { row } = open;
  const [only, ...further] = operator.aggregates;
  const node = only?.kind === 'named' ? only.value : only;
  if (further.length > 0 || keys.length === 0 || node?.kind !== 'call' || !/^arg_?(max|min)$/.test(node.name))
    return undefined;
  const [keyNode, ...rest] = node.arguments;
  if (keyNode === undefined) return undefined;
  const maximized = { id: builder.fresh('extreme'), value: builder.scalar(keyNode, scope, row) };
  const others = members(node, rest, input, grouped, scope, row, builder).map(({ value }) => ({
    id: builder.fresh('m'),
    value,
  }));
  // The columns of a group are there already.
  const own = new Set(groupKeys(input).map((key) => key.id));
  const computed = [...keys.filter((key) => !own.has(key.id)), maximized, ...others];
  const prepared = withComputed(open.input(), computed);
  const order = [{ id: maximized.id, descending: node.name.endsWith('max'), nullsFirst: false }];
  const plan = { kind: 'firstOf', input: prepared.plan, keys: keys.map((key) => key.id), order } as const;
  const columns = [maximized, ...others].map(
    ({ id, value }, index): PlanColumn => ({ id, name: names[keyColumns.length + index] ?? '', type: value.type }),
  );
  return { plan, columns: [...keyColumns, ...columns], order: [] };
}

function percentiles(node: CallNode, scope: Scope, row: Row, builder: Builder): readonly Output[] {
  const plain: Row = { ...row, aggregates: false };
  const weighted = node.name === 'percentilesw';
  const [valueNode, ...further] = node.arguments;
  const weightNode = weighted ? further[0] : undefined;
  if (valueNode === undefined || (weighted && weightNode === undefined)) {
    throw errorAt('malformed', `${node.name}() needs more arguments`, node);
  }
  const shares = weighted ? further.slice(1) : further;
  const value = builder.scalar(valueNode, scope, plain);
  const weight = weightNode === undefined ? undefined : builder.scalar(weightNode, scope, plain);
  const context: CallContext = {
    builder,
    node,
    arguments: node.arguments,
    scope,
    row: plain,
    value: () => value,
    values: () => [value],
  };
  return shares.map((share) => ({
    name: undefined,
    value:
      weight === undefined
        ? percentileValue(value, builder.scalar(share, scope, plain), context)
        : weightedPercentile(value, weight, builder.scalar(share, scope, plain), context),
  }));
}

export function count(input: Relation, name: string, builder: Builder): Relation {
  const id = builder.fresh(name);
  const value = aggregate('long', [], () => 'count(*)');
  return {
    plan: { kind: 'aggregate', input: input.plan, keys: groupKeys(input), aggregates: [{ id, value }] },
    columns: [{ id, name, type: 'long' }],
    order: [],
    ...(input.group === undefined ? {} : { group: input.group }),
  };
}
