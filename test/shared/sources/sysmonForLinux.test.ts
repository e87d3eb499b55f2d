import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

/** An outbound connection; the others say what is different. */
const OUTBOUND = {
  RuleName: '-',
  UtcTime: '2026-03-02 10:00:12.345',
  ProcessGuid: '{00000000-0000-4000-8000-000000000001}',
  ProcessId: '4242',
  Image: '/usr/bin/curl',
  User: 'www-data',
  Protocol: 'tcp',
  Initiated: 'true',
  SourceIsIpv6: 'false',
  SourceIp: '10.0.1.5',
  SourceHostname: '-',
  SourcePort: '51512',
  SourcePortName: '-',
  DestinationIsIpv6: 'false',
  DestinationIp: '198.51.100.20',
  DestinationHostname: '-',
  DestinationPort: '443',
  DestinationPortName: '-',
};
type Data = Readonly<Record<string, string>>;

function event(id: number, data: Data, n: number): string {
  const values = Object.entries(data).map(([name, value]) => `<Data Name="${name}">${value}</Data>`);
  return `<Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>${id}</EventID><Version>5</Version><TimeCreated SystemTime="2026-03-02T10:00:12.345678000Z"/><EventRecordID>${n}</EventRecordID><Correlation/><Channel>Linux-Sysmon/Operational</Channel><Computer>lin1</Computer><Security UserId="0"/></System><EventData>${values.join('')}</EventData></Event>`;
}

const OUT: Session = {
  TimeGenerated: '2026-03-02T10:00:12.345Z',
  EventStartTime: '2026-03-02T10:00:12.345Z',
  EventEndTime: '2026-03-02T10:00:12.345Z',
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Sysmon for Linux',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: '3',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'lin1',
  DvcHostname: 'lin1',
  DvcIpAddr: '10.0.1.5',
  DvcOs: 'Linux',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcUsername: 'www-data',
  SrcUsernameType: 'Simple',
  SrcAppName: 'curl',
  SrcAppId: '4242',
  SrcAppType: 'Process',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Outbound',
  AdditionalFields: { ProcessGuid: '00000000-0000-4000-8000-000000000001', ProcessPath: '/usr/bin/curl' },
};
const { SrcUsername, SrcUsernameType, SrcAppName, SrcAppId, SrcAppType, ...ENDS } = OUT;
const IN: Session = {
  ...ENDS,
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  DstUsername: 'root',
  DstUsernameType: SrcUsernameType,
  DstAppName: 'sshd',
  DstAppId: SrcAppId,
  DstAppType: SrcAppType,
  NetworkRuleName: 'TechniqueID=T1021',
  NetworkDirection: 'Inbound',
  AdditionalFields: { ProcessGuid: '00000000-0000-4000-8000-000000000001', ProcessPath: '/usr/sbin/sshd' },
};
const INBOUND = {
  ...OUTBOUND,
  RuleName: 'TechniqueID=T1021',
  Image: '/usr/sbin/sshd',
  User: 'root',
  Initiated: 'false',
  SourceIp: '203.0.113.9',
  SourcePort: '40022',
  DestinationIp: '10.0.1.5',
  DestinationPort: '22',
};

/** Each event with what it becomes. */
const EVENTS: readonly (readonly [what: string, id: number, data: Data, expected: Session | string])[] = [
  ['an outbound connection', 3, OUTBOUND, OUT],
  ['an accepted one', 3, INBOUND, IN],
  [
    'IPv6 and UDP, and what XML escapes',
    3,
    {
      ...OUTBOUND,
      Image: '/opt/a &amp; b/&lt;x&gt;',
      Protocol: 'udp',
      SourceIsIpv6: 'true',
      SourceIp: 'fd00:0:0:0:0:0:0:5',
      DestinationIp: '2001:db8:0:0:0:0:0:20',
      DestinationPort: '53',
    },
    {
      ...OUT,
      SrcAppName: '<x>',
      SrcIpAddr: 'fd00::5',
      DvcIpAddr: 'fd00::5',
      DstIpAddr: '2001:db8::20',
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
      AdditionalFields: { ...(OUT.AdditionalFields as object), ProcessPath: '/opt/a & b/<x>' },
    },
  ],
  [
    'a DNS server that answers',
    3,
    {
      ...INBOUND,
      RuleName: '-',
      Protocol: 'udp',
      SourceIp: '10.0.1.5',
      SourcePort: '53',
      DestinationIp: '10.0.9.9',
      DestinationPort: '55000',
    },
    {
      ...without(IN, 'NetworkRuleName'),
      SrcIpAddr: '10.0.9.9',
      SrcPortNumber: 55000,
      DstPortNumber: 53,
      NetworkProtocol: 'UDP',
      AdditionalFields: { ...(IN.AdditionalFields as object), TurnedRound: 'a local service answered' },
    },
  ],
  ['a loopback connection', 3, { ...OUTBOUND, SourceIp: '127.0.0.1', DestinationIp: '127.0.0.1' }, loopback()],
  ['another event', 5, { RuleName: '-', Image: '/usr/bin/id' }, 'skipped:notNetworkConnection'],
  ['an event without data', 3, {}, 'dead:malformedXml'],
  ['an event without an address', 3, { ...OUTBOUND, SourceIp: '-' }, 'dead:badAddress'],
];

