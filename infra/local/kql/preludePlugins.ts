/** Macros of the plugins of evaluate. */

/** Name with parameters → expression. */
export const PLUGIN_MACROS: Readonly<Record<string, string>> = {
  // The type of a property's column. Texts written as Kusto writes datetimes are datetimes.
  'kql_slot_type(j)': `CASE json_type(j) WHEN 'VARCHAR' THEN
      CASE WHEN regexp_full_match(j ->> '$', '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{7}Z') THEN 'datetime' ELSE 'string' END
    WHEN 'BIGINT' THEN 'long' WHEN 'UBIGINT' THEN CASE WHEN TRY_CAST(j ->> '$' AS BIGINT) IS NULL THEN 'real' ELSE 'long' END
    WHEN 'DOUBLE' THEN 'real' WHEN 'BOOLEAN' THEN 'bool' WHEN 'NULL' THEN NULL ELSE 'dynamic' END`,
  'kql_slots(j)': `CASE WHEN json_type(j) = 'OBJECT' THEN list_transform(json_keys(j),
    lambda k: {name: k, type: kql_slot_type(json_extract(j, '/' || kql_pointer_key(k)))}) ELSE [] END`,
};
