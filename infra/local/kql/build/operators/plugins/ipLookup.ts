/** ipv4_lookup: rows joined with those of a table whose network holds their address. */
import type { PlanColumn } from '../../../plan/nodes';
import { call, columnValue, isConstant } from '../../../plan/values';
import { unsupported } from '../../builder';
import { convert } from '../../convert';
import { columnArgument, type Plugin } from './plugin';

/** Rows of the input with each row of the lookup table whose network holds their address. */
export const ipv4Lookup: Plugin = (pluginCall) => {
  const { node, input, scope, builder } = pluginCall;
  const [table, addressNode, networkNode, ...options] = node.arguments;
  if (table === undefined) throw unsupported('ipv4_lookup() without a table', node);
  const lookup = builder.relation(table, scope);
  const address = columnArgument(addressNode, input.columns, pluginCall);
  const network = columnArgument(networkNode, lookup.columns, pluginCall);
  let unmatched = false;
  for (const option of options) {
    if (option.kind !== 'named' || option.names[0] !== 'return_unmatched')
      throw unsupported('ipv4_lookup() with further keys', option);
    const value = builder.scalar(option.value, scope, undefined);
    if (!isConstant(value)) throw unsupported('A computed return_unmatched', option);
    unmatched = value.value === true;
  }
  const taken = new Set(input.columns.map((column) => column.name));
  if (lookup.columns.some((column) => taken.has(column.name)))
    throw unsupported('ipv4_lookup() of a table with a column that the input has, too,', node);
  const right = lookup.columns.map((column): PlanColumn => ({ ...column, id: builder.fresh(column.name) }));
  return {
    plan: {
      kind: 'join',
      joinKind: unmatched ? 'leftouter' : 'inner',
      left: input.plan,
      right: lookup.plan,
      keys: [],
      predicate: call(
        'bool',
        [convert(columnValue(address), 'string'), convert(columnValue(network), 'string')],
        (a, range) => `coalesce(kql_ip4_in_range(${a}, ${range}), false)`,
      ),
      output: [
        ...input.columns.map((column) => ({ id: column.id, from: column, nullable: false })),
        ...lookup.columns.map((from, index) => ({ id: right[index]?.id ?? '', from, nullable: unmatched })),
      ],
    },
    columns: [...input.columns, ...right],
    order: [],
  };
};
