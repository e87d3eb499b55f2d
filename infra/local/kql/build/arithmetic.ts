/** + - * / % and unary minus over numbers, datetimes and timespans; constants are folded. */
import type { ArithmeticOperator, ScalarType, SyntaxNode } from '../../../../shared/kql/language';
import type { SqlTemplate, Value } from '../plan/nodes';
import { call, constant, isConstant, nullOf } from '../plan/values';
import { isNumeric, type KqlType } from '../types';
import { errorAt } from './builder';
import { convert } from './convert';

interface Rule {
  readonly result: KqlType;
  readonly sql: SqlTemplate;
}

/** Rules with a datetime or timespan, by `left operator right`; `number` stands for any numeric type. */
const TIME_RULES: Readonly<Record<string, Rule>> = {
  'datetime + timespan': { result: 'datetime', sql: (t, n) => `kql_add(${t}, ${n})` },
  'timespan + datetime': { result: 'datetime', sql: (n, t) => `kql_add(${t}, ${n})` },
  'datetime - timespan': { result: 'datetime', sql: (t, n) => `kql_add(${t}, -(${n}))` },
  'datetime - datetime': { result: 'timespan', sql: (a, b) => `(kql_between(${a}, ${b}))` },
  'timespan + timespan': { result: 'timespan', sql: (a, b) => `(${a} + ${b})` },
  'timespan - timespan': { result: 'timespan', sql: (a, b) => `(${a} - ${b})` },
  'timespan * number': { result: 'timespan', sql: (n, x) => `CAST(trunc(${n} * ${x}) AS BIGINT)` },
  'number * timespan': { result: 'timespan', sql: (x, n) => `CAST(trunc(${n} * ${x}) AS BIGINT)` },
  'timespan / timespan': { result: 'real', sql: (a, b) => `(CAST(${a} AS DOUBLE) / ${b})` },
  'timespan / number': { result: 'timespan', sql: (n, x) => `CAST(trunc(${n} / ${x}) AS BIGINT)` },
  'datetime / timespan': { result: 'real', sql: (t, n) => `(CAST(kql_ticks(${t}) AS DOUBLE) / ${n})` },
  'timespan % number': { result: 'timespan', sql: (n, x) => `kql_mod(${n}, CAST(trunc(${x}) AS BIGINT))` },
  'timespan % timespan': { result: 'timespan', sql: (a, b) => `(kql_mod(${a}, ${b}))` },
  'datetime % timespan': { result: 'timespan', sql: (t, n) => `(kql_mod(kql_ticks(${t}), ${n}))` },
};

const NUMBER_SQL: Readonly<Record<ArithmeticOperator, { readonly whole: SqlTemplate; readonly real: SqlTemplate }>> = {
  '+': both((a, b) => `(${a} + ${b})`),
  '-': both((a, b) => `(${a} - ${b})`),
  '*': both((a, b) => `(${a} * ${b})`),
  '/': { whole: (a, b) => `(${a} // ${b})`, real: (a, b) => `(${a} / ${b})` },
  '%': both((a, b) => `(kql_mod(${a}, ${b}))`),
};

function both(sql: SqlTemplate) {
  return { whole: sql, real: sql };
}

/** @param declared the result's type according to the parser. */
export function arithmetic(
  operator: ArithmeticOperator,
  left: Value,
  right: Value,
  declared: ScalarType | undefined,
  node: SyntaxNode,
): Value {
  const rule = TIME_RULES[`${family(left.type)} ${operator} ${family(right.type)}`];
  if (rule !== undefined) {
    return foldTime(operator, left, right, rule.result) ?? call(rule.result, [left, right], rule.sql);
  }
  const time = [left, right].find((side) => side.type === 'datetime' || side.type === 'timespan');
  if (time !== undefined) return timeWithDynamic(operator, left, right, declared, node);
  return numbers(operator, left, right);
}

