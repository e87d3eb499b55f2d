/**
 * AWS VPC flow logs as rows of AWSVPCFlow, and as objects with the log's own field names (JSON renderings, Parquet). The text form, which
 * must be fast, has a mapping of its own (awsVpc.ts); both say the same of a record.
 */
import { answerEvidence, opposite, refineDirection } from '../asim/direction';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject, JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { ADDITIONAL, pascal } from './awsVpcColumns';
import { wholeNumber } from './numbers';
import { JsonRow, type Row } from './row';
import { dead, type MappingContext, type ObjectForm, type Refusal, type RowMapping, skipped } from './source';

const TABLE = 'AWSVPCFlow';
const FLAGS: readonly (readonly [number, 'Fin' | 'Syn' | 'Rst' | 'Psh' | 'Ack' | 'Urg'])[] = [
  [1, 'Fin'],
  [2, 'Syn'],
  [4, 'Rst'],
  [8, 'Psh'],
  [16, 'Ack'],
  [32, 'Urg'],
];
/** Columns with a field of their own. */
const MAPPED: ReadonlySet<string> = new Set(
  (
    'Version AccountId InterfaceId SrcAddr DstAddr SrcPort DstPort Protocol Packets Bytes Start End Action LogStatus VpcId TcpFlags ' +
    'TrafficType PktSrcAddr PktDstAddr PktSrcAwsService PktDstAwsService FlowDirection'
  ).split(' '),
);
/** Columns that the platform adds to every row. */
const PLATFORM: ReadonlySet<string> = new Set(['TenantId', 'TimeGenerated', 'Type', 'SourceSystem', 'MG', 'Computer']);
const KNOWN_ADDITIONAL: ReadonlySet<string> = new Set(ADDITIONAL.map(([, name]) => name));

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  const status = get('LogStatus');
  if (status === 'NODATA' || status === 'SKIPDATA') return skipped(status === 'NODATA' ? 'noData' : 'skipData');
  const action = get('Action');
  const source = context.addresses.look(get('SrcAddr') || get('PktSrcAddr'));
  const destination = context.addresses.look(get('DstAddr') || get('PktDstAddr'));
  if (!['SrcAddr', 'PktSrcAddr', 'DstAddr', 'PktDstAddr', 'Action'].some((column) => get(column) !== '')) {
    return skipped('noData');
  }
  if (source === undefined || destination === undefined) return dead('badAddress');
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
  const flow = get('FlowDirection');
  const recorded = flow === 'ingress' ? 'Inbound' : flow === 'egress' ? 'Outbound' : undefined;
  const stated = recorded !== undefined && turned ? opposite(recorded) : recorded;
  const direction = turned
    ? refineDirection(stated, destination, source)
    : refineDirection(stated, source, destination);
  const translated = (column: string, nic: string): string => {
    const packet = context.addresses.look(get(column))?.text ?? '';
    return packet === nic ? '' : packet;
  };
  const services = { [from]: get('PktSrcAwsService'), [to]: get('PktDstAwsService') };
  const side = flow === 'ingress' ? 'DvcInboundInterface' : flow === 'egress' ? 'DvcOutboundInterface' : undefined;
  const vpc = get('VpcId');
  const nic = get('InterfaceId');
  return {
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
    NetworkDirection: direction,
    AdditionalFields: {
      Reversed: evidence,
      FlowDirection: recorded !== undefined && direction !== recorded ? flow : '',
      ...further(row),
    },
    [`${from}IpAddr`]: source.text,
    [`${from}PortNumber`]: get('SrcPort'),
    [`${from}NatIpAddr`]: translated('PktSrcAddr', source.text),
    [`${from}Bytes`]: get('Bytes'),
    [`${from}Packets`]: get('Packets'),
    [`${to}IpAddr`]: destination.text,
    [`${to}PortNumber`]: get('DstPort'),
    [`${to}NatIpAddr`]: translated('PktDstAddr', destination.text),
    ...(services.Src && { SrcAppName: services.Src, SrcAppType: 'CSP' as const }),
    ...(services.Dst && { DstAppName: services.Dst, DstAppType: 'CSP' as const }),
    ...flagsOf(flags ?? 0),
    ...(side !== undefined && { [side]: nic }),
  };
}

function flagsOf(flags: number): SessionDraft {
  return Object.fromEntries(FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => [`TcpFlags${name}`, true]));
}

/** Columns without a field of their own, those of later versions among them. */
function further(row: Row): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const column of row.columns()) {
    if (MAPPED.has(column) || PLATFORM.has(column) || column.startsWith('_')) continue;
    if (KNOWN_ADDITIONAL.has(column) || /^[A-Z]\w{0,60}$/.test(column)) fields[column] = row.text(column);
  }
  return fields;
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

/** `pkt-src-aws-service`, `pkt_src_aws_service`, as the table spells it: `PktSrcAwsService`. */
function columnOf(field: string): string {
  const name = pascal(field.replaceAll('_', '-'));
  return RENAMED.get(name) ?? name;
}

export const awsVpcRows: RowMapping = {
  tables: { [TABLE]: ['SrcAddr', 'DstAddr', 'InterfaceId'] },
  owns: () => true,
  map,
};

/** Objects that have the log's own fields: columns of Parquet files, and JSON made of them. */
export const awsVpcObjects: ObjectForm = {
  owns: (record) =>
    ('srcaddr' in record && 'dstaddr' in record) ||
    'log_status' in record ||
    'log-status' in record ||
    'interface-id' in record,
  read(record: JsonObject): Row {
    const columns: Record<string, JsonValue | undefined> = {};
    for (const [field, value] of Object.entries(record)) columns[columnOf(field)] = value;
    return new JsonRow(TABLE, columns);
  },
};
