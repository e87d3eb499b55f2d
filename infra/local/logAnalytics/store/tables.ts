/**
 * The tables of the workspace. The rows of table T lie in `rows."T"`, with their arrival time, and only those columns that
 * some row has filled: a row of 140 columns, most of them empty, would cost twice as much. KQL reads the view `"T"`, which
 * adds the others and the platform's, and hides rows that are not queryable yet. KQL's types are kept beside, since several
 * of them share a DuckDB type.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { FlowtrapError } from '../../../../shared/errors';
import type { TableDefinition } from '../../../../shared/tableDefinition';
import { ARRIVED, type Column, duckDbType, type KqlType } from '../../kql';
import { isName, kqlType, PLATFORM_COLUMNS } from './columns';
import { quoteName, quoteText } from './sql';

export interface Table {
  readonly name: string;
  /** As rows can fill them. */
  readonly columns: readonly Column[];
  /** Made from rows that somebody put there, and so open for more columns. */
  readonly inferred: boolean;
}

export interface Tables {
  get(name: string): Table | undefined;
  all(): readonly Table[];
  /** Counts up whenever a table or column is added. */
  readonly version: number;
  /** All columns that a query sees. */
  queryColumns(table: Table): readonly Column[];
  /**
   * Makes the table, or adds the columns that it lacks.
   * @throws FlowtrapError `malformed` for a name that cannot be one, `conflict` for a column of another type.
   */
  ensure(name: string, columns: readonly Column[], inferred: boolean): Promise<Table>;
  /** Makes room for values in these columns of the table. */
  materialize(table: Table, columns: readonly Column[]): Promise<void>;
}

/** The variable that holds the service's time during a query. */
export const NOW_VARIABLE = 'service_now';

const MAX_COLUMNS = 500;
/** Every table of a workspace has it. */
const TIME_GENERATED: Column = { name: 'TimeGenerated', type: 'datetime' };

/** @param connection used for nothing else at the same time. */
export async function openTables(
  connection: DuckDBConnection,
  workspaceId: string,
  definitions: readonly TableDefinition[],
): Promise<Tables> {
  await connection.run('CREATE SCHEMA IF NOT EXISTS rows');
  await connection.run(
    'CREATE TABLE IF NOT EXISTS rows."$columns" (table_name VARCHAR, name VARCHAR, type VARCHAR, position INTEGER, inferred BOOLEAN)',
  );
  const tables = await storedTables(connection);
  const physical = await physicalColumns(connection);
  let version = 0;

  const transaction = async (statements: readonly string[]): Promise<void> => {
    await connection.run('BEGIN');
    try {
      for (const statement of statements) await connection.run(statement);
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK');
      throw error;
    }
  };

  const ensure = async (name: string, columns: readonly Column[], inferred: boolean): Promise<Table> => {
    const known = tables.get(name);
    if (known === undefined && !columns.some((column) => column.name === TIME_GENERATED.name)) {
      return ensure(name, [TIME_GENERATED, ...columns], inferred);
    }
    checkNames(name, [...(known?.columns ?? []), ...columns], [...tables.keys()]);
    const added = columns.filter((column) => {
      const old = known?.columns.find((one) => one.name === column.name);
      if (old !== undefined && old.type !== column.type) {
        throw new FlowtrapError('conflict', `it holds ${old.type}, not ${column.type}.`, {
          subject: `${name}.${column.name}`,
          fix: 'Begin anew with --fresh, or name the column otherwise.',
        });
      }
      return old === undefined;
    });
    const table: Table = {
      name,
      columns: [...(known?.columns ?? []), ...added],
      inferred: known?.inferred ?? inferred,
    };
    if (known !== undefined && added.length === 0) return known;
    const filled = physical.get(name) ?? new Set([TIME_GENERATED.name]);
    await transaction([
      `CREATE TABLE IF NOT EXISTS rows.${quoteName(name)} (${declared(TIME_GENERATED)}, ${quoteName(ARRIVED)} TIMESTAMP)`,
      ...added.map(
        (column, index) =>
          `INSERT INTO rows."$columns" VALUES (${[name, column.name, column.type].map(quoteText).join(', ')}, ${(known?.columns.length ?? 0) + index}, ${table.inferred})`,
      ),
      view(table, filled, workspaceId),
    ]);
    physical.set(name, filled);
    tables.set(name, table);
    version++;
    return table;
  };

  for (const definition of definitions) {
    const columns = definition.columns.map(({ name, type }) => ({ name, type: kqlType(type) }));
    await ensure(definition.table, columns, false);
  }
  for (const table of tables.values())
    await connection.run(view(table, physical.get(table.name) ?? new Set(), workspaceId));

  return {
    get: (name) => tables.get(name),
    all: () => [...tables.values()],
    get version() {
      return version;
    },
    queryColumns: (table) => [...table.columns, ...platformColumns(table).map(({ name, type }) => ({ name, type }))],
    ensure,
    async materialize(table, columns) {
      const filled = physical.get(table.name) ?? new Set();
      const missing = columns.filter(({ name }) => !filled.has(name));
      if (missing.length === 0) return;
      const all = new Set([...filled, ...missing.map(({ name }) => name)]);
      await transaction([
        ...missing.map((column) => `ALTER TABLE rows.${quoteName(table.name)} ADD COLUMN ${declared(column)}`),
        view(table, all, workspaceId),
      ]);
      physical.set(table.name, all);
    },
  };
}

