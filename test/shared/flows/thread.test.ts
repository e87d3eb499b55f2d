/** The whole way with real storage and a real socket: event message → blob → rows over HTTP → checkpoint. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../infra/local/azurite/azurite';
import { createBlobs } from '../../../shared/azure/blobs';
import { createDeadLetters } from '../../../shared/azure/deadLetters';
import { createRowSink } from '../../../shared/azure/ingestion';
import { createLoopbackClient } from '../../../shared/azure/loopback';
import { createQueue } from '../../../shared/azure/queue';
import { createStateStore } from '../../../shared/azure/state';
import { openStorage } from '../../../shared/azure/storage';
import type { BlobMessage } from '../../../shared/flows/blobEvents';
import { checkpointKey } from '../../../shared/flows/checkpoint';
import { type FlowDependencies, handleBlobEvent } from '../../../shared/flows/normalize';
import { parseNetworks } from '../../../shared/networks';
import { MemoryLog } from '../../support/memoryPorts';
import { CREDENTIAL, type IngestionServer, startIngestionServer } from '../azure/ingestionServer';
import { openLineNormalizer } from './lineNormalizer';

const ACCOUNT = 'devstoreaccount1';
const folder = mkdtempSync(join(tmpdir(), 'flowtrap-thread-'));
let azurite: Azurite;
let service: IngestionServer;
let deps: FlowDependencies;
let blobs: BlobServiceClient;

beforeAll(async () => {
  azurite = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
  service = await startIngestionServer();
  blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
  await blobs.createContainer('logs');
  await QueueServiceClient.fromConnectionString(azurite.connectionString).createQueue('flowtrap-blobs');
  const storage = openStorage(
    {
      connection: { kind: 'connectionString', value: azurite.connectionString },
      clientId: undefined,
      blobQueue: 'flowtrap-blobs',
      runQueue: 'flowtrap-runs',
    },
    undefined,
  );
  const clock = { now: () => new Date() };
  const log = new MemoryLog();
  deps = {
    settings: {
      containers: [{ account: ACCOUNT, container: 'logs', prefix: '', source: undefined }],
      start: undefined,
      internalNetworks: parseNetworks(['10.0.0.0/8']),
    },
    blobs: createBlobs(storage),
    state: createStateStore(storage),
    sink: createRowSink({
      endpoint: 'https://test.ingest.monitor.azure.com',
      ruleId: 'dcr-00000000000000000000000000000000',
      stream: 'Custom-Test',
      credential: CREDENTIAL,
      httpClient: createLoopbackClient(service.url),
      log,
    }),
    deadLetters: createDeadLetters(storage, clock),
    queue: createQueue<BlobMessage>(storage, 'flowtrap-blobs', 'BLOB_QUEUE'),
    clock,
    log,
    openNormalizer: openLineNormalizer,
  };
});

afterAll(async () => {
  await service?.close();
  await azurite?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What Event Grid delivers for a blob, with the address as Azurite writes it. */
function created(name: string) {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/devstoreaccount1',
    subject: `/blobServices/default/containers/logs/blobs/${name}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    data: { api: 'PutBlockList', url: `${azurite.blobUrl}/logs/${encodeURIComponent(name)}` },
  };
}

describe('one blob', () => {
  it('becomes rows, dead letters and a balanced checkpoint, and is then left alone until it grows', async () => {
    const blob = { account: ACCOUNT, container: 'logs', name: 'a b/ü=1.log' };
    const append = blobs.getContainerClient('logs').getAppendBlobClient(blob.name);
    await append.create();
    const text = '#log\nsession 1\nskip noData\nwhat is this\nsession 2\nsess';
    await append.appendBlock(text, Buffer.byteLength(text));

    const report = await handleBlobEvent(created(blob.name), deps);
    expect(report.counts).toMatchObject({ records: 4, sessions: 2, skipped: 1, deadLettered: 1, 'blobs.read': 1 });
    expect(service.rows.map((row) => row.id)).toEqual(['1', '2']);

    const again = await handleBlobEvent(created(blob.name), deps);
    expect(again.counts).toMatchObject({ records: 0, 'blobs.unchanged': 1 });

    await append.appendBlock('ion 3\n', 6);
    const grown = await handleBlobEvent([created(blob.name)], deps);
    expect(grown.counts).toMatchObject({ records: 1, sessions: 1 });
    expect(service.rows.map((row) => row.id)).toEqual(['1', '2', '3']);

    const checkpoint = await deps.state.get<Record<string, unknown>>(checkpointKey(blob));
    expect(checkpoint?.value).toMatchObject({
      version: 1,
      complete: true,
      offset: Buffer.byteLength(text) + 6,
      counts: { records: 5, sessions: 3, skipped: { noData: 1 }, dead: { noSession: 1 } },
    });
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const letters = await blobs
      .getContainerClient('flowtrap-dead-letters')
      .getBlobClient(`${today}/lineLog.jsonl`)
      .downloadToBuffer();
    expect(JSON.parse(letters.toString())).toEqual({
      reason: 'noSession',
      blob: 'devstoreaccount1/logs/a b/ü=1.log',
      offset: 27,
      length: 13,
      record: 'what is this',
      encoding: 'utf8',
    });
  });
});
