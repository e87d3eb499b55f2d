import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

/** A line of CEF; a key given as undefined is left out. */
function line(
  id: string,
  name: string,
  changes: Readonly<Record<string, string | undefined>> = {},
  header = '',
): string {
  const values = {
    deviceExternalId: 'fw1 node 1',
    dvc: '192.0.2.1',
    dvchost: '192.0.2.1',
    src: '10.0.1.5',
    dst: '198.51.100.20',
    spt: '51512',
    dpt: '443',
    proto: '6',
    deviceInboundInterface: '0',
    deviceOutboundInterface: '1',
    deviceFacility: 'Packet Filtering',
    rt: 'Mar 02 2026 10:00:42',
    app: 'HTTPS',
    ...changes,
  };
  const pairs = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  return `${header}CEF:0|FORCEPOINT|Firewall|6.10|${id}|${name}|0|${pairs.join(' ')}`;
}

const EACH: Session = {
  TimeGenerated: '2026-03-02T10:00:42.000Z',
  EventStartTime: '2026-03-02T10:00:42.000Z',
  EventEndTime: '2026-03-02T10:00:42.000Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Forcepoint',
  EventProduct: 'Firewall',
  EventProductVersion: '6.10',
  EventSchemaVersion: '0.2.7',
  EventOriginalSubType: 'Packet Filtering',
  EventOriginalSeverity: '0',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: '192.0.2.1',
  DvcIpAddr: '192.0.2.1',
  DvcId: 'fw1 node 1',
  DvcIdType: 'Other',
  DvcInboundInterface: '0',
  DvcOutboundInterface: '1',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkApplicationProtocol: 'HTTPS',
  NetworkDirection: 'Outbound',
};
function without(session: Session, ...fields: readonly string[]): Session {
  return Object.fromEntries(Object.entries(session).filter(([field]) => !fields.includes(field)));
}
const CLOSED: Session = {
  ...EACH,
  EventOriginalType: '70021',
  EventSubType: 'End',
  DvcAction: 'Allow',
  SrcBytes: 1800,
  DstBytes: 7200,
  NetworkBytes: 9000,
  SrcNatIpAddr: '203.0.113.4',
  SrcNatPortNumber: 27237,
  NetworkRuleName: '1001.2',
};
const DISCARDED: Session = {
  ...without(EACH, 'DvcOutboundInterface'),
  EventOriginalType: '70019',
  EventSubType: 'End',
  EventResult: 'Failure',
  EventSeverity: 'Low',
  EventMessage: 'spoofed packet',
  DvcAction: 'Deny',
  DvcOriginalAction: 'Discard',
  SrcIpAddr: '203.0.113.9',
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  NetworkApplicationProtocol: 'SSH',
  NetworkDirection: 'Inbound',
};
const ATTACK: Session = {
  ...EACH,
  EventType: 'IDS',
  EventOriginalType: '258001',
  EventOriginalSubType: 'Inspection',
  EventResult: 'Failure',
  EventSeverity: 'High',
  DvcAction: 'Reset Source',
  DvcOriginalAction: 'Terminate',
  ThreatId: 'S-77',
  ThreatCategory: 'Successful Attack',
  ThreatName: 'HTTP_Sample-Overflow',
  DstHostname: 'www',
  DstDomain: 'example.org',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.org',
  DstPortNumber: 8443,
  AdditionalFields: { RequestMethod: 'GET', RequestUrl: 'www.example.org:8443' },
};

const FILE: Session = {
  ...EACH,
  EventOriginalType: '76508',
  EventOriginalSubType: 'File Filtering',
  EventResult: 'Failure',
  EventSeverity: 'Low',
  DvcAction: 'Deny',
  ThreatName: 'File_Malware-Blocked',
  NetworkApplicationProtocol: 'HTTP',
  AdditionalFields: { VirusId: 'Sample.Virus' },
};

