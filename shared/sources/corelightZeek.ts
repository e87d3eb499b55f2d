/**
 * Zeek's conn.log, from Corelight sensors or Zeek itself: JSON lines (also with the keys that relays rename), TSV with header lines, and
 * rows of Corelight_CL, whose column Message holds the JSON.
 * Follows the upstream mapping ASimNetworkSessionCorelightZeek 0.2 and corrects:
 * - NetworkSessionId is filled (community_id);
 * - durations are fractional seconds;
 * - rejected connections are `Reset`, attempts without a reply failures;
 * - both ends outside is External; without any locality flag set the addresses tell;
 * - the history is NetworkConnectionHistory; for ICMP the ports are type and code.
 */

import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { type ZeekHeader, zeekFields, zeekHeader } from '../formats/zeek';
import { JsonRow, type Row, TextRow } from './row';
import {
  dead,
  type LineForm,
  type LineReading,
  type LogLine,
  type MappingContext,
  type Refusal,
  type RowSource,
  skipped,
} from './source';
import { localityDirection, ZEEK_STATES } from './zeekStates';

const TABLE = 'Corelight_CL';
const PATHS: ReadonlySet<string> = new Set(['conn', 'conn_red', 'conn_long']);
/** Names of nested and renamed keys, as conn.log has them. */
const RENAMED: Readonly<Record<string, string>> = {
  id_orig_h: 'id.orig_h',
  id_orig_p: 'id.orig_p',
  id_resp_h: 'id.resp_h',
  id_resp_p: 'id.resp_p',
  'source.ip': 'id.orig_h',
  'source.port': 'id.orig_p',
  'destination.ip': 'id.resp_h',
  'destination.port': 'id.resp_p',
};
const MAX_PORT_PAIRS = 4;

/** A record of conn.log with its keys as Zeek writes them; undefined when it has no originator. */
function connRecord(record: JsonObject): JsonObject | undefined {
  const id = record.id;
  const nested = typeof id === 'object' && id !== null && !Array.isArray(id) ? (id as JsonObject) : undefined;
  const flat: Record<string, JsonObject[string]> = { ...record };
  if (nested !== undefined) {
    for (const key of Object.keys(nested).slice(0, MAX_PORT_PAIRS)) flat[`id.${key}`] = nested[key];
  }
  for (const [from, to] of Object.entries(RENAMED))
    if (flat[to] === undefined && flat[from] !== undefined) flat[to] = flat[from];
  return flat['id.orig_h'] === undefined ? undefined : flat;
}

function readObject(record: JsonObject): Row | Refusal {
  const conn = connRecord(record);
  return conn === undefined ? dead('noOriginator') : new JsonRow(TABLE, conn);
}

/** The record inside of a table's row, or the row itself when it is one. */
function inner(row: Row): Row | undefined {
  const message = row.value('Message') ?? row.value('Message_s');
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) {
    const conn = connRecord(message as JsonObject);
    return conn === undefined ? undefined : new JsonRow(TABLE, conn);
  }
  return row.text('id.orig_h') === '' ? undefined : row;
}

const flag = (row: Row, key: string): boolean | undefined => {
  const text = row.text(key).toLowerCase();
  return text === 'true' || text === 't' ? true : text === 'false' || text === 'f' ? false : undefined;
};

/** Seconds with a fraction as whole milliseconds. */
function milliseconds(text: string): number | undefined {
  return /^\d{1,10}(\.\d{1,12})?(e-?\d{1,2})?$/i.test(text) ? Math.round(Number(text) * 1000) : undefined;
}

function path(row: Row): string {
  const message = row.value('Message') ?? row.value('Message_s');
  if (typeof message === 'object' && message !== null && !Array.isArray(message))
    return String((message as JsonObject)._path ?? '');
  return row.text('_path');
}

