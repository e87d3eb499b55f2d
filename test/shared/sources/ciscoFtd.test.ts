import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const UUID = '00000000-0000-0000-0000-00000000ffff';
const KEY = `DeviceUUID: ${UUID}, InstanceID: 3, FirstPacketSecond: 2026-03-02T10:00:12Z, ConnectionID: 42`;
const START = '2026-03-02T10:00:12.000Z';
const EACH = {
  TimeGenerated: START,
  EventStartTime: START,
  EventEndTime: START,
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Cisco',
  EventProduct: 'FTD',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventResultDetails: 'NA',
  EventSeverity: 'Low',
  EventOriginalSeverity: 'Low',
  Dvc: 'ftd1',
  DvcHostname: 'ftd1',
  DvcId: UUID,
  DvcIdType: 'Other',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Allow',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkSessionId: '42',
};
const UNTIL_42 = { TimeGenerated: '2026-03-02T10:00:42.000Z', EventEndTime: '2026-03-02T10:00:42.000Z' };
const ENDS = { SrcIpAddr: '10.0.1.5', SrcPortNumber: 51512, DstIpAddr: '198.51.100.20', DstPortNumber: 443 };
const ENDS_TEXT = 'SrcIP: 10.0.1.5, DstIP: 198.51.100.20, SrcPort: 51512, DstPort: 443, Protocol: tcp';

