/**
 * Microsoft Defender for Endpoint: connections of devices. Table DeviceNetworkEvents, and the streaming API's JSON
 * (`AdvancedHunting-DeviceNetworkEvents`).
 * Follows the upstream mapping ASimNetworkSessionMicrosoft365Defender 0.4 and corrects:
 * - SrcFQDN is the full name; of RemoteUrl only the host counts, and no address is split;
 * - the events are those of an end point; the kind of event is EventOriginalType;
 * - attempts are sessions too, of an unknown result; where nothing tells who began, the direction is NA;
 * - ReportId repeats: only with the device and the time it names a record.
 */
import type { ValueOf } from '../asim/enumerations';
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { isGroupAddress } from './groupAddress';
import { JsonRow, type Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'DeviceNetworkEvents';
const CATEGORY = 'AdvancedHunting-DeviceNetworkEvents';
const CATEGORIES = 'AdvancedHunting-';

interface Kind {
  /** Who began; undefined when the event does not say. */
  readonly direction: 'Outbound' | 'Inbound' | 'Listen' | undefined;
  readonly result: ValueOf<'eventResult'>;
}

/** Other kinds are no sessions of their own: the network sensor's second look at one, signatures, acknowledgements. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['ConnectionSuccess', { direction: 'Outbound', result: 'Success' }],
  ['ConnectionFailed', { direction: 'Outbound', result: 'Failure' }],
  ['ConnectionRequest', { direction: 'Outbound', result: 'Success' }],
  ['ConnectionAttempt', { direction: 'Outbound', result: 'NA' }],
  ['InboundConnectionAccepted', { direction: 'Inbound', result: 'Success' }],
  ['InboundConnectionAttempt', { direction: 'Inbound', result: 'NA' }],
  ['ConnectionFound', { direction: undefined, result: 'Success' }],
  ['ListeningConnectionCreated', { direction: 'Listen', result: 'Success' }],
]);
const NOBODY = 'S-1-0-0';
/** Listening on all addresses. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The host of a URL or of a bare name; '' for an address. */
function hostOf(url: string): string {
  const host = url
    .replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d{1,5}$/, '');
  return /^[\d.]+$/.test(host) || host.includes(':') ? '' : host;
}

/** `Tcp`, `TcpV4`, `Udp`, `IcmpV6`; `Unknown` is none. */
function protocol(text: string): string {
  if (text === 'Unknown') return '';
  return /^icmpv6$/i.test(text) ? text : text.replace(/V[46]$/i, '');
}

function map(row: Row): SessionDraft | Refusal {
  const get = (name: string): string => row.text(name);
  const kind = KINDS.get(get('ActionType'));
  if (kind === undefined) return skipped('notConnection');
  const { direction, result } = kind;
  const time = parseLogTime(get('Timestamp')) ?? parseLogTime(get('TimeGenerated'));
  const [account, domain] = [get('InitiatingProcessAccountName'), get('InitiatingProcessAccountDomain')];
  const sid = get('InitiatingProcessAccountSid');
  const [process, processId] = [get('InitiatingProcessFileName'), get('InitiatingProcessId')];
  const [deviceId, deviceName] = [get('DeviceId'), get('DeviceName')];
  const [address, report, device] = [get('LocalIP'), get('ReportId'), deviceId || deviceName];
  const idType = deviceId === '' ? undefined : 'MDEid';
  const local: EndDraft = {
    IpAddr: address,
    PortNumber: get('LocalPort'),
    Hostname: deviceName,
    Username: account !== '' && domain !== '' ? `${domain}\\${account}` : account,
    UserId: sid === NOBODY ? '' : sid,
    AppName: process,
    AppId: processId,
    AppType: process + processId === '' ? undefined : 'Process',
    DvcId: deviceId,
    DvcIdType: idType,
  };
  const remote: EndDraft =
    direction === 'Listen'
      ? {}
      : { IpAddr: get('RemoteIP'), PortNumber: get('RemotePort'), Hostname: hostOf(get('RemoteUrl')) };
  return {
    source: direction === 'Outbound' ? local : remote,
    destination: direction === 'Outbound' ? remote : local,
    DvcIdType: idType,
    EventEndTime: time,
    EventResult: result,
    EventOriginalType: get('ActionType'),
    EventOriginalUid: report === '' || device === '' || time === undefined ? '' : `${device}-${time}-${report}`,
    DvcHostname: deviceName,
    DvcId: deviceId,
    DvcIpAddr: WILDCARDS.has(address) || isGroupAddress(address) ? '' : address,
    NetworkProtocol: protocol(get('Protocol')),
    NetworkDirection: direction ?? 'NA',
    AdditionalFields: {
      RemoteUrl: get('RemoteUrl'),
      UserUpn: get('InitiatingProcessAccountUpn'),
      UserAadId: get('InitiatingProcessAccountObjectId'),
      ProcessPath: get('InitiatingProcessFolderPath'),
      ProcessCommandLine: get('InitiatingProcessCommandLine'),
      ProcessCreationTime: get('InitiatingProcessCreationTime'),
      ProcessIntegrityLevel: get('InitiatingProcessIntegrityLevel'),
      ProcessTokenElevation: get('InitiatingProcessTokenElevation'),
      ProcessSha256: get('InitiatingProcessSHA256'),
      ReportId: report,
      Details: row.value('AdditionalFields'),
    },
  };
}

function read(record: JsonObject): Row | Refusal {
  const { category, properties } = record;
  if (category !== CATEGORY) return skipped('otherTable');
  return typeof properties === 'object' && properties !== null && !Array.isArray(properties)
    ? new JsonRow(TABLE, properties as JsonObject)
    : dead('noProperties');
}

export const microsoftDefenderEndpoint: RowSource = {
  id: 'microsoftDefenderEndpoint',
  vendor: 'Microsoft',
  product: 'Defender for Endpoint',
  table: TABLE,
  facts: 'ASimNetworkSessionMicrosoft365Defender 0.4',
  asim: { vendor: 'Microsoft', product: 'Microsoft Defender XDR for Endpoint', types: ['EndpointNetworkSession'] },
  filter: `${[...KINDS.keys()].join(', ')}; other kinds of event are skipped (notConnection), other tables of the stream too (otherTable).`,
  forms: ['streaming API JSON (AdvancedHunting-DeviceNetworkEvents)'],
  sweep: true,
  gaps: ['the events have no byte counts; a ConnectionFound does not say who began'],
  ownsPath: (container) => container === 'insights-logs-advancedhunting-devicenetworkevents',
  format: 'rows',
  rows: { tables: { [TABLE]: ['ActionType', 'LocalIP', 'RemoteIP'] }, owns: () => true, map },
  objectForms: [{ owns: ({ category }) => typeof category === 'string' && category.startsWith(CATEGORIES), read }],
};
