import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf, without } from './normalizing';

const DEVICE = '0123456789abcdef0123456789abcdef01234567';
type Properties = Readonly<Record<string, string | number | boolean | null>>;

/** An outbound connection as the service writes it; the others say what is different. */
const OUTBOUND: Properties = {
  DeviceName: 'pc1.example.net',
  DeviceId: DEVICE,
  ReportId: 26528,
  RemoteIP: '198.51.100.20',
  RemotePort: 443,
  LocalIP: '10.0.1.5',
  LocalPort: 51512,
  Protocol: 'Tcp',
  RemoteUrl: 'https://www.example.org:8443/a?b=c',
  InitiatingProcessId: 4242,
  InitiatingProcessFolderPath: 'c:\\program files\\a\\a.exe',
  InitiatingProcessFileName: 'a.exe',
  InitiatingProcessAccountName: 'alice',
  InitiatingProcessAccountDomain: 'corp',
  InitiatingProcessAccountSid: 'S-1-5-21-1-2-3-1104',
  InitiatingProcessTokenElevation: 'None',
  InitiatingProcessIntegrityLevel: null,
  LocalIPType: 'Private',
  RemoteIPType: 'Public',
  ActionType: 'ConnectionSuccess',
  AdditionalFields: null,
};
/** What the remote side of an accepted connection looks like: no name, and often a mapped address. */
const INBOUND: Properties = {
  ...OUTBOUND,
  ActionType: 'InboundConnectionAccepted',
  RemoteIP: '::ffff:203.0.113.9',
  RemotePort: 40022,
  LocalIP: '::ffff:10.0.1.5',
  LocalPort: 445,
  Protocol: 'TcpV4',
  RemoteUrl: null,
  InitiatingProcessFolderPath: null,
  InitiatingProcessFileName: 'ntoskrnl.exe',
  InitiatingProcessAccountName: 'system',
  InitiatingProcessAccountDomain: 'nt authority',
  InitiatingProcessAccountSid: 'S-1-5-18',
  AdditionalFields: '{"seen":2}',
};

const EACH: Session = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Microsoft Defender XDR for Endpoint',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'pc1.example.net',
  DvcHostname: 'pc1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'pc1.example.net',
  DvcIpAddr: '10.0.1.5',
  DvcId: DEVICE,
  DvcIdType: 'MDEid',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const local = (side: 'Src' | 'Dst'): Session => ({
  [`${side}Hostname`]: 'pc1',
  [`${side}Domain`]: 'example.net',
  [`${side}DomainType`]: 'FQDN',
  [`${side}FQDN`]: 'pc1.example.net',
  [`${side}DvcId`]: DEVICE,
  [`${side}DvcIdType`]: 'MDEid',
  [`${side}AppId`]: '4242',
  [`${side}AppType`]: 'Process',
  [`${side}UsernameType`]: 'Windows',
  [`${side}UserIdType`]: 'SID',
});
const REMOTE_NAME = {
  DstHostname: 'www',
  DstDomain: 'example.org',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.org',
};
const OUT: Session = {
  ...EACH,
  ...local('Src'),
  ...REMOTE_NAME,
  EventOriginalType: 'ConnectionSuccess',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcUsername: 'corp\\alice',
  SrcUserId: 'S-1-5-21-1-2-3-1104',
  SrcUserType: 'Regular',
  SrcAppName: 'a.exe',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkDirection: 'Outbound',
  AdditionalFields: {
    RemoteUrl: 'https://www.example.org:8443/a?b=c',
    ProcessPath: 'c:\\program files\\a\\a.exe',
    ReportId: '26528',
  },
};
const IN: Session = {
  ...EACH,
  ...local('Dst'),
  EventOriginalType: 'InboundConnectionAccepted',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 445,
  DstUsername: 'nt authority\\system',
  DstUserId: 'S-1-5-18',
  DstUserType: 'Machine',
  DstAppName: 'ntoskrnl.exe',
  NetworkDirection: 'Inbound',
  AdditionalFields: { ReportId: '26528', Details: { seen: 2 } },
};

