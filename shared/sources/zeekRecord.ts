/** Records of Zeek's logs under the keys that relays give them, with the names that conn.log has. */
import { asObject, type JsonObject, type JsonValue } from '../formats/json';
import { type Row, textOf } from './row';

/** Columns of conn.log (Zeek 4 to 7, its policy scripts, and Corelight's additions), in the order that Zeek writes those of its own. */
export const CONN_COLUMNS: readonly string[] = [
  'ts',
  'uid',
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
  'proto',
  'service',
  'duration',
  'orig_bytes',
  'resp_bytes',
  'conn_state',
  'local_orig',
  'local_resp',
  'missed_bytes',
  'history',
  'orig_pkts',
  'orig_ip_bytes',
  'resp_pkts',
  'resp_ip_bytes',
  'tunnel_parents',
];
const ADDED_COLUMNS: readonly string[] = [
  'ip_proto',
  'vlan',
  'inner_vlan',
  'orig_l2_addr',
  'resp_l2_addr',
  'community_id',
  '_path',
  '_system_name',
  '_write_ts',
];
/** Suffixes of custom tables' columns. */
const SUFFIXES: readonly string[] = ['', '_s', '_d', '_b', '_t', '_g'];

/** Names by Elastic's schema (keys nested or with dots), and by usual Logstash filters. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  id_orig_host: 'id.orig_h',
  id_orig_port: 'id.orig_p',
  id_resp_host: 'id.resp_h',
  id_resp_port: 'id.resp_p',
  'source.address': 'id.orig_h',
  'source.ip': 'id.orig_h',
  'source.port': 'id.orig_p',
  'source.mac': 'orig_l2_addr',
  'source.packets': 'orig_pkts',
  'source.bytes': 'orig_ip_bytes',
  'destination.address': 'id.resp_h',
  'destination.ip': 'id.resp_h',
  'destination.port': 'id.resp_p',
  'destination.mac': 'resp_l2_addr',
  'destination.packets': 'resp_pkts',
  'destination.bytes': 'resp_ip_bytes',
  'network.transport': 'proto',
  'network.protocol': 'service',
  'network.community_id': 'community_id',
  'event.duration': 'nanoseconds',
  'zeek.session_id': 'uid',
  'zeek.connection.state': 'conn_state',
  'zeek.connection.history': 'history',
  'zeek.connection.local_orig': 'local_orig',
  'zeek.connection.local_resp': 'local_resp',
  'zeek.connection.missed_bytes': 'missed_bytes',
  'zeek.connection.vlan': 'vlan',
  'zeek.connection.inner_vlan': 'inner_vlan',
  'zeek.connection.icmp.type': 'id.orig_p',
  'zeek.connection.icmp.code': 'id.resp_p',
  'log.id.uid': 'uid',
  connection_state: 'conn_state',
  'connection.state': 'conn_state',
  'connection.history': 'history',
  '@timestamp': 'ts',
};
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(OTHER_NAMES),
  ...[...CONN_COLUMNS, ...ADDED_COLUMNS].flatMap((name) =>
    SUFFIXES.flatMap((suffix) =>
      [`${name}${suffix}`, `${name.replaceAll('.', '_')}${suffix}`].map((spelling) => [spelling, name] as const),
    ),
  ),
]);
/** Objects whose members are columns. */
const NESTING: ReadonlySet<string> = new Set([
  'id',
  'source',
  'destination',
  'network',
  'event',
  'zeek',
  'zeek.connection',
  'zeek.connection.icmp',
  'connection',
  'log',
  'log.id',
]);
const CONN_PATH = /^conn(_red|_long)?$/;
const UID = /^[A-Za-z0-9]{9,24}$/;
/** Keys that only other logs of Zeek have, when a record names no connection: files, notice, x509, weird. */
const OTHER_LOGS: readonly string[] = ['fuid', 'conn_uids', 'tx_hosts', 'certificate.serial', 'uids', 'note'];

const COUNTERS: readonly string[] = ['orig_bytes', 'orig_ip_bytes', 'orig_pkts'];

/** What a record of Zeek is. */
export type ZeekKind = 'conn' | 'other';

/** Whether a log of this path (`conn`) holds connections. */
export function isConnPath(path: string): boolean {
  return CONN_PATH.test(path);
}

/** Whether and what record of Zeek a JSON object is; quick, for it is asked of every product's. */
export function zeekKind(record: JsonObject): ZeekKind | undefined {
  // Vectra's metadata has Zeek's names.
  if (record.metadata_type !== undefined || record.sensor_uid !== undefined) return undefined;
  // Newer tables, one for each log, give the columns the suffixes of their types.
  const path = record._path ?? record._path_s;
  if (typeof path === 'string' && isTime(record.ts ?? record.ts_t ?? record.ts_d ?? record.ts_s))
    return isConnPath(path) ? 'conn' : 'other';
  const elastic = asObject(record.zeek);
  if (elastic !== undefined) return 'connection' in elastic ? 'conn' : 'other';
  if (!isTime(record.ts ?? record['@timestamp'])) return undefined;
  if (typeof record.uid === 'string' && UID.test(record.uid)) {
    const names = zeekNames(record);
    if (names['id.orig_h'] !== undefined) return isConnection(names) ? 'conn' : 'other';
  }
  return isTime(record.ts) && OTHER_LOGS.some((key) => key in record) ? 'other' : undefined;
}

/** Whether a record is of conn.log by its members: sites leave columns out. */
function isConnection(names: JsonObject): boolean {
  if (names.conn_state !== undefined) return true;
  return names.proto !== undefined && COUNTERS.some((name) => names[name] !== undefined);
}

/** The record of a connection in an object of one member, as the Kafka writer tags it: `{"conn":{…}}`. */
export function taggedRecord(record: JsonObject): JsonObject | undefined {
  const keys = Object.keys(record);
  const inner = keys.length === 1 ? asObject(record[keys[0] as string]) : undefined;
  if (inner === undefined || !isTime(inner.ts) || typeof inner.uid !== 'string' || !UID.test(inner.uid))
    return undefined;
  return { ...inner, _path: keys[0] };
}

/** Members by the names that conn.log has; the first of several spellings counts. */
export function zeekNames(record: JsonObject): JsonObject {
  const names: Record<string, JsonValue | undefined> = {};
  const take = (members: JsonObject, prefix: string): void => {
    for (const key of Object.keys(members)) {
      const value = members[key];
      const full = prefix + key;
      const name = SPELLINGS.get(full);
      if (name !== undefined) {
        if (names[name] === undefined || names[name] === null) names[name] = value;
      } else if (NESTING.has(full)) {
        const inner = asObject(value);
        if (inner !== undefined) take(inner, `${full}.`);
      }
    }
  };
  take(record, '');
  // A document's own time is that of its arrival where the record still has its.
  if (record.ts !== undefined) names.ts = record.ts;
  const nanoseconds = textOf(names.nanoseconds);
  if (names.duration === undefined && /^\d{1,18}$/.test(nanoseconds)) names.duration = Number(nanoseconds) / 1e9;
  return names;
}

/** The columns of a row by the names that conn.log has. */
export function zeekNamesOfRow(row: Row): JsonObject {
  return zeekNames(Object.fromEntries([...row.columns()].map((column) => [column, row.value(column)])));
}

function isTime(value: JsonValue | undefined): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d/.test(value));
}
