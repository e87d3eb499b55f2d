/**
 * Zeek's conn.log, from Corelight sensors or Zeek itself: JSON lines (also with the keys that relays rename), TSV with its header lines or
 * without them, and rows of Corelight_CL, whose column Message holds the JSON.
 * Follows the upstream mapping ASimNetworkSessionCorelightZeek 0.2 and corrects:
 * - NetworkSessionId is filled (community_id);
 * - durations are fractional seconds, and the end is the start with the duration, not when the record was written;
 * - rejected connections are `Reset`, attempts without a reply failures;
 * - both ends outside is External; without any locality flag set the addresses tell;
 * - the history is NetworkConnectionHistory; for ICMP the ports are type and code.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { asObject, type JsonObject, type JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { type ZeekHeader, zeekFields, zeekHeader } from '../formats/zeek';
import { JsonRow, type Row } from './row';
import {
  dead,
  isRefusal,
  type LineForm,
  type LineReading,
  type LogLine,
  type MappingContext,
  type ObjectForm,
  type Refusal,
  type RowSource,
  skipped,
} from './source';
import { CONN_COLUMNS, isConnPath, taggedRecord, zeekKind, zeekNames, zeekNamesOfRow } from './zeekRecord';
import { localityDirection, ZEEK_STATES } from './zeekStates';

const TABLE = 'Corelight_CL';

/** The columns that all logs of connections' parts begin with: tells Zeek's lines where a relay dropped the header. */
const HEADERLESS =
  /^\d{9,10}\.\d{1,9}\t[A-Za-z0-9]{9,24}\t[0-9a-fA-F.:]{2,45}\t\d{1,5}\t[0-9a-fA-F.:]{2,45}\t\d{1,5}\t(tcp|udp|icmp|unknown_transport)\t/;
const DEFAULT_HEADER: ZeekHeader = {
  separator: '\t',
  emptyField: '(empty)',
  unsetField: '-',
  path: 'conn',
  fields: CONN_COLUMNS,
};

/** A record that has the names of conn.log already. */
class ConnRow extends JsonRow {
  constructor(record: JsonObject) {
    super(TABLE, record);
  }
}

/** Relays write a tab in a line as `#011`. */
function withTabs(line: string): string {
  return line.includes('#011') ? line.replaceAll('#011', '\t') : line;
}

/** A line of conn.log with the columns of its default; what a site added behind them has no name. */
function readHeaderless(line: string): Row | Refusal {
  const cells = line.split('\t');
  const fields = zeekFields(DEFAULT_HEADER, cells.slice(0, CONN_COLUMNS.length).join('\t'));
  if (fields === undefined || !ZEEK_STATES.has(fields.get('conn_state') ?? '')) return skipped('notConn');
  return new ConnRow(Object.fromEntries(fields));
}

/** The record that a row holds in its column Message, or is. */
function recordOf(row: Row): Row | Refusal {
  if (row instanceof ConnRow) return row;
  const message = row.value('Message') ?? row.value('Message_s') ?? row.value('RawData');
  if (message === undefined) return new ConnRow(zeekNamesOfRow(row));
  if (typeof message === 'string' && HEADERLESS.test(message)) return readHeaderless(message);
  const record = asObject(message);
  return record === undefined ? dead('malformedMessage') : readRecord(record);
}

/** A JSON object of Zeek's. */
function readRecord(record: JsonObject): Row | Refusal {
  const tagged = taggedRecord(record) ?? record;
  return zeekKind(tagged) === 'other' ? skipped('notConn') : new ConnRow(zeekNames(tagged));
}

function flag(text: string): boolean | undefined {
  if (/^(true|t|1)$/i.test(text)) return true;
  return /^(false|f|0)$/i.test(text) ? false : undefined;
}

/** Seconds with a fraction as whole milliseconds. */
function milliseconds(text: string): number | undefined {
  return /^\d{1,10}(\.\d{1,25})?(e-?\d{1,2})?$/i.test(text) ? Math.round(Number(text) * 1000) : undefined;
}

