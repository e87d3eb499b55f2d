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
  EventVendor: 'WatchGuard',
  EventProduct: 'Fireware',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: '3000-0148',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'fw1',
  DvcHostname: 'fw1',
  DvcId: '80AB0C0000001',
  DvcIdType: 'Other',
  DvcAction: 'Allow',
  DvcOriginalAction: 'Allow',
  DvcInboundInterface: '1-Trusted',
  DvcOutboundInterface: '0-External',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Outbound',
  NetworkRuleName: 'HTTPS-00',
};
const DENIED = { EventResult: 'Failure', EventSeverity: 'Low', DvcAction: 'Deny', DvcOriginalAction: 'Deny' };
const PORTLESS = { SrcPortNumber: undefined, DstPortNumber: undefined };
const INWARD = { DvcInboundInterface: '0-External', NetworkDirection: 'Inbound' };

const MESSAGES: readonly [string, Session | string][] = [
  [
    'msg_id="3000-0148" Allow 1-Trusted 0-External 52 tcp 20 127 10.0.1.5 198.51.100.20 51512 443 offset 8 S 1234567890 win 32 app_name="HTTPS" geo_dst="USA" src_user="alice@example.net" fqdn_dst_match="www.example.net" (HTTPS-00)',
    {
      ...EACH,
      SrcUsername: 'alice@example.net',
      SrcUsernameType: 'UPN',
      DstHostname: 'www',
      DstDomain: 'example.net',
      DstFQDN: 'www.example.net',
      DstDomainType: 'FQDN',
      DstGeoCountry: 'USA',
      NetworkApplicationProtocol: 'HTTPS',
    },
  ],
  [
    'msg_id="3000-0151" Allow 1-Trusted 0-External tcp 10.0.1.5 198.51.100.20 51512 443 src_ip_nat="203.0.113.4" src_port_nat="40111" duration="30" sent_bytes="1800" rcvd_bytes="7200" sent_pkts="9" rcvd_pkts="11" (HTTPS-00)',
    {
      ...EACH,
      EventStartTime: '2026-03-02T09:59:42.000Z',
      EventOriginalType: '3000-0151',
      EventSubType: 'End',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      SrcBytes: 1800,
      SrcPackets: 9,
      DstBytes: 7200,
      DstPackets: 11,
      NetworkBytes: 9000,
      NetworkPackets: 20,
      NetworkDuration: 30000,
    },
  ],
  [
    'msg_id="3000-0150" Deny 1-Trusted 0-External 1440 https/tcp 20 61 10.0.1.5 198.51.100.20 51512 443 offset 5 A 1 win 5 signature_name="EXPLOIT overflow" signature_cat="Misc" signature_id="1112464" msg="IPS detected" (HTTPS-00)',
    {
      ...EACH,
      ...DENIED,
      EventOriginalType: '3000-0150',
      EventMessage: 'IPS detected',
      ThreatName: 'EXPLOIT overflow',
      ThreatId: '1112464',
      ThreatCategory: 'Misc',
    },
  ],
  [
    'msg_id="3000-0148" Deny 0-External 2-Guest LAN 84 icmp 40 50 2001:db8::9 fd00::5 128 0 (Ping-00)',
    {
      ...EACH,
      ...DENIED,
      ...PORTLESS,
      ...INWARD,
      DvcOutboundInterface: '2-Guest LAN',
      SrcIpAddr: '2001:db8::9',
      DstIpAddr: 'fd00::5',
      NetworkProtocol: 'IPv6-ICMP',
      NetworkProtocolVersion: 'IPv6',
      NetworkIcmpCode: 128,
      NetworkIcmpType: 'Echo Request',
      NetworkRuleName: 'Ping-00',
      AdditionalFields: { IcmpCode: '0' },
    },
  ],
  [
    'msg_id="3000-0173" Deny 0-External Firebox 36 igmp 24 1 203.0.113.9 224.0.0.1 blocked sites repeated 3 times (Internal Policy)',
    {
      ...EACH,
      ...DENIED,
      ...PORTLESS,
      DvcInboundInterface: '0-External',
      DvcOutboundInterface: 'Firebox',
      EventCount: 3,
      EventOriginalType: '3000-0173',
      SrcIpAddr: '203.0.113.9',
      DstIpAddr: '224.0.0.1',
      NetworkProtocol: 'IGMP',
      NetworkDirection: 'External',
      NetworkRuleName: 'Internal Policy',
    },
  ],
  ['msg_id="1AFF-0024" Allow 1-Trusted 0-External tcp 10.0.1.5 198.51.100.20 51512 80 (HTTP-00)', 'skipped:notTraffic'],
  [
    'msg_id="3000-0148" Allow 1-Trusted 0-External 52 udp 20 127 10.0.1.5 198.51.100.20 51512 53 msg="DNS Forwarding" (DNS-00)',
    'skipped:dnsForwarding',
  ],
  ['msg_id="3000-0148" Allow something', 'dead:malformedTraffic'],
];
const plain = (session: Session | string): Session | string =>
  typeof session === 'string' ? session : (JSON.parse(JSON.stringify(session)) as Session);

