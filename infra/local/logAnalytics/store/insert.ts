/**
 * Rows as JSON into a table, in one statement: the whole body is bound as one text and taken apart by DuckDB
 * (no JavaScript object per row). Only columns that occur in the body are mentioned; the others take their default.
 */
import type { Column, KqlType } from '../../kql';
import { ARRIVED } from '../../kql';
import { quoteName, quoteText } from './sql';
import type { Table } from './tables';

/** Run once on the database. A text over 64 KB is cut, at a character; the limit counts UTF-8 bytes. */
export const INSERT_MACROS: readonly string[] = [
  `CREATE OR REPLACE MACRO service_cut(value) AS CASE WHEN strlen(value) <= 65536 THEN value
     ELSE coalesce(TRY(decode(encode(value)[1:65536])), TRY(decode(encode(value)[1:65535])),
                   TRY(decode(encode(value)[1:65534])), TRY(decode(encode(value)[1:65533]))) END`,
  `CREATE OR REPLACE MACRO service_datetime(value) AS
     CASE WHEN regexp_matches(value, '^\\d{4}-\\d\\d-\\d\\d([T ][0-9:.]+(Z|[+-]\\d\\d:?\\d\\d)?)?$')
          THEN TRY_CAST(value AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END`,
];

/** How the type's values are first taken out of JSON (leniently: what does not convert is null) … */
const TAKEN_AS: Readonly<Record<KqlType, string>> = {
  bool: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  real: 'DOUBLE',
  decimal: 'DECIMAL(38,12)',
  datetime: 'VARCHAR',
  timespan: 'BIGINT',
  guid: 'VARCHAR',
  string: 'VARCHAR',
  dynamic: 'JSON',
};

/** … and what is made of them. */
function stored({ name, type }: Column): string {
  const value = `r.${quoteName(name)}`;
  switch (type) {
    case 'string':
      return `service_cut(coalesce(${value}, ''))`;
    case 'datetime':
      return `service_datetime(${value})`;
    case 'guid':
      return `TRY_CAST(${value} AS UUID)`;
    default:
      return value;
  }
}

/**
 * The statement that fills the columns (and TimeGenerated). Parameters: $1 the body (a JSON array; elements that are no objects are left out), $2 the arrival time,
 * $3 and $4 between which TimeGenerated is believed (else it becomes the arrival time), $5 when rows become queryable, and
 * with `dated` $6, the time that TimeGenerated is moved to.
 *
 * Dating keeps the rows' order: a distance from that time is divided by a million, so a year becomes half a minute.
 */
export function insertStatement(table: Table, filled: readonly Column[], dated: boolean): string {
  const columns = filled.filter(({ name }) => name !== 'TimeGenerated');
  const taken = [
    ...columns.map(({ name, type }) => [name, TAKEN_AS[type]] as const),
    ['TimeGenerated', 'VARCHAR'] as const,
  ];
  const believed =
    'CASE WHEN service_datetime(r.TimeGenerated) BETWEEN $3::TIMESTAMP AND $4::TIMESTAMP THEN service_datetime(r.TimeGenerated) ELSE $2::TIMESTAMP END';
  const time = dated
    ? `make_timestamp(epoch_us($6::TIMESTAMP) + (epoch_us(${believed}) - epoch_us($6::TIMESTAMP)) // 1000000)`
    : believed;
  const targets = [...columns.map(({ name }) => quoteName(name)), '"TimeGenerated"', quoteName(ARRIVED)];
  const values = [...columns.map(stored), time, '$5::TIMESTAMP'];
  return (
    `INSERT INTO rows.${quoteName(table.name)} (${targets.join(', ')}) SELECT ${values.join(', ')} ` +
    `FROM (SELECT json_transform(e, ${quoteText(JSON.stringify(Object.fromEntries(taken)))}) AS r ` +
    `FROM unnest(from_json($1, '["JSON"]')) AS u(e) WHERE json_type(e) = 'OBJECT')`
  );
}
