import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH: Session = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Barracuda',
  EventProduct: 'WAF',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'NF',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'waf1',
  DvcHostname: 'waf1',
  DvcAction: 'Allow',
  DvcOriginalAction: 'ALLOW',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Inbound',
};
const DENIED = { DvcAction: 'Deny', DvcOriginalAction: 'DENY', EventResult: 'Failure' };
const V6 = { SrcIpAddr: '2001:db8::9', DstIpAddr: 'fd00::5', NetworkProtocolVersion: 'IPv6' };

function without(session: Session, ...fields: readonly string[]): Session {
  return Object.fromEntries(Object.entries(session).filter(([field]) => !fields.includes(field)));
}

const ROW = {
  TimeGenerated: '2026-03-02T10:01:00Z',
  UnitName_s: 'waf1',
  DeviceReceiptTime_s: '1772445612123',
  LogType_s: 'NF',
  ActionID_s: 'ALLOW',
  SourceIP: '203.0.113.9',
  SourcePort_d: 40022,
  DestinationIP_s: '10.0.1.5',
  DestinationPort_d: 443,
  Protocol_s: 'TCP',
  Severity_s: '6',
  host_s: 'collector1',
  HostIP_s: '10.0.0.9',
  DeviceVersion_s: '12.1',
  TimeTaken_d: 0,
};
const OF_ROW: Session = {
  ...EACH,
  DvcIpAddr: '10.0.0.9',
  EventOriginalSeverity: '6',
  EventProductVersion: '12.1',
  NetworkDuration: 0,
};
const ROWS: readonly (readonly [row: object, expected: Session | string])[] = [
  [ROW, OF_ROW],
  [
    {
      ...ROW,
      ActionID_s: 'DENY',
      Severity_s: '1',
      Protocol_s: 'UDP/ip',
      TimeTaken_d: 1500,
      HostIP_s: '',
      UnitName_s: '',
    },
    {
      ...without(OF_ROW, 'DvcIpAddr'),
      ...DENIED,
      Dvc: 'collector1',
      DvcHostname: 'collector1',
      EventSeverity: 'High',
      EventOriginalSeverity: '1',
      NetworkProtocol: 'UDP',
      NetworkDuration: 1500,
      EventStartTime: '2026-03-02T10:00:10.623Z',
    },
  ],
  [{ ...ROW, LogType_s: 'WF', ActionID_s: 'BLOCKED' }, 'skipped:notNetworkFirewall'],
  [
    {
      ...ROW,
      SourceIP: '2001:DB8::9',
      DestinationIP_s: 'fd00:0::5',
      Protocol_s: 'ICMPv6',
      SourcePort_d: 0,
      DestinationPort_d: 0,
    },
    { ...without(OF_ROW, 'SrcPortNumber', 'DstPortNumber'), ...V6, NetworkProtocol: 'IPv6-ICMP' },
  ],
  [{ ...ROW, SourceIP: '' }, 'dead:badAddress'],
  [
    { ...ROW, DeviceReceiptTime_s: '', SourceIP: '10.0.1.6', Severity_s: '' },
    {
      ...without(OF_ROW, 'EventOriginalSeverity'),
      TimeGenerated: '2026-03-02T10:01:00.000Z',
      EventStartTime: '2026-03-02T10:01:00.000Z',
      EventEndTime: '2026-03-02T10:01:00.000Z',
      SrcIpAddr: '10.0.1.6',
      NetworkDirection: 'Local',
    },
  ],
];

describe('rows of barracuda_CL', () => {
  const records = ROWS.map(([row]) => JSON.stringify({ ...row, Type: 'barracuda_CL' }));
  conforms({
    source: 'barracudaWaf',
    content: records.map((one) => `${one}\n`).join(''),
    records,
    expected: ROWS.map(([, expected]) => expected),
  });
});

