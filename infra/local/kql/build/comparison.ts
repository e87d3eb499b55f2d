/** == != < <= > >= between: what types are compared in, and Kusto's nulls. */
import type { ComparisonOperator, SyntaxNode } from '../../../../shared/kql/language';
import type { Value } from '../plan/nodes';
import { call, constant, equality, isConstant, isNull, logic, not } from '../plan/values';
import { arithmetic } from './arithmetic';
import { errorAt } from './builder';
import { comparisonType, convert } from './convert';

export function compare(operator: ComparisonOperator, left: Value, right: Value, node: SyntaxNode): Value {
  if (left.type === 'dynamic' && right.type === 'dynamic' && operator !== '==' && operator !== '!=') {
    throw errorAt(
      'unsupported',
      `'${operator}' between two dynamics is not supported by the local engine; convert one`,
      node,
    );
  }
  const [a, b] = comparable(left, right, operator, node);
  if (operator === '==' || operator === '!=') return equality(a, b, operator === '!=');
  if (isNull(a) || isNull(b)) return constant('bool', null);
  if (isConstant(a) && isConstant(b) && typeof a.value === 'bigint' && typeof b.value === 'bigint') {
    return constant('bool', ordered(operator, a.value, b.value));
  }
  return call('bool', [a, b], (x, y) => `(${x} ${operator} ${y})`);
}

/** Both sides in one type. */
export function comparable(left: Value, right: Value, operator: string, node: SyntaxNode): readonly [Value, Value] {
  const type = comparisonType(left, right);
  if (type === undefined) {
    throw errorAt('malformed', `'${operator}' cannot compare ${left.type} with ${right.type}`, node);
  }
  return [convert(left, type), convert(right, type)];
}

/** `value between (low .. high)`, both ends included; after a datetime, a timespan as upper end counts from the lower one. */
export function between(value: Value, low: Value, high: Value, negated: boolean, node: SyntaxNode): Value {
  const end = low.type === 'datetime' && high.type === 'timespan' ? arithmetic('+', low, high, 'datetime', node) : high;
  const inside = logic('and', [compare('>=', value, low, node), compare('<=', value, end, node)]);
  return negated ? not(inside) : inside;
}

function ordered(operator: ComparisonOperator, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
  }
}
