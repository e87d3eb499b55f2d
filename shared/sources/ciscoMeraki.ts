/**
 * Cisco Meraki: flows and intrusion alerts, from the custom log (meraki_CL, the line in Message) and from syslog. Table Syslog holds the line in
 * SyslogMessage.
 * Follows the upstream mappings ASimNetworkSessionCiscoMeraki 1.2.2 and ASimNetworkSessionCiscoMerakiSyslog 1.3.0 and corrects:
 * - patterns that begin with a number have an action (1 denies); the start and end of a flow are allowed;
 * - a translated destination is a translation, and the destination only where there is no other; alerts are IDS events.
 * Association, DHCP, VRRP and air-marshal events tell of no session between two addresses: they are skipped (noSession).
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import type { Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const CUSTOM = 'meraki_CL';
const FLOWS: ReadonlySet<string> = new Set([
  'flows',
  'firewall',
  'cellular_firewall',
  'vpn_firewall',
  'bridge_anyconnect_client_vpn_firewall',
  'ip_flow_start',
  'ip_flow_end',
]);
const ALERTS: ReadonlySet<string> = new Set(['ids-alerts', 'security_event']);
const OTHERS: ReadonlySet<string> = new Set(['urls', 'events', 'airmarshal_events']);
/** `[<PRI>1 ]epoch device type rest`; a row of Syslog may have lost what stands before the device or the type. */
const LINE = /^(?:<\d{1,3}>)?(?:1 )?(?:(\d{10}\.\d{1,9}) )?(?:(\S{1,100}) )?([a-z_-]{3,60}) (.*)$/s;
const PRIORITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['1', 'High'],
  ['2', 'Medium'],
  ['3', 'Low'],
  ['4', 'Informational'],
]);
const SIDES: ReadonlyMap<string, 'Inbound' | 'Outbound'> = new Map([
  ['ingress', 'Inbound'],
  ['egress', 'Outbound'],
]);

interface Line {
  readonly time: number | undefined;
  readonly device: string;
  readonly type: string;
  readonly rest: string;
}

function parse(text: string): Line | undefined {
  const parts = LINE.exec(text);
  if (parts === null) return undefined;
  const [, epoch = '', device = '', type = '', rest = ''] = parts;
  const time = parseLogTime(epoch);
  if (FLOWS.has(type) || ALERTS.has(type) || OTHERS.has(type)) return { time, device, type, rest };
  // Without the time in front the device's name can look like a type.
  const later =
    /^(?:\S+ ){0,2}?(flows|firewall|cellular_firewall|vpn_firewall|bridge_anyconnect_client_vpn_firewall|ip_flow_start|ip_flow_end|ids-alerts|security_event|urls|events|airmarshal_events) (.*)$/s.exec(
      text,
    );
  return later === null ? undefined : { time, device, type: later[1] ?? '', rest: later[2] ?? '' };
}

/** The line, wherever this table keeps it. */
function lineOf(row: Row): string {
  return row.table === CUSTOM ? row.text('Message') || row.text('RawData') : row.text('SyslogMessage');
}

