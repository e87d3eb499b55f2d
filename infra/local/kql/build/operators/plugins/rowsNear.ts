/** rows_near: the rows within so many of one that fulfils a condition, in the order of the input. */
import type { SortKey } from '../../../plan/nodes';
import { errorAt, unsupported } from '../../builder';
import { convert } from '../../convert';
import { openRow } from '../../rows';
import { argumentsOf, constantArgument, type Plugin } from './plugin';

export const rowsNear: Plugin = (pluginCall) => {
  const { node, input, scope, builder } = pluginCall;
  const { given } = argumentsOf(pluginCall, ['Condition', 'NumRows', 'NumRowsAfter']);
  const condition = given.get('Condition');
  if (condition === undefined) throw errorAt('malformed', 'rows_near() needs a condition', node);
  const open = openRow(input, builder);
  const fulfilled = convert(builder.scalar(condition, scope, open.row), 'bool');
  const count = (name: string): bigint | undefined => {
    const value = constantArgument(given.get(name), pluginCall)?.value;
    if (value !== undefined && (typeof value !== 'bigint' || value < 0n))
      throw unsupported(`rows_near() with that ${name}`, node);
    return value;
  };
  const before = count('NumRows') ?? 0n;
  const after = count('NumRowsAfter') ?? before;
  const order: readonly SortKey[] = input.order;
  const near = open.row.hoist?.({
    kind: 'window',
    type: 'bool',
    arguments: [fulfilled],
    sql: ([c], over) =>
      `coalesce(bool_or(${c}) ${over.slice(0, -1)} ROWS BETWEEN ${after} PRECEDING AND ${before} FOLLOWING), false)`,
    order,
  });
  if (near === undefined) throw unsupported('rows_near() here', node);
  const placed = open.input();
  return { ...placed, plan: { kind: 'filter', input: placed.plan, predicate: near } };
};
