/**
 * Vectra AI Stream: session metadata (`metadata_isession`) as rows of VectraStream_CL, and as the stream's own JSON with dotted keys.
 * Follows the upstream mapping ASimNetworkSessionVectraAI 0.2 and corrects:
 * - results follow the connection state; they were always Success;
 * - the protocol version is spelled IPv4 or IPv6.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';
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

function flag(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function map(row: Row): SessionDraft | Refusal {
  const get = (name: string): string => {
    for (const suffix of ['_s', '_d', '_b', '']) {
      const text = row.text(name + suffix);
      if (text !== '') return text;
    }
    return '';
  };
  if (get('metadata_type') !== SESSION) return skipped('notSession');
  const state = ZEEK_STATES.get(get('conn_state'));
  const domain = get('resp_domain') === '0.0.0.0' ? '' : get('resp_domain');
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
  const flat: Record<string, JsonObject[string]> = {};
  for (const [key, value] of Object.entries(record)) flat[key.replaceAll('.', '_')] = value;
  return new JsonRow(TABLE, flat);
}

export const vectraStream: RowSource = {
  id: 'vectraStream',
  vendor: 'Vectra AI',
  product: 'Stream',
  table: TABLE,
  facts: 'ASimNetworkSessionVectraAI 0.2',
  asim: { vendor: 'Vectra AI', product: 'Vectra Stream', types: ['NetworkSession'] },
  filter: 'Records of type metadata_isession; other metadata is skipped (notSession).',
  forms: ['stream JSON'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [TABLE]: ['metadata_type_s', 'id_orig_h_s'] },
    owns: () => true,
    map,
  },
  objectForms: [
    {
      owns: (record) => typeof record.metadata_type === 'string' && record.metadata_type.startsWith('metadata_'),
      read,
    },
  ],
};
