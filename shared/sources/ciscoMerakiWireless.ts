/** What Cisco Meraki tells of the link layer: clients that come and go, foreign access points, blocked DHCP answers, VRRP collisions. */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseKeyValues } from '../formats/keyValues';
import type { MerakiLine } from './ciscoMerakiLine';
import { type Refusal, skipped } from './source';

type Details = ValueOf<'eventResultDetails'>;
/** By IEEE 802.11 reason code of a disassociation. */
const REASONS: readonly (readonly [Details, string])[] = [
  ['Timeout', '2 4 16 39'],
  ['Terminated', '3 8'],
  ['Transient error', '5'],
  ['Invalid Tunnel', '6 7 9 14 17 23 24'],
  ['Invalid TCP', '11 13 15 18 19 20 22 33 34 35 40'],
  ['Unknown', '0 1 10 12 21 25 26 27 28 29 30 31 32 36 37 38 98 99'],
];
const DETAILS: ReadonlyMap<string, Details> = new Map(
  REASONS.flatMap(([details, codes]) => codes.split(' ').map((code) => [code, details] as const)),
);
const FOREIGN: ReadonlySet<string> = new Set(['ssid_spoofing_detected', 'rogue_ssid_detected']);
const NO_ADDRESS = '0.0.0.0';

/** A session between MAC addresses, or that the line tells of none. */
export function merakiLinkLayer(line: MerakiLine): SessionDraft | Refusal {
  const pairs = parseKeyValues(line.rest);
  const get = (key: string): string => pairs.get(key) ?? '';
  const type = get('type');
  if (line.type === 'airmarshal_events')
    return FOREIGN.has(type) ? foreignAccessPoint(get, type) : skipped('noSession');
  if (type === 'association') return client(get, type);
  const endOfClient = type === 'disassociation' && !/auth_neg_failed|\bdhcp\b/.test(line.rest);
  return endOfClient ? client(get, type) : network(line.rest);
}

function foreignAccessPoint(get: (key: string) => string, type: string): SessionDraft {
  return {
    EventType: 'L2NetworkSession',
    EventOriginalType: 'airmarshal_events',
    EventOriginalSubType: type,
    EventSeverity: 'High',
    SrcMacAddr: get('src'),
    DstMacAddr: get('dst'),
    SrcVlanId: get('vlan_id'),
    AdditionalFields: { Ssid: get('ssid'), Bssid: get('bssid'), WiredMacAddr: get('wired_mac'), Rssi: get('rssi') },
  };
}

/** A client of an access point; its IP address is no end of a session. */
function client(get: (key: string) => string, type: string): SessionDraft {
  const ends = type === 'disassociation';
  const address = get('last_known_client_ip') || get('ip_src');
  const seconds = Number(get('duration') || Number.NaN);
  return {
    EventType: 'L2NetworkSession',
    EventOriginalType: 'events',
    EventOriginalSubType: type,
    EventSubType: ends ? 'End' : 'Start',
    EventResult: ends ? 'Failure' : 'Success',
    EventSeverity: ends ? 'Low' : 'Informational',
    EventResultDetails: ends ? DETAILS.get(get('reason')) : undefined,
    EventOriginalResultDetails: get('reason'),
    NetworkDuration: seconds >= 0 ? Math.round(seconds * 1000) : undefined,
    SrcMacAddr: get('client_mac'),
    SrcUsername: get('identity'),
    SrcVlanId: get('vlan_id'),
    AdditionalFields: {
      ClientIpAddr: address === NO_ADDRESS ? '' : address,
      DnsServer: get('dns_server'),
      AssociationId: get('aid'),
      Rssi: get('rssi'),
    },
  };
}

/** `Blocked DHCP server response from MAC on VLAN n`, `Received VRRP packet … from address on VLAN n with incompatible configuration`. */
function network(text: string): SessionDraft | Refusal {
  const blocked = /^Blocked DHCP server response\b/.test(text);
  const collision = /\bVRRP packet\b/.test(text) && !/\bVRRP (?:passive|active)\b/.test(text);
  if (!blocked && !collision) return skipped('noSession');
  const from = /\bfrom ([0-9a-fA-F:.-]{7,45})/.exec(text)?.[1] ?? '';
  const mac = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(from);
  return {
    EventType: 'L2NetworkSession',
    EventOriginalType: 'events',
    EventOriginalSubType: blocked ? 'Blocked DHCP server response' : 'Virtual router collision',
    EventMessage: text,
    SrcMacAddr: mac ? from : '',
    SrcVlanId: /\bon VLAN (\w{1,10})/.exec(text)?.[1] ?? '',
    AdditionalFields: { SenderIpAddr: mac ? '' : from },
    ...(blocked ? { DvcAction: 'Deny' } : { EventResult: 'Failure', EventSeverity: 'Low' }),
  };
}
