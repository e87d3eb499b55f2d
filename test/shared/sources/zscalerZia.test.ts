import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const at = (start: string, end: string): Session => ({
  TimeGenerated: `2026-03-02T10:00:${end}Z`,
  EventStartTime: `2026-03-02T10:00:${start}Z`,
  EventEndTime: `2026-03-02T10:00:${end}Z`,
});
const EACH = {
  ...at('12.000', '42.000'),
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Zscaler',
  EventProduct: 'ZIA Firewall',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Allow',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkDuration: 30000,
  NetworkDirection: 'Outbound',
};
const ENDS = {
  SrcUsername: 'alice@example.net',
  SrcUsernameType: 'UPN',
  SrcNatIpAddr: '203.0.113.4',
  SrcNatPortNumber: 40111,
  SrcBytes: 1800,
  DstNatIpAddr: '198.51.100.20',
  DstNatPortNumber: 443,
  DstGeoCountry: 'Exampleland',
  DstBytes: 7200,
  DstAppName: 'ssl',
  DstAppType: 'Service',
  NetworkBytes: 9000,
  NetworkApplicationProtocol: 'HTTPS',
  NetworkRuleName: 'Web out',
};
const FROM_CEF = {
  Dvc: 'zscaler-nss-fw',
  DvcHostname: 'zscaler-nss-fw',
  EventOriginalSeverity: '3',
  EventProductVersion: '5.7',
};
const plain = (sessions: readonly (Session | string)[]): (Session | string)[] =>
  sessions.map((one) => (typeof one === 'string' ? one : (JSON.parse(JSON.stringify(one)) as Session)));

const cef = (action: string, extension: string): string =>
  `Mar 02 10:00:42 zscaler-nss-fw CEF:0|Zscaler|NSSFWlog|5.7|${action}|Web out|3| act=${action} src=10.0.1.5 spt=51512 dst=198.51.100.20 dpt=443 proto=TCP cn1=30000 cn1Label=durationms ${extension}`;
const CEF = [
  cef(
    'Allow',
    'suser=alice@example.net deviceTranslatedAddress=203.0.113.4 deviceTranslatedPort=40111 destinationTranslatedAddress=198.51.100.20 destinationTranslatedPort=443 sourceTranslatedAddress=192.0.2.7 sourceTranslatedPort=0 tunnelType=GRE dnat=No stateful=Yes spriv=HQ reason=Web out in=7200 out=1800 rt=Mar 02 10:00:42 deviceDirection=1 cs1=Sales cs1Label=dept cs2=HTTPS cs2Label=nwService cs3=ssl cs3Label=nwApp cs4=No cs4Label=aggregated cs5=None cs5Label=threatcat cs6=None cs6label=threatname cn2=1 cn2Label=numsessions cs5Label=ipCat cs5=Internet Services destCountry=Exampleland avgduration=30000',
  ),
  // Sessions of some minutes together; the user is unknown, so the location stands for it.
  cef(
    'Block/Drop',
    'suser=HQ%20West spriv=HQ%20West deviceTranslatedAddress=0.0.0.0 sourceTranslatedAddress=192.0.2.7 sourceTranslatedPort=0 cs2=None cs2Label=nwService cs3=None cs3Label=nwApp cs4=Yes cs4Label=aggregated cs6=Bad.Bot cs6label=threatname cn2=7 cn2Label=numsessions cat=Botnet Callback destCountry=NA in=0 out=420',
  ),
  cef('Allow due to insufficient app data', 'suser=Unknown cn2=0 cn2Label=numsessions')
    .replace('src=10.0.1.5', 'src=fd00::5')
    .replace('dst=198.51.100.20', 'dst=2001:db8::9'),
  cef('IPS Reset', '').replace('dst=198.51.100.20', 'dst='),
  'Mar 02 10:00:42 zscaler-nss CEF:0|Zscaler|NSSWeblog|5.7|Allowed|Allowed|3| act=Allowed src=10.0.1.5 dst=198.51.100.20',
];

conforms({
  source: 'zscalerZia',
  content: `${CEF.slice(0, 4).join('\n')}\n`,
  records: CEF.slice(0, 4),
  expected: plain([
    {
      ...EACH,
      ...ENDS,
      ...FROM_CEF,
      AdditionalFields: {
        Department: 'Sales',
        Location: 'HQ',
        Aggregated: 'No',
        TunnelType: 'GRE',
        TunnelIpAddr: '192.0.2.7',
        Reason: 'Web out',
      },
    },
    {
      ...EACH,
      ...FROM_CEF,
      EventCount: 7,
      EventResult: 'Failure',
      EventSeverity: 'Low',
      DvcAction: 'Drop',
      DvcOriginalAction: 'Block/Drop',
      SrcNatIpAddr: '192.0.2.7',
      SrcBytes: 420,
      DstBytes: 0,
      NetworkBytes: 420,
      NetworkRuleName: 'Web out',
      ThreatCategory: 'Botnet Callback',
      ThreatName: 'Bad.Bot',
      AdditionalFields: { Location: 'HQ West', Aggregated: 'Yes', TunnelIpAddr: '192.0.2.7' },
    },
    {
      ...EACH,
      ...FROM_CEF,
      DvcOriginalAction: 'Allow due to insufficient app data',
      SrcIpAddr: 'fd00::5',
      DstIpAddr: '2001:db8::9',
      NetworkProtocolVersion: 'IPv6',
      NetworkRuleName: 'Web out',
    },
    'dead:badAddress',
  ]),
});

