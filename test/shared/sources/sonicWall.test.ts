import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const TIME = '2026-03-02T10:00:12.000Z';
const EACH = {
  TimeGenerated: TIME,
  EventStartTime: TIME,
  EventEndTime: TIME,
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'SonicWall',
  EventProduct: 'Firewall',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventResultDetails: 'NA',
  EventSeverity: 'Informational',
  EventOriginalSeverity: '6',
  Dvc: '203.0.113.1',
  DvcIpAddr: '203.0.113.1',
  DvcId: '0017C5000001',
  DvcIdType: 'Other',
  DvcOs: 'SonicOS',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const HEAD = 'id=firewall sn=0017C5000001 time="2026-03-02 10:00:12 UTC" fw=203.0.113.1';
const CLOSED = { EventStartTime: '2026-03-02T09:59:42.000Z', NetworkDuration: 30000, EventSubType: 'End' };
const ENDS = { SrcIpAddr: '10.0.1.5', SrcPortNumber: 51512, DstIpAddr: '198.51.100.20', DstPortNumber: 443 };
const BYTES = {
  SrcBytes: 1800,
  SrcPackets: 9,
  DstBytes: 7200,
  DstPackets: 11,
  NetworkBytes: 9000,
  NetworkPackets: 20,
};

const LINES: readonly [string, Session | string][] = [
  [
    `<134>  ${HEAD} pri=6 c=1024 gcat=6 m=537 msg="Connection Closed" srcMac=00:00:5e:00:53:01 src=10.0.1.5:51512:X0:pc1 srcZone=Trusted natSrc=203.0.113.4:40111 dst=198.51.100.20:443:X1:host.example.net dstZone=Untrusted natDst=198.51.100.20:443 usr="EXAMPLE\\\\bob" proto=tcp/https sent=1800 rcvd=7200 spkt=9 rpkt=11 cdur=30000 rule="15 (LAN->WAN)" appName='General HTTPS' n=1 fw_action="NA"`,
    {
      ...EACH,
      ...CLOSED,
      ...ENDS,
      ...BYTES,
      EventOriginalType: '537',
      EventMessage: 'Connection Closed',
      DvcOriginalAction: 'NA',
      DvcInboundInterface: 'X0',
      DvcOutboundInterface: 'X1',
      SrcHostname: 'pc1',
      SrcMacAddr: '00:00:5e:00:53:01',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      SrcUsername: 'EXAMPLE\\bob',
      SrcUsernameType: 'Windows',
      SrcZone: 'Trusted',
      DstHostname: 'host',
      DstDomain: 'example.net',
      DstFQDN: 'host.example.net',
      DstDomainType: 'FQDN',
      DstNatIpAddr: '198.51.100.20',
      DstNatPortNumber: 443,
      DstZone: 'Untrusted',
      DstAppName: 'General HTTPS',
      DstAppType: 'Service',
      NetworkApplicationProtocol: 'HTTPS',
      NetworkRuleName: '15 (LAN->WAN)',
      NetworkDirection: 'Outbound',
      AdditionalFields: { Category: '1024', Group: '6' },
    },
  ],
  [
    `Mar  2 10:00:13 192.0.2.9 ${HEAD} pri=1 c=32 m=609 msg="IPS Prevention Alert: WEB-ATTACKS JNDI, SID: 7" sid=7 ipscat="WEB-ATTACKS" src=203.0.113.9:40022:WAN dst=:8080:LAN dstV6=fd00::5 proto=tcp/8080 fw_action="drop"`,
    {
      ...EACH,
      EventOriginalType: '609',
      EventMessage: 'IPS Prevention Alert: WEB-ATTACKS JNDI, SID: 7',
      EventResult: 'Failure',
      EventSeverity: 'High',
      EventOriginalSeverity: '1',
      DvcAction: 'Drop',
      DvcOriginalAction: 'drop',
      DvcInboundInterface: 'WAN',
      DvcOutboundInterface: 'LAN',
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 40022,
      SrcZone: 'WAN',
      DstIpAddr: 'fd00::5',
      DstPortNumber: 8080,
      DstZone: 'LAN',
      NetworkDirection: 'Inbound',
      ThreatName: 'WEB-ATTACKS JNDI',
      ThreatCategory: 'WEB-ATTACKS',
      ThreatId: '7',
      ThreatIpAddr: '203.0.113.9',
      ThreatField: 'SrcIpAddr',
      AdditionalFields: { Category: '32' },
    },
  ],
  [
    `${HEAD} pri=5 c=256 m=38 msg="ICMP packet dropped" src=203.0.113.9:1026:X1 dst=203.0.113.4:68:X1 type=3 code=1`,
    {
      ...EACH,
      EventOriginalType: '38',
      EventMessage: 'ICMP packet dropped',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      EventOriginalSeverity: '5',
      DvcAction: 'Drop',
      DvcInboundInterface: 'X1',
      DvcOutboundInterface: 'X1',
      SrcIpAddr: '203.0.113.9',
      DstIpAddr: '203.0.113.4',
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 3,
      NetworkIcmpType: 'Destination Unreachable',
      NetworkDirection: 'External',
      AdditionalFields: { Category: '256', IcmpCode: '1' },
    },
  ],
  [
    `${HEAD} pri=6 c=1024 gcat=2 m=97 src=10.0.1.5:1:X0 dst=198.51.100.20:80:X1 proto=tcp/http`,
    'skipped:notConnection',
  ],
  [`${HEAD} pri=6 c=16 m=346 msg="IKE" src=203.0.113.9:500 dst=203.0.113.1:500`, 'skipped:notConnection'],
  [`${HEAD} pri=1 c=32 m=1107 msg="NTP"`, 'skipped:noAddresses'],
  [`${HEAD} pri=6 c=1024 m=537 src=somewhere:1:X0 dst=10.0.1.5:2:X1 proto=tcp/80`, 'dead:badAddress'],
];
const TEXTS = LINES.map(([text]) => text);
conforms({
  source: 'sonicWall',
  content: `${TEXTS.join('\n')}\n`,
  expected: LINES.map(([, session]) => session),
  records: TEXTS,
});

const ROW = {
  TimeGenerated: '2026-03-02T10:00:12Z',
  DeviceVendor: 'SonicWall',
  DeviceProduct: 'NSA 3700',
  DeviceVersion: '7.0.1',
  LogSeverity: '4',
  Computer: '0017C5000001',
  Type: 'CommonSecurityLog',
};
const OF_ROW = {
  ...EACH,
  EventOriginalSeverity: '4',
  EventProductVersion: '7.0.1',
  Dvc: '0017C5000001',
  DvcHostname: '0017C5000001',
  DvcIpAddr: undefined,
  DvcId: undefined,
  DvcIdType: undefined,
  DvcDescription: 'NSA 3700',
  DvcOsVersion: '7.0.1',
};
const ROWS: readonly [object, Session | string][] = [
  [
    {
      ...ROW,
      DeviceEventClassID: '537',
      Activity: 'Connection Closed',
      AdditionalExtensions: 'gcat=6;snpt=40111;dnpt=443;ipscat=N/A;susr="Unknown (external IP)";fw_action="NA";dpi=1',
      EventCount: 23977504,
      SourceIP: '10.0.1.5',
      SourcePort: 51512,
      DestinationIP: '198.51.100.20',
      DestinationPort: 443,
      Protocol: 'udp/https',
      SentBytes: 1800,
      ReceivedBytes: 7200,
      DeviceEventCategory: '1024',
      DeviceCustomNumber1Label: '11',
      DeviceCustomNumber2Label: '9',
      DeviceCustomNumber3Label: '30000',
      DeviceCustomString1: '"Default Access Rule"',
      DeviceCustomString1Label: '203.0.113.4',
      DeviceCustomString2Label: '198.51.100.20',
      DeviceCustomString3Label: 'LAN',
      DeviceCustomString4Label: 'WAN',
    },
    {
      ...OF_ROW,
      ...CLOSED,
      ...ENDS,
      ...BYTES,
      EventOriginalType: '537',
      EventMessage: 'Connection Closed',
      DvcOriginalAction: 'NA',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      SrcZone: 'LAN',
      DstNatIpAddr: '198.51.100.20',
      DstNatPortNumber: 443,
      DstZone: 'WAN',
      NetworkProtocol: 'UDP',
      NetworkApplicationProtocol: 'HTTPS',
      NetworkRuleName: 'Default Access Rule',
      NetworkDirection: 'Outbound',
      AdditionalFields: { Category: '1024', Group: '6' },
    },
  ],
  [
    {
      ...ROW,
      DeviceEventClassID: '98',
      Activity: 'Connection Opened',
      AdditionalExtensions: 'gcat=6;appName=\'General IGMP\';fw_action="forward"',
      SourceIP: '10.0.1.5',
      SourcePort: 22,
      DestinationIP: '224.0.0.22',
      DestinationPort: 22,
      Protocol: 'igmp/22',
      DeviceCustomString3Label: 'LAN',
      DeviceCustomString4Label: 'MULTICAST',
    },
    {
      ...OF_ROW,
      EventOriginalType: '98',
      EventMessage: 'Connection Opened',
      EventSubType: 'Start',
      DvcAction: 'Allow',
      DvcOriginalAction: 'forward',
      SrcIpAddr: '10.0.1.5',
      SrcZone: 'LAN',
      DstIpAddr: '224.0.0.22',
      DstZone: 'MULTICAST',
      DstAppName: 'General IGMP',
      DstAppType: 'Service',
      NetworkProtocol: 'IGMP',
      NetworkDirection: 'NA',
      AdditionalFields: { Group: '6' },
    },
  ],
  [{ ...ROW, DeviceEventClassID: '97', AdditionalExtensions: 'gcat=6' }, 'skipped:notConnection'],
];
const JSON_ROWS = ROWS.map(([row]) => JSON.stringify(row));
const plain = (session: Session | string): Session | string =>
  typeof session === 'string' ? session : (JSON.parse(JSON.stringify(session)) as Session);
conforms({
  source: 'sonicWall',
  content: `${JSON_ROWS.join('\n')}\n`,
  expected: ROWS.map(([, session]) => plain(session)),
  records: JSON_ROWS,
  path: { container: 'am-commonsecuritylog', name: 'PT05M.json' },
});

function cef(extension: string): Session {
  const [session] = sessionsOf(
    normalizeAll(
      `<134>Mar  2 10:00:12 fw1 CEF:0|SonicWall|NSa 2700|7.0.1|1|x|4|gcat=10 src=10.0.1.5 spt=1 dst=198.51.100.20 dpt=2 ${extension}\n`,
    ),
  );
  return session ?? {};
}

describe('SonicWall', () => {
  it.each([
    ['"forward"', 'Allow', 'Success'],
    ['"drop"', 'Drop', 'Failure'],
    ['"mgmt"', undefined, 'Success'],
    ['"NA"', undefined, 'Success'],
    ['deny', 'Deny', 'Failure'],
    ['reset client', 'Reset Source', 'Failure'],
  ])('maps the action %s', (word, action, result) => {
    const session = cef(`fw_action=${word}`);
    expect([session.DvcAction, session.EventResult]).toEqual([action, result]);
  });

  it.each([
    ['WAN', 'LAN', 'Inbound'],
    ['WAN', 'WAN', 'Outbound'],
    ['VPN', 'WAN', 'Outbound'],
    ['VPN', 'LAN', 'Inbound'],
    ['LAN', 'MULTICAST', 'NA'],
    ['LAN', 'DMZ', 'Local'],
    ['Trusted', 'Untrusted', 'Outbound'],
  ])('takes the direction from zones %s to %s', (from, to, direction) => {
    expect(cef(`cs3Label=${from} cs4Label=${to}`).NetworkDirection).toBe(direction);
  });
});