const LINES = MESSAGES.map(
  ([message]) => `<142>Mar  2 11:00:12 fw1 80AB0C0000001 (2026-03-02T10:00:12) firewall[10]: ${message}`,
);
conforms({
  source: 'watchGuardFireware',
  content: `${LINES.join('\n')}\n`,
  expected: MESSAGES.map(([, session]) => plain(session)),
  records: LINES,
});

// The agent takes the head off, and its EventTime is in the device's own zone.
const ROWS = MESSAGES.map(([message]) =>
  JSON.stringify({
    TimeGenerated: '2026-03-02T10:00:12Z',
    EventTime: '2026-03-02T12:00:12Z',
    Computer: 'fw1',
    HostName: 'fw1',
    ProcessName: 'firewall',
    HostIP: 'Unknown IP',
    SyslogMessage: message,
    Type: 'Syslog',
  }),
);
conforms({
  source: 'watchGuardFireware',
  content: `${ROWS.join('\n')}\n`,
  expected: MESSAGES.map(([, session]) =>
    plain(typeof session === 'string' ? session : { ...session, DvcId: undefined, DvcIdType: undefined }),
  ),
  records: ROWS,
  path: { container: 'am-syslog', name: 'PT05M.json' },
});

describe('Fireware', () => {
  it.each([
    ['Servers External', 'Servers', 'External'],
    ['1-Trusted 0-External', '1-Trusted', '0-External'],
    ['1-Private LAN 0-External', '1-Private LAN', '0-External'],
    ['Firebox 0-External', 'Firebox', '0-External'],
    ['Guest LAN Main Uplink', 'Guest LAN', 'Main Uplink'],
  ])('tells the interfaces %s apart', (names, inbound, outbound) => {
    const [session] = sessionsOf(
      normalizeAll(
        `<142>Mar  2 10:00:12 fw1 firewall: msg_id="3000-0148" Allow ${names} 52 tcp 20 127 10.0.1.5 198.51.100.20 1 2 (a-00)\n`,
      ),
    );
    expect(session).toMatchObject({
      TimeGenerated: TIME,
      DvcInboundInterface: inbound,
      DvcOutboundInterface: outbound,
      SrcPortNumber: 1,
      DstPortNumber: 2,
    });
  });

  it.each(['\t', '#011', '   '])('reads LEEF with pairs parted by %j', (tab) => {
    const leef = (id: string, ...pairs: readonly string[]): string =>
      `<142>Mar  2 10:00:12 fw1 LEEF:1.0|WatchGuard|XTM|12.10|${id}|${['serial=80AB0C0000001', 'policy=HTTPS out-00', ...pairs].join(tab)}`;
    const sessions = sessionsOf(
      normalizeAll(
        [
          leef(
            '30000148',
            'disp=Deny',
            'in_if=1-Private LAN',
            'out_if=0-External',
            'geo_dst=USA',
            'src=10.0.1.5',
            'srcPort=51512',
            'dst=198.51.100.20',
            'dstPort=443',
            'icmpType=0',
            'proto=tcp',
            'msg=a b',
          ),
          leef(
            '30000151',
            'disp=Allow',
            'in_if=1-Private LAN',
            'out_if=0-External',
            'proto=icmp',
            'src=10.0.1.5',
            'dst=198.51.100.20',
            'icmpType=8',
            'icmpCode=0',
            'duration=2',
            'sent_bytes=98',
            'rcvd_bytes=90',
          ),
        ].join('\n'),
      ),
    );
    const ends = {
      Dvc: 'fw1',
      DvcInboundInterface: '1-Private LAN',
      DvcOutboundInterface: '0-External',
      SrcIpAddr: '10.0.1.5',
      DstIpAddr: '198.51.100.20',
      NetworkRuleName: 'HTTPS out-00',
    };
    expect(sessions).toMatchObject([
      {
        ...ends,
        DvcAction: 'Deny',
        SrcPortNumber: 51512,
        DstPortNumber: 443,
        DstGeoCountry: 'USA',
        NetworkProtocol: 'TCP',
      },
      {
        ...ends,
        DvcAction: 'Allow',
        SrcBytes: 98,
        DstBytes: 90,
        NetworkDuration: 2000,
        NetworkIcmpCode: 8,
        NetworkProtocol: 'ICMP',
      },
    ]);
  });
});