const EVENT = {
  datetime: 'Mon Mar  2 10:00:42 2026',
  user: 'alice%40example.net',
  department: 'Sales',
  locationname: 'HQ%20West',
  cdport: '443',
  csport: '51512',
  sdport: '443',
  ssport: '40111',
  csip: '10.0.1.5',
  cdip: '198.51.100.20',
  ssip: '203.0.113.4',
  sdip: '198.51.100.20',
  tsip: '0.0.0.0',
  tunsport: '0',
  tuntype: 'L2 tunnel',
  action: 'Allow',
  aggregate: 'No',
  nwsvc: 'HTTPS',
  nwapp: 'ssl',
  proto: 'TCP',
  ipcat: 'Finance',
  destcountry: 'Exampleland',
  rulelabel: 'Web%20out',
  inbytes: '7200',
  outbytes: '1800',
  durationms: '30000',
  numsessions: '1',
  ipsrulelabel: 'None',
  threatcat: 'None',
  threatname: 'None',
  deviceowner: 'NA',
  devicehostname: 'PC1',
};
const feed = (event: object): string => JSON.stringify({ sourcetype: 'zscalernss-fw', event });
const JSON_LINES = [
  feed(EVENT),
  // Numbers as such, another zone, an action that is not listed.
  feed({
    ...EVENT,
    tz: 'CET',
    datetime: 'Mon Mar  2 11:00:42 2026',
    action: 'Blocked',
    csport: 51512,
    user: 'Unknown',
    numsessions: 3,
    deviceowner: 'bob',
    devicehostname: 'NA',
    ipsrulelabel: 'Default%20IPS',
  }),
  JSON.stringify({ sourcetype: 'zscalernss-web', event: { url: 'www.example.net' } }),
  JSON.stringify({ sourcetype: 'zscalernss-fw', event: 'nothing' }),
];
const FROM_FEED = {
  ...EACH,
  ...ENDS,
  Dvc: 'Zscaler/ZIA Firewall',
  SrcHostname: 'PC1',
  AdditionalFields: {
    Department: 'Sales',
    Location: 'HQ West',
    Aggregated: 'No',
    IpCategory: 'Finance',
    TunnelType: 'L2 tunnel',
  },
};

conforms({
  source: 'zscalerZia',
  content: `${JSON_LINES.join('\n')}\n`,
  records: JSON_LINES,
  expected: plain([
    FROM_FEED,
    {
      ...FROM_FEED,
      EventCount: 3,
      EventResult: 'Failure',
      EventSeverity: 'Low',
      DvcAction: 'Deny',
      DvcOriginalAction: 'Blocked',
      SrcHostname: undefined,
      SrcUsername: undefined,
      SrcUsernameType: undefined,
      AdditionalFields: { ...FROM_FEED.AdditionalFields, IpsRule: 'Default IPS', DeviceOwner: 'bob' },
    },
    'skipped:otherFeed',
    'dead:noEvent',
  ]),
});

const LINES = [
  // As the vendor preset it.
  '"Mon Mar  2 10:00:42 2026","alice@example.net","Sales","HQ West","443","51512","443","40111","10.0.1.5","198.51.100.20","203.0.113.4","198.51.100.20","0.0.0.0","0","L2 tunnel","Allow","No","Yes","No","HTTPS","ssl","TCP","Finance","Exampleland","30000","Web out","7200","1800","30","30000","1","None","None","None","NA","PC1"',
  '<134>Mar  2 10:00:45 nss1 datetime=Mon Mar  2 10:00:42 2026\tuser=alice@example.net\tdepartment=Sales\tlocationname=HQ West\tcdport=443\tcsport=51512\tsdport=443\tssport=40111\tcsip=10.0.1.5\tcdip=198.51.100.20\tssip=203.0.113.4\tsdip=198.51.100.20\ttsip=0.0.0.0\tttype=L2 tunnel\taction=Allow\taggregate=No\tnwsvc=HTTPS\tnwapp=ssl\tipproto=TCP\tipcat=Finance\tdestcountry=Exampleland\trulelabel=Web out\tinbytes=7200\toutbytes=1800\tdurationms=30000\tnumsessions=1\tdevicehostname=PC1',
  // The time is its header's.
  '<134>Mar  2 10:00:42 nss1 csip=10.0.1.5 csport="51512" cdip=203.0.113.30 cdport=53 proto=UDP action="Block/ICMP"',
  '"Mon Mar  2 10:00:42 2026","a","b","c","443","51512","443","0","10.0.1.5","198.51.100.20","0.0.0.0"',
];

