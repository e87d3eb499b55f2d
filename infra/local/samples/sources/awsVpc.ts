/** AWS VPC flow logs in the roads that awsFlowLogs.ts leaves out: rows of AWSVPCFlow, text with a custom header, and Parquet in Hive's folders. */
import { type Conversation, everything } from './conversations';
import { writeParquet } from './parquet';
import { exportedRows, type Scene, type SceneFile, type SourceSample } from './scene';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const SYN = 2;
const WHOLE_FROM_INITIATOR = 3;

/** What the conversation's source sent, as its record has it; numbers are numbers. */
function record(one: Conversation): Readonly<Record<string, string | number>> {
  return {
    version: 5,
    account_id: ACCOUNT,
    interface_id: 'eni-0123456789abcdef0',
    srcaddr: one.source,
    dstaddr: one.destination,
    srcport: one.sourcePort,
    dstport: one.port,
    protocol: 6,
    packets: one.packets[0],
    bytes: one.bytes[0],
    start: one.start.getTime() / 1000,
    end: one.end.getTime() / 1000,
    action: one.allowed ? 'ACCEPT' : 'REJECT',
    log_status: 'OK',
    vpc_id: 'vpc-0123456789abcdef0',
    tcp_flags: one.allowed ? WHOLE_FROM_INITIATOR : SYN,
    type: 'IPv4',
    region: REGION,
    flow_direction: one.inbound ? 'ingress' : 'egress',
  };
}

function row(one: Conversation): object {
  const fields = record(one);
  return {
    TimeGenerated: one.start.toISOString(),
    Version: fields.version,
    AccountId: fields.account_id,
    InterfaceId: fields.interface_id,
    SrcAddr: fields.srcaddr,
    DstAddr: fields.dstaddr,
    SrcPort: fields.srcport,
    DstPort: fields.dstport,
    Protocol: fields.protocol,
    Packets: fields.packets,
    Bytes: fields.bytes,
    Start: one.start.toISOString(),
    End: one.end.toISOString(),
    Action: fields.action,
    LogStatus: fields.log_status,
    VpcId: fields.vpc_id,
    TcpFlags: fields.tcp_flags,
    TrafficType: fields.type,
    Region: fields.region,
    FlowDirection: fields.flow_direction,
  };
}

function fileName(scene: Scene, folders: string, ending: string): string {
  const stamp = scene.start.toISOString().replaceAll(/[-:]/g, '').slice(0, 13);
  return `${folders}/${ACCOUNT}_vpcflowlogs_${REGION}_fl-0123456789abcdef0_${stamp}Z_0123abcd.${ending}`;
}

function text(scene: Scene, all: readonly Conversation[]): SceneFile {
  const [year, month, day] = scene.start.toISOString().split(/[-T]/);
  // Any order is allowed.
  const records = all.map((one) => Object.entries(record(one)).reverse());
  const names = (records[0] ?? []).map(([name]) => name.replaceAll('_', '-'));
  const lines = records.map((fields) => fields.map(([, value]) => value).join(' '));
  return {
    container: 'aws-vpc-flow-logs',
    name: fileName(scene, `AWSLogs/${ACCOUNT}/vpcflowlogs/${REGION}/${year}/${month}/${day}`, 'log'),
    content: `${[names.join(' '), ...lines].join('\n')}\n`,
  };
}

const LONG: ReadonlySet<string> = new Set(['packets', 'bytes', 'start', 'end']);

function parquet(scene: Scene, all: readonly Conversation[]): SceneFile {
  const [year, month, day, hour] = scene.start.toISOString().split(/[-T:]/);
  const records = all.map(record);
  const columns = Object.entries(records[0] ?? {}).map(([name, first]) => ({
    name,
    type: typeof first === 'string' ? ('string' as const) : LONG.has(name) ? ('int64' as const) : ('int32' as const),
    values: records.map((one) => one[name]),
  }));
  const folders =
    `AWSLogs/aws-account-id=${ACCOUNT}/aws-service=vpcflowlogs/aws-region=${REGION}/` +
    `year=${year}/month=${month}/day=${day}/hour=${hour}`;
  return {
    container: 'aws-vpc-flow-logs',
    name: fileName(scene, folders, 'log.parquet'),
    content: writeParquet(columns),
  };
}

export const awsVpc: SourceSample = {
  source: 'awsVpc',
  table: 'AWSVPCFlow',
  write(scene) {
    const all = everything(scene);
    return [exportedRows('AWSVPCFlow', scene, all.map(row)), text(scene, all), parquet(scene, all)];
  },
};
