import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH = {
  EventCount: 1,
  EventType: 'Flow',
  EventVendor: 'Corelight',
  EventProduct: 'Zeek',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'conn',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  NetworkProtocolVersion: 'IPv4',
};
const during = (start: string, end: string): Session => ({
  TimeGenerated: `2026-03-02T10:00:${end}Z`,
  EventStartTime: `2026-03-02T10:00:${start}Z`,
  EventEndTime: `2026-03-02T10:00:${end}Z`,
});

/** A finished TLS connection to the outside, as a Corelight sensor writes it. */
const TLS = {
  _path: 'conn',
  _system_name: 'sensor1',
  _write_ts: '2026-03-02T10:00:45.000000Z',
  ts: '2026-03-02T10:00:12.123000Z',
  uid: 'CAbcDe1fGhIjKlMnOp',
  'id.orig_h': '10.0.1.5',
  'id.orig_p': 51512,
  'id.resp_h': '198.51.100.20',
  'id.resp_p': 443,
  proto: 'tcp',
  service: 'ssl',
  duration: 30.50370898246765,
  orig_bytes: 1200,
  resp_bytes: 6600,
  conn_state: 'SF',
  local_orig: true,
  local_resp: false,
  missed_bytes: 0,
  history: 'ShADadFf',
  orig_pkts: 9,
  orig_ip_bytes: 1680,
  resp_pkts: 11,
  resp_ip_bytes: 7180,
  tunnel_parents: [],
  community_id: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
};
const TLS_SESSION: Session = {
  ...EACH,
  ...during('12.123', '42.627'),
  EventResultDetails: 'Terminated',
  EventOriginalResultDetails: 'SF: established and ended',
  Dvc: 'sensor1',
  DvcHostname: 'sensor1',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcBytes: 1200,
  SrcPackets: 9,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  DstBytes: 6600,
  DstPackets: 11,
  NetworkBytes: 7800,
  NetworkPackets: 20,
  NetworkDuration: 30504,
  NetworkSessionId: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
  NetworkProtocol: 'TCP',
  NetworkApplicationProtocol: 'SSL',
  NetworkConnectionHistory: 'ShADadFf',
  NetworkDirection: 'Outbound',
  AdditionalFields: { LocalOriginator: 'true', LocalResponder: 'false' },
};

/** Connections of Zeek's own writer: epoch times, no path, nothing for what is unset. */
const zeek = (uid: string, more: object): object => ({
  ts: 1772445612.25,
  uid,
  'id.orig_h': '203.0.113.9',
  'id.orig_p': 40022,
  'id.resp_h': '10.0.1.5',
  'id.resp_p': 22,
  proto: 'tcp',
  ...more,
});
const ZEEK_SESSION = {
  ...EACH,
  ...during('12.250', '12.250'),
  Dvc: 'Corelight/Zeek',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  NetworkProtocol: 'TCP',
  NetworkDirection: 'Inbound',
};

const JSON_LINES = [
  TLS,
  zeek('CAAAAAAAAAAAAAAA01', {
    conn_state: 'REJ',
    local_orig: false,
    local_resp: true,
    missed_bytes: 0,
    history: 'Sr',
    orig_pkts: 1,
    orig_ip_bytes: 60,
    resp_pkts: 1,
    resp_ip_bytes: 40,
  }),
  // The sensor was told of no local networks: the addresses tell.
  zeek('CAAAAAAAAAAAAAAA02', { conn_state: 'S0', local_orig: false, local_resp: false }),
  {
    ts: 1772445612.25,
    uid: 'CAAAAAAAAAAAAAAA03',
    id: { orig_h: '2001:db8::9', orig_p: 128, resp_h: 'fd00::5', resp_p: 0 },
    proto: 'icmp',
    duration: 3e-7,
    orig_bytes: 56,
    resp_bytes: 56,
    conn_state: 'OTH',
    vlan: 100,
    inner_vlan: 7,
    orig_l2_addr: '00:00:5e:00:53:01',
    resp_l2_addr: '00:00:5E:00:53:02',
  },
  zeek('CAAAAAAAAAAAAAAA04', {
    _path: 'dns',
    trans_id: 4711,
    query: 'www.example.net',
  }),
  zeek('CAAAAAAAAAAAAAAA05', { proto: 'udp', trans_id: 4711, query: 'www.example.net' }),
  { ts: 1772445612.25, note: 'Scan::Port_Scan', msg: '203.0.113.9 scanned', src: '203.0.113.9', actions: [] },
  zeek('CAAAAAAAAAAAAAAA06', { 'id.resp_h': 'nowhere', conn_state: 'SF' }),
  zeek('CAAAAAAAAAAAAAAA07', {
    proto: 'unknown_transport',
    ip_proto: 47,
    'id.orig_p': 0,
    'id.resp_p': 0,
    conn_state: 'S1',
    local_orig: true,
    local_resp: true,
    missed_bytes: 512,
    tunnel_parents: ['CBBBBBBBBBBBBBBB01'],
  }),
].map((record) => JSON.stringify(record));

