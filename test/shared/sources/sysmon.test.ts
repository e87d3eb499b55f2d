import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const PROVIDER = 'Microsoft-Windows-Sysmon';
const CHANNEL = 'Microsoft-Windows-Sysmon/Operational';
const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** An outbound connection, with all values that the event has, in order; the others say what is different. */
const OUTBOUND = {
  RuleName: '-',
  UtcTime: '2026-03-02 10:00:12.345',
  ProcessGuid: '{00000000-0000-4000-8000-000000000001}',
  ProcessId: '4242',
  Image: 'C:\\Program Files\\a & b\\curl.exe',
  User: 'CORP\\alice',
  Protocol: 'tcp',
  Initiated: 'true',
  SourceIsIpv6: 'false',
  SourceIp: '10.0.1.5',
  SourceHostname: 'pc1.example.net',
  SourcePort: '51512',
  SourcePortName: '-',
  DestinationIsIpv6: 'false',
  DestinationIp: '198.51.100.20',
  DestinationHostname: '-',
  DestinationPort: '443',
  DestinationPortName: 'https',
};
const INBOUND = {
  ...OUTBOUND,
  Initiated: 'false',
  RuleName: 'technique_id=T1021',
  SourceIp: '203.0.113.9',
  SourceHostname: '',
  SourcePort: '40022',
  DestinationIp: '10.0.1.5',
  DestinationHostname: '10.0.1.5',
  DestinationPort: '3389',
  DestinationPortName: 'ms-wbt-server',
};

type Data = Readonly<Record<string, string>>;

