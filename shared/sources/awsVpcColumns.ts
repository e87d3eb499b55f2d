/** The columns of AWS VPC flow logs in their text form: what a header says, and where a line's fields lie. */

/** Every documented field, in order; the default format is the first fourteen. */
const FIELDS = (
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status ' +
  'vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id ' +
  'pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ' +
  'ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ' +
  'ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id ' +
  'reject-reason resource-id encryption-status'
).split(' ');
const KNOWN: ReadonlyMap<string, number> = new Map(FIELDS.map((name, index) => [name, index]));
/** The names of the default format. */
export const DEFAULT_FORMAT = FIELDS.slice(0, 14).join(' ');

/** Fields without a column of their own, kept in AdditionalFields under the names that AWSVPCFlow gives them. */
export const ADDITIONAL: readonly (readonly [field: string, name: string])[] = [
  ['subnet-id', 'SubnetId'],
  ['instance-id', 'InstanceId'],
  ['region', 'Region'],
  ['az-id', 'AzId'],
  ['sublocation-type', 'SublocationType'],
  ['sublocation-id', 'SublocationId'],
  ['traffic-path', 'TrafficPath'],
  ...FIELDS.slice(29, 39).map((field) => [field, pascal(field)] as const),
  ['reject-reason', 'RejectReason'],
  ['resource-id', 'ResourceId'],
  ['encryption-status', 'EncryptionStatus'],
];

/** Longest header that is remembered. */
const MAX_COLUMNS = 100;

/** `pkt-src-aws-service` → `PktSrcAwsService`. */
export function pascal(field: string): string {
  return field.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether a line is a header: names of fields only, with hyphens or underscores. */
export function isHeader(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first < 0x61 || first > 0x7a) return false;
  if (line.length > 2000 || !/^[a-z][a-z_ -]*$/.test(line.trimEnd())) return false;
  const names = line.trim().split(/ +/);
  return (
    names.length <= MAX_COLUMNS &&
    names.filter((name) => KNOWN.has(name.replaceAll('_', '-'))).length * 2 > names.length
  );
}

/** Formats that hold every field up to a version, in the documented order, by their number of fields. */
const WHOLE_FORMATS: ReadonlyMap<number, string> = new Map(
  [14, 21, 25, 29, 39, 40, 41, 42].map((count) => [count, FIELDS.slice(0, count).join(' ')]),
);
/** The order in which AWS's guide shows TCP flags; used as it stands there. */
const GUIDE_FORMAT =
  'version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr ' +
  'protocol bytes packets start end action tcp-flags log-status';
const GUIDE_LINE = /^\d{1,2} (vpc-\S+|-) (subnet-\S+|-) (i-\S+|-) eni-\S+ \d{6,14} /;
/** A line that begins as the default format does: version, account, interface; exports of CloudWatch Logs put a time in front. */
const DEFAULT_LINE = /^(?:\d{4}-\d\d-\d\dT\S{5,20} )?\d{1,2} (\d{6,14}|unknown|-) (eni-\S+|-) \S+ \S+ \S+ /;

/** Whether a line without a header can only be a record. */
export function isRecord(line: string): boolean {
  return DEFAULT_LINE.test(line) || GUIDE_LINE.test(line);
}

/** The format of a line without a header, by its number of fields: the default one where no other fits. */
export function formatOf(line: string, count: number): string {
  if (count === 21 && GUIDE_LINE.test(line)) return GUIDE_FORMAT;
  return WHOLE_FORMATS.get(count) ?? DEFAULT_FORMAT;
}

function hotColumns(index: Readonly<Record<string, number>>) {
  const at = (field: string): number => index[field] ?? -1;
  return {
    logStatus: at('log-status'),
    srcaddr: at('srcaddr'),
    dstaddr: at('dstaddr'),
    pktSrcaddr: at('pkt-srcaddr'),
    pktDstaddr: at('pkt-dstaddr'),
    pktSrcAwsService: at('pkt-src-aws-service'),
    pktDstAwsService: at('pkt-dst-aws-service'),
    start: at('start'),
    end: at('end'),
    protocol: at('protocol'),
    srcport: at('srcport'),
    dstport: at('dstport'),
    action: at('action'),
    bytes: at('bytes'),
    packets: at('packets'),
    tcpFlags: at('tcp-flags'),
    flowDirection: at('flow-direction'),
  };
}
type HotColumns = ReturnType<typeof hotColumns>;

/** Columns that the members shared by neighbouring lines are made from. */
const SHARED = ['version', 'account-id', 'interface-id', 'vpc-id', 'action', 'log-status', 'flow-direction'] as const;

/** The columns of a header as an index by field (-1: not there), and what it does not know. */
export interface Columns {
  readonly text: string;
  readonly count: number;
  readonly index: Readonly<Record<string, number>>;
  /** The same for what every line is asked for. */
  readonly hot: HotColumns;
  readonly shared: readonly (readonly [column: number, name: string])[];
  readonly additional: readonly (readonly [column: number, name: string])[];
}

export function columnsOf(header: string): Columns {
  const names = header
    .trim()
    .split(/ +/)
    .map((name) => name.replaceAll('_', '-'));
  const index: Record<string, number> = Object.fromEntries(FIELDS.map((field) => [field, names.indexOf(field)]));
  const additional: (readonly [number, string])[] = [];
  for (const [field, name] of ADDITIONAL) {
    const column = index[field] ?? -1;
    if (column >= 0) additional.push([column, name]);
  }
  names.forEach((name, column) => {
    if (!KNOWN.has(name)) additional.push([column, pascal(name)]);
  });
  const shared = SHARED.map((field) => [index[field] ?? -1, field] as const);
  return { text: names.join(' '), count: names.length, index, hot: hotColumns(index), shared, additional };
}

/** The fields of one line by column. A text is cut out of the line when it is asked for: most are only compared. */
export class LineFields {
  /** How many there are; beyond MAX_COLUMNS they are no longer counted. */
  count = 0;
  private line = '';
  private readonly starts = new Int32Array(MAX_COLUMNS + 1);
  private readonly ends = new Int32Array(MAX_COLUMNS + 1);

  /** Fields stand between single or several spaces. */
  split(line: string): void {
    this.line = line;
    let count = 0;
    let from = 0;
    while (from < line.length && count <= MAX_COLUMNS) {
      let end = line.indexOf(' ', from);
      if (end < 0) end = line.length;
      if (end > from) {
        this.starts[count] = from;
        this.ends[count++] = end;
      }
      from = end + 1;
    }
    this.count = count;
  }

  /** The text of a field; '' when there is no such column (-1) or it holds `-`. */
  text(column: number): string {
    if (column < 0 || this.isNothing(column)) return '';
    return this.line.slice(this.starts[column], this.ends[column]);
  }

  /** Whether text(column) is this text. */
  is(column: number, text: string): boolean {
    if (column < 0 || this.isNothing(column)) return text === '';
    const start = this.starts[column] as number;
    return (this.ends[column] as number) - start === text.length && this.line.startsWith(text, start);
  }

  private isNothing(column: number): boolean {
    const start = this.starts[column] as number;
    return (this.ends[column] as number) === start + 1 && this.line.charCodeAt(start) === 0x2d;
  }
}
