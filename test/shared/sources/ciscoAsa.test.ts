import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:00:12.000Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Cisco',
  EventProduct: 'ASA',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'asa1',
  DvcHostname: 'asa1',
  DvcAction: 'Allow',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const DENIED = { EventResult: 'Failure', EventSeverity: 'Low', DvcAction: 'Deny', EventOriginalSeverity: '4' };

/** A line with what it must become; the message is kept whole. */
function line(header: string, mark: string, text: string, session: Session | string): [string, Session | string] {
  const message = `%ASA-${mark}: ${text}`;
  if (typeof session === 'string') return [header + message, session];
  const id = mark.slice(-6);
  return [header + message, { ...EACH, EventOriginalType: id, EventMessage: message, ...session }];
}

const HEAD = '<166>Mar 02 2026 10:00:12 asa1 : ';
const LINES: readonly [string, Session | string][] = [
  line(
    HEAD,
    '6-302013',
    'Built outbound TCP connection 42 for outside:198.51.100.20/443 (198.51.100.20/443) to inside:10.0.1.5/51512 (203.0.113.4/40111)',
    {
      EventOriginalSeverity: '6',
      EventSubType: 'Start',
      DvcInboundInterface: 'inside',
      DvcOutboundInterface: 'outside',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      SrcInterfaceName: 'inside',
      SrcNatIpAddr: '203.0.113.4',
      SrcNatPortNumber: 40111,
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      DstInterfaceName: 'outside',
      NetworkSessionId: '42',
      NetworkDirection: 'Outbound',
    },
  ),
  line(
    '<166>Mar 02 2026 10:00:42 asa1 : ',
    '6-302014',
    'Teardown TCP connection 42 for outside:198.51.100.20/443 to inside:10.0.1.5/51512 duration 0:00:30 bytes 9000 TCP FINs',
    {
      TimeGenerated: '2026-03-02T10:00:42.000Z',
      EventEndTime: '2026-03-02T10:00:42.000Z',
      EventOriginalSeverity: '6',
      EventSubType: 'End',
      EventOriginalResultDetails: 'TCP FINs',
      DvcInboundInterface: 'inside',
      DvcOutboundInterface: 'outside',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      SrcInterfaceName: 'inside',
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      DstInterfaceName: 'outside',
      NetworkBytes: 9000,
      NetworkDuration: 30000,
      NetworkSessionId: '42',
      NetworkDirection: 'Outbound',
    },
  ),
  line(
    '<164>Mar  2 10:00:12 asa1 ',
    '4-106023',
    'Deny tcp src outside:192.0.2.10/40022 dst inside:10.0.1.5/22 by access-group "outside_in" [0x0, 0x0]',
    {
      ...DENIED,
      DvcInboundInterface: 'outside',
      DvcOutboundInterface: 'inside',
      SrcIpAddr: '192.0.2.10',
      SrcPortNumber: 40022,
      SrcInterfaceName: 'outside',
      DstIpAddr: '10.0.1.5',
      DstPortNumber: 22,
      DstInterfaceName: 'inside',
      NetworkRuleName: 'outside_in',
      NetworkDirection: 'Inbound',
    },
  ),
  line(
    'Mar  2 10:00:13 asa1 : Mar 02 05:00:12 EST: ',
    'session-6-302015',
    'Built inbound UDP connection 43 for outside:2001:db8::9/5353 (2001:db8::9/5353)(LOCAL\\EXAMPLE\\alice, 7:staff) to v2:dmz:fd00::5/53 (fd00::5/53) (EXAMPLE\\alice)',
    {
      EventOriginalSeverity: '6',
      EventSubType: 'Start',
      DvcInboundInterface: 'outside',
      DvcOutboundInterface: 'v2:dmz',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 5353,
      SrcInterfaceName: 'outside',
      SrcUsername: 'EXAMPLE\\alice',
      SrcUsernameType: 'Windows',
      DstIpAddr: 'fd00::5',
      DstPortNumber: 53,
      DstInterfaceName: 'v2:dmz',
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkSessionId: '43',
      NetworkDirection: 'Inbound',
      AdditionalFields: { SrcSecurityGroup: '7:staff' },
    },
  ),
  line(
    HEAD,
    '6-302021',
    'Teardown ICMP connection for faddr 198.51.100.20/0 gaddr 203.0.113.4/17 laddr 10.0.1.5/17 type 8 code 0 ',
    {
      EventMessage:
        '%ASA-6-302021: Teardown ICMP connection for faddr 198.51.100.20/0 gaddr 203.0.113.4/17 laddr 10.0.1.5/17 type 8 code 0',
      EventOriginalSeverity: '6',
      EventSubType: 'End',
      SrcIpAddr: '10.0.1.5',
      SrcNatIpAddr: '203.0.113.4',
      DstIpAddr: '198.51.100.20',
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
      NetworkDirection: 'Outbound',
      AdditionalFields: { IcmpCode: '0' },
    },
  ),
  line(
    '<166>2026-03-02T10:00:12Z asa1 : ',
    '5-106100',
    'access-list out denied icmp inside/10.0.1.5(8) -> outside/198.51.100.20(0) hit-cnt 3 300-second interval [0x1, 0x0]',
    {
      ...DENIED,
      EventOriginalSeverity: '5',
      EventCount: 3,
      DvcInboundInterface: 'inside',
      DvcOutboundInterface: 'outside',
      SrcIpAddr: '10.0.1.5',
      SrcInterfaceName: 'inside',
      DstIpAddr: '198.51.100.20',
      DstInterfaceName: 'outside',
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
      NetworkRuleName: 'out',
      NetworkDirection: 'Outbound',
      AdditionalFields: { IcmpCode: '0' },
    },
  ),
  line(HEAD, '7-710005', 'UDP request discarded from 10.0.1.5/40000 to inside:10.0.1.1/snmp', {
    ...DENIED,
    EventOriginalSeverity: '7',
    DvcAction: 'Drop',
    DvcOutboundInterface: 'inside',
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 40000,
    DstIpAddr: '10.0.1.1',
    DstPortNumber: 161,
    DstInterfaceName: 'inside',
    NetworkProtocol: 'UDP',
    NetworkDirection: 'Local',
  }),
  line(
    HEAD,
    '6-305011',
    'Built dynamic TCP translation from inside:10.0.1.5/1 to outside:203.0.113.4/2',
    'skipped:notConnection',
  ),
  line(HEAD, '4-106023', 'Deny tcp src outside:any dst inside:10.0.1.5/22 by access-group "a"', 'skipped:anyAddress'),
  line(
    HEAD,
    '6-302013',
    'Built inbound TCP connection 5 for dmz:printer/1 (printer/1) to inside:10.0.1.5/2 (10.0.1.5/2)',
    'skipped:namedAddress',
  ),
  line(
    HEAD,
    '4-106023',
    'Deny tcp src inside:10.0.1.5/1 dst outside:app.example.net/443 by access-group "a"',
    'skipped:namedAddress',
  ),
  line(
    HEAD,
    '4-106023',
    'Deny tcp src inside:10.0.1.555/1 dst outside:198.51.100.20/443 by access-group "a"',
    'dead:badAddress',
  ),
  line(HEAD, '6-302013', 'Built something else', 'dead:malformedMessage'),
];
const TEXTS = LINES.map(([text]) => text);
conforms({
  source: 'ciscoAsa',
  content: `${TEXTS.join('\n')}\n`,
  expected: LINES.map(([, session]) => session),
  records: TEXTS,
});

