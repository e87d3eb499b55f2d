/**
 * WatchGuard Fireware: traffic allowed and denied, and connections that ended. Table Syslog.
 * Follows the upstream mapping ASimNetworkSessionWatchGuardFirewareOS 0.1.4 and corrects:
 * - the policy in the closing parentheses is the rule; the two names after the action are the interfaces;
 * - matched names are split into host, domain and FQDN; the end of a connection says so, IGMP among them.
 */

import { protocolNumber } from '../asim/protocols';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { directionBySides } from './interfaceSides';
import type { Row } from './row';
import { dead, lineForm, type Refusal, type RowSource, skipped } from './source';
import { syslogRow } from './syslogRow';
import { isWatchGuardLeef, watchGuardText } from './watchGuardLeef';

const ENDED = '3000-0151';
const TRAFFIC: ReadonlySet<string> = new Set(['3000-0148', '3000-0149', '3000-0150', ENDED, '3000-0173']);
const MESSAGE_ID = /msg_id="([0-9A-F]{4}-[0-9A-F]{4})"\s+/;
const ADDRESS = /^(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]{2,45}(?:\.\d{1,3}){0,4})$/i;

/** A protocol in the usual words, `https/tcp` among them; undefined for anything else. */
function protocolOf(word: string): string | undefined {
  const name = word.includes('/') ? word.slice(word.indexOf('/') + 1) : word;
  return protocolNumber(name) === undefined ? undefined : name;
}