/** DuckDB adds no NOT NULL column later; the insert never writes a NULL text. */
function declared({ name, type }: Column): string {
  return `${quoteName(name)} ${duckDbType(type)}${type === 'string' ? " DEFAULT ''" : ''}`;
}

async function physicalColumns(connection: DuckDBConnection): Promise<Map<string, ReadonlySet<string>>> {
  const reader = await connection.runAndReadAll(
    "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE schema_name = 'rows' GROUP BY table_name",
  );
  const names = (value: unknown): readonly string[] => (value as { readonly items: readonly string[] }).items;
  return new Map(reader.getRows().map(([table, columns]) => [String(table), new Set(names(columns))]));
}

async function storedTables(connection: DuckDBConnection): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>();
  const reader = await connection.runAndReadAll(
    'SELECT table_name, name, type, inferred FROM rows."$columns" ORDER BY table_name, position',
  );
  for (const [tableName, name, type, inferred] of reader.getRows()) {
    const key = String(tableName);
    const before = tables.get(key);
    const column: Column = { name: String(name), type: String(type) as KqlType };
    tables.set(key, { name: key, columns: [...(before?.columns ?? []), column], inferred: inferred === true });
  }
  return tables;
}

function view(table: Table, filled: ReadonlySet<string>, workspaceId: string): string {
  const own = table.columns.map((column) => {
    const name = quoteName(column.name);
    if (filled.has(column.name)) return name;
    return `${column.type === 'string' ? "''" : `NULL::${duckDbType(column.type)}`} AS ${name}`;
  });
  const platform = platformColumns(table).map(
    (column) => `${column.sql(table.name, workspaceId)} AS ${quoteName(column.name)}`,
  );
  return (
    `CREATE OR REPLACE VIEW ${quoteName(table.name)} AS SELECT ${[...own, ...platform, quoteName(ARRIVED)].join(', ')} ` +
    `FROM rows.${quoteName(table.name)} WHERE ${quoteName(ARRIVED)} <= getvariable('${NOW_VARIABLE}')`
  );
}

function platformColumns(table: Table): (typeof PLATFORM_COLUMNS)[number][] {
  return PLATFORM_COLUMNS.filter((column) => !table.columns.some(({ name }) => name === column.name));
}

function checkNames(table: string, columns: readonly Column[], tables: readonly string[]): void {
  const malformed = (what: string, subject: string): FlowtrapError => new FlowtrapError('malformed', what, { subject });
  if (!isName(table)) throw malformed('a table name has letters, digits and underscores, at most 100.', table);
  const twin = tables.find((other) => other !== table && other.toLowerCase() === table.toLowerCase());
  if (twin !== undefined) throw malformed(`differs from the table ${twin} only by case.`, table);
  if (columns.length > MAX_COLUMNS) throw malformed(`a table has at most ${MAX_COLUMNS} columns.`, table);
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    if (!isName(name))
      throw malformed('a column name has letters, digits and underscores, at most 100.', `${table}.${name}`);
    const same = seen.get(name.toLowerCase());
    if (same !== undefined && same !== name)
      throw malformed(`differs from the column ${same} only by case.`, `${table}.${name}`);
    seen.set(name.toLowerCase(), name);
  }
}
