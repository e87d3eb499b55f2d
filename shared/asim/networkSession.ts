/** One network session in ASIM's shape, as a row of ASimNetworkSessionLogs, and how it becomes JSON. */
import type { ENUMERATIONS } from './enumerations';
import type { FieldName, NETWORK_SESSION_FIELDS } from './networkSessionFields';

/** Version of the schema that the rows follow, not of a parser. */
export const SCHEMA_VERSION = '0.2.7';

type Definition = typeof NETWORK_SESSION_FIELDS;
type ValueOfType = {
  string: string;
  int: number;
  long: number;
  real: number;
  boolean: boolean;
  dynamic: Readonly<Record<string, unknown>>;
  datetime: string;
};
type FieldValue<F> = F extends { readonly values: infer E extends keyof typeof ENUMERATIONS }
  ? (typeof ENUMERATIONS)[E][number]
  : F extends { readonly type: infer T extends keyof ValueOfType }
    ? ValueOfType[T]
    : never;

/** Field by field; datetimes as ISO 8601 text in UTC. What a record does not say is left out (undefined). */
export type NetworkSession = { [Name in FieldName]?: FieldValue<Definition[Name]> | undefined };

/** Longest text of a field; what is longer is cut. */
export const MAX_TEXT = 8192;

/** The session as one JSON object without empty fields: row width is what costs. */
export function serializeSession(session: NetworkSession): string {
  let members = '';
  for (const name in session) members = withMember(members, name, session[name as FieldName]);
  return `{${members}}`;
}

/** The same for fields by name. */
export function serializeFields(fields: ReadonlyMap<string, unknown>): string {
  let members = '';
  for (const [name, value] of fields) members = withMember(members, name, value);
  return `{${members}}`;
}

function withMember(members: string, name: string, value: unknown): string {
  if (value === undefined || value === '') return members;
  const text = typeof value === 'string' ? jsonText(value) : typeof value === 'object' ? JSON.stringify(value) : value;
  return members === '' ? `"${name}":${text}` : `${members},"${name}":${text}`;
}

/** A text as a JSON string, cut to MAX_TEXT; plain ASCII, the usual case, is not looked at twice. */
export function jsonText(text: string): string {
  if (text.length > MAX_TEXT) return JSON.stringify(text.slice(0, MAX_TEXT));
  return /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** One row member with its comma, or nothing for an empty value. */
export function member(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : `"${name}":${jsonText(value)},`;
}
