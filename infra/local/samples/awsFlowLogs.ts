/** AWS VPC flow logs as text files: each record tells one direction of a conversation. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { isInner } from './azureFlowLogs';
import type { Flow, Hour, SampleBlob, Written } from './flow';

export interface AwsFile {
  readonly flows: readonly Flow[];
  /** `default`: version 2 fields without flags and direction; `custom`: with tcp-flags and flow-direction. */
  readonly fields: 'default' | 'custom';
  readonly header: boolean;
  readonly compressed: boolean;
  /** Minutes after the hour of the publishing slot. */
  readonly slot: number;
}

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const DEFAULT_FIELDS =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
const CUSTOM_FIELDS = `${DEFAULT_FIELDS} flow-direction pkt-srcaddr pkt-dstaddr tcp-flags`;
/** OR of FIN and SYN, and of FIN, SYN and ACK: short conversations seen whole, from each side. */
const WHOLE_FROM_INITIATOR = 3;
const WHOLE_FROM_RESPONDER = 19;
const SYN = 2;

export function writeAwsFlowLogs(files: readonly AwsFile[], hour: Hour): Written {
  const records = new Map<Flow, number>();
  let empty = 0;
  const blobs = files.map((file): SampleBlob => {
    const lines = file.header ? [file.fields === 'custom' ? CUSTOM_FIELDS : DEFAULT_FIELDS] : [];
    for (const flow of [...file.flows].sort((a, b) => a.end - b.end)) {
      const told = [asked(flow, file.fields), ...(flow.allowed ? [answered(flow, file.fields)] : [])];
      records.set(flow, told.length);
      lines.push(...told);
    }
    // An interface without traffic in its window.
    lines.push(noData(file.fields, hour.start / 1000));
    empty++;
    const text = Buffer.from(`${lines.join('\n')}\n`);
    return {
      container: 'aws-vpc-flow-logs',
      name: fileName(file, hour),
      kind: 'block',
      blocks: [file.compressed ? gzipSync(text) : text],
      contentType: file.compressed ? 'application/gzip' : 'text/plain',
    };
  });
  return { blobs, records, empty };
}

function fileName({ slot, compressed }: AwsFile, { year, month, day, hour }: Hour): string {
  const stamp = `${year}${month}${day}T${hour}${String(slot).padStart(2, '0')}Z`;
  const hash = createHash('sha256').update(stamp).digest('hex').slice(0, 8);
  return `AWSLogs/${ACCOUNT}/vpcflowlogs/${REGION}/${year}/${month}/${day}/${ACCOUNT}_vpcflowlogs_${REGION}_fl-0123456789abcdef0_${stamp}_${hash}.log${compressed ? '.gz' : ''}`;
}

function asked(flow: Flow, fields: AwsFile['fields']): string {
  const inner = isInner(flow.destination) ? flow.destination : flow.source;
  const flags = flow.protocol !== 6 ? 0 : flow.allowed ? WHOLE_FROM_INITIATOR : SYN;
  return line(fields, {
    inner,
    ends: [flow.source, flow.destination, flow.sourcePort, flow.destinationPort],
    protocol: flow.protocol,
    counters: [flow.packetsSent, flow.bytesSent],
    times: [flow.start, flow.end],
    action: flow.allowed ? 'ACCEPT' : 'REJECT',
    direction: inner === flow.destination ? 'ingress' : 'egress',
    flags,
  });
}

function answered(flow: Flow, fields: AwsFile['fields']): string {
  const inner = isInner(flow.destination) ? flow.destination : flow.source;
  return line(fields, {
    inner,
    ends: [flow.destination, flow.source, flow.destinationPort, flow.sourcePort],
    protocol: flow.protocol,
    counters: [flow.packetsReceived, flow.bytesReceived],
    times: [flow.start, flow.end],
    action: 'ACCEPT',
    direction: inner === flow.source ? 'ingress' : 'egress',
    flags: flow.protocol === 6 ? WHOLE_FROM_RESPONDER : 0,
  });
}

interface Record {
  /** The address whose interface recorded it. */
  readonly inner: string;
  readonly ends: readonly [string, string, number, number];
  readonly protocol: number;
  readonly counters: readonly [number, number];
  readonly times: readonly [number, number];
  readonly action: string;
  readonly direction: string;
  readonly flags: number;
}

function line(fields: AwsFile['fields'], record: Record): string {
  const [source, destination, sourcePort, destinationPort] = record.ends;
  const [start, end] = record.times.map((time) => Math.floor(time / 1000));
  const common = [
    fields === 'custom' ? 5 : 2,
    ACCOUNT,
    networkInterface(record.inner),
    ...[source, destination, sourcePort, destinationPort, record.protocol, ...record.counters],
    ...[start, end, record.action, 'OK'],
  ];
  const added = fields === 'custom' ? [record.direction, source, destination, record.flags] : [];
  return [...common, ...added].join(' ');
}

function noData(fields: AwsFile['fields'], start: number): string {
  const dashes = '- - - - - - -';
  const version = fields === 'custom' ? 5 : 2;
  const text = `${version} ${ACCOUNT} ${networkInterface('none')} ${dashes} ${start} ${start + 59} - NODATA`;
  return fields === 'custom' ? `${text} - - - -` : text;
}

function networkInterface(address: string): string {
  return `eni-0${createHash('sha256').update(address).digest('hex').slice(0, 16)}`;
}
