import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf, without } from './normalizing';

const GENERATOR = 'gs_apps_inst1_00000000-0000-4000-8000-000000000001';
const BASE = {
  ts: 'Mon Mar  2 10:00:45 2026',
  vendor: 'Gigamon',
  version: '6.5.00',
  generator: GENERATOR,
  src_mac: '00:50:56:00:00:01',
  dst_mac: '00:50:56:00:00:02',
  src_ip: '10.0.1.5',
  dst_ip: '198.51.100.20',
  protocol: '6',
  src_port: '51512',
  dst_port: '443',
  app_id: '67',
  app_name: 'https',
  src_bytes: '1800',
  dst_bytes: '7200',
  src_packets: '9',
  dst_packets: '11',
  start_time: '2026:03:02 10:00:12.123',
  end_time: '2026:03:02 10:00:42.456',
  id: '679408454713072647',
  seq_num: '656',
};
const record = (columns: object): string => JSON.stringify({ ...BASE, ...columns });

const EACH = {
  TimeGenerated: '2026-03-02T10:00:42.456Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:42.456Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Gigamon',
  EventProduct: 'V-Series Application Metadata Intelligence',
  EventProductVersion: '6.5.00',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: GENERATOR,
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcMacAddr: '00:50:56:00:00:01',
  SrcBytes: 1800,
  SrcPackets: 9,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  DstMacAddr: '00:50:56:00:00:02',
  DstBytes: 7200,
  DstPackets: 11,
  NetworkBytes: 9000,
  NetworkPackets: 20,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkApplicationProtocol: 'HTTPS',
  NetworkDirection: 'Outbound',
  AdditionalFields: { Vendor: 'Gigamon', Generator: GENERATOR, ApplicationId: '67' },
} as const;

const V6: Session = {
  ...without(EACH, 'SrcPortNumber', 'DstPortNumber', 'NetworkApplicationProtocol'),
  SrcIpAddr: '2001:db8::9',
  DstIpAddr: 'fd00::5',
  NetworkProtocol: 'IPv6-ICMP',
  NetworkProtocolVersion: 'IPv6',
  NetworkDirection: 'Inbound',
};

describe('the exporter’s JSON', () => {
  const records = [
    record({ id: '1', app_family: 'Web', app_tags: 'Enterprise' }),
    record({
      src_ip: '203.0.113.9',
      dst_ip: '10.0.1.5',
      protocol: 17,
      src_port: 40022,
      dst_port: 53,
      app_name: 'dns',
      dst_bytes: '0',
      dst_packets: '0',
      id: '2',
    }),
    record({
      src_ip: undefined,
      dst_ip: undefined,
      src_ipv6: '2001:db8::9',
      dst_ipv6: 'fd00::5',
      protocol: '58',
      src_port: '0',
      dst_port: '0',
      app_name: '',
      id: '3',
    }),
    record({
      start_time: undefined,
      end_time: undefined,
      flow_start_sec: '1772445612',
      flow_start_usec: '123999',
      flow_end_sec: 1772445642,
      flow_end_usec: 456000,
      hostname: `192.0.2.7/${GENERATOR}`,
      id: '4',
    }),
    record({ start_time: '', end_time: '', dst_ip: '10.0.2.8', id: '5' }),
    record({ src_ip: '', dst_ip: '', src_port: '', dst_port: '', protocol: '', app_name: 'arp', id: '6' }),
    JSON.stringify({
      ts: BASE.ts,
      vendor: 'Gigamon',
      version: '6.5.00',
      generator: GENERATOR,
      dns_name: 'host.example.net',
    }),
    record({ dst_ip: '' }),
  ];
  const more = (changes: object): Session => ({ ...EACH.AdditionalFields, ...changes });
  conforms({
    source: 'gigamon',
    content: `[${records.join(',\n')}]`,
    records,
    expected: [
      { ...EACH, AdditionalFields: more({ Id: '1', ApplicationFamily: 'Web', ApplicationTags: 'Enterprise' }) },
      {
        ...EACH,
        SrcIpAddr: '203.0.113.9',
        SrcPortNumber: 40022,
        DstIpAddr: '10.0.1.5',
        DstPortNumber: 53,
        DstBytes: 0,
        DstPackets: 0,
        NetworkBytes: 1800,
        NetworkPackets: 9,
        NetworkProtocol: 'UDP',
        NetworkApplicationProtocol: 'DNS',
        NetworkDirection: 'Inbound',
        AdditionalFields: more({ Id: '2' }),
      },
      { ...V6, AdditionalFields: more({ Id: '3' }) },
      { ...EACH, Dvc: '192.0.2.7', DvcIpAddr: '192.0.2.7', AdditionalFields: more({ Id: '4' }) },
      {
        ...EACH,
        TimeGenerated: '2026-03-02T10:00:45.000Z',
        EventStartTime: '2026-03-02T10:00:45.000Z',
        EventEndTime: '2026-03-02T10:00:45.000Z',
        DstIpAddr: '10.0.2.8',
        NetworkDirection: 'Local',
        AdditionalFields: more({ Id: '5' }),
      },
      {
        ...without(
          EACH,
          'SrcIpAddr',
          'DstIpAddr',
          'SrcPortNumber',
          'DstPortNumber',
          'NetworkProtocol',
          'NetworkProtocolVersion',
        ),
        EventType: 'L2NetworkSession',
        NetworkApplicationProtocol: 'ARP',
        NetworkDirection: 'NA',
        AdditionalFields: more({ Id: '6' }),
      },
      'skipped:noAddresses',
      'dead:badAddress',
    ],
  });
});