conforms({
  source: 'corelightZeek',
  content: `${JSON_LINES.join('\n')}\n`,
  records: JSON_LINES,
  expected: [
    TLS_SESSION,
    {
      ...ZEEK_SESSION,
      EventResult: 'Failure',
      EventResultDetails: 'Reset',
      EventSeverity: 'Low',
      EventOriginalResultDetails: 'REJ: attempt rejected',
      SrcBytes: 60,
      SrcPackets: 1,
      DstBytes: 40,
      DstPackets: 1,
      NetworkBytes: 100,
      NetworkPackets: 2,
      NetworkConnectionHistory: 'Sr',
      AdditionalFields: { LocalOriginator: 'false', LocalResponder: 'true' },
    },
    {
      ...ZEEK_SESSION,
      EventResult: 'Failure',
      EventResultDetails: 'Timeout',
      EventSeverity: 'Low',
      EventOriginalResultDetails: 'S0: attempt without a reply',
      AdditionalFields: { LocalOriginator: 'false', LocalResponder: 'false' },
    },
    {
      ...EACH,
      ...during('12.250', '12.250'),
      Dvc: 'Corelight/Zeek',
      EventResultDetails: 'NA',
      EventOriginalResultDetails: 'OTH: seen from its middle',
      SrcIpAddr: '2001:db8::9',
      SrcMacAddr: '00:00:5e:00:53:01',
      SrcVlanId: '7',
      SrcBytes: 56,
      DstIpAddr: 'fd00::5',
      DstMacAddr: '00:00:5e:00:53:02',
      DstVlanId: '100',
      DstBytes: 56,
      NetworkBytes: 112,
      NetworkDuration: 0,
      NetworkProtocol: 'IPv6-ICMP',
      NetworkProtocolVersion: 'IPv6',
      NetworkIcmpCode: 128,
      NetworkIcmpType: 'Echo Request',
      NetworkDirection: 'Inbound',
      AdditionalFields: { IcmpCode: '0' },
    },
    'skipped:notConn',
    'skipped:notConn',
    'skipped:notConn',
    'dead:badAddress',
    {
      ...EACH,
      ...during('12.250', '12.250'),
      Dvc: 'Corelight/Zeek',
      EventResultDetails: 'NA',
      EventOriginalResultDetails: 'S1: established, not ended',
      SrcIpAddr: '203.0.113.9',
      DstIpAddr: '10.0.1.5',
      NetworkProtocol: 'GRE',
      NetworkDirection: 'Local',
      AdditionalFields: {
        MissedBytes: '512',
        TunnelParents: '["CBBBBBBBBBBBBBBB01"]',
        LocalOriginator: 'true',
        LocalResponder: 'true',
      },
    },
  ],
});

const HEADER = [
  '#separator \\x09',
  '#set_separator\t,',
  '#empty_field\t(empty)',
  '#unset_field\t-',
  '#path\tconn',
  '#open\t2026-03-02-10-00-00',
  '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\tcommunity_id',
  '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\tstring',
].join('\n');
const TSV = [
  '1772445612.123000\tCAbcDe1fGhIjKlMnOp\t10.0.1.5\t51512\t198.51.100.20\t443\ttcp\tssl,http\t30.500000\t1200\t6600\tSF\tT\tF\t0\tShADadFf\t9\t1680\t11\t7180\t(empty)\t1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
  '1772445612.250000\tCAAAAAAAAAAAAAAA01\t203.0.113.9\t40022\t10.0.1.5\t22\ttcp\t-\t-\t-\t-\tS0\tF\tT\t0\tS\t1\t60\t0\t0\t(empty)\t-',
  '1772445612.250000\tCAAAAAAAAAAAAAAA02\t10.0.1.5\t8\t10.0.1.6\t0\ticmp\t-\t0.000291\t56\t56\tOTH\tT\tT\t0\t-\t1\t84\t1\t84\t-\t-',
  '1772445612.250000\tCAAAAAAAAAAAAAAA03\t10.0.1.5\t8',
];
const DNS = [
  '#separator \\x09',
  '#path\tdns',
  '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery',
].join('\n');
const DNS_LINE = '1772445612.250000\tCAAAAAAAAAAAAAAA04\t10.0.1.5\t40000\t10.0.1.6\t53\tudp\t17\twww.example.net';

