import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH = {
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Vectra AI',
  EventProduct: 'Vectra Stream',
  EventSchemaVersion: '0.2.7',
  EventOriginalSubType: 'isession',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const during = (start: string, end: string): Session => ({
  TimeGenerated: `2026-03-02T10:00:${end}Z`,
  EventStartTime: `2026-03-02T10:00:${start}Z`,
  EventEndTime: `2026-03-02T10:00:${end}Z`,
});

const ROW = {
  TimeGenerated: '2026-03-02T10:05:00Z',
  metadata_type_s: 'metadata_isession',
  uid_s: 'CAAAAAAAAAAAAAAA01',
  id_ip_ver_s: 'ipv4',
  id_orig_h_s: '10.0.1.5',
  id_orig_p_d: 51512,
  id_resp_h_s: '198.51.100.20',
  id_resp_p_d: 443,
  proto_d: 6,
  protoName_s: 'tcp',
  service_s: 'ssl',
  conn_state_s: 'SF',
  orig_ip_bytes_d: 1800,
  resp_ip_bytes_d: 7200,
  orig_pkts_d: 9,
  resp_pkts_d: 11,
  orig_hostname_s: 'pc1',
  resp_hostname_s: 'IP-198.51.100.20',
  resp_domain_s: 'www.example.net',
  orig_huid_s: 'h1',
  orig_sluid_s: 'l1',
  orig_vlan_id_d: 7,
  resp_vlan_id_d: 100,
  resp_multihomed_b: 0,
  sensor_uid_s: 'sensor0001',
  hostname_s: 'relay1',
  community_id_s: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
  local_orig_b: 1,
  local_resp_b: 0,
  session_start_time_d: 1772445612123,
  ts_d: 1772445642123,
  duration_d: 30000,
  Type: 'VectraStream_CL',
};
const SESSION: Session = {
  ...EACH,
  ...during('12.123', '42.123'),
  EventSubType: 'End',
  EventResultDetails: 'Terminated',
  EventOriginalResultDetails: 'SF',
  Dvc: 'relay1',
  DvcHostname: 'relay1',
  DvcDescription: 'relay1',
  DvcId: 'sensor0001',
  DvcIdType: 'VectraId',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcHostname: 'pc1',
  SrcDescription: 'pc1',
  SrcVlanId: '7',
  SrcBytes: 1800,
  SrcPackets: 9,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  DstHostname: 'www',
  DstDomain: 'example.net',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.net',
  DstDescription: 'IP-198.51.100.20',
  DstVlanId: '100',
  DstBytes: 7200,
  DstPackets: 11,
  NetworkBytes: 9000,
  NetworkPackets: 20,
  NetworkDuration: 30000,
  NetworkApplicationProtocol: 'SSL',
  NetworkDirection: 'Outbound',
  AdditionalFields: {
    CommunityId: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
    SrcHostLuid: 'l1',
    SrcHuid: 'h1',
    DstMultihomed: '0',
  },
};
const SHORT_ROW = {
  metadata_type_s: 'metadata_isession',
  id_orig_h_s: '203.0.113.9',
  id_orig_p_d: 40022,
  id_resp_h_s: '10.0.1.5',
  id_resp_p_d: 22,
  proto_d: 6,
  conn_state_s: 'REJ',
  local_orig_b: false,
  local_resp_b: true,
  ts_d: 1772445612250,
  Type: 'VectraStream_CL',
};
const SHORT: Session = {
  ...EACH,
  ...during('12.250', '12.250'),
  EventResult: 'Failure',
  EventResultDetails: 'Reset',
  EventSeverity: 'Low',
  EventOriginalResultDetails: 'REJ',
  Dvc: 'Vectra AI/Vectra Stream',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  NetworkDirection: 'Inbound',
};
const ROWS = [
  ROW,
  SHORT_ROW,
  { ...SHORT_ROW, conn_state_s: 'S1', local_resp_b: false, duration_d: 250, orig_ip_bytes_s: '60' },
  { ...SHORT_ROW, conn_state_s: 'S0', local_orig_b: 'true', resp_hostname_s: 'srv_1', resp_domain_s: '0.0.0.0' },
  { ...SHORT_ROW, metadata_type_s: 'metadata_dns' },
  { ...SHORT_ROW, id_orig_h_s: '' },
].map((row) => JSON.stringify(row));

conforms({
  source: 'vectraStream',
  content: `${ROWS.join('\n')}\n`,
  records: ROWS,
  expected: [
    SESSION,
    SHORT,
    {
      ...SHORT,
      ...during('12.000', '12.250'),
      EventSubType: 'Start',
      EventResult: 'Success',
      EventResultDetails: 'NA',
      EventSeverity: 'Informational',
      EventOriginalResultDetails: 'S1',
      SrcBytes: 60,
      NetworkBytes: 60,
      NetworkDuration: 250,
      NetworkDirection: 'External',
    },
    {
      ...SHORT,
      EventResultDetails: 'Timeout',
      EventOriginalResultDetails: 'S0',
      DstHostname: 'srv_1',
      DstDescription: 'srv_1',
      NetworkDirection: 'Local',
    },
    'skipped:notSession',
    'dead:badAddress',
  ],
});

const STREAM = {
  metadata_type: 'metadata_isession',
  ts: 1772445642123,
  uid: 'CAAAAAAAAAAAAAAA01',
  'id.ip_ver': 'ipv4',
  'id.orig_h': '10.0.1.5',
  'id.orig_p': 51512,
  'id.resp_h': '198.51.100.20',
  'id.resp_p': 443,
  proto: 6,
  protoName: 'tcp',
  service: 'ssl',
  conn_state: 'SF',
  orig_ip_bytes: 1800,
  resp_ip_bytes: 7200,
  orig_pkts: 9,
  resp_pkts: 11,
  local_orig: true,
  local_resp: false,
  session_start_time: 1772445612123,
  duration: 30000,
  sensor_uid: 'sensor0001',
  resp_domains: ['www.example.net', 'example.org'],
};
const STREAM_SESSION: Session = {
  ...EACH,
  ...during('12.123', '42.123'),
  EventSubType: 'End',
  EventResultDetails: 'Terminated',
  EventOriginalResultDetails: 'SF',
  Dvc: 'sensor0001',
  DvcId: 'sensor0001',
  DvcIdType: 'VectraId',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcBytes: 1800,
  SrcPackets: 9,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  DstHostname: 'www',
  DstDomain: 'example.net',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.net',
  DstBytes: 7200,
  DstPackets: 11,
  NetworkBytes: 9000,
  NetworkPackets: 20,
  NetworkDuration: 30000,
  NetworkApplicationProtocol: 'SSL',
  NetworkDirection: 'Outbound',
};
const STREAM_LINES = [
  STREAM,
  {
    metadata_type: 'metadata_isession',
    ts: 1772445612250,
    id: { orig_h: '2001:db8::9', orig_p: 40022, resp_h: 'fd00::5', resp_p: 53 },
    protoName: 'UDP',
  },
  { ...STREAM, metadata_type: 'metadata_httpsessioninfo' },
].map((record) => JSON.stringify(record));

conforms({
  source: 'vectraStream',
  content: `${STREAM_LINES.join('\n')}\n`,
  records: STREAM_LINES,
  expected: [
    STREAM_SESSION,
    {
      ...EACH,
      ...during('12.250', '12.250'),
      Dvc: 'Vectra AI/Vectra Stream',
      SrcIpAddr: '2001:db8::9',
      SrcPortNumber: 40022,
      DstIpAddr: 'fd00::5',
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      NetworkDirection: 'Inbound',
    },
    'skipped:notSession',
  ],
});

describe('Vectra Stream', () => {
  const one = (content: string): Session | undefined => sessionsOf(normalizeAll(content))[0];

  it('reads the stream through relays: JSON behind a syslog header, and its pairs', () => {
    expect(one(`<133>Mar  2 10:00:50 brain1 vectra: ${JSON.stringify(STREAM)}`)).toMatchObject(STREAM_SESSION);
    const pairs = Object.entries(STREAM)
      .filter(([key]) => key !== 'metadata_type' && key !== 'resp_domains')
      .map(([key, value]) => `${key}="${value}"`)
      .join(' ');
    const line = `<13>Mar  2 10:00:50 brain1 vectra_metadata_isession - ${pairs} resp_domain="www.example.net" orig_hostname="null"`;
    expect(one(line)).toMatchObject(STREAM_SESSION);
    expect(kindsOf(normalizeAll(line.replace('isession', 'rdp')))).toEqual(['skipped:notSession']);
  });

  it('reads rows of the newer tables, one for each kind of metadata', () => {
    const row = {
      ...Object.fromEntries(Object.entries(STREAM).map(([key, value]) => [key.replace('.', '_'), value])),
      metadata_type: undefined,
      ts: '2026-03-02T10:00:42.123Z',
      session_start_time: undefined,
      Type: 'vectra_isession_CL',
    };
    expect(one(JSON.stringify(row))).toMatchObject(STREAM_SESSION);
    const other = JSON.stringify({ ...row, Type: 'vectra_http_CL' });
    expect(kindsOf(normalizeAll(other))).toEqual(['skipped:notSession']);
  });
});
