/** SonicWall: connections closed and dropped, as the device's own syslog, its ArcSight form, and rows of CommonSecurityLog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const SERIAL = '0017C5000001';
const zones = ({ inbound }: Conversation): readonly [string, string] => (inbound ? ['WAN', 'LAN'] : ['LAN', 'WAN']);
const interfaces = ({ inbound }: Conversation): readonly [string, string] => (inbound ? ['X1', 'X0'] : ['X0', 'X1']);
const action = ({ allowed }: Conversation): string => (allowed ? 'NA' : 'drop');
const category = ({ allowed }: Conversation): number => (allowed ? 1024 : 64);
const id = ({ allowed }: Conversation): number => (allowed ? 537 : 36);
const text = ({ allowed }: Conversation): string => (allowed ? 'Connection Closed' : 'TCP connection dropped');
const milliseconds = ({ start, end }: Conversation): number => end.getTime() - start.getTime();

function syslog(one: Conversation): string {
  const [from, to] = interfaces(one);
  const time = one.end.toISOString().slice(0, 19).replace('T', ' ');
  return `<134>  id=firewall sn=${SERIAL} time="${time} UTC" fw=192.0.2.250 pri=6 c=${category(one)} gcat=6 m=${id(one)} msg="${text(one)}" src=${one.source}:${one.sourcePort}:${from} srcZone=${zones(one)[0]} dst=${one.destination}:${one.port}:${to} dstZone=${zones(one)[1]} proto=tcp/${one.port} sent=${one.bytes[0]} rcvd=${one.bytes[1]} spkt=${one.packets[0]} rpkt=${one.packets[1]} cdur=${milliseconds(one)} n=${one.number} fw_action="${action(one)}"\n`;
}

/** Labels hold values: packets and the duration, zones. */
function cef(one: Conversation): string {
  const [from, to] = interfaces(one);
  const time = one.end.getTime();
  return `CEF:0|SonicWall|NSA 3700|7.0.1|${id(one)}|${text(one)}|4|rt=${time} cat=${category(one)} gcat=6 src=${one.source} spt=${one.sourcePort} deviceInboundInterface=${from} cs3Label=${zones(one)[0]} dst=${one.destination} dpt=${one.port} deviceOutboundInterface=${to} cs4Label=${zones(one)[1]} proto=tcp/${one.port} out=${one.bytes[0]} in=${one.bytes[1]} cn1Label=${one.packets[1]} cn2Label=${one.packets[0]} cn3Label=${milliseconds(one)} fw_action="${action(one)}"\n`;
}

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    DeviceVendor: 'SonicWall',
    DeviceProduct: 'NSA 3700',
    DeviceVersion: '7.0.1',
    DeviceEventClassID: String(id(one)),
    Activity: text(one),
    LogSeverity: '4',
    AdditionalExtensions: `gcat=6;fw_action="${action(one)}";dpi=0`,
    DeviceEventCategory: String(category(one)),
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    DeviceInboundInterface: interfaces(one)[0],
    DeviceOutboundInterface: interfaces(one)[1],
    Protocol: `tcp/${one.port}`,
    SentBytes: one.bytes[0],
    ReceivedBytes: one.bytes[1],
    DeviceCustomNumber1Label: String(one.packets[1]),
    DeviceCustomNumber2Label: String(one.packets[0]),
    DeviceCustomNumber3Label: String(milliseconds(one)),
    DeviceCustomString3Label: zones(one)[0],
    DeviceCustomString4Label: zones(one)[1],
    Computer: SERIAL,
  };
}

export const sonicWall: SourceSample = {
  source: 'sonicWall',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows('CommonSecurityLog', scene, all.map(row)),
      { container: 'syslog', name: 'fw03/sonicwall.log', content: all.map(syslog).join('') },
      { container: 'syslog', name: 'fw03/sonicwall.cef', content: all.map(cef).join('') },
    ];
  },
};
