import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const AT = {
  TimeGenerated: '2026-03-02T10:00:12.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:00:12.000Z',
};
const EACH = {
  ...AT,
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Check Point',
  EventProduct: 'Firewall',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Accept',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  SrcIpAddr: '10.0.1.5',
  DstIpAddr: '198.51.100.20',
  NetworkDirection: 'Outbound',
};
const GATEWAY = { Dvc: 'gw1', DvcHostname: 'gw1', DvcIpAddr: '192.0.2.1' };

const cef = (extension: string, header = 'Check Point|VPN-1 & FireWall-1|Check Point|Log|https|Unknown'): string =>
  `CEF:0|${header}|${extension}`;
const CEF = [
  `<134>1 2026-03-02T10:00:13Z mgmt CheckPoint 1930 - - ${cef('act=Accept deviceDirection=0 rt=1772445612000 sourceTranslatedAddress=203.0.113.4 sourceTranslatedPort=40111 destinationTranslatedAddress=0.0.0.0 destinationTranslatedPort=0 spt=51512 dpt=443 suser=alice cs2Label=Rule Name cs2=allow web layer_name=Network layer_uuid=u-1 match_id=7 parent_rule=0 rule_action=Accept rule_uid=r-1 conn_direction=Outgoing ifname=eth1 logid=0 loguid={0x1,0x2,0x3,0x4} origin=192.0.2.1 originsicname=CN\\=gw1,O\\=mgmt.example.net.abc123 sequencenum=1 version=5 dst=198.51.100.20 inzone=Internal nat_addtnl_rulenum=1 nat_rulenum=4 outzone=External product=VPN-1 & FireWall-1 proto=6 service_id=https src=10.0.1.5 in=7200 out=1800')}`,
  // The vendor may be missing; a rule without a name.
  cef(
    'act=Drop rt=1772445612000 spt=40022 dpt=22 cs2Label=Rule Name rule_uid=r-2 inzone=External outzone=Local proto=6 src=203.0.113.9 dst=10.0.1.5',
    '|VPN-1 & FireWall-1|Check Point|Log|Log|Unknown',
  ),
  cef(
    'act=Reject rt=1772445612000 cn2Label=ICMP Type cn2=8 cn3Label=ICMP Code cn3=0 proto=1 src=10.0.1.5 dst=10.0.1.6',
    'CheckPoint|VPN-1 & FireWall-1|R81|Log|echo-request|5',
  ),
  // Numbers that are no ICMP type, and an alert.
  cef(
    'act=Encrypt rt=1772445612000 cn2Label=Elapsed cn2=122 alert=mail inspection_item=Spoofed proto=17 src=2001:db8::9 dst=fd00::5',
  ),
  cef('act=Key Install rt=1772445612000 src=192.0.2.1 dst=192.0.2.2'),
  cef('act=Accept rt=1772445612000 product=VPN-1 & FireWall-1'),
  cef('act=Accept rt=1772445612000 src=10.0.1.5 proto=6'),
];
const FIRST = {
  ...EACH,
  ...GATEWAY,
  EventOriginalType: 'Log',
  EventOriginalSeverity: 'Unknown',
  EventProductVersion: 'Check Point',
  SrcPortNumber: 51512,
  SrcUsername: 'alice',
  SrcUsernameType: 'Simple',
  SrcNatIpAddr: '203.0.113.4',
  SrcNatPortNumber: 40111,
  SrcZone: 'Internal',
  SrcBytes: 1800,
  DstPortNumber: 443,
  DstZone: 'External',
  DstBytes: 7200,
  DstAppName: 'https',
  DstAppType: 'Service',
  NetworkBytes: 9000,
  NetworkRuleName: 'allow web',
  AdditionalFields: {
    CommunicationDirection: '0',
    Layer: 'Network',
    RuleUid: 'r-1',
    Service: 'https',
    MatchId: '7',
    SequenceNumber: '1',
  },
};

