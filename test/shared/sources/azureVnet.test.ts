import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, open, type Session, sessionsOf } from './normalizing';

const SUBSCRIPTION = '00000000-0000-0000-0000-00000000aaaa';
const TARGET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet-west`;
const NSG = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg-web`;

type Group = { rule: string; flowTuples: unknown };

function record(groups: readonly Group[], aclID = NSG): Record<string, unknown> {
  return {
    time: '2026-03-02T10:02:00.1234567Z',
    flowLogVersion: 4,
    flowLogGUID: '00000000-0000-0000-0000-00000000cccc',
    macAddress: '6045BD112233',
    category: 'FlowLogFlowEvent',
    flowLogResourceID: `/SUBSCRIPTIONS/${SUBSCRIPTION.toUpperCase()}/FLOWLOGS/FL-WEST`,
    targetResourceID: TARGET,
    operationName: 'FlowLogFlowEvent',
    flowRecords: { flows: [{ aclID, flowGroups: groups }] },
  };
}

function blob(...records: readonly unknown[]): string {
  return `{"records":[${records.map((one) => JSON.stringify(one)).join(',')}]}`;
}

function oneSession(tuple: string): Session {
  const [session, ...more] = sessionsOf(normalizeAll(blob(record([{ rule: 'r', flowTuples: [tuple] }]))));
  expect(more).toEqual([]);
  return session ?? {};
}

const TUPLES = [
  '1772445612123,192.0.2.10,10.0.1.5,51512,443,6,I,B,NX,0,0,0,0',
  '1772445672456,192.0.2.10,10.0.1.5,51512,443,6,I,E,NX,12,3120,10,8400',
  '1772445612000,10.0.1.5,198.51.100.20,40022,53,17,O,C,X,1,60,2,140',
  '1772445612000,2001:DB8:0:0::7,fd00::5,40022,22,6,I,D,NX,0,0,0,0',
  '1772445612000,10.0.2.9,10.0.1.5,40022,3389,6,I,B,NX,0,0,0,0',
  '1772445612000,10.0.2.9,not-an-address,40022,3389,6,I,B,NX,0,0,0,0',
  '1772445612000,10.0.1.5,10.9.9.9,0,0,1,O,E,NX,2,120,2,120',
  '1772445612,192.0.2.10,10.0.1.5,51512,443,6,I,B,NX,0,0,0,0',
];
const EACH = {
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'Microsoft',
  EventProduct: 'Azure NSG flows',
  EventProductVersion: '4',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'FlowLogFlowEvent',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'Azure NSG flows',
  DvcAction: 'Allow',
  NetworkRuleName: 'UserRule_allow-https',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  AdditionalFields: { AclGroup: 'nsg-web' },
};
const NIC_IS_DESTINATION = {
  DstMacAddr: '60:45:bd:11:22:33',
  DstDvcId: TARGET,
  DstDvcIdType: 'AzureResourceId',
  DstSubscriptionId: SUBSCRIPTION,
};
const NIC_IS_SOURCE = {
  SrcMacAddr: '60:45:bd:11:22:33',
  SrcDvcId: TARGET,
  SrcDvcIdType: 'AzureResourceId',
  SrcSubscriptionId: SUBSCRIPTION,
};
const at = (time: string): Session => ({ TimeGenerated: time, EventStartTime: time, EventEndTime: time });

const EXPECTED: (Session | string)[] = [
  {
    ...EACH,
    ...NIC_IS_DESTINATION,
    ...at('2026-03-02T10:00:12.123Z'),
    EventOriginalSubType: 'B',
    SrcIpAddr: '192.0.2.10',
    SrcPortNumber: 51512,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 443,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...NIC_IS_DESTINATION,
    ...at('2026-03-02T10:01:12.456Z'),
    EventOriginalSubType: 'E',
    SrcIpAddr: '192.0.2.10',
    SrcPortNumber: 51512,
    SrcPackets: 12,
    SrcBytes: 3120,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 443,
    DstPackets: 10,
    DstBytes: 8400,
    NetworkPackets: 22,
    NetworkBytes: 11520,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...NIC_IS_SOURCE,
    ...at('2026-03-02T10:00:12.000Z'),
    EventOriginalSubType: 'C',
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 40022,
    SrcPackets: 1,
    SrcBytes: 60,
    DstIpAddr: '198.51.100.20',
    DstPortNumber: 53,
    DstPackets: 2,
    DstBytes: 140,
    NetworkPackets: 3,
    NetworkBytes: 200,
    NetworkProtocol: 'UDP',
    NetworkDirection: 'Outbound',
    AdditionalFields: { AclGroup: 'nsg-web', FlowEncryption: 'X' },
  },
  {
    ...EACH,
    ...NIC_IS_DESTINATION,
    ...at('2026-03-02T10:00:12.000Z'),
    EventOriginalSubType: 'D',
    EventResult: 'Failure',
    EventSeverity: 'Low',
    DvcAction: 'Deny',
    SrcIpAddr: '2001:db8::7',
    SrcPortNumber: 40022,
    DstIpAddr: 'fd00::5',
    DstPortNumber: 22,
    NetworkProtocolVersion: 'IPv6',
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...NIC_IS_DESTINATION,
    ...at('2026-03-02T10:00:12.000Z'),
    EventOriginalSubType: 'B',
    SrcIpAddr: '10.0.2.9',
    SrcPortNumber: 40022,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 3389,
    NetworkDirection: 'Local',
    AdditionalFields: { AclGroup: 'nsg-web', FlowDirection: 'Inbound' },
  },
  'dead:badAddress',
  {
    ...EACH,
    ...NIC_IS_SOURCE,
    ...at('2026-03-02T10:00:12.000Z'),
    EventOriginalSubType: 'E',
    SrcIpAddr: '10.0.1.5',
    SrcPackets: 2,
    SrcBytes: 120,
    DstIpAddr: '10.9.9.9',
    DstPackets: 2,
    DstBytes: 120,
    NetworkPackets: 4,
    NetworkBytes: 240,
    NetworkProtocol: 'ICMP',
    NetworkDirection: 'Local',
    AdditionalFields: { AclGroup: 'nsg-web', FlowDirection: 'Outbound' },
  },
  {
    ...EACH,
    ...NIC_IS_DESTINATION,
    ...at('2026-03-02T10:00:12.000Z'),
    EventOriginalSubType: 'B',
    SrcIpAddr: '192.0.2.10',
    SrcPortNumber: 51512,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 443,
    NetworkDirection: 'Inbound',
  },
];

