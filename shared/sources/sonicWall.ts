/**
 * SonicWall firewalls: connections as CEF (ArcSight form) and as the device's own syslog. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionSonicWallFirewall 0.1.0 and corrects:
 * - a record without an action (opened, closed) is a success; `mgmt` and `NA` are no actions;
 * - bytes by direction, packets, duration and the ICMP type's name are filled; of a threat the outer end is its address.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import { type Row, textRow } from './row';
import { type LogLine, lineForm, type Refusal, type RowSource, skipped } from './source';

/** Logs of the web and of the device, not of a session. */
const LEFT_OUT: ReadonlySet<string> = new Set(['14', '97', '1382', '440', '441', '442', '646', '647', '734', '735']);
/** Groups that tell of sessions: security services, firewall settings, network, firewall. */
const GROUPS: ReadonlySet<string> = new Set(['', '3', '5', '6', '10']);
const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['forward', 'Allow'],
  ['allow', 'Allow'],
  ['drop', 'Drop'],
  ['deny', 'Deny'],
  ['reset client', 'Reset Source'],
  ['reset server', 'Reset Destination'],
  ['reset both', 'Reset'],
  ['reset', 'Reset'],
  ['drop icmp', 'Drop ICMP'],
]);
/** Legacy categories: dropped packets. */
const DROPPED: ReadonlySet<string> = new Set(['64', '128', '256', '512']);
const SUBTYPES: ReadonlyMap<string, 'Start' | 'End'> = new Map([
  ['98', 'Start'],
  ['537', 'End'],
]);

function severity(text: string): ValueOf<'eventSeverity'> | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const level = Number(text);
  return level <= 4 ? 'Informational' : level <= 6 ? 'Low' : level <= 8 ? 'Medium' : 'High';
}

/** `tcp/https`, `x-tcp`: transport and service. */
function protocols(text: string): { readonly transport: string; readonly service: string } {
  const [first = '', service = ''] = text.split('/', 2);
  return { transport: first.slice(first.lastIndexOf('-') + 1), service: /^\d+$/.test(service) ? '' : service };
}

function zoneDirection(from: string, to: string): ValueOf<'networkDirection'> | undefined {
  if (from === '' || to === '') return undefined;
  const [one, other] = [from.toUpperCase(), to.toUpperCase()];
  if (other === 'MULTICAST') return 'NA';
  if (one === 'WAN') return 'Inbound';
  if (one === 'VPN') return other === 'WAN' ? 'Outbound' : 'Inbound';
  return other === 'WAN' ? 'Outbound' : undefined;
}

const unquoted = (text: string): string => text.replace(/^"|"$/g, '');

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => unquoted(log.text(column));
  const key = (name: string): string => unquoted(log.extension(name));
  const id = get('DeviceEventClassID');
  if (LEFT_OUT.has(id) || !GROUPS.has(key('gcat'))) return skipped('notConnection');
  const source = get('SourceIP') || key('srcV6');
  const destination = get('DestinationIP') || key('dstV6');
  if (source === '' || destination === '') return skipped('noAddresses');
  const stated = key('fw_action').toLowerCase();
  const action = ACTIONS.get(stated) ?? (stated === '' && DROPPED.has(get('DeviceEventCategory')) ? 'Drop' : undefined);
  // The label itself holds the value; so the vendor has it.
  const [from, to] = [get('DeviceCustomString3Label'), get('DeviceCustomString4Label')];
  const { transport, service } = protocols(get('Protocol'));
  const user = key('susr') || get('SourceUserName');
  const direction = zoneDirection(from, to);
  const duration = get('DeviceCustomNumber3Label') || key('cdur');
  const icmp = /^icmp/i.test(transport);
  const application = key('appcat') || key('appName');
  const threat = key('ipscat') || key('spycat');
  return {
    EventEndTime: parseLogTime(get('ReceiptTime')),
    NetworkDuration: duration,
    EventSubType: SUBTYPES.get(id),
    EventSeverity: severity(get('LogSeverity')),
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalType: id,
    EventMessage: get('Activity') || get('Message'),
    EventProductVersion: get('DeviceVersion'),
    DvcAction: action,
    DvcOriginalAction: stated,
    DvcHostname: get('DeviceName') || get('Computer'),
    DvcIpAddr: key('fw') || get('DeviceAddress'),
    DvcId: key('sn') || get('DeviceExternalID'),
    DvcDescription: get('DeviceProduct'),
    DvcOs: 'SonicOS',
    DvcOsVersion: get('DeviceVersion'),
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: source,
    SrcPortNumber: get('SourcePort'),
    SrcHostname: get('SourceHostName'),
    SrcMacAddr: get('SourceMACAddress'),
    SrcNatIpAddr: get('DeviceCustomString1Label') || get('SourceTranslatedAddress'),
    SrcNatPortNumber: key('snpt') || get('SourceTranslatedPort'),
    SrcUsername: /^Unknown \(/.test(user) ? '' : user,
    SrcZone: from,
    SrcBytes: get('SentBytes'),
    SrcPackets: get('DeviceCustomNumber2Label') || key('spkt'),
    DstIpAddr: destination,
    DstPortNumber: get('DestinationPort'),
    DstHostname: get('DestinationHostName'),
    DstMacAddr: get('DestinationMACAddress'),
    DstNatIpAddr: get('DeviceCustomString2Label') || get('DestinationTranslatedAddress'),
    DstNatPortNumber: key('dnpt') || get('DestinationTranslatedPort'),
    DstZone: to,
    DstBytes: get('ReceivedBytes'),
    DstPackets: get('DeviceCustomNumber1Label') || key('rpkt'),
    DstAppName: application,
    DstAppId: application === '' ? '' : key('sid'),
    NetworkProtocol: transport,
    NetworkApplicationProtocol: icmp ? '' : service.toUpperCase(),
    NetworkIcmpCode: icmp ? get('FieldDeviceCustomNumber1') || key('type') : undefined,
    NetworkRuleName: get('DeviceCustomString1') || key('rule'),
    NetworkDirection: direction,
    ThreatCategory: threat,
    ThreatId: threat === '' ? '' : key('sid'),
    ThreatIpAddr: threat === '' ? '' : direction === 'Inbound' ? source : direction === 'Outbound' ? destination : '',
    AdditionalFields: {
      Category: get('DeviceEventCategory') || key('c'),
      Group: key('gcat'),
      IcmpCode: icmp ? get('FieldDeviceCustomNumber2') || key('code') : '',
      Note: key('note'),
      VpnPolicy: key('vpnpolicy'),
      SessionType: key('sess'),
    },
    ...(application !== '' && {
      DstAppType: /^'?(General|Service) /.test(application) ? ('Service' as const) : ('Other' as const),
    }),
  };
}

