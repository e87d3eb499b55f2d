/** evaluate: plugins by name; those that are not here are refused. */
import type { EvaluateOperator } from '../../../../../shared/kql/language';
import type { Relation } from '../../plan/nodes';
import { type Builder, type Scope, unsupported } from '../builder';
import { ACTIVITY_PLUGINS } from './plugins/activity';
import { bagUnpack } from './plugins/bagUnpack';
import { ipv4Lookup, ipv6Lookup } from './plugins/ipLookup';
import { narrow } from './plugins/narrow';
import { pivot } from './plugins/pivot';
import type { Plugin } from './plugins/plugin';
import { rowsNear } from './plugins/rowsNear';

export const PLUGINS: ReadonlyMap<string, Plugin> = new Map([
  ['bag_unpack', bagUnpack],
  ['ipv4_lookup', ipv4Lookup],
  ['ipv6_lookup', ipv6Lookup],
  ['narrow', narrow],
  ['pivot', pivot],
  ['rows_near', rowsNear],
  ...ACTIVITY_PLUGINS,
]);

export function evaluate(operator: EvaluateOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const { call: node } = operator;
  if (node.kind !== 'call') throw unsupported('evaluate of that', operator);
  const plugin = PLUGINS.get(node.name);
  if (plugin === undefined) throw unsupported(`evaluate ${node.name}`, operator);
  return plugin({ node, operator, input, scope, builder });
}
