import { type Case, pick, timeOf } from '../case';

export const carbonBlackCloud: Case = {
  source: 'carbonBlackCloud',
  table: 'CarbonBlackEvents_CL',
  change: (n) => ({
    eventType_s: 'endpoint.event.netconn',
    createTime_s: `${timeOf(n).replace('T', ' ').replace('Z', '')} +0000 UTC`,
    action_s: pick(
      n,
      1,
      'ACTION_CONNECTION_CREATE',
      'ACTION_CONNECTION_CREATE_FAILED',
      'ACTION_CONNECTION_LISTEN | ACTION_CONNECTION_CREATE',
      'ACTION_CONNECTION_CREATE | ACTION_CONNECTION_ESTABLISHED',
    ),
    sensor_action_s: pick(n, 3, 'ACTION_ALLOW', 'ACTION_BLOCK', 'ACTION_TERMINATE', 'ACTION_SUSPEND', ''),
    netconn_inbound_b: pick(n, 2, false, true),
    netconn_protocol_s: pick(n, 5, 'PROTO_TCP', 'PROTO_UDP'),
    netconn_domain_s: pick(n, 7, 'www.example.net', '', 'plain', '203.0.113.7'),
    netconn_community_id_s: `1:${n}`,
    local_ip_s: pick(n, 4, '10.0.0.4', '2001:db8::5'),
    local_port_d: 51_512,
    remote_ip_s: pick(n, 3, '203.0.113.7', '10.1.2.3'),
    remote_port_d: pick(n, 2, 443, 22),
    device_name_s: pick(n, 6, 'CORP\\pc1', 'pc2'),
    process_path_s: pick(n, 5, 'c:\\app\\a.exe', ''),
    process_username_s: pick(n, 3, 'CORP\\alice', ''),
    event_id_g: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  }),
};
