/**
 * SentinelOne: alerts on connections, as rows of SentinelOne_CL and as the API's nested JSON, and events of connections (Deep Visibility,
 * Cloud Funnel) as JSON.
 * Follows the upstream mapping ASimNetworkSessionSentinelOne 0.1.0 and corrects:
 * - the session's time is that of the alert, not the process's start;
 * - of an incoming connection the agent is the destination: device, host, user and process are of that side;
 * - TCP over IPv6, UDP and listening sockets are taken as well; severities outside of the schema's list stay in the original field.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { asObject, type JsonObject, type JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { dynamicOf, JsonRow, type Row, withoutSuffixes } from './row';
import { agentSide, connectionKind } from './sentinelOneAgent';
import { holdsEvent, isEvent, mapEvent } from './sentinelOneEvents';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'SentinelOne_CL';
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['critical', 'High'],
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
  ['info', 'Informational'],
  ['informational', 'Informational'],
]);
/** Confidence by how the rule treats the threat, and by the analyst's verdict: false positive, undefined, suspicious, true positive. */
const CONFIDENCE: ReadonlyMap<string, readonly number[]> = new Map([
  ['undefined', [5, 15, 25, 33]],
  ['suspicious', [40, 50, 60, 67]],
  ['malicious', [75, 80, 90, 100]],
]);
const VERDICTS: readonly string[] = ['false_positive', 'undefined', 'suspicious', 'true_positive'];

function map(row: Row): SessionDraft | Refusal {
  return holdsEvent(row) ? mapEvent(row) : mapAlert(row);
}

function mapAlert(row: Row): SessionDraft | Refusal {
  const column = withoutSuffixes(row);
  const get = (group: string, name: string): string => column(`${group}_${name}`);
  const alert = (name: string): string => get('alertInfo', name);
  const agent = (name: string): string => get('agentDetectionInfo', name);
  const connection = connectionKind(alert('eventType'));
  if (connection === undefined) return skipped('notConnection');
  const severity = get('ruleInfo', 'severity');
  const treated = get('ruleInfo', 'treatAsThreat');
  const verdict = VERDICTS.indexOf(alert('analystVerdict').toLowerCase().replace(' ', '_') || 'undefined');
  return {
    EventEndTime: parseLogTime(alert('createdAt')) ?? parseLogTime(alert('reportedAt')),
    EventResult: 'Success',
    EventResultDetails: 'NA',
    EventSeverity: SEVERITIES.get(severity.toLowerCase()),
    EventOriginalSeverity: severity,
    EventOriginalType: alert('eventType'),
    EventOriginalUid: alert('dvEventId'),
    DvcAction: 'Allow',
    DvcOs: agent('osName'),
    DvcOsVersion: agent('osRevision'),
    NetworkProtocol: connection.protocol,
    NetworkRuleName: get('ruleInfo', 'name'),
    ThreatOriginalConfidence: treated,
    ThreatConfidence: CONFIDENCE.get(treated.toLowerCase())?.[verdict],
    AdditionalFields: {
      AlertId: alert('alertId'),
      AnalystVerdict: alert('analystVerdict'),
      IncidentStatus: alert('incidentStatus'),
      ProcessCommandLine: get('sourceProcessInfo', 'commandline'),
      ProcessFileHashSha1: get('sourceProcessInfo', 'fileHashSha1'),
      AgentVersion: agent('version'),
      SiteId: agent('siteId'),
      AccountId: agent('accountId'),
    },
    ...agentSide({
      direction: alert('netEventDirection'),
      listens: connection.listens,
      source: { ip: alert('srcIp'), port: alert('srcPort') },
      destination: { ip: alert('dstIp'), port: alert('dstPort') },
      name: agent('name'),
      id: agent('uuid'),
      machine: agent('machineType'),
      user: get('sourceProcessInfo', 'user'),
      process: get('sourceProcessInfo', 'filePath') || get('sourceProcessInfo', 'name'),
      processId: get('sourceProcessInfo', 'pid'),
    }),
  };
}

const GROUPS = ['alertInfo', 'agentDetectionInfo', 'ruleInfo', 'sourceProcessInfo'] as const;

/** A group of the API's, which newer connectors keep as a text of JSON under a capitalised name. */
function groupOf(record: JsonObject, group: string): JsonObject | undefined {
  return asObject(dynamicOf(record[group] ?? record[group.charAt(0).toUpperCase() + group.slice(1)]));
}

/** The API's groups as the table flattens them. */
function read(record: JsonObject): Row {
  const flat: Record<string, JsonValue | undefined> = { TimeGenerated: record.TimeGenerated };
  for (const group of GROUPS) {
    for (const [name, value] of Object.entries(groupOf(record, group) ?? {})) flat[`${group}_${name}`] = value;
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
  filter:
    'Alerts on TCP and UDP connections, and events of connections; other alerts and events are skipped (notConnection).',
  forms: ['alert JSON of the API', 'Deep Visibility events: Cloud Funnel, the API, query results'],
  sweep: true,
  gaps: ['the table has only alerts: connections without one are in the events alone'],
  format: 'rows',
  rows: {
    tables: { [TABLE]: ['event_name_s', 'alertInfo_eventType_s'] },
    owns: () => true,
    map,
  },
  objectForms: [
    {
      owns: (record) =>
        ('alertInfo' in record && 'agentDetectionInfo' in record) ||
        ('AlertInfo' in record && 'AgentDetectionInfo' in record),
      read,
    },
    {
      columns: ['EventType', 'AgentUUID', 'SrcIP', 'DstIP'],
      owns: isEvent,
      read: (record) => new JsonRow(TABLE, record),
    },
  ],
};
