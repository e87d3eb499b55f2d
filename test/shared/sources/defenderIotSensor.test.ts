import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const DETAILS = {
  Id: '00000000-0000-4000-8000-000000000042',
  SourceId: 'sensor1',
  StartTime: '2026-03-02T10:00:12Z',
  LastSeen: '2026-03-02T10:00:42.5Z',
  TransportProtocol: 'Tcp',
  IsInternal: true,
  Source: {
    DeviceId: '7',
    DeviceName: 'hmi',
    IPAddress: '10.0.1.5',
    Port: 51512,
    MacAddress: '00-00-5E-00-53-01',
  },
  Destination: {
    DeviceId: '8',
    DeviceName: 'plc',
    IPAddress: '10.0.1.9',
    Port: 502,
    MacAddress: '00:00:5E:00:53:02',
  },
};
const ROW = {
  TimeGenerated: '2026-03-02T10:05:00Z',
  TimeStamp: '2026-03-02T10:00:20Z',
  RawEventName: 'NetworkConnectionData',
  AzureSubscriptionId: '00000000-0000-4000-8000-000000000001',
  DeviceId: 'plc-1',
  IsEmpty: false,
  Type: 'DefenderIoTRawEvent',
};
const SHORT = {
  SourceId: 'sensor1',
  TransportProtocol: 'UDP',
  IsInternal: false,
  Source: { IPAddress: '2001:db8::9', Port: '40022' },
  Destination: { IPAddress: 'fd00:0::5', Port: '161' },
};
const EACH = {
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Microsoft Defender for IoT',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'NetworkConnectionData',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'sensor1',
  DvcId: 'sensor1',
  DvcIdType: 'Other',
  DvcSubscriptionId: '00000000-0000-4000-8000-000000000001',
};
const at = (second: string): Session => ({
  TimeGenerated: `2026-03-02T10:00:${second}Z`,
  EventStartTime: `2026-03-02T10:00:${second}Z`,
  EventEndTime: `2026-03-02T10:00:${second}Z`,
});
const row = (details: unknown, more: object = {}): string => JSON.stringify({ ...ROW, ...more, EventDetails: details });
const MACS = {
  ...SHORT,
  Id: '42',
  TransportProtocol: null,
  Source: { MacAddress: '00:00:5e:00:53:01' },
  Destination: { MacAddress: '00:00:5e:00:53:02' },
};

const ROWS = [
  row(DETAILS),
  row(JSON.stringify(SHORT)),
  row(MACS),
  row({ ...SHORT, Destination: { MacAddress: '00:00:5e:00:53:02' } }),
  row({}, { RawEventName: 'ListeningPorts' }),
  row(null, { IsEmpty: true }),
  row('[1'),
  row({ ...SHORT, Source: {} }),
];

conforms({
  source: 'defenderIotSensor',
  content: `${ROWS.join('\n')}\n`,
  records: ROWS,
  expected: [
    {
      ...EACH,
      TimeGenerated: '2026-03-02T10:00:42.500Z',
      EventStartTime: '2026-03-02T10:00:12.000Z',
      EventEndTime: '2026-03-02T10:00:42.500Z',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      SrcMacAddr: '00:00:5e:00:53:01',
      SrcDvcId: '7',
      SrcDvcIdType: 'MD4IoTid',
      SrcDescription: 'hmi',
      DstIpAddr: '10.0.1.9',
      DstPortNumber: 502,
      DstMacAddr: '00:00:5e:00:53:02',
      DstDvcId: '8',
      DstDvcIdType: 'MD4IoTid',
      DstDescription: 'plc',
      NetworkProtocol: 'TCP',
      NetworkProtocolVersion: 'IPv4',
      NetworkDirection: 'Local',
      AdditionalFields: { Id: '00000000-0000-4000-8000-000000000042', DeviceId: 'plc-1' },
    },
    {
      ...EACH,
      ...at('20.000'),
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 40022,
      DstIpAddr: 'fd00::5',
      DstPortNumber: 161,
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'Inbound',
      AdditionalFields: { DeviceId: 'plc-1' },
    },
    {
      ...EACH,
      ...at('20.000'),
      EventType: 'L2NetworkSession',
      SrcMacAddr: '00:00:5e:00:53:01',
      DstMacAddr: '00:00:5e:00:53:02',
      NetworkDirection: 'NA',
      AdditionalFields: { Id: '42', DeviceId: 'plc-1' },
    },
    {
      ...EACH,
      ...at('20.000'),
      EventType: 'L2NetworkSession',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 40022,
      DstMacAddr: '00:00:5e:00:53:02',
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'NA',
      AdditionalFields: { DeviceId: 'plc-1' },
    },
    'skipped:notConnection',
    'skipped:empty',
    'dead:malformedEventDetails',
    'dead:badAddress',
  ],
});

describe('Defender for IoT sensor', () => {
  it('knows a row without its table’s name by its event', () => {
    const { Type: _, ...rest } = { ...ROW, EventDetails: DETAILS };
    expect(sessionsOf(normalizeAll(JSON.stringify(rest)))[0]).toMatchObject({ DstPortNumber: 502 });
  });
});
