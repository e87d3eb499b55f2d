/**
 * Amazon Web Services, VPC flow logs (versions 2 to 10, default and custom formats): here as text; as table rows, JSON and Parquet in
 * awsVpcRows.ts. Table AWSVPCFlow.
 * Follows the upstream mapping ASimNetworkSessionAWSVPC 0.3 and corrects:
 * - EventStartTime is the record's start, not the time of ingestion;
 * - the type of an application is CSP, which the schema knows (upstream CloudService), and `-` is no application;
 * - the interface is the inbound one for ingress only, the outbound one for egress;
 * - a record is an aggregate of one direction: EventType Flow, its bytes are those of its sender;
 * - DvcOriginalAction and the TCP flags are kept;
 * - the answering half of a conversation is turned round (asim/direction.ts), so that Src is who began.
 * A record's window is not the connection's duration: NetworkDuration stays empty.
 */
import { hash } from 'node:crypto';
import type { Address } from '../asim/addresses';
import { answerEvidence, opposite, refineDirection } from '../asim/direction';
import { jsonText, member, SCHEMA_VERSION } from '../asim/networkSession';
import { hasPorts, protocolName, UNASSIGNED } from '../asim/protocols';
import { isEventTime, isoTime } from '../asim/times';
import { type Columns, columnsOf, DEFAULT_FORMAT, formatOf, isHeader, isRecord, LineFields } from './awsVpcColumns';
import { awsVpcObjects, awsVpcRows } from './awsVpcRows';
import { portNumber, wholeNumber } from './numbers';
import { dead, type LineMapping, type LineSource, type Mapped, type MappingContext, skipped } from './source';

/** Characters; a record with every field is below 1,500. */
const MAX_LINE = 16_384;
const HYPHEN = 0x2d;
const LETTER_T = 0x54;
const FLAGS: readonly (readonly [bit: number, member: string])[] = [
  [1, '"TcpFlagsFin":true,'],
  [2, '"TcpFlagsSyn":true,'],
  [4, '"TcpFlagsRst":true,'],
  [8, '"TcpFlagsPsh":true,'],
  [16, '"TcpFlagsAck":true,'],
  [32, '"TcpFlagsUrg":true,'],
];

const FLAG_MEMBERS: readonly string[] = Array.from({ length: 64 }, (_, flags) =>
  FLAGS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, member]) => member)
    .join(''),
);

/** Serialized members, and the texts that they were made from. */
interface Memo {
  readonly texts: string[];
  members: string;
}

class AwsVpcMapping implements LineMapping {
  private columns: Columns;
  private headed: boolean;
  private readonly fields = new LineFields();
  /** For lines with ingress, and for the rest. */
  private sharedMemos = [emptyMemo(), emptyMemo()];
  private furtherMemos = [emptyMemo(), emptyMemo()];

  constructor(
    private readonly context: MappingContext,
    memory: string,
  ) {
    this.headed = isHeader(memory);
    this.columns = columnsOf(this.headed ? memory : DEFAULT_FORMAT);
  }

  memory(): string {
    return this.headed ? this.columns.text : '';
  }

  /** Under a header every line is a record of its columns. */
  continues(): boolean {
    return this.headed;
  }

  map(line: string, offset: number): Mapped | undefined {
    if (isHeader(line)) {
      this.headed = true;
      if (line.trim().replaceAll('_', '-') !== this.columns.text) this.useColumns(line);
      return undefined;
    }
    if (line.length > MAX_LINE) return dead('lineTooLong');
    const record = withoutTime(line);
    this.fields.split(record);
    if (!this.headed && this.fields.count !== this.columns.count) this.useColumns(formatOf(record, this.fields.count));
    return this.session(line, offset);
  }

  private useColumns(header: string): void {
    this.columns = columnsOf(header);
    this.sharedMemos = [emptyMemo(), emptyMemo()];
    this.furtherMemos = [emptyMemo(), emptyMemo()];
  }

