import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckdbFiles, duckdbFiles } from '../formats/duckdbFiles';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, open, type Session, sessionsOf } from './normalizing';

const EACH = {
  TimeGenerated: '2026-03-02T10:01:08.000Z',
  EventStartTime: '2026-03-02T10:00:12.000Z',
  EventEndTime: '2026-03-02T10:01:08.000Z',
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'AWS',
  EventProduct: 'VPC',
  EventProductVersion: '5',
  EventSchemaVersion: '0.2.7',
  EventOriginalResultDetails: 'OK',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'vpc-0a',
  DvcId: 'vpc-0a',
  DvcIdType: 'AwsVpcId',
  DvcInterface: 'eni-01',
  DvcSubscriptionId: '111122223333',
  DvcAction: 'Allow',
  DvcOriginalAction: 'ACCEPT',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Outbound',
} as const;
const SENT = { SrcBytes: 3120, SrcPackets: 12, NetworkBytes: 3120, NetworkPackets: 12 };
const SYN_FIN = { TcpFlagsSyn: true, TcpFlagsFin: true };
/** The answer of a server, turned round: what it sent is the destination's. */
const ANSWERED: Session = {
  ...EACH,
  DvcInboundInterface: 'eni-01',
  DstBytes: 8400,
  DstPackets: 10,
  NetworkBytes: 8400,
  NetworkPackets: 10,
  ...SYN_FIN,
  TcpFlagsAck: true,
};
const REJECTED: Session = {
  ...EACH,
  EventResult: 'Failure',
  EventSeverity: 'Low',
  DvcInboundInterface: 'eni-01',
  DvcAction: 'Deny',
  DvcOriginalAction: 'REJECT',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  SrcBytes: 44,
  SrcPackets: 1,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  NetworkBytes: 44,
  NetworkPackets: 1,
  NetworkDirection: 'Inbound',
};

describe('rows of AWSVPCFlow', () => {
  const base = {
    TenantId: '00000000-0000-4000-8000-000000000001',
    SourceSystem: '',
    TimeGenerated: '2026-03-02T10:00:12Z',
    Version: 5,
    AccountId: '111122223333',
    InterfaceId: 'eni-01',
    SrcAddr: '10.0.1.5',
    DstAddr: '198.51.100.20',
    SrcPort: 51512,
    DstPort: 443,
    Protocol: 6,
    Packets: 12,
    Bytes: 3120,
    Start: '2026-03-02T10:00:12Z',
    End: '2026-03-02T10:01:08Z',
    Action: 'ACCEPT',
    LogStatus: 'OK',
    VpcId: 'vpc-0a',
    FlowDirection: 'egress',
    TcpFlags: 3,
    TrafficType: 'IPv4',
    Type: 'AWSVPCFlow',
    _ResourceId: '',
  };
  const row = (columns: object): string => JSON.stringify({ ...base, ...columns });
  const turned = {
    SrcAddr: base.DstAddr,
    DstAddr: base.SrcAddr,
    SrcPort: 443,
    DstPort: 51512,
    FlowDirection: 'ingress',
  };
  const records = [
    row({
      PktSrcAddr: '10.0.9.9',
      PktDstAddr: '198.51.100.20',
      PktDstAwsService: 'S3',
      Region: 'eu-west-1',
      TrafficPath: '8',
    }),
    row({ ...turned, Bytes: 8400, Packets: 10, TcpFlags: 19, PktSrcAwsService: '-', SubnetId: 'subnet-1' }),
    row({
      SrcAddr: '203.0.113.9',
      DstAddr: '10.0.1.5',
      SrcPort: 40022,
      DstPort: 22,
      Packets: 1,
      Bytes: 44,
      Action: 'REJECT',
      FlowDirection: 'ingress',
      TcpFlags: 0,
    }),
    row({
      SrcAddr: '2001:db8::9',
      DstAddr: 'fd00::5',
      SrcPort: 0,
      DstPort: 0,
      Protocol: 58,
      Action: null,
      FlowDirection: '',
      TcpFlags: null,
      AccountId: 'unknown',
      VpcId: '',
      InterfaceId: '',
    }),
    row({ SrcAddr: '', DstAddr: '', SrcPort: null, Action: '', LogStatus: 'NODATA' }),
    row({ LogStatus: 'SKIPDATA' }),
    row({ Action: 'MAYBE' }),
    row({ DstAddr: 'somewhere' }),
  ];
  const {
    Dvc,
    DvcId,
    DvcIdType,
    DvcInterface,
    DvcSubscriptionId,
    DvcAction,
    DvcOriginalAction,
    SrcPortNumber,
    DstPortNumber,
    ...bare
  } = EACH;
  conforms({
    source: 'awsVpc',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      {
        ...EACH,
        ...SENT,
        ...SYN_FIN,
        DvcOutboundInterface: 'eni-01',
        SrcNatIpAddr: '10.0.9.9',
        DstAppName: 'S3',
        DstAppType: 'CSP',
        AdditionalFields: { Region: 'eu-west-1', TrafficPath: '8' },
      },
      { ...ANSWERED, AdditionalFields: { Reversed: 'tcpFlags', FlowDirection: 'ingress', SubnetId: 'subnet-1' } },
      REJECTED,
      {
        ...bare,
        ...SENT,
        Dvc: 'VPC',
        SrcIpAddr: '2001:db8::9',
        DstIpAddr: 'fd00::5',
        NetworkProtocol: 'IPv6-ICMP',
        NetworkProtocolVersion: 'IPv6',
        NetworkDirection: 'Inbound',
      },
      'skipped:noData',
      'skipped:skipData',
      'dead:unknownAction',
      'dead:badAddress',
    ],
  });
});

