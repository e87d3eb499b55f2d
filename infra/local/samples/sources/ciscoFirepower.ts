/** Cisco Firepower: connection statistics as the eStreamer client's CEF, and as rows of CommonSecurityLog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const action = ({ allowed }: Conversation): string => (allowed ? 'Allow' : 'Block');
const zones = ({ inbound }: Conversation): readonly [string, string] =>
  inbound ? ['Outside-Zone', 'Inside-Zone'] : ['Inside-Zone', 'Outside-Zone'];

/** The client parts pairs with semicolons and counts bytes as the initiator sees them. */
function cef(one: Conversation): string {
  const pairs: readonly (readonly [string, string | number])[] = [
    ['rt', one.start.getTime()],
    ['bytesIn', one.bytes[1]],
    ['bytesOut', one.bytes[0]],
    ['end', one.end.getTime()],
    ['start', `${one.start.getTime()} `],
    ['src', one.source],
    ['dst', one.destination],
    ['deviceExternalId', 1],
    ['act', action(one)],
    ['dvchost', 'ftd02'],
    ['externalId', 3000 + one.number],
    ['spt', one.sourcePort],
    ['dpt', one.port],
    ['proto', 6],
    ['reason', 'N/A'],
    ['suser', "{'blockType': 0, 'blockLength': 35, 'data': 'No Authentication Required'}"],
    ['cs2', `rule ${one.port}`],
    ['cs3', zones(one)[0]],
    ['cs4', zones(one)[1]],
    ['dvcpid', 3],
    ['cs1Label', 'fwPolicy'],
    ['cs2Label', 'fwRule'],
    ['cs3Label', 'ingressZone'],
    ['cs4Label', 'egressZone'],
  ];
  const extension = pairs.map(([key, value]) => `${key}=${value}`).join(';');
  return `CEF:0|Cisco|Firepower|6.0|RNA:1003:1|CONNECTION STATISTICS|3|${extension}\n`;
}

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    DeviceVendor: 'Cisco',
    DeviceProduct: 'Firepower',
    DeviceVersion: '6.0',
    DeviceEventClassID: 'RNA:1003:1',
    Activity: 'CONNECTION STATISTICS',
    LogSeverity: '3',
    AdditionalExtensions: `bytesIn=${one.bytes[1]};bytesOut=${one.bytes[0]};end=${one.end.getTime()};start=${one.start.getTime()}`,
    DeviceAction: action(one),
    DeviceName: 'ftd02',
    DeviceExternalID: '1',
    ExtID: String(3000 + one.number),
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    Protocol: '6',
    DeviceCustomString2: `rule ${one.port}`,
    DeviceCustomString2Label: 'fwRule',
    DeviceCustomString3: zones(one)[0],
    DeviceCustomString3Label: 'ingressZone',
    DeviceCustomString4: zones(one)[1],
    DeviceCustomString4Label: 'egressZone',
    Computer: 'collector01',
  };
}

export const ciscoFirepower: SourceSample = {
  source: 'ciscoFirepower',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows('CommonSecurityLog', scene, all.map(row)),
      { container: 'syslog', name: 'estreamer/firepower.cef', content: all.map(cef).join('') },
    ];
  },
};
