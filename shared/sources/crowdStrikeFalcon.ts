/**
 * CrowdStrike Falcon (SIEM connector): matches of the host firewall and network accesses of a detection, as CEF and as the streaming
 * API's JSON. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCrowdStrikeFalconHost 0.1.0 and corrects:
 * - the destination is the other end than the source, by direction; the ICMP type has its name;
 * - dispositions that are not listed have a result by their bits.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { type JsonObject, StringSpan } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, ownRow, type SecurityLogRow, securityLog } from './commonSecurityLog';
import { dispositionOf } from './crowdStrikeDispositions';
import { wholeNumber } from './numbers';
import { JsonRow, type Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const MATCH = 'FirewallMatchEvent';
const ACCESS = 'Network Access In A Detection Summary Event';
const RULE_ACTIONS: ReadonlyMap<string, readonly [ValueOf<'dvcAction'>, string]> = new Map([
  ['0', ['Deny', 'invalid'] as const],
  ['1', ['Allow', 'allowed'] as const],
  ['2', ['Deny', 'blocked'] as const],
]);
const SEVERITIES: readonly ValueOf<'eventSeverity'>[] = [
  'Informational',
  'Informational',
  'Low',
  'Medium',
  'High',
  'High',
];
function severity(text: string): ValueOf<'eventSeverity'> | undefined {
  const level = wholeNumber(text);
  return level === undefined ? undefined : (SEVERITIES[level] ?? 'High');
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  switch (log.text('DeviceEventClassID')) {
    case MATCH:
      return firewallMatch(log);
    case ACCESS:
      return networkAccess(log);
    default:
      return skipped('notConnection');
  }
}

/** What both kinds of events tell alike. */
function event(log: SecurityLogRow): SessionDraft {
  return {
    EventSeverity: severity(log.text('LogSeverity')),
    EventOriginalSeverity: log.text('LogSeverity'),
    EventOriginalType: log.text('DeviceEventClassID'),
    EventProductVersion: log.text('DeviceVersion'),
    EventMessage: log.text('Message'),
  };
}

function firewallMatch(log: SecurityLogRow): SessionDraft {
  const get = (key: string): string => log.extension(key);
  const stated = get('connectionDirection');
  const inbound = stated === '1';
  const local = { ip: get('localAddress'), port: get('localPort') };
  const remote = { ip: get('remoteAddress'), port: get('remotePort') };
  const [source, destination] = inbound ? [remote, local] : [local, remote];
  const [action, word] = RULE_ACTIONS.get(get('ruleAction')) ?? [];
  const protocol = get('protocol') || log.text('Protocol');
  const icmp = protocol === '1' || protocol === '58';
  const host = get('hostName');
  return {
    EventEndTime: parseLogTime(log.text('ReceiptTime')),
    EventCount: get('matchCount'),
    EventOriginalSubType: get('eventType') || log.text('EventType'),
    DvcAction: action,
    DvcOriginalAction: word ?? get('ruleAction'),
    DvcHostname: host,
    DvcId: get('deviceId'),
    DvcIpAddr: local.ip,
    SrcIpAddr: source.ip,
    DstIpAddr: destination.ip,
    NetworkProtocol: protocol,
    NetworkRuleName: get('ruleName'),
    NetworkDirection: inbound ? 'Inbound' : stated === '2' ? 'Outbound' : undefined,
    AdditionalFields: {
      IcmpCode: icmp ? get('icmpCode') : '',
      NetworkProfile: get('networkProfile'),
      RuleDescription: get('ruleDescription'),
      RuleGroupName: get('ruleGroupName'),
      CommandLine: get('cmdLine'),
    },
    ...(icmp ? { NetworkIcmpCode: get('icmpType') } : { SrcPortNumber: source.port, DstPortNumber: destination.port }),
    ...(inbound ? { DstHostname: host } : { SrcHostname: host }),
    ...event(log),
  };
}

