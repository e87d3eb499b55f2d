/**
 * SentinelOne: alerts on connections, as rows of SentinelOne_CL and as the API's nested JSON.
 * Follows the upstream mapping ASimNetworkSessionSentinelOne 0.1.0 and corrects:
 * - the session's time is that of the alert, not the process's start;
 * - of an incoming connection the agent is the destination: device, host, user and process are of that side;
 * - TCP over IPv6 and UDP are taken as well; severities outside of the schema's list stay in the original field.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { type JsonObject, type JsonValue, StringSpan } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'SentinelOne_CL';
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['TCPV4', 'TCP'],
  ['TCPV6', 'TCP'],
  ['TCP', 'TCP'],
  ['UDPV4', 'UDP'],
  ['UDPV6', 'UDP'],
  ['UDP', 'UDP'],
]);
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['critical', 'High'],
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
  ['info', 'Informational'],
  ['informational', 'Informational'],
]);
const DEVICE_TYPES: ReadonlyMap<string, ValueOf<'deviceType'>> = new Map([
  ['desktop', 'Computer'],
  ['server', 'Computer'],
  ['laptop', 'Computer'],
  ['kubernetes node', 'Other'],
  ['unknown', 'Other'],
]);
/** Confidence by how the rule treats the threat, and by the analyst's verdict: false positive, undefined, suspicious, true positive. */
const CONFIDENCE: ReadonlyMap<string, readonly number[]> = new Map([
  ['undefined', [5, 15, 25, 33]],
  ['suspicious', [40, 50, 60, 67]],
  ['malicious', [75, 80, 90, 100]],
]);
const VERDICTS: readonly string[] = ['false_positive', 'undefined', 'suspicious', 'true_positive'];

function map(row: Row): SessionDraft | Refusal {
  const get = (group: string, name: string): string => {
    for (const suffix of ['_s', '_d', '_g', '_t', '']) {
      const text = row.text(`${group}_${name}${suffix}`);
      if (text !== '') return text;
    }
    return '';
  };
  const alert = (name: string): string => get('alertInfo', name);
  const protocol = PROTOCOLS.get(alert('eventType').toUpperCase());
  if (protocol === undefined) return skipped('notConnection');
  const stated = alert('netEventDirection').toUpperCase();
  const inbound = stated === 'INCOMING';
  const name = get('agentDetectionInfo', 'name');
  const severity = get('ruleInfo', 'severity');
  const treated = get('ruleInfo', 'treatAsThreat');
  const verdict = VERDICTS.indexOf(alert('analystVerdict').toLowerCase() || 'undefined');
  const process = get('sourceProcessInfo', 'filePath') || get('sourceProcessInfo', 'name');
  const machine = DEVICE_TYPES.get(get('agentDetectionInfo', 'machineType').toLowerCase());
  const user = get('sourceProcessInfo', 'user');
  const id = get('agentDetectionInfo', 'uuid');
  const agent: SessionDraft = inbound
    ? {
        DstHostname: name,
        DstDvcId: id,
        DstDeviceType: machine,
        DstUsername: user,
        DstAppName: process,
        DstAppId: get('sourceProcessInfo', 'pid'),
        ...(process !== '' && { DstAppType: 'Process' as const }),
      }
    : {
        SrcHostname: name,
        SrcDvcId: id,
        SrcDeviceType: machine,
        SrcUsername: user,
        SrcAppName: process,
        SrcAppId: get('sourceProcessInfo', 'pid'),
        ...(process !== '' && { SrcAppType: 'Process' as const }),
      };
  return {
    ...agent,
    EventEndTime: parseLogTime(alert('createdAt')) ?? parseLogTime(alert('reportedAt')),
    EventResult: 'Success',
    EventResultDetails: 'NA',
    EventSeverity: SEVERITIES.get(severity.toLowerCase()),
    EventOriginalSeverity: severity,
    EventOriginalType: alert('eventType'),
    EventOriginalUid: alert('dvEventId'),
    DvcAction: 'Allow',
    DvcHostname: name,
    DvcId: id,
    DvcIpAddr: alert(inbound ? 'dstIp' : 'srcIp'),
    DvcOs: get('agentDetectionInfo', 'osName'),
    DvcOsVersion: get('agentDetectionInfo', 'osRevision'),
    SrcIpAddr: alert('srcIp'),
    SrcPortNumber: alert('srcPort'),
    DstIpAddr: alert('dstIp'),
    DstPortNumber: alert('dstPort'),
    NetworkProtocol: protocol,
    NetworkDirection: inbound ? 'Inbound' : stated === 'OUTGOING' ? 'Outbound' : undefined,
    NetworkRuleName: get('ruleInfo', 'name'),
    ThreatOriginalConfidence: treated,
    ThreatConfidence: CONFIDENCE.get(treated.toLowerCase())?.[verdict],
    AdditionalFields: {
      AlertId: alert('alertId'),
      AnalystVerdict: alert('analystVerdict'),
      IncidentStatus: alert('incidentStatus'),
      ProcessCommandLine: get('sourceProcessInfo', 'commandline'),
      ProcessFileHashSha1: get('sourceProcessInfo', 'fileHashSha1'),
      AgentVersion: get('agentDetectionInfo', 'version'),
      SiteId: get('agentDetectionInfo', 'siteId'),
      AccountId: get('agentDetectionInfo', 'accountId'),
    },
  };
}

const GROUPS = ['alertInfo', 'agentDetectionInfo', 'ruleInfo', 'sourceProcessInfo'] as const;

/** The API's groups as the table flattens them. */
function read(record: JsonObject): Row {
  const flat: Record<string, JsonValue | undefined> = {};
  for (const group of GROUPS) {
    const members = record[group];
    if (typeof members !== 'object' || members === null || Array.isArray(members) || members instanceof StringSpan)
      continue;
    for (const [name, value] of Object.entries(members)) flat[`${group}_${name}`] = value as JsonValue;
  }
  return new JsonRow(TABLE, flat);
}

export const sentinelOne: RowSource = {
  id: 'sentinelOne',
  vendor: 'SentinelOne',
  product: 'Singularity',
  table: TABLE,
  facts: 'ASimNetworkSessionSentinelOne 0.1.0',
  asim: { vendor: 'SentinelOne', product: 'SentinelOne', types: ['EndpointNetworkSession'] },
  filter: 'Alerts on TCP and UDP connections; other alerts and events are skipped (notConnection).',
  forms: ['alert JSON of the API'],
  sweep: true,
  gaps: ['only alerts: connections without one are not in this table'],
  format: 'rows',
  rows: {
    tables: { [TABLE]: ['event_name_s', 'alertInfo_eventType_s'] },
    owns: () => true,
    map,
  },
  objectForms: [{ owns: (record) => 'alertInfo' in record && 'agentDetectionInfo' in record, read }],
};