function text(value: JsonValue): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function map(row: Row): SessionDraft | Refusal {
  const conn = recordOf(row);
  if (isRefusal(conn)) return conn;
  const get = (key: string): string => conn.text(key);
  const path = get('_path');
  if (path !== '' && !isConnPath(path)) return skipped('notConn');
  if (get('id.orig_h') === '') return dead('noOriginator');
  const protocol = /^(|unknown_transport)$/i.test(get('proto')) ? get('ip_proto') || get('proto') : get('proto');
  const icmp = /^(icmp6?|ipv6-icmp|1|58)$/i.test(protocol);
  const state = ZEEK_STATES.get(get('conn_state'));
  const start = parseLogTime(get('ts'));
  const duration = milliseconds(get('duration'));
  const [locally, remotely] = [flag(get('local_orig')), flag(get('local_resp'))];
  const service = conn.value('service');
  return {
    EventStartTime: start,
    EventEndTime: start === undefined ? parseLogTime(get('_write_ts')) : start + (duration ?? 0),
    NetworkDuration: duration,
    EventResult: state?.result,
    EventResultDetails: state?.details,
    EventSeverity: state?.severity,
    EventOriginalResultDetails: state === undefined ? get('conn_state') : `${get('conn_state')}: ${state.meaning}`,
    EventOriginalUid: get('uid'),
    EventOriginalType: path || 'conn',
    NetworkSessionId: get('community_id'),
    DvcHostname: get('_system_name'),
    SrcIpAddr: get('id.orig_h'),
    DstIpAddr: get('id.resp_h'),
    SrcMacAddr: get('orig_l2_addr'),
    DstMacAddr: get('resp_l2_addr'),
    SrcVlanId: get('inner_vlan'),
    DstVlanId: get('vlan'),
    SrcBytes: get('orig_bytes') || get('orig_ip_bytes'),
    DstBytes: get('resp_bytes') || get('resp_ip_bytes'),
    SrcPackets: get('orig_pkts'),
    DstPackets: get('resp_pkts'),
    NetworkProtocol: icmp && get('id.orig_h').includes(':') ? 'ICMPv6' : protocol,
    NetworkApplicationProtocol: service === undefined ? '' : text(service).toUpperCase(),
    NetworkConnectionHistory: get('history'),
    // Both false also where the sensor was told of no local networks: then the addresses know better.
    NetworkDirection: locally || remotely ? localityDirection(locally, remotely) : undefined,
    AdditionalFields: {
      IcmpCode: icmp ? get('id.resp_p') : '',
      MissedBytes: /^0(\.0+)?$/.test(get('missed_bytes')) ? '' : get('missed_bytes'),
      TunnelParents: get('tunnel_parents') === '[]' ? '' : get('tunnel_parents'),
      LocalOriginator: get('local_orig'),
      LocalResponder: get('local_resp'),
    },
    ...(icmp
      ? { NetworkIcmpCode: get('id.orig_p') }
      : { SrcPortNumber: get('id.orig_p'), DstPortNumber: get('id.resp_p') }),
  };
}

/** Zeek's own files: `#` lines name the columns of those that follow. */
class TsvReading implements LineReading {
  private header: ZeekHeader | undefined;

  constructor(memory: string) {
    this.header = memory === '' ? undefined : (JSON.parse(memory) as ZeekHeader);
  }

  read({ text: line, message }: LogLine): Row | Refusal | undefined {
    if (line.startsWith('#')) {
      this.header = line.startsWith('#close') ? undefined : zeekHeader(this.header, line);
      return undefined;
    }
    if (this.header === undefined) return readHeaderless(withTabs(message));
    const { path, fields: columns } = this.header;
    if (columns.length === 0) return dead('noHeader');
    if (!isConnPath(path) && !columns.includes('conn_state')) return skipped('notConn');
    const fields = zeekFields(this.header, line);
    return fields === undefined ? dead('wrongFieldCount') : new ConnRow(Object.fromEntries(fields));
  }

  continues(): boolean {
    return this.header !== undefined;
  }

  memory(): string {
    return this.header === undefined ? '' : JSON.stringify(this.header);
  }
}

const TSV: LineForm = {
  owns: ({ text: line, message }) =>
    /^#(separator \\x|(fields|set_separator|empty_field|unset_field|path|open|types)\s)/.test(line) ||
    HEADERLESS.test(withTabs(message)),
  open: (_: MappingContext, memory) => new TsvReading(memory),
};

const JSON_FORM: ObjectForm = {
  columns: ['ts', 'uid', 'id.orig_h'],
  owns: (record) => zeekKind(record) !== undefined || taggedRecord(record) !== undefined,
  read: readRecord,
};

export const corelightZeek: RowSource = {
  id: 'corelightZeek',
  vendor: 'Corelight',
  product: 'Zeek',
  table: TABLE,
  facts: 'ASimNetworkSessionCorelightZeek 0.2',
  asim: { vendor: 'Corelight', product: 'Zeek', types: ['Flow'] },
  filter: 'Records of conn, conn_red and conn_long; other logs are skipped (notConn).',
  forms: [
    'Zeek JSON, also with nested, renamed (Elastic, Logstash) or tagged keys',
    'Zeek TSV with header lines, or with the default columns',
  ],
  sweep: true,
  gaps: ['a connection in conn_long is told again when it ends'],
  format: 'rows',
  rows: { tables: { [TABLE]: [] }, owns: () => true, map },
  lineForms: [TSV],
  objectForms: [JSON_FORM],
};
