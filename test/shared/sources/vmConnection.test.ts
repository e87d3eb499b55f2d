import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf } from './normalizing';

const BASE = {
  TimeGenerated: '2026-03-02T10:01:00.123Z',
  Computer: 'vm1.example.net',
  Machine: 'm-00000000-0000-4000-8000-000000000001',
  Process: 'p-0001',
  ProcessName: 'curl',
  Direction: 'outbound',
  SourceIp: '10.0.1.5',
  DestinationIp: '198.51.100.20',
  DestinationPort: 443,
  Protocol: 'tcp',
  BytesSent: 1800,
  BytesReceived: 7200,
  LinksEstablished: 1,
  LinksTerminated: 0,
  LinksFailed: 0,
  LinksLive: 0,
  Type: 'VMConnection',
};
const record = (columns: object): string => JSON.stringify({ ...BASE, ...columns });

const EACH = {
  TimeGenerated: '2026-03-02T10:01:00.123Z',
  EventStartTime: '2026-03-02T10:01:00.123Z',
  EventEndTime: '2026-03-02T10:01:00.123Z',
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'VMConnection',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'vm1.example.net',
  DvcHostname: 'vm1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'vm1.example.net',
  DvcId: BASE.Machine,
  DvcIdType: 'VMConnectionId',
  DvcIpAddr: '10.0.1.5',
  SrcIpAddr: '10.0.1.5',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Outbound',
  NetworkBytes: 9000,
} as const;
/** The machine as one end. */
const local = (side: 'Src' | 'Dst'): Session => ({
  [`${side}Hostname`]: 'vm1',
  [`${side}Domain`]: 'example.net',
  [`${side}DomainType`]: 'FQDN',
  [`${side}FQDN`]: 'vm1.example.net',
  [`${side}DvcId`]: BASE.Machine,
  [`${side}DvcIdType`]: 'VMConnectionId',
  [`${side}AppId`]: 'p-0001',
  [`${side}AppName`]: 'curl',
  [`${side}AppType`]: 'Process',
});
const SENT = { ...local('Src'), SrcBytes: 1800, DstBytes: 7200 };
const RECEIVED = { ...local('Dst'), SrcBytes: 7200, DstBytes: 1800 };

const RECORDS = [
  record({
    LinksEstablished: 2,
    LinksTerminated: 1,
    Responses: 3,
    ResponseTimeMin: 1,
    ResponseTimeMax: 9,
    ResponseTimeSum: 15,
    ConnectionId: 'c-1',
    RemoteIp: '198.51.100.20',
    RemoteCountry: 'Netherlands',
    RemoteLatitude: 52.37,
    RemoteLongitude: 4.89,
    RemoteDnsCanonicalNames: '["www.example.net","cdn.example.net"]',
    RemoteDnsQuestions: '["www.example.net"]',
  }),
  // What the machine sent is what the session's destination sent.
  record({ Direction: 'inbound', SourceIp: '203.0.113.9', DestinationIp: '10.0.1.5', DestinationPort: 22 }),
  record({ LinksEstablished: 0, LinksFailed: 3, BytesSent: 0, BytesReceived: 0, DestinationIp: '10.0.2.8' }),
  record({
    LinksEstablished: 0,
    LinksLive: 4,
    MaliciousIp: '198.51.100.20',
    IndicatorThreatType: 'Botnet',
    Confidence: '75',
    Severity: 3,
    ReportReferenceLink: 'https://reports.example.net/1',
    RemoteClassification: 'Malicious',
  }),
  record({
    Direction: 'inbound',
    SourceIp: '2001:db8::9',
    DestinationIp: 'fd00::5',
    Severity: 0,
    LinksEstablished: null,
    BytesSent: null,
  }),
  record({
    Computer: 'vm1',
    Machine: '',
    Process: '',
    ProcessName: '',
    SourceIp: '127.0.0.1',
    DestinationIp: '127.0.0.1',
  }),
  record({ Direction: '' }),
  record({ DestinationIp: '' }),
];
const EXPECTED: readonly (Session | string)[] = [
  {
    ...EACH,
    ...SENT,
    EventCount: 2,
    // 15 ms over two connections.
    NetworkDuration: 8,
    EventStartTime: '2026-03-02T10:01:00.115Z',
    DstHostname: 'www',
    DstDomain: 'example.net',
    DstDomainType: 'FQDN',
    DstFQDN: 'www.example.net',
    DstGeoCountry: 'Netherlands',
    DstGeoLatitude: 52.37,
    DstGeoLongitude: 4.89,
    NetworkSessionId: 'c-1',
    AdditionalFields: { LinksTerminated: 1, RemoteDnsQuestions: ['www.example.net'] },
  },
  {
    ...EACH,
    ...RECEIVED,
    SrcIpAddr: '203.0.113.9',
    DstIpAddr: '10.0.1.5',
    DstPortNumber: 22,
    NetworkDirection: 'Inbound',
  },
  {
    ...EACH,
    ...SENT,
    EventCount: 3,
    EventResult: 'Failure',
    EventSeverity: 'Low',
    DstIpAddr: '10.0.2.8',
    SrcBytes: 0,
    DstBytes: 0,
    NetworkBytes: 0,
    AdditionalFields: { LinksFailed: 3 },
  },
  {
    ...EACH,
    ...SENT,
    EventCount: 4,
    EventSeverity: 'High',
    EventOriginalSeverity: '3',
    EventReportUrl: 'https://reports.example.net/1',
    ThreatName: 'Botnet',
    ThreatIpAddr: '198.51.100.20',
    ThreatField: 'DstIpAddr',
    ThreatConfidence: 75,
    ThreatOriginalConfidence: '75',
    AdditionalFields: { LinksLive: 4, RemoteClassification: 'Malicious' },
  },
  {
    ...EACH,
    ...local('Dst'),
    EventOriginalSeverity: '0',
    DvcIpAddr: 'fd00::5',
    SrcIpAddr: '2001:db8::9',
    SrcBytes: 7200,
    NetworkBytes: 7200,
    DstIpAddr: 'fd00::5',
    NetworkProtocolVersion: 'IPv6',
    NetworkDirection: 'Inbound',
  },
  (() => {
    const { DvcDomain, DvcDomainType, DvcFQDN, DvcId, DvcIdType, ...bare } = EACH;
    const ends = { SrcIpAddr: '127.0.0.1', DstIpAddr: '127.0.0.1', DvcIpAddr: '127.0.0.1' };
    return { ...bare, ...ends, Dvc: 'vm1', SrcHostname: 'vm1', SrcBytes: 1800, DstBytes: 7200 };
  })(),
  'skipped:noDirection',
  'dead:badAddress',
];

conforms({ source: 'vmConnection', content: `${RECORDS.join('\n')}\n`, expected: EXPECTED, records: RECORDS });

describe('VM insights', () => {
  it('never counts fewer than one connection', () => {
    const row = record({ LinksEstablished: 0, LinksTerminated: 0, LinksLive: 0 });
    expect(sessionsOf(normalizeAll(row))).toMatchObject([{ EventCount: 1, EventResult: 'Success' }]);
  });

  it('knows its rows by their columns in a file without table names', () => {
    const { Type, ...row } = JSON.parse(record({}));
    expect(sessionsOf(normalizeAll(JSON.stringify([row, row])))).toHaveLength(2);
  });
});
