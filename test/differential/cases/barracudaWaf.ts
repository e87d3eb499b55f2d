import { type Case, pick, START } from '../case';

export const barracudaWaf: Case = {
  source: 'barracudaWaf',
  table: 'barracuda_CL',
  change: (n) => ({
    LogType_s: 'NF',
    UnitName_s: pick(n, 2, 'waf1', ''),
    host_s: 'collector1',
    HostIP_s: '10.0.0.9',
    DeviceReceiptTime_s: String(START + n * 1000 + 7),
    TimeTaken_d: pick(n, 3, 0, 1500),
    ActionID_s: pick(n, 1, 'ALLOW', 'DENY'),
    Severity_s: pick(n, 1, '0', '1', '2', '3', '4', '5', '6', '7'),
    Protocol_s: pick(n, 5, 'TCP', 'UDP/ip'),
    SourceIP: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    SourcePort_d: 40_022,
    DestinationIP_s: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    DestinationPort_d: pick(n, 7, 443, 22),
    DeviceVersion_s: '12.1',
  }),
};