describe('objects with the log’s own names', () => {
  const records = [
    '{"version":"5","account-id":"111122223333","interface-id":"eni-01","srcaddr":"10.0.1.5","dstaddr":"198.51.100.20","srcport":"51512","dstport":"443","protocol":"6.0","packets":"12","bytes":"3120","start":"1772445612","end":"1772445668","action":"ACCEPT","log-status":"OK","vpc-id":"vpc-0a","flow-direction":"egress","tcp-flags":"3"}',
    '{"version":5,"account_id":"111122223333","interface_id":"eni-01","srcaddr":"198.51.100.20","dstaddr":"10.0.1.5","srcport":443,"dstport":51512,"protocol":6,"packets":10,"bytes":8400,"start":1772445612,"end":1772445668,"action":"ACCEPT","log_status":"OK","vpc_id":"vpc-0a","flow_direction":"ingress","tcp_flags":19,"type":"IPv4","pkt_src_aws_service":null,"new_field":"x"}',
    '{"version":5,"account_id":"111122223333","interface_id":"eni-01","srcaddr":null,"dstaddr":null,"start":1772445612,"end":1772445668,"action":null,"log_status":"NODATA"}',
  ];
  conforms({
    source: 'awsVpc',
    content: `[${records.join(',')}]`,
    records,
    expected: [
      { ...EACH, ...SENT, ...SYN_FIN, DvcOutboundInterface: 'eni-01' },
      { ...ANSWERED, AdditionalFields: { Reversed: 'tcpFlags', FlowDirection: 'ingress', NewField: 'x' } },
      'skipped:noData',
    ],
  });
});

const LINE = '2 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445668 REJECT OK';
const DEFAULT_REJECTED = {
  SrcIpAddr: '203.0.113.9',
  DstPortNumber: 22,
  DvcAction: 'Deny',
  NetworkDirection: 'Inbound',
};