const EACH: Session = {
  TimeGenerated: '2026-03-02T10:00:12.345Z',
  EventStartTime: '2026-03-02T10:00:12.345Z',
  EventEndTime: '2026-03-02T10:00:12.345Z',
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Sysmon',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: '3',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'pc1.example.net',
  DvcHostname: 'pc1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'pc1.example.net',
  DvcIpAddr: '10.0.1.5',
  DvcOs: 'Windows',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const MORE = { ProcessGuid: '00000000-0000-4000-8000-000000000001', ProcessPath: OUTBOUND.Image };
const OUT: Session = {
  ...EACH,
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcHostname: 'pc1',
  SrcDomain: 'example.net',
  SrcDomainType: 'FQDN',
  SrcFQDN: 'pc1.example.net',
  SrcUsername: 'CORP\\alice',
  SrcUsernameType: 'Windows',
  SrcAppName: 'curl.exe',
  SrcAppId: '4242',
  SrcAppType: 'Process',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkDirection: 'Outbound',
  AdditionalFields: { ...MORE, DstPortName: 'https' },
};
const IN: Session = {
  ...EACH,
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 3389,
  DstUsername: 'CORP\\alice',
  DstUsernameType: 'Windows',
  DstAppName: 'curl.exe',
  DstAppId: '4242',
  DstAppType: 'Process',
  NetworkRuleName: 'technique_id=T1021',
  NetworkDirection: 'Inbound',
  AdditionalFields: { ...MORE, DstPortName: 'ms-wbt-server' },
};

/** Each event with what it becomes. */
const EVENTS: readonly (readonly [what: string, id: number, data: Data, expected: Session | string])[] = [
  ['an outbound connection', 3, OUTBOUND, OUT],
  ['an accepted one', 3, INBOUND, IN],
  [
    'UDP that a local service answers: its source is the client',
    3,
    {
      ...INBOUND,
      Protocol: 'udp',
      SourceIp: '10.0.1.5',
      SourcePort: '53',
      DestinationIp: '10.0.9.9',
      DestinationHostname: '-',
      DestinationPort: '55000',
    },
    {
      ...IN,
      SrcIpAddr: '10.0.9.9',
      SrcPortNumber: 55000,
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      AdditionalFields: { ...MORE, SrcPortName: 'ms-wbt-server', TurnedRound: 'a local service answered' },
    },
  ],
  [
    'UDP that a client began',
    3,
    { ...INBOUND, Protocol: 'udp', SourcePort: '55000', DestinationPort: '53', DestinationPortName: 'domain' },
    {
      ...IN,
      SrcPortNumber: 55000,
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      AdditionalFields: { ...MORE, DstPortName: 'domain' },
    },
  ],
  [
    'IPv6, written in full',
    3,
    {
      ...OUTBOUND,
      SourceIsIpv6: 'true',
      SourceIp: 'fe80:0:0:0:0:0:0:a',
      SourceHostname: '-',
      DestinationIp: '2001:db8:0:0:0:0:0:20',
      DestinationHostname: 'www.example.org',
    },
    {
      ...OUT,
      SrcIpAddr: 'fe80::a',
      DvcIpAddr: 'fe80::a',
      SrcHostname: undefined,
      SrcDomain: undefined,
      SrcDomainType: undefined,
      SrcFQDN: undefined,
      DstIpAddr: '2001:db8::20',
      DstHostname: 'www',
      DstDomain: 'example.org',
      DstDomainType: 'FQDN',
      DstFQDN: 'www.example.org',
      NetworkProtocolVersion: 'IPv6',
    },
  ],
  [
    'what was sent to a group, told from the group',
    3,
    {
      ...INBOUND,
      Protocol: 'udp',
      SourceIp: '224.0.0.251',
      SourcePort: '5353',
      DestinationIp: '10.0.9.9',
      DestinationHostname: '-',
      DestinationPort: '5353',
      RuleName: '',
    },
    {
      ...IN,
      SrcIpAddr: '10.0.9.9',
      SrcPortNumber: 5353,
      DstIpAddr: '224.0.0.251',
      DstPortNumber: 5353,
      DvcIpAddr: undefined,
      NetworkProtocol: 'UDP',
      NetworkRuleName: undefined,
      AdditionalFields: { ...MORE, SrcPortName: 'ms-wbt-server', TurnedRound: 'a local service answered' },
    },
  ],
  ['another event', 1, { RuleName: '-', Image: 'C:\\a.exe' }, 'skipped:notNetworkConnection'],
  ['an event without data', 3, {}, 'dead:noEventData'],
  ['an event without an address', 3, { ...OUTBOUND, DestinationIp: '-' }, 'dead:badAddress'],
];

function defined(expected: Session | string): Session | string {
  return typeof expected === 'string' ? expected : (JSON.parse(JSON.stringify(expected)) as Session);
}

const xmlData = (data: Data): string =>
  Object.entries(data)
    .map(([name, value]) => `<Data Name="${name}">${value.replaceAll('&', '&amp;')}</Data>`)
    .join('');

type Write = (id: number, data: Data, number: number) => string;

const header = {
  Computer: 'pc1.example.net',
  EventLog: CHANNEL,
  Source: PROVIDER,
  TimeGenerated: '2026-03-02T10:00:13Z',
};
const ROADS: readonly (readonly [road: string, write: Write, some: readonly number[]])[] = [
  [
    'rows of Event',
    (EventID, data) =>
      JSON.stringify({
        ...header,
        EventID,
        EventData: `<DataItem type="System.XmlData"><EventData xmlns="${NAMESPACE}">${xmlData(data)}</EventData></DataItem>`,
        Type: 'Event',
      }),
    [0, 2, 6],
  ],
  [
    'rows of Event with parameters',
    (EventID, data) =>
      JSON.stringify({
        ...header,
        EventID,
        EventData: '',
        ParameterXml: Object.values(data)
          .map((value) => `<Param>${value.replaceAll('&', '&amp;')}</Param>`)
          .join(''),
      }),
    [1, 8],
  ],
  [
    'rows of WindowsEvent',
    (EventID, EventData, n) =>
      JSON.stringify({
        TimeGenerated: '2026-03-02T10:00:13Z',
        Provider: PROVIDER,
        Channel: CHANNEL,
        Computer: 'pc1.example.net',
        EventID,
        EventRecordId: String(n + 10),
        EventData,
      }),
    [1, 3, 7],
  ],
  [
    'XML',
    (id, data, n) =>
      `<Event xmlns='${NAMESPACE}'><System><Provider Name='${PROVIDER}'/><EventID>${id}</EventID><Version>5</Version><TimeCreated SystemTime='2026-03-02T10:00:13Z'/><EventRecordID>${n}</EventRecordID><Channel>${CHANNEL}</Channel><Computer>pc1.example.net</Computer></System><EventData>${xmlData(data)}</EventData></Event>`,
    [4, 6],
  ],
  [
    'XML in a collector’s JSON',
    (id, data, n) =>
      JSON.stringify({
        _time: 1772445613,
        host: 'collector1',
        _raw: `<Event xmlns='${NAMESPACE}'><System><Provider Name='${PROVIDER}'/><EventID>${id}</EventID><EventRecordID>${n}</EventRecordID><Channel>${CHANNEL}</Channel><Computer>pc1.example.net</Computer></System><EventData>${xmlData(data)}</EventData></Event>`,
      }),
    [0],
  ],
  [
    'Winlogbeat',
    (event_id, event_data, n) =>
      JSON.stringify({
        '@timestamp': '2026-03-02T10:00:13.000Z',
        winlog: { provider_name: PROVIDER, event_id, event_data, record_id: n, computer_name: 'pc1.example.net' },
      }),
    [2, 8],
  ],
  [
    'NXLog',
    (EventID, data, n) =>
      JSON.stringify({
        EventTime: '2026-03-02 11:00:13',
        Hostname: 'pc1.example.net',
        EventID,
        SourceName: PROVIDER,
        RecordNumber: n,
        ExecutionProcessID: 4,
        AccountName: 'SYSTEM',
        ...data,
      }),
    [3, 6],
  ],
  [
    'Fluent Bit',
    (EventID, data, n) =>
      JSON.stringify({
        ProviderName: PROVIDER,
        EventID,
        TimeCreated: '2026-03-02 11:00:13 +0100',
        EventRecordID: n,
        ProcessID: 4,
        Computer: 'pc1.example.net',
        StringInserts: Object.values(data),
      }),
    [1, 6],
  ],
];

describe.each(ROADS)('%s', (_, write, some) => {
  // Flat members are never none, and without values there is nothing to place.
  const told = EVENTS.map((event, n) => [event[0], n] as const).filter(
    ([, n]) => Object.keys(EVENTS[n]?.[2] ?? {}).length > 0,
  );
  it.each(told)('tells %s', (__, n) => {
    const [, id, data, expected] = EVENTS[n] as (typeof EVENTS)[number];
    const outcomes = normalizeAll(`${write(id, data, n)}\n`);
    const { EventOriginalUid, ...session } = sessionsOf(outcomes)[0] ?? {};
    expect(EventOriginalUid === undefined ? kindsOf(outcomes)[0] : session).toEqual(defined(expected));
  });
  const events = some.map((n) => [n, EVENTS[n] as (typeof EVENTS)[number]] as const);
  const records = events.map(([n, [, id, data]]) => write(id, data, n));
  conforms({
    source: 'sysmon',
    content: records.map((one) => `${one}\n`).join(''),
    records,
    expected: events.map(([, [, , , expected]]) => defined(expected)),
  });
});

describe('Sysmon', () => {
  const write = ROADS.find(([road]) => road === 'Winlogbeat')?.[1] as Write;
  const one = (data: Data): Session => sessionsOf(normalizeAll(write(3, { ...OUTBOUND, ...data }, 7)))[0] ?? {};

  it('without a word on who began leaves the direction to the networks', () => {
    expect(one({ Initiated: '' }).NetworkDirection).toBe('Outbound');
    expect(one({ Initiated: '', SourceIp: '203.0.113.9', DestinationIp: '10.0.1.5' }).NetworkDirection).toBe('Inbound');
  });

  it('without its own time is dated by the log’s', () => {
    expect(one({ UtcTime: '-' }).TimeGenerated).toBe('2026-03-02T10:00:13.000Z');
  });

  it('is read without the rule that versions before 8 did not name', () => {
    const { RuleName: _, ...data } = OUTBOUND;
    const record = { ProviderName: PROVIDER, EventID: 3, Computer: 'pc1', StringInserts: Object.values(data) };
    expect(sessionsOf(normalizeAll(JSON.stringify(record)))[0]).toMatchObject({
      SrcIpAddr: '10.0.1.5',
      DstPortNumber: 443,
      EventEndTime: '2026-03-02T10:00:12.345Z',
    });
  });

  it('is itself whatever a collector adds', () => {
    const nxlog = ROADS.find(([road]) => road === 'NXLog')?.[1] as Write;
    const added = { ...JSON.parse(nxlog(3, OUTBOUND, 7)), DeviceVendor: 'Microsoft', DeviceProduct: 'EventLog' };
    expect(sessionsOf(normalizeAll(JSON.stringify(added)))[0]).toMatchObject({ SrcPortNumber: 51512 });
  });

  it('is found in a line, whatever stands before it', () => {
    const xml = ROADS.find(([road]) => road === 'XML')?.[1] as Write;
    for (const before of [
      '',
      '03/02/2026 10:00:12 AM ',
      '<14>Mar  2 10:00:13 relay1 ',
      'Mar  2 10:00:13 relay1 agent[7]: pc1: ',
    ]) {
      const content = `a first line\n${before}${xml(3, OUTBOUND, 7)}\n`.replace(/^.*\n/, before === '' ? '' : '$&');
      expect(sessionsOf(normalizeAll(content))[0], before).toMatchObject({
        EventOriginalUid: `pc1.example.net/${CHANNEL}/7`,
        SrcPortNumber: 51512,
      });
    }
  });

  it('is read as Elastic’s module leaves it', () => {
    const record = {
      '@timestamp': '2026-03-02T10:00:12.345Z',
      event: { code: '3', provider: PROVIDER },
      winlog: { provider_name: PROVIDER, event_id: '3', computer_name: 'pc1.example.net', record_id: 7 },
      source: { ip: '203.0.113.9', port: 40022 },
      destination: { ip: '10.0.1.5', port: 3389 },
      network: { direction: 'ingress', transport: 'tcp', protocol: 'ms-wbt-server' },
      process: { entity_id: '{00000000-0000-4000-8000-000000000001}', executable: OUTBOUND.Image, pid: 4242 },
      user: { domain: 'CORP', name: 'alice' },
      rule: { name: 'technique_id=T1021' },
    };
    const { EventOriginalUid: _, ...session } = sessionsOf(normalizeAll(JSON.stringify(record)))[0] ?? {};
    expect(session).toEqual(IN);
  });
});
