import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const EACH = {
  EventCount: 1,
  EventType: 'EndpointNetworkSession',
  EventVendor: 'VMware',
  EventProduct: 'Carbon Black Cloud',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'Informational',
  NetworkProtocol: 'TCP',
  NetworkProtocolVersion: 'IPv4',
};
const during = (start: string, end = start): Session => ({
  TimeGenerated: `2026-03-02T10:00:${end}Z`,
  EventStartTime: `2026-03-02T10:00:${start}Z`,
  EventEndTime: `2026-03-02T10:00:${end}Z`,
});

const NETCONN = {
  type: 'endpoint.event.netconn',
  process_guid: 'ABCD1234-0012d687-00001092-00000000-1d80000000000aa',
  backend_timestamp: '2026-03-02 10:00:40 +0000 UTC',
  org_key: 'ABCD1234',
  device_id: '1234567',
  device_name: 'CORP\\pc1',
  device_external_ip: '203.0.113.4',
  device_os: 'WINDOWS',
  device_group: '',
  action: 'ACTION_CONNECTION_CREATE | ACTION_CONNECTION_ESTABLISHED',
  schema: 1,
  device_timestamp: '2026-03-02 10:00:12.1234567 +0000 UTC',
  process_pid: 4242,
  process_path: 'c:\\app\\a.exe',
  process_hash: ['0123456789abcdef0123456789abcdef'],
  process_cmdline: 'a.exe -x',
  process_username: 'CORP\\alice',
  process_reputation: 'REP_RESOLVING',
  sensor_action: 'ACTION_ALLOW',
  event_origin: 'EDR',
  remote_port: 443,
  remote_ip: '198.51.100.20',
  local_port: 51512,
  local_ip: '10.0.1.5',
  netconn_domain: 'www.example.net',
  netconn_inbound: false,
  netconn_protocol: 'PROTO_TCP',
};
const host = (of: 'Src' | 'Dst' | 'Dvc'): Session => ({
  [`${of}Hostname`]: 'pc1',
  [`${of}Domain`]: 'CORP',
  [`${of}DomainType`]: 'Windows',
  [`${of}FQDN`]: 'CORP\\pc1',
});
const NETCONN_SESSION: Session = {
  ...EACH,
  ...during('12.123'),
  EventOriginalType: 'ACTION_CONNECTION_CREATE | ACTION_CONNECTION_ESTABLISHED',
  Dvc: 'CORP\\pc1',
  ...host('Dvc'),
  DvcIpAddr: '10.0.1.5',
  DvcId: '1234567',
  DvcIdType: 'Other',
  DvcOs: 'WINDOWS',
  DvcAction: 'Allow',
  DvcOriginalAction: 'ACTION_ALLOW',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  ...host('Src'),
  SrcUsername: 'CORP\\alice',
  SrcUsernameType: 'Windows',
  SrcAppName: 'c:\\app\\a.exe',
  SrcAppId: '4242',
  SrcAppType: 'Process',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  DstHostname: 'www',
  DstDomain: 'example.net',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.net',
  NetworkDirection: 'Outbound',
  AdditionalFields: {
    ProcessGuid: 'ABCD1234-0012d687-00001092-00000000-1d80000000000aa',
    ProcessName: 'a.exe',
    ProcessCommandLine: 'a.exe -x',
    ProcessReputation: 'REP_RESOLVING',
    ProcessHash: ['0123456789abcdef0123456789abcdef'],
    DvcExternalIpAddr: '203.0.113.4',
    DvcScopeId: 'ABCD1234',
    EventOwner: 'EDR',
  },
};
/** Little more than the ends. */
const SHORT = {
  type: 'endpoint.event.netconn',
  device_name: 'srv1.example.net',
  action: 'ACTION_CONNECTION_CREATE',
  device_timestamp: '2026-03-02T10:00:12.25Z',
  remote_port: 40022,
  remote_ip: '203.0.113.9',
  local_port: 22,
  local_ip: '10.0.1.5',
  netconn_domain: '203.0.113.9',
  netconn_inbound: true,
  netconn_protocol: 'PROTO_TCP',
};
const server = (of: 'Dst' | 'Dvc'): Session => ({
  [`${of}Hostname`]: 'srv1',
  [`${of}Domain`]: 'example.net',
  [`${of}DomainType`]: 'FQDN',
  [`${of}FQDN`]: 'srv1.example.net',
});
const SHORT_SESSION: Session = {
  ...EACH,
  ...during('12.250'),
  EventOriginalType: 'ACTION_CONNECTION_CREATE',
  Dvc: 'srv1.example.net',
  ...server('Dvc'),
  DvcIpAddr: '10.0.1.5',
  SrcIpAddr: '203.0.113.9',
  SrcPortNumber: 40022,
  DstIpAddr: '10.0.1.5',
  DstPortNumber: 22,
  ...server('Dst'),
  NetworkDirection: 'Inbound',
};
const EVENTS = [
  NETCONN,
  SHORT,
  {
    ...SHORT,
    action: 'ACTION_CONNECTION_CREATE_FAILED',
    sensor_action: 'ACTION_BLOCK',
    netconn_protocol: 'PROTO_UDP',
    remote_ip: '2001:db8::9',
    local_ip: 'fd00:0::5',
    // The wider schema counts bytes, and knows the first and last packet.
    netconn_bytes_sent: 300,
    netconn_bytes_received: 100,
    netconn_first_packet_timestamp: '2026-03-02 10:00:11 +0000 UTC',
    netconn_last_packet_timestamp: '2026-03-02 10:00:13.5 +0000 UTC',
  },
  { ...SHORT, action: 'ACTION_CONNECTION_LISTEN', netconn_inbound: false, remote_ip: '0.0.0.0', remote_port: 0 },
  { ...SHORT, action: 'ACTION_CONNECTION_LISTEN', netconn_inbound: false },
  { ...SHORT, type: 'endpoint.event.procstart', action: 'ACTION_CREATE_PROCESS' },
  { ...SHORT, remote_ip: '', remote_port: 0 },
  { ...SHORT, remote_ip: 'nowhere' },
].map((record) => JSON.stringify(record));

