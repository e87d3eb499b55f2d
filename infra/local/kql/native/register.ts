/** Makes the native functions known to a database; every connection of it sees them. */
import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { SERIES } from '../series/natives';
import { ACTIVITY } from './activity';
import { ARRAYS } from './arrays';
import { BAGS } from './bags';
import { HASHES } from './hash';
import type { NativeFunction, NativeTable } from './native';
import { PARSE_KV } from './parseKv';
import { PLACES } from './places';
import { PUNYCODE } from './punycode';
import { SPECIAL } from './special';
import { TEXTS } from './texts';
import { TIMES } from './times';
import { UNITS } from './units';
import { USER_AGENTS } from './userAgent';
import { XML } from './xml';

export const NATIVE_FUNCTIONS: NativeTable = {
  ...SERIES,
  ...ARRAYS,
  ...ACTIVITY,
  ...BAGS,
  ...HASHES,
  ...PARSE_KV,
  ...PLACES,
  ...PUNYCODE,
  ...SPECIAL,
  ...TEXTS,
  ...TIMES,
  ...UNITS,
  ...USER_AGENTS,
  ...XML,
};

/** Before the prelude: its macros may call them. */
export function registerNativeFunctions(connection: DuckDBConnection): void {
  for (const [name, [parameters, compute]] of Object.entries(NATIVE_FUNCTIONS)) {
    connection.registerScalarFunction(scalarFunction(`kql_native_${name}`, parameters, compute));
  }
}

function scalarFunction(name: string, parameters: number, compute: NativeFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: Array.from({ length: parameters }, () => VARCHAR),
    returnType: VARCHAR,
    // Nulls are arguments like others.
    specialHandling: true,
    mainFunction(info, input, output) {
      const columns = Array.from({ length: parameters }, (_, index) => input.getColumnVector(index));
      try {
        for (let row = 0; row < input.rowCount; row += 1) {
          output.setItem(row, compute(...columns.map((column) => column.getItem(row) as string | null)));
        }
        output.flush();
      } catch (error) {
        info.setError(error instanceof Error ? error.message : String(error));
      }
    },
  });
}
