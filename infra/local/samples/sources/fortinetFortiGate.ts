/** Fortinet FortiGate: rows of CommonSecurityLog, CEF lines, and the device's own key=value lines. */
import { type Conversation, everything, ordinary } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const SERIAL = 'FG100FTK00000001';
const LOG_ID = '0000000013';

const action = ({ allowed }: Conversation): string => (allowed ? 'close' : 'deny');
const roles = ({ inbound }: Conversation): readonly [string, string] => (inbound ? ['wan', 'lan'] : ['lan', 'wan']);
const seconds = ({ start, end }: Conversation): number => (end.getTime() - start.getTime()) / 1000;
/** Nanoseconds. */
const eventTime = ({ end }: Conversation): string => `${end.getTime()}000000`;

/** What CEF has no keys of its own for. */
function extensions(one: Conversation): Readonly<Record<string, string | number>> {
  return {
    FTNTFGTeventtime: eventTime(one),
    FTNTFGTtz: '+0000',
    FTNTFGTlogid: LOG_ID,
    FTNTFGTsubtype: 'forward',
    FTNTFGTlevel: 'notice',
    FTNTFGTvd: 'root',
    FTNTFGTsrcintfrole: roles(one)[0],
    FTNTFGTdstintfrole: roles(one)[1],
    FTNTFGTpolicyid: one.allowed ? 7 : 0,
    FTNTFGTduration: seconds(one),
    FTNTFGTsentpkt: one.packets[0],
    FTNTFGTrcvdpkt: one.packets[1],
  };
}

const pairsOf = (pairs: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(pairs).map(([key, value]) => `${key}=${value}`);

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    Computer: 'fgt1',
    DeviceVendor: 'Fortinet',
    DeviceProduct: 'Fortigate',
    DeviceVersion: 'v7.4.4',
    DeviceEventClassID: '00013',
    Activity: `traffic:forward ${action(one)}`,
    DeviceEventCategory: 'traffic:forward',
    LogSeverity: '3',
    DeviceExternalID: SERIAL,
    DeviceAction: action(one),
    Protocol: '6',
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    SentBytes: one.bytes[0],
    ReceivedBytes: one.bytes[1],
    ExternalID: 4200 + one.number,
    AdditionalExtensions: pairsOf(extensions(one)).join(';'),
  };
}

function cef(one: Conversation): string {
  const pairs = {
    deviceExternalId: SERIAL,
    ...extensions(one),
    cat: 'traffic:forward',
    src: one.source,
    spt: one.sourcePort,
    dst: one.destination,
    dpt: one.port,
    externalId: 4200 + one.number,
    proto: 6,
    act: action(one),
    app: `tcp/${one.port}`,
    out: one.bytes[0],
    in: one.bytes[1],
  };
  return `<189>CEF:0|Fortinet|Fortigate|v7.4.4|00013|traffic:forward ${action(one)}|3|${pairsOf(pairs).join(' ')}\n`;
}

function own(one: Conversation): string {
  const [date, time] = one.end.toISOString().split(/[T.]/);
  const [from, to] = roles(one);
  return `<189>date=${date} time=${time} devname="fgt1" devid="${SERIAL}" eventtime=${eventTime(one)} tz="+0000" logid="${LOG_ID}" type="traffic" subtype="forward" level="notice" vd="root" srcip=${one.source} srcport=${one.sourcePort} srcintf="port1" srcintfrole="${from}" dstip=${one.destination} dstport=${one.port} dstintf="port2" dstintfrole="${to}" sessionid=${4200 + one.number} proto=6 action="${action(one)}" policyid=${one.allowed ? 7 : 0} policytype="policy" service="tcp/${one.port}" trandisp="noop" duration=${seconds(one)} sentbyte=${one.bytes[0]} rcvdbyte=${one.bytes[1]} sentpkt=${one.packets[0]} rcvdpkt=${one.packets[1]} appcat="unscanned"\n`;
}

export const fortinetFortiGate: SourceSample = {
  source: 'fortinetFortiGate',
  table: 'CommonSecurityLog',
  write: (scene) => [
    exportedRows('CommonSecurityLog', scene, everything(scene).map(row)),
    { container: 'syslog', name: 'fortigate/cef.log', content: ordinary(scene).map(cef).join('') },
    { container: 'syslog', name: 'fortigate/traffic.log', content: everything(scene).map(own).join('') },
  ],
};
