import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const NSG = '00000000-0000-4000-8000-0000000000aa/group1/nsg-web';
const BASE = {
  TimeGenerated: '2026-03-02T11:00:40.123Z',
  SubType_s: 'FlowLog',
  FASchemaVersion_s: '2',
  FlowStartTime_t: '2026-03-02T10:00:12Z',
  FlowEndTime_t: '2026-03-02T10:00:42Z',
  FlowType_s: 'IntraVNet',
  FlowDirection_s: 'I',
  FlowStatus_s: 'A',
  SrcIP_s: '10.0.1.5',
  DestIP_s: '10.0.2.8',
  DestPort_d: 443,
  L4Protocol_s: 'T',
  L7Protocol_s: 'https',
  NSGList_s: NSG,
  AllowedInFlows_d: 0,
  DeniedInFlows_d: 0,
  AllowedOutFlows_d: 0,
  DeniedOutFlows_d: 0,
  Type: 'AzureNetworkAnalytics_CL',
};
const record = (columns: object): string => JSON.stringify({ ...BASE, ...columns });

const EACH = {
  TimeGenerated: '2026-03-02T10:00:42.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:00:42.000Z',
  NetworkDuration: 30_000,
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'Microsoft',
  EventProduct: 'Azure NSG flows',
  EventSchemaVersion: '0.2.7',
  EventOriginalSubType: 'IntraVNet',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: NSG,
  DvcAction: 'Allow',
  DvcOriginalAction: 'A',
  DvcSubscriptionId: '00000000-0000-4000-8000-0000000000aa',
  SrcIpAddr: '10.0.1.5',
  DstIpAddr: '10.0.2.8',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkApplicationProtocol: 'HTTPS',
  NetworkDirection: 'Local',
} as const;
const DENIED = { EventResult: 'Failure', EventSeverity: 'Low', DvcAction: 'Deny', DvcOriginalAction: 'D' } as const;

const RECORDS = [
  record({
    AllowedInFlows_d: 4.0,
    InboundBytes_d: 1800,
    OutboundBytes_d: 7200,
    InboundPackets_d: 9,
    OutboundPackets_d: 11,
    VM1_s: 'group1/web1',
    VM2_s: 'group2/db1',
    NIC_s: 'group2/db1-nic',
    MACAddress_s: '00-0D-3A-11-22-33',
    NSGRule_s: 'allow-https',
    Subscription1_g: '00000000-0000-4000-8000-0000000000a1',
    Subscription2_g: '00000000-0000-4000-8000-0000000000a2',
  }),
  record({
    FlowType_s: 'ExternalPublic',
    FlowDirection_s: 'O',
    AllowedOutFlows_d: 1,
    InboundBytes_d: 7200,
    OutboundBytes_d: 1800,
    DestIP_s: '',
    DestPublicIPs_s: '198.51.100.20|1|1|9|11|1800|7200',
    VM1_s: 'group1/web1',
    NIC1_s: 'group1/web1-nic',
    MACAddress_s: '00-0D-3A-11-22-34',
    Country_s: 'us',
    Subscription_g: '00000000-0000-4000-8000-0000000000a3',
  }),
  record({
    FlowType_s: 'MaliciousFlow',
    FlowStatus_s: 'D',
    DeniedInFlows_d: 3,
    SrcIP_s: '',
    SrcPublicIPs_s: '203.0.113.9|2|0|0|0|0|0 203.0.113.10|1|0|0|0|0|0',
    DestIP_s: '10.0.1.5',
    DestPort_d: 22,
    L7Protocol_s: 'ssh',
    Country_s: 'nl',
  }),
  // The first schema: only the machine behind the NIC, and the public addresses of the other side.
  record({
    FASchemaVersion_s: '1',
    FlowType_s: 'AzurePublic',
    FlowDirection_s: 'O',
    SrcIP_s: '',
    DestIP_s: '',
    VMIP_s: '10.0.1.5',
    VM_s: 'group1/web1',
    NIC_s: 'group1/web1-nic',
    PublicIPs_s: '198.51.100.40|1|1|1|1|100|200',
    L4Protocol_s: 'U',
    ConnectionName_s: 'connection1',
    AzureRegion_s: 'westeurope',
  }),
  record({ SrcIP_s: 'fd00::5', DestIP_s: 'fd00::6', L4Protocol_s: '', L7Protocol_s: null, FlowStatus_s: '' }),
  record({ FlowType_s: '', SubType_s: 'Topology' }),
  record({ FlowDirection_s: '' }),
  record({ SrcIP_s: 'unknown' }),
];
const SWEPT = {
  ...EACH,
  ...DENIED,
  EventOriginalSubType: 'MaliciousFlow',
  SrcGeoCountry: 'NL',
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  NetworkApplicationProtocol: 'SSH',
  NetworkDirection: 'Inbound',
  ThreatCategory: 'Malicious',
  AdditionalFields: { SrcIpAddresses: ['203.0.113.9', '203.0.113.10'] },
} as const;
const { DvcAction, DvcOriginalAction, NetworkProtocol, NetworkApplicationProtocol, ...BARE } = EACH;