  /** The text of a field; '' when it is missing or `-`. */
  private get(field: string): string {
    return this.at(this.columns.index[field] as number);
  }

  private at(column: number): string {
    return this.fields.text(column);
  }

  private session(line: string, offset: number): Mapped {
    const { columns, fields, context } = this;
    const { hot } = columns;
    if (fields.count !== columns.count) return dead(fields.count < columns.count ? 'tooFewFields' : 'tooManyFields');
    const status = this.at(hot.logStatus);
    if (status === 'NODATA' || status === 'SKIPDATA') return skipped(status === 'NODATA' ? 'noData' : 'skipData');

    if (this.at(hot.srcaddr) === '' && !this.hasAddresses()) return skipped('noData');

    const recordedSource = context.addresses.look(this.at(hot.srcaddr) || this.at(hot.pktSrcaddr));
    const recordedDestination = context.addresses.look(this.at(hot.dstaddr) || this.at(hot.pktDstaddr));
    if (recordedSource === undefined || recordedDestination === undefined) return dead('badAddress');
    const start = seconds(this.at(hot.start));
    const end = seconds(this.at(hot.end));
    const time = end ?? start;
    if (time === undefined) return dead('badTime');

    const protocolText = this.at(hot.protocol);
    const protocol = wholeNumber(protocolText) ?? -1;
    if (protocolText !== '' && !(protocol >= 0 && protocol <= 255)) return dead('badProtocol');
    const portless = !hasPorts(protocol);
    const sourcePort = optionalPort(this.at(hot.srcport));
    const destinationPort = optionalPort(this.at(hot.dstport));
    if (sourcePort === null || destinationPort === null) return dead('badPort');

    const action = this.at(hot.action);
    if (action !== 'ACCEPT' && action !== 'REJECT' && action !== '') return dead('unknownAction');
    const bytes = optionalCount(this.at(hot.bytes));
    const packets = optionalCount(this.at(hot.packets));
    if (bytes === null || packets === null) return dead('badCounter');
    const flagsText = this.at(hot.tcpFlags);
    const flags = flagsText === '' ? undefined : wholeNumber(flagsText);
    if (flagsText !== '' && (flags === undefined || flags > 255)) return dead('badTcpFlags');

    const flow = this.at(hot.flowDirection);
    if (flow !== 'ingress' && flow !== 'egress' && flow !== '') return dead('unknownDirection');
    const recorded = flow === '' ? undefined : flow === 'ingress' ? 'Inbound' : 'Outbound';
    const evidence = answerEvidence({
      protocol,
      flags,
      accepted: action === 'ACCEPT',
      sourcePort: sourcePort ?? 0,
      destinationPort: destinationPort ?? 0,
    });
    const turned = evidence !== undefined;
    const source = turned ? recordedDestination : recordedSource;
    const destination = turned ? recordedSource : recordedDestination;
    const stated = recorded !== undefined && turned ? opposite(recorded) : recorded;
    const direction = refineDirection(stated, source, destination);

    let additional = '';
    if (turned) additional += `"Reversed":"${evidence}",`;
    if (recorded !== undefined && direction !== recorded) additional += `"FlowDirection":"${flow}",`;
    if (protocolText !== '' && protocolName(protocol) === UNASSIGNED) additional += `"Protocol":${protocol},`;
    additional += this.further(flow);

    const iso = isoTime(time);
    const sender = turned ? 'Dst' : 'Src';
    const row =
      `{"TimeGenerated":"${iso}","EventStartTime":"${start === undefined || start > time ? iso : isoTime(start)}",` +
      `"EventEndTime":"${iso}","EventOriginalUid":"${hash('sha1', `${context.blob}\n${offset}\n${line}`, 'base64url')}",` +
      this.shared(flow, action) +
      `"SrcIpAddr":"${source.text}",${port('SrcPortNumber', turned ? destinationPort : sourcePort, portless)}` +
      `"DstIpAddr":"${destination.text}",${port('DstPortNumber', turned ? sourcePort : destinationPort, portless)}` +
      this.translated(turned, recordedSource, recordedDestination) +
      this.services(turned) +
      (protocolText === '' ? '' : `"NetworkProtocol":"${protocolName(protocol)}",`) +
      (bytes === undefined ? '' : `"${sender}Bytes":${bytes},"NetworkBytes":${bytes},`) +
      (packets === undefined ? '' : `"${sender}Packets":${packets},"NetworkPackets":${packets},`) +
      (flags === undefined ? '' : (FLAG_MEMBERS[flags & 63] as string)) +
      (additional === '' ? '' : `"AdditionalFields":{${additional.slice(0, -1)}},`) +
      `"NetworkProtocolVersion":"${source.version}","NetworkDirection":"${direction}"}`;
    return { kind: 'session', row, time };
  }