conforms({
  source: 'carbonBlackCloud',
  content: `${EVENTS.join('\n')}\n`,
  records: EVENTS,
  expected: [
    NETCONN_SESSION,
    SHORT_SESSION,
    {
      ...SHORT_SESSION,
      ...during('11.000', '13.500'),
      EventOriginalType: 'ACTION_CONNECTION_CREATE_FAILED',
      EventResult: 'Failure',
      EventSeverity: 'Low',
      DvcAction: 'Deny',
      DvcOriginalAction: 'ACTION_BLOCK',
      DvcIpAddr: 'fd00::5',
      SrcIpAddr: '2001:db8::9',
      SrcBytes: 100,
      DstIpAddr: 'fd00::5',
      DstBytes: 300,
      NetworkBytes: 400,
      NetworkProtocol: 'UDP',
      NetworkProtocolVersion: 'IPv6',
    },
    {
      ...SHORT_SESSION,
      EventOriginalType: 'ACTION_CONNECTION_LISTEN',
      SrcIpAddr: undefined,
      SrcPortNumber: undefined,
      NetworkDirection: 'Listen',
    },
    { ...SHORT_SESSION, EventOriginalType: 'ACTION_CONNECTION_LISTEN', NetworkDirection: 'Listen' },
    'skipped:notNetconn',
    'skipped:noPeer',
    'dead:badAddress',
  ],
});

const EVENT_ROW = {
  TimeGenerated: '2026-03-02T10:05:00Z',
  eventType_s: 'endpoint.event.netconn',
  createTime_s: '2026-03-02 10:00:12.1234567 +0000 UTC',
  org_key_s: 'ABCD1234',
  device_id_s: '1234567',
  device_name_s: 'CORP\\pc1',
  device_os_s: 'WINDOWS',
  device_external_ip_s: '203.0.113.4',
  action_s: 'ACTION_CONNECTION_ESTABLISHED',
  sensor_action_s: 'ACTION_TERMINATE',
  local_ip_s: '10.0.1.5',
  local_port_d: 51512,
  remote_ip_s: '198.51.100.20',
  remote_port_d: 443,
  netconn_protocol_s: 'PROTO_TCP',
  netconn_inbound_b: false,
  netconn_community_id_s: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
  event_id_g: '00000000-0000-4000-8000-000000000001',
  event_description_s: 'The application <share><link hash="00">a.exe</link></share> connected.',
  Type: 'CarbonBlackEvents_CL',
};
const NOTIFICATION_ROW = {
  TimeGenerated: '2026-03-02T10:05:00Z',
  type_s: 'THREAT',
  eventTime_d: 1772445612123,
  eventDescription_s: 'Known bad address contacted',
  deviceInfo_deviceName_s: 'CORP\\pc1',
  threatInfo_incidentId_g: '00000000-0000-4000-8000-000000000002',
  Type: 'CarbonBlackNotifications_CL',
};
const IDS_ALERT = {
  version: '2.0.0',
  org_key: 'ABCD1234',
  id: '00000000-0000-4000-8000-000000000003',
  type: 'INTRUSION_DETECTION_SYSTEM',
  first_event_timestamp: '2026-03-02T10:00:12.25Z',
  last_event_timestamp: '2026-03-02T10:00:13.5Z',
  severity: 5,
  reason: 'Traffic matched a signature',
  threat_id: 'threat1',
  threat_name: 'Example Exploit',
  rule_id: 'rule1',
  sensor_action: 'DENY',
  device_id: 1234567,
  device_name: 'pc1',
  netconn_remote_port: 80,
  netconn_local_port: 49233,
  netconn_remote_domain: 'www.example.net',
  netconn_remote_ip: '198.51.100.20',
  netconn_local_ip: '10.0.1.5',
  netconn_protocol: 'TCP',
};
const ALERT_SESSION: Session = {
  ...EACH,
  ...during('12.250', '13.500'),
  EventType: 'IDS',
  EventResult: 'Failure',
  EventSeverity: 'Low',
  EventOriginalType: 'INTRUSION_DETECTION_SYSTEM',
  EventOriginalSeverity: '5',
  EventMessage: 'Traffic matched a signature',
  Dvc: 'pc1',
  DvcHostname: 'pc1',
  DvcIpAddr: '10.0.1.5',
  DvcId: '1234567',
  DvcIdType: 'Other',
  DvcAction: 'Deny',
  DvcOriginalAction: 'DENY',
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 49233,
  SrcHostname: 'pc1',
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 80,
  DstHostname: 'www',
  DstDomain: 'example.net',
  DstDomainType: 'FQDN',
  DstFQDN: 'www.example.net',
  NetworkDirection: 'Outbound',
  NetworkRuleName: 'rule1',
  ThreatId: 'threat1',
  ThreatName: 'Example Exploit',
  AdditionalFields: { AlertId: '00000000-0000-4000-8000-000000000003', DvcScopeId: 'ABCD1234' },
};
const NOTIFICATION = {
  type: 'THREAT',
  eventId: 'e-000001',
  eventTime: 1772445612123,
  deviceInfo: { deviceId: 1234567, deviceName: 'CORP\\pc1', internalIpAddress: '10.0.1.5' },
  threatInfo: { incidentId: 'i-1', score: 7, threatCause: { reason: 'R_NET', causeEventId: 'e-000001' } },
};
const OTHERS = [
  EVENT_ROW,
  NOTIFICATION_ROW,
  IDS_ALERT,
  NOTIFICATION,
  {
    type: 'CB_ANALYTICS',
    org_key: 'ABCD1234',
    id: 'alert-1',
    alert_url: 'cb.example.net',
    device_internal_ip: '10.0.1.5',
  },
].map((record) => JSON.stringify(record));

