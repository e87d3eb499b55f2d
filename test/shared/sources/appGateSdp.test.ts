import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { normalizeAll, type Session, sessionsOf, without } from './normalizing';

const AUDIT = {
  action: 'allow',
  client_ip: '203.0.113.9',
  client_port: 40022,
  destination_ip: '10.0.1.20',
  destination_port: 443,
  direction: 'up',
  distinguished_name_device_id: 'd-1',
  distinguished_name_user: 'alice@example.net',
  entitlement_token_id: 't-1',
  event_type: 'ip_access',
  packet_size: 60,
  protocol: 'TCP',
  rule_name: 'web',
  source_ip: '10.8.0.5',
  source_port: 51512,
  version: 19,
};
const EACH = {
  TimeGenerated: '2026-03-02T10:00:42.500Z',
  EventStartTime: '2026-03-02T10:00:42.500Z',
  EventEndTime: '2026-03-02T10:00:42.500Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'AppGate',
  EventProduct: 'SDP',
  EventProductVersion: '19',
  EventSchemaVersion: '0.2.7',
  EventOriginalType: 'ip_access',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  Dvc: 'gw1.example.net',
  DvcHostname: 'gw1',
  DvcDomain: 'example.net',
  DvcDomainType: 'FQDN',
  DvcFQDN: 'gw1.example.net',
  DvcAction: 'Allow',
  DvcOriginalAction: 'allow',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  SrcNatIpAddr: '10.8.0.5',
  SrcNatPortNumber: 51512,
  SrcUsername: 'alice@example.net',
  SrcUsernameType: 'UPN',
  SrcDvcId: 'd-1',
  SrcDvcIdType: 'AppGateId',
  SrcBytes: 60,
  DstIpAddr: '10.0.1.20',
  DstPortNumber: 443,
  NetworkBytes: 60,
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
  NetworkDirection: 'Inbound',
  NetworkRuleName: 'web',
  NetworkSessionId: 't-1',
} as const;
/** What a record without user, device, rule, session and translation lacks. */
const bare = (session: Session): Session =>
  without(
    session,
    ...['SrcNatIpAddr', 'SrcNatPortNumber', 'SrcUsername', 'SrcUsernameType', 'SrcDvcId', 'SrcDvcIdType'],
    ...['NetworkRuleName', 'NetworkSessionId', 'SrcBytes', 'NetworkBytes'],
  );
const BARE = {
  client_ip: '2001:db8::9',
  destination_ip: 'fd00::20',
  event_type: 'ip_access',
  direction: 'up',
  version: 19,
};
const DROPPED_V6: Session = {
  ...without(bare(EACH), 'SrcPortNumber', 'DstPortNumber'),
  SrcIpAddr: '2001:db8::9',
  DstIpAddr: 'fd00::20',
  NetworkProtocol: 'ICMP',
  NetworkProtocolVersion: 'IPv6',
  NetworkIcmpCode: 128,
  NetworkIcmpType: 'Echo Request',
  DvcAction: 'Drop',
  DvcOriginalAction: 'drop',
  EventResult: 'Failure',
  EventSeverity: 'Low',
  EventOriginalResultDetails: 'no rule',
  AdditionalFields: { IcmpCode: '0' },
};

describe('the gateway’s syslog', () => {
  const line = (record: object | string, tag = '- - [AUDIT]'): string =>
    `<174>1 2026-03-02T10:00:42.500Z gw1.example.net cz-vpnd 812 ${tag} ${typeof record === 'string' ? record : JSON.stringify(record)}`;
  const records = [
    line(AUDIT),
    line({ ...AUDIT, action: 'block_report', direction: 'down', distinguished_name_user: 'alice', version: 18 }),
    line({ ...BARE, action: 'drop', protocol: 'ICMP', icmp_type: 128, icmp_code: 0, 'drop-reason': 'no rule' }),
    line({ ...BARE, action: 'reject', client_port: 5353, destination_port: 53, protocol: 'UDP' }, '- [AUDIT]'),
    line({ event_type: 'authentication_succeeded', client_ip: '203.0.113.9' }),
    line('tunnel is up', '- -'),
    line('{"event_type":"ip_access","action":"allow","client_ip":', '- - [AUDIT]'),
    line({ ...AUDIT, client_ip: 'somewhere' }),
  ];
  conforms({
    source: 'appGateSdp',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      EACH,
      {
        ...EACH,
        EventProductVersion: '18',
        NetworkDirection: 'Outbound',
        DvcAction: 'Deny',
        DvcOriginalAction: 'block_report',
        EventResult: 'Failure',
        EventSeverity: 'Low',
        SrcUsername: 'alice',
        SrcUsernameType: 'Simple',
      },
      DROPPED_V6,
      {
        ...bare(EACH),
        SrcIpAddr: '2001:db8::9',
        SrcPortNumber: 5353,
        DstIpAddr: 'fd00::20',
        DstPortNumber: 53,
        NetworkProtocol: 'UDP',
        NetworkProtocolVersion: 'IPv6',
        DvcAction: 'Deny',
        DvcOriginalAction: 'reject',
        EventResult: 'Failure',
        EventSeverity: 'Low',
      },
      'skipped:notIpAccess',
      'skipped:notIpAccess',
      'dead:malformedAudit',
      'dead:badAddress',
    ],
  });
});

describe('rows of Syslog and the forwarder’s JSON', () => {
  const row = (record: object): string =>
    JSON.stringify({
      TimeGenerated: '2026-03-02T10:00:42.5Z',
      Computer: 'gw1.example.net',
      ProcessName: 'cz-sessiond',
      SyslogMessage: `[AUDIT] ${JSON.stringify(record)}`,
      Type: 'Syslog',
    });
  const records = [
    row(AUDIT),
    row({ ...BARE, action: 'drop', protocol: 'ICMP', icmp_type: 128, icmp_code: 0, 'drop-reason': 'no rule' }),
    row({ event_type: 'entitlement_token_refresh' }),
    JSON.stringify({
      hostname: 'gw1.example.net',
      daemon: 'cz-vpnd',
      timestamp: '2026-03-02T10:00:42.500Z',
      log: AUDIT,
    }),
  ];
  conforms({
    source: 'appGateSdp',
    content: `${records.join('\n')}\n`,
    records,
    expected: [EACH, DROPPED_V6, 'skipped:notIpAccess', EACH],
  });

  it.each([
    ['allow', 'Allow', 'Success'],
    ['allow_report', 'Allow', 'Success'],
    ['drop', 'Drop', 'Failure'],
    ['reject', 'Deny', 'Failure'],
    ['block', 'Deny', 'Failure'],
    ['block_report', 'Deny', 'Failure'],
  ])('%s is %s, a %s', (action, DvcAction, EventResult) => {
    expect(sessionsOf(normalizeAll(row({ ...AUDIT, action })))).toEqual([
      expect.objectContaining({ DvcAction, EventResult, DvcOriginalAction: action }),
    ]);
  });
});