conforms({
  source: 'corelightZeek',
  content: `${HEADER}\n${TSV.join('\n')}\n#close\t2026-03-02-11-00-00\n${DNS}\n${DNS_LINE}\n#close\t2026-03-02-11-00-00\n`,
  records: [...TSV, DNS_LINE],
  expected: [
    {
      ...TLS_SESSION,
      ...during('12.123', '42.623'),
      Dvc: 'Corelight/Zeek',
      DvcHostname: undefined,
      NetworkDuration: 30500,
      NetworkApplicationProtocol: 'SSL,HTTP',
      AdditionalFields: { LocalOriginator: 'T', LocalResponder: 'F' },
    },
    {
      ...ZEEK_SESSION,
      EventResult: 'Failure',
      EventResultDetails: 'Timeout',
      EventSeverity: 'Low',
      EventOriginalResultDetails: 'S0: attempt without a reply',
      SrcBytes: 60,
      SrcPackets: 1,
      DstBytes: 0,
      DstPackets: 0,
      NetworkBytes: 60,
      NetworkPackets: 1,
      NetworkConnectionHistory: 'S',
      AdditionalFields: { LocalOriginator: 'F', LocalResponder: 'T' },
    },
    {
      ...EACH,
      ...during('12.250', '12.250'),
      Dvc: 'Corelight/Zeek',
      EventResultDetails: 'NA',
      EventOriginalResultDetails: 'OTH: seen from its middle',
      SrcIpAddr: '10.0.1.5',
      SrcBytes: 56,
      SrcPackets: 1,
      DstIpAddr: '10.0.1.6',
      DstBytes: 56,
      DstPackets: 1,
      NetworkBytes: 112,
      NetworkPackets: 2,
      NetworkDuration: 0,
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
      NetworkDirection: 'Local',
      AdditionalFields: { IcmpCode: '0', LocalOriginator: 'T', LocalResponder: 'T' },
    },
    'dead:wrongFieldCount',
    'skipped:notConn',
  ],
});

const tableRow = (message: unknown): string =>
  JSON.stringify({ TimeGenerated: '2026-03-02T10:01:00Z', Message: message, Type: 'Corelight_CL' });
const EXTERNAL = { ...TLS, uid: 'CAAAAAAAAAAAAAAA01', 'id.orig_h': '203.0.113.9', local_orig: false };
const ROWS = [
  tableRow(JSON.stringify(TLS)),
  tableRow({ ...TLS, uid: 'CAAAAAAAAAAAAAAA02', _path: 'conn_red' }),
  tableRow(JSON.stringify(EXTERNAL)),
  tableRow(JSON.stringify({ ...TLS, _path: 'ssl' })),
  tableRow('{"_path":"conn","ts":'),
  tableRow(JSON.stringify({ ...TLS, 'id.orig_h': undefined })),
];

conforms({
  source: 'corelightZeek',
  content: `${ROWS.join('\n')}\n`,
  records: ROWS,
  expected: [
    TLS_SESSION,
    { ...TLS_SESSION, EventOriginalType: 'conn_red' },
    {
      ...TLS_SESSION,
      SrcIpAddr: '203.0.113.9',
      NetworkDirection: 'External',
      AdditionalFields: { LocalOriginator: 'false', LocalResponder: 'false' },
    },
    'skipped:notConn',
    'dead:malformedMessage',
    'dead:noOriginator',
  ],
});

