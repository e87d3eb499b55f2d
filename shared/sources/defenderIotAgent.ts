/**
 * Microsoft Defender for IoT, micro agent: connections of a device. Table SecurityIoTRawEvent.
 * Follows the upstream mapping ASimNetworkSessionMD4IoTAgent 0.2.1 and corrects: the direction that it infers is set, the time is the
 * event's own, the events are those of an end point.
 */
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import { asObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, memberOf, type Row, textOf } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'SecurityIoTRawEvent';
const EVENT = 'NetworkActivity';
const NOWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0', '::', '*']);

function map(row: Row): SessionDraft | Refusal {
  if (row.text('RawEventName') !== EVENT) return skipped('notNetworkActivity');
  const details = asObject(row.value('EventDetails'));
  if (details === undefined) return row.text('IsEmpty') === 'true' ? skipped('empty') : dead('malformedEventDetails');
  const get = (name: string): string => textOf(memberOf(details, name));
  const listens = NOWHERE.has(get('RemoteAddress'));
  // The agent does not say who began; a service has the lower port.
  const outbound = !listens && Number(get('LocalPort')) > Number(get('RemotePort'));
  const device = get('DeviceId') || row.text('DeviceId');
  const idType = device === '' ? undefined : 'MD4IoTid';
  const local: EndDraft = {
    IpAddr: get('LocalAddress'),
    PortNumber: get('LocalPort'),
    Bytes: get('BytesOut'),
    UserId: get('UserId'),
    UserIdType: get('UserId') === '' ? undefined : 'UID',
    AppId: get('ProcessId'),
    AppType: get('ProcessId') === '' ? undefined : 'Process',
    DvcId: device,
    DvcIdType: idType,
  };
  const remote: EndDraft = listens
    ? {}
    : { IpAddr: get('RemoteAddress'), PortNumber: get('RemotePort'), Bytes: get('BytesIn') };
  return {
    source: outbound ? local : remote,
    destination: outbound ? remote : local,
    EventEndTime: parseLogTime(get('TimestampUTC')) ?? parseLogTime(row.text('TimeStamp')),
    EventResult: 'Success',
    EventOriginalUid: get('OriginalEventId'),
    EventOriginalType: EVENT,
    EventProductVersion: row.text('AgentVersion'),
    DvcId: device,
    DvcIdType: idType,
    DvcIpAddr: get('LocalAddress'),
    DvcOs: get('MessageSource'),
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: get('ApplicationProtocol').toUpperCase(),
    NetworkDirection: listens ? 'Listen' : outbound ? 'Outbound' : 'Inbound',
    AdditionalFields: { AzureResourceId: get('AzureResourceId') || row.text('AssociatedResourceId') },
  };
}

export const defenderIotAgent: RowSource = {
  id: 'defenderIotAgent',
  vendor: 'Microsoft',
  product: 'Defender for IoT micro agent',
  table: TABLE,
  facts: 'ASimNetworkSessionMD4IoTAgent 0.2.1',
  asim: { vendor: 'Microsoft', product: 'Microsoft Defender for IoT', types: ['EndpointNetworkSession'] },
  filter: 'Raw events NetworkActivity; others are skipped (notNetworkActivity), and those without details (empty).',
  forms: [],
  sweep: true,
  gaps: ['who began is inferred from the ports'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['RawEventName', 'IoTRawEventId', 'EventDetails'] }, owns: () => true, map },
  // The sensor's table has the same columns: the event tells a row without its table's name.
  objectForms: [{ owns: (record) => record.RawEventName === EVENT, read: (record) => new JsonRow(TABLE, record) }],
};
