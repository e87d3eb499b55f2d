/** Check Point's own lines (Log Exporter over syslog) as rows of CommonSecurityLog. */
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG } from './commonSecurityLog';
import { type Row, textRow } from './row';
import { type LogLine, lineForm } from './source';

/** Columns by the exporter's keys; what has no column goes to AdditionalExtensions. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['action', 'DeviceAction'],
  ['src', 'SourceIP'],
  ['dst', 'DestinationIP'],
  ['s_port', 'SourcePort'],
  ['service', 'DestinationPort'],
  ['proto', 'Protocol'],
  ['xlatesrc', 'SourceTranslatedAddress'],
  ['xlatesport', 'SourceTranslatedPort'],
  ['xlatedst', 'DestinationTranslatedAddress'],
  ['xlatedport', 'DestinationTranslatedPort'],
  ['client_outbound_bytes', 'SentBytes'],
  ['client_inbound_bytes', 'ReceivedBytes'],
  ['src_user_name', 'SourceUserName'],
  ['dst_user_name', 'DestinationUserName'],
  ['src_machine_name', 'SourceHostName'],
  ['severity', 'LogSeverity'],
  ['service_id', 'Activity'],
]);

const OWN = /^\[?\s?(?:action|flags|ifdir|loguid|time)(?::"|=")/;

function read({ message, syslog }: LogLine): Row {
  const pairs = parseKeyValues(message);
  const cells: Record<string, string> = {};
  const extensions: string[] = [];
  for (const [key, value] of pairs) {
    const column = COLUMNS.get(key);
    if (column !== undefined) cells[column] = value;
    else extensions.push(`${key}=${value}`);
  }
  const product = pairs.get('product') ?? '';
  const time = parseLogTime(pairs.get('time') ?? '') ?? syslog?.time;
  const inbound = pairs.get('ifdir') === 'inbound';
  return textRow(COMMON_SECURITY_LOG, {
    ...cells,
    DeviceVendor: 'Check Point',
    DeviceProduct: /smartdefense|ips|threat/i.test(product) ? 'SmartDefense' : 'VPN-1 & FireWall-1',
    DeviceName: pairs.get('origin_sic_name') ?? syslog?.host,
    [inbound ? 'DeviceInboundInterface' : 'DeviceOutboundInterface']: pairs.get('ifname'),
    DeviceCustomString2: pairs.get('rule_name'),
    DeviceCustomString2Label: pairs.has('rule_name') ? 'Rule Name' : undefined,
    ...(pairs.has('icmp_type') && {
      FieldDeviceCustomNumber2: pairs.get('icmp_type'),
      DeviceCustomNumber2Label: 'ICMP Type',
    }),
    AdditionalExtensions: extensions.join(';'),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

/** `[action:"Accept"; src:"10.0.0.1"; …]` and `action="Accept" src="10.0.0.1" …`. */
export const CHECK_POINT_LINES = lineForm(
  ({ message }) => OWN.test(message) && /(?:^|[\s;[])(?:loguid|origin|product|ifdir)[:=]/.test(message),
  read,
);

/** The common name in a SIC name: `CN=gw1,O=…`, also with its equals signs escaped. */
export function sicName(text: string): string {
  return /CN\\?=([^,;]{1,100})/.exec(text)?.[1]?.trim() ?? '';
}