const first = { rule: 'UserRule_allow-https', flowTuples: TUPLES.slice(0, 3) };
const second = { rule: 'UserRule_allow-https', flowTuples: TUPLES.slice(3, 6) };
const third = { rule: 'UserRule_allow-https', flowTuples: TUPLES.slice(6) };

conforms({
  source: 'azureVnet',
  content: blob(record([first, second]), record([third])),
  expected: EXPECTED,
  records: TUPLES,
  path: {
    container: 'insights-logs-flowlogflowevent',
    name: 'flowLogResourceID=/X_NETWORKWATCHERRG/NETWORKWATCHER_WEST_FL/y=2026/m=03/d=02/h=10/m=00/macAddress=6045BD112233/PT1H.json',
  },
});

describe('virtual network flow logs', () => {
  it('does not depend on the order of keys', () => {
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(sorted)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([key, one]) => [key, sorted(one)]),
            )
          : value;
    const { EventOriginalUid: _, ...session } = sessionsOf(normalizeAll(blob(sorted(record([first])))))[1] ?? {};
    expect(session).toEqual(EXPECTED[1]);
  });

  it('takes an end before its beginning, and a repeated end, as they come', () => {
    const tuples = [TUPLES[1] as string, TUPLES[0] as string, TUPLES[1] as string];
    const sessions = sessionsOf(normalizeAll(blob(record([{ rule: 'r', flowTuples: tuples }]))));
    expect(sessions.map((session) => session.EventOriginalSubType)).toEqual(['E', 'B', 'E']);
    expect(new Set(sessions.map((session) => session.EventOriginalUid)).size).toBe(3);
  });

  it('writes addresses in their one spelling', () => {
    expect(oneSession('1772445612000,::ffff:192.0.2.10,10.0.1.5,1,2,6,I,B,NX,0,0,0,0')).toMatchObject({
      SrcIpAddr: '192.0.2.10',
      NetworkProtocolVersion: 'IPv4',
    });
  });

  it('leaves the stated direction where no end is inside, and lets addresses win where one is', () => {
    expect(oneSession('1772445612000,192.0.2.1,198.51.100.2,1,2,6,I,B,NX,0,0,0,0')).toMatchObject({
      NetworkDirection: 'Inbound',
    });
    expect(oneSession('1772445612000,10.0.0.1,198.51.100.2,1,2,6,I,B,NX,0,0,0,0')).toMatchObject({
      NetworkDirection: 'Outbound',
      AdditionalFields: { AclGroup: 'nsg-web', FlowDirection: 'Inbound' },
    });
  });

  it('keeps a protocol without a name, unknown further fields, and drops by the encryption policy', () => {
    expect(oneSession('1772445612000,192.0.2.1,10.0.0.2,0,0,200,I,B,NX,0,0,0,0')).toMatchObject({
      NetworkProtocol: 'Unassigned',
      AdditionalFields: { AclGroup: 'nsg-web', Protocol: '200' },
    });
    expect(oneSession('1772445612000,192.0.2.1,10.0.0.2,5,6,6,I,B,NX,0,0,0,0,new,"er')).toMatchObject({
      AdditionalFields: { AclGroup: 'nsg-web', ExtraFields: 'new,"er' },
    });
    expect(oneSession('1772445612000,192.0.2.1,10.0.0.2,5,6,6,I,B,NX_NOT_ACCEPTED,0,0,0,0')).toMatchObject({
      DvcAction: 'Drop',
      EventResult: 'Failure',
    });
  });

  it.each([
    ['1772445612000,10.0.2.9,10.0.1.5,40022,3389,6,I', 'dead:tupleTooShort'],
    ['x,10.0.2.9,10.0.1.5,40022,3389,6,I,B,NX,0,0,0,0', 'dead:badTime'],
    ['1772445612000,10.0.2.9,10.0.1.5,70000,3389,6,I,B,NX,0,0,0,0', 'dead:badPort'],
    ['1772445612000,10.0.2.9,10.0.1.5,40022,3389,6,Z,B,NX,0,0,0,0', 'dead:unknownDirection'],
    ['1772445612000,10.0.2.9,10.0.1.5,40022,3389,6,I,Q,NX,0,0,0,0', 'dead:unknownState'],
    ['1772445612000,10.0.2.9,10.0.1.5,40022,3389,6,I,E,NX,-1,0,0,0', 'dead:badCounter'],
    [17, 'dead:notATuple'],
  ])('refuses %s alone', (tuple, expected) => {
    const outcomes = normalizeAll(blob(record([{ rule: 'r', flowTuples: [TUPLES[0], tuple, TUPLES[1]] }])));
    expect(kindsOf(outcomes)).toEqual(['session', expected, 'session']);
  });

  it('counts a record without tuples as skipped, one of another shape as dead', () => {
    expect(kindsOf(normalizeAll(blob(record([]), record([first]))))).toEqual([
      'skipped:noTuples',
      'session',
      'session',
      'session',
    ]);
    expect(kindsOf(normalizeAll(blob(record([{ rule: 'r', flowTuples: 'x' }]))))).toEqual(['dead:noFlowTuples']);
    expect(kindsOf(normalizeAll(blob({ ...record([]), flowRecords: 7 })))).toEqual(['dead:noFlows']);
  });

  it('reads what a growing blob adds: a leading comma, and brackets that move', () => {
    const young = blob(record([first]));
    const grown = blob(record([first]), record([third]));
    const before = open();
    expect(kindsOf([...before.feed(Buffer.from(young)), ...before.end(false)])).toEqual(Array(3).fill('session'));
    const resume = before.resumePoint();
    expect(grown.slice(resume.offset)).toBe(`,${JSON.stringify(record([third]))}]}`);
    const after = open({ resume });
    const added = [...after.feed(Buffer.from(grown.slice(resume.offset))), ...after.end(false)];
    expect(sessionsOf(added).map((session) => session.DstIpAddr)).toEqual(['10.9.9.9', '10.0.1.5']);
    expect(after.source).toBe('azureVnet');
  });

  const good = JSON.stringify(record([first]));
  it.each([
    ['a lost quote', good.replace('["1772', '[1772'), 'dead:malformedJson'],
    ['a lost quote at the end', good.replace('140"]', '140]'), 'dead:malformedJson'],
    ['a lost brace', good.slice(0, -1), 'dead:malformedJson'],
    ['a lost colon', good.replace('"rule":', '"rule"'), 'dead:malformedJson'],
    ['a bracket too many', good.replace('[{"aclID"', '[[{"aclID"'), 'dead:malformedJson'],
    ['a quote too many', good.replace('443,6,I', '443"6,I'), 'dead:malformedJson'],
    ['a value without form', good.replace('4,', 'four,'), 'dead:malformedJson'],
    ['no object', '"text"', 'dead:notARecord'],
    ['too deep', `{"time":${'['.repeat(70)}${']'.repeat(70)}}`, 'dead:tooDeep'],
  ])('keeps a damaged record from its neighbours: %s', (_, damaged, expected) => {
    const kinds = kindsOf(normalizeAll(`{"records":[${good},${damaged},${good}]}`));
    expect(kinds).toEqual([...Array(3).fill('session'), expected, ...Array(3).fill('session')]);
  });

  it('takes lists in lists, arrays, and one record a line', () => {
    expect(kindsOf(normalizeAll(`{"records":[${good},{"records":[${good}]}]}`))).toEqual(Array(6).fill('session'));
    expect(
      kindsOf(normalizeAll(`{"at":{"x":[1]},"records" : [${good}],"n":{"m":"]}"}}\n{"records":[${good}]}`)),
    ).toEqual(Array(6).fill('session'));
    expect(kindsOf(normalizeAll(`[${good},\n${good}]`))).toEqual(Array(6).fill('session'));
    expect(kindsOf(normalizeAll(`\ufeff${good}\r\n${good.slice(0, 400)}\n${good}\n`))).toEqual([
      ...Array(3).fill('session'),
      'dead:malformedJson',
      ...Array(3).fill('session'),
    ]);
  });

  it('reads records that exporters make of each tuple', () => {
    const flat = {
      flowLogVersion: 4,
      macAddress: '6045BD112233',
      targetResourceID: TARGET,
      aclID: NSG,
      rule: 'UserRule_allow-https',
      'flow.0': '1772445672456,192.0.2.10,10.0.1.5,51512,443,6,I,E,NX,12,3120,10,8400',
      operationName: 'FlowLogFlowEvent',
    };
    expect(sessionsOf(normalizeAll(JSON.stringify(flat)))).toMatchObject([
      {
        DstIpAddr: '10.0.1.5',
        SrcBytes: 3120,
        DstBytes: 8400,
        DstDvcId: TARGET,
        NetworkRuleName: 'UserRule_allow-https',
      },
    ]);
  });
});
