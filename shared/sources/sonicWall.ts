/**
 * SonicWall firewalls: connections as CEF (ArcSight form) and as the device's own syslog. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionSonicWallFirewall 0.1.0 and corrects:
 * - a record without an action (opened, closed) is a success; `mgmt` and `NA` are no actions;
 * - bytes by direction, packets, duration and the ICMP type's name are filled; of a threat the outer end is its address.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import type { Row } from './row';
import { ownsSonicWallLine, readSonicWallLine } from './sonicWallSyslog';
import { lineForm, type Refusal, type RowSource, skipped } from './source';

/** Logs of the web and of the device, not of a session. */
const LEFT_OUT: ReadonlySet<string> = new Set(['14', '97', '1382', '440', '441', '442', '646', '647', '734', '735']);
/** Groups that tell of sessions: security services, firewall settings, network, firewall. */
const GROUPS: ReadonlySet<string> = new Set(['3', '5', '6', '10']);
/** Of firmware without groups, the categories that tell of none: maintenance, errors, blocked sites and code, users. */
const OTHER_CATEGORIES: ReadonlySet<string> = new Set(['1', '2', '4', '8', '16']);
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
/** Older categories: dropped packets. */
const DROPPED: ReadonlySet<string> = new Set(['64', '128', '256', '512']);
const SUBTYPES: ReadonlyMap<string, 'Start' | 'End'> = new Map([
  ['98', 'Start'],
  ['537', 'End'],
]);
/** Interfaces of old firmware are called like zones. */
const ZONES: ReadonlySet<string> = new Set(['WAN', 'LAN', 'DMZ', 'WLAN', 'VPN']);
/** What newer firmware calls the zone of the internet. */
const OUTSIDE: ReadonlySet<string> = new Set(['WAN', 'UNTRUSTED']);

function severity(text: string): ValueOf<'eventSeverity'> | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const level = Number(text);
  return level <= 4 ? 'Informational' : level <= 6 ? 'Low' : level <= 8 ? 'Medium' : 'High';
}

/** `tcp/https`, `x-tcp`: transport and service. */
function protocols(text: string): { readonly transport: string; readonly service: string } {
  const [first = '', service = ''] = text.split('/', 2);
  const transport = first.slice(first.lastIndexOf('-') + 1);
  return { transport, service: /^\d+$/.test(service) || !/^(tcp|udp)$/i.test(transport) ? '' : service };
}

interface Zones {
  readonly from: string;
  readonly to: string;
}

/** As stated, else as the rule's name has them (`15 (LAN->WAN)`), else as old interfaces are called. */
function zonesOf(get: (column: string) => string, rule: string): Zones {
  const [from, to] = [get('DeviceCustomString3Label'), get('DeviceCustomString4Label')];
  if (from !== '' || to !== '') return { from, to };
  const named = /\(([\w -]{1,40})->([\w -]{1,40})\)/.exec(rule);
  if (named !== null) return { from: named[1] ?? '', to: named[2] ?? '' };
  const [inbound, outbound] = [get('DeviceInboundInterface'), get('DeviceOutboundInterface')];
  return ZONES.has(inbound) && ZONES.has(outbound) ? { from: inbound, to: outbound } : { from: '', to: '' };
}

/** A session within the outer zone goes to or comes from the firewall itself: the addresses tell which. */
function zoneDirection({ from, to }: Zones): Pick<SessionDraft, 'NetworkDirection' | 'stated'> {
  if (from === '' || to === '') return {};
  const [one, other] = [from.toUpperCase(), to.toUpperCase()];
  if (other === 'MULTICAST') return { NetworkDirection: 'NA' };
  const [inside, outside] = [!OUTSIDE.has(one), OUTSIDE.has(other)];
  if (!inside) return outside ? { stated: 'Inbound' } : { NetworkDirection: 'Inbound' };
  if (outside) return { NetworkDirection: 'Outbound' };
  return { NetworkDirection: one === 'VPN' ? 'Inbound' : 'Local' };
}

/** What the record states, or its text tells where it states nothing. */
function actionOf(stated: string, category: string, text: string): ValueOf<'dvcAction'> | undefined {
  if (stated !== '') return ACTIONS.get(stated.toLowerCase());
  if (/\b(?:denied|rejected|blocked)\b/i.test(text)) return 'Deny';
  return /\bdropped\b/i.test(text) || (text === '' && DROPPED.has(category)) ? 'Drop' : undefined;
}

