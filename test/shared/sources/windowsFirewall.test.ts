import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const PROVIDER = 'Microsoft-Windows-Security-Auditing';
const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const APP = '\\device\\harddiskvolume2\\app\\a.exe';

/** An outbound connection; the events below say what is different. */
const OUTBOUND = {
  ProcessID: '832',
  Application: APP,
  Direction: '%%14593',
  SourceAddress: '10.0.1.5',
  SourcePort: '51512',
  DestAddress: '198.51.100.20',
  DestPort: '443',
  Protocol: '6',
  FilterRTID: '70201',
  LayerName: '%%14611',
  LayerRTID: '48',
  RemoteUserID: 'S-1-0-0',
  RemoteMachineID: 'S-1-0-0',
};
const SOCKET = {
  ProcessId: '832',
  Application: 'System',
  SourceAddress: '0.0.0.0',
  SourcePort: '445',
  Protocol: '6',
  FilterRTID: '0',
  LayerName: '%%14609',
  LayerRTID: '40',
};
/** The documentation's order: the listener first, then the client. */
const INBOUND = {
  ...OUTBOUND,
  Direction: '%%14592',
  LayerName: '%%14610',
  SourceAddress: '10.0.1.5',
  SourcePort: '3389',
  DestAddress: '10.0.9.9',
  DestPort: '49278',
};
const BLOCKED = {
  ...INBOUND,
  SourceAddress: '203.0.113.9',
  SourcePort: '40022',
  DestAddress: '10.0.1.5',
  DestPort: '22',
  Application: '-',
  ProcessID: '0',
};
const MULTICAST = {
  ...INBOUND,
  SourceAddress: 'ff02::1:3',
  SourcePort: '5355',
  DestAddress: 'fe80::1%12',
  DestPort: '61000',
  Protocol: '17',
};

type Data = Readonly<Record<string, string>>;

const xmlData = (data: Data): string =>
  Object.entries(data)
    .map(([name, value]) => `<Data Name="${name}">${value}</Data>`)
    .join('\r\n  ');

const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.345Z',
  EventStartTime: '2026-03-02T10:00:12.345Z',
  EventEndTime: '2026-03-02T10:00:12.345Z',
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Windows Firewall',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  DvcAction: 'Allow',
  Dvc: 'pc1.example.net',
  DvcHostname: 'pc1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'pc1.example.net',
  DvcOs: 'Windows',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const name = (side: 'Src' | 'Dst'): Session => ({
  [`${side}Hostname`]: 'pc1',
  [`${side}Domain`]: 'example.net',
  [`${side}DomainType`]: 'FQDN',
  [`${side}FQDN`]: 'pc1.example.net',
});
const process = (side: 'Src' | 'Dst', app: string, id: string): Session => ({
  [`${side}AppName`]: app,
  [`${side}AppId`]: id,
  [`${side}AppType`]: 'Process',
});
const BLOCK = { DvcAction: 'Deny', EventResult: 'Failure', EventSeverity: 'Low' };

const OUT: Session = {
  ...EACH,
  ...name('Src'),
  ...process('Src', APP, '832'),
  EventOriginalType: '5156',
  DvcIpAddr: '10.0.1.5',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkRuleNumber: 70201,
  NetworkDirection: 'Outbound',
  AdditionalFields: { Layer: 'Connect' },
};
const IN: Session = {
  ...EACH,
  ...name('Dst'),
  ...process('Dst', APP, '832'),
  EventOriginalType: '5156',
  DvcIpAddr: '10.0.1.5',
  SrcIpAddr: '10.0.9.9',
  SrcPortNumber: 49278,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 3389,
  NetworkRuleNumber: 70201,
  NetworkDirection: 'Inbound',
  AdditionalFields: { Layer: 'Receive/Accept' },
};
const DENIED: Session = {
  ...IN,
  ...BLOCK,
  EventOriginalType: '5152',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstPortNumber: 22,
};
delete DENIED.DstAppName;
DENIED.DstAppId = '0';
const LISTEN: Session = {
  ...EACH,
  ...name('Dst'),
  ...process('Dst', 'System', '832'),
  EventOriginalType: '5154',
  DstIpAddr: '0.0.0.0',
  DstPortNumber: 445,
  NetworkRuleNumber: 0,
  NetworkDirection: 'Listen',
  AdditionalFields: { Layer: 'Listen' },
};
const GROUP: Session = {
  ...IN,
  SrcIpAddr: 'fe80::1',
  SrcPortNumber: 61000,
  DstIpAddr: 'ff02::1:3',
  DstPortNumber: 5355,
  NetworkProtocol: 'UDP',
  NetworkProtocolVersion: 'IPv6',
};
delete GROUP.DvcIpAddr;