conforms({
  source: 'checkPointFirewall',
  content: `${CEF.join('\n')}\n`,
  records: CEF,
  expected: [
    FIRST,
    {
      ...EACH,
      EventOriginalType: 'Log',
      EventOriginalSeverity: 'Unknown',
      EventProductVersion: 'Check Point',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: 'Check Point/Firewall',
      DvcAction: 'Drop',
      DvcOriginalAction: 'Drop',
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 40022,
      SrcZone: 'External',
      DstIpAddr: '10.0.1.5',
      DstPortNumber: 22,
      DstZone: 'Local',
      NetworkRuleName: 'r-2',
      NetworkDirection: 'Inbound',
      AdditionalFields: { RuleUid: 'r-2' },
    },
    {
      ...EACH,
      EventOriginalType: 'Log',
      EventOriginalSeverity: '5',
      EventProductVersion: 'R81',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: 'Check Point/Firewall',
      DvcAction: 'Deny',
      DvcOriginalAction: 'Reject',
      DstIpAddr: '10.0.1.6',
      DstAppName: 'echo-request',
      DstAppType: 'Service',
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
      NetworkDirection: 'Local',
      AdditionalFields: { IcmpCode: '0' },
    },
    {
      ...EACH,
      EventOriginalType: 'Log',
      EventOriginalSeverity: 'Unknown',
      EventProductVersion: 'Check Point',
      EventSeverity: 'High',
      Dvc: 'Check Point/Firewall',
      DvcAction: 'Encrypt',
      DvcOriginalAction: 'Encrypt',
      SrcIpAddr: '2001:db8::9',
      DstIpAddr: 'fd00::5',
      DstAppName: 'https',
      DstAppType: 'Service',
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'Inbound',
      ThreatCategory: 'mail',
      ThreatName: 'Spoofed',
    },
    'skipped:notConnection',
    'skipped:noAddresses',
    'dead:badAddress',
  ],
});

const SYSLOG = '<134>1 2026-03-02T10:00:13Z mgmt CheckPoint 1930 -';
const LINES = [
  `${SYSLOG} [action:"Accept"; flags:"444676"; ifdir:"inbound"; ifname:"eth1"; logid:"0"; loguid:"{0x1,0x2,0x3,0x4}"; origin:"192.0.2.1"; originsicname:"cn=gw1,o=mgmt..abc123"; sequencenum:"1"; time:"1772445612"; version:"5"; __policy_id_tag:"product=VPN-1 & FireWall-1[db_tag={A-1};mgmt=mgmt;date=1;policy_name=Standard\\]"; dst:"198.51.100.20"; inzone:"Internal"; layer_name:"Network"; match_id:"7"; rule_action:"Accept"; rule_name:"allow \\"web\\""; rule_uid:"r-1"; outzone:"External"; product:"VPN-1 & FireWall-1"; proto:"6"; s_port:"51512"; service:"443"; service_id:"https"; src:"10.0.1.5"; src_user_name:"alice"; xlatesrc:"203.0.113.4"; xlatesport:"40111"; xlatedst:"0.0.0.0"; xlatedport:"0"; client_outbound_bytes:"1800"; client_inbound_bytes:"7200"]`,
  // The generic form; the time is its header's.
  '<134>Mar  2 10:00:12 gw2 CheckPoint: action="Block" ifdir="outbound" product="Application Control" src="10.0.1.5" dst="203.0.113.30" proto="17" s_port="5353" service="443" sent_bytes="60" received_bytes="0" conn_direction="Outgoing"',
  // Splunk's form.
  'time=1772445612|hostname=gw1|product=VPN-1 & FireWall-1|action=Drop|ifdir=inbound|ifname=eth2|loguid={0x0,0x0,0x0,0x0}|origin=192.0.2.1|originsicname=CN=gw1,O=mgmt..x|dst=10.0.1.5|proto=1|icmp_type=3|icmp_code=1|src=203.0.113.9|conn_direction=Incoming',
  // A gateway's own, all in structured data; it tells no action, and an odd zone.
  '<85>1 2026-03-02T05:00:12--5:00 192.0.2.9 CP-GW - Log [Fields@1.3.6.1.4.1.2620 inzone="DMZ" outzone="External" src="10.0.1.5" dst="198.51.100.20" proto="6" xlatesrc="203.0.113.4" xlatedst="" user="" src_user_name="bob" src_machine_name="pc1" dst_machine_name="www" rule_name="" ProductName="VPN-1 & FireWall-1" svc="443" sport_svc="51512" xlatedport_svc="" xlatesport_svc="40111" ]',
  // JSON; the time is its header's.
  `${SYSLOG.replace('13Z', '12Z')} - {"action":"Accept","loguid":"{0x1,0x2,0x3,0x5}","origin":"gw3","product":"VPN-1 & FireWall-1","src":"10.0.1.5","dst":"10.0.1.6","proto":"6","s_port":"51513","service":"22","conn_direction":"Internal"}`,
  `${SYSLOG} [flags:"133440"; ifdir:"inbound"; loguid:"{0x5,0x0,0x6,0x3}"; origin:"192.0.2.1"; sequencenum:"1"; version:"5"; product:"System Monitor"; sys_message::"installed Standard"]`,
  `${SYSLOG} [action:"Accept"; loguid:"{0x5,0x0,0x6,0x4}"; origin:"192.0.2.1"; product:"VPN-1 & FireWall-1"; src:"10.0.1.5"; dst:"nowhere"]`,
];

