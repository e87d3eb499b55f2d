/**
 * Gigamon V Series: application metadata (AMI), as rows of GigamonV2_CL, as the exporter's (AMX) JSON with the same names, and as CEF.
 * Follows the upstream mapping ASimNetworkSessionGigamonVSeries 1.0.0 and adds severity and direction, which it leaves empty.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import { JsonRow, type Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'GigamonV2_CL';
const CTIME = /^[A-Za-z]{3} +([A-Za-z]{3}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$/;

/** `2026:03:02 10:00:12.123` with colons in the date, `Mon Mar  2 10:00:12 2026`, or any usual form. */
function time(text: string): number | undefined {
  const ctime = CTIME.exec(text);
  if (ctime !== null) return parseLogTime(`${ctime[1]} ${ctime[2]} ${ctime[4]} ${ctime[3]}`);
  return parseLogTime(text.replace(/^(\d{4}):(\d{2}):(\d{2})(?=[ T])/, '$1-$2-$3'));
}

/** Unix seconds with microseconds beside them. */
function epoch(seconds: string, microseconds: string): number | undefined {
  if (!/^\d{9,11}$/.test(seconds)) return undefined;
  const more = /^\d{1,6}$/.test(microseconds) ? Math.floor(Number(microseconds) / 1000) : 0;
  return Number(seconds) * 1000 + more;
}

type Get = (...names: readonly string[]) => string;

/** By the names of the JSON; over CEF they are longer. */
function reader(row: Row): Get {
  if (row.table !== COMMON_SECURITY_LOG) return (...names) => firstOf(names, (name) => row.text(name));
  const log = securityLog(row);
  const one = (name: string): string =>
    log.text(CEF_COLUMNS.get(name) ?? '') || firstOf(CEF_KEYS.get(name) ?? [name], (key) => log.extension(key));
  return (...names) => firstOf(names, one);
}

function firstOf(names: readonly string[], get: (name: string) => string): string {
  for (const name of names) {
    const text = get(name);
    if (text !== '') return text;
  }
  return '';
}

const CEF_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['src_ip', 'SourceIP'],
  ['dst_ip', 'DestinationIP'],
  ['src_ipv6', 'DeviceCustomIPv6Address2'],
  ['dst_ipv6', 'DeviceCustomIPv6Address3'],
  ['src_port', 'SourcePort'],
  ['dst_port', 'DestinationPort'],
  ['src_mac', 'SourceMACAddress'],
  ['dst_mac', 'DestinationMACAddress'],
  ['protocol', 'Protocol'],
  ['version', 'DeviceVersion'],
  ['vendor', 'DeviceVendor'],
  ['hostname', 'DeviceName'],
]);
const CEF_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['app_name', ['GigamonApplicationName']],
  ['app_id', ['GigamonApplicationID']],
  ['src_bytes', ['GigamonInitiatorOctets']],
  ['dst_bytes', ['GigamonResponderOctets']],
  ['src_packets', ['GigamonInitiatorPackets']],
  ['dst_packets', ['GigamonResponderPackets']],
  ['start_time', ['GigamonMdataFlowStartMsec']],
  ['end_time', ['GigamonMdataFlowEndMsec']],
  ['seq_num', ['GigamonMdataSeqNum']],
  ['src_ipv6', ['GigamonMdataIpv6Src', 'GigamonMdataSrcIpv6']],
  ['dst_ipv6', ['GigamonMdataIpv6Dst', 'GigamonMdataDstIpv6']],
]);

function map(row: Row): SessionDraft | Refusal {
  const get = reader(row);
  const [source, destination] = [get('src_ip', 'src_ipv6'), get('dst_ip', 'dst_ipv6')];
  const layer2 = source === '' && destination === '';
  // Long metadata goes on in records that say nothing of the flow.
  if (layer2 && (get('src_mac') === '' || get('dst_mac') === '')) return skipped('noAddresses');
  const id = get('id');
  return {
    EventType: layer2 ? 'L2NetworkSession' : 'NetworkSession',
    EventStartTime: time(get('start_time')) ?? epoch(get('flow_start_sec'), get('flow_start_usec')),
    EventEndTime:
      time(get('end_time')) ?? epoch(get('flow_end_sec'), get('flow_end_usec')) ?? time(get('ts', 'timestamp')),
    EventOriginalUid: id.length >= 8 ? id : '',
    EventProductVersion: get('version'),
    // `address/generator`
    DvcHostname: get('hostname').split('/', 1)[0],
    Dvc: get('generator', 'vendor'),
    SrcIpAddr: source,
    SrcPortNumber: get('src_port'),
    SrcMacAddr: get('src_mac'),
    SrcBytes: get('src_bytes'),
    SrcPackets: get('src_packets'),
    DstIpAddr: destination,
    DstPortNumber: get('dst_port'),
    DstMacAddr: get('dst_mac'),
    DstBytes: get('dst_bytes'),
    DstPackets: get('dst_packets'),
    NetworkProtocol: get('protocol'),
    NetworkApplicationProtocol: get('app_name').toUpperCase(),
    AdditionalFields: {
      Vendor: get('vendor'),
      Generator: get('generator'),
      ApplicationId: get('app_id'),
      ApplicationFamily: get('app_family'),
      ApplicationTags: get('app_tags'),
      Id: id.length < 8 ? id : '',
    },
  };
}

export const gigamon: RowSource = {
  id: 'gigamon',
  vendor: 'Gigamon',
  product: 'V Series Application Metadata Intelligence',
  table: `${TABLE}, ${COMMON_SECURITY_LOG}`,
  facts: 'ASimNetworkSessionGigamonVSeries 1.0.0',
  asim: {
    vendor: 'Gigamon',
    product: 'V-Series Application Metadata Intelligence',
    types: ['NetworkSession', 'L2NetworkSession'],
  },
  filter: 'Every record with addresses; others are skipped (noAddresses).',
  forms: ['AMX JSON', 'CEF'],
  sweep: true,
  gaps: ['the records state no action'],
  format: 'rows',
  rows: {
    tables: {
      [TABLE]: ['generator', 'src_packets', 'dst_packets', 'start_time'],
      [COMMON_SECURITY_LOG]: [],
    },
    owns: (row) => row.table !== COMMON_SECURITY_LOG || row.text('DeviceVendor').toLowerCase() === 'gigamon',
    map,
  },
  objectForms: [
    {
      owns: (record) =>
        record.vendor === 'Gigamon' ||
        record.eventType === 'Gigamon' ||
        ('src_packets' in record && 'dst_packets' in record && 'generator' in record),
      read: (record) => new JsonRow(TABLE, record),
    },
  ],
};
