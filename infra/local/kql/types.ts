/** Kusto's scalar types and the DuckDB types that hold them. */

export const KQL_TYPES = [
  'bool',
  'int',
  'long',
  'real',
  'decimal',
  'datetime',
  'timespan',
  'guid',
  'string',
  'dynamic',
] as const;

export type KqlType = (typeof KQL_TYPES)[number];

/**
 * datetime is UTC in microseconds (the seventh digit of Kusto is lost), timespan counts ticks of 100 ns, a string is never
 * NULL (Kusto has no null string), a dynamic null is SQL NULL.
 */
const DUCKDB_TYPES: Readonly<Record<KqlType, string>> = {
  bool: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  real: 'DOUBLE',
  decimal: 'DECIMAL(38,12)',
  datetime: 'TIMESTAMP',
  timespan: 'BIGINT',
  guid: 'UUID',
  string: 'VARCHAR',
  dynamic: 'JSON',
};

/** The DuckDB type of a KQL type. Declare string columns `VARCHAR NOT NULL DEFAULT ''`. */
export function duckDbType(type: KqlType): string {
  return DUCKDB_TYPES[type];
}

/** Whether the text names a KQL scalar type. */
export function isKqlType(name: string): name is KqlType {
  return Object.hasOwn(DUCKDB_TYPES, name);
}

export function isNumeric(type: KqlType): boolean {
  return type === 'int' || type === 'long' || type === 'real' || type === 'decimal';
}

/** The extra TIMESTAMP column of every physical table, read by ingestion_time(); no query sees it otherwise. */
export const ARRIVED_COLUMN = '$arrived';