describe('table rows', () => {
  const { ts, ...columns } = BASE;
  const row = (changes: object): string =>
    JSON.stringify({ TimeGenerated: '2026-03-02T10:00:45.5Z', ...columns, ...changes, Type: 'GigamonV2_CL' });
  const records = [row({}), row({ src_ip: 'x', id: '679408454713072648' })];
  conforms({
    source: 'gigamon',
    content: `${records.join('\n')}\n`,
    records,
    expected: [EACH, 'dead:badAddress'],
  });
});

const CEF =
  'CEF:0|Gigamon|metadata|6.5.00|4|metadata generation|6|GigamonApplicationID=67 GigamonApplicationName=https src=10.0.1.5 dst=198.51.100.20 spt=51512 dpt=443 proto=6 smac=00:50:56:00:00:01 dmac=00:50:56:00:00:02 GigamonInitiatorOctets=1800 GigamonResponderOctets=7200 GigamonInitiatorPackets=9 GigamonResponderPackets=11 GigamonMdataFlowStartMsec=2026:03:02 10:00:12.123 GigamonMdataFlowEndMsec=2026:03:02 10:00:42.456 GigamonMdata_http_host=www.example.net';

describe('CEF', () => {
  const records = [
    CEF,
    CEF.replace('src=10.0.1.5 dst=198.51.100.20', 'c6a2=2001:db8::9 c6a3=fd00::5')
      .replace(/spt=\d+ dpt=\d+ proto=6/, 'spt=0 dpt=0 proto=58')
      .replace('GigamonApplicationName=https ', ''),
  ];
  const fromCef = (session: Session): Session => ({
    ...session,
    Dvc: 'Gigamon',
    AdditionalFields: { Vendor: 'Gigamon', ApplicationId: '67' },
  });
  conforms({
    source: 'gigamon',
    content: `${records.join('\n')}\n`,
    records,
    expected: [fromCef(EACH), fromCef(V6)],
  });
});

describe('Gigamon', () => {
  it('takes the id of the record for its identity', () => {
    expect(sessionsOf(normalizeAll(record({})))).toMatchObject([{ EventOriginalUid: BASE.id }]);
  });

  it('knows rows by their columns in a file without table names', () => {
    const { vendor, ...row } = BASE;
    expect(sessionsOf(normalizeAll(JSON.stringify(row)))).toHaveLength(1);
  });
});
