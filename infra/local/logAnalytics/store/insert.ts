/**
 * Rows as JSON into a table, in one statement: the whole body is bound as one text and taken apart by DuckDB
 * (no JavaScript object per row). Only columns that occur in the body are mentioned; the others take their default.
 */
import type { Column, KqlType } from '../../kql';
import { ARRIVED } from '../../kql';
import { quoteName, quoteText } from './sql';
import type { Table } from './tables';

/** A text may have so many bytes of UTF-8; the rest is cut off (limits page: 64 KB a field). */
export const TEXT_BYTES = 65_536;

/** Run once on the database. A text is cut at a character. */
export const INSERT_MACROS: readonly string[] = [
  `CREATE OR REPLACE MACRO service_cut(value) AS CASE WHEN strlen(value) <= ${TEXT_BYTES} THEN value
     ELSE coalesce(TRY(decode(encode(value)[1:${TEXT_BYTES}])), TRY(decode(encode(value)[1:${TEXT_BYTES - 1}])),
                   TRY(decode(encode(value)[1:${TEXT_BYTES - 2}])), TRY(decode(encode(value)[1:${TEXT_BYTES - 3}]))) END`,
  // The hyphen after the year keeps out `infinity`, `epoch` and years beyond 9999, which DuckDB would take.
  `CREATE OR REPLACE MACRO service_datetime(value) AS
     CASE WHEN substr(value, 5, 1) = '-' THEN TRY_CAST(value AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END`,
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
function stored({ name, type }: Column, longTexts: boolean): string {
  const value = `r.${quoteName(name)}`;
  switch (type) {
    case 'string':
      return longTexts ? `service_cut(coalesce(${value}, ''))` : `coalesce(${value}, '')`;
    case 'datetime':
      return `service_datetime(${value})`;
    case 'guid':
      return `TRY_CAST(${value} AS UUID)`;
    default:
      return value;
  }
}

export interface InsertForm {
  readonly dated: boolean;
  readonly longTexts: boolean;
  readonly timestamp: boolean;
  readonly onlyObjects: boolean;
}

/**
 * The statement that fills the columns (and TimeGenerated). Parameters: $1 the body (a JSON array; elements that are no objects are left out), $2 the arrival time,
 * $3 and $4 between which TimeGenerated is believed (else it becomes the arrival time), $5 when rows become queryable, and
 * with `dated` $6, the time that TimeGenerated is moved to. `longTexts`: some record may hold a text over 64 KB.
 * `timestamp`: rows without TimeGenerated may have a Timestamp instead. `onlyObjects`: every
 * element is an object, which saves looking.
 *
 * Dating keeps the rows' order: a distance from that time is divided by a million, so a year becomes half a minute.
 */
export function insertStatement(
  table: Table,
  filled: readonly Column[],
  { dated, longTexts, timestamp, onlyObjects }: InsertForm,
): string {
  const columns = filled.filter(({ name }) => name !== 'TimeGenerated');
  const taken = [
    ...columns.map(({ name, type }) => [name, TAKEN_AS[type]] as const),
    ['TimeGenerated', 'VARCHAR'] as const,
    ...(timestamp ? [['Timestamp', 'VARCHAR'] as const] : []),
  ];
  const given = timestamp
    ? 'coalesce(service_datetime(r.TimeGenerated), service_datetime(r."Timestamp"))'
    : 'service_datetime(r.TimeGenerated)';
  const believed = 'CASE WHEN t BETWEEN $3::TIMESTAMP AND $4::TIMESTAMP THEN t ELSE $2::TIMESTAMP END';
  const time = dated
    ? `make_timestamp(epoch_us($6::TIMESTAMP) + (epoch_us(${believed}) - epoch_us($6::TIMESTAMP)) // 1000000)`
    : believed;
  const targets = [...columns.map(({ name }) => quoteName(name)), '"TimeGenerated"', quoteName(ARRIVED)];
  const values = [...columns.map((column) => stored(column, longTexts)), time, '$5::TIMESTAMP'];
  return (
    `INSERT INTO rows.${quoteName(table.name)} (${targets.join(', ')}) SELECT ${values.join(', ')} ` +
    `FROM (SELECT r, ${given} AS t ` +
    `FROM (SELECT json_transform(e, ${quoteText(JSON.stringify(Object.fromEntries(taken)))}) AS r ` +
    `FROM unnest(from_json($1, '["JSON"]')) AS u(e)${onlyObjects ? '' : " WHERE json_type(e) = 'OBJECT'"}))`
  );
}