function map(row: Row): SessionDraft | Refusal {
  const named = path(row);
  if (named !== '' && !PATHS.has(named)) return skipped('notConn');
  const conn = inner(row);
  if (conn === undefined) return dead('malformedMessage');
  const get = (key: string): string => conn.text(key);
  const protocol = get('proto') || get('ip_proto');
  const icmp = /^icmp6?$/i.test(protocol);
  const state = ZEEK_STATES.get(get('conn_state'));
  const start = parseLogTime(get('ts'));
  const duration = milliseconds(get('duration'));
  const [locally, remotely] = [flag(conn, 'local_orig'), flag(conn, 'local_resp')];
  return {
    EventStartTime: start,
    EventEndTime: start === undefined ? parseLogTime(get('_write_ts')) : start + (duration ?? 0),
    NetworkDuration: duration,
    EventResult: state?.result,
    EventResultDetails: state?.details,
    EventSeverity: state?.severity,
    EventOriginalResultDetails: state === undefined ? get('conn_state') : `${get('conn_state')}: ${state.meaning}`,
    EventOriginalUid: get('uid'),
    EventOriginalType: named || 'conn',
    NetworkSessionId: get('community_id'),
    DvcHostname: get('_system_name'),
    SrcIpAddr: get('id.orig_h'),
    DstIpAddr: get('id.resp_h'),
    ...(icmp
      ? { NetworkIcmpCode: get('id.orig_p') }
      : { SrcPortNumber: get('id.orig_p'), DstPortNumber: get('id.resp_p') }),
    SrcMacAddr: get('orig_l2_addr'),
    DstMacAddr: get('resp_l2_addr'),
    SrcVlanId: get('inner_vlan'),
    DstVlanId: get('vlan'),
    SrcBytes: get('orig_bytes') || get('orig_ip_bytes'),
    DstBytes: get('resp_bytes') || get('resp_ip_bytes'),
    SrcPackets: get('orig_pkts'),
    DstPackets: get('resp_pkts'),
    NetworkProtocol: icmp && get('id.orig_h').includes(':') ? 'ICMPv6' : protocol,
    NetworkApplicationProtocol: get('service').toUpperCase(),
    NetworkConnectionHistory: get('history'),
    // Both false also where the sensor was told of no local networks: then the addresses know better.
    NetworkDirection: locally || remotely ? localityDirection(locally, remotely) : undefined,
    AdditionalFields: {
      IcmpCode: icmp ? get('id.resp_p') : '',
      MissedBytes: get('missed_bytes') === '0' ? '' : get('missed_bytes'),
      TunnelParents: get('tunnel_parents') === '[]' ? '' : get('tunnel_parents'),
      LocalOriginator: get('local_orig'),
      LocalResponder: get('local_resp'),
    },
  };
}

/** Zeek's own files: `#` lines name the columns of those that follow. */
class TsvReading implements LineReading {
  private header: ZeekHeader | undefined;

  constructor(memory: string) {
    this.header = memory === '' ? undefined : (JSON.parse(memory) as ZeekHeader);
  }

  read({ text }: LogLine): Row | Refusal | undefined {
    if (text.startsWith('#')) {
      this.header = text.startsWith('#close') ? undefined : zeekHeader(this.header, text);
      return undefined;
    }
    if (this.header === undefined || this.header.fields.length === 0) return dead('noHeader');
    if (!PATHS.has(this.header.path)) return skipped('notConn');
    const fields = zeekFields(this.header, text);
    return fields === undefined ? dead('wrongFieldCount') : new TextRow(TABLE, fields);
  }

  continues(): boolean {
    return this.header !== undefined;
  }

  memory(): string {
    return this.header === undefined ? '' : JSON.stringify(this.header);
  }
}

const TSV: LineForm = {
  owns: ({ text }) => /^#(separator \\x|fields\s|set_separator\s|path\s|open\s)/.test(text),
  open: (_: MappingContext, memory) => new TsvReading(memory),
};

export const corelightZeek: RowSource = {
  id: 'corelightZeek',
  vendor: 'Corelight',
  product: 'Zeek',
  table: TABLE,
  facts: 'ASimNetworkSessionCorelightZeek 0.2',
  asim: { vendor: 'Corelight', product: 'Zeek', types: ['Flow'] },
  filter: 'Records of conn, conn_red and conn_long; other logs are skipped (notConn).',
  forms: ['Zeek JSON, also with nested or renamed ids', 'Zeek TSV with header lines'],
  sweep: true,
  gaps: ['a connection in conn_long is told again when it ends'],
  format: 'rows',
  rows: {
    tables: { [TABLE]: [] },
    owns: () => true,
    map,
  },
  lineForms: [TSV],
  objectForms: [
    {
      owns: (record) => {
        if (typeof record._path === 'string' && record.ts !== undefined) return true;
        return record.uid !== undefined && record.ts !== undefined && record.conn_state !== undefined;
      },
      read: (record) =>
        typeof record._path === 'string' && !PATHS.has(record._path) ? skipped('notConn') : readObject(record),
    },
  ],
};