conforms({
  source: 'zscalerZia',
  content: `${LINES.join('\n')}\n`,
  records: LINES,
  expected: plain([
    FROM_FEED,
    FROM_FEED,
    {
      ...EACH,
      ...at('42.000', '42.000'),
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: 'Zscaler/ZIA Firewall',
      DvcAction: 'Drop ICMP',
      DvcOriginalAction: 'Block/ICMP',
      DstIpAddr: '203.0.113.30',
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      NetworkDuration: undefined,
    },
    'dead:malformedCsv',
  ]),
});

const ROW_LINES = [
  {
    TimeGenerated: '2026-03-02T10:00:42Z',
    Computer: 'zscaler-nss-fw',
    DeviceVendor: 'Zscaler',
    DeviceProduct: 'NSSFWlog',
    DeviceVersion: '5.7',
    DeviceEventClassID: 'Allow',
    Activity: 'Web out',
    LogSeverity: '3',
    DeviceAction: 'Allow',
    Protocol: 'TCP',
    SourceIP: '10.0.1.5',
    SourcePort: 51512,
    SourceUserName: 'alice@example.net',
    SourceUserPrivileges: 'HQ',
    SourceTranslatedAddress: '192.0.2.7',
    SourceTranslatedPort: 0,
    DestinationIP: '198.51.100.20',
    DestinationPort: 443,
    DestinationTranslatedAddress: '198.51.100.20',
    DestinationTranslatedPort: 443,
    DeviceTranslatedAddress: '203.0.113.4',
    SentBytes: 1800,
    ReceivedBytes: 7200,
    Reason: 'Web out',
    DeviceCustomString1: 'Sales',
    DeviceCustomString1Label: 'dept',
    DeviceCustomString2: 'HTTPS',
    DeviceCustomString2Label: 'nwService',
    DeviceCustomString3: 'ssl',
    DeviceCustomString3Label: 'nwApp',
    DeviceCustomString4: 'No',
    DeviceCustomString4Label: 'aggregated',
    DeviceCustomString5: 'Finance',
    DeviceCustomString5Label: 'ipCat',
    DeviceCustomString6: 'None',
    FieldDeviceCustomNumber1: 30000,
    DeviceCustomNumber1Label: 'durationms',
    FieldDeviceCustomNumber2: 1,
    DeviceCustomNumber2Label: 'numsessions',
    AdditionalExtensions:
      'deviceTranslatedPort=40111;tunnelType=GRE;dnat=No;destCountry=Exampleland;cs6label=threatname',
    Type: 'CommonSecurityLog',
  },
].map((row) => JSON.stringify(row));

conforms({
  source: 'zscalerZia',
  content: `${ROW_LINES.join('\n')}\n`,
  records: ROW_LINES,
  path: { container: 'am-commonsecuritylog', name: 'y=2026/m=03/d=02/h=10/m=00/PT05M.json' },
  expected: [
    {
      ...EACH,
      ...ENDS,
      ...FROM_CEF,
      AdditionalFields: {
        Department: 'Sales',
        Location: 'HQ',
        Aggregated: 'No',
        IpCategory: 'Finance',
        TunnelType: 'GRE',
        TunnelIpAddr: '192.0.2.7',
        Reason: 'Web out',
      },
    },
  ],
});

describe('Zscaler firewall', () => {
  it.each([
    ['Allow', 'Allow', 'Success', 'Informational'],
    ['Drop', 'Drop', 'Failure', 'Low'],
    ['IPS Drop', 'Drop', 'Failure', 'Low'],
    ['Block ICMP', 'Drop ICMP', 'Failure', 'Low'],
    ['Block/Reset', 'Reset', 'Failure', 'Low'],
    ['IPS Reset', 'Reset', 'Failure', 'Low'],
    ['Reset', 'Reset', 'Failure', 'Low'],
    ['OutOfRange', undefined, 'Success', 'Informational'],
  ])('maps the action %s', (action, DvcAction, EventResult, EventSeverity) => {
    const [session] = sessionsOf(normalizeAll(feed({ ...EVENT, action })));
    expect([session?.DvcAction, session?.EventResult, session?.EventSeverity]).toEqual([
      DvcAction,
      EventResult,
      EventSeverity,
    ]);
  });

  it('reads events without their wrapper, by the second', () => {
    const { datetime: _, ...event } = EVENT;
    const [session] = sessionsOf(normalizeAll(JSON.stringify({ ...event, epochtime: '1772445642' })));
    expect(session).toMatchObject({ TimeGenerated: '2026-03-02T10:00:42.000Z', SrcIpAddr: '10.0.1.5' });
  });

  it('counts the web feed as another product', () => {
    expect(kindsOf(normalizeAll(`${CEF[0]}\n${CEF[4]}\n`))).toEqual(['session', 'skipped:otherProduct']);
  });
});
