import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf, without } from './normalizing';

const EACH = {
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Fortinet',
  EventProduct: 'Fortigate',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'traffic:forward',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  DvcAction: 'Allow',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  SrcIpAddr: '10.0.1.5',
  DstIpAddr: '198.51.100.20',
  NetworkDirection: 'Outbound',
};
const at = (start: string, end: string): Session => ({
  TimeGenerated: `2026-03-02T${end}Z`,
  EventStartTime: `2026-03-02T${start}Z`,
  EventEndTime: `2026-03-02T${end}Z`,
});

const cef = (action: string, extension: string): string =>
  `CEF:0|Fortinet|Fortigate|v7.2.5|00013|traffic:forward ${action}|3|${extension}`;
const CEF = [
  cef(
    'close',
    'deviceExternalId=FG000 dvchost=fw1 FTNTFGTeventtime=1772445612123456789 FTNTFGTtz=+0000 FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTsubtype=forward FTNTFGTlevel=notice FTNTFGTvd=root src=10.0.1.5 shost=pc1 spt=51512 deviceInboundInterface=port1 FTNTFGTsrcintfrole=lan dst=198.51.100.20 dhost=www.example.net dpt=443 deviceOutboundInterface=port2 FTNTFGTdstintfrole=wan FTNTFGTsrccountry=Reserved FTNTFGTdstcountry=United States externalId=42 proto=6 act=close FTNTFGTpolicyid=7 FTNTFGTpolicyname=allow web FTNTFGTpoluuid=u-1 suser=EXAMPLE\\alice app=HTTPS FTNTFGTapp=HTTPS.BROWSER FTNTFGTappcat=Web.Client FTNTFGTtrandisp=snat sourceTranslatedAddress=203.0.113.4 sourceTranslatedPort=40111 FTNTFGTduration=30 out=1800 in=7200 FTNTFGTsentpkt=9 FTNTFGTrcvdpkt=11 FTNTFGTsrcmac=00:00:5e:00:53:01',
  ),
  // UTM cut what the policy accepted; before FortiOS 6.2 the time is in seconds and the prefix is longer.
  `<189>Mar  2 10:00:45 fw2 ${cef('accept', 'FortinetFortiGateeventtime=1772445612 cat=traffic:forward src=10.0.1.5 spt=51512 dst=198.51.100.20 dpt=80 proto=6 act=accept FortinetFortiGatesrcintfrole=undefined FortinetFortiGatedstintfrole=undefined FortinetFortiGateutmaction=block FortinetFortiGatecrscore=30 FortinetFortiGatepolicyid=7')}`,
  // By FortiAnalyzer: no prefix at all, a start that is the log's own time, and a zone.
  'CEF:0|Fortinet|FortiAnalyzer|v7.4|00013|traffic:forward deny|4|start=Mar 02 2026 10:00:12 eventtime=1772445612000 logid=0000000013 subtype=forward level=warning src=203.0.113.9 srcname=scanner spt=40022 dst=10.0.1.5 dpt=22 proto=6 duration=2 policyid=0 srcintfrole=wan dstintfrole=dmz service=SSH sentpkt=1 rcvdpkt=0 in=0 out=60 act=deny',
  // FortiOS 5.6: custom fields with labels; its time is the sender's.
  `<189>Mar  2 10:00:45 fw3 CEF:0|Fortinet|Fortigate|v5.6.0|00013|traffic:forward timeout|5|cat=traffic:forward src=10.0.1.5 spt=5353 dst=198.51.100.20 dpt=53 proto=17 act=timeout app=udp/53 cn1=30 cn1Label=duration cn2=3 cn2Label=sentpackets cn3=2 cn3Label=receivedpackets cs5=12 cs5Label=Policy Id FTNTFGTsrcintfrole=lan`,
  'CEF:0|Fortinet|Fortigate|v7.2.5|00012|traffic:local ip-conn|6|FTNTFGTeventtime=1772445612123456 cat=traffic:local src=2001:db8::9 dst=fd00::5 proto=58 act=ip-conn app=icmp6/128/0 FTNTFGTsrcintfrole=wan FTNTFGTdstintfrole=undefined FTNTFGTutmaction=allow',
  'CEF:0|Fortinet|Fortigate|v7.2.5|16384|utm:ips signature dropped|7|FTNTFGTeventtime=1772445612123456789 cat=utm:ips src=203.0.113.9 dst=10.0.1.5 act=dropped',
  'CEF:0|Fortinet|Fortigate|v7.2.5|00011|traffic:forward dns|3|FTNTFGTeventtime=1772445612123456789 cat=traffic:forward src=10.0.1.5 dst=198.51.100.53 act=dns',
  cef('close', 'FTNTFGTeventtime=1772445612123456789 cat=traffic:forward src=pc1.example.net dst=10.0.1.5 act=close'),
];
const CEF_SESSION = {
  ...EACH,
  ...at('09:59:42.123', '10:00:12.123'),
  EventSubType: 'End',
  EventOriginalSubType: 'forward',
  EventOriginalSeverity: '3',
  EventProductVersion: 'v7.2.5',
  EventMessage: 'traffic:forward close',
  Dvc: 'fw1',
  DvcHostname: 'fw1',
  DvcId: 'FG000',
  DvcIdType: 'Other',
  DvcOriginalAction: 'close',
  DvcInboundInterface: 'port1',
  DvcOutboundInterface: 'port2',
  SrcPortNumber: 51512,
  SrcHostname: 'pc1',
  SrcMacAddr: '00:00:5e:00:53:01',
  SrcUsername: 'EXAMPLE\\alice',
  SrcUsernameType: 'Windows',
  SrcNatIpAddr: '203.0.113.4',
  SrcNatPortNumber: 40111,
  SrcZone: 'lan',
  SrcBytes: 1800,
  SrcPackets: 9,
  DstPortNumber: 443,
  DstHostname: 'www',
  DstDomain: 'example.net',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.net',
  DstZone: 'wan',
  DstGeoCountry: 'United States',
  DstBytes: 7200,
  DstPackets: 11,
  NetworkBytes: 9000,
  NetworkPackets: 20,
  NetworkDuration: 30000,
  NetworkSessionId: '42',
  NetworkRuleNumber: 7,
  NetworkRuleName: 'allow web',
  NetworkApplicationProtocol: 'HTTPS',
  AdditionalFields: {
    ApplicationCategory: 'Web.Client',
    Application: 'HTTPS.BROWSER',
    VirtualDomain: 'root',
    LogId: '0000000013',
    PolicyUuid: 'u-1',
    TranslationDisposition: 'snat',
  },
};

