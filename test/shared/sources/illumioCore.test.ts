import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf, without } from './normalizing';

const BASE = {
  timestamp: '2026-03-02T10:00:12Z',
  pce_fqdn: 'pce.example.net',
  org_id: 1,
  interval_sec: 600,
  version: 4,
  proto: 6,
  src_ip: '10.0.1.5',
  dst_ip: '10.0.2.8',
  dst_port: 5432,
  class: 'U',
  dir: 'I',
  state: 'C',
  pd: 0,
  pd_qualifier: 0,
  flow_count: 3,
  dst_dbi: 1800,
  dst_dbo: 7200,
  dst_tbi: 1900,
  dst_tbo: 7300,
  ddms: 120,
  src_hostname: 'app1.example.net',
  dst_hostname: 'db1',
  network: 'Corporate',
};
const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.000Z',
  EventStartTime: '2026-03-02T10:00:11.880Z',
  EventEndTime: '2026-03-02T10:00:12.000Z',
  NetworkDuration: 120,
  EventCount: 3,
  EventType: 'Flow',
  EventVendor: 'Illumio',
  EventProduct: 'Core',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  EventOriginalResultDetails: 'Closed',
  DvcAction: 'Allow',
  DvcOriginalAction: 'allowed',
  SrcIpAddr: '10.0.1.5',
  SrcHostname: 'app1',
  SrcDomain: 'example.net',
  SrcDomainType: 'FQDN',
  SrcFQDN: 'app1.example.net',
  SrcBytes: 1800,
  DstIpAddr: '10.0.2.8',
  DstHostname: 'db1',
  DstPortNumber: 5432,
  DstBytes: 7200,
  NetworkBytes: 9000,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Local',
} as const;
/** The workload that reports. */
const BY_SOURCE = {
  Dvc: 'app1.example.net',
  DvcHostname: 'app1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'app1.example.net',
  DvcIpAddr: '10.0.1.5',
} as const;
const BY_DESTINATION = { Dvc: 'db1', DvcHostname: 'db1', DvcIpAddr: '10.0.2.8' } as const;
const MORE = {
  PceFqdn: 'pce.example.net',
  Class: 'Unicast',
  Network: 'Corporate',
  PolicyDecisionQualifier: '0',
  TotalBytesToDestination: '1900',
  TotalBytesFromDestination: '7300',
  IntervalSeconds: '600',
} as const;
const SOURCE_NAMES = ['SrcHostname', 'SrcDomain', 'SrcDomainType', 'SrcFQDN'];

/** Records and what they become; the same for the PCE's JSON and for rows, but for the time's name. */
const CASES: readonly (readonly [object, Session | string])[] = [
  [
    {
      pn: 'postgres',
      un: 'EXAMPLE\\db',
      src_labels: { role: 'web' },
      dst_labels: [],
      sn: 'PostgreSQL',
      dst_href: '/orgs/1/workloads/2',
    },
    {
      ...EACH,
      ...BY_DESTINATION,
      DstAppName: 'postgres',
      DstAppType: 'Process',
      DstUsername: 'EXAMPLE\\db',
      DstUsernameType: 'Windows',
      AdditionalFields: {
        ...MORE,
        SourceLabels: { role: 'web' },
        Service: 'PostgreSQL',
        DestinationHref: '/orgs/1/workloads/2',
      },
    },
  ],
  [
    {
      dir: 'O',
      pd: 2,
      pn: 'curl',
      dst_ip: '198.51.100.20',
      dst_hostname: '',
      dst_port: 443,
      state: 'T',
      flow_count: 0,
    },
    {
      ...without(EACH, 'DstHostname'),
      ...BY_SOURCE,
      EventCount: 1,
      EventResult: 'Failure',
      EventSeverity: 'Low',
      EventResultDetails: 'Timeout',
      EventOriginalResultDetails: 'Timed out',
      DvcAction: 'Deny',
      DvcOriginalAction: 'blocked',
      SrcAppName: 'curl',
      SrcAppType: 'Process',
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      NetworkDirection: 'Outbound',
      AdditionalFields: MORE,
    },
  ],
  // No duration of the connection's own: the interval's.
  [
    { pd: 1, src_ip: '203.0.113.9', src_hostname: null, ddms: null, state: 'S', class: 'M' },
    {
      ...without(EACH, ...SOURCE_NAMES),
      ...BY_DESTINATION,
      EventStartTime: '2026-03-02T09:50:12.000Z',
      NetworkDuration: 600_000,
      EventOriginalResultDetails: 'Snapshot',
      DvcOriginalAction: 'potentially blocked',
      SrcIpAddr: '203.0.113.9',
      NetworkDirection: 'Inbound',
      AdditionalFields: { ...MORE, Class: 'Multicast' },
    },
  ],
  [
    {
      pd: 3,
      version: 6,
      src_ip: '2001:db8::9',
      dst_ip: 'fd00::5',
      src_hostname: '',
      dst_hostname: '',
      proto: 58,
      dst_port: 0,
      icmp_type: 128,
      code: 0,
      dir: '',
    },
    {
      ...without(EACH, ...SOURCE_NAMES, 'DstHostname', 'DstPortNumber', 'DvcAction'),
      Dvc: '2001:db8::9',
      DvcIpAddr: '2001:db8::9',
      DvcOriginalAction: 'unknown',
      SrcIpAddr: '2001:db8::9',
      DstIpAddr: 'fd00::5',
      NetworkProtocol: 'IPv6-ICMP',
      NetworkProtocolVersion: 'IPv6',
      NetworkIcmpCode: 128,
      NetworkIcmpType: 'Echo Request',
      NetworkDirection: 'Inbound',
      AdditionalFields: { ...MORE, IcmpCode: '0' },
    },
  ],
  [{ src_ip: '', dst_ip: null }, 'skipped:noAddresses'],
  [{ src_ip: 'unknown' }, 'dead:badAddress'],
];

