/** WatchGuard Fireware: connections that ended and packets denied, as the device's syslog, as LEEF, and as rows of Syslog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function message(one: Conversation): string {
  const interfaces = one.inbound ? '0-External 1-Trusted' : '1-Trusted 0-External';
  const ends = `${one.source} ${one.destination} ${one.sourcePort} ${one.port}`;
  if (!one.allowed)
    return `msg_id="3000-0148" Deny ${interfaces} 60 tcp 20 127 ${ends} offset 8 S 1 win 32 (Unhandled External Packet-00)`;
  const seconds = (one.end.getTime() - one.start.getTime()) / 1000;
  return `msg_id="3000-0151" Allow ${interfaces} tcp ${ends} duration="${seconds}" sent_bytes="${one.bytes[0]}" rcvd_bytes="${one.bytes[1]}" (HTTPS-00)`;
}

function syslog(one: Conversation): string {
  const time = one.end.toISOString();
  const day = String(one.end.getUTCDate()).padStart(2, ' ');
  return `<142>${MONTHS[one.end.getUTCMonth()]} ${day} ${time.slice(11, 19)} fw04 80AB0C0000001 (${time.slice(0, 19)}) firewall: ${message(one)}\n`;
}

/** Pairs parted by tabs. */
function leef(one: Conversation): string {
  const [inbound, outbound] = one.inbound ? ['0-External', '1-Trusted'] : ['1-Trusted', '0-External'];
  const seconds = (one.end.getTime() - one.start.getTime()) / 1000;
  const counted = [`duration=${seconds}`, `sent_bytes=${one.bytes[0]}`, `rcvd_bytes=${one.bytes[1]}`];
  const pairs = [
    'serial=80AB0C0000001',
    `policy=${one.allowed ? 'HTTPS-00' : 'Unhandled External Packet-00'}`,
    `disp=${one.allowed ? 'Allow' : 'Deny'}`,
    `in_if=${inbound}`,
    `out_if=${outbound}`,
    `src=${one.source}`,
    `srcPort=${one.sourcePort}`,
    `dst=${one.destination}`,
    `dstPort=${one.port}`,
    'proto=tcp',
    ...(one.allowed ? counted : []),
  ].join('\t');
  const time = one.end.toISOString();
  const day = String(one.end.getUTCDate()).padStart(2, ' ');
  const id = one.allowed ? '30000151' : '30000148';
  return `<142>${MONTHS[one.end.getUTCMonth()]} ${day} ${time.slice(11, 19)} fw04 LEEF:1.0|WatchGuard|XTM|12.10|${id}|${pairs}\n`;
}

export const watchGuardFireware: SourceSample = {
  source: 'watchGuardFireware',
  table: 'Syslog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'Syslog',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          EventTime: one.end.toISOString(),
          Computer: 'fw04',
          HostName: 'fw04',
          HostIP: 'Unknown IP',
          Facility: 'local1',
          SeverityLevel: 'warn',
          ProcessName: 'firewall',
          SyslogMessage: message(one),
        })),
      ),
      { container: 'syslog', name: 'fw04/fireware.log', content: all.map(syslog).join('') },
      { container: 'syslog', name: 'fw04/fireware.leef', content: all.map(leef).join('') },
    ];
  },
};
