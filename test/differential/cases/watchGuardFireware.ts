/** WatchGuard Fireware's traffic and connections that ended. */
import { type Case, pick } from '../case';

export const watchGuardFireware: Case = {
  source: 'watchGuardFireware',
  table: 'Syslog',
  change: (n) => {
    const ended = n % 2 === 1;
    const action = pick(n, 3, 'Allow', 'Deny');
    const ends = `${pick(n, 5, '10.0.0.4', '203.0.113.7')} ${pick(n, 2, '10.1.2.3', '198.51.100.23')} 51512 ${pick(n, 7, 443, 53)}`;
    const protocol = pick(n, 4, 'tcp', 'udp');
    const user = pick(n, 3, ' src_user="alice@example.net"', ' src_user="bob"', '');
    const message = ended
      ? `msg_id="3000-0151" ${action} Lab Office ${protocol} ${ends} duration="${n}" sent_bytes="${n * 1000}" rcvd_bytes="${n}"${user} (Web-00)`
      : `msg_id="3000-0148" ${action} Lab Office 52 ${protocol} 20 127 ${ends} offset 8 S 1 win 32 geo_dst="USA"${user} (Web-00)`;
    return { SyslogMessage: message, HostName: 'fw1', Computer: 'fw1', ProcessName: 'firewall' };
  },
};
