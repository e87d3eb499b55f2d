/** What Carbon Black Cloud's events, notifications and alerts share. */
import type { ValueOf } from '../asim/enumerations';
import { isFqdn } from '../asim/names';
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import { asObject, type JsonObject, type JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';

export const EVENTS = 'CarbonBlackEvents_CL';
export const NOTIFICATIONS = 'CarbonBlackNotifications_CL';
const NOWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);
const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['ALLOW', 'Allow'],
  ['SUSPEND', 'Drop'],
  ['TERMINATE', 'Drop'],
  ['BREAK', 'Drop'],
  ['BLOCK', 'Deny'],
  ['DENY', 'Deny'],
]);

/** `ACTION_ALLOW`; alerts leave the prefix away. */
export function actionOf(text: string): ValueOf<'dvcAction'> | undefined {
  return ACTIONS.get(text.toUpperCase().replace(/^ACTION_/, ''));
}

/** `2026-03-02 10:00:12.1234567 +0000 UTC`, ISO 8601 or epoch milliseconds. */
export function timeOf(text: string): number | undefined {
  return parseLogTime(text.replace(/ ([+-]\d{4})( [A-Z]{3,4})?$/, ' $1'));
}

/** `PROTO_TCP`; alerts leave the prefix away. */
export function protocolOf(text: string): string {
  return text.toUpperCase().replace(/^PROTO_/, '');
}

/** Whether a text is no address of a host: empty or unspecified. */
export function isNowhere(address: string): boolean {
  return NOWHERE.has(address);
}

/** The name of the peer; empty when it is an address or no dotted name. */
export function peerName(name: string): string {
  return isFqdn(name) ? name : '';
}

export interface DeviceFacts {
  readonly ip: string;
  readonly port: string;
  /** `DOMAIN\host`, or a host's name. */
  readonly name: string;
  readonly user: string;
  readonly process: string;
  readonly processId: string;
  readonly bytes: string;
}

export interface PeerFacts {
  readonly ip: string;
  readonly port: string;
  readonly name: string;
  readonly bytes: string;
}

/** Both ends by who began, and the device, whose process is at its end. */
export function endsOf(device: DeviceFacts, peer: PeerFacts, began: 'device' | 'peer'): SessionDraft {
  const nobody = isNowhere(peer.ip);
  const slash = device.name.lastIndexOf('\\');
  const host = device.name.slice(slash + 1);
  const domain = /^[\w-]{1,63}$/.test(device.name.slice(0, Math.max(slash, 0))) ? device.name.slice(0, slash) : '';
  const type = domain === '' ? undefined : 'Windows';
  const fqdn = domain === '' ? '' : `${domain}\\${host}`;
  const near: EndDraft = {
    IpAddr: device.ip,
    PortNumber: device.port,
    Hostname: host,
    Domain: domain,
    DomainType: type,
    FQDN: fqdn,
    Username: device.user,
    AppName: device.process,
    AppId: device.processId,
    AppType: device.process + device.processId === '' ? undefined : 'Process',
    Bytes: device.bytes,
  };
  const far: EndDraft = {
    IpAddr: nobody ? '' : peer.ip,
    PortNumber: nobody ? '' : peer.port,
    Hostname: peer.name,
    Bytes: peer.bytes,
  };
  return {
    source: began === 'peer' ? far : near,
    destination: began === 'peer' ? near : far,
    DvcIpAddr: device.ip,
    DvcHostname: host,
    DvcDomain: domain,
    DvcDomainType: type,
    DvcFQDN: fqdn,
  };
}

/** Nested members as the table flattens them: `threatInfo_score`, `threatInfo_threatCause_reason`. */
export function flatten(record: JsonObject, depth = 3): JsonObject {
  const flat: Record<string, JsonValue | undefined> = {};
  for (const [key, value] of Object.entries(record)) {
    const members = depth > 1 ? asObject(value) : undefined;
    if (members === undefined) flat[key] = value;
    else for (const [inner, member] of Object.entries(flatten(members, depth - 1))) flat[`${key}_${inner}`] = member;
  }
  return flat;
}