const OF_LINE: Session = {
  ...EACH,
  DvcInboundInterface: 'MGMT/LAN/WAN',
  EventOriginalSeverity: 'INFO',
  EventMessage: 'traffic:allow',
  NetworkRuleName: 'testacl',
};
const LINES: readonly (readonly [line: string, expected: Session | string])[] = [
  [
    '<134>2026-03-02 11:00:12.123 +0100  waf1 NF INFO TCP 203.0.113.9 40022 10.0.1.5 443 ALLOW testacl MGMT/LAN/WAN interface traffic:allow',
    OF_LINE,
  ],
  [
    '<129>2026-03-02 04:30:12.123 -0530  waf1 NF ALER TCP 203.0.113.9 40022 10.0.1.5 443 DENY SSH_ATTACK_SOURCES MGMT/LAN/WAN interface traffic:deny  ',
    {
      ...OF_LINE,
      ...DENIED,
      EventSeverity: 'High',
      EventOriginalSeverity: 'ALER',
      NetworkRuleName: 'SSH_ATTACK_SOURCES',
      EventMessage: 'traffic:deny',
    },
  ],
  [
    '<190>2026-03-02 10:00:12.123 +0000  waf1 TR 10.0.1.5 443 203.0.113.9 40022 "-" "-" GET TLSv1.3',
    'skipped:notNetworkFirewall',
  ],
  [
    'Mar  2 10:00:12 relay1 2026-03-02 10:00:12.123 +0000 waf1 NF ERRO UDP 2001:db8::9 40022 fd00::5 443 DENY acl1 WAN traffic:deny',
    {
      ...OF_LINE,
      ...DENIED,
      ...V6,
      DvcInboundInterface: 'WAN',
      EventSeverity: 'Medium',
      EventOriginalSeverity: 'ERRO',
      NetworkProtocol: 'UDP',
      NetworkRuleName: 'acl1',
      EventMessage: 'traffic:deny',
    },
  ],
  [
    '2026-03-02 10:00:12.123 +0000 waf1 NF WARN ICMP 203.0.113.9 0 10.0.1.5 0 ALLOW',
    {
      ...without(OF_LINE, 'SrcPortNumber', 'DstPortNumber', 'DvcInboundInterface', 'EventMessage', 'NetworkRuleName'),
      EventSeverity: 'Low',
      EventOriginalSeverity: 'WARN',
      NetworkProtocol: 'ICMP',
    },
  ],
  ['2026-03-02 10:00:12.123 +0000 waf1 NF INFO TCP 203.0.113.999 40022 10.0.1.5 443 ALLOW a WAN b', 'dead:badAddress'],
];

describe('the device’s syslog', () => {
  conforms({
    source: 'barracudaWaf',
    content: LINES.map(([line]) => `${line}\n`).join(''),
    records: LINES.map(([line]) => line),
    expected: LINES.map(([, expected]) => expected),
  });

  it('has a header’s time where it has none of its own', () => {
    const line = '<134>Mar  2 10:00:12 waf1 NF INFO TCP 203.0.113.9 40022 10.0.1.5 443 ALLOW acl1 WAN traffic:allow';
    expect(sessionsOf(normalizeAll(`${line}\n`))[0]).toMatchObject({
      EventEndTime: '2026-03-02T10:00:12.000Z',
      DvcHostname: 'waf1',
    });
  });

  it.each(['TR', 'WF', 'AUDIT', 'SYS'])('leaves out the log %s', (log) => {
    const line = `2026-03-02 10:00:12.123 +0000  waf1 ${log} 10.0.1.5 443 "-" NF`;
    expect(kindsOf(normalizeAll(`${line}\n`))).toEqual(['skipped:notNetworkFirewall']);
  });
});

it.each([
  ['0', 'High'],
  ['2', 'High'],
  ['3', 'Medium'],
  ['5', 'Low'],
  ['7', 'Informational'],
  ['EMER', 'High'],
  ['NOTI', 'Low'],
  ['DEBU', 'Informational'],
  ['nothing', 'Informational'],
])('takes severity %s for %s', (Severity_s, expected) => {
  const row = JSON.stringify({ ...ROW, Severity_s, Type: 'barracuda_CL' });
  expect(sessionsOf(normalizeAll(`${row}\n`))[0]?.EventSeverity).toBe(expected);
});