const EXPECTED: readonly (Session | string)[] = [
  {
    ...EACH,
    EventCount: 4,
    SrcHostname: 'web1',
    SrcSubscriptionId: '00000000-0000-4000-8000-0000000000a1',
    SrcBytes: 1800,
    SrcPackets: 9,
    DstHostname: 'db1',
    DstInterfaceName: 'db1-nic',
    DstMacAddr: '00:0d:3a:11:22:33',
    DstSubscriptionId: '00000000-0000-4000-8000-0000000000a2',
    DstBytes: 7200,
    DstPackets: 11,
    NetworkBytes: 9000,
    NetworkPackets: 20,
    NetworkRuleName: 'allow-https',
    AdditionalFields: { SrcResourceGroup: 'group1', DstResourceGroup: 'group2' },
  },
  {
    ...EACH,
    EventOriginalSubType: 'ExternalPublic',
    DvcSubscriptionId: '00000000-0000-4000-8000-0000000000a3',
    SrcHostname: 'web1',
    SrcInterfaceName: 'web1-nic',
    SrcMacAddr: '00:0d:3a:11:22:34',
    SrcBytes: 1800,
    DstIpAddr: '198.51.100.20',
    DstGeoCountry: 'US',
    DstBytes: 7200,
    NetworkBytes: 9000,
    NetworkDirection: 'Outbound',
    AdditionalFields: { SrcResourceGroup: 'group1', DstIpAddresses: ['198.51.100.20'] },
  },
  { ...SWEPT, SrcIpAddr: '203.0.113.9', EventCount: 3 },
  { ...SWEPT, SrcIpAddr: '203.0.113.10' },
  {
    ...EACH,
    EventOriginalSubType: 'AzurePublic',
    SrcHostname: 'web1',
    SrcInterfaceName: 'web1-nic',
    DstIpAddr: '198.51.100.40',
    NetworkProtocol: 'UDP',
    NetworkDirection: 'Outbound',
    NetworkSessionId: 'connection1',
    AdditionalFields: {
      SrcResourceGroup: 'group1',
      DstIpAddresses: ['198.51.100.40'],
      AzureRegion: 'westeurope',
    },
  },
  { ...BARE, SrcIpAddr: 'fd00::5', DstIpAddr: 'fd00::6', NetworkProtocolVersion: 'IPv6' },
  'skipped:notFlow',
  'skipped:noDirection',
  'dead:badAddress',
];

conforms({
  source: 'azureNsgTrafficAnalytics',
  content: `${RECORDS.join('\n')}\n`,
  expected: EXPECTED,
  records: RECORDS.flatMap((text, index) => (index === 2 ? [text, text] : [text])),
});

describe('Traffic Analytics of NSG flow logs', () => {
  it('gives each of several addresses its own counters where they add up to the row’s', () => {
    const row = record({
      FlowType_s: 'ExternalPublic',
      SrcIP_s: '',
      SrcPublicIPs_s: '203.0.113.9|2|2|1|2|300|400 203.0.113.10|1|1|3|4|500|600',
      InboundBytes_d: 1000,
      OutboundBytes_d: 800,
    });
    expect(sessionsOf(normalizeAll(row))).toMatchObject([
      { SrcIpAddr: '203.0.113.9', EventCount: 2, SrcBytes: 400, DstBytes: 300, SrcPackets: 2, DstPackets: 1 },
      { SrcIpAddr: '203.0.113.10', EventCount: 1, SrcBytes: 600, DstBytes: 500, SrcPackets: 4, DstPackets: 3 },
    ]);
  });
});
