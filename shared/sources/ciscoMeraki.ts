/**
 * Cisco Meraki: flows, intrusion alerts and the link layer, from the custom log (meraki_CL, the line in Message) and from syslog. Table
 * Syslog holds the line in SyslogMessage.
 * Follows the upstream mappings ASimNetworkSessionCiscoMeraki 1.2.2 and ASimNetworkSessionCiscoMerakiSyslog 1.3.0 and corrects:
 * - patterns that begin with a number have an action (1 denies), as do group policies; the start and end of a flow are allowed;
 * - a translated destination is a translation, and the destination only where there is no other; alerts are IDS events;
 * - what a client or access point does on the link layer is a session between MAC addresses.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { isMerakiFlow, type MerakiLine, parseMerakiLine } from './ciscoMerakiLine';
import { merakiLinkLayer } from './ciscoMerakiWireless';
import type { Row } from './row';
import { dead, isRefusal, type Refusal, type RowSource, skipped } from './source';

const CUSTOM = 'meraki_CL';
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
const ACTIONS: ReadonlyMap<string, 'Allow' | 'Deny'> = new Map([
  ['allow', 'Allow'],
  ['allowed', 'Allow'],
  ['0', 'Allow'],
  ['deny', 'Deny'],
  ['denied', 'Deny'],
  ['block', 'Deny'],
  ['blocked', 'Deny'],
  ['1', 'Deny'],
]);

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

interface FlowAction {
  readonly action: ValueOf<'dvcAction'> | undefined;
  readonly original: string;
  readonly pattern: string;
}

/** The word before `src=`, or the first (of a group policy the last) of the pattern. */
function flowAction({ type, rest }: MerakiLine): FlowAction {
  if (type.startsWith('ip_flow_')) return { action: 'Allow', original: '', pattern: '' };
  const pattern = /pattern: ?(.{1,300})$/s.exec(rest)?.[1]?.trim() ?? '';
  const words = [
    /^([A-Za-z]+) src=/.exec(rest)?.[1],
    /^group policy (\w+)/i.exec(pattern)?.[1],
    /^\S+/.exec(pattern)?.[0],
    /\bdecision=(\w+)/.exec(rest)?.[1],
  ];
  const candidates = words.filter((word) => word !== undefined);
  const original = candidates.find((word) => ACTIONS.has(word.toLowerCase())) ?? candidates[0] ?? '';
  return { action: ACTIONS.get(original.toLowerCase()), original, pattern };
}

function ends(line: MerakiLine, get: (key: string) => string): SessionDraft {
  const [source, destination] = [end(get('src') || get('ip_src')), end(get('dst'))];
  const protocol = get('protocol').replace(/\/ip$/i, '');
  const icmp = /^(icmp6?|1|58)$/i.test(protocol);
  const [from, to, port] = [get('translated_src_ip'), get('translated_dst_ip'), get('translated_port')];
  const translated = destination.address === '' ? '' : to;
  return {
    EventOriginalType: line.type,
    SrcIpAddr: source.address,
    SrcNatIpAddr: from,
    SrcNatPortNumber: from === '' ? '' : port,
    DstIpAddr: destination.address || to,
    DstNatIpAddr: translated,
    DstNatPortNumber: translated === '' ? '' : port,
    NetworkProtocol: /^icmp6$/i.test(protocol) ? 'ICMP' : protocol,
    SrcVlanId: get('vlan_id'),
    SrcUsername: get('identity'),
    ...(icmp
      ? { NetworkIcmpCode: get('type') }
      : {
          SrcPortNumber: get('sport') || source.port,
          DstPortNumber: get('dport') || destination.port || (destination.address === '' ? port : ''),
        }),
  };
}

function alert(line: MerakiLine, get: (key: string) => string): SessionDraft {
  const message = /message: ?(.{1,500})$/s.exec(line.rest)?.[1]?.trim() ?? '';
  return {
    EventType: 'IDS',
    EventOriginalSubType: /^(ids[-_]alerted)/.exec(line.rest)?.[1],
    EventSeverity: PRIORITIES.get(get('priority')),
    EventOriginalSeverity: get('priority'),
    EventMessage: message,
    DvcAction: ACTIONS.get(get('decision').toLowerCase()),
    DvcOriginalAction: get('decision'),
    SrcMacAddr: get('shost'),
    DstMacAddr: get('dhost'),
    stated: SIDES.get(get('direction')),
    ThreatId: get('signature'),
    ThreatName: message,
    ...ends(line, get),
  };
}

function flow(line: MerakiLine, get: (key: string) => string): SessionDraft {
  const { action, original, pattern } = flowAction(line);
  return {
    EventType: 'Flow',
    DvcAction: action,
    DvcOriginalAction: original,
    SrcMacAddr: get('mac'),
    NetworkDuration: /^\d{1,8}$/.test(get('duration')) ? Number(get('duration')) * 1000 : undefined,
    AdditionalFields: { Pattern: pattern },
    ...ends(line, get),
  };
}

function map(row: Row): SessionDraft | Refusal {
  const line = parseMerakiLine(lineOf(row));
  if (line === undefined)
    return /(?:^|\s)\d{9,10}\.\d{1,9} \S/.test(lineOf(row)) ? skipped('noSession') : dead('malformedLine');
  if (line.type === 'urls') return skipped('urlOnly');
  const pairs = parseKeyValues(line.rest);
  const get = (key: string): string => pairs.get(key) ?? '';
  let draft: SessionDraft | Refusal;
  let time = line.time;
  if (isMerakiFlow(line)) draft = flow(line, get);
  else if (line.type === 'events' || line.type === 'airmarshal_events') draft = merakiLinkLayer(line);
  else if (line.type === 'security_event' && !/^ids[-_]alerted\b/.test(line.rest)) return skipped('noSession');
  else {
    draft = alert(line, get);
    time = parseLogTime(get('timestamp')) ?? line.time;
  }
  if (isRefusal(draft)) return draft;
  const device = line.device || row.text('HostName') || row.text('Computer');
  return { EventEndTime: time, DvcHostname: device, ...draft };
}

export const ciscoMeraki: RowSource = {
  id: 'ciscoMeraki',
  vendor: 'Cisco',
  product: 'Meraki',
  table: `${CUSTOM}, Syslog`,
  facts: 'ASimNetworkSessionCiscoMeraki 1.2.2, ASimNetworkSessionCiscoMerakiSyslog 1.3.0',
  asim: { vendor: 'Cisco', product: 'Meraki', types: ['Flow', 'IDS', 'L2NetworkSession'] },
  filter:
    'Flows, firewall records, intrusion alerts, clients that associate and disassociate, foreign access points, blocked DHCP answers and VRRP collisions; URLs are skipped (urlOnly), as are other events (noSession).',
  forms: ['syslog'],
  sweep: true,
  gaps: ['no byte counts'],
  format: 'rows',
  rows: {
    tables: { Syslog: ['SyslogMessage', 'ProcessName'], [CUSTOM]: [] },
    owns: (row) => row.table === CUSTOM || parseMerakiLine(row.text('SyslogMessage')) !== undefined,
    map,
  },
};
