import { type Case, pick } from '../case';

export const vmConnection: Case = {
  source: 'vmConnection',
  table: 'VMConnection',
  change: (n) => ({
    Direction: pick(n, 1, 'inbound', 'outbound'),
    Computer: pick(n, 3, 'web01.contoso.com', 'db1'),
    SourceIp: pick(n, 5, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    DestinationIp: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    DestinationPort: pick(n, 7, 443, 53, 65_535),
    RemoteDnsCanonicalNames: pick(n, 11, '["login.example.net","b"]', '[]', '["plain"]'),
    LinksEstablished: pick(n, 2, 0, 1, 7),
    LinksLive: pick(n, 3, 0, 0, 2),
    LinksTerminated: pick(n, 5, 0, 0, 4),
    LinksFailed: pick(n, 7, 0, 3),
    ResponseTimeSum: pick(n, 4, 0, 10, 1001),
    Severity: pick(n, 13, null, 0, 1, 2, 3),
    BytesSent: n * 1000,
    BytesReceived: n,
    Protocol: pick(n, 3, 'tcp', 'udp'),
    ConnectionId: `connection-${n}`,
    MaliciousIp: '',
  }),
};
