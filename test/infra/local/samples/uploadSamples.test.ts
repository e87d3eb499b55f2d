import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../../infra/local/azurite/azurite';
import { makeSamples, uploadSamples } from '../../../../infra/local/samples';

const samples = makeSamples({ seed: 3, windowEnd: new Date('2026-03-02T10:00:00Z') });

let folder: string;
let azurite: Azurite;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-samples-'));
  azurite = await startAzurite({ folder, blobPort: 0, queuePort: 0 });
});
afterAll(async () => {
  await azurite?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('uploadSamples', () => {
  it('leaves every blob as its source would, also when it is done twice', async () => {
    await uploadSamples(azurite.connectionString, samples);
    await uploadSamples(azurite.connectionString, samples);
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    for (const { container, name, kind, blocks, contentType } of samples.blobs) {
      const client = service.getContainerClient(container).getBlobClient(name);
      const properties = await client.getProperties();
      expect([properties.blobType, properties.contentType]).toEqual([
        kind === 'block' ? 'BlockBlob' : 'AppendBlob',
        contentType,
      ]);
      expect((await client.downloadToBuffer()).equals(Buffer.concat([...blocks]))).toBe(true);
      if (kind === 'append') continue;
      const list = await service.getContainerClient(container).getBlockBlobClient(name).getBlockList('committed');
      expect(list.committedBlocks?.map(({ size }) => size)).toEqual(blocks.map(({ length }) => length));
    }
  });
});
