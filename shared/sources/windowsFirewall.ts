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
import { meaningful, type Row } from './row';
import { type MappingContext, type Refusal, type RowSource, skipped } from './source';

const PROVIDER = 'Microsoft-Windows-Security-Auditing';
const PERMITTED: ReadonlySet<string> = new Set(['5154', '5156', '5158']);
const LISTENING: ReadonlySet<string> = new Set(['5154', '5155', '5158', '5159']);
/** Packets blocked below IP have no addresses of that layer. */
const MAC_LAYER: ReadonlySet<string> = new Set(['5150', '5151']);
const EVENTS: ReadonlySet<string> = new Set(Array.from({ length: 10 }, (_, n) => String(5150 + n)));
const DIRECTIONS: ReadonlyMap<string, 'Inbound' | 'Outbound' | 'NA'> = new Map([
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

interface End {
  readonly address: string;
  readonly port: string;
}

/** Whether an inbound event names the local end first: the side with the lower port is the local service. */
function localFirst(first: End, second: End, context: MappingContext): boolean {
  const [one, other] = [context.addresses.look(first.address), context.addresses.look(second.address)];
  if (one !== undefined && other !== undefined && one.inside !== other.inside) return one.inside;
  return Number(first.port) < Number(second.port);
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const id = row.text('EventID');
  if (!EVENTS.has(id)) return skipped('notFiltering');
  if (MAC_LAYER.has(id)) return skipped('macLayerOnly');
  const data = eventData(row);
  const get = (...names: readonly string[]): string => {
    for (const name of names) {
      const text = meaningful(data.get(name) ?? '') || row.text(name);
      if (text !== '') return text;
    }
    return '';
  };
  const permitted = PERMITTED.has(id);
  const action: ValueOf<'dvcAction'> = permitted ? 'Allow' : 'Deny';
  // A scope (`fe80::1%12`) is no part of an address.
  const end = (address: string, port: string): End => ({ address: get(address).replace(/%.*$/, ''), port: get(port) });
  const first = end('SourceAddress', 'SourcePort');
  const second = end('DestAddress', 'DestPort');
  const listens = LISTENING.has(id) || second.address === '';
  const direction = DIRECTIONS.get(get('Direction').toLowerCase());
  const inbound = direction === 'Inbound';
  const computer = row.text('Computer');
  const process = get('Application');
  const processId = get('ProcessID', 'ProcessId');
  const turned = inbound && localFirst(first, second, context);
  const [source, destination] = turned ? [second, first] : [first, second];
  const localIsSource = !listens && !inbound;
  const [local, remote] = localIsSource ? (['Src', 'Dst'] as const) : (['Dst', 'Src'] as const);
  const remoteUser = get('RemoteUserID') === NOBODY ? '' : get('RemoteUserID');
  const remoteMachine = get('RemoteMachineID') === NOBODY ? '' : get('RemoteMachineID');
  const localSide = {
    [`${local}AppName`]: process,
    [`${local}AppId`]: processId,
    ...(process + processId !== '' && { [`${local}AppType`]: 'Process' as const }),
    [`${local}Hostname`]: computer,
  };
  const remoteSide = listens ? {} : { [`${remote}UserId`]: remoteUser, [`${remote}DvcId`]: remoteMachine };
  const recordId = row.text('EventRecordId');
  return {
    ...localSide,
    ...remoteSide,
    EventEndTime: parseLogTime(row.text('TimeCreated')),
    EventOriginalType: id,
    EventOriginalUid: recordId === '' || computer === '' ? '' : `${computer}-${recordId}`,
    DvcAction: action,
    DvcHostname: computer,
    DvcIpAddr: listens ? wildcardless(first.address) : localIsSource ? source.address : destination.address,
    DvcOs: 'Windows',
    SrcIpAddr: listens ? '' : source.address,
    SrcPortNumber: listens ? '' : source.port,
    DstIpAddr: listens ? first.address : destination.address,
    DstPortNumber: listens ? first.port : destination.port,
    NetworkProtocol: get('Protocol'),
    NetworkDirection: listens ? 'Listen' : (direction ?? undefined),
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

/** A wildcard (listening on all addresses) is no address of the device. */
function wildcardless(address: string): string {
  return address === '0.0.0.0' || address === '::' ? '' : address;
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
    'Events 5152 to 5159 of Microsoft-Windows-Security-Auditing; 5150 and 5151 have no IP addresses (macLayerOnly), others are notFiltering.',
  forms: ['Windows event XML', 'Winlogbeat, NXLog and Fluent Bit JSON'],
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
