import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../../infra/local/azurite/azurite';
import { type EventGrid, type EventGridOptions, startEventGrid } from '../../../../infra/local/eventGrid/eventGrid';

interface BlobEvent {
  readonly [field: string]: unknown;
  readonly data: { readonly [field: string]: unknown; readonly url: string; readonly sequencer: string };
}

let folder: string;
let azurite: Azurite;
let container: ContainerClient;
let queue: QueueClient;
let run = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-eventgrid-'));
  azurite = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
});
afterAll(async () => {
  await azurite.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  run++;
  container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(`logs-${run}`);
  queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(`events-${run}`);
  await container.create();
  await queue.create();
});

/** A watcher that looks only when asked to. */
function watch(options: Partial<EventGridOptions> = {}): EventGrid {
  return startEventGrid({
    connectionString: azurite.connectionString,
    containers: [{ account: 'devstoreaccount1', container: `logs-${run}` }],
    queue: `events-${run}`,
    intervalMs: 3600_000,
    ...options,
  });
}

async function takeEvents(): Promise<BlobEvent[]> {
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map((m) => JSON.parse(Buffer.from(m.messageText, 'base64').toString('utf8')));
}

describe('startEventGrid', () => {
  it('tells each write of a block blob as Azure does', async () => {
    const grid = watch();
    await grid.scanNow();
    const blob = container.getBlockBlobClient('y=2026/a b#ü.json');
    await blob.upload('12345', 5, { blobHTTPHeaders: { blobContentType: 'application/json' } });
    expect(await grid.scanNow()).toBe(1);
    expect(await grid.scanNow()).toBe(0);
    const { etag } = await blob.getProperties();
    const [event] = await takeEvents();
    expect(event).toMatchObject({
      topic: expect.stringMatching(/\/providers\/Microsoft\.Storage\/storageAccounts\/devstoreaccount1$/),
      subject: `/blobServices/default/containers/logs-${run}/blobs/y=2026/a b#ü.json`,
      eventType: 'Microsoft.Storage.BlobCreated',
      dataVersion: '',
      metadataVersion: '1',
      data: {
        api: 'PutBlob',
        eTag: etag,
        contentType: 'application/json',
        contentLength: 5,
        blobType: 'BlockBlob',
        url: `https://devstoreaccount1.blob.core.windows.net/logs-${run}/y%3D2026/a%20b%23%C3%BC.json`,
      },
    });

    await blob.stageBlock('MDAx', 'abc', 3);
    expect(await grid.scanNow()).toBe(0);
    await blob.commitBlockList(['MDAx']);
    expect(await grid.scanNow()).toBe(1);
    const [second] = await takeEvents();
    expect(second?.data).toMatchObject({ api: 'PutBlockList', contentLength: 3 });
    expect(second?.id).not.toBe(event?.id);
    expect((second?.data.sequencer ?? '') > (event?.data.sequencer ?? '')).toBe(true);

    await blob.delete();
    expect(await grid.scanNow()).toBe(0);
    await blob.upload('x', 1);
    expect(await grid.scanNow()).toBe(1);
    await grid.close();
  });

  it('tells an append blob when it is made, not when it grows', async () => {
    const grid = watch();
    const blob = container.getAppendBlobClient('app.log');
    await blob.create();
    await blob.appendBlock('one\n', 4);
    expect(await grid.scanNow()).toBeLessThanOrEqual(1);
    await blob.appendBlock('two\n', 4);
    expect(await grid.scanNow()).toBe(0);
    expect((await takeEvents()).map((event) => event.data)).toMatchObject([
      { api: 'PutBlob', blobType: 'AppendBlob', contentLength: 0 },
    ]);
    await grid.close();
  });

  it('speaks CloudEvents when asked to, and minds the prefix', async () => {
    const grid = watch({
      schema: 'cloudEvents',
      containers: [{ account: 'devstoreaccount1', container: `logs-${run}`, prefix: 'in/' }],
    });
    await container.getBlockBlobClient('out/a').upload('x', 1);
    await container.getBlockBlobClient('in/a').upload('x', 1);
    await grid.scanNow();
    const events = await takeEvents();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      specversion: '1.0',
      type: 'Microsoft.Storage.BlobCreated',
      source: expect.stringMatching(/storageAccounts\/devstoreaccount1$/),
      subject: `/blobServices/default/containers/logs-${run}/blobs/in/a`,
    });
    await grid.close();
  });

  it('remembers over a restart what it told, and tells the rest', async () => {
    const stateFile = join(folder, 'state', `events-${run}.json`);
    await container.getBlockBlobClient('a').upload('x', 1);
    const first = watch({ stateFile });
    await first.scanNow();
    await first.close();
    await container.getBlockBlobClient('b').upload('x', 1);
    const second = watch({ stateFile });
    await second.scanNow();
    await second.close();
    expect((await takeEvents()).map((event) => new URL(event.data.url).pathname)).toEqual([
      `/logs-${run}/a`,
      `/logs-${run}/b`,
    ]);
  });

  it('loses no event when the queue is missing for a while, and watches by itself', async () => {
    await queue.delete();
    await container.getBlockBlobClient('a').upload('x', 1);
    const warnings: string[] = [];
    const grid = watch({ intervalMs: 50, warn: (message) => warnings.push(message) });
    await expect(grid.scanNow()).rejects.toThrow();
    await queue.create();
    let events: BlobEvent[] = [];
    while (events.length === 0) events = await takeEvents();
    expect(events).toHaveLength(1);
    expect(warnings[0]).toMatch(/Event Grid stand-in: .*queue/i);
    await grid.close();
  });

  it('does not mind a container that is not there yet', async () => {
    const grid = watch({ containers: [{ account: 'devstoreaccount1', container: 'later' }] });
    expect(await grid.scanNow()).toBe(0);
    await grid.close();
  });
});