function networkAccess(log: SecurityLogRow): SessionDraft {
  const get = (column: string): string => log.text(column);
  const bits = wholeNumber(get('EventOutcome'));
  const disposition = bits === undefined ? undefined : dispositionOf(bits);
  const user = get('DestinationUserName');
  const domain = get('DestinationNTDomain');
  const process = get('FileName');
  const host = get('DestinationHostName');
  return {
    EventEndTime: parseLogTime(get('DeviceCustomDate1')) ?? parseLogTime(get('ReceiptTime')),
    EventOriginalResultDetails: log.extension('CSMTRPatternDisposition'),
    DvcAction: disposition?.action,
    DvcOriginalAction: disposition?.name ?? get('EventOutcome'),
    DvcId: get('ExtID') || get('DeviceExternalID'),
    DvcHostname: host,
    SrcIpAddr: get('SourceIP') || get('DeviceCustomIPv6Address2'),
    SrcPortNumber: get('SourcePort'),
    SrcHostname: host,
    SrcMacAddr: get('SourceMACAddress'),
    SrcUsername: user !== '' && domain !== '' && !user.includes('\\') ? `${domain}\\${user}` : user,
    SrcAppName: process,
    SrcAppId: get('FieldDeviceCustomNumber2'),
    DstIpAddr: get('DestinationIP') || get('DeviceCustomIPv6Address3'),
    DstPortNumber: get('DestinationPort'),
    NetworkProtocol: get('Protocol'),
    AdditionalFields: {
      Tactic: log.extension('tactic') || get('Activity'),
      Technique: log.extension('technique') || get('DeviceAction'),
      Objective: log.extension('objective') || get('Reason'),
      [get('DeviceCustomString6Label') || 'FalconHostLink']: get('DeviceCustomString6'),
    },
    ...(process !== '' && { SrcAppType: 'Process' as const }),
    ...event(log),
  };
}

/** Keys of the streaming API that differ from the connector's by more than their first letter. */
const API_KEYS: ReadonlyMap<string, string> = new Map([
  ['ICMPCode', 'icmpCode'],
  ['ICMPType', 'icmpType'],
  ['CommandLine', 'cmdLine'],
]);

function connectorKey(name: string): string {
  return API_KEYS.get(name) ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/** The streaming API writes the same keys with a capital letter. */
function read(record: JsonObject): Row | Refusal {
  const { event, metadata } = record;
  const members = objectOf(event);
  if (members === undefined) return dead('noEvent');
  const fields = new JsonRow(COMMON_SECURITY_LOG, members);
  const type = objectOf(metadata)?.eventType;
  const created = objectOf(metadata)?.eventCreationTime;
  const extensions = new Map([...fields.columns()].map((name) => [connectorKey(name), fields.text(name)]));
  return ownRow(extensions, {
    DeviceVendor: 'CrowdStrike',
    DeviceProduct: 'FalconHost',
    DeviceEventClassID: typeof type === 'string' ? type : undefined,
    ReceiptTime: typeof created === 'number' ? String(created) : undefined,
  });
}

function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof StringSpan)
    ? (value as JsonObject)
    : undefined;
}

export const crowdStrikeFalcon: RowSource = {
  id: 'crowdStrikeFalcon',
  vendor: 'CrowdStrike',
  product: 'Falcon',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCrowdStrikeFalconHost 0.1.0',
  asim: { vendor: 'CrowdStrike', product: 'FalconHost', types: ['EndpointNetworkSession'] },
  filter: `${MATCH} and ${ACCESS}; other events are skipped (notConnection).`,
  forms: ['CEF', 'streaming API JSON (FirewallMatchEvent)'],
  sweep: true,
  gaps: ['of the streaming API only FirewallMatchEvent is read: the network accesses inside a detection are not'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'crowdstrike', 'falconhost'),
    map,
  },
  objectForms: [
    {
      owns: (record) => objectOf(record.metadata)?.eventType !== undefined && objectOf(record.event) !== undefined,
      read,
    },
  ],
};
