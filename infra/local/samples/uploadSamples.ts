/** Uploads samples as their log sources would: block lists for flow logs, appends for collected lines. */
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { SampleBlob } from './flow';

/** Creates the containers that are missing. An append blob that is there already is left alone: it would grow. */
export async function uploadSamples(
  connectionString: string,
  { blobs }: { readonly blobs: readonly SampleBlob[] },
): Promise<void> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  for (const name of new Set(blobs.map(({ container }) => container))) {
    await service.getContainerClient(name).createIfNotExists();
  }
  for (const blob of blobs) await uploadBlob(service.getContainerClient(blob.container), blob);
}

async function uploadBlob(container: ContainerClient, { name, kind, blocks, contentType }: SampleBlob): Promise<void> {
  const blobHTTPHeaders = { blobContentType: contentType };
  if (kind === 'append') {
    const client = container.getAppendBlobClient(name);
    const { succeeded } = await client.createIfNotExists({ blobHTTPHeaders });
    if (succeeded) for (const block of blocks) await client.appendBlock(block, block.length);
    return;
  }
  const client = container.getBlockBlobClient(name);
  const ids: string[] = [];
  for (const [index, block] of blocks.entries()) {
    const id = blockId(index, blocks.length);
    await client.stageBlock(id, block, block.length);
    ids.push(id);
  }
  await client.commitBlockList(ids, { blobHTTPHeaders });
}

/** As flow logs name their blocks: `A…` for the head, `Z…` for the tail, all ids of equal length. */
function blockId(index: number, count: number): string {
  const letter = index === 0 ? 'A' : index === count - 1 ? 'Z' : 'M';
  return Buffer.from(`${letter}${String(index === count - 1 ? 0 : index).padStart(31, '0')}`).toString('base64');
}
