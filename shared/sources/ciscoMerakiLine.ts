/** Lines of Cisco Meraki: `[<PRI>1 ]epoch device type rest`, of which relays and agents leave more or less. */
import { parseLogTime } from '../formats/logTime';

export interface MerakiLine {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly device: string;
  readonly type: string;
  readonly rest: string;
}

const FLOWS =
  'flows|firewall|l7_firewall|cellular_firewall|vpn_firewall|bridge_anyconnect_client_vpn_firewall|ip_flow_start|ip_flow_end';
/** What stands before the type, then the type with what surely follows it: a device may be named like a type. */
const LINE = new RegExp(
  String.raw`^((?:\S{1,120}\s{1,3}){0,8}?)` +
    `(?:(${FLOWS})\\s+(?=(?:(?!flows )[A-Za-z]{1,20} )?src=)` +
    String.raw`|(ids-alerts|urls|airmarshal_events)\s+(?=(?:signature|src|type)=)|(security_event)\s+(?=\w+[- \w]{0,60} \w+=)` +
    String.raw`|(events)\s+)(.*)$`,
  's',
);
/** A word that many products write; what follows it only here. */
const EVENT = /^(?:type=\w|Blocked DHCP server response\b|Received VRRP packet\b)/;
const EPOCH = /^\d{9,10}\.\d{1,9}$/;
const KNOWN_FLOWS: ReadonlySet<string> = new Set(FLOWS.split('|'));

/** @returns undefined for a text that has no known type of Meraki's. */
export function parseMerakiLine(text: string): MerakiLine | undefined {
  const parts = LINE.exec(text);
  if (parts === null) return undefined;
  const words = (parts[1] ?? '').trim().split(/\s+/);
  const last = words.at(-1) ?? '';
  const epoch = words.find((word) => EPOCH.test(word)) ?? '';
  const type = parts[2] ?? parts[3] ?? parts[4] ?? parts[5] ?? '';
  if (type === 'events' && epoch === '' && !EVENT.test(parts[6] ?? '')) return undefined;
  // The version of the syslog protocol, the time and the priority are no names.
  const device = EPOCH.test(last) || /^(?:<\d{1,3}>)?1?$/.test(last) ? '' : last.replace(/^<\d{1,3}>/, '');
  return { time: parseLogTime(epoch), device, type, rest: parts[6] ?? '' };
}

export function isMerakiFlow({ type }: MerakiLine): boolean {
  return KNOWN_FLOWS.has(type);
}
