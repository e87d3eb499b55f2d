import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session } from './normalizing';

const EACH: Session = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Barracuda',
  EventProduct: 'WAF',
  EventProductVersion: '12.1',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'NF',
  EventOriginalSeverity: '6',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'waf1.example.net',
  DvcHostname: 'waf1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'waf1.example.net',
  DvcIpAddr: '10.0.0.9',
  DvcAction: 'Allow',
  DvcOriginalAction: 'ALLOW',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Inbound',
  NetworkDuration: 0,
  NetworkRuleName: 'acl1',
};
const DENIED: Session = {
  ...EACH,
  DvcAction: 'Deny',
  DvcOriginalAction: 'DENY',
  EventResult: 'Failure',
  EventSeverity: 'Medium',
  EventOriginalSeverity: '3',
};
const V6: Session = {
  ...EACH,
  EventStartTime: '2026-03-02T10:00:12.000Z',
  NetworkDuration: 123,
  SrcIpAddr: '2001:db8::9',
  DstIpAddr: 'fd00::5',
  NetworkProtocolVersion: 'IPv6',
  NetworkProtocol: 'UDP',
  SrcBytes: 60,
  DstBytes: 180,
  NetworkBytes: 240,
};

const HEAD = 'CEF:0|Barracuda|WAF|12.1|NF|NF|';
const EXTENSION =
  'cat=NF act=ALLOW dvc=10.0.0.9 dvchost=waf1.example.net src=203.0.113.9 spt=40022 dst=10.0.1.5 dpt=443 proto=TCP rt=1772445612123 flexNumber2=0 flexNumber2Label=TimeTaken cs1Label=RuleName cs1=acl1';
const LINES: readonly (readonly [line: string, expected: Session | string])[] = [
  [`<134>Mar  2 10:00:13 relay1 ${HEAD}6|${EXTENSION}`, EACH],
  [`${HEAD}3|${EXTENSION.replace('act=ALLOW', 'act=DENY').replace('proto=TCP', 'proto=TCP/ip')}`, DENIED],
  [
    `${HEAD.replace('|WAF|', '|WAAS|')}6|${EXTENSION.replace('203.0.113.9', '2001:DB8::9').replace('dst=10.0.1.5', 'dst=fd00:0::5').replace('TCP', 'UDP').replace('flexNumber2=0', 'flexNumber2=123')} out=60 in=180`,
    V6,
  ],
  [`${HEAD}6|${EXTENSION.replace('cat=NF', 'cat=TR')}`, 'skipped:notNetworkFirewall'],
  [`${HEAD}6|${EXTENSION.replace('dst=10.0.1.5', 'dst=-')}`, 'dead:badAddress'],
];

describe('lines of CEF', () => {
  conforms({
    source: 'barracudaWafCef',
    content: LINES.map(([line]) => `${line}\n`).join(''),
    records: LINES.map(([line]) => line),
    expected: LINES.map(([, expected]) => expected),
  });
});

const ROW = {
  TimeGenerated: '2026-03-02T10:01:00Z',
  DeviceVendor: 'Barracuda',
  DeviceProduct: 'WAF',
  DeviceVersion: '12.1',
  DeviceEventClassID: 'NF',
  DeviceEventCategory: 'NF',
  LogSeverity: '6',
  DeviceAction: 'ALLOW',
  DeviceAddress: '10.0.0.9',
  DeviceName: 'waf1.example.net',
  SourceIP: '203.0.113.9',
  SourcePort: 40022,
  DestinationIP: '10.0.1.5',
  DestinationPort: 443,
  Protocol: 'TCP',
  ReceiptTime: '1772445612123',
  FlexNumber2: 0,
  FlexNumber2Label: 'TimeTaken',
  AdditionalExtensions: 'ruleName=acl1',
};
const ROWS: readonly (readonly [row: object, expected: Session | string])[] = [
  [{ ...ROW, AdditionalExtensions: '', DeviceCustomString1: 'acl1', DeviceCustomString1Label: 'RuleName' }, EACH],
  [
    {
      ...ROW,
      AdditionalExtensions: 'x=y',
      DeviceCustomString1: 'acl1',
      DeviceCustomString1Label: 'rule',
      DeviceAction: 'DENY',
      LogSeverity: '3',
    },
    DENIED,
  ],
  [{ ...ROW, DeviceEventCategory: 'WF' }, 'skipped:notNetworkFirewall'],
  [ROW, EACH],
];

describe('rows of CommonSecurityLog', () => {
  const records = ROWS.map(([row]) => JSON.stringify({ ...row, Type: 'CommonSecurityLog' }));
  conforms({
    source: 'barracudaWafCef',
    content: records.map((one) => `${one}\n`).join(''),
    records,
    expected: ROWS.map(([, expected]) => expected),
  });
});

it('leaves other products of the vendor, and of others, alone', () => {
  const rows = [
    { ...ROW, DeviceVendor: 'Other' },
    { ...ROW, DeviceProduct: 'Email Gateway' },
    { ...ROW, DeviceVendor: 'Barracuda Networks' },
  ];
  const content = rows.map((row) => JSON.stringify({ ...row, Type: 'CommonSecurityLog' })).join('\n');
  expect(kindsOf(normalizeAll(content))).toEqual(['skipped:otherProduct', 'skipped:otherProduct', 'session']);
});
