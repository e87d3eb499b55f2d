import { type Case, pick, timeOf } from '../case';

export const defenderIotSensor: Case = {
  source: 'defenderIotSensor',
  table: 'DefenderIoTRawEvent',
  change: (n) => ({
    RawEventName: 'NetworkConnectionData',
    EventDetails: {
      Id: String(n),
      SourceId: `sensor${n % 3}`,
      StartTime: timeOf(n, -500),
      LastSeen: timeOf(n),
      TransportProtocol: pick(n, 2, 'TCP', 'Udp', 'icmp'),
      IsInternal: pick(n, 1, false, true, false),
      Source: {
        IPAddress: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8::17', ''),
        Port: pick(n, 2, 51_512, 40_022),
        MacAddress: '00-00-5E-00-53-01',
        DeviceId: String(n % 7),
        DeviceName: 'hmi',
      },
      Destination: {
        IPAddress: pick(n, 5, '10.1.2.3', '198.51.100.23'),
        Port: 502,
        MacAddress: '00:00:5e:00:53:02',
      },
    },
  }),
};
