import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const DETAILS = {
  LocalAddress: '10.0.1.5',
  RemoteAddress: '198.51.100.20',
  LocalPort: '51512',
  RemotePort: '443',
  BytesIn: '7200',
  BytesOut: '1800',
  Protocol: 'tcp',
  ProcessId: '4242',
  UserId: '1000',
  ApplicationProtocol: 'https',
  AzureResourceId: '/subscriptions/00000000-0000-4000-8000-000000000001/hub1',
  DeviceId: 'gw-1',
  MessageSource: 'Linux',
  OriginalEventId: '00000000-0000-4000-8000-000000000002',
  TimestampUTC: '2026-03-02T10:00:12.25Z',
};
const ROW = {
  TimeGenerated: '2026-03-02T10:05:00Z',
  TimeStamp: '2026-03-02T10:00:20Z',
  RawEventName: 'NetworkActivity',
  RawEventCategory: 'Triggered',
  DeviceId: 'gw-1',
  AgentVersion: '4.2.1',
  IsEmpty: false,
  Type: 'SecurityIoTRawEvent',
};
const SHORT = {
  LocalAddress: '10.0.1.5',
  RemoteAddress: '203.0.113.9',
  LocalPort: 22,
  RemotePort: 40022,
  BytesIn: 100,
  BytesOut: 300,
  Protocol: 'UDP',
};
const EACH = {
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Microsoft Defender for IoT',
  EventProductVersion: '4.2.1',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'NetworkActivity',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: '10.0.1.5',
  DvcIpAddr: '10.0.1.5',
  DvcId: 'gw-1',
  DvcIdType: 'MD4IoTid',
  NetworkProtocolVersion: 'IPv4',
};
const at = (second: string): Session => ({
  TimeGenerated: `2026-03-02T10:00:${second}Z`,
  EventStartTime: `2026-03-02T10:00:${second}Z`,
  EventEndTime: `2026-03-02T10:00:${second}Z`,
});
const row = (details: unknown, more: object = {}): string => JSON.stringify({ ...ROW, ...more, EventDetails: details });

const ROWS = [
  row(JSON.stringify(DETAILS)),
  row(SHORT),
  row({ ...SHORT, LocalAddress: 'fd00:0::5', RemoteAddress: '2001:db8::9', LocalPort: 80, RemotePort: 80 }),
  row({ ...SHORT, RemoteAddress: '0.0.0.0', RemotePort: '0' }),
  row('{}', { RawEventName: 'ProcessCreate' }),
  row('', { IsEmpty: true }),
  row('{"LocalAddress":"10.'),
  row({ ...SHORT, LocalAddress: 'eth0' }),
];

conforms({
  source: 'defenderIotAgent',
  content: `${ROWS.join('\n')}\n`,
  records: ROWS,
  expected: [
    {
      ...EACH,
      ...at('12.250'),
      DvcOs: 'Linux',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      SrcBytes: 1800,
      SrcDvcId: 'gw-1',
      SrcDvcIdType: 'MD4IoTid',
      SrcUserId: '1000',
      SrcUserIdType: 'UID',
      SrcAppId: '4242',
      SrcAppType: 'Process',
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      DstBytes: 7200,
      NetworkBytes: 9000,
      NetworkProtocol: 'TCP',
      NetworkApplicationProtocol: 'HTTPS',
      NetworkDirection: 'Outbound',
      AdditionalFields: { AzureResourceId: '/subscriptions/00000000-0000-4000-8000-000000000001/hub1' },
    },
    {
      ...EACH,
      ...at('20.000'),
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 40022,
      SrcBytes: 100,
      DstIpAddr: '10.0.1.5',
      DstPortNumber: 22,
      DstBytes: 300,
      DstDvcId: 'gw-1',
      DstDvcIdType: 'MD4IoTid',
      NetworkBytes: 400,
      NetworkProtocol: 'UDP',
      NetworkDirection: 'Inbound',
    },
    {
      ...EACH,
      ...at('20.000'),
      Dvc: 'fd00::5',
      DvcIpAddr: 'fd00::5',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 80,
      SrcBytes: 100,
      DstIpAddr: 'fd00::5',
      DstPortNumber: 80,
      DstBytes: 300,
      DstDvcId: 'gw-1',
      DstDvcIdType: 'MD4IoTid',
      NetworkBytes: 400,
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'Inbound',
    },
    {
      ...EACH,
      ...at('20.000'),
      DstIpAddr: '10.0.1.5',
      DstPortNumber: 22,
      DstBytes: 300,
      DstDvcId: 'gw-1',
      DstDvcIdType: 'MD4IoTid',
      NetworkBytes: 300,
      NetworkProtocol: 'UDP',
      NetworkDirection: 'Listen',
    },
    'skipped:notNetworkActivity',
    'skipped:empty',
    'dead:malformedEventDetails',
    'dead:badAddress',
  ],
});

describe('Defender for IoT micro agent', () => {
  it('knows a row without its table’s name by its event, and by the columns of a CSV file', () => {
    const { Type: _, ...rest } = { ...ROW, IoTRawEventId: '1', EventDetails: JSON.stringify(SHORT) };
    expect(sessionsOf(normalizeAll(JSON.stringify(rest)))[0]).toMatchObject({ DstPortNumber: 22 });
    const csv = [
      'TenantId,TimeGenerated [UTC],TimeStamp [UTC],RawEventName,DeviceId,IoTRawEventId,EventDetails',
      `t,"3/2/2026, 10:05:00.000 AM","3/2/2026, 10:00:20.000 AM",NetworkActivity,gw-1,1,"${JSON.stringify(SHORT).replaceAll('"', '""')}"`,
    ].join('\r\n');
    const outcomes = normalizeAll(csv);
    expect(kindsOf(outcomes)).toEqual(['session']);
    expect(sessionsOf(outcomes)[0]).toMatchObject({ ...at('20.000'), SrcIpAddr: '203.0.113.9', DstPortNumber: 22 });
  });
});