const ROW = {
  TimeGenerated: '2026-03-02T10:00:12Z',
  DeviceVendor: 'Cisco',
  DeviceProduct: 'ASA',
  DeviceVersion: '9.16',
  OriginalLogSeverity: '6',
  Computer: 'asa1',
  DeviceAddress: '192.0.2.1',
  Type: 'CommonSecurityLog',
};
const OF_ROW = { ...EACH, EventProductVersion: '9.16', EventOriginalSeverity: '6', DvcIpAddr: '192.0.2.1' };
const ROWS: readonly [object, Session | string][] = [
  [
    {
      ...ROW,
      DeviceEventClassID: '302016',
      Message:
        'Teardown UDP connection 9 for outside:203.0.113.9/4500 to identity:192.0.2.1/4500 duration 25:00:01 bytes 12',
    },
    {
      ...OF_ROW,
      EventStartTime: '2026-03-01T09:00:11.000Z',
      EventOriginalType: '302016',
      EventMessage:
        'Teardown UDP connection 9 for outside:203.0.113.9/4500 to identity:192.0.2.1/4500 duration 25:00:01 bytes 12',
      EventSubType: 'End',
      DvcInboundInterface: 'outside',
      DvcOutboundInterface: 'identity',
      SrcIpAddr: '203.0.113.9',
      SrcPortNumber: 4500,
      SrcInterfaceName: 'outside',
      DstIpAddr: '192.0.2.1',
      DstPortNumber: 4500,
      DstInterfaceName: 'identity',
      NetworkProtocol: 'UDP',
      NetworkBytes: 12,
      NetworkDuration: 90_001_000,
      NetworkSessionId: '9',
      NetworkDirection: 'Inbound',
    },
  ],
  // What the collector took apart, without a text that can be read.
  [
    {
      ...ROW,
      DeviceEventClassID: '106100',
      DeviceAction: 'Deny',
      SourceIP: '10.0.1.5',
      SourcePort: 51512,
      DestinationIP: '198.51.100.20',
      DestinationPort: 25,
      Protocol: 'TCP',
      DeviceCustomString2: 'mail',
      Message: 'rewritten',
    },
    {
      ...OF_ROW,
      ...DENIED,
      EventOriginalSeverity: '6',
      EventOriginalType: '106100',
      EventMessage: 'rewritten',
      DvcOriginalAction: 'Deny',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 25,
      NetworkRuleName: 'mail',
      NetworkDirection: 'Outbound',
    },
  ],
  [{ ...ROW, DeviceEventClassID: '111009', Message: 'User executed' }, 'skipped:notConnection'],
  [{ ...ROW, DeviceEventClassID: '106023', Message: 'cut' }, 'dead:malformedMessage'],
];
const JSON_ROWS = ROWS.map(([row]) => JSON.stringify(row));
conforms({
  source: 'ciscoAsa',
  content: `${JSON_ROWS.join('\n')}\n`,
  expected: ROWS.map(([, session]) => session),
  records: JSON_ROWS,
  path: { container: 'am-commonsecuritylog', name: 'PT05M.json' },
});

