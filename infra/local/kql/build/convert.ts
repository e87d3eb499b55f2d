/** Conversions between KQL types: what tostring(), toint() … do, and what operators do on their own. */
import {
  datetimeText,
  jsonOfLiteral,
  parseDatetime,
  parseTimespan,
  timespanText,
} from '../../../../shared/kql/language';
import type { SqlTemplate, Value } from '../plan/nodes';
import { call, constant, isConstant, nullOf } from '../plan/values';
import { isNumeric, type KqlType } from '../types';

const TO_TEXT: Readonly<Record<KqlType, SqlTemplate>> = {
  bool: (x) => `coalesce(CAST(${x} AS VARCHAR), '')`,
  int: (x) => `coalesce(CAST(${x} AS VARCHAR), '')`,
  long: (x) => `coalesce(CAST(${x} AS VARCHAR), '')`,
  real: (x) => `coalesce(kql_real_text(${x}), '')`,
  decimal: (x) => `coalesce(kql_decimal_text(${x}), '')`,
  datetime: (x) => `coalesce(kql_datetime_text(${x}), '')`,
  timespan: (x) => `coalesce(kql_timespan_text(${x}), '')`,
  guid: (x) => `coalesce(CAST(${x} AS VARCHAR), '')`,
  string: (x) => x,
  dynamic: (x) => `coalesce((${x}) ->> '$', '')`,
};

const TO_LONG: Partial<Record<KqlType, SqlTemplate>> = {
  bool: (x) => `CAST(${x} AS BIGINT)`,
  int: (x) => `CAST(${x} AS BIGINT)`,
  real: (x) => `TRY_CAST(trunc(${x}) AS BIGINT)`,
  decimal: (x) => `TRY_CAST(trunc(${x}) AS BIGINT)`,
  datetime: (x) => `kql_ticks(${x})`,
  timespan: (x) => x,
  string: (x) => `kql_long(${x})`,
  dynamic: (x) => `kql_long((${x}) ->> '$')`,
};

const TO_REAL: Partial<Record<KqlType, SqlTemplate>> = {
  bool: (x) => `CAST(${x} AS DOUBLE)`,
  int: (x) => `CAST(${x} AS DOUBLE)`,
  long: (x) => `CAST(${x} AS DOUBLE)`,
  decimal: (x) => `CAST(${x} AS DOUBLE)`,
  timespan: (x) => `CAST(${x} AS DOUBLE)`,
  string: (x) => `kql_real(${x})`,
  dynamic: (x) => `kql_real((${x}) ->> '$')`,
};

/** To each type from the others; what is not listed has no conversion and gives null. */
const CONVERSIONS: Readonly<Record<KqlType, Partial<Record<KqlType, SqlTemplate>>>> = {
  string: TO_TEXT,
  long: TO_LONG,
  int: Object.fromEntries(
    Object.entries({ ...TO_LONG, long: (x: string) => x }).map(([from, sql]) => [
      from,
      (x: string) => `TRY_CAST(${sql(x)} AS INTEGER)`,
    ]),
  ),
  real: TO_REAL,
  decimal: {
    bool: (x) => `CAST(CAST(${x} AS INTEGER) AS DECIMAL(38,12))`,
    int: (x) => `CAST(${x} AS DECIMAL(38,12))`,
    long: (x) => `CAST(${x} AS DECIMAL(38,12))`,
    real: (x) => `TRY_CAST(${x} AS DECIMAL(38,12))`,
    string: (x) => `TRY_CAST(${x} AS DECIMAL(38,12))`,
    dynamic: (x) => `TRY_CAST((${x}) ->> '$' AS DECIMAL(38,12))`,
  },
  bool: {
    int: (x) => `(${x} <> 0)`,
    long: (x) => `(${x} <> 0)`,
    real: (x) => `(${x} <> 0)`,
    decimal: (x) => `(${x} <> 0)`,
    string: (x) => `kql_bool(${x})`,
    dynamic: (x) => `kql_bool((${x}) ->> '$')`,
  },
  datetime: {
    int: (x) => `kql_datetime_of_ticks(${x})`,
    long: (x) => `kql_datetime_of_ticks(${x})`,
    string: (x) => `kql_datetime(${x})`,
    dynamic: (x) => `kql_datetime((${x}) ->> '$')`,
  },
  timespan: {
    int: (x) => `CAST(${x} AS BIGINT)`,
    long: (x) => x,
    real: (x) => `TRY_CAST(${x} * 864000000000 AS BIGINT)`,
    string: (x) => `kql_timespan(${x})`,
    dynamic: (x) => `kql_timespan((${x}) ->> '$')`,
  },
  guid: {
    string: (x) => `TRY_CAST(${x} AS UUID)`,
    dynamic: (x) => `TRY_CAST((${x}) ->> '$' AS UUID)`,
  },
  dynamic: {
    bool: (x) => `to_json(${x})`,
    int: (x) => `to_json(${x})`,
    long: (x) => `to_json(${x})`,
    real: (x) => `kql_real_json(${x})`,
    decimal: (x) => `to_json(${x})`,
    datetime: (x) => `to_json(kql_datetime_text(${x}))`,
    timespan: (x) => `to_json(kql_timespan_text(${x}))`,
    guid: (x) => `to_json(CAST(${x} AS VARCHAR))`,
    string: (x) => `to_json(${x})`,
  },
};

