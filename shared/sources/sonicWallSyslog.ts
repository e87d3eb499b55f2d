/** SonicWall's own syslog (`id=firewall sn=… time="…" …`), turned into rows of CommonSecurityLog as its ArcSight form fills them. */
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG } from './commonSecurityLog';
import { type Row, textRow } from './row';
import type { LogLine } from './source';

const OWN = /(?:^|\s)id=\S{1,40}\s{1,3}sn=\S{1,40}\s/;

export function ownsSonicWallLine({ message }: LogLine): boolean {
  return OWN.test(message.slice(0, 256));
}

/** `address:port:interface[:name]`; IPv6 addresses have keys of their own. */
function end(text: string): readonly (string | undefined)[] {
  return text.split(':', 4).map((part) => part || undefined);
}

/** `address[:port]`, IPv6 in brackets where a port follows. */
function translated(text: string): readonly [address: string, port: string] {
  const parts = /^\[([0-9a-f:.]{2,45})\](?::(\d{1,5}))?$/i.exec(text) ?? /^([\d.]{7,15})(?::(\d{1,5}))?$/.exec(text);
  return parts === null ? [text, ''] : [parts[1] ?? '', parts[2] ?? ''];
}

/** Severities of syslog on CEF's scale, as the device itself puts them: 0 to 7 are 10 to 4. */
function cefSeverity(priority: string): string {
  return /^[0-7]$/.test(priority) ? String(Math.max(10 - Number(priority), 4)) : '';
}

/** Keys that become columns; the others go to AdditionalExtensions. */
const TAKEN: ReadonlySet<string> = new Set(
  'src dst proto sent rcvd m msg time id srcMac dstMac usr pri natSrc natDst natSrcV6 natDstV6 srcZone dstZone n'.split(
    ' ',
  ),
);

/** A line as a row: what the ArcSight form hides in labels stands in the same labels. */
export function readSonicWallLine({ message, syslog }: LogLine): Row {
  const pairs = parseKeyValues(message);
  const get = (key: string): string => pairs.get(key) ?? '';
  const [source, sourcePort, inbound, sourceName] = end(get('src'));
  const [destination, destinationPort, outbound, destinationName] = end(get('dst'));
  const [natSource, natSourcePort] = translated(get('natSrc') || get('natSrcV6'));
  const [natDestination, natDestinationPort] = translated(get('natDst') || get('natDstV6'));
  const time = parseLogTime(get('time')) ?? syslog?.time;
  const extensions = [...pairs].filter(([key]) => !TAKEN.has(key)).map(([key, value]) => `${key}=${value}`);
  if (natSourcePort !== '') extensions.push(`snpt=${natSourcePort}`);
  if (natDestinationPort !== '') extensions.push(`dnpt=${natDestinationPort}`);
  return textRow(COMMON_SECURITY_LOG, {
    DeviceVendor: 'SonicWall',
    DeviceEventClassID: get('m'),
    DeviceName: syslog?.host ?? /^(\S{1,255})\s+id=/.exec(message)?.[1],
    LogSeverity: cefSeverity(get('pri')),
    OriginalLogSeverity: get('pri'),
    DeviceEventCategory: get('c'),
    Activity: get('msg'),
    SourceIP: source,
    SourcePort: sourcePort,
    DeviceInboundInterface: inbound,
    SourceHostName: sourceName,
    DestinationIP: destination,
    DestinationPort: destinationPort,
    DeviceOutboundInterface: outbound,
    DestinationHostName: destinationName,
    Protocol: get('proto'),
    SentBytes: get('sent'),
    ReceivedBytes: get('rcvd'),
    SourceMACAddress: get('srcMac'),
    DestinationMACAddress: get('dstMac'),
    SourceUserName: get('usr'),
    DeviceCustomString1Label: natSource,
    DeviceCustomString2Label: natDestination,
    DeviceCustomString3Label: get('srcZone'),
    DeviceCustomString4Label: get('dstZone'),
    AdditionalExtensions: extensions.join(';'),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}