conforms({
  source: 'fortinetFortiGate',
  content: `${CEF.join('\n')}\n`,
  records: CEF,
  expected: [
    CEF_SESSION,
    {
      ...EACH,
      ...at('10:00:12.000', '10:00:12.000'),
      EventOriginalSeverity: '3',
      EventProductVersion: 'v7.2.5',
      EventMessage: 'traffic:forward accept',
      EventResult: 'Failure',
      EventResultDetails: 'Terminated',
      EventSeverity: 'Low',
      Dvc: 'fw2',
      DvcHostname: 'fw2',
      DvcAction: 'Deny',
      DvcOriginalAction: 'accept',
      SrcPortNumber: 51512,
      DstPortNumber: 80,
      NetworkRuleNumber: 7,
      NetworkRuleName: '7',
      ThreatOriginalRiskLevel: '30',
      ThreatRiskLevel: 30,
      AdditionalFields: { UtmAction: 'block' },
    },
    {
      ...EACH,
      ...at('10:00:10.000', '10:00:12.000'),
      EventOriginalType: undefined,
      EventOriginalSubType: 'forward',
      EventOriginalSeverity: '4',
      EventProductVersion: 'v7.4',
      EventMessage: 'traffic:forward deny',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: 'Fortinet/Fortigate',
      DvcAction: 'Deny',
      DvcOriginalAction: 'deny',
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 40022,
      SrcHostname: 'scanner',
      SrcZone: 'wan',
      SrcBytes: 60,
      SrcPackets: 1,
      DstIpAddr: '10.0.1.5',
      DstPortNumber: 22,
      DstZone: 'dmz',
      DstBytes: 0,
      DstPackets: 0,
      NetworkBytes: 60,
      NetworkPackets: 1,
      NetworkDuration: 2000,
      NetworkRuleNumber: 0,
      NetworkRuleName: '0',
      NetworkApplicationProtocol: 'SSH',
      NetworkDirection: 'Inbound',
      AdditionalFields: { LogId: '0000000013' },
    },
    {
      ...EACH,
      ...at('10:00:15.000', '10:00:45.000'),
      EventOriginalSeverity: '5',
      EventProductVersion: 'v5.6.0',
      EventMessage: 'traffic:forward timeout',
      EventResult: 'Failure',
      EventResultDetails: 'Timeout',
      EventSeverity: 'Low',
      Dvc: 'fw3',
      DvcHostname: 'fw3',
      DvcAction: undefined,
      DvcOriginalAction: 'timeout',
      SrcPortNumber: 5353,
      SrcZone: 'lan',
      SrcPackets: 3,
      DstPortNumber: 53,
      DstPackets: 2,
      NetworkProtocol: 'UDP',
      NetworkPackets: 5,
      NetworkDuration: 30000,
      NetworkRuleNumber: 12,
      NetworkRuleName: '12',
    },
    {
      ...EACH,
      ...at('10:00:12.123', '10:00:12.123'),
      EventOriginalType: 'traffic:local',
      EventOriginalSeverity: '6',
      EventProductVersion: 'v7.2.5',
      EventMessage: 'traffic:local ip-conn',
      EventResultDetails: 'Routing issue',
      EventSeverity: 'High',
      Dvc: 'Fortinet/Fortigate',
      DvcAction: undefined,
      DvcOriginalAction: 'ip-conn',
      SrcIpAddr: '2001:db8::9',
      SrcZone: 'wan',
      DstIpAddr: 'fd00::5',
      NetworkProtocol: 'IPv6-ICMP',
      NetworkProtocolVersion: 'IPv6',
      NetworkIcmpCode: 128,
      NetworkIcmpType: 'Echo Request',
      NetworkDirection: 'Inbound',
      AdditionalFields: { UtmAction: 'allow', IcmpCode: '0' },
    },
    'skipped:notTraffic',
    'skipped:dnsOnly',
    'dead:badAddress',
  ].map((one) => (typeof one === 'string' ? one : JSON.parse(JSON.stringify(one)))),
});

