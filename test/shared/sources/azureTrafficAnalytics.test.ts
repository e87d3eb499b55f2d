import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const BASE = {
  TimeGenerated: '2026-03-02T11:00:40.1234567Z',
  SubType: 'FlowLog',
  FaSchemaVersion: '3',
  FlowStartTime: '2026-03-02T10:00:12Z',
  FlowEndTime: '2026-03-02T10:09:42Z',
  SrcIp: '10.0.1.5',
  DestIp: '10.0.2.8',
  DestPort: 443,
  L4Protocol: 'TCP',
  L7Protocol: 'https',
  FlowStatus: 'Allowed',
  Type: 'NTANetAnalytics',
};
const record = (columns: object): string => JSON.stringify({ ...BASE, ...columns });

const EACH = {
  TimeGenerated: '2026-03-02T10:09:42.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:09:42.000Z',
  NetworkDuration: 570_000,
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'Microsoft',
  EventProduct: 'Azure NSG flows',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'Azure NSG flows',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Allowed',
  SrcIpAddr: '10.0.1.5',
  DstIpAddr: '10.0.2.8',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkApplicationProtocol: 'HTTPS',
} as const;
const NETWORK = 'group1/vnet-west';
const COUNTED = {
  BytesSrcToDest: 1800,
  BytesDestToSrc: 7200,
  PacketsSrcToDest: 9,
  PacketsDestToSrc: 11,
  CompletedFlows: 3,
};
const COUNTS = {
  SrcBytes: 1800,
  DstBytes: 7200,
  NetworkBytes: 9000,
  SrcPackets: 9,
  DstPackets: 11,
  NetworkPackets: 20,
  EventCount: 3,
};

const RECORDS = [
  record({
    ...COUNTED,
    FlowDirection: 'Outbound',
    FlowType: 'IntraVNet',
    SrcPorts: '51512|51514',
    SrcVm: 'group1/web1',
    DestVm: 'group1/db1',
    SrcNic: 'group1/web1-nic',
    DestNic: 'group1/db1-nic',
    SrcSubscription: '00000000-0000-4000-8000-0000000000aa',
    DestSubscription: '00000000-0000-4000-8000-0000000000bb',
    MacAddress: '60-45-BD-11-22-33',
    TargetResourceId: NETWORK,
    AclRule: 'UserRule_allow-https',
    AclGroup: 'group1/nsg-web',
    FlowEncryption: 'Unencrypted',
    SrcRegion: 'westeurope',
  }),
  record({
    FlowDirection: 'Inbound',
    FlowType: 'MaliciousFlow',
    FlowStatus: 'Denied',
    SrcIp: '',
    SrcPublicIps: '203.0.113.9|1|0|0|0|0|0',
    DestIp: '10.0.1.5',
    DestPort: 3389,
    DestVm: 'group1/web1',
    L7Protocol: 'ms-wbt-server',
    Country: 'nl',
    MacAddress: '60-45-BD-11-22-33',
    TargetResourceId: NETWORK,
    NsgRule: 'DefaultRule_DenyAllInBound',
    CompletedFlows: 0,
  }),
  // One row, two addresses, their own counters: the row's are the sums.
  record({
    ...COUNTED,
    FlowDirection: 'Outbound',
    FlowType: 'ExternalPublic',
    DestIp: null,
    DestPublicIps: '198.51.100.20|2|2|6|8|1500|7000 198.51.100.21|1|1|3|3|300|200',
    Country: 'us',
  }),
  // Addresses without counters: the first has the row's.
  record({
    ...COUNTED,
    FlowDirection: 'O',
    FlowType: 'AzurePublic',
    FlowStatus: 'A',
    DestIp: '',
    DestPublicIps: '198.51.100.30 2001:db8::30',
    L4Protocol: 'U',
  }),
  record({
    FlowDirection: 'I',
    FlowType: 'S2S',
    FlowStatus: 'D',
    SrcIp: 'fd00::5',
    DestIp: 'fd00::6',
    DestPort: 0,
    L4Protocol: 'ICMP',
    L7Protocol: '',
  }),
  record({ FlowDirection: '', FlowType: 'Unknown', FlowStatus: '', L4Protocol: 'T' }),
  JSON.stringify({ TimeGenerated: BASE.TimeGenerated, SubType: 'StatusMessage', Status: 'x', Type: BASE.Type }),
  record({ SrcIp: '', FlowDirection: 'Inbound' }),
];
const MULTIPLE = {
  ...EACH,
  EventOriginalSubType: 'ExternalPublic',
  SrcZone: 'Internet',
  DstGeoCountry: 'US',
  NetworkDirection: 'Outbound',
  AdditionalFields: { DstIpAddresses: ['198.51.100.20', '198.51.100.21'] },
} as const;
const AZURE = {
  ...EACH,
  EventOriginalSubType: 'AzurePublic',
  DvcOriginalAction: 'A',
  SrcZone: 'Azure',
  NetworkDirection: 'Outbound',
  NetworkProtocol: 'UDP',
  AdditionalFields: { DstIpAddresses: ['198.51.100.30', '2001:db8::30'] },
} as const;

