/** State, leases, dead letters, queue and blob reading on real storage (Azurite). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, STORAGE_ACCOUNT, startAzurite } from '../../../infra/local/azurite/azurite';
import { createBlobs } from '../../../shared/azure/blobs';
import { createCredential } from '../../../shared/azure/credential';
import { createDeadLetters } from '../../../shared/azure/deadLetters';
import { createQueue } from '../../../shared/azure/queue';
import { createStateStore } from '../../../shared/azure/state';
import { openStorage, type Storage } from '../../../shared/azure/storage';
import type { StateListing } from '../../../shared/ports';

const folder = mkdtempSync(join(tmpdir(), 'flowtrap-storage-'));
let azurite: Azurite;
let storage: Storage;
let service: BlobServiceClient;

const settings = (value: string) => ({
  connection: { kind: 'connectionString' as const, value },
  clientId: undefined,
  blobQueue: 'flowtrap-blobs',
  runQueue: 'flowtrap-runs',
});

beforeAll(async () => {
  azurite = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
  storage = openStorage(settings(azurite.connectionString), undefined);
  service = BlobServiceClient.fromConnectionString(azurite.connectionString);
});
afterAll(async () => {
  await azurite?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('state', () => {
  it('reads nothing and lists nothing before the container is there; the first write makes it', async () => {
    const state = createStateStore(storage, 'flowtrap-state-fresh');
    expect(await state.get('a')).toBeUndefined();
    expect(await all(state.list(''))).toEqual([]);
    await state.delete('a');
    const etag = await state.put('a', { n: 1 }, { ifMatch: 'absent' });
    expect(await state.get('a')).toEqual({ value: { n: 1 }, etag });
  });

  it('writes conditionally', async () => {
    const state = createStateStore(storage);
    const first = await state.put('rules/x', { n: 1 }, { ifMatch: 'absent' });
    await expect(state.put('rules/x', { n: 2 }, { ifMatch: 'absent' })).rejects.toMatchObject({ code: 'conflict' });
    const second = await state.put('rules/x', { n: 3 }, { ifMatch: first });
    await expect(state.put('rules/x', { n: 4 }, { ifMatch: first })).rejects.toMatchObject({ code: 'conflict' });
    expect(await state.get('rules/x')).toEqual({ value: { n: 3 }, etag: second });
    await state.put('rules/x', { n: 5 });
    expect((await state.get<{ n: number }>('rules/x'))?.value.n).toBe(5);
    await state.delete('rules/x');
    expect(await state.get('rules/x')).toBeUndefined();
    await expect(state.put('rules/x', {}, { ifMatch: second })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lists keys in order, with metadata, whatever is in the names', async () => {
    const state = createStateStore(storage);
    const keys = ['list/a b/ü=1.log', 'list/a/1', 'list/%20', "list/resourceId=/S'X/y=2026/PT1H.json", 'list/日本/x'];
    for (const key of keys) await state.put(key, {}, { metadata: { etag: '"0x1"', offset: '12' } });
    await state.put('listless', {});
    const found: StateListing[] = await all(state.list('list/'));
    expect(found.map(({ key }) => key)).toEqual([...keys].sort());
    for (const { metadata } of found) expect(metadata).toEqual({ etag: '"0x1"', offset: '12' });
  });

  it('keeps keys of any length, and none that could name another', async () => {
    const state = createStateStore(storage);
    const key = `checkpoints/${'x/'.repeat(700)}`;
    await state.put(key, { long: true });
    expect((await state.get(key))?.value).toEqual({ long: true });
    expect(await state.get(`${key}y`)).toBeUndefined();
    for (const bad of ['', 'a/../b', '..', './a', 'a/.'])
      await expect(state.put(bad, {})).rejects.toMatchObject({ code: 'malformed' });
  });

  it('says which document is broken', async () => {
    const state = createStateStore(storage);
    await state.put('broken', 1);
    const blob = service.getContainerClient('flowtrap-state').getBlockBlobClient('broken');
    await blob.upload('{', 1);
    await expect(state.get('broken')).rejects.toThrow(/flowtrap-state\/broken: the state document is no JSON/);
  });
});

describe('a lease', () => {
  it('has one holder at a time', async () => {
    const state = createStateStore(storage, 'flowtrap-state-leases');
    const tries = await Promise.all([1, 2, 3, 4, 5].map(() => state.lease('checkpoints/a/b')));
    const held = tries.filter((lease) => lease !== undefined);
    expect(held).toHaveLength(1);
    expect(await state.lease('checkpoints/a/b')).toBeUndefined();
    expect(await state.lease('checkpoints/a/c')).toBeDefined();
    await held[0]?.release();
    await held[0]?.release();
    const again = await state.lease('checkpoints/a/b');
    expect(again?.signal.aborted).toBe(false);
    await again?.release();
  });

  it('that somebody broke is told to its holder, whose writes are then refused', async () => {
    const state = createStateStore(storage, 'flowtrap-state-leases');
    const lease = await state.lease('broken');
    const blob = service.getContainerClient('flowtrap-state-leases').getBlobClient('locks/broken');
    await blob.getBlobLeaseClient().breakLease(0);
    await (await state.lease('broken'))?.release();
    await new Promise<void>((resolve) => {
      if (lease?.signal.aborted) resolve();
      lease?.signal.addEventListener('abort', () => resolve());
    });
    await expect(state.put('doc', {}, { lease })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('dead letters', () => {
  const letter = (n: number, size = 10) => ({
    reason: 'r',
    blob: 'a/b/c',
    offset: n,
    length: size,
    record: 'x'.repeat(size),
    encoding: 'utf8' as const,
  });
  const clock = { now: () => new Date('2026-03-02T23:59:59Z') };

  it('are JSON lines by day and source, also when many come at once', async () => {
    const deadLetters = createDeadLetters(storage, clock, 'flowtrap-dead-letters-a');
    await Promise.all([1, 2, 3, 4].map((n) => deadLetters.write('azureVnet', [letter(n)])));
    await deadLetters.write(
      'azureVnet',
      Array.from({ length: 150 }, (_, n) => letter(100 + n, 60_000)),
    );
    await deadLetters.write('../../etc', [letter(1)]);
    const container = service.getContainerClient('flowtrap-dead-letters-a');
    const names = (await all(container.listBlobsFlat())).map((item) => item.name);
    expect(names).toEqual(['2026/03/02/azureVnet.jsonl', '2026/03/02/unknown.jsonl']);
    const text = (await container.getBlobClient('2026/03/02/azureVnet.jsonl').downloadToBuffer()).toString();
    const offsets = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { offset: number }).offset);
    expect(offsets.slice(0, 4).sort()).toEqual([1, 2, 3, 4]);
    expect(offsets.slice(4)).toEqual(Array.from({ length: 150 }, (_, n) => 100 + n));
  });
});

describe('a full dead-letter blob', () => {
  it('is followed by the next one of the day, also in later writes', async () => {
    const files = new Map<string, number>();
    const full = () =>
      Object.assign(new Error('full'), { name: 'RestError', statusCode: 409, code: 'BlockCountExceedsLimit' });
    const container = {
      containerName: 'letters',
      getAppendBlobClient: (name: string) => ({
        async appendBlock() {
          const appends = files.get(name) ?? 0;
          if (appends === 2) throw full();
          files.set(name, appends + 1);
        },
      }),
    };
    const stub = { ...storage, container: () => container } as unknown as Storage;
    const deadLetters = createDeadLetters(stub, { now: () => new Date('2026-03-02T00:00:00Z') });
    for (let n = 0; n < 5; n++)
      await deadLetters.write('awsVpc', [
        { reason: 'r', blob: 'b', offset: n, length: 1, record: 'x', encoding: 'utf8' },
      ]);
    expect([...files]).toEqual([
      ['2026/03/02/awsVpc.jsonl', 2],
      ['2026/03/02/awsVpc_1.jsonl', 2],
      ['2026/03/02/awsVpc_2.jsonl', 1],
    ]);
  });
});

describe('a queue', () => {
  it('takes base64 JSON up to its limit, and is named when it is missing', async () => {
    const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
    await queues.createQueue('flowtrap-blobs');
    const queue = createQueue<{ text: string }>(storage, 'flowtrap-blobs', 'BLOB_QUEUE');
    await queue.send({ text: 'ü' });
    const { receivedMessageItems } = await queues.getQueueClient('flowtrap-blobs').receiveMessages();
    expect(Buffer.from(receivedMessageItems[0]?.messageText ?? '', 'base64').toString()).toBe('{"text":"ü"}');
    await queue.send({ text: 'later' }, { delaySeconds: 600 });
    expect((await queues.getQueueClient('flowtrap-blobs').receiveMessages()).receivedMessageItems).toEqual([]);
    await expect(queue.send({ text: 'x'.repeat(50_000) })).rejects.toMatchObject({ code: 'limit' });
    const missing = createQueue(storage, 'flowtrap-nothere', 'RUN_QUEUE');
    await expect(missing.send(1)).rejects.toThrow(/queue flowtrap-nothere: the queue does not exist.*RUN_QUEUE/);
  });

  it('tells how many messages its trigger gave up', async () => {
    const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
    const queue = createQueue(storage, 'flowtrap-runs', 'RUN_QUEUE');
    expect(await queue.poisoned()).toBe(0);
    await queues.createQueue('flowtrap-runs-poison');
    await queues.getQueueClient('flowtrap-runs-poison').sendMessage('x');
    expect(await queue.poisoned()).toBe(1);
  });
});

describe('blobs', () => {
  it('are read by ranges of one version', async () => {
    const blobs = createBlobs(storage);
    const container = service.getContainerClient('source');
    await container.create();
    const name = 'a b/ü=1/%20.bin';
    const blob = { account: STORAGE_ACCOUNT, container: 'source', name };
    expect(await blobs.properties(blob)).toBeUndefined();
    expect(await blobs.properties({ ...blob, container: 'nothere' })).toBeUndefined();
    const bytes = Buffer.alloc(9 * 1024 * 1024 + 7, 'abcdefg');
    await container.getBlockBlobClient(name).upload(bytes, bytes.length);
    const properties = await blobs.properties(blob);
    expect(properties).toMatchObject({ length: bytes.length, kind: 'block' });
    const etag = properties?.etag ?? '';
    const read = async (offset: number, end?: number) =>
      Buffer.concat(await all(blobs.read(blob, { offset, etag, ...(end === undefined ? {} : { end }) })));
    expect((await read(0)).equals(bytes)).toBe(true);
    expect((await read(5_000_001)).equals(bytes.subarray(5_000_001))).toBe(true);
    expect((await read(10, 20)).equals(bytes.subarray(10, 20))).toBe(true);
    expect(await read(bytes.length)).toHaveLength(0);
    expect(await read(bytes.length + 10)).toHaveLength(0);
    expect(await read(10, 10)).toHaveLength(0);
    const [listed] = await all(blobs.list({ account: STORAGE_ACCOUNT, container: 'source', prefix: 'a b/' }));
    expect(listed).toEqual({ name, ...properties });

    const reading = blobs.read(blob, { offset: 0, etag })[Symbol.asyncIterator]();
    await reading.next();
    await container.getBlockBlobClient(name).upload('new', 3);
    await expect(
      (async () => {
        while (!(await reading.next()).done);
      })(),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(read(0)).rejects.toMatchObject({ code: 'conflict' });
    await container.getBlockBlobClient(name).delete();
    // A condition on a blob that is gone: services differ in which of the two they name.
    await expect(read(0)).rejects.toMatchObject({ code: expect.stringMatching(/^(conflict|notFound)$/) });
  });

  it('name the setting when they cannot be reached', async () => {
    const blobs = createBlobs(storage);
    await expect(all(blobs.list({ account: STORAGE_ACCOUNT, container: 'nothere' }))).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('FLOW_CONTAINERS'),
    });
    const wrongKey = azurite.connectionString.replace(
      /AccountKey=[^;]+/,
      `AccountKey=${Buffer.alloc(64).toString('base64')}`,
    );
    const refused = createBlobs(openStorage(settings(wrongKey), undefined));
    const blob = { account: STORAGE_ACCOUNT, container: 'source', name: 'x' };
    await expect(refused.properties(blob)).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

describe('settings', () => {
  it('that cannot be used are named, never with the key', () => {
    try {
      openStorage(settings('DefaultEndpointsProtocol=https;AccountName=;AccountKey=c2VjcmV0;'), undefined);
      expect.fail('it should have failed');
    } catch (error) {
      expect(error).toMatchObject({ code: 'configuration', subject: 'AzureWebJobsStorage' });
      expect(String(error)).not.toContain('c2VjcmV0');
    }
    const identity = { ...settings(''), connection: { kind: 'identity' as const, account: 'account1' } };
    expect(() => openStorage(identity, undefined)).toThrow(/AzureWebJobsStorage__accountName/);
  });

  it('a token endpoint elsewhere is refused beside local addresses', () => {
    const local = {
      ingestionUrl: 'http://127.0.0.1:1',
      queryUrl: undefined,
      managementUrl: undefined,
      clock: undefined,
    };
    const before = process.env.IDENTITY_ENDPOINT;
    try {
      process.env.IDENTITY_ENDPOINT = 'http://10.0.0.1/token';
      expect(() => createCredential({ clientId: undefined, local })).toThrow(/IDENTITY_ENDPOINT/);
      process.env.IDENTITY_ENDPOINT = 'http://127.0.0.1:1/token';
      expect(createCredential({ clientId: undefined, local })).toBeDefined();
    } finally {
      if (before === undefined) delete process.env.IDENTITY_ENDPOINT;
      else process.env.IDENTITY_ENDPOINT = before;
    }
  });
});
