/** Cisco ISE's connections made, ended and dropped. */
import { type Case, pick, timeOf } from '../case';

export const ciscoIse: Case = {
  source: 'ciscoIse',
  table: 'Syslog',
  change: (n) => ({
    EventTime: timeOf(n, -500),
    Computer: 'ise1',
    HostName: 'ise1',
    HostIP: pick(n, 3, 'Unknown IP', '192.0.2.9'),
    ProcessName: 'CISE_Failed_Attempts',
    SyslogMessage: `${String(n).padStart(10, '0')} ${pick(n, 1, '5405 NOTICE', '61025 INFO', '34160 INFO', '60509 ERROR')} Kind: what happened, ${pick(n, 5, 'Device IP Address=10.0.0.4', 'Remote-Address=203.0.113.7')}, Device Port=${50_000 + n}, DestinationIPAddress=${pick(n, 2, '10.1.2.3', '198.51.100.23')}, DestinationPort=1812, Protocol=Radius, ${pick(n, 3, 'NetworkDeviceName=switch1, ', '')}${pick(n, 4, 'UserName=bob, ', 'User-Name=alice, ')}Calling-Station-ID=00-00-5E-00-53-01, FailureReason=no, really,`,
  }),
};
