/** The four formats through the whole pipeline, stopped and gone on with in the middle. */
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeParquet } from '../../../infra/local/samples/sources/parquet';
import type { BlobMessage } from '../../../shared/flows/blobEvents';
import { type FlowDependencies, handleBlobEvent } from '../../../shared/flows/normalize';
import { parseNetworks } from '../../../shared/networks';
import { openNormalizer } from '../../../shared/sources';
import { awsLog, flowLog } from '../../bench/normalize/flowLogContent';
import { MemoryLog, MemoryQueue, MemorySink, MemoryState } from '../../support/memoryPorts';
import { MemoryBlobs } from './memoryBlobs';

let blobs: MemoryBlobs;
let sink: MemorySink;
let queue: MemoryQueue<BlobMessage>;
let deps: FlowDependencies;

beforeEach(() => {
  blobs = new MemoryBlobs();
  blobs.chunkBytes = 100_003;
  sink = new MemorySink();
  queue = new MemoryQueue();
  deps = {
    settings: {
      containers: ['insights-logs-flowlogflowevent', 'insights-logs-networksecuritygroupflowevent', 'aws', 'logs'].map(
        (container) => ({ account: 'account1', container, prefix: '', source: undefined }),
      ),
      start: undefined,
      internalNetworks: parseNetworks(['10.0.0.0/8']),
    },
    blobs,
    state: new MemoryState(),
    sink,
    deadLetters: { write: async () => undefined },
    queue,
    clock: { now: () => new Date() },
    log: new MemoryLog(),
    openNormalizer,
  };
  blobs.time = new Date();
});

const uids = () => sink.rows.map((row) => row.EventOriginalUid);

/** Reads in runs that are cut short at once, until nothing is left over. */
async function inShortRuns(container: string, name: string): Promise<number> {
  queue.sent.push({ kind: 'blob', account: 'account1', container, name });
  let runs = 0;
  for (let message = queue.sent.shift(); message !== undefined; message = queue.sent.shift()) {
    await handleBlobEvent(message, { ...deps, deadline: new Date(0) });
    if (++runs > 500) expect.fail('it never ends');
  }
  return runs;
}

describe.each([
  ['azureVnet', 'insights-logs-flowlogflowevent', 'x/PT1H.json', () => Buffer.from(flowLog(6000, 'vnet'))],
  ['azureNsg', 'insights-logs-networksecuritygroupflowevent', 'x/PT1H.json', () => Buffer.from(flowLog(6000, 'nsg'))],
  ['awsVpc', 'aws', 'AWSLogs/1/vpcflowlogs/x.log', () => Buffer.from(awsLog(6000))],
  ['awsVpc, gzip', 'aws', 'AWSLogs/1/vpcflowlogs/x.log.gz', () => gzipSync(awsLog(6000))],
])('%s', (_source, container, name, content) => {
  it('gives the same sessions in one run as in many', async () => {
    blobs.write(name, content());
    const report = await handleBlobEvent({ kind: 'blob', account: 'account1', container, name }, deps);
    expect(report.problems).toEqual([]);
    const { records = 0, sessions = 0, skipped = 0, deadLettered = 0 } = report.counts;
    expect(records).toBe(6000);
    expect(sessions + skipped + deadLettered).toBe(records);
    expect(sessions).toBe(sink.rows.length);
    const whole = uids();
    expect(new Set(whole).size).toBe(whole.length);

    sink.rows.length = 0;
    deps = { ...deps, state: new MemoryState() };
    expect(await inShortRuns(container, name)).toBeGreaterThan(2);
    expect(uids()).toEqual(whole);
  });
});

/** Frames of zstd that hold their bytes as they are, 100 KB in each. */
function zstd(text: string): Buffer {
  const bytes = Buffer.from(text);
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const block = bytes.subarray(at, at + 100_000);
    const header = Buffer.alloc(3);
    header.writeUIntLE(block.length * 8 + 1, 0, 3);
    frames.push(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x50]), header, block);
  }
  return Buffer.concat(frames);
}

describe('compressed files, by their content', () => {
  const name = 'AWSLogs/1/vpcflowlogs/x.log.gz';
  const read = () => handleBlobEvent({ kind: 'blob', account: 'account1', container: 'aws', name }, deps);

  it.each([
    ['not compressed at all', (text: string) => Buffer.from(text)],
    ['several gzip members', (text: string) => Buffer.concat(text.split(/(?<=\n)/).map((line) => gzipSync(line)))],
    ['zstd', zstd],
  ])('%s under .gz', async (_, pack) => {
    const text = awsLog(600);
    blobs.write(name, pack(text));
    const report = await read();
    expect(report.problems).toEqual([]);
    expect(report.counts.records).toBe(600);
  });

  it('Parquet: read whole, accounted for, and not again', async () => {
    const values = Array.from({ length: 1000 }, (_, index) => index);
    const column = (title: string, value: (index: number) => string | number | undefined) => ({
      name: title,
      type: typeof value(0) === 'string' ? ('string' as const) : ('int64' as const),
      values: values.map(value),
    });
    const content = writeParquet([
      column('interface_id', () => 'eni-01'),
      column('srcaddr', (index) => (index % 10 === 9 ? undefined : '10.0.1.5')),
      column('dstaddr', (index) => (index % 10 === 9 ? undefined : `198.51.100.${index % 250}`)),
      column('start', (index) => Math.floor(Date.now() / 1000) - index),
      column('bytes', (index) => index),
    ]);
    blobs.write(name, content);
    const first = await read();
    expect(first.problems).toEqual([]);
    expect(first.counts).toMatchObject({ records: 1000, sessions: 900, skipped: 100 });
    expect(sink.rows.map((row) => row.SrcBytes).slice(0, 3)).toEqual([0, 1, 2]);
    expect(new Set(uids()).size).toBe(900);
    await read();
    expect(sink.rows.length).toBe(900);
  });
});

describe('paloAltoPanOs', () => {
  const line = (n: number) =>
    `<14>Mar  2 10:00:${String(n % 60).padStart(2, '0')} fw01 CEF:0|Palo Alto Networks|PAN-OS|10.2.0|end|TRAFFIC|3|rt=Mar 02 2026 10:00:00 GMT deviceExternalId=0123 src=10.0.1.5 dst=198.51.100.${n % 250} spt=${20000 + n} dpt=443 proto=tcp act=allow cn1Label=SessionID cn1=${n} in=100 out=200 cs1Label=Rule cs1=web start=Mar 02 2026 09:59:00 GMT PanOSPacketsReceived=1 PanOSPacketsSent=2`;

  it('a line cut in two between appends, wherever, is one session', async () => {
    const text = `${line(1)}\n${line(2)}\n${line(3)}\n`;
    const first = `${line(1)}\n`.length;
    for (let cut = first + 1; cut < first + line(2).length + 2; cut += 7) {
      sink.rows.length = 0;
      const name = `fw-${cut}.log`;
      const message = { kind: 'blob', account: 'account1', container: 'logs', name };
      blobs.write(name, Buffer.from(text.slice(0, cut)), 'append');
      const one = await handleBlobEvent(message, deps);
      blobs.append(name, Buffer.from(text.slice(cut)));
      const two = await handleBlobEvent(message, deps);
      expect([...one.problems, ...two.problems]).toEqual([]);
      expect(sink.rows.map((row) => row.DstIpAddr)).toEqual(['198.51.100.1', '198.51.100.2', '198.51.100.3']);
      expect(new Set(uids()).size).toBe(3);
      expect((one.counts.records ?? 0) + (two.counts.records ?? 0)).toBe(3);
    }
  });
});