/** The device's own keys. */
const OWN =
  'devname="fw1" devid="FG000" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.0.1.5 srcport=51512 srcintf="port1" srcintfrole="lan" dstip=198.51.100.20 dstport=443 dstintf="port2" dstintfrole="wan"';
const LINES = [
  `date=2026-03-02 time=11:00:12 ${OWN} eventtime=1772445612123456789 tz="+0100" proto=6 action="close" policyid=7 policyname="allow web" poluuid="u-1" user="EXAMPLE\\\\alice" srcname="pc1" dstname="www.example.net" srcmac="00:00:5e:00:53:01" sessionid=42 service="HTTPS" app="HTTPS.BROWSER" appcat="Web.Client" trandisp="snat" transip=203.0.113.4 transport=40111 srccountry="Reserved" dstcountry="United States" duration=30 sentbyte=1800 rcvdbyte=7200 sentpkt=9 rcvdpkt=11`,
  // An interim log of a long session; the time is the device's, an hour ahead.
  `<189>date=2026-03-02 time=11:00:12 tz="+0100" ${OWN} proto=17 action="accept" service="udp/7878" sessionid=43 duration=600 sentbyte=6000 rcvdbyte=0 sentdelta=576 rcvddelta=0`,
  // Where it stands in a relay's header, and translates the destination.
  `<189>Mar  2 10:00:45 192.0.2.1 date=2026-03-02 time=10:00:12 devid=FG000 logid=0000000013 type=traffic subtype=forward level=alert srcip=203.0.113.9 srcport=40022 srcintfrole=wan dstip=192.0.2.80 dstport=80 dstintfrole=undefined proto=6 action=client-rst trandisp=dnat tranip=10.0.1.80 tranport=8080 duration=0`,
  // CSV, as far as it goes.
  'date=2026-03-02,time=10:00:12,devname="fw,1",devid="FG000",logid=0001000014,type=traffic,subtype=local,level=notice,srcip=10.0.1.5,srcintfrole=lan,dstip=10.0.1.1,dstintfrole=dmz,proto=1,action=start,service="icmp/8/0",msg="a, b=c"',
  'date=2026-03-02 time=10:00:12 devid="FG000" logid="0100032001" type="event" subtype="system" level="information" action="login" srcip=192.0.2.9 dstip=10.0.1.1',
  `date=2026-03-02 time=10:00:12 ${OWN.replace('198.51.100.20', 'nowhere')} proto=6 action="close"`,
  '{"date":"2026-03-02","time":"10:00:12","devid":"FG000","logid":"0000000013","type":"traffic","subtype":"forward","level":"notice","srcip":"10.0.1.5","srcport":51512,"srcintfrole":"lan","dstip":"203.0.113.30","dstport":443,"dstintfrole":"wan","proto":6,"action":"server-rst","sentbyte":100,"rcvdbyte":200,"duration":1}',
];
const FROM_KEYS = { Dvc: 'FG000', DvcId: 'FG000', DvcIdType: 'Other', EventOriginalSubType: 'forward' };