describe('Zeek connections', () => {
  const one = (content: string): Session | undefined => sessionsOf(normalizeAll(content))[0];
  const ends = {
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 51512,
    DstIpAddr: '198.51.100.20',
    DstPortNumber: 443,
    EventEndTime: '2026-03-02T10:00:42.627Z',
  };

  it.each([
    ['S1', 'Success', 'NA', 'Informational'],
    ['S2', 'Failure', 'Terminated', 'Low'],
    ['S3', 'Failure', 'Terminated', 'Low'],
    ['RSTO', 'Failure', 'Reset', 'Low'],
    ['RSTR', 'Failure', 'Reset', 'Low'],
    ['RSTOS0', 'Failure', 'Reset', 'Low'],
    ['RSTRH', 'Failure', 'Reset', 'Low'],
    ['SH', 'Failure', 'Timeout', 'Low'],
    ['SHR', 'Failure', 'Timeout', 'Low'],
  ])('tells what state %s means', (state, result, details, severity) => {
    expect(one(JSON.stringify({ ...TLS, conn_state: state }))).toMatchObject({
      EventResult: result,
      EventResultDetails: details,
      EventSeverity: severity,
    });
  });

  it('knows the names that relays give its columns', () => {
    const underscores = Object.fromEntries(Object.entries(TLS).map(([key, value]) => [key.replace('.', '_'), value]));
    const { 'id.orig_h': _a, 'id.orig_p': _b, 'id.resp_h': _c, 'id.resp_p': _d, ...rest } = TLS;
    const id = { orig_h: '10.0.1.5', orig_p: 51512, resp_h: '198.51.100.20', resp_p: 443 };
    const flat = {
      ...rest,
      '@timestamp': '2026-03-02T10:00:50Z',
      'source.ip': '10.0.1.5',
      'source.port': '51512',
      'destination.ip': '198.51.100.20',
      'destination.port': '443',
    };
    const columns = Object.fromEntries(
      Object.entries(underscores).map(([key, value]) => [`${key}${typeof value === 'number' ? '_d' : '_s'}`, value]),
    );
    for (const record of [
      underscores,
      { ...rest, id },
      { conn: TLS },
      { ...flat, _path: undefined },
      { ...columns, TimeGenerated: '2026-03-02T10:01:00Z', Type: 'Corelight_CL' },
      {
        ...columns,
        ts_s: undefined,
        ts_t: TLS.ts,
        TimeGenerated: '2026-03-02T10:01:00Z',
        Type: 'Corelight_v2_conn_CL',
      },
      { message: JSON.stringify(TLS), log_file: '/var/log/zeek/conn.log', hostname: 'relay1' },
    ]) {
      expect(one(JSON.stringify(record)), JSON.stringify(record)).toMatchObject(ends);
    }
  });

  it('reads documents by Elastic’s schema', () => {
    const document = {
      '@timestamp': '2026-03-02T10:00:12.123Z',
      event: { dataset: 'zeek.connection', duration: 30_504_000_000 },
      source: { ip: '10.0.1.5', address: '10.0.1.5', port: 51512, packets: 9, bytes: 1680, mac: '00-00-5E-00-53-01' },
      destination: { ip: '198.51.100.20', port: 443, packets: 11, bytes: 7180 },
      network: { transport: 'tcp', protocol: 'ssl', community_id: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=' },
      zeek: {
        session_id: 'CAbcDe1fGhIjKlMnOp',
        connection: { state: 'SF', history: 'ShADadFf', local_orig: true, local_resp: false, missed_bytes: 0 },
      },
    };
    expect(one(JSON.stringify(document))).toMatchObject({
      ...ends,
      SrcBytes: 1680,
      DstBytes: 7180,
      SrcMacAddr: '00:00:5e:00:53:01',
      EventOriginalUid: 'CAbcDe1fGhIjKlMnOp',
      NetworkDirection: 'Outbound',
      NetworkApplicationProtocol: 'SSL',
    });
    const other = { ...document, zeek: { session_id: 'CAbcDe1fGhIjKlMnOp', dns: { trans_id: 1 } } };
    expect(kindsOf(normalizeAll(JSON.stringify(other)))).toEqual(['skipped:notConn']);
  });

  it('knows lines of conn.log whose header a relay dropped, by their columns', () => {
    const lines = [TSV[0], `${TSV[1]}\tmore`, DNS_LINE].join('\n');
    expect(kindsOf(normalizeAll(lines))).toEqual(['session', 'session', 'skipped:notConn']);
    expect(one(lines)).toMatchObject({ ...ends, EventEndTime: '2026-03-02T10:00:42.623Z', DstBytes: 6600 });
    const wrapped = JSON.stringify({ message: TSV[0], host: 'sensor1' });
    expect(one(wrapped)).toMatchObject({ SrcIpAddr: '10.0.1.5', SrcBytes: 1200 });
    for (const tab of ['\t', '#011']) {
      const line = `<13>Mar  2 10:00:50 sensor1 zeek: ${TSV[0]?.replaceAll('\t', tab)}`;
      expect(one(line)).toMatchObject({ SrcBytes: 1200 });
    }
  });

  it('counts a connection without a protocol name by its number', () => {
    const icmp = { ...TLS, proto: undefined, ip_proto: 58, 'id.orig_h': 'fd00::5', 'id.resp_h': '2001:db8::9' };
    expect(one(JSON.stringify({ ...icmp, 'id.orig_p': 135, 'id.resp_p': 136 }))).toMatchObject({
      NetworkProtocol: 'IPv6-ICMP',
      NetworkIcmpCode: 135,
      NetworkIcmpType: 'Neighbor Solicitation',
    });
  });
});
