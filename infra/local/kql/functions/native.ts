/** Descriptions of functions that native TypeScript computes: the SQL calls it with texts and reads its text as the result's type. */
import type { SqlTemplate } from '../plan/nodes';
import { duckDbType, type KqlType } from '../types';
import type { FunctionSpec, ParameterType } from './spec';

/** @param parameters how many texts the native function takes; what is left out is null. */
export function nativeSql(name: string, parameters: number, result: KqlType): SqlTemplate {
  return (...args) => {
    const texts = Array.from({ length: parameters }, (_, index) => {
      const argument = args[index];
      return argument === undefined ? 'NULL' : `CAST(${argument} AS VARCHAR)`;
    });
    const call = `kql_native_${name}(${texts.join(', ')})`;
    return result === 'string' ? `coalesce(${call}, '')` : `CAST(${call} AS ${duckDbType(result)})`;
  };
}

export function nativeSpec(
  name: string,
  parameters: readonly ParameterType[],
  optional: number,
  result: KqlType,
): FunctionSpec {
  return { parameters, optional, result, sql: nativeSql(name, parameters.length, result) };
}
