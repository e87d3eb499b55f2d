/** Columns of the tables: from the types of a data collection rule to KQL's, and the platform's own columns. */
import type { ColumnType } from '../../../../shared/tableDefinition';
import type { Column, KqlType } from '../../kql';
import { hasTimestamp } from '../../workspace/catalogue';
import { OTHER_SPELLINGS } from '../../workspace/moreColumns';

/** KQL's name for a stream's column type. */
export function kqlType(type: ColumnType): KqlType {
  return type === 'boolean' ? 'bool' : type;
}

/** The column types that rows can be stored in (timespan and decimal are types of expressions only). */
export const STORED_TYPES: readonly KqlType[] = [
  'bool',
  'int',
  'long',
  'real',
  'datetime',
  'guid',
  'string',
  'dynamic',
];

interface PlatformColumn extends Column {
  readonly sql: (table: string, workspaceId: string) => string;
}

/**
 * Columns that the platform adds to every table when it is queried, each with the SQL that makes it. A table's own column of
 * the name wins.
 */
const PLATFORM_COLUMNS: readonly PlatformColumn[] = [
  { name: 'TenantId', type: 'string', sql: (_, workspaceId) => text(workspaceId) },
  { name: 'SourceSystem', type: 'string', sql: () => "''" },
  { name: 'Type', type: 'string', sql: (table) => text(table) },
  { name: '_ResourceId', type: 'string', sql: () => "''" },
  { name: '_SubscriptionId', type: 'string', sql: () => "''" },
  { name: '_BilledSize', type: 'real', sql: () => 'NULL::DOUBLE' },
  { name: '_IsBillable', type: 'string', sql: () => "''" },
  { name: '_ItemId', type: 'string', sql: (table) => `(md5(concat(${text(table)}, ':', rowid))::UUID)::VARCHAR` },
];

/** Defender's name for TimeGenerated. */
const TIMESTAMP: PlatformColumn = { name: 'Timestamp', type: 'datetime', sql: () => '"TimeGenerated"' };

/** The platform's columns of a table, less those that it has itself. */
export function platformColumns(table: string, own: readonly Column[]): readonly PlatformColumn[] {
  const names = new Set(own.map(({ name }) => name));
  const all = hasTimestamp(table) ? [...PLATFORM_COLUMNS, TIMESTAMP] : PLATFORM_COLUMNS;
  return all.filter(({ name }) => !names.has(name));
}

/**
 * All columns that a query sees of a table with these own ones. Other spellings need no column in the database, whose names have no
 * case.
 */
export function queryColumns(table: string, own: readonly Column[]): readonly Column[] {
  const spellings = OTHER_SPELLINGS.get(table);
  return [
    ...own,
    ...own.flatMap(({ name, type }) => {
      const other = spellings?.get(name);
      return other === undefined ? [] : [{ name: other, type }];
    }),
    ...platformColumns(table, own).map(({ name, type }) => ({ name, type })),
  ];
}

/** Names are checked before they come here; quotes doubled all the same. */
function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Table and column names of a workspace: letters, digits and underscores (Logs Ingestion API). */
export function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name);
}
