/** The rules that the running stack's functions evaluate: those of its rules container, and the ones that ship. */
import { BlobServiceClient } from '@azure/storage-blob';
import type { BlobAddress, Blobs } from '../../../shared/ports';
import { type AllRules, readRules } from '../../../shared/rules/readRules';
import { SETTINGS } from '../../../shared/settings';
import { readStackFile, stackFolder } from '../stack/stackFile';

const CONTAINER = SETTINGS.RULES_CONTAINER.default;

/** @param cwd where `.flowtrap/` lies; without a running stack there are only the rules that ship. */
export function readStackRules(cwd: string): Promise<AllRules> {
  const connectionString = readStackFile(stackFolder(cwd))?.storageConnectionString;
  if (connectionString === undefined) return readRules(undefined);
  return readRules({ blobs: containerBlobs(connectionString), account: '', container: CONTAINER });
}

function containerBlobs(connectionString: string): Pick<Blobs, 'list' | 'read'> {
  const client = BlobServiceClient.fromConnectionString(connectionString, {
    retryOptions: { maxTries: 2, tryTimeoutInMs: 10_000 },
  }).getContainerClient(CONTAINER);
  return {
    async *list() {
      for await (const { name, properties } of client.listBlobsFlat()) {
        const { etag, contentLength = 0, createdOn, lastModified } = properties;
        const kind = 'block';
        yield { name, etag, length: contentLength, createdOn: createdOn ?? lastModified, lastModified, kind } as const;
      }
    },
    async *read({ name }: BlobAddress) {
      yield await client.getBlobClient(name).downloadToBuffer();
    },
  };
}
