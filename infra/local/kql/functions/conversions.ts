/** tostring, toint … and gettype. */
import { convert } from '../build/convert';
import { call, constant, constantJson, constantOfJson, isConstant } from '../plan/values';
import type { KqlType } from '../types';
import type { FunctionBuilder } from './spec';

const TARGETS: Readonly<Record<string, KqlType>> = {
  tostring: 'string',
  toint: 'int',
  tolong: 'long',
  toreal: 'real',
  todouble: 'real',
  todecimal: 'decimal',
  tobool: 'bool',
  toboolean: 'bool',
  todatetime: 'datetime',
  totimespan: 'timespan',
  totime: 'timespan',
  toguid: 'guid',
};

/** Names that gettype() gives to what is in a dynamic, where they differ from the type's. */
const DYNAMIC_TYPE_NAMES: Partial<Record<KqlType, string>> = { real: 'double' };

/** Text that is no JSON becomes a dynamic string; a dynamic stays what it is. */
const parseJson: FunctionBuilder = (context) => {
  const value = context.value(0);
  if (value.type === 'dynamic') return value;
  return call('dynamic', [convert(value, 'string')], (s) => `kql_parse_json(${s})`);
};

const getType: FunctionBuilder = (context) => {
  const value = context.value(0);
  const known = constantJson(value);
  if (known !== undefined && known !== null) return constant('string', typeNameOf(known));
  if (value.type === 'dynamic') return call('string', [value], (j) => `kql_type_name(${j})`);
  if (isConstant(value) && value.value === null) return constant('string', 'null');
  return constant('string', value.type);
};

function typeNameOf(json: unknown): string {
  if (Array.isArray(json)) return 'array';
  const scalar = constantOfJson(json);
  return scalar.type === 'dynamic' ? 'dictionary' : (DYNAMIC_TYPE_NAMES[scalar.type] ?? scalar.type);
}

export const CONVERSION_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  ...Object.fromEntries(
    Object.entries(TARGETS).map(([name, type]): [string, FunctionBuilder] => [
      name,
      (context) => convert(context.value(0), type),
    ]),
  ),
  parse_json: parseJson,
  parsejson: parseJson,
  todynamic: parseJson,
  toobject: parseJson,
  gettype: getType,
};
