/** The maker of aggregate values. */
import type { Value } from '../plan/nodes';
import type { KqlType } from '../types';

type AggregateSql = Extract<Value, { kind: 'aggregate' }>['sql'];

export function aggregate(
  type: KqlType,
  args: readonly Value[],
  sql: AggregateSql,
  filter?: Value,
  order: Extract<Value, { kind: 'aggregate' }>['order'] = [],
): Value {
  return { kind: 'aggregate', type, arguments: args, sql, filter, order };
}
