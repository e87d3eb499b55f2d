/**
 * Microsoft Defender for Endpoint: connections of devices. Table DeviceNetworkEvents, and the streaming API's JSON
 * (`AdvancedHunting-DeviceNetworkEvents`).
 * Follows the upstream mapping ASimNetworkSessionMicrosoft365Defender 0.4 and corrects:
 * - SrcFQDN is the full name; of RemoteUrl only the host counts, and no address is split;
 * - the events are those of an end point; the kind of event is EventOriginalType;
 * - ReportId repeats: only with the device and the time it names a record.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'DeviceNetworkEvents';
const CATEGORY = 'AdvancedHunting-DeviceNetworkEvents';

/** Who began, by kind of event; other kinds are no sessions of their own. */
const KINDS: ReadonlyMap<string, 'Outbound' | 'Inbound' | 'Listen' | 'unknown'> = new Map([
  ['ConnectionSuccess', 'Outbound'],
  ['ConnectionFailed', 'Outbound'],
  ['ConnectionRequest', 'Outbound'],
  ['ConnectionAttempt', 'Outbound'],
  ['InboundConnectionAccepted', 'Inbound'],
  ['InboundConnectionAttempt', 'Inbound'],
  ['ConnectionFound', 'unknown'],
  ['ListeningConnectionCreated', 'Listen'],
]);
const NOBODY = 'S-1-0-0';

/** The host of a URL or of a bare name; '' for an address. */
function hostOf(url: string): string {
  const host = url
    .replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d{1,5}$/, '');
  return /^[\d.]+$/.test(host) || host.includes(':') ? '' : host;
}

/** `Tcp`, `TcpV4`, `Udp`, `Icmp`; `Unknown` is none. */
function protocol(text: string): string {
  if (text === 'Unknown') return '';
  return text.replace(/V[46]$/i, '');
}

function map(row: Row): SessionDraft | Refusal {
  const get = (name: string): string => row.text(name);
  const kind = KINDS.get(get('ActionType'));
  if (kind === undefined) return skipped('notConnection');
  const outbound = kind === 'Outbound';
  const time = parseLogTime(get('Timestamp')) ?? parseLogTime(get('TimeGenerated'));
  const [local, remote] = outbound ? (['Src', 'Dst'] as const) : (['Dst', 'Src'] as const);
  const account = get('InitiatingProcessAccountName');
  const domain = get('InitiatingProcessAccountDomain');
  const sid = get('InitiatingProcessAccountSid');
  const process = get('InitiatingProcessFolderPath') || get('InitiatingProcessFileName');
  const processId = get('InitiatingProcessId');
  const report = get('ReportId');
  const device = get('DeviceId') || get('DeviceName');
  const listens = kind === 'Listen';
  return {
    [`${local}IpAddr`]: get('LocalIP'),
    [`${local}PortNumber`]: get('LocalPort'),
    [`${local}Hostname`]: get('DeviceName'),
    [`${local}Username`]: account !== '' && domain !== '' ? `${domain}\\${account}` : account,
    [`${local}UserId`]: sid === NOBODY ? '' : sid,
    [`${local}AppName`]: process,
    [`${local}AppId`]: processId,
    ...(process + processId !== '' && { [`${local}AppType`]: 'Process' as const }),
    [`${local}DvcId`]: get('DeviceId'),
    ...(get('DeviceId') !== '' && { [`${local}DvcIdType`]: 'MDEid' as const, DvcIdType: 'MDEid' as const }),
    ...(!listens && {
      [`${remote}IpAddr`]: get('RemoteIP'),
      [`${remote}PortNumber`]: get('RemotePort'),
      [`${remote}Hostname`]: hostOf(get('RemoteUrl')),
    }),
    EventEndTime: time,
    EventResult: get('ActionType') === 'ConnectionFailed' ? 'Failure' : 'Success',
    EventOriginalType: get('ActionType'),
    EventOriginalUid: report === '' || device === '' || time === undefined ? '' : `${device}-${time}-${report}`,
    DvcHostname: get('DeviceName'),
    DvcId: get('DeviceId'),
    DvcIpAddr: get('LocalIP') === '0.0.0.0' || get('LocalIP') === '::' ? '' : get('LocalIP'),
    NetworkProtocol: protocol(get('Protocol')),
    NetworkDirection: kind === 'unknown' ? 'NA' : kind,
    AdditionalFields: {
      RemoteUrl: get('RemoteUrl'),
      UserUpn: get('InitiatingProcessAccountUpn'),
      UserAadId: get('InitiatingProcessAccountObjectId'),
      ProcessName: get('InitiatingProcessFileName'),
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
  const { properties } = record;
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
  filter: `${[...KINDS.keys()].join(', ')}; other kinds of event are skipped (notConnection).`,
  forms: ['streaming API JSON (AdvancedHunting-DeviceNetworkEvents)'],
  sweep: true,
  gaps: ['the events have no byte counts; a ConnectionFound does not say who began'],
  ownsPath: (container) => container === 'insights-logs-advancedhunting-devicenetworkevents',
  format: 'rows',
  rows: { tables: { [TABLE]: ['ActionType', 'LocalIP', 'RemoteIP'] }, owns: () => true, map },
  objectForms: [{ owns: (record) => record.category === CATEGORY, read }],
};
