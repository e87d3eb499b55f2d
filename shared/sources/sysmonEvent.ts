/** Sysmon's event 3 (network connection), the same on Windows and Linux: from its named values to a session. */

import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import type { EventData } from './eventData';
import { fileName } from './fileName';
import { isGroupAddress } from './groupAddress';

/** What surrounds the event. */
export interface SysmonFrame {
  readonly computer: string;
  readonly system: 'Windows' | 'Linux';
  /** Names the event for good; '' when nothing does. */
  readonly identity: string;
  /** Milliseconds since the epoch, for an event without UtcTime. */
  readonly created: number | undefined;
}

const NAMES: readonly string[] = (
  'RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort ' +
  'SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName'
).split(' ');

/** What the event calls its values, in order; before version 8 of Sysmon it named no rule. */
export function sysmonNames(count: number): readonly string[] | undefined {
  return count === NAMES.length ? NAMES : count === NAMES.length - 1 ? NAMES.slice(1) : undefined;
}

const FIRST_USER_PORT = 1024;

/** A name, or nothing where the field repeats the address. */
function nameOf(name: string, address: string): string {
  return name === address ? '' : name;
}

/**
 * Source is who began, also where the event was accepted (Initiated false); but UDP that a local service answers is told with the
 * service as its source (seen in captures), or with the group that it was sent to: there the ends change places.
 * @param get values by Sysmon's names.
 */
export function sysmonSession(get: EventData, frame: SysmonFrame): SessionDraft {
  const flag = get('Initiated').toLowerCase();
  const initiated = flag !== 'false';
  const [sourcePort, destinationPort] = [Number(get('SourcePort')), Number(get('DestinationPort'))];
  const service = sourcePort > 0 && sourcePort < FIRST_USER_PORT && destinationPort >= FIRST_USER_PORT;
  const protocol = get('Protocol');
  const answered = !initiated && protocol.toLowerCase() === 'udp' && (service || isGroupAddress(get('SourceIp')));
  const [from, to] = answered ? (['Destination', 'Source'] as const) : (['Source', 'Destination'] as const);
  const [image, processId] = [get('Image'), get('ProcessId')];
  const user = get('User');
  const end = (name: typeof from, local: boolean): EndDraft => {
    const address = get(`${name}Ip`);
    return {
      IpAddr: address,
      PortNumber: get(`${name}Port`),
      Hostname: nameOf(get(`${name}Hostname`), address),
      Username: local ? user : undefined,
      AppName: local ? fileName(image) : undefined,
      AppId: local ? processId : undefined,
      AppType: local && image + processId !== '' ? 'Process' : undefined,
    };
  };
  const [source, destination] = [end(from, initiated), end(to, !initiated)];
  const address = (initiated ? source : destination).IpAddr ?? '';
  return {
    source,
    destination,
    EventEndTime: parseLogTime(get('UtcTime')) ?? frame.created,
    EventResult: 'Success',
    EventOriginalType: '3',
    EventOriginalUid: frame.identity,
    DvcHostname: frame.computer,
    DvcIpAddr: isGroupAddress(address) ? '' : address,
    DvcOs: frame.system,
    NetworkProtocol: protocol,
    NetworkDirection: flag === 'true' ? 'Outbound' : flag === 'false' ? 'Inbound' : undefined,
    NetworkRuleName: get('RuleName'),
    AdditionalFields: {
      ProcessGuid: get('ProcessGuid').replaceAll(/[{}]/g, ''),
      ProcessPath: image,
      SrcPortName: get(`${from}PortName`),
      DstPortName: get(`${to}PortName`),
      TurnedRound: answered ? 'a local service answered' : undefined,
    },
  };
}
