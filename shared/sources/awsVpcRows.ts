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
  const sender = {
    address: source.text,
    port: get('SrcPort'),
    translated: translated('PktSrcAddr', source.text),
    service: get('PktSrcAwsService'),
    bytes: get('Bytes'),
    packets: get('Packets'),
  };
  const receiver = {
    address: destination.text,
    port: get('DstPort'),
    translated: translated('PktDstAddr', destination.text),
    service: get('PktDstAwsService'),
    bytes: '',
    packets: '',
  };
  const [from, to] = turned ? [receiver, sender] : [sender, receiver];
  const vpc = get('VpcId');
  const nic = get('InterfaceId');
  return {
    SrcIpAddr: from.address,
    SrcPortNumber: from.port,
    SrcNatIpAddr: from.translated,
    SrcAppName: from.service,
    SrcAppType: 'CSP',
    SrcBytes: from.bytes,
    SrcPackets: from.packets,
    DstIpAddr: to.address,
    DstPortNumber: to.port,
    DstNatIpAddr: to.translated,
    DstAppName: to.service,
    DstAppType: 'CSP',
    DstBytes: to.bytes,
    DstPackets: to.packets,
    TcpFlagsFin: flag(flags, 1),
    TcpFlagsSyn: flag(flags, 2),
    TcpFlagsRst: flag(flags, 4),
    TcpFlagsPsh: flag(flags, 8),
    TcpFlagsAck: flag(flags, 16),
    TcpFlagsUrg: flag(flags, 32),
    DvcInboundInterface: flow === 'ingress' ? nic : '',
    DvcOutboundInterface: flow === 'egress' ? nic : '',
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
    AdditionalFields: further(row, {
      Reversed: evidence,
      FlowDirection: recorded !== undefined && direction !== recorded ? flow : '',
    }),
  };
}

/** A flag that is not set says little: most are not recorded. */
function flag(flags: number | undefined, bit: number): true | undefined {
  return flags !== undefined && (flags & bit) !== 0 ? true : undefined;
}

/** Columns without a field of their own, those of later versions among them. */
function further(row: Row, given: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const fields: Record<string, string | undefined> = { ...given };
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

/** Columns by the names of fields that were met; a file has the same in every record. */
const COLUMN_OF = new Map<string, string>();
const MOST_NAMES = 1000;

/** `pkt-src-aws-service`, `pkt_src_aws_service`, as the table spells it: `PktSrcAwsService`. */
function columnOf(field: string): string {
  const known = COLUMN_OF.get(field);
  if (known !== undefined) return known;
  const name = pascal(field.replaceAll('_', '-'));
  const column = RENAMED.get(name) ?? name;
  if (COLUMN_OF.size < MOST_NAMES) COLUMN_OF.set(field, column);
  return column;
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
    for (const field in record) columns[columnOf(field)] = record[field];
    return new JsonRow(TABLE, columns);
  },
};