/** Each event with what it becomes. */
const EVENTS: readonly (readonly [id: number, data: Data, expected: Session | string])[] = [
  [5156, OUTBOUND, OUT],
  [5156, INBOUND, IN],
  [5152, BLOCKED, DENIED],
  [5154, SOCKET, LISTEN],
  [5159, SOCKET, { ...LISTEN, ...BLOCK, EventOriginalType: '5159' }],
  [5156, MULTICAST, GROUP],
  [
    5157,
    { ...OUTBOUND, Protocol: '47', SourcePort: '0', DestPort: '0', FilterOrigin: 'No VPN', InterfaceIndex: '12' },
    {
      ...without(OUT, 'SrcPortNumber', 'DstPortNumber'),
      ...BLOCK,
      EventOriginalType: '5157',
      NetworkProtocol: 'GRE',
      AdditionalFields: { Layer: 'Connect', FilterOrigin: 'No VPN', InterfaceIndex: '12' },
    },
  ],
  [
    5156,
    { ...OUTBOUND, RemoteUserID: 'S-1-5-21-1-2-3-1104', RemoteMachineID: 'S-1-5-21-1-2-3-515' },
    {
      ...OUT,
      DstUserId: 'S-1-5-21-1-2-3-1104',
      DstUserIdType: 'SID',
      DstUserType: 'Regular',
      DstDvcId: 'S-1-5-21-1-2-3-515',
      DstDvcIdType: 'Other',
    },
  ],
  [
    5152,
    { ...OUTBOUND, Direction: '%%14594', LayerName: '%%14598', Application: '-', ProcessID: '' },
    {
      ...without(OUT, ...Object.keys(name('Src')), ...Object.keys(process('Src', '', '')), 'DvcIpAddr'),
      ...BLOCK,
      EventOriginalType: '5152',
      NetworkDirection: 'NA',
      AdditionalFields: { Layer: 'Forward', Direction: '%%14594' },
    },
  ],
  [
    5156,
    { ...OUTBOUND, Protocol: '1', SourcePort: '8', DestPort: '0' },
    {
      ...without(OUT, 'SrcPortNumber', 'DstPortNumber'),
      NetworkProtocol: 'ICMP',
      NetworkIcmpCode: 8,
      NetworkIcmpType: 'Echo',
    },
  ],
  [
    5150,
    { Direction: '%%14592', SourceAddress: '02:00:00:00:00:01', DestAddress: '02:00:00:00:00:02' },
    'skipped:macLayerOnly',
  ],
  [5153, SOCKET, 'skipped:noDestination'],
  [4624, { TargetUserName: 'alice' }, 'skipped:notFiltering'],
  [5156, { ...OUTBOUND, DestAddress: '' }, 'dead:badAddress'],
  [5157, {}, 'dead:noEventData'],
];

function without(session: Session, ...fields: readonly string[]): Session {
  return Object.fromEntries(Object.entries(session).filter(([field]) => !fields.includes(field)));
}

type Write = (id: number, data: Data, number: number) => string;

