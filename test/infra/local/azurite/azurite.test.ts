import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAzurite } from '../../../../infra/local/azurite/azurite';
import { childEntry } from '../../../../infra/local/functionsHost/childEntry';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-azurite-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('startAzurite', () => {
  it('serves blobs and queues to the SDKs, and keeps them over a restart', async () => {
    const first = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
    const container = BlobServiceClient.fromConnectionString(first.connectionString).getContainerClient('logs');
    await container.create();
    await container.getBlockBlobClient('a/b c.json').upload('{"x":1}', 7);
    const queue = QueueServiceClient.fromConnectionString(first.connectionString).getQueueClient('work');
    await queue.create();
    await queue.sendMessage('aGVsbG8=');
    await first.close();
    expect(alive(first.pid)).toBe(false);

    const second = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
    const blobs = BlobServiceClient.fromConnectionString(second.connectionString).getContainerClient('logs');
    expect((await blobs.getBlockBlobClient('a/b c.json').downloadToBuffer()).toString()).toBe('{"x":1}');
    const again = QueueServiceClient.fromConnectionString(second.connectionString).getQueueClient('work');
    expect((await again.receiveMessages()).receivedMessageItems.map((m) => m.messageText)).toEqual(['aGVsbG8=']);
    await second.close();
  });

  it('ends, saved, when its parent is killed', async () => {
    const data = join(folder, 'orphan');
    const entry = childEntry(join(process.cwd(), 'infra/local/azurite'), 'main');
    const parent = fork(
      join(__dirname, '../functionsHost/fixtures/parent.js'),
      [entry, JSON.stringify({ folder: data, blobPort: 0, queuePort: 0 })],
      { execArgv: [] },
    );
    const { pid, blobUrl } = await new Promise<{ pid: number; blobUrl: string }>((resolve) => {
      let child = 0;
      parent.on('message', (message: { type: string; pid: number; blobUrl: string }) => {
        if (message.type === 'child') child = message.pid;
        if (message.type === 'ready') resolve({ pid: child, blobUrl: message.blobUrl });
      });
    });
    const lasting = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
    const orphan = lasting.connectionString.replace(lasting.blobUrl, `${blobUrl}/devstoreaccount1`);
    await lasting.close();
    await BlobServiceClient.fromConnectionString(orphan).getContainerClient('kept').create();
    parent.kill('SIGKILL');
    while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 25));

    const again = await startAzurite({ folder: data, blobPort: 0, queuePort: 0 });
    const blobs = BlobServiceClient.fromConnectionString(again.connectionString);
    expect(await blobs.getContainerClient('kept').exists()).toBe(true);
    await again.close();
  });

  it('names a port that is taken, and how to choose another', async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    const { port } = occupant.address() as { port: number };
    await expect(startAzurite({ folder: join(folder, 'other'), blobPort: port, queuePort: 0 })).rejects.toThrow(
      `Port ${port}: is in use by another process (wanted for Azurite's blob service). End that process, or choose other ports with --port-base.`,
    );
    await expect(startAzurite({ folder: join(folder, 'other'), blobPort: 0, queuePort: port })).rejects.toThrow(
      `Port ${port}: is in use`,
    );
    await new Promise((resolve) => occupant.close(resolve));
  });
});
