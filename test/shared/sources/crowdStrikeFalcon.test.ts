import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf, without } from './normalizing';

const DEVICE = '000000000000000000000000000000aa';
const MATCH: Readonly<Record<string, string>> = {
  deviceId: DEVICE,
  hostName: 'pc1',
  connectionDirection: '1',
  localAddress: '10.0.1.5',
  localPort: '3389',
  remoteAddress: '192.0.2.10',
  remotePort: '40022',
  protocol: '6',
  icmpCode: '0',
  icmpType: '0',
  ruleAction: '2',
  ruleName: 'block rdp',
  ruleGroupName: 'base',
  matchCount: '3',
  networkProfile: '1',
  eventType: 'FirewallRuleIP4Matched',
};
const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 3,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'CrowdStrike',
  EventProduct: 'FalconHost',
  EventProductVersion: '1.0',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'FirewallMatchEvent',
  EventOriginalSubType: 'FirewallRuleIP4Matched',
  EventOriginalSeverity: '1',
  EventResult: 'Failure',
  EventSeverity: 'Low',
  Dvc: 'pc1',
  DvcHostname: 'pc1',
  DvcIpAddr: '10.0.1.5',
  DvcId: DEVICE,
  DvcIdType: 'Other',
  DvcAction: 'Deny',
  DvcOriginalAction: 'blocked',
  SrcIpAddr: '192.0.2.10',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 3389,
  DstHostname: 'pc1',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Inbound',
  NetworkRuleName: 'block rdp',
  AdditionalFields: { NetworkProfile: '1', RuleGroupName: 'base' },
} as const;
const OUTBOUND: Session = {
  ...without(EACH, 'DstHostname'),
  EventCount: 1,
  EventResult: 'Success',
  EventSeverity: 'Informational',
  DvcAction: 'Allow',
  DvcOriginalAction: 'allowed',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcHostname: 'pc1',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkDirection: 'Outbound',
};
const GOES_OUT = {
  connectionDirection: '2',
  localPort: '51512',
  remoteAddress: '198.51.100.20',
  remotePort: '443',
  ruleAction: '1',
  matchCount: '1',
};
const ECHO = {
  localAddress: 'fd00::5',
  localPort: '0',
  remoteAddress: '2001:db8::9',
  remotePort: '0',
  protocol: '58',
  icmpType: '128',
};
const ECHOED: Session = {
  ...without(EACH, 'SrcPortNumber', 'DstPortNumber'),
  SrcIpAddr: '2001:db8::9',
  DstIpAddr: 'fd00::5',
  DvcIpAddr: 'fd00::5',
  NetworkProtocol: 'IPv6-ICMP',
  NetworkProtocolVersion: 'IPv6',
  NetworkIcmpCode: 128,
  NetworkIcmpType: 'Echo Request',
  AdditionalFields: { IcmpCode: '0', NetworkProfile: '1', RuleGroupName: 'base' },
};
const ACCESS: Session = {
  ...without(EACH, 'EventOriginalSubType', 'DstHostname', 'NetworkRuleName', 'NetworkDirection', 'AdditionalFields'),
  TimeGenerated: '2026-03-02T10:00:45.000Z',
  EventStartTime: '2026-03-02T10:00:45.000Z',
  EventEndTime: '2026-03-02T10:00:45.000Z',
  EventCount: 1,
  EventOriginalType: 'Network Access In A Detection Summary Event',
  EventOriginalSeverity: '4',
  EventSeverity: 'High',
  EventResult: 'Success',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Detection',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcHostname: 'pc1',
  SrcMacAddr: '00:00:5e:00:53:01',
  SrcUsername: 'EXAMPLE\\alice',
  SrcUsernameType: 'Windows',
  SrcAppName: 'evil.exe',
  SrcAppId: '4321',
  SrcAppType: 'Process',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkDirection: 'Outbound',
  AdditionalFields: {
    Tactic: 'Execution',
    Technique: 'PowerShell',
    Objective: 'Follow Through',
    FalconHostLink: 'https://falcon.example.net/1',
  },
};

const pairs = (keys: Readonly<Record<string, string>>, between: string): string =>
  Object.entries(keys)
    .map((pair) => pair.join('='))
    .join(between);