const LINES: readonly [string, Session | string][] = [
  [
    `<113>2026-03-02T10:00:43Z ftd1 %FTD-1-430003: EventPriority: Low, ${KEY}, AccessControlRuleAction: Allow, ${ENDS_TEXT}, IngressInterface: inside, EgressInterface: outside, IngressZone: in, EgressZone: out, IngressVRF: Global, ACPolicy: base, AccessControlRuleName: allow web, Prefilter Policy: default, User: EXAMPLE\\alice, UserAgent: Mozilla/5.0 (KHTML, like Gecko), Client: cURL, ApplicationProtocol: HTTPS, WebApplication: Example, ConnectionDuration: 30, InitiatorPackets: 9, ResponderPackets: 11, InitiatorBytes: 1800, ResponderBytes: 7200, NAPPolicy: Balanced, URL: https://example.net/?a=1, b: 2, NAT_InitiatorPort: 40111, NAT_ResponderPort: 443, NAT_InitiatorIP: 203.0.113.4, NAT_ResponderIP: 198.51.100.20`,
    {
      ...EACH,
      ...UNTIL_42,
      ...ENDS,
      EventSubType: 'End',
      EventOriginalType: '430003',
      EventReportUrl: 'https://example.net/?a=1, b: 2',
      DvcDescription: 'Balanced',
      DvcInboundInterface: 'inside',
      DvcOutboundInterface: 'outside',
      DvcZone: 'Global',
      SrcZone: 'in',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      SrcUsername: 'EXAMPLE\\alice',
      SrcUsernameType: 'Windows',
      SrcAppName: 'cURL',
      SrcAppType: 'Other',
      SrcBytes: 1800,
      SrcPackets: 9,
      DstZone: 'out',
      DstNatIpAddr: '198.51.100.20',
      DstNatPortNumber: 443,
      DstBytes: 7200,
      DstPackets: 11,
      NetworkBytes: 9000,
      NetworkPackets: 20,
      NetworkDuration: 30000,
      NetworkApplicationProtocol: 'HTTPS',
      NetworkRuleName: 'allow web',
      NetworkDirection: 'Outbound',
      AdditionalFields: { Policy: 'base', PrefilterPolicy: 'default', WebApplication: 'Example' },
    },
  ],
  [
    `Mar 02 2026 10:00:13 ftd1  %NGIPS-0-430002: EventPriority: High, ${KEY}, AccessControlRuleAction: <br/>Block with reset, AccessControlRuleReason: IP Block, SrcIP: 203.0.113.9, DstIP: 203.0.113.4, SrcPort: 70000, DstPort: 22, Protocol: tcp, IngressZone: outside, EgressZone: DMZ, User: No Authentication Required`,
    {
      ...EACH,
      EventSubType: 'Start',
      EventOriginalType: '430002',
      EventResult: 'Failure',
      EventResultDetails: 'Reset',
      EventSeverity: 'High',
      EventOriginalSeverity: 'High',
      DvcAction: 'Reset',
      DvcOriginalAction: 'Block with reset',
      SrcIpAddr: '203.0.113.9',
      SrcZone: 'outside',
      DstIpAddr: '203.0.113.4',
      DstPortNumber: 22,
      DstZone: 'DMZ',
      NetworkDirection: 'Inbound',
      ThreatCategory: 'IP Block',
      AdditionalFields: { SrcPortNumber: '70000' },
    },
  ],
  [
    `2026-03-02T10:00:12Z ftd1 : %FTD-6-430003: DeviceUUID: ${UUID}, AccessControlRuleAction: Trust, SrcIP: 2001:DB8::5, DstIP: fd00::20, ICMPType: Echo Request, ICMPCode: No Code, Protocol: ipv6-icmp, ConnectionDuration: 0, InitiatorBytes: 56, ResponderBytes: 0`,
    {
      ...EACH,
      NetworkSessionId: undefined,
      EventSubType: 'End',
      EventOriginalType: '430003',
      EventOriginalSeverity: '6',
      EventSeverity: 'Informational',
      DvcOriginalAction: 'Trust',
      SrcIpAddr: '2001:db8::5',
      SrcBytes: 56,
      DstIpAddr: 'fd00::20',
      DstBytes: 0,
      NetworkBytes: 56,
      NetworkDuration: 0,
      NetworkProtocol: 'IPv6-ICMP',
      NetworkProtocolVersion: 'IPv6',
      NetworkIcmpType: 'Echo Request',
      NetworkDirection: 'Inbound',
      AdditionalFields: { IcmpCode: 'No Code' },
    },
  ],
  [
    `<113>2026-03-02T10:00:12Z ftd1 %FTD-1-430001: ${KEY}, ${ENDS_TEXT}, Priority: 1, GID: 1, SID: 17279, Revision: 12, Message: SERVER-WEBAPP traversal, attempt: two, Classification: Attempted Privilege Gain, InlineResult: Blocked, User: Unknown`,
    {
      ...EACH,
      ...ENDS,
      EventType: 'IDS',
      EventOriginalType: '430001',
      EventMessage: 'SERVER-WEBAPP traversal, attempt: two',
      EventResult: 'Failure',
      EventResultDetails: 'Terminated',
      EventSeverity: 'High',
      EventOriginalSeverity: '1',
      DvcAction: 'Deny',
      DvcOriginalAction: 'Blocked',
      NetworkRuleNumber: 17279,
      NetworkDirection: 'Outbound',
      ThreatName: 'SERVER-WEBAPP traversal, attempt: two',
      ThreatCategory: 'Attempted Privilege Gain',
      ThreatId: '1:17279:12',
    },
  ],
  [
    `<113>2026-03-02T10:00:12Z ftd1 %FTD-1-430005: ${KEY}, ${ENDS_TEXT}, FileDirection: Download, FileAction: Malware Cloud Lookup, FileSHA256: ab, SHA_Disposition: Malware, ThreatName: Win.Example, ThreatScore: 76, FileName: a.zip, Client: cURL`,
    {
      ...EACH,
      ...ENDS,
      EventType: 'IDS',
      EventOriginalType: '430005',
      EventSeverity: 'High',
      EventOriginalSeverity: '1',
      DvcOriginalAction: 'Malware Cloud Lookup',
      SrcAppName: 'cURL',
      SrcAppType: 'Other',
      NetworkDirection: 'Inbound',
      ThreatName: 'Win.Example',
      ThreatCategory: 'Malware',
      ThreatRiskLevel: 76,
      AdditionalFields: { FileName: 'a.zip', FileSha256: 'ab' },
    },
  ],
  [`<113>2026-03-02T10:00:12Z ftd1 %FTD-1-430004: ${ENDS_TEXT}, FileAction: Detect`, 'skipped:notConnection'],
  [`<113>2026-03-02T10:00:12Z ftd1 %FTD-1-430003: ${KEY}, SrcIP: somewhere, DstIP: 10.0.1.5`, 'dead:badAddress'],
  [`<113>2026-03-02T10:00:12Z ftd1 %FTD-1-430003: ${KEY}, AccessControlRuleAction: Allow`, 'dead:noAddresses'],
];
const TEXTS = LINES.map(([text]) => text);
const plain = (session: Session | string): Session | string =>
  typeof session === 'string' ? session : (JSON.parse(JSON.stringify(session)) as Session);
conforms({
  source: 'ciscoFtd',
  content: `${TEXTS.join('\n')}\n`,
  expected: LINES.map(([, session]) => plain(session)),
  records: TEXTS,
});

