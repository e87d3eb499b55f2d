/** bin and bin_at: rounding down to a multiple, for numbers, datetimes and timespans. */
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call } from '../plan/values';
import { isNumeric } from '../types';
import type { CallContext, FunctionBuilder } from './spec';

const bin: FunctionBuilder = (context) => binned(context.value(0), context.value(1), context);

function binned(value: Value, size: Value, context: CallContext): Value {
  if (value.type === 'datetime') {
    return call('datetime', [value, convert(size, 'timespan')], (t, n) => `kql_bin_datetime(${t}, ${n})`);
  }
  if (value.type === 'timespan') {
    return call('timespan', [value, convert(size, 'timespan')], (x, n) => `kql_bin_long(${x}, ${n})`);
  }
  if (!isNumeric(value.type) && value.type !== 'dynamic') throw unsupported(`bin() of a ${value.type}`, context.node);
  const whole = isWhole(value) && isWhole(size);
  const type = whole ? 'long' : 'real';
  return call(
    type,
    [convert(value, type), convert(size, type)],
    (x, n) => `${whole ? 'kql_bin_long' : 'kql_bin_real'}(${x}, ${n})`,
  );
}

function isWhole(value: Value): boolean {
  return value.type === 'int' || value.type === 'long';
}

/** Bins that have one border at the third argument. */
const binAt: FunctionBuilder = (context) => {
  const [value, size, fixed] = [context.value(0), context.value(1), context.value(2)];
  if (value.type === 'datetime') {
    const args = [value, convert(size, 'timespan'), convert(fixed, 'datetime')];
    return call('datetime', args, (t, n, f) => `kql_add(${f}, kql_bin_long(kql_between(${t}, ${f}), ${n}))`);
  }
  if (value.type === 'timespan') {
    const args = [value, convert(size, 'timespan'), convert(fixed, 'timespan')];
    return call('timespan', args, (x, n, f) => `(kql_bin_long(${x} - ${f}, ${n}) + ${f})`);
  }
  const whole = isWhole(value) && isWhole(size) && isWhole(fixed);
  const type = whole ? 'long' : 'real';
  const args = [value, size, fixed].map((argument) => convert(argument, type));
  return call(type, args, (x, n, f) => `(${whole ? 'kql_bin_long' : 'kql_bin_real'}(${x} - ${f}, ${n}) + ${f})`);
};

export const NUMBER_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = { bin, floor: bin, bin_at: binAt };
