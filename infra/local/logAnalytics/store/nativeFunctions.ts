/** Makes the KQL engine's native functions known to a database; every connection of it sees them. */
import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { NATIVE_FUNCTIONS } from '../../kql/native';
import type { NativeFunction } from '../../kql/native/native';

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