conforms({
  source: 'fortinetFortiGate',
  content: `${LINES.join('\n')}\n`,
  records: LINES,
  expected: [
    {
      ...without(CEF_SESSION, 'EventProductVersion', 'EventMessage'),
      EventOriginalSeverity: 'notice',
    },
    {
      ...EACH,
      ...at('09:50:12.000', '10:00:12.000'),
      ...FROM_KEYS,
      EventOriginalSeverity: 'notice',
      Dvc: 'fw1',
      DvcHostname: 'fw1',
      DvcOriginalAction: 'accept',
      DvcInboundInterface: 'port1',
      DvcOutboundInterface: 'port2',
      SrcPortNumber: 51512,
      SrcZone: 'lan',
      SrcBytes: 6000,
      DstPortNumber: 443,
      DstZone: 'wan',
      DstBytes: 0,
      NetworkBytes: 6000,
      NetworkDuration: 600_000,
      NetworkProtocol: 'UDP',
      NetworkSessionId: '43',
      AdditionalFields: {
        VirtualDomain: 'root',
        LogId: '0000000013',
        SrcBytesSinceLastLog: '576',
        DstBytesSinceLastLog: '0',
      },
    },
    {
      ...EACH,
      ...at('10:00:12.000', '10:00:12.000'),
      ...FROM_KEYS,
      EventOriginalSeverity: 'alert',
      EventResult: 'Failure',
      EventResultDetails: 'Reset',
      EventSeverity: 'High',
      DvcAction: 'Reset Source',
      DvcOriginalAction: 'client-rst',
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 40022,
      SrcZone: 'wan',
      DstIpAddr: '192.0.2.80',
      DstPortNumber: 80,
      DstNatIpAddr: '10.0.1.80',
      DstNatPortNumber: 8080,
      NetworkDuration: 0,
      NetworkDirection: 'External',
      AdditionalFields: { LogId: '0000000013', TranslationDisposition: 'dnat' },
    },
    {
      ...EACH,
      ...at('10:00:12.000', '10:00:12.000'),
      ...FROM_KEYS,
      EventSubType: 'Start',
      EventOriginalType: 'traffic:local',
      EventOriginalSubType: 'local',
      EventOriginalSeverity: 'notice',
      EventMessage: 'a, b=c',
      DvcOriginalAction: 'start',
      SrcZone: 'lan',
      DstIpAddr: '10.0.1.1',
      DstZone: 'dmz',
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
      NetworkDirection: 'Local',
      AdditionalFields: { IcmpCode: '0', LogId: '0001000014', DvcHostname: 'fw,1' },
    },
    'skipped:notTraffic',
    'dead:badAddress',
    {
      ...EACH,
      ...at('10:00:11.000', '10:00:12.000'),
      ...FROM_KEYS,
      EventOriginalSeverity: 'notice',
      EventResult: 'Failure',
      EventResultDetails: 'Reset',
      EventSeverity: 'Low',
      DvcAction: 'Reset Destination',
      DvcOriginalAction: 'server-rst',
      SrcPortNumber: 51512,
      SrcZone: 'lan',
      SrcBytes: 100,
      DstIpAddr: '203.0.113.30',
      DstPortNumber: 443,
      DstZone: 'wan',
      DstBytes: 200,
      NetworkBytes: 300,
      NetworkDuration: 1000,
      AdditionalFields: { LogId: '0000000013' },
    },
  ],
});

