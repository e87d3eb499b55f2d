import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const SUBSCRIPTION = '00000000-0000-0000-0000-00000000AAAA';
const RESOURCE = `/SUBSCRIPTIONS/${SUBSCRIPTION}/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG-WEB`;

function record(tuples: readonly string[], version = 2): Record<string, unknown> {
  return {
    time: '2026-03-02T10:01:00.1234567Z',
    systemId: '00000000-0000-0000-0000-00000000bbbb',
    macAddress: '000D3A112233',
    category: 'NetworkSecurityGroupFlowEvent',
    resourceId: RESOURCE,
    operationName: 'NetworkSecurityGroupFlowEvents',
    properties: {
      Version: version,
      flows: [
        { rule: 'DefaultRule_DenyAllInBound', flows: [] },
        { rule: 'UserRule_allow-"https"', flows: [{ mac: '000D3A112233', flowTuples: tuples }] },
      ],
    },
  };
}

function blob(...records: readonly unknown[]): string {
  return `{"records":[\n${records.map((one) => JSON.stringify(one)).join(',\n')}\n]}`;
}

const TUPLES = [
  '1772445612,192.0.2.10,10.0.1.5,51512,443,T,I,A,B,,,,',
  '1772445672,192.0.2.10,10.0.1.5,51512,443,T,I,A,E,12,3120,10,8400',
  '1772445672,10.0.1.5,198.51.100.20,40000,53,U,O,A,C,1,60,,',
  '1772445680,203.0.113.9,10.0.1.5,40022,22,T,I,D,B,0,0,0,0',
  '1772445680,fd00::1,2001:db8::1,40022,22,T,O,A,B,,,,',
  '1772445680,10.0.1.4,10.0.1.5,40022,22,T,I,A,B,,,,',
  '1772445680,10.0.1.4,10.0.1.5,40022,22,T,I,X,B,,,,',
  '1772445680,203.0.113.9,10.0.1.5,40022,22,T,I,D',
];
const EACH = {
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'Microsoft',
  EventProduct: 'Azure NSG flows',
  EventProductVersion: '2',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'NetworkSecurityGroupFlowEvent',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'NSG-WEB',
  DvcId: RESOURCE,
  DvcIdType: 'AzureResourceId',
  DvcSubscriptionId: SUBSCRIPTION.toLowerCase(),
  DvcAction: 'Allow',
  DvcOriginalAction: 'A',
  NetworkRuleName: 'UserRule_allow-"https"',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const DENIED = { EventResult: 'Failure', EventSeverity: 'Low', DvcAction: 'Deny', DvcOriginalAction: 'D' };
const MAC = '00:0d:3a:11:22:33';
const at = (time: string): Session => ({ TimeGenerated: time, EventStartTime: time, EventEndTime: time });
const ends = (src: string, srcPort: number, dst: string, dstPort: number): Session => ({
  SrcIpAddr: src,
  SrcPortNumber: srcPort,
  DstIpAddr: dst,
  DstPortNumber: dstPort,
});

const EXPECTED: (Session | string)[] = [
  {
    ...EACH,
    ...at('2026-03-02T10:00:12.000Z'),
    ...ends('192.0.2.10', 51512, '10.0.1.5', 443),
    EventOriginalSubType: 'B',
    DstMacAddr: MAC,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...at('2026-03-02T10:01:12.000Z'),
    ...ends('192.0.2.10', 51512, '10.0.1.5', 443),
    EventOriginalSubType: 'E',
    DstMacAddr: MAC,
    SrcPackets: 12,
    SrcBytes: 3120,
    DstPackets: 10,
    DstBytes: 8400,
    NetworkPackets: 22,
    NetworkBytes: 11520,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...at('2026-03-02T10:01:12.000Z'),
    ...ends('10.0.1.5', 40000, '198.51.100.20', 53),
    EventOriginalSubType: 'C',
    SrcMacAddr: MAC,
    SrcPackets: 1,
    SrcBytes: 60,
    NetworkPackets: 1,
    NetworkBytes: 60,
    NetworkProtocol: 'UDP',
    NetworkDirection: 'Outbound',
  },
  {
    ...EACH,
    ...DENIED,
    ...at('2026-03-02T10:01:20.000Z'),
    ...ends('203.0.113.9', 40022, '10.0.1.5', 22),
    EventOriginalSubType: 'B',
    DstMacAddr: MAC,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...at('2026-03-02T10:01:20.000Z'),
    ...ends('fd00::1', 40022, '2001:db8::1', 22),
    EventOriginalSubType: 'B',
    SrcMacAddr: MAC,
    NetworkProtocolVersion: 'IPv6',
    NetworkDirection: 'Outbound',
  },
  {
    ...EACH,
    ...at('2026-03-02T10:01:20.000Z'),
    ...ends('10.0.1.4', 40022, '10.0.1.5', 22),
    EventOriginalSubType: 'B',
    DstMacAddr: MAC,
    NetworkDirection: 'Local',
    AdditionalFields: { FlowDirection: 'Inbound' },
  },
  'dead:unknownDecision',
  {
    ...EACH,
    ...DENIED,
    ...at('2026-03-02T10:01:20.000Z'),
    ...ends('203.0.113.9', 40022, '10.0.1.5', 22),
    EventProductVersion: '1',
    DstMacAddr: MAC,
    NetworkDirection: 'Inbound',
  },
];

conforms({
  source: 'azureNsg',
  content: blob(record(TUPLES.slice(0, 7)), record(TUPLES.slice(7), 1)),
  expected: EXPECTED,
  records: TUPLES,
  path: {
    container: 'insights-logs-networksecuritygroupflowevent',
    name: 'resourceId=/SUBSCRIPTIONS/X/y=2026/m=03/d=02/h=10/m=00/macAddress=000D3A112233/PT1H.json',
  },
});

describe('network security group flow logs', () => {
  it('sums a connection over its continuations and its end', () => {
    const tuples = ['A,B,,,,', 'A,C,5,500,4,900', 'A,C,7,700,6,100', 'A,E,1,50,0,0'].map(
      (rest) => `1772445612,192.0.2.10,10.0.1.5,51512,443,T,I,${rest}`,
    );
    const sessions = sessionsOf(normalizeAll(blob(record(tuples))));
    const sum = (field: string): number => sessions.reduce((total, one) => total + Number(one[field] ?? 0), 0);
    expect([sum('SrcBytes'), sum('DstBytes'), sum('NetworkBytes'), sum('NetworkPackets')]).toEqual([
      1250, 1000, 2250, 23,
    ]);
  });

  it('finds the NIC in the record where the flow does not name it', () => {
    const text = blob(record(TUPLES.slice(0, 1))).replace('"mac":"000D3A112233",', '');
    expect(sessionsOf(normalizeAll(text))[0]?.DstMacAddr).toBe(MAC);
  });

  it('is told from virtual network flow logs record by record', () => {
    const vnet = {
      category: 'FlowLogFlowEvent',
      flowRecords: {
        flows: [
          {
            aclID: '',
            flowGroups: [
              { rule: 'PlatformRule', flowTuples: ['1772445612000,10.0.0.1,10.0.0.2,1,2,6,I,B,NX,0,0,0,0'] },
            ],
          },
        ],
      },
    };
    const types = sessionsOf(normalizeAll(blob(record(TUPLES.slice(0, 1)), vnet))).map((one) => one.EventOriginalType);
    expect(types).toEqual(['NetworkSecurityGroupFlowEvent', 'FlowLogFlowEvent']);
  });

  it('counts flows without tuples as skipped', () => {
    expect(kindsOf(normalizeAll(blob(record([]))))).toEqual(['skipped:noTuples']);
  });

  it('reads records that exporters make of each tuple', () => {
    const flat = {
      resourceId: RESOURCE,
      macAddress: '000D3A112233',
      'flow.0': '1772445672,192.0.2.10,10.0.1.5,51512,443,T,I,A,E,12,3120,10,8400',
      'flow.1': '1772445673,192.0.2.10,10.0.1.5,51513,22,T,I,D,B,,,,',
      'flow.2': 7,
      rule: 'UserRule_allow-https',
      operationName: 'NetworkSecurityGroupFlowEvents',
      time: '2026-03-02T10:01:12.3528160Z',
      version: '2',
    };
    const text = `${JSON.stringify(flat)}\n`;
    expect(kindsOf(normalizeAll(text))).toEqual(['session', 'session', 'dead:notATuple']);
    const sessions = sessionsOf(normalizeAll(text));
    expect(sessions).toMatchObject([
      {
        TimeGenerated: '2026-03-02T10:01:12.000Z',
        Dvc: 'NSG-WEB',
        EventProductVersion: '2',
        EventOriginalSubType: 'E',
        DstMacAddr: MAC,
        SrcBytes: 3120,
        DstBytes: 8400,
        NetworkRuleName: 'UserRule_allow-https',
      },
      { DstPortNumber: 22, DvcAction: 'Deny' },
    ]);
    expect(new Set(sessions.map((session) => session.EventOriginalUid)).size).toBe(2);
  });
});