describe('the PCE’s JSON', () => {
  const records = CASES.map(([changes]) => JSON.stringify({ ...BASE, ...changes }));
  conforms({
    source: 'illumioCore',
    content: `${records.join('\n')}\n`,
    records,
    expected: CASES.map(([, expected]) => expected),
  });
});

describe('table rows', () => {
  const records = CASES.slice(0, 4).map(([changes]) => {
    const { timestamp, ...columns } = { ...BASE, ...changes };
    return JSON.stringify({ TenantId: 't', TimeGenerated: timestamp, ...columns, Type: 'Illumio_Flow_Events_CL' });
  });
  const cloud = (columns: object): string =>
    JSON.stringify({
      TimeGenerated: '2026-03-02T10:05:00Z',
      EndTime: '2026-03-02T10:00:12Z',
      SrcIP: '10.0.1.5',
      SrcName: 'app1',
      SrcCloud: 'azure',
      DstIP: '198.51.100.20',
      DstPort: '443',
      DstCloud: '',
      Protocol: 'tcp',
      Bytes: '9000',
      Type: 'IllumioFlowEventsV2_CL',
      ...columns,
    });
  const CLOUD: Session = {
    ...without(
      EACH,
      'SrcDomain',
      'SrcDomainType',
      'SrcFQDN',
      'SrcBytes',
      'DstBytes',
      'DstHostname',
      'NetworkDuration',
      'EventOriginalResultDetails',
    ),
    EventStartTime: '2026-03-02T10:00:12.000Z',
    EventCount: 1,
    Dvc: 'Illumio/Core',
    DvcOriginalAction: 'ALLOWED',
    DstIpAddr: '198.51.100.20',
    DstPortNumber: 443,
    NetworkDirection: 'Outbound',
    AdditionalFields: { SourceCloud: 'azure' },
  };
  conforms({
    source: 'illumioCore',
    content: `${[...records, cloud({ Status: 'ALLOWED' }), cloud({ Status: 'Denied' })].join('\n')}\n`,
    records: [...records, cloud({ Status: 'ALLOWED' }), cloud({ Status: 'Denied' })],
    expected: [
      ...CASES.slice(0, 4).map(([, expected]) => expected),
      CLOUD,
      { ...CLOUD, EventResult: 'Failure', EventSeverity: 'Low', DvcAction: 'Deny', DvcOriginalAction: 'Denied' },
    ],
  });

  it('may have the newer name of the table', () => {
    const renamed = records.map((record) => record.replace('Illumio_Flow_Events_CL', 'Illumio_Flow_Events2_CL'));
    const sessions = (rows: readonly string[]): Session[] =>
      sessionsOf(normalizeAll(rows.join('\n'))).map((session) => without(session, 'EventOriginalUid'));
    expect(sessions(renamed)).toEqual(sessions(records));
    expect(sessions(renamed)).toHaveLength(4);
  });
});

const PREFIX = 'sec=603799.633 sev=INFO pid=31258 tid=30548820 rid=e163c54b';
const cef = (decision: string, extension: string): string =>
  `${PREFIX} CEF:0|Illumio|PCE|26.2.20|flow_${decision}|Flow|3|act=${decision} cat=flow_summary src=10.0.1.5 dst=10.0.2.8 dpt=5432 proto=tcp rt=Mar 02 2026 10:00:12 dvchost=pce.example.net ${extension}`;