describe('the connector’s CEF', () => {
  const cef = (classId: string, severity: string, keys: Readonly<Record<string, string>>): string =>
    `CEF:0|CrowdStrike|FalconHost|1.0|${classId}|A Name|${severity}|${pairs(keys, ' ')}`;
  const match = (keys: Readonly<Record<string, string>>): string =>
    cef('FirewallMatchEvent', '1', { rt: '1772445612123', ...MATCH, ...keys });
  const access = {
    deviceCustomDate1Label: 'AccessTimestamp',
    deviceCustomDate1: 'Mar 02 2026 10:00:45',
    externalId: DEVICE,
    dhost: 'pc1',
    duser: 'alice',
    dntdom: 'EXAMPLE',
    smac: '00-00-5E-00-53-01',
    fname: 'evil.exe',
    cn2Label: 'ProcessId',
    cn2: '4321',
    src: '10.0.1.5',
    spt: '51512',
    dst: '198.51.100.20',
    dpt: '443',
    proto: 'TCP',
    outcome: '2304',
    tactic: 'Execution',
    technique: 'PowerShell',
    objective: 'Follow Through',
    cs6Label: 'FalconHostLink',
    cs6: 'https://falcon.example.net/1',
  };
  const name = 'Network Access In A Detection Summary Event';
  const records = [
    match({}),
    match(GOES_OUT),
    match(ECHO),
    match({ connectionDirection: '0', ruleAction: '0' }),
    cef(name, '4', access),
    cef('DetectionSummaryEvent', '4', { dhost: 'pc1' }),
    match({ remoteAddress: 'nowhere' }),
  ];
  conforms({
    source: 'crowdStrikeFalcon',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      EACH,
      OUTBOUND,
      ECHOED,
      {
        ...without(EACH, 'DstHostname'),
        DvcOriginalAction: 'invalid',
        SrcIpAddr: '10.0.1.5',
        SrcPortNumber: 3389,
        SrcHostname: 'pc1',
        DstIpAddr: '192.0.2.10',
        DstPortNumber: 40022,
        NetworkDirection: 'Outbound',
      },
      without(ACCESS, 'DvcIpAddr'),
      'skipped:notConnection',
      'dead:badAddress',
    ],
  });

  it.each([
    ['2304', 'Allow', 'Detection'],
    ['16', 'Deny', 'Prevention-killed'],
    ['272', 'Allow', 'Detection'],
    ['2048', 'Deny', 'Prevention-blocked'],
    ['8208', 'Allow', 'Detection'],
    ['128', 'Allow', 'Quarantine'],
    ['1048576', 'Deny', 'Prevention-suspend'],
    ['4608', 'Allow', 'Detection'],
    ['48', 'Deny', '48'],
  ])('disposition %s lets %s: %s', (outcome, DvcAction, DvcOriginalAction) => {
    expect(sessionsOf(normalizeAll(cef(name, '4', { ...access, outcome })))[0]).toMatchObject({
      DvcAction,
      DvcOriginalAction,
      EventResult: DvcAction === 'Allow' ? 'Success' : 'Failure',
    });
  });
});

describe('rows of CommonSecurityLog and the streaming API', () => {
  const row = (keys: Readonly<Record<string, string>>): string =>
    JSON.stringify({
      TimeGenerated: '2026-03-02T10:00:13Z',
      DeviceVendor: 'CrowdStrike',
      DeviceProduct: 'FalconHost',
      DeviceVersion: '1.0',
      DeviceEventClassID: 'FirewallMatchEvent',
      LogSeverity: '1',
      ReceiptTime: '1772445612123',
      AdditionalExtensions: pairs({ ...MATCH, ...keys }, ';'),
      Type: 'CommonSecurityLog',
    });
  const streamed = (keys: Readonly<Record<string, string>>, eventType = 'FirewallMatchEvent'): string =>
    JSON.stringify({
      metadata: { offset: 1, eventType, eventCreationTime: 1772445612123, version: '1.0' },
      event: Object.fromEntries(
        Object.entries({ ...MATCH, ...keys }).map(([key, value]) => [
          key.startsWith('icmp') ? key.replace('icmp', 'ICMP') : key.charAt(0).toUpperCase() + key.slice(1),
          value,
        ]),
      ),
    });
  const records = [row({}), row(GOES_OUT), streamed({}), streamed(ECHO), streamed({}, 'UserActivityAuditEvent')];
  const unversioned = (session: Session): Session => without(session, 'EventProductVersion', 'EventOriginalSeverity');
  conforms({
    source: 'crowdStrikeFalcon',
    content: `${records.join('\n')}\n`,
    records,
    expected: [EACH, OUTBOUND, unversioned(EACH), unversioned(ECHOED), 'skipped:notConnection'],
  });
});
