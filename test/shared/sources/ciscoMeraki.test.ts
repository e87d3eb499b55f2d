import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const TIME = '2026-03-02T10:00:12.500Z';
const EACH = {
  TimeGenerated: TIME,
  EventStartTime: TIME,
  EventEndTime: TIME,
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'Cisco',
  EventProduct: 'Meraki',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'mx_hq',
  DvcHostname: 'mx_hq',
  NetworkProtocolVersion: 'IPv4',
};
const TCP = {
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkDirection: 'Outbound',
};
const HEAD = '1772445612.500000000 mx_hq';
const TCP_TEXT = 'src=10.0.1.5 dst=198.51.100.20 mac=00:00:5E:00:53:01 protocol=tcp sport=51512 dport=443';
const MAC = '00:00:5e:00:53:01';

const LINES: readonly [string, Session | string][] = [
  [
    `${HEAD} firewall ${TCP_TEXT} pattern: allow all`,
    {
      ...EACH,
      ...TCP,
      EventOriginalType: 'firewall',
      SrcMacAddr: MAC,
      DvcAction: 'Allow',
      DvcOriginalAction: 'allow',
      AdditionalFields: { Pattern: 'allow all' },
    },
  ],
  [
    `${HEAD} l7_firewall src=10.0.1.5 dst=198.51.100.20 protocol=tcp sport=51512 dport=443 decision=blocked`,
    {
      ...EACH,
      ...TCP,
      EventOriginalType: 'l7_firewall',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      DvcAction: 'Deny',
      DvcOriginalAction: 'blocked',
    },
  ],
  [
    `${HEAD} flows src=203.0.113.9 dst=203.0.113.4 protocol=tcp sport=40022 dport=22 pattern: 1 all`,
    {
      ...EACH,
      EventOriginalType: 'flows',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 40022,
      DstIpAddr: '203.0.113.4',
      DstPortNumber: 22,
      DvcAction: 'Deny',
      DvcOriginalAction: '1',
      NetworkProtocol: 'TCP',
      NetworkDirection: 'External',
      AdditionalFields: { Pattern: '1 all' },
    },
  ],
  [
    `${HEAD} flows allow src=fe80::5 dst=ff02::1 mac=00:00:5E:00:53:01 protocol=icmp6 type=135`,
    {
      ...EACH,
      EventOriginalType: 'flows',
      SrcIpAddr: 'fe80::5',
      SrcMacAddr: MAC,
      DstIpAddr: 'ff02::1',
      DvcAction: 'Allow',
      DvcOriginalAction: 'allow',
      NetworkProtocol: 'ICMP',
      NetworkProtocolVersion: 'IPv6',
      NetworkIcmpCode: 135,
      NetworkIcmpType: 'Neighbor Solicitation',
      NetworkDirection: 'External',
    },
  ],
  [
    `${HEAD} ip_flow_start ${TCP_TEXT} translated_src_ip=203.0.113.4 translated_port=40111`,
    {
      ...EACH,
      ...TCP,
      EventOriginalType: 'ip_flow_start',
      SrcMacAddr: MAC,
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      DvcAction: 'Allow',
    },
  ],
  [
    `${HEAD} ip_flow_end src=10.0.1.5 protocol=udp sport=51512 dport=53 translated_dst_ip=198.51.100.20 translated_port=5353`,
    {
      ...EACH,
      ...TCP,
      EventOriginalType: 'ip_flow_end',
      DstPortNumber: 53,
      DvcAction: 'Allow',
      NetworkProtocol: 'UDP',
    },
  ],
  [
    `${HEAD} security_event ids_alerted signature=1:29708:4 priority=1 timestamp=1772445612.5 dhost=00:00:5E:00:53:02 direction=ingress protocol=tcp/ip src=[2001:db8::9]:80 dst=[fd00::5]:51512 decision=blocked message: BROWSER attempt`,
    {
      ...EACH,
      EventType: 'IDS',
      EventOriginalType: 'security_event',
      EventOriginalSubType: 'ids_alerted',
      EventMessage: 'BROWSER attempt',
      EventResult: 'Failure',
      EventSeverity: 'High',
      EventOriginalSeverity: '1',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 80,
      DstIpAddr: 'fd00::5',
      DstPortNumber: 51512,
      DstMacAddr: '00:00:5e:00:53:02',
      DvcAction: 'Deny',
      DvcOriginalAction: 'blocked',
      NetworkProtocol: 'TCP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'Inbound',
      ThreatId: '1:29708:4',
      ThreatName: 'BROWSER attempt',
    },
  ],
  [
    `${HEAD} events type=disassociation radio='1' client_mac='00:00:5E:00:53:01' reason='8' duration='12.5' ip_src='10.0.1.5' identity='bob' aid='7'`,
    {
      ...EACH,
      EventStartTime: '2026-03-02T10:00:00.000Z',
      EventType: 'L2NetworkSession',
      EventOriginalType: 'events',
      EventOriginalSubType: 'disassociation',
      EventSubType: 'End',
      EventResult: 'Failure',
      EventResultDetails: 'Terminated',
      EventOriginalResultDetails: '8',
      EventSeverity: 'Low',
      SrcMacAddr: MAC,
      SrcUsername: 'bob',
      SrcUsernameType: 'Simple',
      NetworkProtocolVersion: undefined,
      NetworkDuration: 12_500,
      NetworkDirection: 'NA',
      AdditionalFields: { ClientIpAddr: '10.0.1.5', AssociationId: '7' },
    },
  ],
  [
    `${HEAD} airmarshal_events type=rogue_ssid_detected ssid='' bssid='00:00:5E:00:53:03' src='00:00:5E:00:53:01' dst='00:00:5E:00:53:02' vlan_id='7'`,
    {
      ...EACH,
      EventType: 'L2NetworkSession',
      EventOriginalType: 'airmarshal_events',
      EventOriginalSubType: 'rogue_ssid_detected',
      EventSeverity: 'High',
      SrcMacAddr: MAC,
      SrcVlanId: '7',
      DstMacAddr: '00:00:5e:00:53:02',
      NetworkProtocolVersion: undefined,
      NetworkDirection: 'NA',
      AdditionalFields: { Bssid: '00:00:5E:00:53:03' },
    },
  ],
  [`${HEAD} urls src=10.0.1.5:51512 dst=198.51.100.20:443 request: UNKNOWN https://x.example`, 'skipped:urlOnly'],
  [`${HEAD} events type=wpa_auth client_mac='00:00:5E:00:53:01'`, 'skipped:noSession'],
  [`${HEAD} flows allow src=somewhere dst=10.0.1.5 protocol=tcp sport=1 dport=2`, 'dead:badAddress'],
];
const plain = (session: Session | string): Session | string =>
  typeof session === 'string' ? session : (JSON.parse(JSON.stringify(session)) as Session);
