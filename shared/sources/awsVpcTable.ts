/**
 * AWS VPC flow logs as rows of AWSVPCFlow, and as objects with the log's own field names (JSON renderings, Parquet). The text form, which
 * must be fast, has a mapping of its own: awsVpc.ts; both say the same of a record.
 */
import { answerEvidence, opposite } from '../asim/direction';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject, JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { wholeNumber } from './numbers';
import { JsonRow, type Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'AWSVPCFlow';
const FLAGS: readonly (readonly [number, 'Fin' | 'Syn' | 'Rst' | 'Psh' | 'Ack' | 'Urg'])[] = [
  [1, 'Fin'],
  [2, 'Syn'],
  [4, 'Rst'],
  [8, 'Psh'],
  [16, 'Ack'],
  [32, 'Urg'],
];

function map(row: Row): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  const status = get('LogStatus');
  if (status === 'NODATA' || status === 'SKIPDATA') return skipped(status === 'NODATA' ? 'noData' : 'skipData');
  const action = get('Action');
  const stated = get('FlowDirection');
  const source = get('SrcAddr') || get('PktSrcAddr');
  const destination = get('DstAddr') || get('PktDstAddr');
  if (source === '' && destination === '' && action === '') return skipped('noData');
  if (action !== 'ACCEPT' && action !== 'REJECT' && action !== '') return dead('unknownAction');
  const flags = wholeNumber(get('TcpFlags'));
  const evidence = answerEvidence({
    protocol: wholeNumber(get('Protocol')) ?? -1,
    flags,
    accepted: action === 'ACCEPT',
    sourcePort: wholeNumber(get('SrcPort')) ?? 0,
    destinationPort: wholeNumber(get('DstPort')) ?? 0,
  });
  const turned = evidence !== undefined;
  const [from, to] = turned ? (['Dst', 'Src'] as const) : (['Src', 'Dst'] as const);
  const recorded = stated === 'ingress' ? 'Inbound' : stated === 'egress' ? 'Outbound' : undefined;
  const nat = (packet: string, nic: string): string => (packet === nic ? '' : packet);
  const services = { [from]: get('PktSrcAwsService'), [to]: get('PktDstAwsService') };
  const side = stated === 'ingress' ? 'DvcInboundInterface' : stated === 'egress' ? 'DvcOutboundInterface' : undefined;
  const vpc = get('VpcId');
  const nic = get('InterfaceId');
  return {
    [`${from}IpAddr`]: source,
    [`${from}PortNumber`]: get('SrcPort'),
    [`${from}NatIpAddr`]: nat(get('PktSrcAddr'), source),
    [`${from}Bytes`]: get('Bytes'),
    [`${from}Packets`]: get('Packets'),
    [`${to}IpAddr`]: destination,
    [`${to}PortNumber`]: get('DstPort'),
    [`${to}NatIpAddr`]: nat(get('PktDstAddr'), destination),
    ...(services.Src && { SrcAppName: services.Src, SrcAppType: 'CSP' as const }),
    ...(services.Dst && { DstAppName: services.Dst, DstAppType: 'CSP' as const }),
    ...(flags !== undefined &&
      Object.fromEntries(FLAGS.map(([bit, name]) => [`TcpFlags${name}`, (flags & bit) !== 0]))),
    ...(side !== undefined && { [side]: nic }),
    EventStartTime: parseLogTime(get('Start')),
    EventEndTime: parseLogTime(get('End')),
    EventProductVersion: get('Version'),
    EventOriginalResultDetails: status,
    DvcAction: action === 'ACCEPT' ? 'Allow' : action === 'REJECT' ? 'Deny' : undefined,
    DvcOriginalAction: action,
    Dvc: nic || 'VPC',
    DvcId: vpc,
    DvcIdType: vpc === '' ? undefined : 'AwsVpcId',
    DvcInterface: nic,
    DvcSubscriptionId: get('AccountId') === 'unknown' ? '' : get('AccountId'),
    NetworkProtocol: get('Protocol'),
    stated: recorded !== undefined && turned ? opposite(recorded) : recorded,
    AdditionalFields: {
      Reversed: evidence,
      InstanceId: get('InstanceId'),
      SubnetId: get('SubnetId'),
      Region: get('Region'),
      AzId: get('AzId'),
      TrafficPath: get('TrafficPath'),
      RejectReason: get('RejectReason'),
    },
  };
}

/** `pkt-src-aws-service`, `pkt_src_aws_service`, as the table spells it: `PktSrcAwsService`. */
function columnOf(field: string): string {
  const words = field.split(/[-_]/).map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`);
  const name = words.join('');
  return RENAMED.get(name) ?? name;
}

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['Srcaddr', 'SrcAddr'],
  ['Dstaddr', 'DstAddr'],
  ['Srcport', 'SrcPort'],
  ['Dstport', 'DstPort'],
  ['PktSrcaddr', 'PktSrcAddr'],
  ['PktDstaddr', 'PktDstAddr'],
  ['Type', 'TrafficType'],
]);

function read(record: JsonObject): Row {
  const columns: Record<string, JsonValue | undefined> = {};
  for (const [field, value] of Object.entries(record)) columns[columnOf(field)] = value;
  return new JsonRow(TABLE, columns);
}

export const awsVpcTable: RowSource = {
  id: 'awsVpcTable',
  vendor: 'AWS',
  product: 'VPC flow logs (rows, JSON, Parquet)',
  table: TABLE,
  facts: 'ASimNetworkSessionAWSVPC 0.3',
  asim: { vendor: 'AWS', product: 'VPC', types: ['Flow'] },
  filter: 'Records with log status OK; NODATA and SKIPDATA are skipped.',
  forms: ['JSON with the log’s field names', 'Parquet'],
  sweep: true,
  format: 'rows',
  rows: { tables: { [TABLE]: ['SrcAddr', 'DstAddr', 'InterfaceId'] }, owns: () => true, map },
  objectForms: [
    {
      owns: (record) =>
        ('srcaddr' in record && 'dstaddr' in record) ||
        'log_status' in record ||
        'log-status' in record ||
        'interface-id' in record,
      read,
    },
  ],
};
