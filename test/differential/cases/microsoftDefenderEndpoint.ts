import { type Case, pick } from '../case';

export const microsoftDefenderEndpoint: Case = {
  source: 'microsoftDefenderEndpoint',
  table: 'DeviceNetworkEvents',
  change: (n) => ({
    ActionType: pick(
      n,
      1,
      'ConnectionSuccess',
      'ConnectionFailed',
      'ConnectionRequest',
      'ConnectionAttempt',
      'InboundConnectionAccepted',
      'InboundConnectionAttempt',
      'ConnectionFound',
      'ListeningConnectionCreated',
    ),
    DeviceName: pick(n, 3, 'pc1.example.net', 'srv2'),
    DeviceId: `device-${n % 5}`,
    LocalIP: pick(n, 5, '10.0.0.4', '192.168.1.20', '2001:db8::17'),
    LocalPort: pick(n, 2, 51_512, 443),
    RemoteIP: pick(n, 3, '198.51.100.23', '203.0.113.7', '2001:db8::99'),
    RemotePort: pick(n, 7, 443, 53, 40_022),
    RemoteUrl: pick(n, 4, 'https://login.example.org/a?b=c', 'login.example.org:8443', '', 'https://198.51.100.23/x'),
    Protocol: pick(n, 3, 'Tcp', 'TcpV4', 'Udp', 'Unknown'),
    InitiatingProcessAccountName: pick(n, 2, 'alice', 'system', ''),
    InitiatingProcessAccountDomain: pick(n, 5, 'corp', 'nt authority', ''),
    InitiatingProcessAccountSid: pick(n, 3, 'S-1-5-21-1-2-3-1104', 'S-1-0-0', ''),
    InitiatingProcessFileName: pick(n, 11, 'a.exe', ''),
    InitiatingProcessId: pick(n, 2, 4242, 4),
    ReportId: n,
  }),
};
