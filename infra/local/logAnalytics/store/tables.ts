/**
 * The tables of the workspace. The rows of table T lie in `rows."T"`, with their arrival time; KQL reads the view `"T"`,
 * which adds the platform's columns and hides rows that are not queryable yet. Types are kept beside, since several KQL
 * types share a DuckDB type.
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
  let version = 0;

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
    await connection.run('BEGIN');
    try {
      for (const statement of changes(table, known, added, workspaceId)) await connection.run(statement);
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK');
      throw error;
    }
    tables.set(name, table);
    version++;
    return table;
  };

  for (const definition of definitions) {
    const columns = definition.columns.map(({ name, type }) => ({ name, type: kqlType(type) }));
    await ensure(definition.table, columns, false);
  }
  for (const table of tables.values()) await connection.run(view(table, workspaceId));

  return {
    get: (name) => tables.get(name),
    all: () => [...tables.values()],
    get version() {
      return version;
    },
    queryColumns: (table) => [...table.columns, ...platformColumns(table).map(({ name, type }) => ({ name, type }))],
    ensure,
  };
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

function changes(table: Table, known: Table | undefined, added: readonly Column[], workspaceId: string): string[] {
  const rows = `rows.${quoteName(table.name)}`;
  const declared = (column: Column): string =>
    `${quoteName(column.name)} ${duckDbType(column.type)}${column.type === 'string' ? " DEFAULT ''" : ''}`;
  const first = known?.columns.length ?? 0;
  return [
    ...(known === undefined
      ? [`CREATE TABLE ${rows} (${table.columns.map(declared).join(', ')}, ${quoteName(ARRIVED)} TIMESTAMP)`]
      : added.map((column) => `ALTER TABLE ${rows} ADD COLUMN ${declared(column)}`)),
    ...added.map(
      (column, index) =>
        `INSERT INTO rows."$columns" VALUES (${[table.name, column.name, column.type].map(quoteText).join(', ')}, ${first + index}, ${table.inferred})`,
    ),
    view(table, workspaceId),
  ];
}

/** Strings are coalesced where a column was added later: DuckDB forbids NOT NULL there. */
function view(table: Table, workspaceId: string): string {
  const own = table.columns.map(({ name }) => quoteName(name));
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
