/** Sysmon's event 3 (network connection), the same on Windows and Linux: from its named values to a session. */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { isGroupAddress } from './groupAddress';
import { meaningful } from './row';

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

/** The last part of a path of either system. */
function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
}

/** A name, or nothing where the field repeats the address. */
function nameOf(name: string, address: string): string {
  return name === address ? '' : name;
}

/**
 * Source is who began, also where the event was accepted (Initiated false); but UDP that a local service answers is told with the
 * service as its source (seen in captures), or with the group that it was sent to: there the ends change places.
 * @param data values by Sysmon's names.
 */
export function sysmonSession(data: ReadonlyMap<string, string>, frame: SysmonFrame): SessionDraft {
  const get = (name: string): string => meaningful(data.get(name) ?? '');
  const flag = get('Initiated').toLowerCase();
  const initiated = flag !== 'false';
  const [sourcePort, destinationPort] = [Number(get('SourcePort')), Number(get('DestinationPort'))];
  const service = sourcePort > 0 && sourcePort < FIRST_USER_PORT && destinationPort >= FIRST_USER_PORT;
  const answered =
    !initiated && get('Protocol').toLowerCase() === 'udp' && (service || isGroupAddress(get('SourceIp')));
  const [from, to] = answered ? (['Destination', 'Source'] as const) : (['Source', 'Destination'] as const);
  const local = initiated ? from : to;
  const [image, processId] = [get('Image'), get('ProcessId')];
  const side = initiated ? 'Src' : 'Dst';
  return {
    EventEndTime: parseLogTime(get('UtcTime')) ?? frame.created,
    EventResult: 'Success',
    EventOriginalType: '3',
    EventOriginalUid: frame.identity,
    DvcHostname: frame.computer,
    DvcIpAddr: isGroupAddress(get(`${local}Ip`)) ? '' : get(`${local}Ip`),
    DvcOs: frame.system,
    SrcIpAddr: get(`${from}Ip`),
    SrcPortNumber: get(`${from}Port`),
    SrcHostname: nameOf(get(`${from}Hostname`), get(`${from}Ip`)),
    DstIpAddr: get(`${to}Ip`),
    DstPortNumber: get(`${to}Port`),
    DstHostname: nameOf(get(`${to}Hostname`), get(`${to}Ip`)),
    NetworkProtocol: get('Protocol'),
    NetworkDirection: flag === 'true' ? 'Outbound' : flag === 'false' ? 'Inbound' : undefined,
    NetworkRuleName: get('RuleName'),
    AdditionalFields: {
      ProcessGuid: get('ProcessGuid').replaceAll(/[{}]/g, ''),
      ProcessPath: image,
      SrcPortName: get(`${from}PortName`),
      DstPortName: get(`${to}PortName`),
      ...(answered && { TurnedRound: 'a local service answered' }),
    },
    [`${side}Username`]: get('User'),
    [`${side}AppName`]: fileName(image),
    [`${side}AppId`]: processId,
    ...(image + processId !== '' && { [`${side}AppType`]: 'Process' as const }),
  };
}