describe('lines of syslog', () => {
  const records = [
    `<14>1 2026-03-02T10:00:45.123Z pce1 illumio_pce/collector 9 - - ${PREFIX} ${JSON.stringify(BASE)}`,
    `Mar  2 10:00:45 pce1 ${cef('allowed', 'deviceDirection=0 cnt=3 in=1900 out=7300 duser=EXAMPLE\\db dproc=postgres cn1=600 cn1Label=interval_sec cn2=1800 cn2Label=dbi cn3=7200 cn3Label=dbo cs2=C cs2Label=state shost=app1.example.net cs3={"role":"web"} cs3Label=src_labels dhost=db1 cs6=/orgs/1/workloads/2 cs6Label=dst_href msg={"trafclass_code":"U","ddms":120,"network":"Corporate","pd_qualifier":0}')}`,
    cef(
      'blocked',
      'deviceDirection=1 cn2=60 cn2Label=dbi cn3=0 cn3Label=dbo cs2=T cs2Label=state shost=app1.example.net suser=root sproc=curl msg={"icmp_type":8}',
    )
      .replace('tcp', 'icmp')
      .replace('5432', '0'),
    `${PREFIX} CEF:0|Illumio|PCE|26.2.20|user.login.success|User Login|1|cat=audit_events dst=pce.example.net`,
  ];
  conforms({
    source: 'illumioCore',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      { ...EACH, ...BY_DESTINATION, AdditionalFields: MORE },
      {
        ...EACH,
        ...BY_DESTINATION,
        DstAppName: 'postgres',
        DstAppType: 'Process',
        DstUsername: 'EXAMPLE\\db',
        DstUsernameType: 'Windows',
        AdditionalFields: { ...MORE, SourceLabels: { role: 'web' }, DestinationHref: '/orgs/1/workloads/2' },
      },
      {
        ...without(EACH, 'DstHostname', 'DstPortNumber', 'NetworkDuration'),
        ...BY_SOURCE,
        EventStartTime: '2026-03-02T10:00:12.000Z',
        EventCount: 1,
        EventResult: 'Failure',
        EventSeverity: 'Low',
        EventResultDetails: 'Timeout',
        EventOriginalResultDetails: 'Timed out',
        DvcAction: 'Deny',
        DvcOriginalAction: 'blocked',
        SrcAppName: 'curl',
        SrcAppType: 'Process',
        SrcUsername: 'root',
        SrcUsernameType: 'Simple',
        SrcBytes: 60,
        DstBytes: 0,
        NetworkBytes: 60,
        NetworkProtocol: 'ICMP',
        NetworkIcmpCode: 8,
        NetworkIcmpType: 'Echo',
        AdditionalFields: { PceFqdn: 'pce.example.net' },
      },
      'skipped:notFlowSummary',
    ],
  });
});

describe('Illumio Core', () => {
  it('reads the names of older versions', () => {
    const { flow_count, dst_dbi, dst_dbo, dst_tbi, dst_tbo, ...base } = BASE;
    const record = { ...base, count: 4, dbi: 10, dbo: 20, fqdn: 'www.example.net', dst_hostname: undefined };
    expect(sessionsOf(normalizeAll(JSON.stringify(record)))).toMatchObject([
      { EventCount: 4, SrcBytes: 10, DstBytes: 20, DstFQDN: 'www.example.net' },
    ]);
  });

  it('reads rows of CommonSecurityLog', () => {
    const row = {
      TimeGenerated: '2026-03-02T10:00:45Z',
      DeviceVendor: 'Illumio',
      DeviceProduct: 'PCE',
      DeviceAction: 'allowed',
      DeviceEventCategory: 'flow_summary',
      CommunicationDirection: '1',
      SourceIP: '10.0.1.5',
      DestinationIP: '198.51.100.20',
      DestinationPort: 443,
      Protocol: 'tcp',
      DeviceCustomNumber2: 1800,
      DeviceCustomNumber2Label: 'dbi',
      Type: 'CommonSecurityLog',
    };
    expect(sessionsOf(normalizeAll(JSON.stringify(row)))).toMatchObject([
      { DvcAction: 'Allow', DstPortNumber: 443, SrcBytes: 1800, NetworkDirection: 'Outbound' },
    ]);
  });

  it('leaves other JSON behind a header alone', () => {
    const line = `<14>1 2026-03-02T10:00:45.123Z pce1 x 9 - - ${PREFIX} {"src_ip":"10.0.1.5","pd":`;
    expect(kindsOf(normalizeAll(`${line}\n${line}}`, {}))).toEqual(['skipped:otherProduct', 'skipped:otherProduct']);
  });
});
