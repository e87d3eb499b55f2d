/**
 * Microsoft Defender for IoT, network sensor: connections between devices, by IP or by MAC address only. Table DefenderIoTRawEvent.
 * Follows the upstream mapping ASimNetworkSessionMD4IoTSensor 0.1 and corrects: the start is not overwritten by the end; protocols are
 * in capitals.
 */
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import { asObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, memberOf, type Row, textOf } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'DefenderIoTRawEvent';
const EVENT = 'NetworkConnectionData';

function map(row: Row): SessionDraft | Refusal {
  if (row.text('RawEventName') !== EVENT) return skipped('notConnection');
  const details = asObject(row.value('EventDetails'));
  if (details === undefined) return row.text('IsEmpty') === 'true' ? skipped('empty') : dead('malformedEventDetails');
  const get = (...path: readonly string[]): string => textOf(memberOf(details, ...path));
  // An end without an IP address is known by its MAC address alone.
  const byMac = (name: 'Source' | 'Destination'): boolean =>
    get(name, 'IPAddress') === '' && get(name, 'MacAddress') !== '';
  const macOnly = byMac('Source') || byMac('Destination');
  const end = (name: 'Source' | 'Destination'): EndDraft => ({
    IpAddr: get(name, 'IPAddress'),
    PortNumber: get(name, 'Port'),
    MacAddr: get(name, 'MacAddress'),
    DvcId: get(name, 'DeviceId'),
    DvcIdType: get(name, 'DeviceId') === '' ? undefined : 'MD4IoTid',
    Description: get(name, 'DeviceName'),
  });
  return {
    source: end('Source'),
    destination: end('Destination'),
    EventType: macOnly ? 'L2NetworkSession' : 'NetworkSession',
    EventStartTime: parseLogTime(get('StartTime')),
    EventEndTime: parseLogTime(get('LastSeen')) ?? parseLogTime(row.text('TimeStamp')),
    EventResult: 'Success',
    EventOriginalUid: get('Id').length >= 8 ? get('Id') : '',
    EventOriginalType: EVENT,
    DvcId: get('SourceId'),
    DvcSubscriptionId: row.text('AzureSubscriptionId'),
    NetworkProtocol: get('TransportProtocol'),
    NetworkDirection: get('IsInternal').toLowerCase() === 'true' ? 'Local' : macOnly ? 'NA' : undefined,
    AdditionalFields: { Id: get('Id'), DeviceId: row.text('DeviceId') },
  };
}

export const defenderIotSensor: RowSource = {
  id: 'defenderIotSensor',
  vendor: 'Microsoft',
  product: 'Defender for IoT sensor',
  table: TABLE,
  facts: 'ASimNetworkSessionMD4IoTSensor 0.1',
  asim: { vendor: 'Microsoft', product: 'Microsoft Defender for IoT', types: ['NetworkSession', 'L2NetworkSession'] },
  filter: 'Raw events NetworkConnectionData; others are skipped (notConnection), and those without details (empty).',
  forms: [],
  sweep: true,
  gaps: ['the records have no byte counts and no action'],
  format: 'rows',
  rows: { tables: { [TABLE]: [] }, owns: () => true, map },
  objectForms: [{ owns: (record) => record.RawEventName === EVENT, read: (record) => new JsonRow(TABLE, record) }],
};