describe('lines on their way through CloudWatch Logs', () => {
  it('stand behind a time in its exports', () => {
    expect(sessionsOf(normalizeAll(`2026-03-02T10:00:12.000Z ${LINE}\n`))).toMatchObject([DEFAULT_REJECTED]);
  });

  it('stand in the messages of its subscriptions', () => {
    const event = { id: '1', timestamp: 1_772_445_612_000, message: LINE };
    const delivery = JSON.stringify({ messageType: 'DATA_MESSAGE', owner: '111122223333', logEvents: [event, event] });
    expect(sessionsOf(normalizeAll(`${delivery}${delivery}`)).length).toBe(4);
    expect(sessionsOf(normalizeAll(delivery))[0]).toMatchObject(DEFAULT_REJECTED);
  });
});

/** Fields of a record in the order of the header; undefined: missing. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {
  version: fc.constantFrom('2', '5', '8'),
  'account-id': fc.constantFrom('111122223333', 'unknown'),
  'interface-id': fc.constantFrom('eni-01', 'eni-02', undefined),
  srcaddr: fc.constantFrom('10.0.1.5', '203.0.113.9', '2001:db8::9', undefined),
  dstaddr: fc.constantFrom('10.0.2.6', '198.51.100.20', 'fd00::5', undefined),
  srcport: fc.constantFrom('443', '51512', '0', undefined),
  dstport: fc.constantFrom('53', '40022', '0', undefined),
  protocol: fc.constantFrom('6', '17', '1', '58', '254'),
  packets: fc.constantFrom('1', '12'),
  bytes: fc.constantFrom('44', '3120000000000'),
  start: fc.constantFrom('1772445612'),
  end: fc.constantFrom('1772445668', undefined),
  action: fc.constantFrom('ACCEPT', 'REJECT', undefined),
  'log-status': fc.constantFrom('OK', 'NODATA', 'SKIPDATA'),
  'vpc-id': fc.constantFrom('vpc-0a', undefined),
  'subnet-id': fc.constantFrom('subnet-1', undefined),
  'tcp-flags': fc.constantFrom('0', '2', '3', '18', '19', undefined),
  type: fc.constantFrom('IPv4', 'IPv6'),
  'pkt-srcaddr': fc.constantFrom('10.0.1.5', '10.0.9.9', undefined),
  'pkt-dstaddr': fc.constantFrom('198.51.100.20', undefined),
  region: fc.constantFrom('eu-west-1', undefined),
  'pkt-src-aws-service': fc.constantFrom('S3', undefined),
  'pkt-dst-aws-service': fc.constantFrom('EC2', undefined),
  'flow-direction': fc.constantFrom('ingress', 'egress', undefined),
  'traffic-path': fc.constantFrom('8', undefined),
  'ecs-task-id': fc.constantFrom('task-1', undefined),
  'reject-reason': fc.constantFrom('BPA', undefined),
};
const INTEGERS = 'version srcport dstport protocol packets bytes start end tcp-flags traffic-path'.split(' ');

/** Sessions without identity, others by kind. */
function told(content: string | Buffer): unknown[] {
  const outcomes = normalizeAll(content);
  return outcomes.map((outcome, index) => {
    if (outcome.kind !== 'session') return kindsOf(outcomes)[index];
    const { EventOriginalUid, ...session } = JSON.parse(outcome.row) as Session;
    return session;
  });
}

