import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:00:12.000Z',
  EventCount: 1,
  EventType: 'IDS',
  EventVendor: 'Check Point',
  EventProduct: 'SmartDefense',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Failure',
  EventSeverity: 'High',
  EventOriginalSeverity: 'High',
  EventOriginalSubType: 'Web probe',
  EventProductVersion: 'R81',
  DvcAction: 'Deny',
  DvcOriginalAction: 'Prevent',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Inbound',
};
const plain = (sessions: readonly (Session | string)[]): (Session | string)[] =>
  sessions.map((one) => (typeof one === 'string' ? one : (JSON.parse(JSON.stringify(one)) as Session)));

const cef = (extension: string, severity = 'High'): string =>
  `CEF:0|Check Point|SmartDefense|R81|IPS|Web probe|${severity}|rt=1772445612000 ${extension}`;
const ENDS = 'spt=40022 dpt=443 proto=6 src=203.0.113.9 dst=10.0.1.5';
const CEF = [
  `<187>Mar  2 10:00:13 gw9 ${cef(`act=Prevent deviceDirection=0 cp_severity=High cnt=69 cs1Label=Threat Prevention Rule Name cs1=protect cs2Label=Protection ID cs2=p-1 cs3Label=Protection Type cs3=IPS cs4Label=Protection Name cs4=Probe of x cs4Label=Threat Prevention Rule ID cs4=r-1 flexNumber1Label=Confidence flexNumber1=3 flexNumber2Label=Performance Impact flexNumber2=2 flexString2Label=Attack Information flexString2=Probing for x in=7200 out=1800 msg=Enforcement violation loguid={0x1,0x2,0x3,0x4} origin=192.0.2.1 originsicname=CN\\=gw1,O\\=mgmt version=5 rule=7 rule_name=in web suser=bob sourceServiceName=curl shost=scanner Signature=CVE-2026-0001 ${ENDS}`)}`,
  // It only looked on; the severity is a figure.
  cef(`act=Detect ${ENDS}`, '5'),
  cef(`act=Drop cp_severity=Low ${ENDS}`, 'Unknown'),
  // One end is enough for an attack.
  cef('act=Accept src=2001:db8::9 proto=17', 'Very-High'),
  cef('act=Reject', 'Low'),
  cef('act=Prevent src=nowhere', 'Low'),
];
const FIRST = {
  ...EACH,
  EventCount: 69,
  EventMessage: 'Enforcement violation',
  EventProductVersion: '5',
  Dvc: 'gw1',
  DvcHostname: 'gw1',
  DvcIpAddr: '192.0.2.1',
  SrcHostname: 'scanner',
  SrcUsername: 'bob',
  SrcUsernameType: 'Simple',
  SrcAppName: 'curl',
  SrcAppType: 'Other',
  SrcBytes: 1800,
  DstBytes: 7200,
  NetworkBytes: 9000,
  NetworkRuleName: 'in web',
  NetworkRuleNumber: 7,
  ThreatName: 'Probing for x',
  ThreatId: 'p-1',
  ThreatCategory: 'IPS',
  ThreatOriginalConfidence: '3',
  ThreatConfidence: 60,
  AdditionalFields: {
    PerformanceImpact: '2',
    ThreatPreventionRuleName: 'protect',
    ProtectionName: 'Probe of x',
    CommunicationDirection: '0',
  },
};

conforms({
  source: 'checkPointSmartDefense',
  content: `${CEF.join('\n')}\n`,
  records: CEF,
  expected: plain([
    FIRST,
    {
      ...EACH,
      EventResult: 'Success',
      EventSeverity: 'Medium',
      EventOriginalSeverity: '5',
      Dvc: 'Check Point/SmartDefense',
      DvcAction: 'Allow',
      DvcOriginalAction: 'Detect',
    },
    {
      ...EACH,
      EventSeverity: 'Low',
      EventOriginalSeverity: 'Unknown',
      Dvc: 'Check Point/SmartDefense',
      DvcAction: 'Drop',
      DvcOriginalAction: 'Drop',
    },
    {
      ...EACH,
      EventResult: 'Success',
      EventOriginalSeverity: 'Very-High',
      Dvc: 'Check Point/SmartDefense',
      DvcAction: 'Allow',
      DvcOriginalAction: 'Accept',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: undefined,
      DstIpAddr: undefined,
      DstPortNumber: undefined,
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'NA',
    },
    'skipped:noAddresses',
    'dead:badAddress',
  ]),
});

const OWN = '<134>1 2026-03-02T10:00:13Z mgmt CheckPoint 1930 -';
const LINES = [
  `${OWN} [action:"Prevent"; ifdir:"inbound"; ifname:"eth1"; loguid:"{0x1,0x2,0x3,0x4}"; origin:"192.0.2.1"; originsicname:"CN=gw1,O=mgmt..x"; time:"1772445612"; version:"5"; attack:"Web probe"; attack_info:"Probing for x"; confidence_level:"3"; performance_impact:"2"; protection_id:"p-1"; protection_name:"Probe of x"; protection_type:"IPS"; product:"SmartDefense"; severity:"3"; rule:"7"; rule_name:"in web"; proto:"6"; s_port:"40022"; service:"443"; src:"203.0.113.9"; dst:"10.0.1.5"; sent_bytes:"1800"; received_bytes:"7200"; suppressed_logs:"1"]`,
  'time=1772445612|hostname=gw1|severity=4|product=Anti-Bot|action=Block|ifdir=outbound|loguid={0x1,0x2,0x3,0x6}|origin=192.0.2.1|protection_name=C&C x|proto=17|src=10.0.1.5|dst=203.0.113.30|s_port=5353|service=53',
  `${OWN} - {"action":"Detect","loguid":"{0x1,0x2,0x3,0x7}","origin":"gw3","product":"IPS","time":"1772445612","severity":"1","src":"10.0.1.5","dst":"10.0.1.6","proto":"6"}`,
  `${OWN} [loguid:"{0x1,0x2,0x3,0x8}"; origin:"192.0.2.1"; product:"Threat Emulation"; description:"installed"; severity:"0"]`,
];

