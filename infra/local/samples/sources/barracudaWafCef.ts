/** Barracuda WAF's network firewall log over CEF: rows of CommonSecurityLog, and the lines. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const actionOf = ({ allowed }: Conversation): string => (allowed ? 'ALLOW' : 'DENY');
const severityOf = ({ allowed }: Conversation): string => (allowed ? '6' : '4');

function line(one: Conversation): string {
  const took = one.end.getTime() - one.start.getTime();
  return `CEF:0|Barracuda|WAF|12.1|NF|NF|${severityOf(one)}|cat=NF act=${actionOf(one)} dvc=192.0.2.30 dvchost=waf1 src=${one.source} spt=${one.sourcePort} dst=${one.destination} dpt=${one.port} proto=TCP rt=${one.end.getTime()} flexNumber2=${took} flexNumber2Label=TimeTaken\n`;
}

export const barracudaWafCef: SourceSample = {
  source: 'barracudaWafCef',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'CommonSecurityLog',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          DeviceVendor: 'Barracuda',
          DeviceProduct: 'WAF',
          DeviceVersion: '12.1',
          DeviceEventClassID: 'NF',
          DeviceEventCategory: 'NF',
          LogSeverity: severityOf(one),
          DeviceAction: actionOf(one),
          DeviceName: 'waf1',
          DeviceAddress: '192.0.2.30',
          SourceIP: one.source,
          SourcePort: one.sourcePort,
          DestinationIP: one.destination,
          DestinationPort: one.port,
          Protocol: 'TCP',
          ReceiptTime: String(one.end.getTime()),
          FlexNumber2: one.end.getTime() - one.start.getTime(),
        })),
      ),
      { container: 'cef', name: 'waf1.log', content: all.map(line).join('') },
    ];
  },
};
