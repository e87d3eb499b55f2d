/** Functions that look at neighbouring rows, in the row order that a preceding sort defined. */
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, constant, isConstant, nullOf } from '../plan/values';
import { duckDbType, type KqlType } from '../types';
import type { CallContext, FunctionBuilder } from './spec';

/** @param run column of the runs that the function must not leave, beside those of the group. */
function windowed(
  context: CallContext,
  type: KqlType,
  args: readonly Value[],
  sql: (args: readonly string[], over: string) => string,
  run?: Value,
): Value {
  const { row } = context;
  if (row?.hoist === undefined) throw unsupported(`${context.node.name}() here`, context.node);
  const partition = [...(row.group?.map((column) => column.id) ?? []), ...(run?.kind === 'column' ? [run.id] : [])];
  // Within runs of its own values a column is no order.
  const order = row.order.filter(({ id }) => !(run?.kind === 'column' && run.id === id));
  return row.hoist({
    kind: 'window',
    type,
    arguments: args,
    sql,
    order,
    ...(partition.length === 0 ? {} : { partition }),
  });
}

/** Row by row, not by groups of equal keys. */
function rows(over: string): string {
  return over === 'OVER ()'
    ? 'OVER (ROWS UNBOUNDED PRECEDING)'
    : `${over.slice(0, -1)} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
}

/** The runs between the rows where a condition restarts the function: how many there were so far. Undefined without a condition. */
function runsOf(context: CallContext, at: number): Value | undefined {
  if (context.arguments.length <= at) return undefined;
  const key = runKey(context, at);
  if (key !== undefined) return key;
  const restart = convert(context.value(at), 'bool');
  return windowed(
    context,
    'long',
    [restart],
    ([r], over) => `CAST(sum(CAST(coalesce(${r}, false) AS INTEGER)) ${rows(over)} AS BIGINT)`,
  );
}

const rowNumber: FunctionBuilder = (context) => {
  const start = context.arguments.length === 0 ? constant('long', 1n) : convert(context.value(0), 'long');
  const sql = ([from]: readonly string[], over: string) => `(row_number() ${over} - 1 + ${from})`;
  return windowed(context, 'long', [start], sql, runsOf(context, 1));
};

const rowCumsum: FunctionBuilder = (context) => {
  const value = context.value(0);
  const type: KqlType = value.type === 'int' ? 'long' : value.type;
  return windowed(
    context,
    type,
    [value],
    ([x], over) => `CAST(sum(${x}) ${rows(over)} AS ${duckDbType(type)})`,
    runsOf(context, 1),
  );
};

/** The rank grows where the value differs from the one before: by one, or to the number of the row. */
function rank(dense: boolean): FunctionBuilder {
  return (context) => {
    const value = context.value(0);
    const run = runsOf(context, 1);
    const changed = windowed(
      context,
      'bool',
      [value],
      ([x], over) => `(row_number() ${over} = 1 OR ${x} IS DISTINCT FROM lag(${x}) ${over})`,
      run,
    );
    if (dense) {
      return windowed(
        context,
        'long',
        [changed],
        ([c], over) => `CAST(sum(CAST(${c} AS INTEGER)) ${rows(over)} AS BIGINT)`,
        run,
      );
    }
    const number = windowed(context, 'long', [], (_, over) => `row_number() ${over}`, run);
    return windowed(
      context,
      'long',
      [changed, number],
      ([c, n], over) => `max(CASE WHEN ${c} THEN ${n} END) ${rows(over)}`,
      run,
    );
  };
}

/**
 * The first time of the session that a row belongs to. A gap, a null or a restart always ends a session; how long one lasts is then
 * followed within each stretch without these.
 */
const windowSession: FunctionBuilder = (context) => {
  const time = convert(context.value(0), 'datetime');
  const [longest, gap] = [convert(context.value(1), 'timespan'), convert(context.value(2), 'timespan')];
  const restart = context.arguments.length > 3 ? convert(context.value(3), 'bool') : constant('bool', false);
  const begins = windowed(
    context,
    'bool',
    [time, gap, restart],
    ([t, g, r], over) =>
      `(coalesce(${r}, false) OR ${t} IS NULL OR coalesce(kql_between(${t}, lag(${t}) ${over}) >= ${g}, true))`,
  );
  const stretch = windowed(
    context,
    'long',
    [begins],
    ([b], over) => `CAST(sum(CAST(${b} AS INTEGER)) ${rows(over)} AS BIGINT)`,
  );
  const times = windowed(context, 'dynamic', [time], ([t], over) => `list(${t}) ${rows(over)}`, stretch);
  return call(
    'datetime',
    [times, longest],
    (all, most) => `list_reduce(${all}, lambda s, t: CASE WHEN kql_between(t, s) >= ${most} THEN t ELSE s END)`,
  );
};

/**
 * The column of `prev(column) != column` over rows that are sorted by it first: the runs are then its values, which saves counting
 * restarts over all rows.
 */
function runKey({ arguments: given, builder, scope, row }: CallContext, at: number): Value | undefined {
  const restart = given[at];
  if (restart?.kind !== 'comparison' || restart.operator !== '!=') return undefined;
  const { left: before, right: now } = restart;
  const [previous, ...more] = before.kind === 'call' && before.name === 'prev' ? before.arguments : [];
  if (previous?.kind !== 'name' || now.kind !== 'name' || more.length > 0) return undefined;
  const [one, other] = [builder.scalar(previous, scope, row), builder.scalar(now, scope, row)];
  const isKey = one.kind === 'column' && other.kind === 'column' && one.id === other.id;
  return isKey && row?.order[0]?.id === one.id ? one : undefined;
}

function neighbour(sqlFunction: 'lag' | 'lead'): FunctionBuilder {
  return (context) => {
    const value = context.value(0);
    const offset = context.arguments.length > 1 ? context.value(1) : constant('long', 1n);
    if (!isConstant(offset) || typeof offset.value !== 'bigint') throw unsupported('A computed offset', context.node);
    const fallback = context.arguments.length > 2 ? convert(context.value(2), value.type) : nullOf(value.type);
    const distance = offset.value;
    const found = windowed(
      context,
      value.type,
      [value, fallback],
      ([x, otherwise], over) => `${sqlFunction}(${x}, ${distance}, ${otherwise}) ${over}`,
    );
    return value.type === 'string' ? call('string', [found], (s) => `coalesce(${s}, '')`) : found;
  };
}

export const WINDOW_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  row_number: rowNumber,
  row_cumsum: rowCumsum,
  row_rank: rank(true),
  row_rank_dense: rank(true),
  row_rank_min: rank(false),
  row_window_session: windowSession,
  prev: neighbour('lag'),
  next: neighbour('lead'),
};