/** The value as another type; null (for strings empty) where it cannot be converted. */
export function convert(value: Value, type: KqlType): Value {
  if (value.type === type) return value;
  if (isConstant(value)) {
    const folded = foldConversion(value.value, value.type, type);
    if (folded !== undefined) return folded;
  }
  const sql = CONVERSIONS[type][value.type];
  return sql === undefined ? nullOf(type) : call(type, [value], sql);
}

/** Constants keep being constants, so that windows, limits and list members are known while compiling. */
function foldConversion(value: unknown, from: KqlType, to: KqlType): Value | undefined {
  if (value === null) return nullOf(to);
  if (to === 'dynamic' && typeof value !== 'number' && from !== 'decimal') {
    return constant('dynamic', jsonOfLiteral(value as bigint | boolean | string, from));
  }
  if (isNumeric(from) && typeof value === 'bigint') {
    if (to === 'long') return constant('long', value);
    if (to === 'int' && value >= -2147483648n && value <= 2147483647n) return constant('int', value);
    if (to === 'real') return constant('real', Number(value));
    if (to === 'string') return constant('string', value.toString());
  }
  if (from === 'datetime' && to === 'string') return constant('string', datetimeText(value as bigint));
  if (from === 'timespan' && to === 'string') return constant('string', timespanText(value as bigint));
  if (from === 'string' && to === 'datetime') {
    const micros = parseDatetime(String(value).trim());
    return micros === undefined ? undefined : constant('datetime', micros);
  }
  if (from === 'string' && to === 'timespan') {
    const ticks = parseTimespan(String(value).trim());
    return ticks === undefined ? undefined : constant('timespan', ticks);
  }
  if (from === 'dynamic' && to === 'string') {
    const json: unknown = JSON.parse(String(value));
    return typeof json === 'string' ? constant('string', json) : undefined;
  }
  return undefined;
}

/** The type that holds the values of both; undefined when there is none. */
export function commonType(left: KqlType, right: KqlType): KqlType | undefined {
  if (left === right) return left;
  if (left === 'dynamic') return right;
  if (right === 'dynamic') return left;
  if (isNumeric(left) && isNumeric(right)) {
    const order: readonly KqlType[] = ['int', 'long', 'decimal', 'real'];
    return order[Math.max(order.indexOf(left), order.indexOf(right))];
  }
  if (left === 'string' || right === 'string') return 'string';
  if (left === 'bool' && isNumeric(right)) return right;
  if (right === 'bool' && isNumeric(left)) return left;
  return undefined;
}

/** Integers below this size are themselves as reals, and no other integer becomes one of them. */
const EXACT = 9_007_199_254_740_992n;

/**
 * The type in which two values are compared. A dynamic beside an integer may hold a fraction, so neither is cut; a text beside a
 * datetime is read as one; a number beside a text becomes text.
 */
export function comparisonType(left: Value, right: Value): KqlType | undefined {
  // Two dynamics are equal when their texts are: Kusto does not look into arrays and bags either.
  if (left.type === 'dynamic' && right.type === 'dynamic') return 'string';
  const [dynamic, other] = left.type === 'dynamic' ? [left, right] : [right, left];
  if (dynamic.type === 'dynamic' && (other.type === 'int' || other.type === 'long')) return integerBesideDynamic(other);
  const [text, typed] = left.type === 'string' ? [left, right] : [right, left];
  if (text.type === 'string' && ['datetime', 'timespan', 'guid', 'bool'].includes(typed.type)) return typed.type;
  return commonType(left.type, right.type);
}

function integerBesideDynamic(integer: Value): KqlType {
  if (!isConstant(integer) || typeof integer.value !== 'bigint') return 'decimal';
  return integer.value < EXACT && integer.value > -EXACT ? 'real' : 'decimal';
}
