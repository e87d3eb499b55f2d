/** Palo Alto PAN-OS: rows of CommonSecurityLog, CEF lines and the firewall's own CSV, both over syslog. */
import { type Conversation, everything, ordinary } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const SERIAL = '000000000001';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const action = ({ allowed }: Conversation): string => (allowed ? 'allow' : 'deny');
const subtype = ({ allowed }: Conversation): string => (allowed ? 'end' : 'deny');
const reason = ({ allowed }: Conversation): string => (allowed ? 'tcp-fin' : 'policy-deny');
const zones = ({ inbound }: Conversation): readonly [string, string] =>
  inbound ? ['untrust', 'trust'] : ['trust', 'untrust'];
const seconds = ({ start, end }: Conversation): number => (end.getTime() - start.getTime()) / 1000;
const sum = ([one, other]: readonly [number, number]): number => one + other;
const sequence = ({ number }: Conversation): string => `71300000000000${String(number).padStart(5, '0')}`;

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    DeviceVendor: 'Palo Alto Networks',
    DeviceProduct: 'PAN-OS',
    DeviceVersion: '11.1.2',
    DeviceEventClassID: subtype(one),
    Activity: 'TRAFFIC',
    LogSeverity: '1',
    DeviceName: 'fw1',
    DeviceExternalID: SERIAL,
    DeviceAction: action(one),
    Protocol: 'tcp',
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    SentBytes: one.bytes[0],
    ReceivedBytes: one.bytes[1],
    FlexNumber1: sum(one.bytes),
    FlexNumber1Label: 'Total bytes',
    StartTime: one.start.toISOString(),
    FieldDeviceCustomNumber1: 4200 + one.number,
    DeviceCustomNumber1Label: 'SessionID',
    FieldDeviceCustomNumber3: seconds(one),
    DeviceCustomNumber3Label: 'Elapsed time in seconds',
    DeviceCustomString1: `rule ${one.port}`,
    DeviceCustomString1Label: 'Rule',
    DeviceCustomString4: zones(one)[0],
    DeviceCustomString4Label: 'Source Zone',
    DeviceCustomString5: zones(one)[1],
    DeviceCustomString5Label: 'Destination Zone',
    AdditionalExtensions: `PanOSPacketsReceived=${one.packets[1]};PanOSPacketsSent=${one.packets[0]};reason=${reason(one)}`,
  };
}

/** `Mar 02 2026 10:00:12 GMT` */
function cefTime(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, '0');
  return `${MONTHS[time.getUTCMonth()]} ${day} ${time.getUTCFullYear()} ${time.toISOString().slice(11, 19)} GMT`;
}

function header(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, ' ');
  return `<14>${MONTHS[time.getUTCMonth()]} ${day} ${time.toISOString().slice(11, 19)} fw1 `;
}

function cef(one: Conversation): string {
  const [from, to] = zones(one);
  const pairs: Readonly<Record<string, string | number>> = {
    rt: cefTime(one.end),
    deviceExternalId: SERIAL,
    src: one.source,
    dst: one.destination,
    sourceTranslatedAddress: '0.0.0.0',
    destinationTranslatedAddress: '0.0.0.0',
    cs1Label: 'Rule',
    cs1: `rule ${one.port}`,
    suser: '',
    duser: '',
    app: one.allowed ? 'ssl' : 'not-applicable',
    cs4Label: 'Source Zone',
    cs4: from,
    cs5Label: 'Destination Zone',
    cs5: to,
    deviceInboundInterface: 'ethernet1/1',
    deviceOutboundInterface: 'ethernet1/2',
    cn1Label: 'SessionID',
    cn1: 4200 + one.number,
    cnt: 1,
    spt: one.sourcePort,
    dpt: one.port,
    proto: 'tcp',
    act: action(one),
    flexNumber1Label: 'Total bytes',
    flexNumber1: sum(one.bytes),
    in: one.bytes[1],
    out: one.bytes[0],
    cn2Label: 'Packets',
    cn2: sum(one.packets),
    PanOSPacketsReceived: one.packets[1],
    PanOSPacketsSent: one.packets[0],
    start: cefTime(one.start),
    cn3Label: 'Elapsed time in seconds',
    cn3: seconds(one),
    externalId: sequence(one),
    reason: reason(one),
    dvchost: 'fw1',
    cat: 'from-policy',
  };
  const text = Object.entries(pairs).map(([key, value]) => `${key}=${value}`);
  return `${header(one.end)}CEF:0|Palo Alto Networks|PAN-OS|11.1.2|${subtype(one)}|TRAFFIC|1|${text.join(' ')}\n`;
}

/** `2026/03/02 10:00:12` */
const slashed = (time: Date): string => time.toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');

function csv(one: Conversation): string {
  const [from, to] = zones(one);
  const end = slashed(one.end);
  const columns = [
    ...['1', end, SERIAL, 'TRAFFIC', subtype(one), '2561', end, one.source, one.destination, '0.0.0.0', '0.0.0.0'],
    ...[`rule ${one.port}`, '', '', one.allowed ? 'ssl' : 'not-applicable', 'vsys1', from, to],
    ...['ethernet1/1', 'ethernet1/2', 'default', end, 4200 + one.number, 1, one.sourcePort, one.port, 0, 0, '0x19'],
    ...['tcp', action(one), sum(one.bytes), ...one.bytes, sum(one.packets), slashed(one.start), seconds(one), 'any'],
    ...['0', sequence(one), '0x0', '10.0.0.0-10.255.255.255', 'Reserved', '0', ...one.packets, reason(one)],
    ...['0', '0', '0', '0', '', 'fw1', 'from-policy', '', '', '0', '', '0', '', 'N/A'],
  ];
  return `${header(one.end)}${columns.join(',')}\n`;
}

export const paloAltoPanOs: SourceSample = {
  source: 'paloAltoPanOs',
  table: 'CommonSecurityLog',
  write: (scene) => [
    exportedRows('CommonSecurityLog', scene, everything(scene).map(row)),
    { container: 'syslog', name: 'pan-os/cef.log', content: ordinary(scene).map(cef).join('') },
    { container: 'syslog', name: 'pan-os/traffic.log', content: everything(scene).map(csv).join('') },
  ],
};