const ROW = {
  TimeGenerated: '2026-03-02T10:00:46.1234567Z',
  Computer: 'collector1',
  DeviceVendor: 'Fortinet',
  DeviceProduct: 'FortiGate-100F',
  DeviceVersion: 'v7.2.5',
  DeviceEventClassID: '00013',
  Activity: 'traffic:forward close',
  DeviceEventCategory: 'traffic:forward',
  LogSeverity: '3',
  DeviceAction: 'close',
  Protocol: '6',
  SourceIP: '10.0.1.5',
  SourcePort: 51512,
  DestinationIP: '198.51.100.20',
  DestinationPort: 443,
  Type: 'CommonSecurityLog',
};
const { DeviceEventCategory: _, DeviceAction: __, ...BARE_ROW } = ROW;
const ROWS: object[] = [
  {
    ...ROW,
    DeviceName: 'fw1',
    DeviceExternalID: 'FG000',
    ExtID: '42',
    SentBytes: 1800,
    ReceivedBytes: 7200,
    SourceTranslatedAddress: '203.0.113.4',
    SourceTranslatedPort: 40111,
    StartTime: '2026-03-02T09:59:42Z',
    AdditionalExtensions:
      'FTNTFGTeventtime=1772445612123456789;FTNTFGTsrcintfrole=lan;FTNTFGTdstintfrole=wan;FTNTFGTduration=30;FTNTFGTsentpkt=9;FTNTFGTrcvdpkt=11;FTNTFGTpolicyid=7;FTNTFGTlevel=notice',
  },
  // Category and action only in the texts, the session in its older column, the start among the extensions.
  {
    ...BARE_ROW,
    Activity: 'traffic:forward accept',
    ExternalID: 43,
    AdditionalExtensions:
      'start=2026-03-02T10:00:40.000Z;srcintfrole=internal;dstintfrole=wan;cat=traffic;utmaction=allow',
  },
  { ...ROW, DeviceEventCategory: 'event:system', Activity: 'event:system' },
];
const ROW_LINES = ROWS.map((row) => JSON.stringify(row));

conforms({
  source: 'fortinetFortiGate',
  content: `${ROW_LINES.join('\n')}\n`,
  records: ROW_LINES,
  path: { container: 'am-commonsecuritylog', name: 'y=2026/m=03/d=02/h=10/m=00/PT05M.json' },
  expected: [
    {
      ...without(
        CEF_SESSION,
        ...['EventOriginalSubType', 'DvcInboundInterface', 'DvcOutboundInterface', 'NetworkApplicationProtocol'],
        ...['SrcHostname', 'SrcMacAddr', 'SrcUsername', 'SrcUsernameType', 'DstHostname', 'DstDomain', 'DstDomainType'],
        ...['DstFQDN', 'DstGeoCountry', 'AdditionalFields'],
      ),
      ...at('09:59:42.000', '10:00:12.123'),
      NetworkRuleName: '7',
    },
    {
      ...EACH,
      ...at('10:00:40.000', '10:00:40.000'),
      EventOriginalType: 'traffic',
      EventOriginalSeverity: '3',
      EventProductVersion: 'v7.2.5',
      EventMessage: 'traffic:forward accept',
      Dvc: 'collector1',
      DvcHostname: 'collector1',
      DvcOriginalAction: 'accept',
      SrcPortNumber: 51512,
      SrcZone: 'internal',
      DstPortNumber: 443,
      DstZone: 'wan',
      NetworkSessionId: '43',
      AdditionalFields: { UtmAction: 'allow' },
    },
    'skipped:notTraffic',
  ],
});

