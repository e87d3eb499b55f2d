/**
 * SentinelOne's Deep Visibility events: dotted keys of Cloud Funnel and the data lake (`src.ip.address`), the API's (`srcIp`) and those of
 * query results (`SrcIP`). Source and destination are the connection's; of an incoming one the agent is the destination.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import type { Row } from './row';
import { type AgentFacts, agentSide, connectionKind } from './sentinelOneAgent';
import { type Refusal, skipped } from './source';

/** Spellings of what is read. */
const NAMES = {
  category: ['event.category', 'objectType', 'ObjectType'],
  type: ['event.type', 'eventType', 'EventType'],
  kind: ['meta.event.name', 'metaEventName', 'MetaEventName'],
  id: ['event.id', 'id', 'EventID'],
  time: ['event.time', 'eventTime', 'EventTime', 'createdAt'],
  count: ['event.repetitionCount'],
  direction: ['event.network.direction', 'netEventDirection', 'NetEventDirection', 'direction'],
  status: ['event.network.connectionStatus', 'netConnStatus', 'NetConnStatus', 'connectionStatus'],
  application: ['event.network.protocolName', 'netProtocolName', 'NetProtocolName'],
  sourceIp: ['src.ip.address', 'srcIp', 'SrcIP'],
  sourcePort: ['src.port.number', 'srcPort', 'SrcPort'],
  destinationIp: ['dst.ip.address', 'dstIp', 'DstIP'],
  destinationPort: ['dst.port.number', 'dstPort', 'DstPort'],
  agentName: ['endpoint.name', 'endpointName', 'agentName', 'EndpointName', 'AgentName'],
  agentId: ['agent.uuid', 'agentUuid', 'AgentUUID'],
  agentVersion: ['agent.version', 'agentVersion'],
  machine: ['endpoint.type', 'endpointMachineType', 'agentMachineType', 'EndpointMachineType'],
  system: ['os.name', 'endpoint.os', 'endpointOs', 'agentOs', 'EndpointOS'],
  systemVersion: ['mgmt.osRevision'],
  user: ['src.process.user', 'srcProcUser', 'user', 'SrcProcUser'],
  process: ['src.process.image.path', 'srcProcImagePath', 'processImagePath', 'SrcProcImagePath'],
  processName: ['src.process.name', 'srcProcName', 'processName', 'SrcProcName'],
  processId: ['src.process.pid', 'srcProcPid', 'pid', 'SrcProcPID'],
  commandLine: ['src.process.cmdline', 'srcProcCmdLine', 'processCmd', 'SrcProcCmdLine'],
  siteId: ['site.id', 'siteId'],
  accountId: ['account.id', 'accountId'],
  storyline: ['src.process.storyline.id', 'srcProcStorylineId'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Whether a JSON object is such an event, of a connection or not. */
export function isEvent(record: JsonObject): boolean {
  if (typeof record['event.type'] === 'string' || typeof record['event.category'] === 'string')
    return 'agent.uuid' in record || record['dataSource.name'] === 'SentinelOne' || 'src.process.uid' in record;
  if (typeof record.eventType === 'string')
    return 'agentUuid' in record && ('objectType' in record || 'metaEventName' in record);
  return typeof record.EventType === 'string' && 'AgentUUID' in record;
}

/** Whether a row holds an event rather than an alert. */
export function holdsEvent(row: Row): boolean {
  return [...NAMES.category, ...NAMES.type, ...NAMES.kind].some((name) => row.text(name) !== '');
}

export function mapEvent(row: Row): SessionDraft | Refusal {
  const get = (name: keyof typeof NAMES): string => {
    for (const key of NAMES[name]) {
      const text = row.text(key);
      if (text !== '') return text;
    }
    return '';
  };
  const connection = connectionKind(get('kind'), get('type'));
  if (connection === undefined && get('category') !== 'ip') return skipped('notConnection');
  const application = get('application').toUpperCase();
  const named = application === 'TCP' || application === 'UDP';
  const facts: AgentFacts = {
    direction: get('direction'),
    listens: connection?.listens ?? false,
    source: { ip: get('sourceIp'), port: get('sourcePort') },
    destination: { ip: get('destinationIp'), port: get('destinationPort') },
    name: get('agentName'),
    id: get('agentId'),
    machine: get('machine'),
    user: get('user'),
    process: get('process') || get('processName'),
    processId: get('processId'),
  };
  const status = get('status').toUpperCase();
  return {
    EventEndTime: parseLogTime(get('time')),
    EventCount: get('count'),
    EventResult: status.startsWith('FAIL') || status === 'BLOCKED' ? 'Failure' : undefined,
    EventOriginalResultDetails: get('status'),
    EventOriginalType: get('type') || get('kind'),
    EventOriginalSubType: get('kind'),
    EventOriginalUid: get('id'),
    DvcAction: status === 'SUCCESS' ? 'Allow' : status === 'BLOCKED' ? 'Deny' : undefined,
    DvcOs: get('system'),
    DvcOsVersion: get('systemVersion'),
    NetworkProtocol: connection?.protocol || (named ? application : ''),
    NetworkApplicationProtocol: named ? '' : application,
    AdditionalFields: {
      ProcessName: get('processName'),
      ProcessCommandLine: get('commandLine'),
      Storyline: get('storyline'),
      AgentVersion: get('agentVersion'),
      SiteId: get('siteId'),
      AccountId: get('accountId'),
    },
    ...agentSide(facts),
  };
}
