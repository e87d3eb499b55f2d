/**
 * Gigamon V Series: application metadata (AMI), as rows of GigamonV2_CL and as the exporter's JSON with the same names.
 * Follows the upstream mapping ASimNetworkSessionGigamonVSeries 1.0.0 and adds severity and direction, which it leaves empty.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row } from './row';
import type { Refusal, RowSource } from './source';

const TABLE = 'GigamonV2_CL';

function map(row: Row): SessionDraft | Refusal {
  const get = (...names: readonly string[]): string => {
    for (const name of names) {
      const text = row.text(name);
      if (text !== '') return text;
    }
    return '';
  };
  return {
    EventStartTime: parseLogTime(get('start_time')),
    EventEndTime: parseLogTime(get('end_time')),
    EventOriginalUid: get('id').length >= 8 ? get('id') : '',
    DvcHostname: get('generator'),
    Dvc: get('generator', 'vendor'),
    SrcIpAddr: get('src_ip', 'src_ipv6'),
    SrcPortNumber: get('src_port'),
    SrcMacAddr: get('src_mac'),
    SrcBytes: get('src_bytes'),
    SrcPackets: get('src_packets'),
    DstIpAddr: get('dst_ip', 'dst_ipv6'),
    DstPortNumber: get('dst_port'),
    DstMacAddr: get('dst_mac'),
    DstBytes: get('dst_bytes'),
    DstPackets: get('dst_packets'),
    NetworkProtocol: get('protocol'),
    NetworkApplicationProtocol: get('app_name').toUpperCase(),
    AdditionalFields: {
      Vendor: get('vendor'),
      ApplicationId: get('app_id'),
      Id: get('id').length < 8 ? get('id') : '',
    },
  };
}

export const gigamon: RowSource = {
  id: 'gigamon',
  vendor: 'Gigamon',
  product: 'V Series Application Metadata Intelligence',
  table: TABLE,
  facts: 'ASimNetworkSessionGigamonVSeries 1.0.0',
  asim: { vendor: 'Gigamon', product: 'V-Series Application Metadata Intelligence', types: ['NetworkSession'] },
  filter: 'Every record with two addresses.',
  forms: ['AMI JSON'],
  sweep: true,
  gaps: ['the records state no action'],
  format: 'rows',
  rows: {
    tables: { [TABLE]: ['generator', 'src_packets', 'dst_packets', 'start_time'] },
    owns: () => true,
    map,
  },
  objectForms: [
    {
      owns: (record) =>
        'src_packets' in record && 'dst_packets' in record && ('generator' in record || 'vendor' in record),
      read: (record) => new JsonRow(TABLE, record),
    },
  ],
};
