/** Check Point firewall: rows of CommonSecurityLog, and the Log Exporter's CEF and syslog. */
import { type Conversation, everything, ordinary } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const action = ({ allowed }: Conversation): string => (allowed ? 'Accept' : 'Drop');
const zones = ({ inbound }: Conversation): readonly [string, string] =>
  inbound ? ['External', 'Internal'] : ['Internal', 'External'];
const logUid = ({ number, start }: Conversation): string =>
  `{0x${Math.floor(start.getTime() / 1000).toString(16)},0x${number.toString(16)},0x1,0x2}`;

/** What CEF has no keys of its own for. */
function extensions(one: Conversation): Readonly<Record<string, string>> {
  return {
    conn_direction: one.inbound ? 'Incoming' : 'Outgoing',
    ifname: 'eth1',
    layer_name: 'Network',
    loguid: logUid(one),
    origin: '192.0.2.1',
    inzone: zones(one)[0],
    outzone: zones(one)[1],
    rule_uid: `00000000-0000-4000-8000-${String(one.port).padStart(12, '0')}`,
    service_id: `tcp_${one.port}`,
    product: 'VPN-1 & FireWall-1',
  };
}

const pairsOf = (pairs: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(pairs).map(([key, value]) => `${key}=${value}`);

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    Computer: 'gw1',
    DeviceVendor: 'Check Point',
    DeviceProduct: 'VPN-1 & FireWall-1',
    DeviceVersion: 'Check Point',
    DeviceEventClassID: 'Log',
    Activity: `tcp_${one.port}`,
    LogSeverity: 'Unknown',
    DeviceAction: action(one),
    Protocol: '6',
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    ReceiptTime: String(one.end.getTime()),
    AdditionalExtensions: `${pairsOf(extensions(one)).join(';')};originsicname=CN\\=gw1,O\\=mgmt`,
  };
}

function cef(one: Conversation): string {
  const pairs = {
    act: action(one),
    deviceDirection: 0,
    rt: one.end.getTime(),
    spt: one.sourcePort,
    dpt: one.port,
    cs2Label: 'Rule Name',
    cs2: `rule ${one.port}`,
    ...extensions(one),
    src: one.source,
    dst: one.destination,
    proto: 6,
  };
  return `<134>1 ${one.end.toISOString()} gw1 CheckPoint 1930 - - CEF:0|Check Point|VPN-1 & FireWall-1|Check Point|Log|tcp_${one.port}|Unknown|${pairsOf(pairs).join(' ')} originsicname=CN\\=gw1,O\\=mgmt\n`;
}

function own(one: Conversation): string {
  const pairs = {
    action: action(one),
    flags: '411908',
    ifdir: 'inbound',
    time: Math.floor(one.end.getTime() / 1000),
    originsicname: 'CN=gw1,O=mgmt',
    ...extensions(one),
    src: one.source,
    dst: one.destination,
    proto: 6,
    s_port: one.sourcePort,
    service: one.port,
  };
  const text = Object.entries(pairs).map(([key, value]) => `${key}:"${value}"`);
  return `<134>1 ${one.end.toISOString()} gw1 CheckPoint 1930 - [${text.join('; ')}]\n`;
}

export const checkPointFirewall: SourceSample = {
  source: 'checkPointFirewall',
  table: 'CommonSecurityLog',
  write: (scene) => [
    exportedRows('CommonSecurityLog', scene, everything(scene).map(row)),
    { container: 'syslog', name: 'check-point/cef.log', content: ordinary(scene).map(cef).join('') },
    { container: 'syslog', name: 'check-point/connections.log', content: everything(scene).map(own).join('') },
  ],
};
