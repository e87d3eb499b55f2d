/** The four formats through the whole pipeline, stopped and gone on with in the middle. */
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
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