conforms({
  source: 'carbonBlackCloud',
  content: `${OTHERS.join('\n')}\n`,
  records: OTHERS,
  expected: [
    {
      ...EACH,
      ...during('12.123'),
      EventResult: 'Failure',
      EventSeverity: 'Low',
      EventOriginalType: 'ACTION_CONNECTION_ESTABLISHED',
      EventMessage: 'The application a.exe connected.',
      Dvc: 'CORP\\pc1',
      ...host('Dvc'),
      DvcIpAddr: '10.0.1.5',
      DvcId: '1234567',
      DvcIdType: 'Other',
      DvcOs: 'WINDOWS',
      DvcAction: 'Drop',
      DvcOriginalAction: 'ACTION_TERMINATE',
      SrcIpAddr: '10.0.1.5',
      SrcPortNumber: 51512,
      ...host('Src'),
      DstIpAddr: '198.51.100.20',
      DstPortNumber: 443,
      NetworkDirection: 'Outbound',
      NetworkSessionId: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaa=',
      AdditionalFields: { DvcExternalIpAddr: '203.0.113.4', DvcScopeId: 'ABCD1234' },
    },
    'skipped:enrichmentOnly',
    ALERT_SESSION,
    'skipped:enrichmentOnly',
    'skipped:enrichmentOnly',
  ],
});

describe('Carbon Black Cloud', () => {
  const one = (record: object): Session | undefined => sessionsOf(normalizeAll(JSON.stringify(record)))[0];

  it.each([
    ['ACTION_ALLOW', 'Allow', 'Success', 'Informational'],
    ['ACTION_SUSPEND', 'Drop', 'Failure', 'Low'],
    ['ACTION_BREAK', 'Drop', 'Failure', 'Low'],
    ['ACTION_BLOCK', 'Deny', 'Failure', 'Low'],
    ['', undefined, 'Success', 'Informational'],
  ])('takes %s as %s', (action, taken, result, severity) => {
    const session = one({ ...SHORT, sensor_action: action });
    expect(session).toMatchObject({ EventResult: result, EventSeverity: severity });
    expect(session?.DvcAction).toBe(taken);
  });

  it('tells from alerts who began: by their statement, else by the ports', () => {
    const toServer = { ...IDS_ALERT, netconn_local_port: 443, netconn_remote_port: 50123 };
    const inbound = { SrcIpAddr: '198.51.100.20', DstIpAddr: '10.0.1.5', DstPortNumber: 443, DstHostname: 'pc1' };
    expect(one(toServer)).toMatchObject({ ...inbound, NetworkDirection: 'Inbound' });
    expect(one({ ...toServer, type: 'CONTAINER_RUNTIME', connection_type: 'EGRESS' })).toMatchObject({
      EventType: 'EndpointNetworkSession',
      SrcIpAddr: '10.0.1.5',
      DstPortNumber: 50123,
      NetworkDirection: 'Outbound',
    });
    expect(one({ ...IDS_ALERT, type: 'HOST_BASED_FIREWALL', netconn_inbound: 'true' })).toMatchObject({
      SrcIpAddr: '198.51.100.20',
      NetworkDirection: 'Inbound',
    });
  });

  it('skips hits of watch lists', () => {
    const hit = { type: 'watchlist.hit', org_key: 'ABCD1234', schema: 1, ioc_hit: 'x', device_name: 'pc1' };
    expect(kindsOf(normalizeAll(JSON.stringify(hit)))).toEqual(['skipped:enrichmentOnly']);
  });
});