function loopback(): Session {
  return { ...OUT, SrcIpAddr: '127.0.0.1', DstIpAddr: '127.0.0.1', DvcIpAddr: '127.0.0.1' };
}

function without(session: Session, ...fields: readonly string[]): Session {
  return Object.fromEntries(Object.entries(session).filter(([field]) => !fields.includes(field)));
}

type Write = (xml: string) => string;
const ROADS: readonly (readonly [road: string, write: Write, some: readonly number[]])[] = [
  [
    'rows of Syslog',
    (SyslogMessage) =>
      JSON.stringify({
        TimeGenerated: '2026-03-02T10:00:13Z',
        Computer: 'relay1',
        HostName: 'lin1',
        HostIP: '10.0.0.9',
        Facility: 'user',
        SeverityLevel: 'info',
        ProcessName: 'sysmon',
        SyslogMessage,
        Type: 'Syslog',
      }),
    [0, 5],
  ],
  ['syslog of old', (xml) => `<14>Mar  2 10:00:12 lin1 sysmon: ${xml}`, [1, 5]],
  ['syslog with a precise time', (xml) => `2026-03-02T10:00:12.345678+00:00 lin1 sysmon: ${xml}`, [2, 7]],
  ['RFC 5424', (xml) => `<14>1 2026-03-02T10:00:12.345678Z lin1 sysmon 411 - - ${xml}`, [3, 6]],
  [
    'journald’s JSON',
    (MESSAGE) =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: '1772445613123456',
        _HOSTNAME: 'lin1',
        SYSLOG_IDENTIFIER: 'sysmon',
        PRIORITY: '6',
        MESSAGE,
      }),
    [4, 5],
  ],
  [
    'a line in a shipper’s JSON',
    (xml) =>
      JSON.stringify({
        '@timestamp': '2026-03-02T10:00:13.000Z',
        host: { name: 'lin1' },
        log: { file: { path: '/var/log/syslog' } },
        message: `Mar  2 10:00:12 lin1 sysmon: ${xml}`,
      }),
    [0, 7],
  ],
  ['the event alone', (xml) => xml, [0, 5]],
];

describe.each(ROADS)('%s', (_, write, some) => {
  it.each(EVENTS.map((one, n) => [one[0], n] as const))('tells %s', (__, n) => {
    const [, id, data, expected] = EVENTS[n] as (typeof EVENTS)[number];
    const outcomes = normalizeAll(`${write(event(id, data, n))}\n`);
    const [session] = sessionsOf(outcomes);
    expect(session === undefined ? kindsOf(outcomes)[0] : without(session, 'EventOriginalUid')).toEqual(expected);
  });
  const events = some.map((n) => [n, EVENTS[n] as (typeof EVENTS)[number]] as const);
  const records = events.map(([n, [, id, data]]) => write(event(id, data, n)));
  conforms({
    source: 'sysmonForLinux',
    content: records.map((one) => `${one}\n`).join(''),
    records,
    expected: events.map(([, [, , , expected]]) => expected),
  });
});

describe('a line that syslog cut', () => {
  const line = `<14>Mar  2 10:00:12 lin1 sysmon: ${event(3, OUTBOUND, 1)}`;

  it('tells what is whole', () => {
    const cut = line.slice(0, line.indexOf('<Data Name="DestinationPortName">') + 20);
    expect(sessionsOf(normalizeAll(`${cut}\n`))[0]).toMatchObject({
      SrcIpAddr: '10.0.1.5',
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      DvcHostname: 'lin1',
    });
  });

  it('without its destination is a dead letter', () => {
    const cut = line.slice(0, line.indexOf('<Data Name="DestinationIp">'));
    expect(kindsOf(normalizeAll(`${cut}\n`))).toEqual(['dead:badAddress']);
  });

  it('of another event is skipped all the same', () => {
    const cut = line.replace('<EventID>3<', '<EventID>1<').slice(0, 300);
    expect(kindsOf(normalizeAll(`${cut}\n${line}\n`))).toEqual(['skipped:notNetworkConnection', 'session']);
  });
});