function all(...texts: readonly string[]): Session[] {
  return sessionsOf(normalizeAll(texts.map((text) => `${HEAD}${text}\n`).join('')));
}
const first = (text: string): Session => all(text)[0] ?? {};

describe('Cisco ASA', () => {
  it.each([
    [
      '106001',
      'Inbound TCP connection denied from 192.0.2.1/4 to 10.0.1.5/80 flags SYN  on interface outside',
      'Deny',
      80,
    ],
    ['106002', 'TCP Connection denied by outbound list 1 src 192.0.2.1/4 dest 10.0.1.5/80', 'Deny', 80],
    ['106006', 'Deny inbound UDP from 192.0.2.1/4 to 10.0.1.5/80 on interface outside', 'Deny', 80],
    ['106007', 'Deny inbound UDP from 192.0.2.1/53 to 10.0.1.5/80 due to DNS Response', 'Deny', 80],
    ['106010', 'Deny inbound sctp src outside:192.0.2.1/4 dst inside:10.0.1.5/80', 'Deny', 80],
    ['106012', 'Deny IP from 192.0.2.1 to 10.0.1.5, IP options: "Router Alert"', 'Deny', undefined],
    ['106013', 'Dropping echo request from 192.0.2.1 to PAT address 10.0.1.5', 'Drop', undefined],
    ['106014', 'Deny inbound icmp src outside:192.0.2.1 dst inside:10.0.1.5(type 8, code 0)', 'Deny', undefined],
    [
      '106015',
      'Deny TCP (no connection) from 192.0.2.1/4 to 10.0.1.5/80 flags FIN PSH ACK  on interface outside',
      'Deny',
      80,
    ],
    ['106016', 'Deny IP spoof from (192.0.2.1) to 10.0.1.5 on interface outside', 'Deny', undefined],
    ['106017', 'Deny IP due to Land Attack from 192.0.2.1 to 10.0.1.5', 'Deny', undefined],
    ['106018', 'ICMP packet type 8 denied by outbound list 1 src 192.0.2.1 dest 10.0.1.5', 'Deny', undefined],
    ['106020', 'Deny IP teardrop fragment (size = 1, offset = 2) from 192.0.2.1 to 10.0.1.5', 'Deny', undefined],
    ['106021', 'Deny TCP reverse path check from 192.0.2.1 to 10.0.1.5 on interface outside', 'Deny', undefined],
    ['106022', 'Deny udp connection spoof from 192.0.2.1 to 10.0.1.5 on interface outside', 'Deny', undefined],
    ['106023', 'Deny protocol 47 src outside:192.0.2.1 dst inside:10.0.1.5 by access-group "a b"', 'Deny', undefined],
    [
      '106100',
      'access-list a est-allowed tcp outside/192.0.2.1(4) -> inside/10.0.1.5(80) hit-cnt 1 first hit',
      'Allow',
      80,
    ],
    [
      '302020',
      'Built inbound ICMP connection for faddr 192.0.2.1/9(LOCAL\\bob) gaddr 192.0.2.5/0 laddr 10.0.1.5/0 (bob) type 8 code 0',
      'Allow',
      undefined,
    ],
    ['710002', 'TCP access permitted from 192.0.2.1/4 to outside:10.0.1.5/ssh', 'Allow', 22],
    ['710003', 'TCP access denied by ACL from 192.0.2.1/4 to outside:10.0.1.5/80', 'Deny', 80],
    [
      '710004',
      'TCP connection limit exceeded from 192.0.2.1/4 to outside:10.0.1.5/80 (current connections/connection limit = 5/5)',
      'Drop',
      80,
    ],
  ])('reads message %s', (id, text, action, port) => {
    expect(first(`%ASA-4-${id}: ${text}`)).toMatchObject({
      EventOriginalType: id,
      SrcIpAddr: '192.0.2.1',
      DstIpAddr: '10.0.1.5',
      DvcAction: action,
      EventResult: action === 'Allow' ? 'Success' : 'Failure',
      NetworkDirection: 'Inbound',
    });
    expect(first(`%ASA-4-${id}: ${text}`).DstPortNumber).toBe(port);
  });

  it.each([
    ['', 'Success', undefined, 'Allow'],
    [' TCP FINs from outside (EXAMPLE\\bob)', 'Success', undefined, 'Allow'],
    [' Idle Timeout', 'Success', 'Timeout', 'Allow'],
    [' SYN Timeout', 'Failure', 'Timeout', undefined],
    [' TCP Reset-O from outside', 'Failure', 'Reset', undefined],
    [' Flow reset by IPS', 'Failure', 'Terminated', 'Reset'],
    [' Unauth Deny', 'Failure', 'Terminated', 'Deny'],
    [' unknown', 'Failure', 'Unknown', undefined],
    [' Xlate Clear', 'Success', undefined, 'Allow'],
    [' constructor', 'Success', undefined, 'Allow'],
  ])('takes the result of a teardown from its reason:%s', (reason, EventResult, details, action) => {
    const session = first(
      `%ASA-6-302014: Teardown TCP connection 1 for outside:192.0.2.1/50000 to inside:10.0.1.5/80 duration 0:00:00 bytes 0${reason}`,
    );
    expect([session.EventResult, session.EventResultDetails, session.DvcAction]).toEqual([
      EventResult,
      details,
      action,
    ]);
  });

  it('learns who began from the connection’s earlier message where ports do not tell', () => {
    const built = (direction: string, id: number): string =>
      `%ASA-6-302013: Built ${direction} TCP connection ${id} for outside:192.0.2.1/5000 (192.0.2.1/5000) to inside:10.0.1.5/6000 (10.0.1.5/6000)`;
    const down = (id: number): string =>
      `%ASA-6-302014: Teardown TCP connection ${id} for outside:192.0.2.1/5000 to inside:10.0.1.5/6000 duration 0:00:01 bytes 1`;
    const sessions = all(built('outbound', 1), built('inbound', 2), down(1), down(2), down(1));
    expect(sessions.map(({ SrcIpAddr }) => SrcIpAddr)).toEqual([
      '10.0.1.5',
      '192.0.2.1',
      '10.0.1.5',
      '192.0.2.1',
      // The id is free for another connection by now.
      '192.0.2.1',
    ]);
  });

  it.each([
    ['%FTD-6-106006: ', '2026-03-02T12:00:00.000Z', 'Cisco/ASA'],
    ['<166>:Mar 02 10:00:12 UTC: %ASA-session-6-106006: ', '2026-03-02T10:00:12.000Z', 'Cisco/ASA'],
    ['Mar  2 10:00:12 asa1: %ASA-6-106006: ', '2026-03-02T10:00:12.000Z', 'asa1'],
    ['Mar 02 2026 10:00:12: %ASA--6-106006: ', '2026-03-02T10:00:12.000Z', 'Cisco/ASA'],
    ['<166>2026-03-02T10:00:12.5Z: %ASA-6-106006 ', '2026-03-02T10:00:12.500Z', 'Cisco/ASA'],
    ['LOCAL4.WARNING: asa1 %ASA-6-106006: ', '2026-03-02T12:00:00.000Z', 'asa1'],
    ['<166>Mar 02 2026 10:00:12 asa1/admin : %ASA-6-106006: ', '2026-03-02T10:00:12.000Z', 'asa1'],
    ['<166>Mar 02 2026 10:00:12 asa1 CiscoASA[9]: %ASA-6-106006: ', '2026-03-02T10:00:12.000Z', 'asa1'],
    ['<166>asa1 : %ASA-6-106006: ', '2026-03-02T12:00:00.000Z', 'asa1'],
    ['Mar  2 10:00:13 relay Mar 02 2026 10:00:12 asa1 : %ASA-6-106006: ', '2026-03-02T10:00:12.000Z', 'asa1'],
    [
      '<166>1 2026-03-02T10:00:12Z asa1.example.net - - - - %ASA-6-106006: ',
      '2026-03-02T10:00:12.000Z',
      'asa1.example.net',
    ],
  ])('reads the header %s', (header, time, device) => {
    const [session] = sessionsOf(normalizeAll(`${header}Deny inbound UDP from 192.0.2.1/4 to 10.0.1.5/80\n`));
    expect([session?.TimeGenerated, session?.Dvc, session?.DstPortNumber]).toEqual([time, device, 80]);
  });

  it.each([
    ['(LOCAL\\alice)', 'alice', undefined],
    ['(EXAMPLE\\alice)', 'EXAMPLE\\alice', undefined],
    ['(host.example.net)', undefined, 'host.example.net'],
    ['(12:staff)', undefined, undefined],
    [' alice', 'alice', undefined],
  ])('reads what stands behind an end: %s', (who, user, name) => {
    const session = first(
      `%ASA-6-302016: Teardown UDP connection 1 for outside:192.0.2.1/50000${who} to inside:10.0.1.5/53 duration 0:00:00 bytes 1`,
    );
    expect([session.SrcUsername, session.SrcFQDN, session.DstIpAddr]).toEqual([user, name, '10.0.1.5']);
  });

  it('takes a user right behind the local end of ICMP for its own, one apart for him who began', () => {
    const users = (tail: string): unknown[] => {
      const session = first(
        `%ASA-6-302020: Built inbound ICMP connection for faddr 192.0.2.1/5 gaddr 203.0.113.4/0 laddr 10.0.1.5/0${tail} type 8 code 0`,
      );
      return [session.SrcUsername, session.DstUsername, session.NetworkIcmpType];
    };
    expect(users('(LOCAL\\alice)')).toEqual([undefined, 'alice', 'Echo']);
    expect(users(' (alice)')).toEqual(['alice', undefined, 'Echo']);
  });

  it('leaves unified events of FTD to their own source', () => {
    const kinds = kindsOf(
      normalizeAll('%FTD-1-430003: SrcIP: 10.0.1.5, DstIP: 192.0.2.1, Protocol: tcp\n', { source: 'ciscoAsa' }),
    );
    expect(kinds).not.toContain('session');
  });
});