/** A dynamic beside a datetime or timespan takes the type that makes the sum possible. */
function timeWithDynamic(
  operator: ArithmeticOperator,
  left: Value,
  right: Value,
  declared: ScalarType | undefined,
  node: SyntaxNode,
): Value {
  for (const type of ['timespan', 'datetime'] as const) {
    const [a, b] = [left, right].map((side) => (side.type === 'dynamic' ? convert(side, type) : side));
    if (a === undefined || b === undefined || (a === left && b === right)) break;
    const rule = TIME_RULES[`${family(a.type)} ${operator} ${family(b.type)}`];
    if (rule !== undefined && (declared === undefined || declared === 'dynamic' || declared === rule.result)) {
      return call(rule.result, [a, b], rule.sql);
    }
  }
  throw errorAt(
    'unsupported',
    `'${operator}' between ${left.type} and ${right.type} is not supported by the local engine`,
    node,
  );
}

function numbers(operator: ArithmeticOperator, left: Value, right: Value): Value {
  const decimal = left.type === 'decimal' || right.type === 'decimal';
  const whole = isWhole(left.type) && isWhole(right.type);
  const type: KqlType = whole ? 'long' : decimal && left.type !== 'real' && right.type !== 'real' ? 'decimal' : 'real';
  const [a, b] = [convert(left, type), convert(right, type)];
  if (isConstant(a) && isConstant(b)) {
    if (a.value === null || b.value === null) return nullOf(type);
    if (typeof a.value === 'bigint' && typeof b.value === 'bigint') {
      const folded = foldWhole(operator, a.value, b.value);
      if (folded !== undefined) return constant('long', folded);
    }
    if (typeof a.value === 'number' && typeof b.value === 'number' && operator !== '%') {
      return constant('real', foldReal(operator, a.value, b.value));
    }
  }
  return call(type, [a, b], whole ? NUMBER_SQL[operator].whole : NUMBER_SQL[operator].real);
}

export function negate(operand: Value): Value {
  if (isConstant(operand) && typeof operand.value === 'bigint') return constant(operand.type, -operand.value);
  if (isConstant(operand) && typeof operand.value === 'number') return constant(operand.type, -operand.value);
  const value = operand.type === 'dynamic' || operand.type === 'string' ? convert(operand, 'real') : operand;
  return call(value.type, [value], (x) => `(-${x})`);
}

function foldWhole(operator: ArithmeticOperator, a: bigint, b: bigint): bigint | undefined {
  const value = wholeResult(operator, a, b);
  return value === undefined || BigInt.asIntN(64, value) !== value ? undefined : value;
}

function wholeResult(operator: ArithmeticOperator, a: bigint, b: bigint): bigint | undefined {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (b === 0n) return undefined;
  if (operator === '/') return a / b;
  const size = b < 0n ? -b : b;
  return ((a % size) + size) % size;
}

function foldReal(operator: ArithmeticOperator, a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  return operator === '*' ? a * b : a / b;
}

function foldTime(operator: ArithmeticOperator, left: Value, right: Value, result: KqlType): Value | undefined {
  if (!isConstant(left) || !isConstant(right)) return undefined;
  if (left.value === null || right.value === null) return nullOf(result);
  const [a, b] = [left.value, right.value];
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return undefined;
  if (result === 'datetime') {
    const [micros, ticks] = left.type === 'datetime' ? [a, b] : [b, a];
    return constant('datetime', operator === '+' ? micros + ticks / 10n : micros - ticks / 10n);
  }
  if (left.type === 'datetime') return operator === '-' ? constant('timespan', (a - b) * 10n) : undefined;
  if (result !== 'timespan') return undefined;
  const folded = wholeResult(operator, a, b);
  return folded === undefined ? undefined : constant('timespan', folded);
}

function family(type: KqlType): string {
  return isNumeric(type) ? 'number' : type;
}

function isWhole(type: KqlType): boolean {
  return type === 'int' || type === 'long' || type === 'bool';
}
