import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH = {
  TimeGenerated: '2026-03-02T10:00:42.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:00:42.000Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Cisco',
  EventProduct: 'Firepower',
  EventProductVersion: '6.0',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventResultDetails: 'NA',
  EventSeverity: 'Low',
  EventOriginalSeverity: '3',
  EventOriginalType: 'CONNECTION STATISTICS',
  EventOriginalSubType: 'RNA:1003:1',
  Dvc: 'ftd1',
  DvcHostname: 'ftd1',
  DvcId: '1',
  DvcIdType: 'Other',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Allow',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const ENDS = { SrcIpAddr: '10.0.1.5', SrcPortNumber: 51512, DstIpAddr: '198.51.100.20', DstPortNumber: 443 };
const AT_ONCE = { TimeGenerated: EACH.EventStartTime, EventEndTime: EACH.EventStartTime };
const HEAD = '<134>MAR  2 10:00:43 collector CEF:0|Cisco|Firepower|6.0|';
const TIMES = 'rt=1772445642000 start=1772445612000 end=1772445642000';
const DEVICE = 'dvchost=ftd1 deviceExternalId=1';

const LINES: readonly [string, Session | string][] = [
  [
    `${HEAD}RNA:1003:1|CONNECTION STATISTICS|3|${TIMES} src=10.0.1.5 spt=51512 dst=198.51.100.20 dpt=443 proto=6 act=Allow bytesIn=7200 bytesOut=1800 cs1Label=fwPolicy cs1=base cs2Label=fwRule cs2=allow web cs3Label=ingressZone cs3=in cs4Label=egressZone cs4=out deviceInboundInterface=inside deviceOutboundInterface=outside ${DEVICE} dvcpid=3 externalId=42 app=HTTPS requestClientApplication=SSL client reason=N/A suser=alice`,
    {
      ...EACH,
      ...ENDS,
      DvcInboundInterface: 'inside',
      DvcOutboundInterface: 'outside',
      SrcZone: 'in',
      SrcUsername: 'alice',
      SrcUsernameType: 'Simple',
      SrcBytes: 1800,
      DstZone: 'out',
      DstBytes: 7200,
      NetworkBytes: 9000,
      NetworkApplicationProtocol: 'HTTPS',
      NetworkRuleName: 'allow web',
      NetworkDirection: 'Outbound',
      AdditionalFields: { Policy: 'base', InstanceId: '3', ClientApplication: 'SSL client', ExternalId: '42' },
    },
  ],
  // Parted by semicolons, a broken time, an echo request.
  [
    `${HEAD}RNA:1003:1|CONNECTION STATISTICS|7|rt=1772445612000;bytesOut=74;end=1772445642000;"http://x.example/?P1=;1&P2=;2";start=1772445612000 ;src=10.0.1.5;dst=10.0.2.9;deviceExternalId=1;act=Block;app=ICMP;dvchost=192.0.2.1;externalId=43;spt=8;proto=1;reason=IP Block;Request=https://x.example;suser={'blockType': 0, 'blockLength': 35, 'data': 'No Authentication Required'};cs3=LAN;cs4=DMZ;cs3Label=ingressZone;cs4Label=egressZone;cs5Label=secIntelCategory`,
    {
      ...EACH,
      EventResult: 'Failure',
      EventResultDetails: 'Terminated',
      EventOriginalResultDetails: 'IP Block',
      EventSeverity: 'High',
      EventOriginalSeverity: '7',
      Dvc: '192.0.2.1',
      DvcHostname: undefined,
      DvcIpAddr: '192.0.2.1',
      DvcAction: 'Deny',
      DvcOriginalAction: 'Block',
      SrcIpAddr: '10.0.1.5',
      SrcZone: 'LAN',
      SrcBytes: 74,
      DstIpAddr: '10.0.2.9',
      DstZone: 'DMZ',
      NetworkBytes: 74,
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
      NetworkApplicationProtocol: 'ICMP',
      NetworkDirection: 'Local',
      AdditionalFields: { ClientUrl: 'https://x.example', ExternalId: '43' },
    },
  ],
  [
    `${HEAD}INTRUSION:400:129:15|STREAM5_BAD_RST|6|rt=1772445612000 start=1772445612000 src=10.0.1.5 spt=51512 dst=198.51.100.20 dpt=443 proto=TCP act=Would Be Blocked app=Unknown cat=Potentially Bad Traffic cs5Label=ipsPolicy cs5=strict cs6Label=ruleId cs6=15 cn1Label=vlan cn1=12 ${DEVICE}`,
    {
      ...EACH,
      ...AT_ONCE,
      ...ENDS,
      EventType: 'IDS',
      EventResult: 'Partial',
      EventResultDetails: 'Simulation',
      EventSeverity: 'Medium',
      EventOriginalSeverity: '6',
      EventOriginalType: 'INTRUSION EVENT',
      EventOriginalSubType: 'INTRUSION:400:129:15',
      EventMessage: 'STREAM5_BAD_RST',
      DvcOriginalAction: 'Would Be Blocked',
      SrcVlanId: '12',
      NetworkDirection: 'Outbound',
      ThreatName: 'STREAM5_BAD_RST',
      ThreatCategory: 'Potentially Bad Traffic',
      AdditionalFields: { IpsPolicy: 'strict', RuleId: '15' },
    },
  ],
  [
    `${HEAD}PV:112:7|POLICY VIOLATION|5|rt=1772445612000 c6a2=2001:DB8::9 c6a3=fd00::5 spt=5353 dpt=53 proto=17 act=Alerted suser=abc duser=def msg=a policy ${DEVICE}`,
    {
      ...EACH,
      ...AT_ONCE,
      EventSeverity: 'Medium',
      EventOriginalSeverity: '5',
      EventResultDetails: undefined,
      EventOriginalType: 'POLICY VIOLATION',
      EventOriginalSubType: 'PV:112:7',
      EventMessage: 'a policy',
      DvcOriginalAction: 'Alerted',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 5353,
      SrcUsername: 'abc',
      SrcUsernameType: 'Simple',
      DstIpAddr: 'fd00::5',
      DstPortNumber: 53,
      DstUsername: 'def',
      DstUsernameType: 'Simple',
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'Inbound',
    },
  ],
  [`${HEAD}FILELOG:500:1|FILE LOG|3|src=10.0.1.5 dst=198.51.100.20`, 'skipped:notConnection'],
  [`${HEAD}RNA:1003:1|CONNECTION STATISTICS|3|${TIMES} src= dst= act=Allow`, 'dead:badAddress'],
];
const TEXTS = LINES.map(([text]) => text);
const plain = (session: Session | string): Session | string =>
  typeof session === 'string' ? session : (JSON.parse(JSON.stringify(session)) as Session);
conforms({
  source: 'ciscoFirepower',
  content: `${TEXTS.join('\n')}\n`,
  expected: LINES.map(([, session]) => plain(session)),
  records: TEXTS,
});

const ROW = {
  TimeGenerated: '2026-03-02T10:01:00Z',
  DeviceVendor: 'Cisco',
  DeviceProduct: 'Firepower',
  DeviceVersion: '6.0',
  LogSeverity: '3',
  DeviceExternalID: '1',
  DeviceName: 'ftd1',
  Computer: 'localhost.localdomain',
  Type: 'CommonSecurityLog',
};
const ROWS: readonly [object, Session | string][] = [
  [
    {
      ...ROW,
      DeviceEventClassID: 'RNA:1003:1',
      Activity: 'CONNECTION STATISTICS',
      AdditionalExtensions: 'bytesIn=364;bytesOut=90;end=1772445642000;start=1772445612000',
      DeviceAction: 'Allow',
      ApplicationProtocol: 'DNS',
      DestinationDnsDomain: 'a.b.example.net',
      SourceIP: '10.0.1.5',
      SourcePort: 51512,
      DestinationIP: '198.51.100.20',
      DestinationPort: 53,
      Protocol: '17',
      Reason: 'File Monitor',
      SourceUserName: "{'blockType': 0, 'blockLength': 35, 'data': 'bob'}",
      DeviceCustomString2: 'rule',
      DeviceCustomString2Label: 'fwRule',
      DeviceCustomString3: 'Outside-Zone',
      DeviceCustomString3Label: 'egressZone',
      DeviceCustomString4: 'Inside-Zone',
      DeviceCustomString4Label: 'ingressZone',
    },
    {
      ...EACH,
      ...ENDS,
      EventResultDetails: 'Unknown',
      EventOriginalResultDetails: 'File Monitor',
      SrcUsername: 'bob',
      SrcUsernameType: 'Simple',
      SrcZone: 'Inside-Zone',
      SrcBytes: 90,
      DstPortNumber: 53,
      DstHostname: 'a',
      DstDomain: 'b.example.net',
      DstFQDN: 'a.b.example.net',
      DstDomainType: 'FQDN',
      DstZone: 'Outside-Zone',
      DstBytes: 364,
      NetworkBytes: 454,
      NetworkProtocol: 'UDP',
      NetworkApplicationProtocol: 'DNS',
      NetworkRuleName: 'rule',
      NetworkDirection: 'Outbound',
    },
  ],
  [{ ...ROW, DeviceEventClassID: 'RNA:20:1', Activity: 'x' }, 'skipped:notConnection'],
];
const JSON_ROWS = ROWS.map(([row]) => JSON.stringify(row));
conforms({
  source: 'ciscoFirepower',
  content: `${JSON_ROWS.join('\n')}\n`,
  expected: ROWS.map(([, session]) => plain(session)),
  records: JSON_ROWS,
  path: { container: 'am-commonsecuritylog', name: 'PT05M.json' },
});

describe('Firepower', () => {
  it.each([
    ['Allow', 'Allow', 'Success'],
    ['Monitor', 'Allow', 'Success'],
    ['Rewritten', 'Allow', 'Success'],
    ['Blocked', 'Deny', 'Failure'],
    ['Reject', 'Deny', 'Failure'],
    ['Block with reset', 'Reset', 'Failure'],
    ['Partial Block', 'Deny', 'Failure'],
    ['Dropped', 'Drop', 'Failure'],
    ['Would be Dropped', 'Allow', 'Partial'],
    ['Would be Rewritten', 'Allow', 'Partial'],
    ['Something', undefined, 'Success'],
  ])('maps the action %s', (word, action, result) => {
    const [session] = sessionsOf(
      normalizeAll(`${HEAD}RNA:1003:1|x|3|${TIMES} src=10.0.1.5 dst=198.51.100.20 act=${word} proto=6\n`),
    );
    expect([session?.DvcAction, session?.EventResult, session?.DvcOriginalAction]).toEqual([action, result, word]);
  });
});
