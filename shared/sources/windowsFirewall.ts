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
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { eventData } from './eventData';
import { isGroupAddress } from './groupAddress';
import type { Row } from './row';
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
  const get = eventData(row, namesOf(id));
  if (get === undefined) return dead('noEventData');
  // A scope (`fe80::1%12`) is no part of an address.
  const end = (address: string, port: string): End => ({ address: get(address).replace(/%.*$/, ''), port: get(port) });
  const first = end('SourceAddress', 'SourcePort');
  const second = end('DestAddress', 'DestPort');
  if (id === RESTRICTED && second.address === '') return skipped('noDestination');
  const listens = LISTENING.has(id);
  const direction = listens ? 'Listen' : DIRECTIONS.get(get('Direction').toLowerCase());
  const inbound = direction === 'Inbound';
  const [source, destination] = inbound && localFirst(first, second, context) ? [second, first] : [first, second];
  const local = listens ? first : direction === 'NA' ? undefined : inbound ? destination : source;
  const [computer, protocol] = [row.text('Computer'), get('Protocol')];
  const icmp = ICMP.has(protocol);
  const [application, processId] = [get('Application'), get('ProcessID') || get('ProcessId')];
  const near: EndDraft = {
    Hostname: computer,
    AppName: application,
    AppId: processId,
    AppType: application + processId === '' ? undefined : 'Process',
  };
  const far: EndDraft = { UserId: someone(get('RemoteUserID')), DvcId: someone(get('RemoteMachineID')) };
  const sideOf = (one: End): EndDraft => (local === undefined ? {} : one === local ? near : far);
  return {
    source: listens ? {} : sideOf(source),
    destination: sideOf(listens ? first : destination),
    EventEndTime: parseLogTime(row.text('TimeCreated')),
    EventOriginalType: id,
    EventOriginalUid: eventIdentity(row),
    DvcAction: PERMITTED.has(id) ? 'Allow' : 'Deny',
    DvcHostname: computer,
    DvcIpAddr: local === undefined || isOfNobody(local.address) ? '' : local.address,
    DvcOs: 'Windows',
    SrcIpAddr: listens ? '' : source.address,
    SrcPortNumber: listens || icmp ? '' : source.port,
    DstIpAddr: listens ? first.address : destination.address,
    DstPortNumber: icmp ? '' : listens ? first.port : destination.port,
    NetworkIcmpCode: icmp ? icmpType(first, second) : undefined,
    NetworkProtocol: protocol,
    NetworkDirection: direction,
    NetworkRuleNumber: get('FilterRTID'),
    AdditionalFields: {
      Layer: LAYERS.get(get('LayerName')) ?? get('LayerName'),
      Direction: direction === 'NA' ? get('Direction') : '',
      FilterOrigin: get('FilterOrigin'),
      InterfaceIndex: get('InterfaceIndex'),
      OriginalProfile: get('OriginalProfile'),
      CurrentProfile: get('CurrentProfile'),
    },
  };
}

/** ICMP has no ports: the local one is the message's type, the remote one its code. */
function icmpType(first: End, second: End): string {
  return (first.port === '0' ? second.port : first.port) || second.port;
}

/** Whether an address is not one machine's. */
function isOfNobody(address: string): boolean {
  return WILDCARDS.has(address) || isGroupAddress(address);
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
  gaps: [
    'rendered texts of localised systems name directions that are not known',
    'of an inbound event between two inside (or two outside) addresses the lower port counts as the local service',
    'values without names beyond the protocol are read in the two usual counts only',
  ],
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
