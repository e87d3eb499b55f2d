/** What a query can ask about where it runs, and checks of its own. */

import { arithmetic } from '../build/arithmetic';
import { findColumn, unsupported } from '../build/builder';
import { compare } from '../build/comparison';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, columnValue, constant, isConstant, logic } from '../plan/values';
import type { FunctionBuilder } from './spec';

/** Data here have no extents. */
const NO_EXTENT = '00000000-0000-0000-0000-000000000000';

const text =
  (value: string): FunctionBuilder =>
  () =>
    constant('string', value);

/** The query fails with the message where the condition does not hold. */
const assertion: FunctionBuilder = (context) => {
  const condition = convert(context.value(0), 'bool');
  const message = convert(context.value(1), 'string');
  return call(
    'bool',
    [condition, message],
    (holds, says) => `CASE WHEN ${holds} THEN true ELSE CAST(error('assert() failed: ' || ${says}) AS BOOLEAN) END`,
  );
};

/** Within the distance of the centre, both ends included. */
const around: FunctionBuilder = (context) => {
  const [value, center, delta] = [context.value(0), context.value(1), context.value(2)];
  const { node } = context;
  const low = arithmetic('-', center, delta, undefined, node);
  const high = arithmetic('+', center, delta, undefined, node);
  return logic('and', [compare('>=', value, low, node), compare('<=', value, high, node)]);
};

/** rand(): 0 to 1; rand(n): whole numbers below n. */
const random: FunctionBuilder = (context) => {
  if (context.arguments.length === 0) return call('real', [], () => 'random()');
  return call(
    'real',
    [convert(context.value(0), 'long')],
    (n) => `CASE WHEN ${n} > 1 THEN floor(random() * ${n}) ELSE random() END`,
  );
};

const columnExists: FunctionBuilder = (context) => {
  const name = context.value(0);
  if (!isConstant(name)) throw unsupported('iscolumnexists() with a computed name', context.node);
  return constant('bool', findColumn(context.row?.columns ?? [], String(name.value)) !== undefined);
};

/** The named columns as a bag. */
const packColumns: FunctionBuilder = (context) => {
  const pairs = context.arguments.flatMap((argument): readonly Value[] => {
    if (argument.kind === 'star') {
      return (context.row?.columns ?? []).flatMap((column) => [
        constant('string', column.name),
        convert(columnValue(column), 'dynamic'),
      ]);
    }
    if (argument.kind !== 'name') throw unsupported('bag_pack_columns() of an expression', context.node);
    return [
      constant('string', argument.name),
      convert(context.builder.scalar(argument, context.scope, context.row), 'dynamic'),
    ];
  });
  return call('dynamic', pairs, (...sql) => `json_object(${sql.join(', ')})`);
};

const details: FunctionBuilder = () => constant('dynamic', '{"UserPrincipalName":"local","DisplayName":"local"}');

export const ENVIRONMENT_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  assert: assertion,
  around,
  rand: random,
  iscolumnexists: columnExists,
  bag_pack_columns: packColumns,
  current_cluster_endpoint: text('local'),
  current_database: text('local'),
  current_principal: text('local'),
  current_principal_details: details,
  current_principal_is_member_of: () => constant('bool', false),
  current_node_id: text('local'),
  extent_id: () => constant('guid', NO_EXTENT),
  extentid: () => constant('guid', NO_EXTENT),
  extent_tags: () => constant('dynamic', '[]'),
};
