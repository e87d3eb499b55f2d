/** Functions that look at neighbouring rows, in the row order that a preceding sort defined. */
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, constant, isConstant, nullOf } from '../plan/values';
import type { KqlType } from '../types';
import type { CallContext, FunctionBuilder } from './spec';

function windowed(
  context: CallContext,
  type: KqlType,
  args: readonly Value[],
  sql: (args: readonly string[], over: string) => string,
): Value {
  const { row } = context;
  if (row?.hoist === undefined) throw unsupported(`${context.node.name}() here`, context.node);
  const partition = row.group?.map((column) => column.id);
  return row.hoist({
    kind: 'window',
    type,
    arguments: args,
    sql,
    order: row.order,
    ...(partition === undefined ? {} : { partition }),
  });
}

const rowNumber: FunctionBuilder = (context) => {
  if (context.arguments.length > 1) return restarted(context, 'row_number');
  const start = context.arguments.length === 0 ? constant('long', 1n) : convert(context.value(0), 'long');
  return windowed(context, 'long', [start], ([from], over) => `(row_number() ${over} - 1 + ${from})`);
};

const rowCumsum: FunctionBuilder = (context) => {
  if (context.arguments.length > 1) return restarted(context, 'row_cumsum');
  const value = context.value(0);
  const type: KqlType = value.type === 'int' ? 'long' : value.type;
  return windowed(
    context,
    type,
    [value],
    ([x], over) => `CAST(sum(${x}) ${rows(over)} AS ${type === 'real' ? 'DOUBLE' : 'BIGINT'})`,
  );
};

/** Row by row, not by groups of equal keys. */
function rows(over: string): string {
  return over === 'OVER ()'
    ? 'OVER (ROWS UNBOUNDED PRECEDING)'
    : `${over.slice(0, -1)} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
}

/** With a restart condition: first the number of restarts up to each row, then the function within each of these runs. */
function restarted(context: CallContext, name: 'row_number' | 'row_cumsum'): Value {
  if (context.row?.group !== undefined) throw unsupported(`${name}() with a restart in a subquery`, context.node);
  const key = runKey(context);
  if (key !== undefined) return withinRuns(context, name, key);
  const restart = convert(context.value(1), 'bool');
  const run = windowed(
    context,
    'long',
    [restart],
    ([r], over) => `sum(CAST(coalesce(${r}, false) AS INTEGER)) ${rows(over)}`,
  );
  const partitioned = (over: string, group: string) =>
    rows(over === 'OVER ()' ? `OVER (PARTITION BY ${group})` : over.replace('OVER (', `OVER (PARTITION BY ${group} `));
  const value = convert(context.value(0), name === 'row_number' ? 'long' : context.value(0).type);
  if (name === 'row_number') {
    return windowed(
      context,
      'long',
      [value, run],
      ([from, group], over) => `(row_number() ${partitioned(over, group ?? '')} - 1 + ${from})`,
    );
  }
  const type: KqlType = value.type === 'int' ? 'long' : value.type;
  return windowed(
    context,
    type,
    [value, run],
    ([x, group], over) =>
      `CAST(sum(${x}) ${partitioned(over, group ?? '')} AS ${type === 'real' ? 'DOUBLE' : 'BIGINT'})`,
  );
}

/**
 * The column of `prev(column) != column` over rows that are sorted by it first: the runs are then its values, which saves counting
 * restarts over all rows.
 */
function runKey({ arguments: given, builder, scope, row }: CallContext): string | undefined {
  const restart = given[1];
  if (restart?.kind !== 'comparison' || restart.operator !== '!=') return undefined;
  const { left: before, right: now } = restart;
  const [previous, ...more] = before.kind === 'call' && before.name === 'prev' ? before.arguments : [];
  if (previous?.kind !== 'name' || now.kind !== 'name' || more.length > 0) return undefined;
  const [one, other] = [builder.scalar(previous, scope, row), builder.scalar(now, scope, row)];
  const isKey = one.kind === 'column' && other.kind === 'column' && one.id === other.id;
  return isKey && row?.order[0]?.id === one.id ? one.id : undefined;
}

function withinRuns(context: CallContext, name: 'row_number' | 'row_cumsum', key: string): Value {
  const { row } = context;
  if (row?.hoist === undefined) throw unsupported(`${name}() here`, context.node);
  const value = convert(context.value(0), name === 'row_number' ? 'long' : context.value(0).type);
  const type: KqlType = value.type === 'int' ? 'long' : value.type;
  return row.hoist({
    kind: 'window',
    type,
    arguments: [value],
    sql: ([x], over) =>
      name === 'row_number'
        ? `(row_number() ${over} - 1 + ${x})`
        : `CAST(sum(${x}) ${rows(over)} AS ${type === 'real' ? 'DOUBLE' : 'BIGINT'})`,
    partition: [key],
    order: row.order.slice(1),
  });
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
  prev: neighbour('lag'),
  next: neighbour('lead'),
};
