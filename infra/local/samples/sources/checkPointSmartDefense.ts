/** Check Point SmartDefense: attacks in the scene, as rows of CommonSecurityLog, CEF and the Log Exporter's syslog. */
import { type Conversation, everything, ordinary } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const action = ({ allowed }: Conversation): string => (allowed ? 'Detect' : 'Prevent');

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    Computer: 'gw1',
    DeviceVendor: 'Check Point',
    DeviceProduct: 'SmartDefense',
    DeviceVersion: 'Check Point',
    DeviceEventClassID: 'IPS',
    Activity: 'Sample protection',
    LogSeverity: 'Medium',
    DeviceAction: action(one),
    Protocol: '6',
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    ReceiptTime: String(one.end.getTime()),
    DeviceCustomString2: 'protection_1',
    DeviceCustomString2Label: 'Protection ID',
    FlexNumber1: 3,
    FlexNumber1Label: 'Confidence',
  };
}

function cef(one: Conversation): string {
  return `<134>1 ${one.end.toISOString()} gw1 CheckPoint 1930 - - CEF:0|Check Point|SmartDefense|Check Point|IPS|Sample protection|Medium|act=${action(one)} rt=${one.end.getTime()} spt=${one.sourcePort} dpt=${one.port} cs2Label=Protection ID cs2=protection_1 flexNumber1Label=Confidence flexNumber1=3 proto=6 src=${one.source} dst=${one.destination}\n`;
}

function own(one: Conversation): string {
  return `<134>1 ${one.end.toISOString()} gw1 CheckPoint 1930 - [action:"${action(one)}"; ifdir:"inbound"; ifname:"eth1"; origin:"192.0.2.1"; time:"${Math.floor(one.end.getTime() / 1000)}"; version:"5"; confidence_level:"3"; protection_id:"protection_1"; protection_name:"Sample protection"; severity:"2"; product:"SmartDefense"; proto:"6"; s_port:"${one.sourcePort}"; service:"${one.port}"; src:"${one.source}"; dst:"${one.destination}"]\n`;
}

export const checkPointSmartDefense: SourceSample = {
  source: 'checkPointSmartDefense',
  table: 'CommonSecurityLog',
  write: (scene) => [
    exportedRows('CommonSecurityLog', scene, everything(scene).map(row)),
    { container: 'syslog', name: 'check-point/ips-cef.log', content: ordinary(scene).map(cef).join('') },
    { container: 'syslog', name: 'check-point/ips.log', content: everything(scene).map(own).join('') },
  ],
};