const ROW = {
  TimeGenerated: '2026-03-02T10:00:43Z',
  DeviceVendor: 'Cisco',
  DeviceProduct: 'FTD',
  DeviceAddress: '192.0.2.1',
  DeviceName: '192.0.2.1',
  Computer: '192.0.2.1',
  Type: 'CommonSecurityLog',
};
const OF_ROW = { ...EACH, Dvc: '192.0.2.1', DvcHostname: undefined, DvcIpAddr: '192.0.2.1' };
const ROWS: readonly [object, Session | string][] = [
  [
    {
      ...ROW,
      DeviceEventClassID: '430003',
      Message: `%FTD-7-430003:  EventPriority: Medium, ${KEY}, AccessControlRuleAction: Block, ${ENDS_TEXT}, ConnectionDuration: 30, InitiatorBytes: 60, ResponderBytes: 0`,
    },
    {
      ...OF_ROW,
      ...UNTIL_42,
      ...ENDS,
      EventSubType: 'End',
      EventOriginalType: '430003',
      EventResult: 'Failure',
      EventResultDetails: 'Terminated',
      EventSeverity: 'Medium',
      EventOriginalSeverity: 'Medium',
      DvcAction: 'Deny',
      DvcOriginalAction: 'Block',
      SrcBytes: 60,
      DstBytes: 0,
      NetworkBytes: 60,
      NetworkDuration: 30000,
      NetworkDirection: 'Outbound',
    },
  ],
  [
    {
      ...ROW,
      DeviceEventClassID: '430007',
      Message: `%FTD-7-430007: ${KEY}, AccessControlRuleAction: Fastpath, ${ENDS_TEXT}`,
    },
    {
      ...OF_ROW,
      ...ENDS,
      EventOriginalType: '430007',
      EventSeverity: 'Informational',
      EventOriginalSeverity: '7',
      DvcOriginalAction: 'Fastpath',
      NetworkDirection: 'Outbound',
    },
  ],
  [{ ...ROW, DeviceEventClassID: '430006', Message: '%FTD-7-430006: FileName: a' }, 'skipped:notConnection'],
];
const JSON_ROWS = ROWS.map(([row]) => JSON.stringify(row));
conforms({
  source: 'ciscoFtd',
  content: `${JSON_ROWS.join('\n')}\n`,
  expected: ROWS.map(([, session]) => plain(session)),
  records: JSON_ROWS,
  path: { container: 'am-commonsecuritylog', name: 'PT05M.json' },
});

function one(id: string, rest: string): Session {
  const [session] = sessionsOf(normalizeAll(`2026-03-02T10:00:12Z ftd1 %FTD-1-${id}: ${ENDS_TEXT}, ${rest}\n`));
  return session ?? {};
}

describe('Cisco FTD', () => {
  it.each([
    ['Allow', 'Allow', 'Success', 'NA'],
    ['Fastpath', 'Allow', 'Success', 'NA'],
    ['Monitor', 'Allow', 'Success', 'NA'],
    ['Block', 'Deny', 'Failure', 'Terminated'],
    ['Block with reset', 'Reset', 'Failure', 'Reset'],
    ['Interactive Block', 'Deny', 'Failure', 'Terminated'],
    ['Something', undefined, 'Success', 'Unknown'],
  ])('maps the rule action %s', (word, action, result, details) => {
    const session = one('430003', `AccessControlRuleAction: ${word}`);
    expect([session.DvcAction, session.EventResult, session.EventResultDetails]).toEqual([action, result, details]);
  });

  it.each([
    ['Alert', 'Allow', 'Success', 'NA'],
    ['Would block', 'Allow', 'Success', 'Simulation'],
    ['Dropped', 'Drop', 'Failure', 'Terminated'],
  ])('maps the inline result %s', (word, action, result, details) => {
    const session = one('430001', `Priority: 3, InlineResult: ${word}`);
    expect([session.DvcAction, session.EventResult, session.EventResultDetails]).toEqual([action, result, details]);
  });

  it.each([
    ['Malware Block', 'Malware', 'Medium', 'Deny', 'Failure'],
    ['Malware Cloud Lookup', 'Unavailable', 'Informational', 'Allow', 'Success'],
    ['Custom Detection', 'Custom Detection', 'High', 'Allow', 'Success'],
  ])('judges a file by action %s and disposition %s', (action, disposition, severity, dvcAction, result) => {
    const session = one('430005', `FileDirection: Upload, FileAction: ${action}, SHA_Disposition: ${disposition}`);
    expect([session.EventSeverity, session.DvcAction, session.EventResult, session.NetworkDirection]).toEqual([
      severity,
      dvcAction,
      result,
      'Outbound',
    ]);
  });

  it('ends at the last packet, else after its duration, else with the record', () => {
    const first = 'FirstPacketSecond: 2026-03-02T10:00:00Z';
    expect(one('430003', `${first}, LastPacketSecond: 2026-03-02T10:00:05Z`).EventEndTime).toBe(
      '2026-03-02T10:00:05.000Z',
    );
    expect(one('430003', `${first}, ConnectionDuration: 7`).EventEndTime).toBe('2026-03-02T10:00:07.000Z');
    expect(one('430003', 'ConnectionDuration: 2')).toMatchObject({
      EventStartTime: '2026-03-02T10:00:10.000Z',
      EventEndTime: '2026-03-02T10:00:12.000Z',
    });
  });

  it('names the connection’s start and its end apart', () => {
    const [start, end] = ['430002', '430003'].map((id) => one(id, KEY).EventOriginalUid);
    expect([start, end]).toEqual([
      `${UUID}-3-2026-03-02T10:00:12Z-42-430002`,
      `${UUID}-3-2026-03-02T10:00:12Z-42-430003`,
    ]);
  });
});
