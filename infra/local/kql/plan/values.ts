/** Makers of values, folding what is known at compile time: it lets constant filters and whole union arms disappear. */
import type { LiteralValue } from '../../../../shared/kql/language';
import type { KqlType } from '../types';
import type { Constant, PlanColumn, SqlTemplate, Value } from './nodes';

export function constant(type: KqlType, value: LiteralValue): Constant {
  return { kind: 'constant', type, value };
}

export const TRUE = constant('bool', true);
export const FALSE = constant('bool', false);

/** The null of a type; for strings, which have none, the empty string. */
export function nullOf(type: KqlType): Constant {
  return constant(type, type === 'string' ? '' : null);
}

export function columnValue(column: PlanColumn): Value {
  return { kind: 'column', id: column.id, type: column.type };
}

export function call(type: KqlType, args: readonly Value[], sql: SqlTemplate): Value {
  return { kind: 'call', type, arguments: args, sql };
}

export function isConstant(value: Value): value is Constant {
  return value.kind === 'constant';
}

export function isNull(value: Value): boolean {
  return isConstant(value) && value.value === null;
}

export function logic(operator: 'and' | 'or', operands: readonly Value[]): Value {
  const decisive = operator === 'or';
  const open: Value[] = [];
  for (const operand of operands) {
    if (isConstant(operand) && operand.value === decisive) return constant('bool', decisive);
    if (isConstant(operand) && operand.value === !decisive) continue;
    if (operand.kind === 'logic' && operand.operator === operator) open.push(...operand.operands);
    else open.push(operand);
  }
  const [only] = open;
  if (only === undefined) return constant('bool', !decisive);
  return open.length === 1 ? only : { kind: 'logic', type: 'bool', operator, operands: open };
}

export function not(operand: Value): Value {
  if (isConstant(operand)) return constant('bool', typeof operand.value === 'boolean' ? !operand.value : null);
  return { kind: 'not', type: 'bool', operand };
}

/** == (or !=) of two values of one type. */
export function equality(left: Value, right: Value, negated: boolean): Value {
  if (isConstant(left) && isConstant(right) && left.type === right.type && left.type !== 'dynamic') {
    if (left.value === null && right.value === null) return constant('bool', null);
    if (Number.isNaN(left.value) || Number.isNaN(right.value)) return constant('bool', negated);
    return constant('bool', (left.value === right.value) !== negated);
  }
  return { kind: 'equality', type: 'bool', negated, left, right };
}

/** The elements of a constant dynamic array, parsed; undefined when the value is no such constant. */
export function constantArray(value: Value): readonly unknown[] | undefined {
  const parsed = constantJson(value);
  return Array.isArray(parsed) ? parsed : undefined;
}

/** A constant dynamic, parsed; undefined when the value is none (a null gives null). */
export function constantJson(value: Value): unknown {
  if (!isConstant(value) || value.type !== 'dynamic') return undefined;
  return value.value === null ? null : JSON.parse(String(value.value));
}

/** A JSON scalar as a constant of its own type. */
export function constantOfJson(json: unknown): Constant {
  if (typeof json === 'string') return constant('string', json);
  if (typeof json === 'boolean') return constant('bool', json);
  if (typeof json === 'number') {
    return Number.isSafeInteger(json) ? constant('long', BigInt(json)) : constant('real', json);
  }
  return constant('dynamic', json === null ? null : JSON.stringify(json));
}
