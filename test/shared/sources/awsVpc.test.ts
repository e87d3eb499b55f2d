import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status ' +
  'vpc-id flow-direction pkt-srcaddr pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service tcp-flags traffic-path region new-field';
const LINES = [
  '5 111122223333 eni-01 10.0.1.5 198.51.100.20 51512 443 6 12 3120 1772445612 1772445668 ACCEPT OK vpc-0a egress 10.0.1.5 198.51.100.20 - S3 3 8 eu-west-1 -',
  '5 111122223333 eni-01 198.51.100.20 10.0.1.5 443 51512 6 10 8400 1772445612 1772445668 ACCEPT OK vpc-0a ingress 198.51.100.20 10.0.1.5 S3 - 19 - eu-west-1 x',
  '5 111122223333 eni-01 10.0.1.5 203.0.113.9 443 40022 6 1 52 1772445612 1772445612 ACCEPT OK vpc-0a egress 10.0.9.9 203.0.113.9 - - 0 8 - -',
  '5 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 REJECT OK vpc-0a ingress 203.0.113.9 10.0.1.5 - - 2 - - -',
  '5 unknown eni-01 - - - - - - - 1772445680 1772445739 - NODATA - - - - - - - - - -',
  '5 111122223333 eni-01 - - - - - - - 1772445680 1772445739 - SKIPDATA - - - - - - - - - -',
  '5 unknown - 2001:db8:0::9 fd00::5 0 0 58 1 104 1772445612 1772445640 ACCEPT OK - - - - - - - - - -',
  '5 111122223333 eni-01 10.0.1.5 10.0.2.6 40022 8080 6 1 44 1772445612 1772445640 ACCEPT OK vpc-0a ingress - - - - 2 - - -',
  '5 111122223333 eni-01 10.0.1.5 nonsense 1 2 6 1 44 1772445612 1772445640 ACCEPT OK vpc-0a ingress - - - - 2 - - -',
];
const EACH = {
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'AWS',
  EventProduct: 'VPC',
  EventProductVersion: '5',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  EventOriginalResultDetails: 'OK',
  Dvc: 'vpc-0a',
  DvcId: 'vpc-0a',
  DvcIdType: 'AwsVpcId',
  DvcSubscriptionId: '111122223333',
  DvcInterface: 'eni-01',
  DvcAction: 'Allow',
  DvcOriginalAction: 'ACCEPT',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const during = (start: string, end: string): Session => ({
  TimeGenerated: `2026-03-02T10:${end}.000Z`,
  EventStartTime: `2026-03-02T10:${start}.000Z`,
  EventEndTime: `2026-03-02T10:${end}.000Z`,
});

const EXPECTED: (Session | string)[] = [
  {
    ...EACH,
    ...during('00:12', '01:08'),
    DvcOutboundInterface: 'eni-01',
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 51512,
    SrcBytes: 3120,
    SrcPackets: 12,
    DstIpAddr: '198.51.100.20',
    DstPortNumber: 443,
    DstAppName: 'S3',
    DstAppType: 'CSP',
    NetworkBytes: 3120,
    NetworkPackets: 12,
    TcpFlagsSyn: true,
    TcpFlagsFin: true,
    NetworkDirection: 'Outbound',
    AdditionalFields: { Region: 'eu-west-1', TrafficPath: '8' },
  },
  // The answer: turned round, its bytes are the destination's.
  {
    ...EACH,
    ...during('00:12', '01:08'),
    DvcInboundInterface: 'eni-01',
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 51512,
    DstIpAddr: '198.51.100.20',
    DstPortNumber: 443,
    DstBytes: 8400,
    DstPackets: 10,
    DstAppName: 'S3',
    DstAppType: 'CSP',
    NetworkBytes: 8400,
    NetworkPackets: 10,
    TcpFlagsSyn: true,
    TcpFlagsAck: true,
    TcpFlagsFin: true,
    NetworkDirection: 'Outbound',
    AdditionalFields: { Reversed: 'tcpFlags', FlowDirection: 'ingress', Region: 'eu-west-1', NewField: 'x' },
  },
  // A server's later answer, without SYN in its window: told by the ports.
  {
    ...EACH,
    ...during('00:12', '00:12'),
    DvcOutboundInterface: 'eni-01',
    SrcIpAddr: '203.0.113.9',
    SrcPortNumber: 40022,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 443,
    DstNatIpAddr: '10.0.9.9',
    DstBytes: 52,
    DstPackets: 1,
    NetworkBytes: 52,
    NetworkPackets: 1,
    NetworkDirection: 'Inbound',
    AdditionalFields: { Reversed: 'ports', FlowDirection: 'egress', TrafficPath: '8' },
  },
  {
    ...EACH,
    ...during('00:12', '00:40'),
    EventResult: 'Failure',
    EventSeverity: 'Low',
    DvcAction: 'Deny',
    DvcOriginalAction: 'REJECT',
    DvcInboundInterface: 'eni-01',
    SrcIpAddr: '203.0.113.9',
    SrcPortNumber: 40022,
    SrcBytes: 44,
    SrcPackets: 1,
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 22,
    NetworkBytes: 44,
    NetworkPackets: 1,
    TcpFlagsSyn: true,
    NetworkDirection: 'Inbound',
  },
  'skipped:noData',
  'skipped:skipData',
  {
    EventCount: 1,
    EventType: 'Flow',
    EventVendor: 'AWS',
    EventProduct: 'VPC',
    EventProductVersion: '5',
    EventSchemaVersion: '0.2.7',
    EventResult: 'Success',
    EventSeverity: 'Informational',
    EventOriginalResultDetails: 'OK',
    ...during('00:12', '00:40'),
    Dvc: 'VPC',
    DvcAction: 'Allow',
    DvcOriginalAction: 'ACCEPT',
    SrcIpAddr: '2001:db8::9',
    SrcBytes: 104,
    SrcPackets: 1,
    DstIpAddr: 'fd00::5',
    NetworkProtocol: 'IPv6-ICMP',
    NetworkProtocolVersion: 'IPv6',
    NetworkBytes: 104,
    NetworkPackets: 1,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...during('00:12', '00:40'),
    DvcInboundInterface: 'eni-01',
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 40022,
    SrcBytes: 44,
    SrcPackets: 1,
    DstIpAddr: '10.0.2.6',
    DstPortNumber: 8080,
    NetworkBytes: 44,
    NetworkPackets: 1,
    TcpFlagsSyn: true,
    NetworkDirection: 'Local',
    AdditionalFields: { FlowDirection: 'ingress' },
  },
  'dead:badAddress',
];

conforms({
  source: 'awsVpc',
  content: `${HEADER}\n${LINES.join('\n')}\n`,
  expected: EXPECTED,
  records: LINES,
  path: {
    container: 'aws',
    name: 'AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/111122223333_vpcflowlogs_eu-west-1_fl-01_20260302T1000Z_abc.log.gz',
  },
});

const DEFAULT = '2 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 ACCEPT OK';

describe('AWS VPC flow logs', () => {
  it('reads the default format without a header, and works out the direction from the addresses', () => {
    expect(sessionsOf(normalizeAll(`${DEFAULT}\n`))[0]).toMatchObject({
      Dvc: 'eni-01',
      DvcInterface: 'eni-01',
      EventProductVersion: '2',
      NetworkDirection: 'Inbound',
    });
  });

  it('turns the answer of a default-format record round by its ports, not a request to such a port', () => {
    const answer = DEFAULT.replace('40022 22', '22 40022');
    expect(sessionsOf(normalizeAll(answer))[0]).toMatchObject({
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 40022,
      DstIpAddr: '203.0.113.9',
      DstPortNumber: 22,
      NetworkDirection: 'Outbound',
      DstBytes: 44,
    });
    for (const kept of [
      answer.replace('ACCEPT', 'REJECT'),
      DEFAULT.replace('40022 22', '22 8080'),
      DEFAULT.replace('40022 22 6', '22 40022 50'),
    ]) {
      expect(sessionsOf(normalizeAll(kept))[0], kept).toMatchObject({ SrcIpAddr: '203.0.113.9', SrcBytes: 44 });
    }
  });

  it('maps a custom format by its header, whatever order and spelling, and a header in the middle', () => {
    const content =
      'end srcaddr dst_port dstaddr\n1772445640 203.0.113.9 22 10.0.1.5 \nversion srcaddr dstaddr start\n2 10.0.1.5 203.0.113.7 1772445612\n';
    const [one, two] = sessionsOf(normalizeAll(content.replace('dst_port', 'dstport')));
    expect(one).toMatchObject({
      SrcIpAddr: '203.0.113.9',
      DstPortNumber: 22,
      TimeGenerated: '2026-03-02T10:00:40.000Z',
    });
    expect(two).toMatchObject({
      DstIpAddr: '203.0.113.7',
      EventStartTime: '2026-03-02T10:00:12.000Z',
      EventEndTime: '2026-03-02T10:00:12.000Z',
    });
    expect(sessionsOf(normalizeAll(`${HEADER.replaceAll('-', '_')}\n${LINES[0]}`))[0]).toMatchObject({
      DstAppName: 'S3',
    });
  });

  it('reads numbers that came through JSON, CRLF, blank lines', () => {
    const kinds = kindsOf(normalizeAll(`${DEFAULT.replace(' 6 1 44 ', ' 6.0 1.0 44.0 ')}\r\n\r\n  \n${DEFAULT}`));
    expect(kinds).toEqual(['session', 'session']);
  });

  it.each([
    [`${DEFAULT} extra`, 'dead:tooManyFields'],
    [DEFAULT.replace(' OK', ''), 'dead:tooFewFields'],
    [DEFAULT.replace('1772445612 1772445640', '- -'), 'dead:badTime'],
    [DEFAULT.replace('40022', '-5'), 'dead:badPort'],
    [DEFAULT.replace(' 6 ', ' 999 '), 'dead:badProtocol'],
    [DEFAULT.replace('ACCEPT', 'MAYBE'), 'dead:unknownAction'],
    [DEFAULT.replace(' 44 ', ' many '), 'dead:badCounter'],
  ])('refuses %s alone', (line, expected) => {
    expect(kindsOf(normalizeAll(`${DEFAULT}\n${line}\n${DEFAULT}\n`))).toEqual(['session', expected, 'session']);
  });

  const FIFTH =
    '5 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 ACCEPT OK vpc-0a subnet-0a i-0a 2 IPv4 203.0.113.9 10.0.1.5 eu-west-1 euw1-az2 - - - S3 ingress -';
  const TASK = ['arn:c', 'c', 'arn:i', 'i', 'k', '-', 'service', 'arn:d', 'arn:t', 't'].join(' ');

  it.each([
    ['3', FIFTH.split(' ').slice(0, 21).join(' '), { DvcId: 'vpc-0a', TcpFlagsSyn: true }],
    ['4', FIFTH.split(' ').slice(0, 25).join(' '), { AdditionalFields: { Region: 'eu-west-1', AzId: 'euw1-az2' } }],
    ['5', FIFTH, { DstAppName: 'S3', DvcInboundInterface: 'eni-01', NetworkDirection: 'Inbound' }],
    ['7', `${FIFTH} ${TASK}`, { AdditionalFields: { EcsServiceName: 'service', EcsTaskId: 't' } }],
    ['8', `${FIFTH} ${TASK} BPA`, { AdditionalFields: { RejectReason: 'BPA' } }],
  ])('reads all fields of version %s without a header', (_, line, fields) => {
    const sessions = sessionsOf(normalizeAll(`${line}\n${DEFAULT}\n${line}\n`));
    expect(sessions.map(({ DstPortNumber, SrcBytes }) => [DstPortNumber, SrcBytes])).toEqual([
      [22, 44],
      [22, 44],
      [22, 44],
    ]);
    expect(sessions[2]).toMatchObject(fields);
    expect(sessions[0]).toMatchObject(fields);
  });

  it('reads the order in which the guide shows TCP flags', () => {
    const line =
      '3 vpc-0a subnet-0a i-0a eni-01 111122223333 IPv4 203.0.113.9 10.0.1.5 40022 22 203.0.113.9 10.0.1.5 6 568 8 1772445612 1772445640 ACCEPT 2 OK';
    expect(sessionsOf(normalizeAll(line))).toMatchObject([
      { SrcIpAddr: '203.0.113.9', DstPortNumber: 22, SrcBytes: 568, SrcPackets: 8, TcpFlagsSyn: true, DvcId: 'vpc-0a' },
    ]);
  });

  it('shows an idle window without log-status by its missing addresses', () => {
    expect(kindsOf(normalizeAll('srcaddr dstaddr start end action\n- - 1772445612 1772445640 -\n'))).toEqual([
      'skipped:noData',
    ]);
  });

  it('tells equal lines apart by their place, and blobs by their name', () => {
    const ids = (name: string): unknown[] =>
      sessionsOf(normalizeAll(`${DEFAULT}\n${DEFAULT}\n`, { name })).map((one) => one.EventOriginalUid);
    expect(new Set([...ids('a'), ...ids('b')]).size).toBe(4);
  });
});
