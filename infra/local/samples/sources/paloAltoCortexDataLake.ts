/** Palo Alto Cortex Data Lake: traffic logs as CEF and as the service's JSON, and in CommonSecurityLog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';

const zones = ({ inbound }: Conversation): readonly [string, string] =>
  inbound ? ['untrust', 'trust'] : ['trust', 'untrust'];

/** `Mar 02 2026 10:00:12` */
function logTime(date: Date): string {
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${month} ${day} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)}`;
}

const seconds = ({ start, end }: Conversation): number => (end.getTime() - start.getTime()) / 1000;

function row(one: Conversation): object {
  const [from, to] = zones(one);
  return {
    TimeGenerated: one.end.toISOString(),
    DeviceVendor: 'Palo Alto Networks',
    DeviceProduct: 'LF',
    DeviceVersion: '2.0',
    DeviceEventClassID: 'TRAFFIC',
    Activity: one.allowed ? 'end' : 'drop',
    LogSeverity: '3',
    DeviceName: 'fw1',
    DeviceExternalID: '000000000001',
    DeviceAction: one.allowed ? 'allow' : 'drop',
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    Protocol: 'tcp',
    SentBytes: one.bytes[0],
    ReceivedBytes: one.bytes[1],
    DeviceCustomString4: from,
    DeviceCustomString4Label: 'FromZone',
    DeviceCustomString5: to,
    DeviceCustomString5Label: 'ToZone',
    DeviceCustomNumber1: one.number + 1,
    DeviceCustomNumber3: seconds(one),
    AdditionalExtensions: `PanOSSessionStartTime=${logTime(one.start)};PanOSPacketsSent=${one.packets[0]};PanOSPacketsReceived=${one.packets[1]}`,
  };
}

function cef(one: Conversation): string {
  const [from, to] = zones(one);
  const action = one.allowed ? 'allow' : 'drop';
  return `CEF:0|Palo Alto Networks|LF|2.0|TRAFFIC|${one.allowed ? 'end' : 'drop'}|3|dtz=UTC rt=${logTime(one.end)} deviceExternalId=000000000001 start=${logTime(one.end)} src=${one.source} dst=${one.destination} cs1=rule cs1Label=Rule suser= duser= app=ssl cs4=${from} cs4Label=FromZone cs5=${to} cs5Label=ToZone cn1=${one.number + 1} cn1Label=SessionID cnt=1 spt=${one.sourcePort} dpt=${one.port} proto=tcp act=${action} PanOSBytes=${one.bytes[0] + one.bytes[1]} out=${one.bytes[0]} in=${one.bytes[1]} cn2=${one.packets[0] + one.packets[1]} cn2Label=PacketsTotal PanOSSessionStartTime=${logTime(one.start)} cn3=${seconds(one)} cn3Label=SessionDuration PanOSPacketsSent=${one.packets[0]} PanOSPacketsReceived=${one.packets[1]} reason=tcp-fin dvchost=fw1\n`;
}

function record(one: Conversation): object {
  const [FromZone, ToZone] = zones(one);
  return {
    LogType: 'TRAFFIC',
    Subtype: one.allowed ? 'end' : 'drop',
    TimeGenerated: one.end.toISOString().replace('Z', '000Z'),
    SessionStartTime: one.start.toISOString().replace('Z', '000Z'),
    DeviceSN: '000000000001',
    DeviceName: 'fw1',
    SourceAddress: one.source,
    DestinationAddress: one.destination,
    NATSource: null,
    SourcePort: one.sourcePort,
    DestinationPort: one.port,
    Protocol: 'tcp',
    Action: one.allowed ? 'allow' : 'drop',
    Bytes: one.bytes[0] + one.bytes[1],
    BytesSent: one.bytes[0],
    BytesReceived: one.bytes[1],
    PacketsSent: one.packets[0],
    PacketsReceived: one.packets[1],
    SessionDuration: seconds(one),
    Rule: 'rule',
    FromZone,
    ToZone,
    SessionID: one.number + 1,
  };
}

export const paloAltoCortexDataLake: SourceSample = {
  source: 'paloAltoCortexDataLake',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows('CommonSecurityLog', scene, all.map(row)),
      { container: 'cortex', name: 'traffic.cef', content: all.map(cef).join('') },
      { container: 'cortex', name: 'traffic.json', content: jsonLines(all.map(record)) },
    ];
  },
};
