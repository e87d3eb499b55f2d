/**
 * Check Point firewall: connections as CEF and in the Log Exporter's other forms. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCheckPointFirewall 1.2.0 and corrects:
 * - either spelling of the vendor; the rule is NetworkRuleName; actions that it does not list have a result;
 * - ICMP types only where the label says so, with their names; bytes, users, MAC addresses and interfaces are kept.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { checkPointLines, checkPointObjects, isAddress, logUid, sicName } from './checkPointColumns';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['accept', 'Allow'],
  ['allow', 'Allow'],
  ['bypass', 'Allow'],
  ['https bypass', 'Allow'],
  ['https inspect', 'Allow'],
  ['monitor', 'Allow'],
  ['detect', 'Allow'],
  ['redirect', 'Allow'],
  ['drop', 'Drop'],
  ['reject', 'Deny'],
  ['block', 'Deny'],
  ['prevent', 'Deny'],
  ['encrypt', 'Encrypt'],
  ['decrypt', 'Decrypt'],
]);
/** Of the gateway itself, not of a connection. */
const NO_SESSION: ReadonlySet<string> = new Set(['key install', 'log in', 'log out', 'failed log in', 'ctl', 'update']);
const DIRECTIONS: ReadonlyMap<string, 'Inbound' | 'Outbound' | 'Local'> = new Map([
  ['incoming', 'Inbound'],
  ['outgoing', 'Outbound'],
  ['internal', 'Local'],
]);

function zoneDirection(from: string, to: string): 'Inbound' | 'Outbound' | 'Local' | undefined {
  const inside = (zone: string): boolean => zone === 'Internal' || zone === 'Local';
  if (from === 'External') return inside(to) ? 'Inbound' : undefined;
  if (!inside(from)) return undefined;
  return to === 'External' ? 'Outbound' : from === 'Internal' && inside(to) ? 'Local' : undefined;
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const action = get('DeviceAction');
  if (NO_SESSION.has(action.toLowerCase())) return skipped('notConnection');
  if (get('SourceIP') === '' && get('DestinationIP') === '') return skipped('noAddresses');
  const category = log.extension('alert') || log.extension('inspection_category');
  const activity = get('Activity');
  const sic = log.extension('originsicname') || log.extension('origin_sic_name') || get('DeviceName');
  const origin = log.extension('origin') || log.extension('orig');
  const name = sicName(sic) || (sic.includes('=') ? '' : sic) || (isAddress(origin) ? '' : origin) || get('Computer');
  const logged = parseLogTime(get('ReceiptTime')) ?? parseLogTime(log.extension('time'));
  // Accounting and session logs are written at the connection's end.
  const start = parseLogTime(log.extension('start_time'));
  const accounted = start !== undefined && logged !== undefined && start <= logged;
  return {
    EventStartTime: accounted ? start : undefined,
    EventEndTime: logged,
    EventSeverity: category === '' ? undefined : 'High',
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalUid: logUid(log.extension('loguid')),
    EventOriginalType: get('DeviceEventClassID'),
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcAction: ACTIONS.get(action.toLowerCase()),
    DvcOriginalAction: action,
    DvcHostname: name,
    DvcIpAddr: (isAddress(origin) && origin) || get('DeviceAddress'),
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcHostname: get('SourceHostName'),
    SrcMacAddr: get('SourceMACAddress') || log.extension('mac_source_address'),
    SrcUsername: get('SourceUserName'),
    SrcNatIpAddr: get('SourceTranslatedAddress'),
    SrcNatPortNumber: get('SourceTranslatedPort'),
    SrcZone: log.extension('inzone'),
    SrcBytes: get('SentBytes'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstHostname: get('DestinationHostName'),
    DstMacAddr: get('DestinationMACAddress') || log.extension('mac_destination_address'),
    DstUsername: get('DestinationUserName'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstZone: log.extension('outzone'),
    DstBytes: get('ReceivedBytes'),
    DstAppName: activity === 'Log' ? '' : activity,
    NetworkProtocol: get('Protocol'),
    NetworkIcmpCode: log.labelled('icmptype'),
    NetworkRuleName: log.labelled('rulename') || log.extension('rule_name') || log.extension('rule_uid'),
    NetworkDirection:
      DIRECTIONS.get(log.extension('conn_direction').toLowerCase()) ??
      zoneDirection(log.extension('inzone'), log.extension('outzone')),
    ThreatCategory: category,
    ThreatName: log.extension('inspection_item'),
    AdditionalFields: {
      IcmpCode: log.labelled('icmpcode') || log.extension('icmp_code'),
      CommunicationDirection: get('CommunicationDirection') || log.extension('ifdir'),
      Layer: log.extension('layer_name'),
      RuleUid: log.extension('rule_uid'),
      Service: log.extension('service_id') || get('DestinationServiceName'),
      MatchId: log.extension('match_id'),
      SequenceNumber: log.extension('sequencenum'),
    },
    ...(action === '' && { EventResult: 'NA' as const }),
    ...(activity !== '' && activity !== 'Log' && { DstAppType: 'Service' as const }),
  };
}

const isVendor = (row: Row): boolean => /^(check ?point)?$/i.test(row.text('DeviceVendor'));

export const checkPointFirewall: RowSource = {
  id: 'checkPointFirewall',
  vendor: 'Check Point',
  product: 'VPN-1 & FireWall-1',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCheckPointFirewall 1.2.0',
  asim: { vendor: 'Check Point', product: 'Firewall', types: ['NetworkSession'] },
  filter: 'Logs with addresses (others: noAddresses) that tell of a connection (others: notConnection).',
  forms: ['CEF', 'Log Exporter: syslog, generic, Splunk, JSON', 'syslog of gateways (structured data)'],
  sweep: true,
  gaps: ['byte counts come only with accounting and session logs'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => row.text('DeviceProduct').toLowerCase() === 'vpn-1 & firewall-1' && isVendor(row),
    map,
  },
  lineForms: [checkPointLines(false)],
  objectForms: [checkPointObjects(false)],
};