conforms({
  source: 'checkPointSmartDefense',
  content: `${LINES.join('\n')}\n`,
  records: LINES,
  expected: plain([
    {
      ...EACH,
      EventMessage: 'Web probe',
      EventOriginalSubType: 'Probe of x',
      EventProductVersion: '5',
      Dvc: 'gw1',
      DvcHostname: 'gw1',
      DvcIpAddr: '192.0.2.1',
      DvcInboundInterface: 'eth1',
      SrcBytes: 1800,
      DstBytes: 7200,
      NetworkBytes: 9000,
      NetworkRuleName: 'in web',
      NetworkRuleNumber: 7,
      ThreatName: 'Probing for x',
      ThreatId: 'p-1',
      ThreatCategory: 'IPS',
      ThreatOriginalConfidence: '3',
      ThreatConfidence: 60,
      AdditionalFields: { PerformanceImpact: '2', ProtectionName: 'Probe of x' },
    },
    {
      ...EACH,
      EventOriginalSeverity: 'Critical',
      EventOriginalSubType: 'C&C x',
      EventProductVersion: undefined,
      Dvc: '192.0.2.1',
      DvcIpAddr: '192.0.2.1',
      DvcOriginalAction: 'Block',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 5353,
      DstIpAddr: '203.0.113.30',
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      NetworkDirection: 'Outbound',
      ThreatName: 'C&C x',
      AdditionalFields: { ProtectionName: 'C&C x' },
    },
    {
      ...EACH,
      EventResult: 'Success',
      EventSeverity: 'Low',
      EventOriginalSeverity: 'Low',
      EventOriginalSubType: undefined,
      EventProductVersion: undefined,
      Dvc: 'gw3',
      DvcHostname: 'gw3',
      DvcAction: 'Allow',
      DvcOriginalAction: 'Detect',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: undefined,
      DstIpAddr: '10.0.1.6',
      DstPortNumber: undefined,
      NetworkDirection: 'Local',
    },
    'skipped:noAddresses',
  ]),
});

const ROW_LINES = [
  {
    TimeGenerated: '2026-03-02T10:00:46Z',
    DeviceVendor: 'Check Point',
    DeviceProduct: 'SmartDefense',
    DeviceVersion: 'R81',
    DeviceEventClassID: 'IPS',
    Activity: 'Web probe',
    LogSeverity: 'High',
    DeviceAction: 'Prevent',
    Protocol: '6',
    SourceIP: '203.0.113.9',
    SourcePort: 40022,
    SourceHostName: 'scanner',
    SourceUserName: 'bob',
    SourceServiceName: 'curl',
    DestinationIP: '10.0.1.5',
    DestinationPort: 443,
    SentBytes: 1800,
    ReceivedBytes: 7200,
    EventCount: 69,
    CommunicationDirection: '0',
    Message: 'Enforcement violation',
    ReceiptTime: '1772445612000',
    DeviceCustomString1: 'protect',
    DeviceCustomString1Label: 'Threat Prevention Rule Name',
    DeviceCustomString2: 'p-1',
    DeviceCustomString2Label: 'Protection ID',
    DeviceCustomString3: 'IPS',
    DeviceCustomString3Label: 'Protection Type',
    DeviceCustomString4: 'Probe of x',
    DeviceCustomString4Label: 'Protection Name',
    FlexNumber1: 3,
    FlexNumber1Label: 'Confidence',
    FlexNumber2: 2,
    FlexNumber2Label: 'Performance Impact',
    FlexString2: 'Probing for x',
    FlexString2Label: 'Attack Information',
    AdditionalExtensions:
      'version=5;rule=7;rule_name=in web;loguid={0x1,0x2,0x3,0x4};originsicname=CN\\=gw1,O\\=mgmt;origin=192.0.2.1',
    Type: 'CommonSecurityLog',
  },
].map((row) => JSON.stringify(row));

conforms({
  source: 'checkPointSmartDefense',
  content: `${ROW_LINES.join('\n')}\n`,
  records: ROW_LINES,
  expected: [FIRST],
});

describe('SmartDefense', () => {
  it.each([
    ['1', 'Low'],
    ['6', 'Medium'],
    ['10', 'High'],
    ['Informational', 'Informational'],
    ['Medium', 'Medium'],
    ['Critical', 'High'],
    // By the action, which lets it pass.
    ['Unknown', 'Informational'],
  ])('rates %s as %s', (severity, expected) => {
    const [session] = sessionsOf(normalizeAll(cef(`act=Detect ${ENDS}`, severity)));
    expect(session?.EventSeverity).toBe(expected);
  });

  it.each([
    ['0', 0],
    ['5', 100],
    ['6', undefined],
  ])('has confidence %s as %s', (confidence, expected) => {
    const extension = `flexNumber1Label=Confidence flexNumber1=${confidence} ${ENDS}`;
    expect(sessionsOf(normalizeAll(cef(extension)))[0]?.ThreatConfidence).toBe(expected);
  });
});
