import { type Case, pick, START } from '../case';

export const checkPointFirewall: Case = {
  source: 'checkPointFirewall',
  table: 'CommonSecurityLog',
  change: (n) => ({
    DeviceVendor: pick(n, 2, 'Check Point', 'CheckPoint'),
    DeviceProduct: 'VPN-1 & FireWall-1',
    Activity: pick(n, 3, 'https', 'Log'),
    LogSeverity: 'Unknown',
    DeviceAction: pick(n, 1, 'Accept', 'Drop', 'Reject', 'Block', 'Encrypt', 'Detect', ''),
    ReceiptTime: String(START + n * 1000),
    Protocol: pick(n, 3, '6', '17'),
    SourceIP: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    SourcePort: 51_512,
    DestinationIP: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    DestinationPort: pick(n, 11, 443, 53),
    SentBytes: n,
    ReceivedBytes: n * 10,
    DeviceCustomString2: pick(n, 5, 'allow web', ''),
    DeviceCustomString2Label: 'Rule Name',
    AdditionalExtensions: [
      `loguid={0x1,0x${n.toString(16)},0x3,0x4}`,
      'origin=192.0.2.1',
      'originsicname=CN\\=gw1,O\\=mgmt',
      `rule_uid=rule-${n}`,
      `conn_direction=${pick(n, 4, '', 'Incoming', 'Outgoing', 'Internal')}`,
      `inzone=${pick(n, 2, 'Internal', 'External', 'Local')}`,
      `outzone=${pick(n, 3, 'External', 'Local')}`,
      `alert=${pick(n, 7, '', 'mail')}`,
    ].join(';'),
  }),
};
