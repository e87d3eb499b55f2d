/** Virtual network flow logs of any size, made while they are read: for proofs of bounded memory and for benchmarks. */

export interface BigVnetBlobOptions {
  /** The blob has at least this many bytes. */
  readonly bytes: number;
  /** One record holds all tuples; otherwise one record per minute and NIC, about 1 MB each. */
  readonly singleRecord?: boolean;
  /** Milliseconds since the epoch of the first tuple; by default 2026-03-02T09:00:00Z. */
  readonly start?: number;
}

const RECORD_BYTES = 1_000_000;
const CHUNK_BYTES = 64 * 1024;
const START = Date.UTC(2026, 2, 2, 9);
/** One tuple in ten begins a conversation that the next nine continue. */
const PORTS = 28_000;

/** Chunks of a complete `PT1H.json`. Every tuple differs from every other. */
export async function* writeBigVnetBlob(options: BigVnetBlobOptions): AsyncGenerator<Buffer> {
  const { bytes, singleRecord = false, start = START } = options;
  let written = 0;
  let tuple = 0;
  let chunk = '';
  const drain = function* (least: number): Generator<Buffer> {
    if (chunk.length <= least) return;
    const buffer = Buffer.from(chunk, 'latin1');
    chunk = '';
    written += buffer.length;
    yield buffer;
  };
  chunk += '{"records":[';
  for (let record = 0; written + chunk.length < bytes; record++) {
    chunk += `${record === 0 ? '' : ','}${HEAD.replace('TIME', new Date(start + record * 1000).toISOString())}`;
    const recordStart = written + chunk.length;
    const wanted = singleRecord ? bytes : RECORD_BYTES;
    for (
      let first = true;
      written + chunk.length - recordStart < wanted && written + chunk.length < bytes;
      first = false
    ) {
      chunk += `${first ? '' : ','}"${tupleText(start, tuple++)}"`;
      yield* drain(CHUNK_BYTES);
    }
    chunk += ']}]}]}}';
  }
  chunk += ']}';
  yield* drain(0);
}

const HEAD =
  '{"time":"TIME","flowLogVersion":4,"flowLogGUID":"00000000-0000-0000-0000-00000000cccc","macAddress":"6045BD112299",' +
  '"category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/00000000-0000-0000-0000-00000000AAAA/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_WESTEUROPE/FLOWLOGS/FL-WEST",' +
  '"targetResourceID":"/subscriptions/00000000-0000-0000-0000-00000000aaaa/resourceGroups/rg-samples/providers/Microsoft.Network/virtualNetworks/vnet-west",' +
  '"operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"/subscriptions/00000000-0000-0000-0000-00000000aaaa/resourceGroups/rg-samples/providers/Microsoft.Network/networkSecurityGroups/nsg-west",' +
  '"flowGroups":[{"rule":"UserRule_allow-443","flowTuples":[';

function tupleText(start: number, n: number): string {
  const time = start + (n % 3_600_000);
  const port = 32_768 + (n % PORTS);
  const source = `10.1.${Math.floor(n / PORTS) % 250}.${1 + (n % 250)}`;
  const counters = n % 10 === 0 ? '0,0,0,0' : `${1 + (n % 90)},${60 + (n % 9000)},${1 + (n % 70)},${60 + (n % 80_000)}`;
  return `${time},${source},192.0.2.${1 + (n % 250)},${port},443,6,O,${n % 10 === 0 ? 'B' : 'C'},NX,${counters}`;
}
