/** A compiler over a real in-memory DuckDB: runs KQL and gives rows that are easy to compare. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  ARRIVED,
  type CompiledQuery,
  type CompileOptions,
  createCompiler,
  duckDbType,
  type Found,
  PRELUDE,
  toServiceCell,
  type WorkspaceSchema,
} from '../../../../infra/local/kql';
import { registerNativeFunctions } from '../../../../infra/local/logAnalytics/store/nativeFunctions';

export const NOW = new Date('2024-06-15T12:00:00Z');

export type Cell = string | number | boolean | null | readonly unknown[] | object;

export interface Engine {
  /** The result's rows; datetimes as `YYYY-MM-DD hh:mm:ss[.ffffff]`, dynamics parsed. */
  rows(kql: string, options?: { readonly now?: Date; readonly from?: Date; readonly to?: Date }): Promise<Cell[][]>;
  columns(kql: string): Promise<readonly string[]>;
  sql(kql: string): string;
  execute(sql: string): Promise<void>;
  close(): void;
}

/** Opens the engine with empty tables of that schema. */
export async function openEngine(schema: WorkspaceSchema = { tables: [], functions: [] }): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  registerNativeFunctions(connection);
  for (const statement of PRELUDE) await connection.run(statement);
  for (const table of schema.tables) await connection.run(createTable(table));
  const compiler = createCompiler(schema);
  /** Runs the stages that find columns. */
  const finished = async (kql: string, options: CompileOptions): Promise<CompiledQuery> => {
    const found: Found[] = [];
    for (;;) {
      const stage = compiler.compile(kql, { ...options, found });
      if (stage.kind === 'query') return stage;
      const rows = (await read(connection, stage.sql)) as [string, string][];
      found.push({ ...stage, columns: rows });
    }
  };
  return {
    async rows(kql, options = {}) {
      const { now = NOW, ...timespan } = options;
      const query = await finished(kql, { now, timespan });
      const result = await read(connection, query.sql);
      return result.map((row) => row.map((value, index) => comparable(value, query.columns[index]?.type ?? 'string')));
    },
    columns: async (kql) => (await finished(kql, { now: NOW })).columns.map(({ name, type }) => `${name}:${type}`),
    sql: (kql) => compiler.compile(kql, { now: NOW }).sql,
    async execute(sql) {
      await connection.run(sql);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function read(connection: DuckDBConnection, sql: string) {
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${sql}`);
  }
}

function createTable(table: WorkspaceSchema['tables'][number]): string {
  const columns = table.columns.map(
    ({ name, type }) => `"${name}" ${duckDbType(type)}${type === 'string' ? " NOT NULL DEFAULT ''" : ''}`,
  );
  return `CREATE TABLE "${table.name}" (${[...columns, `"${ARRIVED}" TIMESTAMP`].join(', ')})`;
}

function comparable(value: unknown, type: Parameters<typeof toServiceCell>[1]): Cell {
  const cell = toServiceCell(value, type);
  if (cell === null) return null;
  if (type === 'datetime')
    return String(cell)
      .replace('T', ' ')
      .replace(/\.?0*Z$/, '');
  return type === 'dynamic' ? (JSON.parse(String(cell)) as Cell) : cell;
}
