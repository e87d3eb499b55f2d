/** The StateStore port: one JSON blob per key in a container of the app's own account; leases are blob leases. */
import { createHash, randomUUID } from 'node:crypto';
import type { BlobLeaseClient, BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { FlowtrapError } from '../errors';
import type { Lease, StateStore } from '../ports';
import type { Storage } from './storage';
import { hasCode, storageError } from './storageError';

export const STATE_CONTAINER = 'flowtrap-state';
const SETTING = 'AzureWebJobsStorage';

/** The service's limit for blob names. */
const NAME_LIMIT = 1024;
/** Documents are small; a larger one is not ours. */
const DOCUMENT_LIMIT = 16 * 1024 * 1024;
/**
 * Seconds a lease lasts without renewal (the service allows 15 to 60): shorter than the minute after which a killed holder's own
 * message comes back, so that it finds the lease free.
 */
const LEASE_SECONDS = 30;
const RENEW_EVERY = 8_000;

/**
 * The state container, made on first use.
 * @param containerName other than the default only in tests.
 */
export function createStateStore(storage: Storage, containerName = STATE_CONTAINER): StateStore {
  const container = storage.container(containerName);
  const client = (key: string): BlockBlobClient => container.getBlockBlobClient(blobName(key));
  const name = (key: string): string => `${containerName}/${key}`;

  return {
    async get<T>(key: string) {
      try {
        const response = await client(key).download(0, undefined, { abortSignal: AbortSignal.timeout(60_000) });
        const text = await readText(response.readableStreamBody, name(key));
        return { value: parse<T>(text, name(key)), etag: response.etag ?? '' };
      } catch (error) {
        if (hasCode(error, 'BlobNotFound', 'ContainerNotFound')) return undefined;
        throw storageError(error, name(key), SETTING);
      }
    },

    async put(key, value, { ifMatch, lease, metadata } = {}) {
      if (lease?.signal.aborted) {
        throw new FlowtrapError('conflict', 'the lease was lost; somebody else may be writing.', {
          subject: name(key),
        });
      }
      const body = Buffer.from(JSON.stringify(value));
      const conditions = ifMatch === 'absent' ? { ifNoneMatch: '*' } : ifMatch === undefined ? undefined : { ifMatch };
      try {
        const { etag } = await inContainer(container, () =>
          client(key).upload(body, body.length, {
            conditions,
            metadata: metadata === undefined ? undefined : { ...metadata },
            blobHTTPHeaders: { blobContentType: 'application/json' },
            abortSignal: AbortSignal.timeout(60_000),
          }),
        );
        return etag ?? '';
      } catch (error) {
        throw storageError(error, name(key), SETTING);
      }
    },

    async delete(key) {
      try {
        await client(key).deleteIfExists();
      } catch (error) {
        if (!hasCode(error, 'ContainerNotFound')) throw storageError(error, name(key), SETTING);
      }
    },

    async *list(prefix) {
      try {
        for await (const item of container.listBlobsFlat({ prefix, includeMetadata: true })) {
          yield { key: item.name, etag: item.properties.etag, metadata: item.metadata ?? {} };
        }
      } catch (error) {
        if (!hasCode(error, 'ContainerNotFound')) throw storageError(error, name(prefix), SETTING);
      }
    },

    async lease(key) {
      const lockKey = `locks/${key}`;
      try {
        return await acquire(container, client(lockKey));
      } catch (error) {
        throw storageError(error, name(lockKey), SETTING);
      }
    },
  };
}

/** The blob of a key. A key too long for a name is replaced by its digest (and is then not found by listing). */
function blobName(key: string): string {
  if (key === '' || /(^|\/)\.{1,2}(\/|$)/.test(key)) {
    throw new FlowtrapError('malformed', 'a state key must not be empty nor hold . or .. as a segment.', {
      subject: key,
    });
  }
  if (key.length <= NAME_LIMIT) return key;
  const first = key.slice(0, key.indexOf('/') + 1);
  return `${first}long/${createHash('sha256').update(key).digest('hex')}`;
}

async function readText(stream: AsyncIterable<unknown> | undefined, subject: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream ?? []) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > DOCUMENT_LIMIT)
      throw new FlowtrapError('limit', `the state document has more than ${DOCUMENT_LIMIT} bytes.`, {
        subject,
        fix: 'Flowtrap did not write it; remove it.',
      });
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse<T>(text: string, subject: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new FlowtrapError('malformed', 'the state document is no JSON.', {
      subject,
      fix: 'Remove it: Flowtrap then starts over with that part.',
      cause,
    });
  }
}

/** Makes the container when a write finds it missing. */
async function inContainer<T>(container: ContainerClient, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!hasCode(error, 'ContainerNotFound')) throw error;
    await container.createIfNotExists();
    return write();
  }
}

async function acquire(container: ContainerClient, lock: BlockBlobClient): Promise<Lease | undefined> {
  const client = lock.getBlobLeaseClient(randomUUID());
  for (let attempt = 1; ; attempt++) {
    try {
      await client.acquireLease(LEASE_SECONDS);
      return held(client);
    } catch (error) {
      if (hasCode(error, 'LeaseAlreadyPresent')) return undefined;
      if (attempt > 1 || !hasCode(error, 'BlobNotFound', 'ContainerNotFound')) throw error;
      try {
        await inContainer(container, () => lock.upload('', 0, { conditions: { ifNoneMatch: '*' } }));
      } catch (made) {
        // Another made it first, and may hold it already: acquiring tells.
        if (!hasCode(made, 'BlobAlreadyExists', 'LeaseIdMissing')) throw made;
      }
    }
  }
}

/** Renews until released. The holder is told before the service gives the lease to somebody else. */
function held(client: BlobLeaseClient): Lease {
  const lost = new AbortController();
  let renewed = Date.now();
  let released = false;
  const timer = setInterval(async () => {
    try {
      const asked = Date.now();
      await client.renewLease({ abortSignal: AbortSignal.timeout(RENEW_EVERY) });
      renewed = asked;
    } catch (error) {
      const expired = Date.now() - renewed > (LEASE_SECONDS - 10) * 1000;
      if (
        expired ||
        hasCode(error, 'LeaseIdMismatchWithLeaseOperation', 'LeaseLost', 'BlobNotFound', 'ContainerNotFound')
      )
        lose();
    }
    if (Date.now() - renewed > (LEASE_SECONDS - 10) * 1000) lose();
  }, RENEW_EVERY);
  timer.unref();
  const lose = (): void => {
    clearInterval(timer);
    if (!released) lost.abort();
  };
  return {
    signal: lost.signal,
    async release() {
      if (released) return;
      released = true;
      clearInterval(timer);
      // A lease that cannot be given back runs out by itself within half a minute.
      await client.releaseLease().catch(() => undefined);
    },
  };
}