/** All events by one road; what takes long is asked of some of them. */
function road(write: Write, some: readonly number[], { start = '', told = EVENTS } = {}): void {
  it.each(told.map(([id, data, expected], number) => [number, id, data, expected] as const))(
    'tells event %i (%i)',
    (number, id, data, expected) => {
      const outcomes = normalizeAll(`${start}${write(id, data, number)}\n`);
      const [session] = sessionsOf(outcomes);
      expect(session === undefined ? kindsOf(outcomes)[0] : without(session, 'EventOriginalUid')).toEqual(expected);
    },
  );
  const events = some.map((number) => [number, EVENTS[number] as (typeof EVENTS)[number]] as const);
  const records = events.map(([number, [id, data]]) => write(id, data, number));
  conforms({
    source: 'windowsFirewall',
    content: start + records.map((one) => `${one}\n`).join(''),
    records,
    expected: events.map(([, [, , expected]]) => expected),
  });
}

describe('rows of SecurityEvent', () => {
  road(
    (EventID, data, n) =>
      JSON.stringify({
        TimeGenerated: '2026-03-02T10:00:12.345678Z',
        Computer: 'pc1.example.net',
        EventSourceName: PROVIDER,
        Channel: 'Security',
        EventID,
        EventRecordId: String(1000 + n),
        EventData: `<EventData xmlns="${NAMESPACE}">\r\n  ${xmlData(data)}\r\n</EventData>`,
        Type: 'SecurityEvent',
      }),
    [0, 2, 10],
  );
});

describe('rows of WindowsEvent', () => {
  road(
    (EventID, EventData, n) =>
      JSON.stringify({
        TimeGenerated: '2026-03-02T10:00:12.3456789Z',
        Provider: PROVIDER,
        Channel: 'Security',
        Computer: 'pc1.example.net',
        EventID,
        EventRecordId: String(1000 + n),
        EventData: n % 2 === 0 ? EventData : JSON.stringify(EventData),
      }),
    [1, 5, 13],
  );
});

const xmlEvent = (id: number, data: Data, n: number): string =>
  `<Event xmlns='${NAMESPACE}'><System><Provider Name='${PROVIDER}' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/><EventID>${id}</EventID><Version>1</Version><TimeCreated SystemTime='2026-03-02T10:00:12.345678900Z'/><EventRecordID>${1000 + n}</EventRecordID><Execution ProcessID='4' ThreadID='8668'/><Channel>Security</Channel><Computer>pc1.example.net</Computer><Security/></System><EventData>${xmlData(data)}</EventData></Event>`;

describe('events as XML', () => {
  road(xmlEvent, [3, 12], { start: '\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>' });
});