const TRANSLATED = { sourceTranslatedAddress: '203.0.113.4', sourceTranslatedPort: '27237' };
const RULE = { cs1Label: 'RuleID', cs1: '1001.2' };
const INSPECTED = {
  deviceFacility: 'Inspection',
  act: 'Terminate',
  cat: 'Successful Attack',
  cs3Label: 'SituationId',
  cs3: 'S-77',
  requestMethod: 'GET',
  requestURL: 'www.example.org:8443',
  dpt: undefined,
};
const LINES: readonly (readonly [line: string, expected: Session | string])[] = [
  [line('70021', 'Connection_Closed', { ...TRANSLATED, ...RULE, in: '7200', out: '1800' }), CLOSED],
  [
    line(
      '70019',
      'Connection_Discarded',
      {
        src: '203.0.113.9',
        dst: '10.0.1.5',
        dpt: '22',
        deviceOutboundInterface: undefined,
        act: 'Discard',
        msg: 'spoofed packet',
        app: 'SSH',
      },
      '<6>',
    ),
    DISCARDED,
  ],
  [
    line(
      '70018',
      'Connection_Allowed',
      {
        ...RULE,
        cs2Label: 'NatRuleId',
        cs2: '2002.1',
        act: 'Allow',
        src: 'fd00::5',
        dst: '2001:DB8:0::20',
        app: 'TCP/8443',
        dpt: undefined,
        dvc: undefined,
        dvchost: undefined,
      },
      '<6>Mar  2 10:00:43 fw1.example.net ',
    ),
    {
      ...without(EACH, 'DvcIpAddr', 'NetworkApplicationProtocol'),
      EventOriginalType: '70018',
      EventSubType: 'Start',
      Dvc: 'fw1.example.net',
      DvcHostname: 'fw1',
      DvcDomain: 'example.net',
      DvcDomainType: 'FQDN',
      DvcFQDN: 'fw1.example.net',
      DvcAction: 'Allow',
      DvcOriginalAction: 'Allow',
      SrcIpAddr: 'fd00::5',
      DstIpAddr: '2001:db8::20',
      DstPortNumber: 8443,
      NetworkProtocolVersion: 'IPv6',
      NetworkRuleName: '1001.2,2002.1',
    },
  ],
  [line('258001', 'HTTP_Sample-Overflow', INSPECTED), ATTACK],
  [line('70383', 'Message'), 'skipped:notConnection'],
  [line('70018', 'Connection_Allowed', { src: undefined }), 'dead:badAddress'],
];

describe('lines of CEF', () => {
  conforms({
    source: 'forcepointNgfw',
    content: LINES.map(([text]) => `${text}\n`).join(''),
    records: LINES.map(([text]) => text),
    expected: LINES.map(([, expected]) => expected),
  });
});

const ROW = {
  TimeGenerated: '2026-03-02T10:01:00Z',
  DeviceVendor: 'FORCEPOINT',
  DeviceProduct: 'Firewall',
  DeviceVersion: '6.10',
  LogSeverity: '0',
  DeviceAddress: '192.0.2.1',
  DeviceName: '192.0.2.1',
  DeviceExternalID: 'fw1 node 1',
  DeviceInboundInterface: '0',
  DeviceOutboundInterface: '1',
  SourceIP: '10.0.1.5',
  SourcePort: 51512,
  DestinationIP: '198.51.100.20',
  DestinationPort: 443,
  Protocol: '6',
  ReceiptTime: 'Mar 02 2026 10:00:42',
  ApplicationProtocol: 'HTTPS',
};
const ROWS: readonly (readonly [row: object, expected: Session | string])[] = [
  [
    {
      ...ROW,
      DeviceEventClassID: '70021',
      DeviceFacility: 'Packet Filtering',
      SentBytes: 1800,
      ReceivedBytes: 7200,
      SourceTranslatedAddress: '203.0.113.4',
      SourceTranslatedPort: 27237,
      DeviceCustomString1: '1001.2',
      DeviceCustomString1Label: 'RuleID',
    },
    CLOSED,
  ],
  [
    {
      ...ROW,
      DeviceEventClassID: '258001',
      Activity: 'HTTP_Sample-Overflow',
      DeviceFacility: 'Inspection',
      DeviceAction: 'Terminate',
      DeviceEventCategory: 'Successful Attack',
      DeviceCustomString3: 'S-77',
      DestinationPort: null,
      RequestMethod: 'GET',
      AdditionalExtensions: 'requestURL=www.example.org:8443',
    },
    ATTACK,
  ],
  [
    {
      ...ROW,
      DeviceEventClassID: '76508',
      Activity: 'File_Malware-Blocked',
      DeviceFacility: 'File Filtering',
      ApplicationProtocol: 'HTTP proxy',
      DeviceCustomString4: 'Sample.Virus',
      RequestMethod: 'UNKNOWN',
    },
    FILE,
  ],
  [{ ...ROW, DeviceEventClassID: '78002', DeviceFacility: 'Management' }, 'skipped:notConnection'],
];

describe('rows of CommonSecurityLog', () => {
  const records = ROWS.map(([row]) => JSON.stringify({ ...row, Type: 'CommonSecurityLog' }));
  conforms({
    source: 'forcepointNgfw',
    content: records.map((one) => `${one}\n`).join(''),
    records,
    expected: ROWS.map(([, expected]) => expected),
  });
});

const only = (...args: Parameters<typeof line>): Session => sessionsOf(normalizeAll(`${line(...args)}\n`))[0] ?? {};
const outcome = (session: Session): unknown[] =>
  ['DvcAction', 'EventResult', 'EventSeverity', 'EventResultDetails', 'EventSubType'].map((field) => session[field]);

