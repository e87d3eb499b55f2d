import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf, without } from './normalizing';

const HEAD = '0000000042 1 0 2026-03-02 10:00:12.123 +00:00 0000000043';
/** Each message has a number of its own. */
const numbered = (records: readonly string[]): string[] =>
  records.map((record, index) => record.replace('0000000043', String(index + 43).padStart(10, '0')));
const REQUEST =
  'ConfigVersionId=7, Device IP Address=10.0.1.5, Device Port=51512, DestinationIPAddress=10.9.0.4, DestinationPort=1812, Protocol=Radius, NetworkDeviceName=switch1, User-Name=alice, Calling-Station-ID=00-00-5E-00-53-01, Called-Station-ID=00-00-5E-00-53-02, AcsSessionID=ise1/1/2';
const DROPPED = `5405 NOTICE RADIUS: RADIUS Request dropped, ${REQUEST}, FailureReason=11007 Could not locate\\, Network Device,`;

const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Cisco',
  EventProduct: 'ISE',
  EventSchemaVersion: '0.2.7',
  EventSubType: 'End',
  EventResult: 'Failure',
  EventResultDetails: 'Terminated',
  EventSeverity: 'Low',
  EventOriginalType: '5405',
  EventOriginalSubType: 'RADIUS',
  EventOriginalSeverity: 'NOTICE',
  EventOriginalResultDetails: '11007 Could not locate, Network Device',
  EventMessage: 'RADIUS Request dropped',
  Dvc: 'switch1',
  DvcHostname: 'switch1',
  DvcAction: 'Drop',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  SrcMacAddr: '00:00:5e:00:53:01',
  DstIpAddr: '10.9.0.4',
  DstPortNumber: 1812,
  DstMacAddr: '00:00:5e:00:53:02',
  DstUsername: 'alice',
  DstUsernameType: 'Simple',
  NetworkApplicationProtocol: 'RADIUS',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Local',
  AdditionalFields: {
    ConfigVersionId: '7',
    CalledStationId: '00-00-5E-00-53-02',
    IseHostname: 'ise1',
    AcsSessionId: 'ise1/1/2',
  },
} as const;
const PLAIN: Session = {
  ...without(EACH, 'SrcMacAddr', 'DstMacAddr', 'DstUsername', 'DstUsernameType', 'SrcPortNumber', 'DstPortNumber'),
  Dvc: 'ise1',
  DvcHostname: 'ise1',
  AdditionalFields: { IseHostname: 'ise1' },
};

describe('its syslog', () => {
  const line = (body: string, head = HEAD, category = 'CISE_Failed_Attempts'): string =>
    `<181>Mar  2 10:00:12 ise1 ${category} ${head} ${body}`;
  const records = numbered([
    line(DROPPED),
    line(
      '61025 INFO PAN: Open TLS connection, Remote-Address=2001:db8::9, DestinationIPAddress=fd00::4, DestinationPort=8443, Protocol=Tls,',
    ),
    line('34160 INFO LDAPS: LDAPS connection terminated, Device IP Address=10.9.0.4, DestinationIPAddress=10.1.0.7,'),
    line('60509 ERROR ERS: ERS request denied, Remote-Address=203.0.113.9, DestinationIPAddress=10.9.0.4, User=bob,'),
    line(
      '5200 NOTICE Passed-Authentication: Authentication succeeded, User-Name=alice,',
      HEAD,
      'CISE_Passed_Authentications',
    ),
    line('24000 INFO External-LDAP: Connection established with LDAP server, ConfigVersionId=7,'),
    line('Step=11001, Step=11017,', '0000000042 2 1'),
    line('no code at all'),
    line('5405 NOTICE RADIUS: RADIUS Request dropped, Device IP Address=somewhere, DestinationIPAddress=10.9.0.4,'),
  ]);
  conforms({
    source: 'ciscoIse',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      EACH,
      {
        ...without(PLAIN, 'EventResultDetails'),
        EventSubType: 'Start',
        EventResult: 'Success',
        EventSeverity: 'Informational',
        EventOriginalType: '61025',
        EventOriginalSubType: 'PAN',
        EventOriginalSeverity: 'INFO',
        EventOriginalResultDetails: 'TLS peer opened',
        EventMessage: 'Open TLS connection',
        DvcAction: 'Allow',
        SrcIpAddr: '2001:db8::9',
        DstIpAddr: 'fd00::4',
        DstPortNumber: 8443,
        NetworkApplicationProtocol: 'TLS',
        NetworkProtocolVersion: 'IPv6',
        NetworkDirection: 'Inbound',
      },
      {
        ...without(PLAIN, 'EventResultDetails', 'NetworkApplicationProtocol'),
        EventResult: 'Success',
        EventSeverity: 'Informational',
        EventOriginalType: '34160',
        EventOriginalSubType: 'LDAPS',
        EventOriginalSeverity: 'INFO',
        EventOriginalResultDetails: 'LDAPS connection terminated',
        EventMessage: 'LDAPS connection terminated',
        DvcAction: 'Allow',
        SrcIpAddr: '10.9.0.4',
        DstIpAddr: '10.1.0.7',
      },
      {
        ...without(PLAIN, 'NetworkApplicationProtocol'),
        EventOriginalType: '60509',
        EventOriginalSubType: 'ERS',
        EventOriginalSeverity: 'ERROR',
        EventOriginalResultDetails: 'ERS connections exceed their maximum',
        EventMessage: 'ERS request denied',
        DvcAction: 'Deny',
        SrcIpAddr: '203.0.113.9',
        DstUsername: 'bob',
        DstUsernameType: 'Simple',
        NetworkDirection: 'Inbound',
      },
      'skipped:notConnection',
      'skipped:noPeer',
      'skipped:laterSegment',
      'dead:noMessageCode',
      'dead:badAddress',
    ],
  });
});

