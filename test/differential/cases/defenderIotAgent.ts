import { type Case, pick, timeOf } from '../case';

export const defenderIotAgent: Case = {
  source: 'defenderIotAgent',
  table: 'SecurityIoTRawEvent',
  change: (n) => ({
    RawEventName: 'NetworkActivity',
    DeviceId: `device${n % 9}`,
    EventDetails: JSON.stringify({
      LocalAddress: pick(n, 3, '10.0.0.4', '2001:db8::5'),
      RemoteAddress: pick(n, 2, '203.0.113.7', '10.1.2.3', '2001:db8::17'),
      LocalPort: String(pick(n, 1, 51_512, 22, 443)),
      RemotePort: String(pick(n, 5, 443, 40_022)),
      BytesIn: String(n * 10),
      BytesOut: String(n),
      Protocol: pick(n, 2, 'tcp', 'UDP'),
      ProcessId: pick(n, 4, '', '4242'),
      UserId: pick(n, 7, '', '1000'),
      ApplicationProtocol: pick(n, 3, '', 'https'),
      MessageSource: 'Linux',
      OriginalEventId: `event-${String(n).padStart(6, '0')}`,
      TimestampUTC: timeOf(n),
    }),
  }),
};