  /** Formats without log-status show an idle window by its missing addresses. */
  private hasAddresses(): boolean {
    const { srcaddr, dstaddr, pktSrcaddr, pktDstaddr, action } = this.columns.hot;
    return [srcaddr, dstaddr, pktSrcaddr, pktDstaddr, action].some((column) => this.at(column) !== '');
  }

  /** Members that neighbouring lines share: made once for each interface, side and action in a row. */
  private shared(flow: string, action: string): string {
    const memo = this.sharedMemos[flow === 'ingress' ? 0 : 1] as Memo;
    if (this.texts(this.columns.shared, memo)) return memo.members;
    const vpc = this.get('vpc-id');
    const device = this.get('interface-id');
    const account = this.get('account-id');
    const side = flow === 'ingress' ? 'DvcInboundInterface' : flow === 'egress' ? 'DvcOutboundInterface' : undefined;
    memo.members =
      `"EventCount":1,"EventType":"Flow","EventVendor":"AWS","EventProduct":"VPC","EventSchemaVersion":"${SCHEMA_VERSION}",` +
      member('EventProductVersion', this.get('version')) +
      member('EventOriginalResultDetails', this.get('log-status')) +
      (action === 'REJECT'
        ? '"EventResult":"Failure","EventSeverity":"Low","DvcAction":"Deny","DvcOriginalAction":"REJECT",'
        : action === ''
          ? '"EventResult":"Success","EventSeverity":"Informational",'
          : '"EventResult":"Success","EventSeverity":"Informational","DvcAction":"Allow","DvcOriginalAction":"ACCEPT",') +
      member('Dvc', vpc || device || 'VPC') +
      member('DvcId', vpc) +
      (vpc === '' ? '' : '"DvcIdType":"AwsVpcId",') +
      member('DvcSubscriptionId', account === 'unknown' ? '' : account) +
      (side === undefined ? '' : member(side, device)) +
      member('DvcInterface', device);
    return memo.members;
  }

  /** Members of AdditionalFields from columns without a field of their own; neighbouring lines share them, too. */
  private further(flow: string): string {
    const { additional } = this.columns;
    if (additional.length === 0) return '';
    const memo = this.furtherMemos[flow === 'ingress' ? 0 : 1] as Memo;
    if (this.texts(additional, memo)) return memo.members;
    memo.members = '';
    for (const [column, name] of additional) {
      const text = this.at(column);
      if (text !== '') memo.members += `${jsonText(name)}:${jsonText(text)},`;
    }
    return memo.members;
  }

  /** Whether the line has the same texts in these columns as the one the memo was made from; remembers them. */
  private texts(columns: readonly (readonly [column: number, name: string])[], memo: Memo): boolean {
    let same = memo.texts.length === columns.length;
    for (let i = 0; i < columns.length; i++) {
      const column = (columns[i] as readonly [number, string])[0];
      const known = memo.texts[i];
      if (known !== undefined && this.fields.is(column, known)) continue;
      same = false;
      memo.texts[i] = this.at(column);
    }
    memo.texts.length = columns.length;
    return same;
  }

