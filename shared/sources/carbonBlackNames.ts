/** What Carbon Black Cloud's events, notifications and alerts share. */
import type { ValueOf } from '../asim/enumerations';
import { isFqdn } from '../asim/names';
import type { SessionDraft } from '../asim/sessionDraft';
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

export interface End {
  readonly ip: string;
  readonly port: string;
  readonly name: string;
}

/** Both ends by who began, and the device's process at its end. */
export function endsOf(
  device: End & { readonly user: string; readonly process: string; readonly processId: string },
  peer: End,
  began: 'device' | 'peer',
): SessionDraft {
  const [near, far] = began === 'peer' ? (['Dst', 'Src'] as const) : (['Src', 'Dst'] as const);
  const nobody = isNowhere(peer.ip);
  const host = windowsName(device.name);
  return {
    DvcIpAddr: device.ip,
    [`${near}IpAddr`]: device.ip,
    [`${near}PortNumber`]: device.port,
    [`${near}Username`]: device.user,
    [`${near}AppName`]: device.process,
    [`${near}AppId`]: device.processId,
    [`${far}IpAddr`]: nobody ? '' : peer.ip,
    [`${far}PortNumber`]: nobody ? '' : peer.port,
    [`${far}Hostname`]: peer.name,
    ...named(near, host),
    ...(device.process + device.processId !== '' && { [`${near}AppType`]: 'Process' as const }),
    ...named('Dvc', host),
  };
}

interface WindowsName {
  readonly host: string;
  readonly domain: string;
}

/** `DOMAIN\host`. */
function windowsName(name: string): WindowsName {
  const slash = name.lastIndexOf('\\');
  return { host: name.slice(slash + 1), domain: name.slice(0, Math.max(slash, 0)) };
}

function named(of: 'Src' | 'Dst' | 'Dvc', { host, domain }: WindowsName): SessionDraft {
  return {
    [`${of}Hostname`]: host,
    ...(/^[\w-]{1,63}$/.test(domain) && {
      [`${of}Domain`]: domain,
      [`${of}DomainType`]: 'Windows' as const,
      [`${of}FQDN`]: `${domain}\\${host}`,
    }),
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
