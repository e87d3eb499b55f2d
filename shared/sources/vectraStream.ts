/**
 * Vectra AI Stream: session metadata (`metadata_isession`) as rows of VectraStream_CL and vectra_isession_CL, as the stream's own JSON with
 * dotted keys, and as its pairs over syslog.
 * Follows the upstream mapping ASimNetworkSessionVectraAI 0.2 and corrects:
 * - results follow the connection state; they were always Success;
 * - the protocol version is spelled IPv4 or IPv6.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { asArray, asObject, type JsonObject, type JsonValue } from '../formats/json';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { dynamicOf, JsonRow, type Row, textOf, withoutSuffixes } from './row';
import { type LogLine, lineForm, type Refusal, type RowSource, skipped } from './source';
import { localityDirection, ZEEK_STATES } from './zeekStates';

const TABLE = 'VectraStream_CL';
const SESSION = 'metadata_isession';
const SUBTYPES: ReadonlyMap<string, 'Start' | 'End'> = new Map([
  ['S1', 'Start'],
  ['SF', 'End'],
]);

/** A host's name; `IP-10.0.1.5` stands for none. */
function hostName(text: string): string {
  return /^IP-/i.test(text) ? '' : text;
}

/** The table has its flags as numbers. */
function flag(text: string): boolean | undefined {
  if (/^(true|t|1(\.0)?)$/i.test(text)) return true;
  return /^(false|f|0(\.0)?)$/i.test(text) ? false : undefined;
}

/** The name that was asked for: one, or the first of a list. */
function domainOf(one: string, list: JsonValue | undefined): string {
  const first = one || textOf(asArray(dynamicOf(list))?.[0]);
  return first === '0.0.0.0' ? '' : first;
}

/** The kind of metadata; the newer tables have one each. */
function metadataType(stated: string, table: string): string {
  return (stated || /^vectra_(\w+)_CL$/i.exec(table)?.[1]?.replace(/^/, 'metadata_') || '').toLowerCase();
}

function map(row: Row): SessionDraft | Refusal {
  const get = withoutSuffixes(row);
  if (metadataType(get('metadata_type'), row.text('Type')) !== SESSION) return skipped('notSession');
  const state = ZEEK_STATES.get(get('conn_state'));
  const domain = domainOf(get('resp_domain'), row.value('resp_domains') ?? row.value('resp_domains_s'));
  return {
    EventStartTime: parseLogTime(get('session_start_time')),
    EventEndTime: parseLogTime(get('ts')),
    NetworkDuration: get('duration'),
    EventSubType: SUBTYPES.get(get('conn_state')),
    EventResult: state?.result,
    EventResultDetails: state?.details,
    EventSeverity: state?.severity,
    EventOriginalResultDetails: get('conn_state'),
    EventOriginalSubType: 'isession',
    EventOriginalUid: get('uid'),
    DvcId: get('sensor_uid'),
    DvcIdType: get('sensor_uid') === '' ? undefined : 'VectraId',
    DvcHostname: hostName(get('hostname')),
    DvcDescription: get('hostname'),
    SrcIpAddr: get('id_orig_h'),
    SrcPortNumber: get('id_orig_p'),
    SrcHostname: hostName(get('orig_hostname')),
    SrcDescription: get('orig_hostname'),
    SrcVlanId: get('orig_vlan_id'),
    SrcBytes: get('orig_ip_bytes'),
    SrcPackets: get('orig_pkts'),
    DstIpAddr: get('id_resp_h'),
    DstPortNumber: get('id_resp_p'),
    DstHostname: domain || hostName(get('resp_hostname')),
    DstDescription: get('resp_hostname'),
    DstVlanId: get('resp_vlan_id'),
    DstBytes: get('resp_ip_bytes'),
    DstPackets: get('resp_pkts'),
    NetworkProtocol: get('protoName') || get('proto'),
    NetworkApplicationProtocol: get('service').toUpperCase(),
    NetworkDirection: localityDirection(flag(get('local_orig')), flag(get('local_resp'))),
    AdditionalFields: {
      CommunityId: get('community_id'),
      SrcHostLuid: get('orig_sluid'),
      DstHostLuid: get('resp_sluid'),
      SrcHuid: get('orig_huid'),
      DstHuid: get('resp_huid'),
      SrcMultihomed: get('orig_multihomed'),
      DstMultihomed: get('resp_multihomed'),
    },
  };
}

/** The stream's own names, with underscores for dots. */
function read(record: JsonObject): Row {
  const flat: Record<string, JsonValue | undefined> = {};
  for (const [key, value] of Object.entries(record)) {
    const members = key === 'id' ? asObject(value) : undefined;
    if (members === undefined) flat[key.replaceAll('.', '_')] = value;
    else for (const [name, member] of Object.entries(members)) flat[`id_${name}`] = member;
  }
  return new JsonRow(TABLE, flat);
}

const LINE = /\b(?:vectra_)?(metadata_[a-z]{2,30})\b/i;

/** `vectra_metadata_isession: ts="…" id.orig_h="…" …`. */
function readLine({ message, text }: LogLine): Row {
  const pairs = parseKeyValues(message);
  const [, kind = ''] = LINE.exec(text) ?? [];
  return read({ metadata_type: kind, ...Object.fromEntries(pairs) });
}

export const vectraStream: RowSource = {
  id: 'vectraStream',
  vendor: 'Vectra AI',
  product: 'Stream',
  table: TABLE,
  facts: 'ASimNetworkSessionVectraAI 0.2',
  asim: { vendor: 'Vectra AI', product: 'Vectra Stream', types: ['NetworkSession'] },
  filter: 'Records of type metadata_isession; other metadata is skipped (notSession).',
  forms: ['stream JSON', 'syslog key="value"'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [TABLE]: ['metadata_type_s', 'id_orig_h_s'] },
    owns: () => true,
    map,
  },
  lineForms: [lineForm(({ text }) => text.includes('id.orig_h="') && LINE.test(text), readLine)],
  objectForms: [
    {
      owns: (record) =>
        (typeof record.metadata_type === 'string' && /^metadata_/i.test(record.metadata_type)) ||
        ('sensor_uid' in record && ('id_ip_ver' in record || 'id.ip_ver' in record)),
      read,
    },
  ],
};
