/**
 * The Elastic Common Schema's names for what a network event says. Elastic's own modules move the values there and leave little or
 * nothing in event_data.
 */
import type { JsonObject, JsonValue } from '../json';

type Path = readonly string[];

/** By Sysmon's names and the Filtering Platform's; the first path that is there counts. */
const PATHS: readonly (readonly [name: string, ...paths: readonly Path[]])[] = [
  ['SourceIp', ['source', 'ip'], ['source', 'address']],
  ['SourceAddress', ['source', 'ip'], ['source', 'address']],
  ['SourcePort', ['source', 'port']],
  ['SourceHostname', ['source', 'domain']],
  ['DestinationIp', ['destination', 'ip'], ['destination', 'address']],
  ['DestAddress', ['destination', 'ip'], ['destination', 'address']],
  ['DestinationPort', ['destination', 'port']],
  ['DestPort', ['destination', 'port']],
  ['DestinationHostname', ['destination', 'domain']],
  ['DestinationPortName', ['network', 'protocol']],
  ['Protocol', ['network', 'transport'], ['network', 'iana_number']],
  ['Image', ['process', 'executable']],
  ['Application', ['process', 'executable']],
  ['ProcessId', ['process', 'pid']],
  ['ProcessGuid', ['process', 'entity_id']],
  ['RuleName', ['rule', 'name']],
];
const OUTBOUND: ReadonlySet<string> = new Set(['egress', 'outbound']);
const INBOUND: ReadonlySet<string> = new Set(['ingress', 'inbound']);

/** The values that a record has under these names; none for a record without a network part. */
export function ecsData(record: JsonObject): readonly (readonly [string, string])[] {
  if (textAt(record, ['source', 'ip']) === '' && textAt(record, ['destination', 'ip']) === '') return [];
  const found: (readonly [string, string])[] = [];
  for (const [name, ...paths] of PATHS) {
    const value = paths.map((path) => textAt(record, path)).find((text) => text !== '');
    if (value !== undefined) found.push([name, value]);
  }
  const [domain, user] = [textAt(record, ['user', 'domain']), textAt(record, ['user', 'name'])];
  if (user !== '') found.push(['User', domain === '' ? user : `${domain}\\${user}`]);
  const direction = textAt(record, ['network', 'direction']).toLowerCase();
  if (OUTBOUND.has(direction)) found.push(['Initiated', 'true'], ['Direction', 'Outbound']);
  else if (INBOUND.has(direction)) found.push(['Initiated', 'false'], ['Direction', 'Inbound']);
  return found;
}

function textAt(record: JsonObject, path: Path): string {
  let at: JsonValue | undefined = record;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return '';
    at = (at as JsonObject)[key];
  }
  return typeof at === 'string' || typeof at === 'number' ? String(at) : '';
}
