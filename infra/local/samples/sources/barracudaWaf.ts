/** Barracuda WAF's network firewall log: rows of barracuda_CL, and the device's syslog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const actionOf = ({ allowed }: Conversation): string => (allowed ? 'ALLOW' : 'DENY');

function line(one: Conversation): string {
  const time = one.end.toISOString().replace('T', ' ').replace('Z', ' +0000');
  const [priority, level] = one.allowed ? ['134', 'INFO'] : ['129', 'ALER'];
  return `<${priority}>${time}  waf1 NF ${level} TCP ${one.source} ${one.sourcePort} ${one.destination} ${one.port} ${actionOf(one)} sample MGMT/LAN/WAN interface traffic:${actionOf(one).toLowerCase()}\n`;
}

export const barracudaWaf: SourceSample = {
  source: 'barracudaWaf',
  table: 'barracuda_CL',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'barracuda_CL',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          UnitName_s: 'waf1',
          DeviceReceiptTime_s: String(one.end.getTime()),
          LogType_s: 'NF',
          ActionID_s: actionOf(one),
          SourceIP: one.source,
          SourcePort_d: one.sourcePort,
          DestinationIP_s: one.destination,
          DestinationPort_d: one.port,
          Protocol_s: 'TCP',
          Severity_s: one.allowed ? '6' : '1',
          HostIP_s: '192.0.2.30',
          DeviceVersion_s: '12.1',
        })),
      ),
      { container: 'syslog', name: 'waf1.log', content: all.map(line).join('') },
    ];
  },
};
