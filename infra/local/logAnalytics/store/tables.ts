/**
 * The tables of the workspace. Those of the catalogue are there from the start, empty, and cost nothing until rows come. The rows of table T lie in `rows."T"`, with their arrival time, and only those columns that
 * some row has filled: a row of 140 columns, most of them empty, would cost twice as much. KQL reads the view `"T"`, which
 * adds the others and the platform's, and hides rows that are not queryable yet. KQL's types are kept beside, since several
 * of them share a DuckDB type.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { FlowtrapError } from '../../../../shared/errors';
import type { TableDefinition } from '../../../../shared/tableDefinition';
import { ARRIVED, type Column, duckDbType, type KqlType } from '../../kql';
import type { Catalogue } from '../../workspace/catalogue';
import { isName, kqlType, platformColumns, queryColumns } from './columns';
import { quoteName, quoteText } from './sql';

export interface Table {
  readonly name: string;
  /** As rows can fill them. */
  readonly columns: readonly Column[];
  /** Made from rows that somebody put there, and so open for more columns. */
  readonly inferred: boolean;
}

export interface Tables {
  /** A table that rows can lie in already. */
  get(name: string): Table | undefined;
  /** That, or one of the catalogue as it would be made. */
  find(name: string): Table | undefined;
  /** Those that `get` knows. */
  all(): readonly Table[];
  /** Counts up whenever a table or column is added. */
  readonly version: number;
  /** All columns that a query sees. */
  queryColumns(table: Table): readonly Column[];
  /**
   * What a connection needs before it runs that SQL: a temporary view for each table of the catalogue that the SQL may name and
   * that is not made yet.
   */
  emptyViews(sql: string): readonly string[];
  /**
   * Makes the table, or adds the columns that it lacks.
   * @throws FlowtrapError `malformed` for a name that cannot be one, `conflict` for a column of another type.
   */
  ensure(name: string, columns: readonly Column[], inferred: boolean): Promise<Table>;
  /** Takes away the rows that have this text in the column. */
  removeRows(name: string, column: string, text: string): Promise<void>;
  /** Makes room for values in these columns of the table. */
  materialize(table: Table, columns: readonly Column[]): Promise<void>;
}

/** The variable that holds the service's time during a query. */
export const NOW_VARIABLE = 'service_now';

const MAX_COLUMNS = 500;
/** Every table of a workspace has it. */
const TIME_GENERATED: Column = { name: 'TimeGenerated', type: 'datetime' };

/**
 * @param connection used for nothing else at the same time.
 * @param definitions tables that are made at once; the catalogue's further columns are added to them.
 */
export async function openTables(
  connection: DuckDBConnection,
  workspaceId: string,
  definitions: readonly TableDefinition[],
  catalogue: Catalogue,
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
    const listed = catalogue.columns(name) ?? [];
    if (known === undefined) {
      const missing = lacking(columns, listed.length === 0 ? [TIME_GENERATED] : listed);
      if (missing.length > 0) return ensure(name, [...columns, ...missing], inferred);
    }
    checkTableName(name, [...tables.keys(), catalogue.spelled(name) ?? name]);
    checkColumnNames(name, [...(known?.columns ?? []), ...columns], listed);
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
    const known = [...(tables.get(definition.table)?.columns ?? []), ...columns];
    await ensure(definition.table, [...columns, ...lacking(known, catalogue.columns(definition.table) ?? [])], false);
  }
  for (const table of tables.values())
    await connection.run(view(table, physical.get(table.name) ?? new Set(), workspaceId));

  const find = (name: string): Table | undefined => {
    const columns = tables.has(name) ? undefined : catalogue.columns(name);
    return columns === undefined ? tables.get(name) : { name, columns, inferred: isCustom(name) };
  };

  return {
    get: (name) => tables.get(name),
    find,
    all: () => [...tables.values()],
    get version() {
      return version;
    },
    queryColumns: (table) => queryColumns(table.name, table.columns),
    emptyViews(sql) {
      const named = new Set([...sql.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? ''));
      const missing = [...named].filter((name) => catalogue.has(name) && !tables.has(name));
      return missing.flatMap((name) => emptyView(name, catalogue.columns(name) ?? []));
    },
    ensure,
    async removeRows(name, column, text) {
      if (physical.get(name)?.has(column) !== true) return;
      await connection.run(`DELETE FROM rows.${quoteName(name)} WHERE ${quoteName(column)} = $1`, [text]);
    },
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
  const platform = platformColumns(table.name, table.columns).map(
    (column) => `${column.sql(table.name, workspaceId)} AS ${quoteName(column.name)}`,
  );
  return (
    `CREATE OR REPLACE VIEW ${quoteName(table.name)} AS SELECT ${[...own, ...platform, quoteName(ARRIVED)].join(', ')} ` +
    `FROM rows.${quoteName(table.name)} WHERE ${quoteName(ARRIVED)} <= getvariable('${NOW_VARIABLE}')`
  );
}

/** A table without rows, for one connection. */
function emptyView(name: string, columns: readonly Column[]): string {
  const empty = [...columns, ...platformColumns(name, columns)].map(
    (column) => `NULL::${duckDbType(column.type)} AS ${quoteName(column.name)}`,
  );
  return `CREATE TEMP VIEW ${quoteName(name)} AS SELECT ${[...empty, `NULL::TIMESTAMP AS ${quoteName(ARRIVED)}`].join(', ')} WHERE false`;
}

function malformed(what: string, subject: string): FlowtrapError {
  return new FlowtrapError('malformed', what, { subject });
}

function onlyByCase(what: 'table' | 'column', twin: string, subject: string): FlowtrapError {
  return malformed(`differs from the ${what} ${twin} only by case.`, subject);
}

function checkTableName(name: string, others: readonly string[]): void {
  if (!isName(name)) throw malformed('a table name has letters, digits and underscores, at most 100.', name);
  const twin = others.find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
  if (twin !== undefined) throw onlyByCase('table', twin, name);
}

/** @param listed columns of the catalogue, which may be more and odder than those of others. */
function checkColumnNames(table: string, columns: readonly Column[], listed: readonly Column[]): void {
  const seen = new Map<string, string>();
  for (const { name } of lacking(listed, columns)) {
    if (!isName(name))
      throw malformed('a column name has letters, digits and underscores, at most 100.', `${table}.${name}`);
    seen.set(name.toLowerCase(), name);
  }
  if (seen.size > MAX_COLUMNS) throw malformed(`a table has at most ${MAX_COLUMNS} columns.`, table);
  for (const { name } of [...listed, ...columns]) {
    const same = seen.get(name.toLowerCase());
    if (same !== undefined && same !== name) throw onlyByCase('column', same, `${table}.${name}`);
    seen.set(name.toLowerCase(), name);
  }
}

/** Columns that are not among the known ones. */
function lacking(known: readonly Column[], columns: readonly Column[]): readonly Column[] {
  const names = new Set(known.map(({ name }) => name));
  return columns.filter(({ name }) => !names.has(name));
}

/** Custom tables take more columns than anybody has listed. */
function isCustom(table: string): boolean {
  return table.endsWith('_CL');
}
