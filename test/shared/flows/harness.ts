/** Real storage (Azurite) and a real ingestion socket around the flow jobs, for one test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type BlockBlobClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, STORAGE_ACCOUNT, startAzurite } from '../../../infra/local/azurite/azurite';
import { createBlobs } from '../../../shared/azure/blobs';
import { createDeadLetters } from '../../../shared/azure/deadLetters';
import { createRowSink } from '../../../shared/azure/ingestion';
import { createLoopbackClient } from '../../../shared/azure/loopback';
import { createQueue, type StorageQueue } from '../../../shared/azure/queue';
import { createStateStore } from '../../../shared/azure/state';
import { openStorage, type Storage } from '../../../shared/azure/storage';
import type { BlobMessage } from '../../../shared/flows/blobEvents';
import { type Checkpoint, checkpointKey } from '../../../shared/flows/checkpoint';
import type { FlowDependencies } from '../../../shared/flows/normalize';
import { parseNetworks } from '../../../shared/networks';
import type { DeadLetter } from '../../../shared/ports';
import { MemoryLog } from '../../support/memoryPorts';
import { CREDENTIAL, type IngestionServer, startIngestionServer } from '../azure/ingestionServer';
import { openLineNormalizer } from './lineNormalizer';

export interface Harness {
  readonly azurite: Azurite;
  readonly service: IngestionServer;
  readonly storage: Storage;
  readonly deps: FlowDependencies & { readonly queue: StorageQueue<BlobMessage>; readonly log: MemoryLog };
  /** The watched container `logs`. */
  readonly logs: ContainerClient;
  /** Takes all messages off the blob queue. */
  queued(): Promise<BlobMessage[]>;
  checkpoint(name: string): Promise<Checkpoint | undefined>;
  deadLetters(): Promise<DeadLetter[]>;
  /** What Event Grid delivers for a blob of the watched container. */
  created(name: string): unknown;
  close(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-flows-'));
  const azurite = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
  const service = await startIngestionServer();
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const logs = blobs.getContainerClient('logs');
  await logs.create();
  const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
  await queues.createQueue('flowtrap-blobs');
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
  const state = createStateStore(storage);
  const deps = {
    settings: {
      containers: [{ account: STORAGE_ACCOUNT, container: 'logs', prefix: '', source: undefined }],
      start: undefined,
      internalNetworks: parseNetworks(['10.0.0.0/8']),
    },
    blobs: createBlobs(storage),
    state,
    sink: createRowSink({
      endpoint: 'https://test.ingest.monitor.azure.com',
      ruleId: 'dcr-00000000000000000000000000000000',
      stream: 'Custom-Test',
      credential: CREDENTIAL,
      httpClient: createLoopbackClient(service.url),
      log,
      firstPause: 2,
      patience: 300,
    }),
    deadLetters: createDeadLetters(storage, clock),
    queue: createQueue<BlobMessage>(storage, 'flowtrap-blobs', 'BLOB_QUEUE'),
    clock,
    log,
    openNormalizer: openLineNormalizer,
  };
  return {
    azurite,
    service,
    storage,
    deps,
    logs,
    async queued() {
      const messages: BlobMessage[] = [];
      const queue = queues.getQueueClient('flowtrap-blobs');
      for (;;) {
        const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
        if (receivedMessageItems.length === 0) return messages;
        for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
          messages.push(JSON.parse(Buffer.from(messageText, 'base64').toString()));
          await queue.deleteMessage(messageId, popReceipt);
        }
      }
    },
    async checkpoint(name) {
      return (await state.get<Checkpoint>(checkpointKey({ account: STORAGE_ACCOUNT, container: 'logs', name })))?.value;
    },
    async deadLetters() {
      const container = blobs.getContainerClient('flowtrap-dead-letters');
      const letters: DeadLetter[] = [];
      if (!(await container.exists())) return letters;
      for await (const item of container.listBlobsFlat()) {
        const text = (await container.getBlobClient(item.name).downloadToBuffer()).toString();
        letters.push(
          ...text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as DeadLetter),
        );
      }
      return letters;
    },
    created: (name) => ({
      topic: `/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/${STORAGE_ACCOUNT}`,
      subject: `/blobServices/default/containers/logs/blobs/${name}`,
      eventType: 'Microsoft.Storage.BlobCreated',
      data: { api: 'PutBlockList', url: `${azurite.blobUrl}/logs/${encodeURIComponent(name)}` },
    }),
    async close() {
      await service.close();
      await azurite.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Commits a blob from blocks, as flow-log writers do: known blocks stay, the new ones are staged first. */
export async function commitBlocks(
  blob: BlockBlobClient,
  blocks: readonly { id: string; text: string }[],
): Promise<void> {
  const ids = blocks.map(({ id }) => Buffer.from(id.padEnd(32, '0')).toString('base64'));
  const known = new Set(
    await blob.getBlockList('committed').then(
      (list) => (list.committedBlocks ?? []).map((block) => block.name),
      () => [],
    ),
  );
  for (const [index, { text }] of blocks.entries()) {
    const id = ids[index] ?? '';
    if (!known.has(id)) await blob.stageBlock(id, text, Buffer.byteLength(text));
  }
  await blob.commitBlockList(ids);
}
