/** Reads watched containers: the Blobs port over the blob service. */
import type { BlobClient } from '@azure/storage-blob';
import type { BlobAddress, BlobProperties, Blobs, ListedBlob } from '../ports';
import type { Storage } from './storage';
import { hasCode, storageError } from './storageError';

/** Bytes of one ranged read. Two are in memory at a time: the one in use and the next. */
const RANGE_BYTES = 2 * 1024 * 1024;
/** A range that has not arrived by then is asked for again (milliseconds). */
const RANGE_TIMEOUT = 60_000;
const RANGE_ATTEMPTS = 2;

const SETTING = 'FLOW_CONTAINERS';

export function createBlobs(storage: Storage): Blobs {
  const client = (blob: BlobAddress): BlobClient =>
    storage.blobs(blob.account).getContainerClient(blob.container).getBlobClient(blob.name);

  return {
    async properties(blob) {
      try {
        return blobProperties(await client(blob).getProperties());
      } catch (error) {
        // A HEAD answer has no body; without a code the status speaks.
        if (hasCode(error, 'BlobNotFound', 'ContainerNotFound')) return undefined;
        const typed = storageError(error, subject(blob), SETTING);
        if (typed.code === 'notFound') return undefined;
        throw typed;
      }
    },

    async *read(blob, { offset, end, etag }) {
      const source = client(blob);
      const stop = end ?? Number.POSITIVE_INFINITY;
      let position = offset;
      let next = position < stop ? fetchRange(source, blob, position, stop, etag) : undefined;
      while (next !== undefined) {
        const { bytes, total } = await next;
        position += bytes.length;
        const last = Math.min(stop, total);
        next = bytes.length > 0 && position < last ? fetchRange(source, blob, position, last, etag) : undefined;
        // A reader that stops early never awaits the range ahead; its failure must not end the process.
        next?.catch(() => undefined);
        if (bytes.length > 0) yield bytes;
      }
    },

    async *list({ account, container, prefix }) {
      const where = `${account}/${container}`;
      try {
        const pages = storage
          .blobs(account)
          .getContainerClient(container)
          .listBlobsFlat({ prefix: prefix || undefined });
        for await (const item of pages) {
          yield { name: item.name, ...blobProperties(item.properties) } satisfies ListedBlob;
        }
      } catch (error) {
        throw storageError(error, where, SETTING);
      }
    },
  };
}

function subject(blob: BlobAddress): string {
  return `${blob.account}/${blob.container}/${blob.name}`;
}

/** One range as one buffer, with the blob's length. */
async function fetchRange(
  source: BlobClient,
  blob: BlobAddress,
  offset: number,
  stop: number,
  etag: string,
): Promise<{ bytes: Uint8Array; total: number }> {
  const count = Math.min(RANGE_BYTES, stop - offset);
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await source.download(offset, count, {
        conditions: { ifMatch: etag },
        maxRetryRequests: 3,
        abortSignal: AbortSignal.timeout(RANGE_TIMEOUT),
      });
      const total = Number(/\/(\d+)$/.exec(response.contentRange ?? '')?.[1] ?? response.contentLength ?? 0);
      const parts: Buffer[] = [];
      for await (const part of response.readableStreamBody ?? []) parts.push(part as Buffer);
      return { bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), total };
    } catch (error) {
      // Past the end: nothing there (yet).
      if (hasCode(error, 'InvalidRange')) return { bytes: Buffer.alloc(0), total: offset };
      const typed = storageError(error, `${subject(blob)} at byte ${offset}`, SETTING);
      if (typed.code !== 'unavailable' || attempt === RANGE_ATTEMPTS) throw typed;
    }
  }
}

function blobProperties(from: {
  etag?: string;
  contentLength?: number;
  createdOn?: Date;
  lastModified?: Date;
  blobType?: string;
}): BlobProperties {
  const lastModified = from.lastModified ?? new Date(0);
  return {
    etag: quoted(from.etag ?? ''),
    length: from.contentLength ?? 0,
    createdOn: from.createdOn ?? lastModified,
    lastModified,
    kind: from.blobType === 'AppendBlob' ? 'append' : from.blobType === 'PageBlob' ? 'page' : 'block',
  };
}

/** Listings give ETags without quotes, other answers with them. */
function quoted(etag: string): string {
  return etag === '' || etag.startsWith('"') ? etag : `"${etag}"`;
}