describe('Forcepoint', () => {
  it.each([
    ['70018', ['Allow', 'Success', 'Informational', undefined, 'Start']],
    ['70019', ['Deny', 'Failure', 'Low', undefined, 'End']],
    ['70021', ['Allow', 'Success', 'Informational', undefined, 'End']],
    ['70022', ['Reset', 'Failure', 'Low', undefined, 'End']],
    ['70026', ['Allow', 'Success', 'Informational', undefined, undefined]],
  ])('tells what message %s means', (id, expected) => {
    expect(outcome(only(id, 'x'))).toEqual(expected);
    expect(outcome(only(id, 'x', { deviceFacility: 'Accounting' }))).toEqual(expected);
  });

  it.each([
    ['Allow', ['Allow', 'Success', 'Informational']],
    ['Permit', ['Allow', 'Success', 'Informational']],
    ['Discard', ['Drop', 'Failure', 'Low']],
    ['Refuse', ['Deny', 'Failure', 'Low']],
    ['Terminate', ['Reset Source', 'Failure', 'Low']],
    ['Terminate (passive)', ['Reset Destination', 'Failure', 'Low']],
    ['Terminate (reset)', ['Reset', 'Failure', 'Low']],
    ['Terminate (failed)', [undefined, 'Failure', 'Low']],
    ['Wait for Authentication', [undefined, 'Success', 'Informational']],
  ])('goes by the action %s where the message is another', (act, expected) => {
    expect(outcome(only('70035', 'x', { act })).slice(0, 3)).toEqual(expected);
  });

  it.each([
    ['Connection dropped', ['Drop', 'Failure', 'Low', 'Terminated']],
    ['Connection was reset by client', ['Reset Source', 'Failure', 'Low', 'Reset']],
    ['Connection was reset by server', ['Reset Destination', 'Failure', 'Low', 'Reset']],
    ['TCP state violation', ['Deny', 'Failure', 'Low', 'Invalid TCP']],
    ['not a valid SYN packet [RA] (CT)', [undefined, 'Failure', 'Low', 'Invalid TCP']],
    ['TSC error: Query timed out', [undefined, 'Failure', 'Low', 'Timeout']],
    ['Connection timeout in state TCP_SYN_SEEN', [undefined, 'Failure', 'Low', 'Timeout']],
    ['Connection timeout in state TCP_TIME_WAIT_ACK', [undefined, 'Failure', 'Low', 'Timeout']],
    ['Connection timeout in state TCP_TIME_WAIT', ['Allow', 'Success', 'Informational', 'Timeout']],
    ['Connection timeout in state TCP_LAST_ACK', ['Allow', 'Success', 'Informational', 'Timeout']],
  ])('goes by what is said: %s', (msg, expected) => {
    const session = only('70022', 'x', { msg });
    expect(outcome(session).slice(0, 4)).toEqual(expected);
    expect(session.EventOriginalResultDetails).toBe(msg);
  });

  it.each([
    ['80000', undefined, 'IDS', 'Low'],
    ['79999', undefined, 'NetworkSession', 'Low'],
    ['200000', undefined, 'IDS', 'High'],
    ['200000', 'Permit', 'IDS', 'Informational'],
  ])('tells attacks by their code: %s %s', (id, act, type, severity) => {
    const session = only(id, 'x', { deviceFacility: 'Inspection', act });
    expect([session.EventType, session.EventSeverity]).toEqual([type, severity]);
  });

  it.each([
    ['HTTP-Over-QUIC', 'HTTP'],
    ['GTP User Data', 'GTP'],
    ['IPv6 ICMP Echo Request', 'ICMP'],
    ['FTPS (Control)', 'FTPS'],
    ['NetBIOS Datagram', 'NETBIOS DATAGRAM'],
    ['UDP/5000', undefined],
  ])('names the protocol of %s', (app, expected) => {
    expect(only('70018', 'x', { app }).NetworkApplicationProtocol).toBe(expected);
  });

  it.each([
    ['203.0.113.7:8080', { DstIpAddr: '203.0.113.7', DstPortNumber: 8080 }],
    ['[2001:db8::7]:8080', { DstIpAddr: '2001:db8::7', DstPortNumber: 8080 }],
    ['https://203.0.113.7/x', { DstIpAddr: '203.0.113.7' }],
  ])('finds the destination in %s', (requestURL, expected) => {
    expect(only('70018', 'x', { dst: undefined, dpt: undefined, requestURL })).toMatchObject(expected);
  });

  it('leaves generic names of applications out', () => {
    const named = (destinationServiceName: string) => only('70018', 'x', { destinationServiceName });
    expect(named('Generic-Web-HTTP')).not.toHaveProperty('DstAppName');
    expect(named('Sample-App')).toMatchObject({ DstAppName: 'Sample-App', DstAppType: 'Service' });
  });

  it('is no other product of the vendor', () => {
    const other = line('70018', 'x').replace('|Firewall|', '|DLP|');
    expect(kindsOf(normalizeAll(`${other}\n`))).toEqual(['skipped:otherProduct']);
  });
});
