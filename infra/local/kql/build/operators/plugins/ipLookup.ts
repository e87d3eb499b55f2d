/** ipv4_lookup, ipv6_lookup: rows joined with those of a table whose network holds their address. */
import type { Expression } from '../../../../../../shared/kql/language';
import type { PlanColumn, Value } from '../../../plan/nodes';
import { call, columnValue } from '../../../plan/values';
import { errorAt } from '../../builder';
import { comparable } from '../../comparison';
import { convert } from '../../convert';
import { uniqueName } from '../../rows';
import { columnArgument, constantArgument, type Plugin, type PluginCall } from './plugin';

/** The last argument, named or not, is no further key when it is a truth value. */
function unmatchedOf(options: readonly Expression[], pluginCall: PluginCall): boolean {
  const last = options.at(-1);
  if (last?.kind === 'named' && last.names[0] === 'return_unmatched')
    return constantArgument(last.value, pluginCall)?.value === true;
  return last?.kind === 'literal' && last.value === true;
}

/** @param inRange the macro that tells whether an address is in a network. */
function ipLookup(inRange: string): Plugin {
  return (pluginCall) => {
    const { node, input, scope, builder } = pluginCall;
    const [table, addressNode, networkNode, ...options] = node.arguments;
    if (table === undefined) throw errorAt('malformed', `${node.name}() needs a table`, node);
    const lookup = builder.relation(table, scope);
    const address = columnArgument(addressNode, input.columns, pluginCall);
    const network = columnArgument(networkNode, lookup.columns, pluginCall);
    const unmatched = unmatchedOf(options, pluginCall);
    const extra = options
      .filter((option) => option.kind === 'name')
      .map((option) => ({
        left: columnArgument(option, input.columns, pluginCall),
        right: columnArgument(option, lookup.columns, pluginCall),
      }));
    const keys = extra.map(({ left, right }): { readonly left: Value; readonly right: Value } => {
      const [a, b] = comparable(columnValue(left), columnValue(right), 'join', node);
      return { left: a, right: b };
    });
    const taken = new Set(input.columns.map(({ name }) => name));
    const shown = lookup.columns
      .filter((column) => !extra.some(({ right }) => right === column))
      .map((from) => {
        const name = uniqueName(from.name, taken);
        taken.add(name);
        return { id: builder.fresh(name), name, from };
      });
    return {
      plan: {
        kind: 'join',
        joinKind: unmatched ? 'leftouter' : 'inner',
        left: input.plan,
        right: lookup.plan,
        keys,
        predicate: call(
          'bool',
          [convert(columnValue(address), 'string'), convert(columnValue(network), 'string')],
          (a, range) => `coalesce(${inRange}(${a}, ${range}), false)`,
        ),
        output: [
          ...input.columns.map((column) => ({ id: column.id, from: column, nullable: false })),
          ...shown.map(({ id, from }) => ({ id, from, nullable: unmatched })),
        ],
      },
      columns: [...input.columns, ...shown.map(({ id, name, from }): PlanColumn => ({ id, name, type: from.type }))],
      order: [],
    };
  };
}

export const ipv4Lookup = ipLookup('kql_ip4_in_range');
export const ipv6Lookup = ipLookup('kql_ip6_in_range');