/** `address:port:interface[:name]`; IPv6 addresses have keys of their own. */
function end(text: string): {
  readonly address?: string;
  readonly port?: string;
  readonly nic?: string;
  readonly name?: string;
} {
  const [address, port, nic, name] = text.split(':', 4);
  return { ...(address && { address }), ...(port && { port }), ...(nic && { nic }), ...(name && { name }) };
}

/** Keys that become columns; the others go to AdditionalExtensions. */
const TAKEN: ReadonlySet<string> = new Set([
  'src',
  'dst',
  'proto',
  'sent',
  'rcvd',
  'm',
  'msg',
  'time',
  'id',
  'srcMac',
  'dstMac',
  'usr',
]);

function read({ message, syslog }: LogLine): Row {
  const pairs = parseKeyValues(message);
  const [source, destination] = [end(pairs.get('src') ?? ''), end(pairs.get('dst') ?? '')];
  const time = parseLogTime(pairs.get('time') ?? '') ?? syslog?.time;
  const extensions = [...pairs].filter(([name]) => !TAKEN.has(name)).map(([name, value]) => `${name}=${value}`);
  return textRow(COMMON_SECURITY_LOG, {
    DeviceVendor: 'SonicWall',
    DeviceProduct: 'SonicOS',
    DeviceEventClassID: pairs.get('m'),
    DeviceName: syslog?.host,
    DeviceEventCategory: pairs.get('c'),
    Activity: pairs.get('msg'),
    SourceIP: source.address,
    SourcePort: source.port,
    DeviceInboundInterface: source.nic,
    SourceHostName: source.name,
    DestinationIP: destination.address,
    DestinationPort: destination.port,
    DeviceOutboundInterface: destination.nic,
    DestinationHostName: destination.name,
    Protocol: pairs.get('proto'),
    SentBytes: pairs.get('sent'),
    ReceivedBytes: pairs.get('rcvd'),
    SourceMACAddress: pairs.get('srcMac'),
    DestinationMACAddress: pairs.get('dstMac'),
    SourceUserName: pairs.get('usr'),
    AdditionalExtensions: extensions.join(';'),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

export const sonicWall: RowSource = {
  id: 'sonicWall',
  vendor: 'SonicWall',
  product: 'SonicOS firewalls',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionSonicWallFirewall 0.1.0',
  asim: { vendor: 'SonicWall', product: 'Firewall', types: ['NetworkSession'] },
  filter:
    'Records with two addresses (others: noAddresses) of the groups security services, firewall settings, network and firewall, without ten message ids of the web and the device (notConnection).',
  forms: ['CEF (ArcSight form)', 'syslog key=value'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => row.text('DeviceVendor').toLowerCase() === 'sonicwall',
    map,
  },
  lineForms: [lineForm(({ message }) => /(?:^|\s)id=\S{1,40} sn=[0-9A-F]{6,16} /i.test(message), read)],
};