describe('FortiGate traffic', () => {
  const one = (extension: string): Session => {
    const line = cef('', `FTNTFGTeventtime=1772445612 cat=traffic:forward src=10.0.1.5 dst=198.51.100.20 ${extension}`);
    return sessionsOf(normalizeAll(`${line}\n`))[0] ?? {};
  };

  it.each([
    ['act=accept', 'Allow', 'Success', undefined],
    ['act=start', 'Allow', 'Success', undefined],
    ['act=close', 'Allow', 'Success', undefined],
    ['act=close FTNTFGTutmaction=allow', 'Allow', 'Success', undefined],
    ['act=close FTNTFGTutmaction=blocked', 'Deny', 'Failure', 'Terminated'],
    ['act=close FTNTFGTutmaction=reset', 'Deny', 'Failure', 'Terminated'],
    ['act=close FTNTFGTutmaction=dropped', 'Deny', 'Failure', 'Terminated'],
    ['act=deny', 'Deny', 'Failure', undefined],
    ['act=deny FTNTFGTutmaction=block', 'Deny', 'Failure', undefined],
    ['act=client-rst', 'Reset Source', 'Failure', 'Reset'],
    ['act=client-rst FTNTFGTutmaction=block', 'Reset Source', 'Failure', 'Reset'],
    ['act=server-rst FTNTFGTutmaction=allow', 'Reset Destination', 'Failure', 'Reset'],
    ['act=timeout', undefined, 'Failure', 'Timeout'],
    ['act=timeout FTNTFGTutmaction=allow', undefined, 'Success', 'Timeout'],
    ['act=ip-conn', undefined, 'Failure', 'Routing issue'],
    ['act=constructor', undefined, 'Success', undefined],
  ])('tells what became of %s', (extension, DvcAction, EventResult, EventResultDetails) => {
    const session = one(extension);
    expect([session.DvcAction, session.EventResult, session.EventResultDetails]).toEqual([
      DvcAction,
      EventResult,
      EventResultDetails,
    ]);
  });

  it.each([
    ['lan', 'wan', 'Outbound'],
    ['dmz', 'wan', 'Outbound'],
    ['wan', 'lan', 'Inbound'],
    ['lan', 'dmz', 'Local'],
    // The addresses say it: from inside to outside.
    ['wan', 'wan', 'Outbound'],
    ['undefined', 'undefined', 'Outbound'],
  ])('goes from role %s to %s: %s', (from, to, direction) => {
    expect(one(`FTNTFGTsrcintfrole=${from} FTNTFGTdstintfrole=${to}`).NetworkDirection).toBe(direction);
  });

  it.each([
    ['1', 'Informational'],
    ['3', 'Informational'],
    ['4', 'Low'],
    ['5', 'Low'],
    ['6', 'High'],
    ['8', 'High'],
    ['', 'Informational'],
  ])('has level %j as %s', (level, severity) => {
    const line = `CEF:0|Fortinet|Fortigate|v7|00013|traffic:forward close|${level}|FTNTFGTeventtime=1772445612 src=10.0.1.5 dst=10.0.1.6 act=close`;
    expect(sessionsOf(normalizeAll(line))[0]?.EventSeverity).toBe(severity);
  });

  it('reads a time by its digits', () => {
    for (const time of ['1772445612', '1772445612000', '1772445612000000', '1772445612000000000'])
      expect(one(`FTNTFGTeventtime=${time}`).TimeGenerated).toBe('2026-03-02T10:00:12.000Z');
  });

  it('takes a value with semicolons and pairs in it whole', () => {
    const line = `date=2026-03-02 time=10:00:12 ${OWN} action="close" policyname="a;srcintfrole=wan;dstintfrole=lan"`;
    expect(sessionsOf(normalizeAll(line))[0]).toMatchObject({
      NetworkRuleName: 'a;srcintfrole=wan;dstintfrole=lan',
      SrcZone: 'lan',
      NetworkDirection: 'Outbound',
    });
  });

  it('leaves other products of the vendor alone', () => {
    expect(
      kindsOf(normalizeAll('CEF:0|Fortinet|FortiWeb|1|1|traffic|3|cat=traffic src=10.0.1.5 dst=10.0.1.6')),
    ).toEqual(['skipped:otherProduct']);
  });
});
