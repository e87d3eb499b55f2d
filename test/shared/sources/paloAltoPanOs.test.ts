import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf, without } from './normalizing';

const START = 'CEF:0|Palo Alto Networks|PAN-OS|10.2.4|';
const LINES = [
  `<14>Mar  2 10:00:45 fw1.example.net ${START}end|TRAFFIC|1|rt=Mar 02 2026 10:00:45 GMT start=Mar 02 2026 10:00:12 GMT deviceExternalId=000000000001 dvchost=fw1.example.net dvc=192.0.2.1 src=10.0.1.5 dst=198.51.100.20 sourceTranslatedAddress=203.0.113.4 sourceTranslatedPort=40111 destinationTranslatedAddress=0.0.0.0 destinationTranslatedPort=0 cs1Label=Rule cs1=allow web suser=EXAMPLE\\\\alice duser= app=ssl cs3Label=Virtual System cs3=vsys1 cs4Label=Source Zone cs4=trust cs5Label=Destination Zone cs5=untrust deviceInboundInterface=ethernet1/1 deviceOutboundInterface=ethernet1/2 cs6Label=LogProfile cs6=default cn1Label=SessionID cn1=42 cnt=1 spt=51512 dpt=443 flexString1Label=Flags flexString1=0x400053 proto=tcp act=allow flexNumber1Label=Total bytes flexNumber1=9000 in=1800 out=7200 cn2Label=Packets cn2=20 PanOSPacketsReceived=11 PanOSPacketsSent=9 cn3Label=Elapsed time in seconds cn3=30 cs2Label=URL Category cs2=any externalId=7130000000000000001 reason=tcp-fin cat=from-policy PanOSDGl1=0`,
  `${START}drop|TRAFFIC|1|rt=Mar 02 2026 10:00:12 GMT src=203.0.113.9 dst=10.0.1.5 cs1Label=Rule cs1=drop \\= all cs4Label=Source Zone cs4=edge cs5Label=Destination Zone cs5=servers cn1Label=SessionID cn1=0 spt=40022 dpt=22 proto=tcp act=reset client in=0 out=60 cn3Label=Elapsed time in seconds cn3=0 reason=policy-deny app=not-applicable`,
  `${START}start|TRAFFIC|1|start=1772445612000 c6a2=2001:DB8::9 c6a3=fd00::5 proto=17 spt=5353 dpt=53 act=allow suser=bob@example.net cs4Label=Source Zone cs4=Untrust cs5Label=Destination Zone cs5=DMZ`,
  `${START}end|THREAT|4|src=10.0.1.5 dst=198.51.100.20`,
  `${START}end|TRAFFIC|1|start=Mar 02 2026 10:00:12 GMT src=10.0.1.5 dst=10.0.1.6 proto=icmp spt=0 dpt=0 act=allow cs4=trust cs5=trust cn3=5`,
  `${START}end|TRAFFIC|1|start=Mar 02 2026 10:00:12 GMT src=somewhere dst=10.0.1.6 act=allow`,
];
const EACH = {
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Palo Alto',
  EventProduct: 'PanOS',
  EventProductVersion: '10.2.4',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'TRAFFIC',
  EventOriginalSeverity: '1',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  DvcAction: 'Allow',
  DvcOriginalAction: 'allow',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const during = (start: string, end: string): Session => ({
  TimeGenerated: `2026-03-02T10:00:${end}.000Z`,
  EventStartTime: `2026-03-02T10:00:${start}.000Z`,
  EventEndTime: `2026-03-02T10:00:${end}.000Z`,
});

const EXPECTED: (Session | string)[] = [
  {
    ...EACH,
    ...during('12', '42'),
    EventSubType: 'End',
    EventOriginalSubType: 'end',
    EventResultDetails: 'NA',
    EventOriginalResultDetails: 'tcp-fin',
    Dvc: 'fw1.example.net',
    DvcHostname: 'fw1',
    DvcDomain: 'example.net',
    DvcDomainType: 'FQDN',
    DvcFQDN: 'fw1.example.net',
    DvcIpAddr: '192.0.2.1',
    DvcId: '000000000001',
    DvcIdType: 'Other',
    DvcInboundInterface: 'ethernet1/1',
    DvcOutboundInterface: 'ethernet1/2',
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 51512,
    SrcNatIpAddr: '203.0.113.4',
    SrcNatPortNumber: 40111,
    SrcUsername: 'EXAMPLE\\alice',
    SrcUsernameType: 'Windows',
    SrcZone: 'trust',
    SrcBytes: 7200,
    SrcPackets: 9,
    DstIpAddr: '198.51.100.20',
    DstPortNumber: 443,
    DstZone: 'untrust',
    DstBytes: 1800,
    DstPackets: 11,
    NetworkBytes: 9000,
    NetworkPackets: 20,
    NetworkDuration: 30000,
    NetworkSessionId: '42',
    NetworkRuleName: 'allow web',
    NetworkApplicationProtocol: 'SSL',
    NetworkDirection: 'Outbound',
    AdditionalFields: {
      UrlCategory: 'any',
      VirtualSystem: 'vsys1',
      LogProfile: 'default',
      ActionSource: 'from-policy',
      SessionFlags: '0x400053',
      PanOSDGl1: '0',
    },
  },
  {
    ...EACH,
    ...during('12', '12'),
    EventOriginalSubType: 'drop',
    EventResult: 'Failure',
    EventSeverity: 'Low',
    EventResultDetails: 'Unknown',
    EventOriginalResultDetails: 'policy-deny',
    Dvc: 'Palo Alto/PanOS',
    DvcAction: 'Reset Source',
    DvcOriginalAction: 'reset client',
    SrcIpAddr: '203.0.113.9',
    SrcPortNumber: 40022,
    SrcZone: 'edge',
    SrcBytes: 60,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 22,
    DstZone: 'servers',
    DstBytes: 0,
    NetworkBytes: 60,
    NetworkDuration: 0,
    NetworkSessionId: '0',
    NetworkRuleName: 'drop = all',
    NetworkDirection: 'Inbound',
    AdditionalFields: { ApplicationProtocol: 'not-applicable' },
  },
  {
    ...EACH,
    ...during('12', '12'),
    EventSubType: 'Start',
    EventOriginalSubType: 'start',
    Dvc: 'Palo Alto/PanOS',
    SrcIpAddr: '2001:db8::9',
    SrcPortNumber: 5353,
    SrcUsername: 'bob@example.net',
    SrcUsernameType: 'UPN',
    SrcZone: 'Untrust',
    DstIpAddr: 'fd00::5',
    DstPortNumber: 53,
    DstZone: 'DMZ',
    NetworkProtocol: 'UDP',
    NetworkProtocolVersion: 'IPv6',
    NetworkDirection: 'Inbound',
  },
  'skipped:notTraffic',
  {
    ...EACH,
    ...during('12', '17'),
    EventSubType: 'End',
    EventOriginalSubType: 'end',
    Dvc: 'Palo Alto/PanOS',
    SrcIpAddr: '10.0.1.5',
    SrcZone: 'trust',
    DstIpAddr: '10.0.1.6',
    DstZone: 'trust',
    NetworkProtocol: 'ICMP',
    NetworkDuration: 5000,
    NetworkDirection: 'Local',
  },
  'dead:badAddress',
];

conforms({ source: 'paloAltoPanOs', content: `${LINES.join('\n')}\n`, expected: EXPECTED, records: LINES });

/** Rows of the table, as a workspace's data export and a collector on the way there write them. */
const ROW = {
  TenantId: '00000000-0000-4000-8000-00000000000a',
  SourceSystem: 'OpsManager',
  TimeGenerated: '2026-03-02T10:00:46.1234567Z',
  Computer: 'collector1',
  DeviceVendor: 'Palo Alto Networks',
  DeviceProduct: 'PAN-OS',
  DeviceVersion: '10.2.4',
  DeviceEventClassID: 'end',
  Activity: 'TRAFFIC',
  LogSeverity: '1',
  DeviceName: 'fw1',
  DeviceAction: 'allow',
  Protocol: 'tcp',
  StartTime: '2026-03-02T10:00:12Z',
};
const ROWS: object[] = [
  {
    ...ROW,
    SourceIP: '10.0.1.5',
    SourcePort: 51512,
    SourceMACAddress: '00-00-5E-00-53-01',
    DestinationIP: '198.51.100.20',
    DestinationPort: 443,
    DestinationUserName: 'CN=web,DC=example',
    SourceTranslatedAddress: '203.0.113.4',
    SourceTranslatedPort: 40111,
    DestinationTranslatedAddress: '0.0.0.0',
    DestinationTranslatedPort: 0,
    SentBytes: 1800,
    ReceivedBytes: 7200,
    FlexNumber1: 9000,
    FlexNumber1Label: 'Total bytes',
    FieldDeviceCustomNumber1: 42,
    DeviceCustomNumber1Label: 'SessionID',
    FieldDeviceCustomNumber2: 20,
    DeviceCustomNumber2Label: 'Packets',
    FieldDeviceCustomNumber3: 30,
    DeviceCustomNumber3Label: 'Elapsed time in seconds',
    DeviceCustomString1: 'allow web',
    DeviceCustomString1Label: 'Rule',
    DeviceCustomString4: 'trust',
    DeviceCustomString4Label: 'Source Zone',
    DeviceCustomString5: 'untrust',
    DeviceCustomString5Label: 'Destination Zone',
    AdditionalExtensions: 'PanOSPacketsReceived=11;PanOSPacketsSent=9;PanOSVsysName=;reason=tcp-rst-from-server',
    ApplicationProtocol: 'web-browsing',
    EventCount: 2,
    ExtID: '7130000000000000001',
    DeviceExternalID: '000000000001',
  },
  // Numbers in their old columns; a start that the template did not fill in.
  {
    ...ROW,
    StartTime: null,
    SourceIP: '10.0.1.5',
    DestinationIP: '203.0.113.30',
    DeviceAction: 'drop icmp',
    Protocol: 'icmp',
    SourcePort: 0,
    DestinationPort: 0,
    ReceiptTime: 'Mar 02 2026 10:00:45 GMT',
    DeviceCustomNumber1: 43,
    DeviceCustomNumber3: 5,
    AdditionalExtensions: 'start=$cefformatted-time_generated',
    Reason: 'policy-deny',
  },
  { ...ROW, Activity: 'THREAT', DeviceEventClassID: 'url', SourceIP: '10.0.1.5', DestinationIP: '203.0.113.30' },
  { ...ROW, SourceIP: '10.0.1.5', DestinationIP: '' },
].map((row) => ({ ...row, Type: 'CommonSecurityLog' }));
const ROW_LINES = ROWS.map((row) => JSON.stringify(row));

conforms({
  source: 'paloAltoPanOs',
  content: `${ROW_LINES.join('\n')}\n`,
  records: ROW_LINES,
  path: { container: 'am-commonsecuritylog', name: 'y=2026/m=03/d=02/h=10/m=00/PT05M.json' },
  expected: [
    {
      ...EACH,
      ...during('12', '42'),
      EventCount: 2,
      EventSubType: 'End',
      EventOriginalSubType: 'end',
      EventResultDetails: 'Reset',
      EventOriginalResultDetails: 'tcp-rst-from-server',
      Dvc: 'fw1',
      DvcHostname: 'fw1',
      DvcId: '000000000001',
      DvcIdType: 'Other',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      SrcMacAddr: '00:00:5e:00:53:01',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      SrcZone: 'trust',
      SrcBytes: 1800,
      SrcPackets: 9,
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      DstUsername: 'CN=web,DC=example',
      DstUsernameType: 'DN',
      DstZone: 'untrust',
      DstBytes: 7200,
      DstPackets: 11,
      NetworkBytes: 9000,
      NetworkPackets: 20,
      NetworkDuration: 30000,
      NetworkSessionId: '42',
      NetworkRuleName: 'allow web',
      NetworkApplicationProtocol: 'WEB-BROWSING',
      NetworkDirection: 'Outbound',
    },
    {
      ...EACH,
      ...during('40', '45'),
      EventSubType: 'End',
      EventOriginalSubType: 'end',
      EventResult: 'Failure',
      EventResultDetails: 'Unknown',
      EventOriginalResultDetails: 'policy-deny',
      EventSeverity: 'Low',
      Dvc: 'fw1',
      DvcHostname: 'fw1',
      DvcAction: 'Drop ICMP',
      DvcOriginalAction: 'drop icmp',
      SrcIpAddr: '10.0.1.5',
      DstIpAddr: '203.0.113.30',
      NetworkProtocol: 'ICMP',
      NetworkDuration: 5000,
      NetworkSessionId: '43',
      NetworkDirection: 'Outbound',
    },
    'skipped:notTraffic',
    'dead:badAddress',
  ],
});

/** The firewall's own CSV. @param late what newer versions add. */
function csv(cells: Readonly<Record<number, string>>, late = ''): string {
  const columns =
    '1,2026/03/02 10:00:45,000000000001,TRAFFIC,end,2561,2026/03/02 10:00:45,10.0.1.5,198.51.100.20,203.0.113.4,198.51.100.20,allow web,,,ssl,vsys1,trust,untrust,ethernet1/1,ethernet1/2,default,2026/03/02 10:00:45,42,1,51512,443,40111,443,0x400053,tcp,allow,9000,1800,7200,20,2026/03/02 10:00:12,30,any,0,7130000000000000001,0x0,10.0.0.0-10.255.255.255,United States,0,9,11,tcp-fin,0,0,0,0,,fw1,from-policy'.split(
      ',',
    );
  for (const [place, text] of Object.entries(cells)) columns[Number(place)] = text;
  return `${columns.join(',')}${late}`;
}
const CSV_LINES = [
  'Domain,Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Source address,Destination address',
  csv({}),
  // The rule's name has a comma and quotes; the end of the line has the zone, five hours behind.
  `<14>Mar  2 10:00:45 fw1.example.net ${csv({ 4: 'deny', 11: '"drop ""all"", log"', 30: 'reset-server', 39: '7130000000000000002', 52: '' }, ',,,0,,0,,N/A,0,0,0,0,,,0,2026-03-02T10:00:45.123-05:00,')}`,
  `<14>1 2026-03-02T10:00:45Z fw1 - - - - ${csv({ 1: '2026/03/02 10:00:44', 4: 'start', 7: '2001:db8::9', 8: 'fd00::5', 9: '', 10: '', 13: '', 16: 'edge', 17: 'servers', 29: 'udp', 36: '0', 39: '0', 41: 'Reserved', 42: '', 46: 'n/a' })}`,
  '1,2026/03/02 10:00:45,000000000001,THREAT,url,2561,2026/03/02 10:00:45,10.0.1.5,198.51.100.20',
  '1,2026/03/02 10:00:45,000000000001,TRAFFIC,end,2561,2026/03/02 10:00:45,10.0.1.5,198.51.100.20',
  // PAN-OS 4 ends with the packets.
  `Mar  2 10:00:45 ${csv({ 4: 'drop', 9: '0.0.0.0', 10: '0.0.0.0', 14: 'not-applicable', 26: '0', 27: '0', 30: 'drop', 32: '60', 33: '0', 36: '0', 39: '7130000000000000003', 46: '' }).split(',').slice(0, 46).join(',')}`,
];
const { EventProductVersion: _, EventOriginalSeverity: __, ...EACH_CSV } = EACH;
const CSV_SESSION = {
  ...EACH_CSV,
  ...during('12', '42'),
  EventSubType: 'End',
  EventOriginalSubType: 'end',
  EventResultDetails: 'NA',
  EventOriginalResultDetails: 'tcp-fin',
  Dvc: 'fw1',
  DvcHostname: 'fw1',
  DvcId: '000000000001',
  DvcIdType: 'Other',
  DvcInboundInterface: 'ethernet1/1',
  DvcOutboundInterface: 'ethernet1/2',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcNatIpAddr: '203.0.113.4',
  SrcNatPortNumber: 40111,
  SrcZone: 'trust',
  SrcBytes: 1800,
  SrcPackets: 9,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  DstNatIpAddr: '198.51.100.20',
  DstNatPortNumber: 443,
  DstZone: 'untrust',
  DstGeoCountry: 'United States',
  DstBytes: 7200,
  DstPackets: 11,
  NetworkBytes: 9000,
  NetworkPackets: 20,
  NetworkDuration: 30000,
  NetworkSessionId: '42',
  NetworkRuleName: 'allow web',
  NetworkApplicationProtocol: 'SSL',
  NetworkDirection: 'Outbound',
  AdditionalFields: {
    UrlCategory: 'any',
    VirtualSystem: 'vsys1',
    LogProfile: 'default',
    ActionSource: 'from-policy',
    SessionFlags: '0x400053',
  },
};

conforms({
  source: 'paloAltoPanOs',
  content: `${CSV_LINES.join('\n')}\n`,
  records: CSV_LINES.slice(1),
  expected: [
    CSV_SESSION,
    {
      ...without(CSV_SESSION, 'EventSubType'),
      TimeGenerated: '2026-03-02T15:00:42.000Z',
      EventStartTime: '2026-03-02T15:00:12.000Z',
      EventEndTime: '2026-03-02T15:00:42.000Z',
      EventOriginalSubType: 'deny',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: 'fw1.example.net',
      DvcDomain: 'example.net',
      DvcDomainType: 'FQDN',
      DvcFQDN: 'fw1.example.net',
      DvcAction: 'Reset Destination',
      DvcOriginalAction: 'reset-server',
      NetworkRuleName: 'drop "all", log',
    },
    {
      ...without(CSV_SESSION, 'SrcNatIpAddr', 'DstNatIpAddr', 'DstGeoCountry', 'EventOriginalResultDetails'),
      ...during('12', '12'),
      EventSubType: 'Start',
      EventOriginalSubType: 'start',
      EventResultDetails: undefined,
      SrcIpAddr: '2001:db8::9',
      SrcZone: 'edge',
      DstIpAddr: 'fd00::5',
      DstZone: 'servers',
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDuration: 0,
      NetworkDirection: 'Inbound',
    },
    'skipped:notTraffic',
    'dead:malformedCsv',
    {
      ...without(
        CSV_SESSION,
        ...['EventSubType', 'EventResultDetails', 'EventOriginalResultDetails', 'Dvc', 'DvcHostname'],
        ...['SrcNatIpAddr', 'SrcNatPortNumber', 'DstNatIpAddr', 'DstNatPortNumber', 'NetworkApplicationProtocol'],
      ),
      ...during('12', '12'),
      EventOriginalSubType: 'drop',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: '000000000001',
      DvcAction: 'Drop',
      DvcOriginalAction: 'drop',
      SrcBytes: 60,
      DstBytes: 0,
      NetworkDuration: 0,
      AdditionalFields: {
        UrlCategory: 'any',
        VirtualSystem: 'vsys1',
        LogProfile: 'default',
        SessionFlags: '0x400053',
        ApplicationProtocol: 'not-applicable',
      },
    },
  ],
});

function one(extension: string, header = `${START}end|TRAFFIC|1|`): Session {
  const [session] = sessionsOf(
    normalizeAll(`${header}src=10.0.1.5 dst=198.51.100.20 start=1772445612000 ${extension}\n`),
  );
  return session ?? {};
}

describe('PAN-OS traffic', () => {
  it.each([
    ['allow', 'Allow', 'Success', 'Informational'],
    ['deny', 'Deny', 'Failure', 'Low'],
    ['drop', 'Drop', 'Failure', 'Low'],
    ['drop ICMP', 'Drop ICMP', 'Failure', 'Low'],
    ['drop-icmp', 'Drop ICMP', 'Failure', 'Low'],
    ['reset server', 'Reset Destination', 'Failure', 'Low'],
    ['reset-both', 'Reset', 'Failure', 'Low'],
    ['constructor', undefined, 'Failure', 'Low'],
  ])('maps the action %s', (action, DvcAction, EventResult, EventSeverity) => {
    const session = one(`act=${action}`);
    expect([session.DvcAction, session.EventResult, session.EventSeverity, session.DvcOriginalAction]).toEqual([
      DvcAction,
      EventResult,
      EventSeverity,
      action,
    ]);
  });

  it('goes by labels, wherever a product puts its custom fields', () => {
    expect(one('cs3=web cs3Label=Rule cs1=vsys1 cs1Label=Virtual System')).toMatchObject({
      NetworkRuleName: 'web',
      AdditionalFields: { VirtualSystem: 'vsys1' },
    });
  });

  it('keeps equal signs, unknown keys and Windows paths inside a value', () => {
    expect(one('act=allow msg=go to https://x.example/?a=1 b=2 c:\\dir spt=5 dpt=6')).toMatchObject({
      EventMessage: 'go to https://x.example/?a=1 b=2 c:\\dir',
      SrcPortNumber: 5,
      DstPortNumber: 6,
    });
  });

  it('finds the type where a template has it in the place of the class', () => {
    expect(one('act=drop', START.concat('TRAFFIC|drop|1|'))).toMatchObject({
      EventOriginalType: 'TRAFFIC',
      EventOriginalSubType: 'drop',
      DvcAction: 'Drop',
    });
    expect(
      one('act=allow', START.replace('Palo Alto Networks', 'PaloAltoNetworks').concat('end|TRAFFIC|1|')),
    ).toMatchObject({
      EventVendor: 'Palo Alto',
      EventSubType: 'End',
    });
  });

  it('takes the zones’ word before the addresses, the addresses’ where zones say nothing', () => {
    expect(one('cs4Label=Source Zone cs4=untrust cs5Label=Destination Zone cs5=trust').NetworkDirection).toBe(
      'Inbound',
    );
    expect(one('cs4Label=Source Zone cs4=a cs5Label=Destination Zone cs5=b').NetworkDirection).toBe('Outbound');
  });

  it('finds the sender in the syslog header when the line does not name the device', () => {
    expect(one('act=allow', `<14>1 2026-03-02T10:00:45.123Z fw2 - - - - ${START}end|TRAFFIC|1|`)).toMatchObject({
      Dvc: 'fw2',
      DvcHostname: 'fw2',
    });
    expect(one('act=allow', `Mar  2 10:00:45 192.0.2.7 ${START}end|TRAFFIC|1|`)).toMatchObject({
      Dvc: '192.0.2.7',
      DvcIpAddr: '192.0.2.7',
    });
  });

  it('reads the marker with a blank, or cut off', () => {
    expect(one('act=allow', START.replace('CEF:', 'CEF: ').concat('end|TRAFFIC|1|')).DvcAction).toBe('Allow');
    expect(one('act=allow', START.replace('CEF:', '').concat('end|TRAFFIC|1|')).DvcAction).toBe('Allow');
  });

  it('shares a file with other products: each record finds its own, another product’s is counted', () => {
    const aws = '2 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 REJECT OK';
    expect(kindsOf(normalizeAll([LINES[0], aws, 'CEF:0|Other|Thing|1|1|x|1|a=b', LINES[1]].join('\n')))).toEqual([
      'session',
      'session',
      'skipped:otherProduct',
      'session',
    ]);
  });
});