conforms({
  source: 'checkPointFirewall',
  content: `${LINES.join('\n')}\n`,
  records: LINES,
  expected: [
    {
      ...FIRST,
      EventOriginalType: undefined,
      EventOriginalSeverity: undefined,
      EventProductVersion: undefined,
      DvcInboundInterface: 'eth1',
      NetworkRuleName: 'allow "web"',
      AdditionalFields: {
        CommunicationDirection: 'inbound',
        Layer: 'Network',
        RuleUid: 'r-1',
        MatchId: '7',
        SequenceNumber: '1',
      },
    },
    {
      ...EACH,
      EventResult: 'Failure',
      EventSeverity: 'Low',
      Dvc: 'gw2',
      DvcHostname: 'gw2',
      DvcAction: 'Deny',
      DvcOriginalAction: 'Block',
      SrcPortNumber: 5353,
      SrcBytes: 60,
      DstIpAddr: '203.0.113.30',
      DstPortNumber: 443,
      DstBytes: 0,
      NetworkBytes: 60,
      NetworkProtocol: 'UDP',
      AdditionalFields: { CommunicationDirection: 'outbound' },
    },
    {
      ...EACH,
      ...GATEWAY,
      EventResult: 'Failure',
      EventSeverity: 'Low',
      DvcAction: 'Drop',
      DvcOriginalAction: 'Drop',
      DvcInboundInterface: 'eth2',
      SrcIpAddr: '203.0.113.9',
      DstIpAddr: '10.0.1.5',
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 3,
      NetworkIcmpType: 'Destination Unreachable',
      NetworkDirection: 'Inbound',
      AdditionalFields: { IcmpCode: '1', CommunicationDirection: 'inbound' },
    },
    {
      ...EACH,
      EventResult: 'NA',
      Dvc: '192.0.2.9',
      DvcIpAddr: '192.0.2.9',
      DvcAction: undefined,
      DvcOriginalAction: undefined,
      SrcPortNumber: 51512,
      SrcHostname: 'pc1',
      SrcUsername: 'bob',
      SrcUsernameType: 'Simple',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      SrcZone: 'DMZ',
      DstPortNumber: 443,
      DstHostname: 'www',
      DstZone: 'External',
    },
    {
      ...EACH,
      Dvc: 'gw3',
      DvcHostname: 'gw3',
      SrcPortNumber: 51513,
      DstIpAddr: '10.0.1.6',
      DstPortNumber: 22,
      NetworkDirection: 'Local',
    },
    'skipped:noAddresses',
    'dead:badAddress',
  ].map((one) => (typeof one === 'string' ? one : (JSON.parse(JSON.stringify(one)) as Session))),
});

const ROW = {
  TimeGenerated: '2026-03-02T10:00:46.1234567Z',
  Computer: 'collector1',
  DeviceVendor: 'Check Point',
  DeviceProduct: 'VPN-1 & FireWall-1',
  DeviceVersion: 'Check Point',
  DeviceEventClassID: 'Log',
  Activity: 'https',
  LogSeverity: 'Unknown',
  DeviceAction: 'Accept',
  Protocol: '6',
  SourceIP: '10.0.1.5',
  DestinationIP: '198.51.100.20',
  ReceiptTime: '1772445612000',
  Type: 'CommonSecurityLog',
};
const ROW_LINES = [
  {
    ...ROW,
    SourcePort: 51512,
    DestinationPort: 443,
    SourceUserName: 'alice',
    SourceTranslatedAddress: '203.0.113.4',
    SourceTranslatedPort: 40111,
    SentBytes: 1800,
    ReceivedBytes: 7200,
    CommunicationDirection: '0',
    DeviceCustomString2: 'allow web',
    DeviceCustomString2Label: 'Rule Name',
    AdditionalExtensions:
      'layer_name=Network;match_id=7;rule_uid=r-1;ifname=eth1;loguid={0x1,0x2,0x3,0x4};origin=192.0.2.1;originsicname=CN\\=gw1,O\\=mgmt;sequencenum=1;inzone=Internal;outzone=External;product=VPN-1 & FireWall-1;service_id=https',
  },
  {
    ...ROW,
    DeviceAction: 'Detect',
    Activity: 'Log',
    SourceMACAddress: '00-00-5E-00-53-01',
    DeviceInboundInterface: 'eth1',
  },
  { ...ROW, DeviceAction: 'Log In' },
].map((row) => JSON.stringify(row));

conforms({
  source: 'checkPointFirewall',
  content: `${ROW_LINES.join('\n')}\n`,
  records: ROW_LINES,
  path: { container: 'am-commonsecuritylog', name: 'y=2026/m=03/d=02/h=10/m=00/PT05M.json' },
  expected: [
    FIRST,
    {
      ...EACH,
      EventOriginalType: 'Log',
      EventOriginalSeverity: 'Unknown',
      EventProductVersion: 'Check Point',
      Dvc: 'collector1',
      DvcHostname: 'collector1',
      DvcOriginalAction: 'Detect',
      DvcInboundInterface: 'eth1',
      SrcMacAddr: '00:00:5e:00:53:01',
    },
    'skipped:notConnection',
  ],
});

