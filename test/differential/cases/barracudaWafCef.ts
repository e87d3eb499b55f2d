import { type Case, pick, START } from '../case';

export const barracudaWafCef: Case = {
  source: 'barracudaWafCef',
  table: 'CommonSecurityLog',
  change: (n) => ({
    DeviceVendor: 'Barracuda',
    DeviceProduct: pick(n, 3, 'WAF', 'WAAS'),
    DeviceEventCategory: 'NF',
    DeviceName: 'waf1',
    DeviceAddress: '10.0.0.9',
    DeviceVersion: '12.1',
    ReceiptTime: String(START + n * 1000 + 7),
    FlexNumber2: pick(n, 3, 0, 1500),
    DeviceAction: pick(n, 1, 'ALLOW', 'DENY'),
    LogSeverity: pick(n, 1, '0', '1', '2', '3', '4', '5', '6', '7'),
    Protocol: pick(n, 5, 'TCP', 'UDP/ip'),
    SourceIP: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    SourcePort: 40_022,
    DestinationIP: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    DestinationPort: pick(n, 7, 443, 22),
    SentBytes: n,
    ReceivedBytes: n * 10,
    DeviceCustomString1Label: 'RuleName',
    DeviceCustomString1: 'acl1',
  }),
};