describe('all forms say the same of a record', () => {
  let files: DuckdbFiles;
  beforeAll(async () => {
    files = await duckdbFiles();
  });
  afterAll(() => files.close());

  const names = Object.keys(FIELDS);
  const records = fc.sample(fc.record(FIELDS), { seed: 20260302, numRuns: 600 });
  const text = `${names.join(' ')}\n${records
    .map((record) => names.map((name) => record[name] ?? '-').join(' '))
    .join('\n')}\n`;
  const expected = told(text);

  it('has sessions and others among them', () => {
    expect(new Set(expected.map((one) => (typeof one === 'string' ? one : 'session')))).toEqual(
      new Set(['session', 'skipped:noData', 'skipped:skipData', 'dead:badAddress']),
    );
  });

  it('JSON', () => {
    const lines = records.map((record) => {
      const pairs = names.map((name) => [name.replaceAll('-', '_'), record[name] ?? null] as const);
      return JSON.stringify(Object.fromEntries(pairs));
    });
    expect(told(lines.join('\n'))).toEqual(expected);
  });

  it.each(['gzip', 'snappy', 'zstd'])('Parquet (%s)', async (codec) => {
    const columns = names.map((name) => {
      const type = name === 'bytes' || name === 'start' || name === 'end' || name === 'packets' ? 'BIGINT' : 'INTEGER';
      return `${name.replaceAll('-', '_')} ${INTEGERS.includes(name) ? type : 'VARCHAR'}`;
    });
    await files.run(`CREATE OR REPLACE TABLE flows (${columns.join(', ').replace(' end ', ' "end" ')})`);
    const value = (name: string, one: string | undefined): string =>
      one === undefined ? 'NULL' : INTEGERS.includes(name) ? one : `'${one}'`;
    const rows = records.map((record) => `(${names.map((name) => value(name, record[name])).join(', ')})`);
    await files.run(`INSERT INTO flows VALUES ${rows.join(', ')}`);
    const file = await files.copy('FROM flows', `FORMAT parquet, COMPRESSION ${codec}`);
    expect(told(file)).toEqual(expected);
  });
});

describe('Parquet files', () => {
  let files: DuckdbFiles;
  let content: Buffer;
  beforeAll(async () => {
    files = await duckdbFiles();
    content = await files.copy(
      `SELECT 5::INTEGER AS version, 'eni-01' AS interface_id, '10.0.1.5' AS srcaddr, '198.51.100.' || i AS dstaddr,
       6::INTEGER AS protocol, 1772445612::BIGINT AS start, 'ACCEPT' AS action FROM range(1, 200) t(i)`,
      'FORMAT parquet, COMPRESSION gzip',
    );
  });
  afterAll(() => files.close());

  const HIVE =
    'AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=03/day=02/hour=10/' +
    '111122223333_vpcflowlogs_eu-west-1_fl-01_20260302T1000Z_abc.log.parquet';

  it.each([
    ['by their path', { name: HIVE }],
    ['whatever their name says', { name: HIVE.replace('.parquet', '.gz') }],
    ['without a path', { name: 'file' }],
    ['in a pinned container', { source: 'awsVpc' }],
  ])('are known %s, in any pieces', (_, options) => {
    const sessions = sessionsOf(normalizeAll(content, { ...options, cuts: [1, 3, 4, 1000] }));
    expect(sessions.map((session) => session.DstIpAddr)).toEqual(
      Array.from({ length: 199 }, (__, index) => `198.51.100.${index + 1}`),
    );
    expect(new Set(sessions.map((session) => session.EventOriginalUid)).size).toBe(199);
  });

  it('are read whole or not at all', () => {
    const cut = content.subarray(0, content.length - 1);
    const growing = open({ name: HIVE });
    expect([...growing.feed(cut), ...growing.end(false)]).toEqual([]);
    expect(growing.resumePoint().offset).toBe(0);
    expect(() => normalizeAll(cut, { name: HIVE })).toThrow(expect.objectContaining({ code: 'malformed' }) as Error);
  });

  it('are done once they were read', () => {
    const first = open({ name: HIVE });
    expect([...first.feed(content), ...first.end(true)]).toHaveLength(199);
    const resume = first.resumePoint();
    expect(resume.offset).toBe(content.length);
    const second = open({ name: HIVE, resume });
    expect([...second.feed(Buffer.alloc(0)), ...second.end(true)]).toEqual([]);
    expect(second.resumePoint().offset).toBe(content.length);
  });

  it('of nothing known are refused whole', async () => {
    const other = await files.copy('SELECT 1 AS a, 2 AS b', 'FORMAT parquet');
    expect(() => normalizeAll(other)).toThrow(expect.objectContaining({ code: 'unknownFormat' }) as Error);
  });
});