describe('rows of Syslog', () => {
  const row = (message: string, columns: object = {}): string =>
    JSON.stringify({
      TimeGenerated: '2026-03-02T10:00:13Z',
      EventTime: '2026-03-02T10:00:12Z',
      Computer: 'ise1',
      HostIP: 'Unknown IP',
      ProcessName: 'CISE_Failed_Attempts',
      SyslogMessage: message,
      Type: 'Syslog',
      ...columns,
    });
  const records = numbered([
    row(`${HEAD} ${DROPPED}`, { HostIP: '10.9.0.4' }),
    row(`${HEAD} ${DROPPED.replace('00-00-5E-00-53-01', 'laptop1.example.net')}`),
    row(`${HEAD} ${DROPPED.replace('00-00-5E-00-53-01', '192.0.2.17').replace('Device IP Address=10.0.1.5, ', '')}`),
    row(`${HEAD} 5200 NOTICE Passed-Authentication: Authentication succeeded,`),
  ]);
  conforms({
    source: 'ciscoIse',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      { ...EACH, DvcIpAddr: '10.9.0.4' },
      {
        ...without(EACH, 'SrcMacAddr'),
        SrcHostname: 'laptop1',
        SrcDomain: 'example.net',
        SrcDomainType: 'FQDN',
        SrcFQDN: 'laptop1.example.net',
      },
      { ...without(EACH, 'SrcMacAddr'), SrcIpAddr: '192.0.2.17', NetworkDirection: 'Inbound' },
      'skipped:notConnection',
    ],
  });

  it.each([
    ['60235', 'Start', 'Success', 'Allow'],
    ['61011', 'End', 'Success', 'Allow'],
    ['61026', 'End', 'Success', 'Allow'],
    ['90078', 'End', 'Success', 'Allow'],
    ['24850', 'Start', 'Success', 'Allow'],
    ['60234', 'End', 'Failure', 'Drop'],
    ['91082', 'End', 'Failure', 'Drop'],
    ['5406', 'End', 'Failure', 'Drop'],
    ['60509', 'End', 'Failure', 'Deny'],
  ])('code %s is the %s of a %s, %s', (code, EventSubType, EventResult, DvcAction) => {
    const text = row(`${HEAD} ${code} INFO Any: text, ${REQUEST},`);
    expect(kindsOf(normalizeAll(text))).toEqual(['session']);
    expect(sessionsOf(normalizeAll(text))[0]).toMatchObject({ EventSubType, EventResult, DvcAction });
  });
});

describe('what an agent leaves of a message', () => {
  const cut = (message: string): Session | undefined =>
    sessionsOf(
      normalizeAll(
        `${JSON.stringify([{ 'TimeGenerated [UTC]': '3/2/2026, 10:05:00.000 AM', 'EventTime [UTC]': '3/2/2026, 10:00:12.000 AM', Computer: 'ise1', ProcessName: 'CISE_Failed_Attempts', SyslogMessage: message, Type: 'Syslog' }])}\n`,
      ),
    )[0];

  it.each([
    '00:12.123 +00:00 0000000043 5406 NOTICE Failed-Attempt: TACACS+ Request dropped',
    '0000000043 5406 NOTICE Failed-Attempt: TACACS+ Request dropped',
  ])('is read from the number on: %s', (head) => {
    expect(
      cut(
        `${head}, Device IP Address=10.0.1.5, Device Port=51512, DestinationIPAddress=10.9.0.4, DestinationPort=49, Protocol=Tacacs, `,
      ),
    ).toMatchObject({
      TimeGenerated: '2026-03-02T10:00:12.000Z',
      EventOriginalType: '5406',
      EventOriginalUid: 'ise1-0000000043',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      DstIpAddr: '10.9.0.4',
      DstPortNumber: 49,
      NetworkApplicationProtocol: 'TACACS',
    });
  });

  it('may lack commas', () => {
    expect(
      cut(
        `${HEAD} 5405 NOTICE RADIUS: RADIUS Request dropped, Device IP Address=10.0.1.5, DestinationIPAddress=10.9.0.4, NetworkDeviceName=switch1 User-Name=alice, FailureReason=11007 No such device,`,
      ),
    ).toMatchObject({
      DvcHostname: 'switch1',
      DstUsername: 'alice',
      EventOriginalResultDetails: '11007 No such device',
    });
  });
});