const EXPECTED = LINES.map(([, session]) => plain(session));

const TEXTS = LINES.map(([text]) => `<134>1 ${text}`);
conforms({ source: 'ciscoMeraki', content: `${TEXTS.join('\n')}\n`, expected: EXPECTED, records: TEXTS });

const ROWS = [
  ...LINES.map(([text], index) => ({
    TimeGenerated: '2026-03-02T10:01:00Z',
    Message: index % 2 === 0 ? text : `<134>1 ${text}`,
    Type: 'meraki_CL',
  })),
  { TimeGenerated: '2026-03-02T10:01:00Z', Message: 'broken', Type: 'meraki_CL' },
];
const JSON_ROWS = ROWS.map((row) => JSON.stringify(row));
conforms({
  source: 'ciscoMeraki',
  content: `${JSON_ROWS.join('\n')}\n`,
  expected: [...EXPECTED, 'dead:malformedLine'],
  records: JSON_ROWS,
  path: { container: 'am-meraki-cl', name: 'PT05M.json' },
});

function row(message: string): Session {
  const [session] = sessionsOf(
    normalizeAll(
      `${JSON.stringify({ TimeGenerated: '2026-03-02T10:00:12.5Z', Computer: 'relay', HostName: 'mx_row', ProcessName: '', SyslogMessage: message, Type: 'Syslog' })}\n`,
    ),
  );
  return session ?? {};
}

describe('Meraki', () => {
  it.each([
    ['allow tcp && (dst port 1)', 'Allow', 'allow'],
    ['deny (src 10.0.0.0/8)', 'Deny', 'deny'],
    ['0 all', 'Allow', '0'],
    ['1 tcp', 'Deny', '1'],
    ['Group Policy Allow', 'Allow', 'Allow'],
    ['something 1', undefined, 'something'],
  ])('takes the action from the pattern %s', (pattern, action, original) => {
    const session = row(`${HEAD} flows ${TCP_TEXT} pattern: ${pattern}`);
    expect([session.DvcAction, session.DvcOriginalAction]).toEqual([action, original]);
  });

  it.each([
    [`${HEAD} flows Blocked ${TCP_TEXT}`, 'mx_hq', 'Deny'],
    [`<134>1 ${HEAD} flows deny ${TCP_TEXT}`, 'mx_hq', 'Deny'],
    [`Oct 13 06:54:17 192.0.2.1  ${HEAD} flows allow ${TCP_TEXT}`, 'mx_hq', 'Allow'],
    [`1772445612.5 firewall flows allow ${TCP_TEXT}`, 'firewall', 'Allow'],
    [`flows allow ${TCP_TEXT}`, 'mx_row', 'Allow'],
    [`mx_2 vpn_firewall ${TCP_TEXT} pattern: deny all`, 'mx_2', 'Deny'],
  ])('reads what relays and agents leave: %s', (message, device, action) => {
    expect(row(message)).toMatchObject({ ...TCP, TimeGenerated: TIME, Dvc: device, DvcAction: action });
  });

  it('knows the link layer’s other events', () => {
    expect(row(`${HEAD} events Blocked DHCP server response from 00:00:5E:00:53:01 on VLAN 100`)).toMatchObject({
      EventType: 'L2NetworkSession',
      EventResult: 'Failure',
      DvcAction: 'Deny',
      SrcMacAddr: MAC,
      SrcVlanId: '100',
    });
    expect(
      row(
        `${HEAD} events Received VRRP packet for virtual router 1 from 192.0.2.4 on VLAN 5 with incompatible configuration`,
      ),
    ).toMatchObject({
      EventOriginalSubType: 'Virtual router collision',
      EventResult: 'Failure',
      AdditionalFields: { SenderIpAddr: '192.0.2.4' },
    });
    expect(
      row(`${HEAD} events type=association client_mac='00:00:5E:00:53:01' last_known_client_ip='0.0.0.0'`),
    ).toMatchObject({
      EventSubType: 'Start',
      EventResult: 'Success',
      SrcMacAddr: MAC,
    });
  });

  it('leaves other products’ syslog alone', () => {
    const line = '<13>Mar  2 10:00:12 host app: events were written to flows src=10.0.0.1\n';
    expect(kindsOf(normalizeAll(line))).toEqual(['skipped:otherProduct']);
  });
});