const EXPECTED: (Session | string)[] = [
  {
    ...EACH,
    ...COUNTS,
    EventOriginalSubType: 'IntraVNet',
    SrcPortNumber: 51512,
    SrcHostname: 'web1',
    SrcInterfaceName: 'web1-nic',
    SrcSubscriptionId: '00000000-0000-4000-8000-0000000000aa',
    SrcDvcId: NETWORK,
    SrcDvcIdType: 'AzureResourceId',
    SrcMacAddr: '60:45:bd:11:22:33',
    SrcZone: 'Internal',
    DstHostname: 'db1',
    DstInterfaceName: 'db1-nic',
    DstSubscriptionId: '00000000-0000-4000-8000-0000000000bb',
    NetworkRuleName: 'UserRule_allow-https',
    NetworkDirection: 'Local',
    AdditionalFields: { AclGroup: 'group1/nsg-web', FlowEncryption: 'Unencrypted', Region: 'westeurope' },
  },
  {
    ...EACH,
    EventOriginalSubType: 'MaliciousFlow',
    EventOriginalResultDetails: 'Malicious',
    EventResult: 'Failure',
    EventSeverity: 'Low',
    DvcAction: 'Deny',
    DvcOriginalAction: 'Denied',
    SrcIpAddr: '203.0.113.9',
    SrcGeoCountry: 'NL',
    SrcZone: 'Internet',
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 3389,
    DstHostname: 'web1',
    DstDvcId: NETWORK,
    DstDvcIdType: 'AzureResourceId',
    DstMacAddr: '60:45:bd:11:22:33',
    NetworkApplicationProtocol: 'MS-WBT-SERVER',
    NetworkRuleName: 'DefaultRule_DenyAllInBound',
    NetworkDirection: 'Inbound',
    ThreatCategory: 'Malicious',
    AdditionalFields: { SrcIpAddresses: ['203.0.113.9'] },
  },
  {
    ...MULTIPLE,
    DstIpAddr: '198.51.100.20',
    EventCount: 2,
    SrcBytes: 1500,
    DstBytes: 7000,
    NetworkBytes: 8500,
    SrcPackets: 6,
    DstPackets: 8,
    NetworkPackets: 14,
  },
  {
    ...MULTIPLE,
    DstIpAddr: '198.51.100.21',
    SrcBytes: 300,
    DstBytes: 200,
    NetworkBytes: 500,
    SrcPackets: 3,
    DstPackets: 3,
    NetworkPackets: 6,
  },
  { ...AZURE, ...COUNTS, DstIpAddr: '198.51.100.30' },
  { ...AZURE, DstIpAddr: '2001:db8::30' },
  {
    ...EACH,
    EventOriginalSubType: 'S2S',
    EventResult: 'Failure',
    EventSeverity: 'Low',
    DvcAction: 'Deny',
    DvcOriginalAction: 'D',
    SrcIpAddr: 'fd00::5',
    SrcZone: 'S2S',
    DstIpAddr: 'fd00::6',
    NetworkProtocol: 'ICMP',
    NetworkProtocolVersion: 'IPv6',
    NetworkDirection: 'Local',
  },
  {
    ...EACH,
    EventOriginalSubType: 'Unknown',
    SrcZone: 'Unknown',
    NetworkDirection: 'Local',
  },
  'skipped:notFlowLog',
  'dead:badAddress',
];
function without(session: Session | string | undefined, ...names: readonly string[]): Session {
  return Object.fromEntries(Object.entries(session ?? {}).filter(([name]) => !names.includes(name)));
}
// Without ports and application, and without an action.
EXPECTED[6] = without(EXPECTED[6], 'DstPortNumber', 'NetworkApplicationProtocol');
EXPECTED[7] = without(EXPECTED[7], 'DvcAction', 'DvcOriginalAction');

conforms({
  source: 'azureTrafficAnalytics',
  content: `${RECORDS.join('\n')}\n`,
  expected: EXPECTED,
  records: RECORDS.flatMap((text, index) => (index === 2 || index === 3 ? [text, text] : [text])),
});

describe('Traffic Analytics', () => {
  it('numbers the identities of sessions from one row', () => {
    const row = record({ DestIp: '', DestPublicIps: '198.51.100.1|1 198.51.100.2|1', _ItemId: 'row-0001' });
    expect(sessionsOf(normalizeAll(row)).map((session) => session.EventOriginalUid)).toEqual([
      'row-0001',
      'row-0001#2',
    ]);
  });

  it('takes a list with more than one address only where the address is missing', () => {
    const row = record({ DestPublicIps: '198.51.100.1|1 198.51.100.2|1' });
    expect(sessionsOf(normalizeAll(row)).map((session) => session.DstIpAddr)).toEqual(['10.0.2.8']);
  });

  it('reads CSV rows of the portal', () => {
    const header = 'TimeGenerated [UTC],SubType,FlowStartTime [UTC],SrcIp,DestIp,DestPort,BytesSrcToDest,FlowDirection';
    const line =
      '"3/2/2026, 11:00:40.123 AM",FlowLog,"3/2/2026, 10:00:12.000 AM",10.0.1.5,198.51.100.9,443,1800,Outbound';
    expect(sessionsOf(normalizeAll(`${header}\n${line}\n`))).toMatchObject([
      { EventStartTime: '2026-03-02T10:00:12.000Z', DstIpAddr: '198.51.100.9', DstPortNumber: 443, SrcBytes: 1800 },
    ]);
  });
});