/** Each event with what it becomes. */
const EVENTS: readonly (readonly [what: string, properties: Properties, expected: Session | string])[] = [
  ['a connection', OUTBOUND, OUT],
  ['an accepted one', INBOUND, IN],
  [
    'a failed one to a bare name, over IPv6',
    {
      ...OUTBOUND,
      ActionType: 'ConnectionFailed',
      RemoteUrl: 'www.example.org',
      LocalIP: 'fd00:0:0::5',
      RemoteIP: '2001:DB8::20',
      InitiatingProcessAccountSid: 'S-1-0-0',
    },
    {
      ...without(OUT, 'SrcUserId', 'SrcUserIdType', 'SrcUserType'),
      EventOriginalType: 'ConnectionFailed',
      EventResult: 'Failure',
      SrcIpAddr: 'fd00::5',
      DvcIpAddr: 'fd00::5',
      DstIpAddr: '2001:db8::20',
      NetworkProtocolVersion: 'IPv6',
      AdditionalFields: { ...(OUT.AdditionalFields as object), RemoteUrl: 'www.example.org' },
    },
  ],
  [
    'a listener',
    {
      ...INBOUND,
      ActionType: 'ListeningConnectionCreated',
      RemoteIP: null,
      RemotePort: null,
      LocalIP: '0.0.0.0',
      AdditionalFields: null,
    },
    {
      ...without(IN, 'SrcIpAddr', 'SrcPortNumber', 'DvcIpAddr'),
      EventOriginalType: 'ListeningConnectionCreated',
      DstIpAddr: '0.0.0.0',
      NetworkDirection: 'Listen',
      AdditionalFields: { ReportId: '26528' },
    },
  ],
  [
    'a connection that was found: who began is not known',
    { ...INBOUND, ActionType: 'ConnectionFound', Protocol: 'Unknown' },
    { ...without(IN, 'NetworkProtocol'), EventOriginalType: 'ConnectionFound', NetworkDirection: 'NA' },
  ],
  [
    'an attempt from outside, without a process',
    {
      ...INBOUND,
      ActionType: 'InboundConnectionAttempt',
      InitiatingProcessId: null,
      InitiatingProcessFileName: null,
      InitiatingProcessAccountName: null,
      InitiatingProcessAccountDomain: null,
      InitiatingProcessAccountSid: null,
      AdditionalFields: '',
    },
    {
      ...without(
        IN,
        ...'Username UsernameType UserId UserIdType UserType AppName AppId AppType'
          .split(' ')
          .map((field) => `Dst${field}`),
      ),
      EventOriginalType: 'InboundConnectionAttempt',
      EventResult: 'NA',
      AdditionalFields: { ReportId: '26528' },
    },
  ],
  [
    'ICMP to an address in place of a name',
    {
      ...OUTBOUND,
      ActionType: 'ConnectionRequest',
      Protocol: 'Icmp',
      LocalPort: 0,
      RemotePort: 0,
      RemoteUrl: '198.51.100.20',
    },
    {
      ...without(OUT, 'SrcPortNumber', 'DstPortNumber', ...Object.keys(REMOTE_NAME)),
      EventOriginalType: 'ConnectionRequest',
      NetworkProtocol: 'ICMP',
      AdditionalFields: { ...(OUT.AdditionalFields as object), RemoteUrl: '198.51.100.20' },
    },
  ],
  ['an inspection', { ...OUTBOUND, ActionType: 'HttpConnectionInspected' }, 'skipped:notConnection'],
  ['a request that reached no address', { ...OUTBOUND, RemoteIP: '' }, 'dead:badAddress'],
];

const TIME = '2026-03-02T10:00:12.1234567Z';

type Write = (properties: Properties) => string;
const ROADS: readonly (readonly [road: string, write: Write, some: readonly number[]])[] = [
  [
    'rows of DeviceNetworkEvents',
    (properties) => JSON.stringify({ TenantId: 't', TimeGenerated: TIME, ...properties, Type: 'DeviceNetworkEvents' }),
    [0, 3, 7],
  ],
  ['exported results of a query', (properties) => JSON.stringify({ Timestamp: TIME, ...properties }), [2]],
  [
    'the streaming API’s records',
    (properties) =>
      JSON.stringify({
        time: '2026-03-02T10:01:54.7649349Z',
        tenantId: '00000000-0000-4000-8000-00000000aaaa',
        operationName: 'Publish',
        category: 'AdvancedHunting-DeviceNetworkEvents',
        _TimeReceivedBySvc: '2026-03-02T10:00:20.0890446Z',
        properties: { ...properties, Timestamp: TIME },
        Tenant: 'DefaultTenant',
      }),
    [1, 4, 8],
  ],
];