describe('Check Point connections', () => {
  const one = (extension: string): Session =>
    sessionsOf(normalizeAll(`${cef(`rt=1772445612000 src=10.0.1.5 dst=198.51.100.20 ${extension}`)}\n`))[0] ?? {};

  it.each([
    ['Accept', 'Allow', 'Success', 'Informational'],
    ['HTTPS Bypass', 'Allow', 'Success', 'Informational'],
    ['Monitor', 'Allow', 'Success', 'Informational'],
    ['drop', 'Drop', 'Failure', 'Low'],
    ['Reject', 'Deny', 'Failure', 'Low'],
    ['Prevent', 'Deny', 'Failure', 'Low'],
    ['Decrypt', 'Decrypt', 'Success', 'Informational'],
    ['constructor', undefined, 'Success', 'Informational'],
    ['', undefined, 'NA', 'Informational'],
  ])('maps the action %j', (action, DvcAction, EventResult, EventSeverity) => {
    const session = one(`act=${action}`);
    expect([session.DvcAction, session.EventResult, session.EventSeverity]).toEqual([
      DvcAction,
      EventResult,
      EventSeverity,
    ]);
  });

  it.each([
    ['inzone=Internal outzone=Internal', 'Local'],
    ['inzone=Internal outzone=Local', 'Local'],
    ['inzone=Local outzone=External', 'Outbound'],
    ['inzone=External outzone=Internal', 'Inbound'],
    ['conn_direction=Incoming inzone=Internal outzone=External', 'Inbound'],
    ['inzone=External outzone=External', 'Outbound'],
    ['deviceDirection=0', 'Outbound'],
  ])('goes by %s: %s', (extension, direction) => {
    expect(one(extension).NetworkDirection).toBe(direction);
  });

  it('begins when an accounting log says, at the latest when it was written', () => {
    const times = (start: string): unknown[] => {
      const session = one(`start_time=${start}`);
      return [session.EventStartTime, session.EventEndTime];
    };
    expect(times('1772445604')).toEqual(['2026-03-02T10:00:04.000Z', '2026-03-02T10:00:12.000Z']);
    expect(times('1772445704')).toEqual(['2026-03-02T10:00:12.000Z', '2026-03-02T10:00:12.000Z']);
  });

  it.each([
    ['CN=gw1,O=mgmt..abcdef', 'gw1'],
    ['cn=cp_mgmt,o=gw-1..abcdef', 'gw-1'],
    ['cn=cp_mgmt', 'cp_mgmt'],
  ])('names the device by %s', (name, device) => {
    expect(one(`originsicname=${name.replaceAll('=', '\\=')}`).DvcHostname).toBe(device);
  });

  it('takes an id of nothing but zeros for none', () => {
    expect(one('loguid={0x5e80a059,0x0,0x6,0x3}').EventOriginalUid).toBe('{0x5e80a059,0x0,0x6,0x3}');
    expect(one('loguid={0x0,0x0,0x0,0x0}').EventOriginalUid).toMatch(/^[\w-]{27}$/);
  });

  it('reads pairs as OPSEC names them, with services by name', () => {
    const line =
      'loc=7|time=2026-03-02 10:00:12|action=accept|orig=192.0.2.1|i/f_dir=inbound|i/f_name=eth1|product=VPN-1 & FireWall-1|src=10.0.1.5|s_port=51512|dst=198.51.100.20|service=https|proto=tcp';
    expect(sessionsOf(normalizeAll(`${line}\n`))).toMatchObject([
      {
        ...AT,
        DvcIpAddr: '192.0.2.1',
        DvcInboundInterface: 'eth1',
        SrcIpAddr: '10.0.1.5',
        SrcPortNumber: 51512,
        DstIpAddr: '198.51.100.20',
        DstPortNumber: 443,
        DvcAction: 'Allow',
        AdditionalFields: { CommunicationDirection: 'inbound' },
      },
    ]);
  });

  it('leaves other blades, and lines that only look alike', () => {
    const others = [
      cef('act=Prevent src=10.0.1.5 dst=10.0.1.6', 'Check Point|URL Filtering|Check Point|Log|x|5'),
      '<13>Mar  2 10:00:12 host app: action="x" user="y"',
    ];
    const otherProduct = 'skipped:otherProduct';
    expect(kindsOf(normalizeAll([CEF[0], ...others].join('\n')))).toEqual(['session', otherProduct, otherProduct]);
  });
});