/** The device's own time, UTC, before the message; in rows the agent has taken it off. */
const DEVICE_TIME = /\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)/;
const SERIAL = /(?:^|\s)([0-9A-Z]{10,20}) \(\d{4}-/;

interface Positions {
  readonly action: string;
  readonly inbound: string;
  readonly outbound: string;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly numbers: readonly string[];
}

/** Both names: the second begins where its number stands (`0-External`), else in the middle. */
function interfaces(words: readonly string[]): readonly [inbound: string, outbound: string] {
  const numbered = words.findIndex((word, index) => index > 0 && /^(?:\d{1,3}-\S|Firebox$)/.test(word));
  const second = numbered < 0 ? Math.ceil(words.length / 2) : numbered;
  return [words.slice(0, second).join(' '), words.slice(second).join(' ')];
}

/** What stands by position: interface names may hold blanks, so the protocol's word and the addresses are looked for. */
function positions(words: readonly string[]): Positions | undefined {
  const [action = ''] = words;
  const at = words.findIndex((word, index) => {
    if (index < 2 || protocolOf(word) === undefined) return false;
    const rest = words.slice(index + 1, index + 4);
    return ADDRESS.test(rest[0] ?? '') || ADDRESS.test(rest[2] ?? '');
  });
  if (at < 0) return undefined;
  const first = words.findIndex(
    (word, index) => index > at && ADDRESS.test(word) && (word.includes('.') || word.includes(':')),
  );
  if (first < 0) return undefined;
  const length = /^\d{1,6}$/.test(words[at - 1] ?? '') ? 1 : 0;
  const [inbound, outbound] = interfaces(words.slice(1, at - length));
  return {
    action,
    inbound,
    outbound,
    protocol: protocolOf(words[at] ?? '') ?? '',
    source: words[first] ?? '',
    destination: words[first + 1] ?? '',
    numbers: words.slice(first + 2, first + 4).filter((word) => /^\d{1,5}$/.test(word)),
  };
}

function map(row: Row): SessionDraft | Refusal {
  const message = row.text('SyslogMessage');
  const id = MESSAGE_ID.exec(message);
  if (id === null || !TRAFFIC.has(id[1] ?? '')) return skipped('notTraffic');
  if (message.includes('msg="DNS Forwarding" ')) return skipped('dnsForwarding');
  const body = message.slice(id.index + id[0].length);
  const found = positions(body.split(/\s+/).slice(0, 40));
  if (found === undefined) return dead('malformedTraffic');
  const pairs = parseKeyValues(body);
  const get = (key: string): string => pairs.get(key) ?? '';
  const icmp = /^icmp/i.test(found.protocol);
  const [first, second] = found.numbers;
  const seconds = Number(get('duration'));
  const policy = /\(([^()]{1,200})\)\s*$/.exec(body)?.[1];
  const repeated = /repeated (\d{1,9}) times/.exec(body)?.[1];
  const before = message.slice(0, id.index);
  return {
    EventEndTime: parseLogTime(DEVICE_TIME.exec(before)?.[1] ?? ''),
    EventCount: repeated,
    EventSubType: id[1] === ENDED ? 'End' : undefined,
    EventOriginalType: id[1],
    EventMessage: get('msg'),
    DvcAction: /^allow/i.test(found.action) ? 'Allow' : 'Deny',
    DvcOriginalAction: found.action,
    DvcHostname: row.text('HostName') || row.text('Computer'),
    DvcId: SERIAL.exec(before)?.[1],
    DvcInboundInterface: found.inbound,
    DvcOutboundInterface: found.outbound,
    SrcIpAddr: found.source,
    DstIpAddr: found.destination,
    SrcNatIpAddr: get('src_ip_nat'),
    SrcNatPortNumber: get('src_port_nat'),
    DstNatIpAddr: get('dst_ip_nat'),
    DstNatPortNumber: get('dst_port_nat'),
    SrcHostname: get('fqdn_src_match'),
    DstHostname: get('fqdn_dst_match'),
    SrcGeoCountry: get('geo_src'),
    DstGeoCountry: get('geo_dst'),
    SrcUsername: get('src_user'),
    DstUsername: get('dst_user'),
    SrcBytes: get('sent_bytes'),
    DstBytes: get('rcvd_bytes'),
    SrcPackets: get('sent_pkts'),
    DstPackets: get('rcvd_pkts'),
    NetworkDuration: get('duration') !== '' && seconds >= 0 ? Math.round(seconds * 1000) : undefined,
    NetworkProtocol: icmp && found.source.includes(':') ? 'ICMPv6' : found.protocol,
    NetworkApplicationProtocol: get('app_name').toUpperCase(),
    NetworkDirection: directionBySides(found.inbound, found.outbound),
    NetworkRuleName: policy ?? get('policy'),
    ThreatName: get('signature_name'),
    ThreatId: get('signature_id'),
    ThreatCategory: get('signature_cat'),
    AdditionalFields: { IcmpCode: icmp ? second : '', TcpInfo: get('tcp_info'), ReturnCode: get('rc') },
    ...(icmp ? { NetworkIcmpCode: first } : { SrcPortNumber: first, DstPortNumber: second }),
  };
}

export const watchGuardFireware: RowSource = {
  id: 'watchGuardFireware',
  vendor: 'WatchGuard',
  product: 'Fireware',
  table: 'Syslog',
  facts: 'ASimNetworkSessionWatchGuardFirewareOS 0.1.4',
  asim: { vendor: 'WatchGuard', product: 'Fireware', types: ['NetworkSession'] },
  filter: `Messages ${[...TRAFFIC].join(', ')}; others are skipped (notTraffic, dnsForwarding).`,
  forms: ['syslog', 'LEEF'],
  sweep: true,
  gaps: ['interface names that hold blanks and no numbers are split in the middle'],
  format: 'rows',
  rows: {
    tables: { Syslog: ['SyslogMessage', 'ProcessName'] },
    owns: (row) => /msg_id="[0-9A-F]{4}-[0-9A-F]{4}"/.test(row.text('SyslogMessage')),
    map,
  },
  lineForms: [
    lineForm(isWatchGuardLeef, (line) => syslogRow({ ...line.syslog, message: watchGuardText(line) ?? line.message })),
  ],
};