describe.each(ROADS)('%s', (_, write, some) => {
  it.each(EVENTS)('tell %s', (__, properties, expected) => {
    const outcomes = normalizeAll(`${write(properties)}\r\n`);
    const [session] = sessionsOf(outcomes);
    expect(session === undefined ? kindsOf(outcomes)[0] : without(session, 'EventOriginalUid')).toEqual(expected);
  });
  const events = some.map((n, index) => {
    const [, properties, expected] = EVENTS[n] as (typeof EVENTS)[number];
    // Numbers of reports repeat on a device, not at one time.
    const changed = { ...properties, ReportId: 26528 + index };
    if (typeof expected === 'string') return [changed, expected] as const;
    const AdditionalFields = { ...(expected.AdditionalFields as object), ReportId: String(26528 + index) };
    return [changed, { ...expected, AdditionalFields }] as const;
  });
  const records = events.map(([properties]) => write(properties));
  conforms({
    source: 'microsoftDefenderEndpoint',
    content: records.map((one) => `${one}\r\n`).join(''),
    records,
    expected: events.map(([, expected]) => expected),
    path: {
      container: 'insights-logs-advancedhunting-devicenetworkevents',
      name: 'tenantId=00000000-0000-4000-8000-00000000aaaa/y=2026/m=03/d=02/h=10/m=00/PT1H.json',
    },
  });
});

describe('Defender for Endpoint', () => {
  const write = ROADS[2]?.[1] as Write;

  it('names a record by its device, its time and its report, whichever road it came', () => {
    const ids = ROADS.map(([, road]) => sessionsOf(normalizeAll(road(OUTBOUND)))[0]?.EventOriginalUid);
    const expected = `${DEVICE}-${Date.parse('2026-03-02T10:00:12.123Z')}-26528`;
    expect(ids).toEqual([expected, expected, expected]);
  });

  it('leaves the stream’s other tables out, and keeps a record without properties', () => {
    const other = write(OUTBOUND).replace('AdvancedHunting-DeviceNetworkEvents', 'AdvancedHunting-DeviceProcessEvents');
    const empty = JSON.stringify({ time: TIME, category: 'AdvancedHunting-DeviceNetworkEvents', properties: null });
    expect(kindsOf(normalizeAll([other, write(OUTBOUND), empty].join('\n')))).toEqual([
      'skipped:otherTable',
      'session',
      'dead:noProperties',
    ]);
  });

  it.each([
    ['TcpV4', 'TCP'],
    ['UdpV6', 'UDP'],
    ['IcmpV6', 'IPv6-ICMP'],
    ['Unknown', undefined],
  ])('knows the protocol %s', (Protocol, expected) => {
    expect(sessionsOf(normalizeAll(write({ ...OUTBOUND, Protocol })))[0]?.NetworkProtocol).toBe(expected);
  });

  it.each([
    ['http://a.example.net/x', 'a.example.net'],
    ['a.example.net:8080', 'a.example.net'],
    ['https://[2001:db8::1]:443/', undefined],
    ['203.0.113.7:80', undefined],
    ['tcp://198.51.100.20', undefined],
  ])('takes the host of %s', (RemoteUrl, expected) => {
    expect(sessionsOf(normalizeAll(write({ ...OUTBOUND, RemoteUrl })))[0]?.DstFQDN).toBe(expected);
  });

  it('is read from the portal’s CSV', () => {
    const names =
      'Timestamp,DeviceId,DeviceName,ActionType,RemoteIP,RemotePort,RemoteUrl,LocalIP,LocalPort,Protocol,ReportId';
    const cells = `"${TIME}",${DEVICE},pc1.example.net,ConnectionSuccess,198.51.100.20,443,,10.0.1.5,51512,Tcp,26528`;
    expect(sessionsOf(normalizeAll(`\ufeff${names}\n${cells}\n`))[0]).toMatchObject({
      EventEndTime: '2026-03-02T10:00:12.123Z',
      SrcIpAddr: '10.0.1.5',
      DstPortNumber: 443,
    });
  });
});
