/** Cisco Meraki: firewall lines as the appliance's syslog, in the custom log's table, and in the table Syslog as its agent leaves them. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

/** `epoch device type rest`, the epoch in seconds with nine decimals. */
function line(one: Conversation): string {
  const epoch = `${one.start.getTime() / 1000}.123456789`;
  const pattern = one.inbound ? '1 all' : one.allowed ? 'allow all' : 'deny all';
  return `${epoch} mx_hq firewall src=${one.source} dst=${one.destination} mac=00:00:5E:00:53:01 protocol=tcp sport=${one.sourcePort} dport=${one.port} pattern: ${pattern}`;
}

export const ciscoMeraki: SourceSample = {
  source: 'ciscoMeraki',
  table: 'meraki_CL',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'meraki_CL',
        scene,
        all.map((one) => ({ TimeGenerated: one.end.toISOString(), Computer: '', RawData: '', Message: line(one) })),
      ),
      exportedRows(
        'Syslog',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          EventTime: one.end.toISOString(),
          Computer: 'collector01',
          HostName: 'mx_hq',
          Facility: 'local0',
          SeverityLevel: 'info',
          ProcessName: '',
          SyslogMessage: line(one),
        })),
      ),
      { container: 'syslog', name: 'mx_hq/meraki.log', content: all.map((one) => `<134>1 ${line(one)}\n`).join('') },
    ];
  },
};