  /** Packet-level addresses where they differ from those of the interface. */
  private translated(turned: boolean, source: Address, destination: Address): string {
    const { pktSrcaddr, pktDstaddr, srcaddr, dstaddr } = this.columns.hot;
    if (this.at(pktSrcaddr) === this.at(srcaddr) && this.at(pktDstaddr) === this.at(dstaddr)) return '';
    const packetSource = this.context.addresses.look(this.at(pktSrcaddr));
    const packetDestination = this.context.addresses.look(this.at(pktDstaddr));
    const [from, to] = turned ? ['Dst', 'Src'] : ['Src', 'Dst'];
    return (
      (packetSource === undefined || packetSource.text === source.text
        ? ''
        : `"${from}NatIpAddr":"${packetSource.text}",`) +
      (packetDestination === undefined || packetDestination.text === destination.text
        ? ''
        : `"${to}NatIpAddr":"${packetDestination.text}",`)
    );
  }

  private services(turned: boolean): string {
    const { pktSrcAwsService, pktDstAwsService } = this.columns.hot;
    const source = this.at(pktSrcAwsService);
    const destination = this.at(pktDstAwsService);
    if (source === '' && destination === '') return '';
    const [from, to] = turned ? ['Dst', 'Src'] : ['Src', 'Dst'];
    return (
      (source === '' ? '' : `"${from}AppName":${jsonText(source)},"${from}AppType":"CSP",`) +
      (destination === '' ? '' : `"${to}AppName":${jsonText(destination)},"${to}AppType":"CSP",`)
    );
  }
}

/** Without the time that exports of CloudWatch Logs put in front; no field of the log has its form. */
function withoutTime(line: string): string {
  return line.charCodeAt(4) === HYPHEN && line.charCodeAt(10) === LETTER_T && /^\d{4}-\d\d-\d\dT\S{5,20} /.test(line)
    ? line.slice(line.indexOf(' ') + 1)
    : line;
}

function emptyMemo(): Memo {
  return { texts: [], members: '' };
}

/** Milliseconds of a time in Unix seconds; undefined for anything else. */
function seconds(text: string): number | undefined {
  const value = wholeNumber(text);
  if (value === undefined) return undefined;
  const time = value * 1000;
  return isEventTime(time) ? time : undefined;
}

/** undefined: not given; null: no port. */
function optionalPort(text: string): number | undefined | null {
  return text === '' ? undefined : (portNumber(text) ?? null);
}

function optionalCount(text: string): number | undefined | null {
  return text === '' ? undefined : (wholeNumber(text) ?? null);
}

function port(name: string, value: number | undefined, portless: boolean): string {
  return value === undefined || (portless && value === 0) ? '' : `"${name}":${value},`;
}

export const awsVpc: LineSource = {
  id: 'awsVpc',
  vendor: 'AWS',
  product: 'VPC flow logs',
  table: 'AWSVPCFlow',
  facts: 'ASimNetworkSessionAWSVPC 0.3',
  asim: { vendor: 'AWS', product: 'VPC', types: ['Flow'] },
  filter: 'Records with log status OK; NODATA and SKIPDATA are skipped.',
  forms: [
    'text: any format under its header line; without one the default format, or all fields of a version',
    'Parquet',
    'JSON with the log’s field names',
  ],
  sweep: true,
  format: 'lines',

  ownsPath: (_, name) => /_vpcflowlogs_|(^|\/)vpcflowlogs\/|aws-service=vpcflowlogs/.test(name),

  owns: (line) => isHeader(line) || isRecord(line),

  open: (context, memory) => new AwsVpcMapping(context, memory),

  rows: awsVpcRows,
  objectForms: [awsVpcObjects],
};
