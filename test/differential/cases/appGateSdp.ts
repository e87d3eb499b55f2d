/** AppGate SDP's audited access. */
import { type Case, pick } from '../case';

export const appGateSdp: Case = {
  source: 'appGateSdp',
  table: 'Syslog',
  change: (n) => ({
    EventTime: null,
    Computer: 'gw1',
    ProcessName: pick(n, 2, 'cz-vpnd', 'cz-sessiond'),
    SyslogMessage: `[AUDIT] ${JSON.stringify({
      action: pick(n, 1, 'allow', 'allow_report', 'drop', 'reject', 'block', 'block_report'),
      client_ip: pick(n, 5, '10.0.0.4', '203.0.113.7'),
      client_port: 40_000 + n,
      destination_ip: pick(n, 2, '10.1.2.3', '198.51.100.23'),
      destination_port: pick(n, 3, 443, 22),
      direction: pick(n, 4, 'up', 'down'),
      distinguished_name_device_id: `device-${n}`,
      distinguished_name_user: pick(n, 3, 'alice@example.net', 'bob'),
      event_type: 'ip_access',
      packet_size: n,
      protocol: pick(n, 7, 'TCP', 'UDP'),
      rule_name: 'web',
      source_ip: '192.0.2.4',
      source_port: 50_000 + n,
      version: 19,
    })}`,
  }),
};