/** The signature in `IPS Detection Alert: ICMP Echo Reply, SID: 316, Priority: Low`. */
function threatName(text: string): string {
  return /\b(?:Alert|Anti-Spyware|Gateway Anti-Virus)[\w -]{0,40}: ([^,"]{1,200})/i.exec(text)?.[1]?.trim() ?? '';
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  if (quote !== '"' && quote !== "'") return text;
  return text.slice(1, text.endsWith(quote) && text.length > 1 ? -1 : undefined);
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => unquoted(log.text(column));
  const key = (name: string): string => unquoted(log.extension(name));
  const [id, group, category] = [get('DeviceEventClassID'), key('gcat'), get('DeviceEventCategory') || key('c')];
  if (LEFT_OUT.has(id) || !(group === '' ? !OTHER_CATEGORIES.has(category) : GROUPS.has(group)))
    return skipped('notConnection');
  const source = get('SourceIP') || key('srcV6');
  const destination = get('DestinationIP') || key('dstV6');
  if (source === '' || destination === '') return skipped('noAddresses');
  const [stated, text] = [key('fw_action'), get('Activity') || get('Message')];
  const rule = get('DeviceCustomString1') || key('rule');
  const zones = zonesOf(get, rule);
  const direction = zoneDirection(zones);
  const given = protocols(get('Protocol'));
  const transport = given.transport || (key('type') !== '' && /\bICMP\b/i.test(text) ? 'icmp' : '');
  const icmp = /^icmp/i.test(transport);
  const ports = transport === '' || /^(tcp|udp|sctp)$/i.test(transport);
  const user = key('susr') || get('SourceUserName');
  const application = key('appcat') || key('appName');
  const threat = key('ipscat') || key('spycat');
  return {
    EventEndTime: parseLogTime(get('ReceiptTime')),
    NetworkDuration: get('DeviceCustomNumber3Label') || key('cdur'),
    EventSubType: SUBTYPES.get(id),
    EventResultDetails: 'NA',
    EventSeverity: severity(get('LogSeverity')),
    EventOriginalSeverity: get('OriginalLogSeverity') || get('LogSeverity'),
    EventOriginalType: id,
    EventMessage: text,
    EventProductVersion: get('DeviceVersion'),
    DvcAction: actionOf(stated, category, text),
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
    SrcPortNumber: ports ? get('SourcePort') : '',
    SrcHostname: get('SourceHostName'),
    SrcMacAddr: get('SourceMACAddress'),
    SrcNatIpAddr: get('DeviceCustomString1Label') || get('SourceTranslatedAddress'),
    SrcNatPortNumber: key('snpt') || get('SourceTranslatedPort'),
    SrcUsername: /^Unknown \(/.test(user) ? '' : user,
    SrcZone: zones.from,
    SrcBytes: get('SentBytes'),
    SrcPackets: get('DeviceCustomNumber2Label') || key('spkt'),
    DstIpAddr: destination,
    DstPortNumber: ports ? get('DestinationPort') : '',
    DstHostname: get('DestinationHostName'),
    DstMacAddr: get('DestinationMACAddress'),
    DstNatIpAddr: get('DeviceCustomString2Label') || get('DestinationTranslatedAddress'),
    DstNatPortNumber: key('dnpt') || get('DestinationTranslatedPort'),
    DstZone: zones.to,
    DstBytes: get('ReceivedBytes'),
    DstPackets: get('DeviceCustomNumber1Label') || key('rpkt'),
    DstAppName: application,
    DstAppId: application === '' ? '' : key('sid'),
    DstAppType: application === '' ? undefined : /^(General|Service) /.test(application) ? 'Service' : 'Other',
    NetworkProtocol: transport,
    NetworkApplicationProtocol: given.service.toUpperCase(),
    NetworkIcmpCode: icmp ? get('FieldDeviceCustomNumber1') || key('type') : undefined,
    NetworkRuleName: rule,
    ThreatName: threat === '' ? '' : threatName(text) || threat,
    ThreatCategory: threat,
    ThreatId: threat === '' ? '' : key('sid'),
    ThreatIpAddr: threat === '' ? '' : direction.NetworkDirection === 'Outbound' ? destination : source,
    AdditionalFields: {
      Category: category,
      Group: group,
      IcmpCode: icmp ? get('FieldDeviceCustomNumber2') || key('code') : '',
      Note: key('note'),
      VpnPolicy: key('vpnpolicy'),
      SessionType: key('sess'),
    },
    ...direction,
  };
}

export const sonicWall: RowSource = {
  id: 'sonicWall',
  vendor: 'SonicWall',
  product: 'SonicOS firewalls',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionSonicWallFirewall 0.1.0',
  asim: { vendor: 'SonicWall', product: 'Firewall', types: ['NetworkSession'] },
  filter:
    'Records with two addresses (others: noAddresses) of the groups security services, firewall settings, network and firewall (of old firmware: of the categories attacks, dropped packets and connections), without ten message ids of the web and the device (notConnection).',
  forms: ['CEF (ArcSight form)', 'syslog key=value'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => row.text('DeviceVendor').toLowerCase() === 'sonicwall',
    map,
  },
  lineForms: [lineForm(ownsSonicWallLine, readSonicWallLine)],
};
