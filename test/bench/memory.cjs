/**
 * Shows how much memory normalizing a large blob takes: `npm run build`, then
 *
 *     node test/bench/memory.cjs [vnet|single|gzip] [megabytes]
 *
 * A VNet flow log of that size (300 MB of records, or one single record of 50 MB) is made while it is read, normalized by the
 * built product, and uploaded over a socket to another process. Prints one JSON line with the peak resident set.
 */
const { fork } = require('node:child_process');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { createGzip } = require('node:zlib');

const RANGE = 2 * 1024 * 1024;
const DIST = join(__dirname, '../../dist/shared');

if (process.argv[2] === 'sink') serve();
else void measure(process.argv[2] ?? 'vnet', Number(process.argv[3] ?? (process.argv[2] === 'single' ? 50 : 300)));

/** An ingestion endpoint that takes everything and keeps nothing. */
function serve() {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function measure(shape, megabytes) {
  const { normalizeBlob } = require(join(DIST, 'flows/normalize.js'));
  const { openNormalizer } = require(join(DIST, 'sources/index.js'));
  const { createRowSink } = require(join(DIST, 'azure/ingestion.js'));
  const { createLoopbackClient } = require(join(DIST, 'azure/loopback.js'));
  const { parseNetworks } = require(join(DIST, 'networks.js'));

  const sink = fork(__filename, ['sink']);
  const port = await new Promise((resolve) => sink.once('message', resolve));
  const log = { info() {}, warn: console.error, error: console.error };
  const blob = { account: 'account1', container: 'insights-logs-flowlogflowevent', name: 'm=00/PT1H.json' };
  const now = new Date();
  const properties = { etag: '"1"', length: megabytes * 1e6, createdOn: now, lastModified: now, kind: 'block' };
  const state = new Map();
  const started = process.hrtime.bigint();
  const report = await normalizeBlob(blob, {
    settings: {
      containers: [{ account: blob.account, container: blob.container, prefix: '', source: undefined }],
      start: undefined,
      internalNetworks: parseNetworks(['10.0.0.0/8']),
    },
    blobs: {
      properties: async () => properties,
      read: (_blob, { end }) => ranges(shape, megabytes * 1e6, end ?? Number.POSITIVE_INFINITY),
      list: async function* () {},
    },
    state: {
      get: async (key) => state.get(key),
      put: async (key, value) => {
        state.set(key, { value, etag: '"1"' });
        return '"1"';
      },
      delete: async () => {},
      list: async function* () {},
      lease: async () => ({ signal: new AbortController().signal, release: async () => {} }),
    },
    sink: createRowSink({
      endpoint: 'https://bench.ingest.monitor.azure.com',
      ruleId: 'dcr-00000000000000000000000000000000',
      stream: 'Custom-Bench',
      credential: { getToken: async () => ({ token: 'bench', expiresOnTimestamp: Date.now() + 3_600_000 }) },
      httpClient: createLoopbackClient(`http://127.0.0.1:${port}`),
      log,
    }),
    deadLetters: { write: async () => {} },
    queue: { send: async () => {} },
    clock: { now: () => new Date() },
    log,
    openNormalizer,
    deadline: new Date(Date.now() + 3_600_000),
  });
  sink.disconnect();
  const { records = 0, sessions = 0, skipped = 0, deadLettered = 0 } = report.counts;
  console.log(
    JSON.stringify({
      shape,
      megabytes,
      records,
      sessions,
      skipped,
      deadLettered,
      problems: report.problems,
      seconds: Number(process.hrtime.bigint() - started) / 1e9,
      cpuSeconds: (process.resourceUsage().userCPUTime + process.resourceUsage().systemCPUTime) / 1e6,
      peakMegabytes: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
    }),
  );
}

/** The content in ranges as storage gives them; stops at `end` (the look at the first bytes). */
async function* ranges(shape, size, end) {
  const content = shape === 'gzip' ? zipped(size) : plain(shape, size);
  let waiting = [];
  let bytes = 0;
  let given = 0;
  for await (const part of content) {
    waiting.push(part);
    bytes += part.length;
    if (given + bytes >= end) break;
    if (bytes < RANGE) continue;
    given += bytes;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  const last = Buffer.concat(waiting);
  yield last.subarray(0, Math.min(last.length, end - given));
}

async function* zipped(size) {
  const gzip = createGzip({ level: 1 });
  const feeding = (async () => {
    for (const part of plain('vnet', size))
      if (!gzip.write(part)) await new Promise((resume) => gzip.once('drain', resume));
    gzip.end();
  })();
  yield* gzip;
  await feeding;
}

/** A VNet flow log, version 4: records of 200 tuples, or one of all. */
function* plain(shape, size) {
  const before = (minute) =>
    `{"time":"${new Date(Date.UTC(2026, 2, 2, 10, minute)).toISOString()}","flowLogVersion":4,"macAddress":"6045BD112233","category":"FlowLogFlowEvent","targetResourceID":"/subscriptions/00000000-0000-0000-0000-00000000aaaa/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"/x/networkSecurityGroups/nsg","flowGroups":[{"rule":"UserRule_https","flowTuples":[`;
  const after = ']}]}]}}';
  const first = Date.now() - 3_600_000;
  let sent = 0;
  let number = 0;
  const tuples = (count) => {
    const list = [];
    for (let i = 0; i < count; i++, number++) {
      const peer = `192.0.${(number >> 8) & 255}.${number & 255}`;
      list.push(
        `"${first + number},${peer},10.0.${number % 7}.${number % 251},${1024 + (number % 60000)},443,6,I,E,NX,${number % 90},${number % 90000},10,${number % 700}"`,
      );
    }
    return list.join(',');
  };
  yield Buffer.from(`{"records":[${shape === 'single' ? before(1) : ''}`);
  while (sent < size) {
    const comma = sent === 0 ? '' : ',';
    const part = Buffer.from(
      comma + (shape === 'single' ? tuples(2000) : `${before(number % 60)}${tuples(200)}${after}`),
    );
    sent += part.length;
    yield part;
  }
  yield Buffer.from(`${shape === 'single' ? after : ''}]}`);
}
