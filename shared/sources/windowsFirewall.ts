/**
 * Windows Filtering Platform: events 5150 to 5159 of Microsoft-Windows-Security-Auditing. Tables SecurityEvent and WindowsEvent, and the
 * event itself as XML or shippers' JSON.
 * Follows the upstream mappings ASimNetworkSessionMicrosoftSecurityEventFirewall and …WindowsEventFirewall 0.5.0 and corrects:
 * - protocol names are IANA's, for every number;
 * - the remote machine is the remote side's; Forward and Bidirectional are no directions of the schema;
 * - of inbound connections the remote end is the source, whichever way this Windows writes them;
 * - who listens is the destination; the events are those of an end point; the provider is tested.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { eventData } from './eventData';
import { isGroupAddress } from './groupAddress';
import { meaningful, type Row } from './row';
import { dead, type MappingContext, type Refusal, type RowSource, skipped } from './source';
import { eventIdentity, WINDOWS_EVENT_FORMS } from './windowsEventRow';

const PROVIDER = 'Microsoft-Windows-Security-Auditing';
const PERMITTED: ReadonlySet<string> = new Set(['5154', '5156', '5158']);
const LISTENING: ReadonlySet<string> = new Set(['5154', '5155', '5158', '5159']);
/** A packet that a more restrictive filter blocked: some versions tell one end only. */
const RESTRICTED = '5153';
/** Packets blocked below IP have no addresses of that layer. */
const MAC_LAYER: ReadonlySet<string> = new Set(['5150', '5151']);
const EVENTS: ReadonlySet<string> = new Set(Array.from({ length: 10 }, (_, n) => String(5150 + n)));
const DIRECTIONS: ReadonlyMap<string, ValueOf<'networkDirection'>> = new Map([
  ['%%14592', 'Inbound'],
  ['inbound', 'Inbound'],
  ['%%14593', 'Outbound'],
  ['outbound', 'Outbound'],
  ['%%14594', 'NA'],
  ['forward', 'NA'],
  ['%%14595', 'NA'],
  ['bidirectional', 'NA'],
]);
const LAYERS: ReadonlyMap<string, string> = new Map([
  ['%%14596', 'IP Packet'],
  ['%%14597', 'Transport'],
  ['%%14598', 'Forward'],
  ['%%14599', 'Stream'],
  ['%%14600', 'Datagram Data'],
  ['%%14601', 'ICMP Error'],
  ['%%14602', 'MAC 802.3'],
  ['%%14603', 'MAC Native'],
  ['%%14604', 'vSwitch'],
  ['%%14608', 'Resource Assignment'],
  ['%%14609', 'Listen'],
  ['%%14610', 'Receive/Accept'],
  ['%%14611', 'Connect'],
  ['%%14612', 'Flow Established'],
  ['%%14614', 'Resource Release'],
  ['%%14615', 'Endpoint Closure'],
  ['%%14616', 'Connect Redirect'],
  ['%%14617', 'Bind Redirect'],
  ['%%14624', 'Stream Packet'],
]);
const NOBODY = 'S-1-0-0';
const ICMP: ReadonlySet<string> = new Set(['1', '58']);

/** What the events call their values, in order. Newer versions add some after the protocol, in an order that is not known. */
const CONNECTION = 'ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol'.split(' ');
const CONNECTION_FILTER = 'FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID'.split(' ');
const SOCKET = 'ProcessID Application SourceAddress SourcePort Protocol FilterRTID LayerName LayerRTID'.split(' ');
const KNOWN_COUNTS: ReadonlySet<number> = new Set([11, 13]);

function namesOf(id: string): (count: number) => readonly string[] {
  if (LISTENING.has(id)) return () => SOCKET;
  if (id === RESTRICTED) return (count) => (count === SOCKET.length ? SOCKET : CONNECTION);
  return (count) => (KNOWN_COUNTS.has(count) ? [...CONNECTION, ...CONNECTION_FILTER] : CONNECTION);
}

interface End {
  readonly address: string;
  readonly port: string;
}

/** Listening on all addresses. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Whether an inbound event names the local end first, as some versions of Windows do: the local end is what was sent to as a group,
 * else what lies inside where the other does not, else the lower port, for that is the service.
 */