/** `ip`, `ip:port`, `[ipv6]:port`, in quotes or not. */
function end(text: string): { readonly address: string; readonly port: string } {
  const bare = text.replaceAll(/^['"]|['"]$/g, '');
  const bracketed = /^\[([0-9a-f:.]{2,45})\](?::(\d{1,5}))?$/i.exec(bare);
  if (bracketed !== null) return { address: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  const plain = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(bare);
  return plain === null ? { address: bare, port: '' } : { address: plain[1] ?? '', port: plain[2] ?? '' };
}

/** The word before `src=` or after `pattern:`; a number in front of the pattern denies when it is 1. */
function flowAction(line: Line): { readonly action: ValueOf<'dvcAction'> | undefined; readonly original: string } {
  if (line.type.startsWith('ip_flow_')) return { action: 'Allow', original: '' };
  const original =
    /^(allow|deny)\b/.exec(line.rest)?.[1] ?? /pattern: ?(.{1,300})$/s.exec(line.rest)?.[1]?.trim() ?? '';
  const word = original.split(/\s/, 1)[0] ?? '';
  const action = word === 'allow' || word === '0' ? 'Allow' : word === 'deny' || word === '1' ? 'Deny' : undefined;
  return { action, original };
}

function map(row: Row): SessionDraft | Refusal {
  const line = parse(lineOf(row));
  if (line === undefined) return dead('malformedLine');
  if (OTHERS.has(line.type)) return skipped(line.type === 'urls' ? 'urlOnly' : 'noSession');
  const pairs = parseKeyValues(line.rest);
  const get = (key: string): string => pairs.get(key) ?? '';
  const alert = ALERTS.has(line.type);
  if (line.type === 'security_event' && !/^ids[-_]alerted\b/.test(line.rest)) return skipped('noSession');
  const [source, destination] = [end(get('src') || get('ip_src')), end(get('dst'))];
  const protocol = get('protocol').replace(/\/ip$/i, '');
  const icmp = /^icmp6?$/i.test(protocol);
  const translated = get('translated_dst_ip');
  const { action, original } = alert ? { action: undefined, original: '' } : flowAction(line);
  const common: SessionDraft = {
    EventEndTime: (alert ? parseLogTime(get('timestamp')) : undefined) ?? line.time,
    EventOriginalType: line.type,
    DvcHostname: line.device || row.text('Computer'),
    SrcIpAddr: source.address,
    DstIpAddr: destination.address || translated,
    ...(icmp
      ? { NetworkIcmpCode: get('type') }
      : {
          SrcPortNumber: get('sport') || source.port,
          DstPortNumber: get('dport') || destination.port || (destination.address === '' ? get('translated_port') : ''),
        }),
    NetworkProtocol: /^icmp6$/i.test(protocol) ? 'ICMPv6' : protocol,
    NetworkDuration: /^\d{1,8}$/.test(get('duration')) ? Number(get('duration')) * 1000 : undefined,
    SrcVlanId: get('vlan_id'),
    SrcUsername: get('identity'),
  };
  if (alert) {
    return {
      ...common,
      EventType: 'IDS',
      EventOriginalSubType: /^(ids[-_]alerted)/.exec(line.rest)?.[1],
      EventSeverity: PRIORITIES.get(get('priority')),
      EventOriginalSeverity: get('priority'),
      EventMessage: /message: ?(.{1,500})$/s.exec(line.rest)?.[1] ?? '',
      SrcMacAddr: get('shost'),
      DstMacAddr: get('dhost'),
      stated: SIDES.get(get('direction')),
      ThreatId: get('signature'),
      ThreatName: /message: ?(.{1,200})$/s.exec(line.rest)?.[1] ?? '',
      AdditionalFields: { Decision: get('decision') },
    };
  }
  return {
    ...common,
    EventType: 'Flow',
    DvcAction: action,
    DvcOriginalAction: original.split(/\s/, 1)[0],
    SrcMacAddr: get('mac'),
    SrcNatIpAddr: get('translated_src_ip'),
    SrcNatPortNumber: get('translated_src_ip') === '' ? '' : get('translated_port'),
    DstNatIpAddr: destination.address === '' ? '' : translated,
    DstNatPortNumber: translated === '' || destination.address === '' ? '' : get('translated_port'),
    AdditionalFields: { Pattern: original },
  };
}

const OWN =
  /(?:^|\s)(?:(?:flows|firewall|cellular_firewall|vpn_firewall|bridge_anyconnect_client_vpn_firewall) (?:allow |deny )?src=|ip_flow_(?:start|end) src=|ids-alerts signature=|security_event ids[-_]alerted |airmarshal_events type=|urls src=|events (?:type=|content_filtering|dhcp))/;

export const ciscoMeraki: RowSource = {
  id: 'ciscoMeraki',
  vendor: 'Cisco',
  product: 'Meraki',
  table: `${CUSTOM}, Syslog`,
  facts: 'ASimNetworkSessionCiscoMeraki 1.2.2, ASimNetworkSessionCiscoMerakiSyslog 1.3.0',
  asim: { vendor: 'Cisco', product: 'Meraki', types: ['Flow', 'IDS'] },
  filter:
    'Flows, firewall records and intrusion alerts; URLs are skipped (urlOnly), as are events without two addresses (noSession).',
  forms: ['syslog'],
  sweep: true,
  gaps: [
    'wireless associations and rogue access points, which upstream maps without addresses, are skipped',
    'no byte counts',
  ],
  format: 'rows',
  rows: {
    tables: { [CUSTOM]: [], Syslog: ['SyslogMessage', 'ProcessName'] },
    owns: (row) => row.table === CUSTOM || OWN.test(row.text('SyslogMessage')),
    map,
  },
};