describe('shippers’ JSON', () => {
  const shippers: readonly ((id: number, data: Data, n: number) => object)[] = [
    // Winlogbeat since version 7.
    (event_id, event_data, n) => ({
      '@timestamp': '2026-03-02T10:00:12.345Z',
      winlog: {
        provider_name: PROVIDER,
        event_id,
        event_data,
        channel: 'Security',
        record_id: 1000 + n,
        computer_name: 'pc1.example.net',
        process: { pid: 4, thread: { id: 8668 } },
      },
      event: { code: event_id, kind: 'event' },
      message: 'The Windows Filtering Platform …',
    }),
    // Winlogbeat before it.
    (event_id, event_data, n) => ({
      '@timestamp': '2026-03-02T10:00:12.345Z',
      beat: { name: 'pc1' },
      source_name: PROVIDER,
      log_name: 'Security',
      computer_name: 'pc1.example.net',
      event_id,
      event_data,
      record_number: String(1000 + n),
    }),
    // NXLog (im_msvistalog); its time is local, the collector's tells by how much.
    (EventID, data, n) => ({
      EventTime: '2026-03-02 12:00:12.345',
      '@timestamp': '2026-03-02T10:00:13.100Z',
      Hostname: 'pc1.example.net',
      Keywords: '0x8020000000000000',
      EventType: 'AUDIT_SUCCESS',
      EventID,
      SourceName: PROVIDER,
      Channel: 'Security',
      RecordNumber: 1000 + n,
      ExecutionProcessID: 4,
      ...data,
      SourceModuleType: 'im_msvistalog',
    }),
    // Fluent Bit: winevtlog and winlog keep values without names.
    (EventID, data, n) => ({
      date: 1772445612.9,
      ProviderName: PROVIDER,
      EventID,
      TimeCreated: '2026-03-02 05:00:12.345 -0500',
      EventRecordID: 1000 + n,
      ProcessID: 4,
      ThreadID: 8668,
      Channel: 'Security',
      Computer: 'pc1.example.net',
      StringInserts: Object.values(data),
    }),
    (EventID, data, n) => ({
      RecordNumber: 1000 + n,
      TimeGenerated: '2026-03-02 10:00:12.345 +0000',
      EventID,
      Channel: 'Security',
      SourceName: PROVIDER,
      ComputerName: 'pc1.example.net',
      StringInserts: Object.values(data),
    }),
  ];
  describe.each(shippers.map((shipper, index) => [index, shipper] as const))('number %i', (index, shipper) => {
    // Without names only the usual values are told from each other, and flat members are never none.
    const told = EVENTS.filter(([, data]) => Object.keys(data).length > 0 && !('InterfaceIndex' in data));
    road((id, data, n) => JSON.stringify(shipper(id, data, n)), [index, 12], { told });
  });
});

function event(data: Data): Session {
  return sessionsOf(normalizeAll(xmlEvent(5156, { ...INBOUND, ...data }, 1)))[0] ?? {};
}
const ends = (session: Session): unknown[] =>
  ['SrcIpAddr', 'SrcPortNumber', 'DstIpAddr', 'DstPortNumber'].map((field) => session[field]);

describe('inbound connections', () => {
  it('come from outside, whichever end is named first', () => {
    const client = { SourceAddress: '203.0.113.9', SourcePort: '40022' };
    const service = { DestAddress: '10.0.1.5', DestPort: '60000' };
    const expected = ['203.0.113.9', 40022, '10.0.1.5', 60000];
    expect(ends(event({ ...client, ...service }))).toEqual(expected);
    expect(
      ends(event({ SourceAddress: '10.0.1.5', SourcePort: '60000', DestAddress: '203.0.113.9', DestPort: '40022' })),
    ).toEqual(expected);
  });

  it.each(['255.255.255.255', '10.0.1.255', '239.255.255.250', 'ff02::fb'])('go to a group: %s', (group) => {
    const host = group.includes(':') ? 'fe80::9' : '10.0.1.9';
    const there = { SourceAddress: host, SourcePort: '137', DestAddress: group, DestPort: '137' };
    const turned = { SourceAddress: group, SourcePort: '137', DestAddress: host, DestPort: '137' };
    for (const data of [there, turned]) {
      const session = event(data);
      expect(ends(session)).toEqual([host, 137, group, 137]);
      expect(session).not.toHaveProperty('DvcIpAddr');
    }
  });
});

describe('the Filtering Platform', () => {
  it('is told by its provider, not by numbers of events', () => {
    expect(kindsOf(normalizeAll(xmlEvent(5156, OUTBOUND, 1).replace(PROVIDER, 'Some-Other-Provider')))).toEqual([
      'skipped:otherProduct',
    ]);
  });

  it('names an event by its computer, its log and its number there', () => {
    expect(sessionsOf(normalizeAll(xmlEvent(5156, OUTBOUND, 7)))[0]?.EventOriginalUid).toBe(
      'pc1.example.net/Security/1007',
    );
  });

  it.each([
    ['Inbound', 'Inbound'],
    ['outbound', 'Outbound'],
    ['%%14595', 'NA'],
  ])('reads the direction %s', (Direction, expected) => {
    expect(event({ Direction }).NetworkDirection).toBe(expected);
  });
});