function localFirst(first: End, second: End, context: MappingContext): boolean {
  const [group, otherGroup] = [isGroupAddress(first.address), isGroupAddress(second.address)];
  if (group !== otherGroup) return group;
  const [one, other] = [context.addresses.look(first.address), context.addresses.look(second.address)];
  if (one !== undefined && other !== undefined && one.inside !== other.inside) return one.inside;
  return Number(first.port) < Number(second.port);
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const id = row.text('EventID');
  if (!EVENTS.has(id)) return skipped('notFiltering');
  if (MAC_LAYER.has(id)) return skipped('macLayerOnly');
  const data = eventData(row, namesOf(id));
  if (data.size === 0) return dead('noEventData');
  const get = (...names: readonly string[]): string => {
    for (const name of names) {
      const text = meaningful(data.get(name) ?? '');
      if (text !== '') return text;
    }
    return '';
  };
  // A scope (`fe80::1%12`) is no part of an address.
  const end = (address: string, port: string): End => ({ address: get(address).replace(/%.*$/, ''), port: get(port) });
  const first = end('SourceAddress', 'SourcePort');
  const second = end('DestAddress', 'DestPort');
  if (id === RESTRICTED && second.address === '') return skipped('noDestination');
  const stated = DIRECTIONS.get(get('Direction').toLowerCase());
  const ends = LISTENING.has(id) ? listening(first) : connection(first, second, stated, context);
  const { local, remote } = ends;
  const computer = row.text('Computer');
  const [application, processId] = [get('Application'), get('ProcessID', 'ProcessId')];
  const localAddress = local === undefined ? '' : (ends.draft[`${local}IpAddr`] ?? '');
  const protocol = get('Protocol');
  return {
    EventEndTime: parseLogTime(row.text('TimeCreated')),
    EventOriginalType: id,
    EventOriginalUid: eventIdentity(row),
    DvcAction: PERMITTED.has(id) ? 'Allow' : 'Deny',
    DvcHostname: computer,
    DvcIpAddr: WILDCARDS.has(localAddress) || isGroupAddress(localAddress) ? '' : localAddress,
    DvcOs: 'Windows',
    NetworkProtocol: protocol,
    NetworkRuleNumber: get('FilterRTID'),
    AdditionalFields: {
      Layer: LAYERS.get(get('LayerName')) ?? get('LayerName'),
      Direction: stated === 'NA' ? get('Direction') : '',
      FilterOrigin: get('FilterOrigin'),
      InterfaceIndex: get('InterfaceIndex'),
      OriginalProfile: get('OriginalProfile'),
      CurrentProfile: get('CurrentProfile'),
    },
    ...ends.draft,
    ...(ICMP.has(protocol) && icmp(first, second)),
    ...(local !== undefined && {
      [`${local}AppName`]: application,
      [`${local}AppId`]: processId,
      ...(application + processId !== '' && { [`${local}AppType`]: 'Process' as const }),
      [`${local}Hostname`]: computer,
    }),
    ...(remote !== undefined && {
      [`${remote}UserId`]: someone(get('RemoteUserID')),
      [`${remote}DvcId`]: someone(get('RemoteMachineID')),
    }),
  };
}

interface Ends {
  readonly draft: SessionDraft;
  /** The side that this computer is; undefined for traffic that it forwards. */
  readonly local: 'Src' | 'Dst' | undefined;
  readonly remote: 'Src' | 'Dst' | undefined;
}

function listening(socket: End): Ends {
  const draft = { DstIpAddr: socket.address, DstPortNumber: socket.port, NetworkDirection: 'Listen' } as const;
  return { draft, local: 'Dst', remote: undefined };
}

function connection(
  first: End,
  second: End,
  direction: ValueOf<'networkDirection'> | undefined,
  context: MappingContext,
): Ends {
  const inbound = direction === 'Inbound';
  const [source, destination] = inbound && localFirst(first, second, context) ? [second, first] : [first, second];
  const draft = {
    SrcIpAddr: source.address,
    SrcPortNumber: source.port,
    DstIpAddr: destination.address,
    DstPortNumber: destination.port,
    NetworkDirection: direction,
  };
  if (direction === 'NA') return { draft, local: undefined, remote: undefined };
  return inbound ? { draft, local: 'Dst', remote: 'Src' } : { draft, local: 'Src', remote: 'Dst' };
}

/** ICMP has no ports: the local one is the message's type, the remote one its code. */
function icmp(first: End, second: End): SessionDraft {
  const type = first.port === '' || first.port === '0' ? second.port : first.port;
  return { NetworkIcmpCode: type || first.port, SrcPortNumber: '', DstPortNumber: '' };
}

/** An id, or nothing for nobody's. */
function someone(sid: string): string {
  return sid === NOBODY ? '' : sid;
}

export const windowsFirewall: RowSource = {
  id: 'windowsFirewall',
  vendor: 'Microsoft',
  product: 'Windows Filtering Platform',
  table: 'SecurityEvent, WindowsEvent',
  facts:
    'ASimNetworkSessionMicrosoftSecurityEventFirewall 0.5.0, ASimNetworkSessionMicrosoftWindowsEventFirewall 0.5.0',
  asim: { vendor: 'Microsoft', product: 'Windows Firewall', types: ['EndpointNetworkSession'] },
  filter:
    'Events 5152 to 5159 of Microsoft-Windows-Security-Auditing; 5150 and 5151 have no IP addresses (macLayerOnly), some 5153 only one (noDestination), others are notFiltering.',
  forms: WINDOWS_EVENT_FORMS,
  sweep: true,
  gaps: ['rendered texts of localised systems name directions that are not known'],
  format: 'rows',
  rows: {
    tables: {
      SecurityEvent: ['EventSourceName', 'EventID', 'Channel'],
      WindowsEvent: [],
    },
    owns: (row) => row.text(row.table === 'SecurityEvent' ? 'EventSourceName' : 'Provider') === PROVIDER,
    map,
  },
};
