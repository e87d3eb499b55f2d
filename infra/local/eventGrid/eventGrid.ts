/**
 * Stands in for Event Grid beside Azurite, which raises no events: lists the watched containers and puts a BlobCreated event
 * on a storage queue for each new or rewritten block blob. Appending to an append blob raises none, only its creation does, as
 * in Azure. At least once: an event may be told again, never lost. (Set Blob Metadata changes the ETag, too, and is told here
 * though not in Azure.)
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type BlobItem, BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { describeError } from '../../../shared/errors';
import { blobCreated, type CreatedBlob, type EventSchema } from './blobEvent';
import { Memory } from './memory';

export interface WatchedContainer {
  /** The account name that events give; the blobs are those of the connection string's account. */
  readonly account: string;
  readonly container: string;
  readonly prefix?: string;
}

export interface EventGridOptions {
  /** Azurite's. */
  readonly connectionString: string;
  readonly containers: readonly WatchedContainer[];
  /** Name of the queue that gets the events, base64. It must be there: a missing one is reported, its events kept for later. */
  readonly queue: string;
  /** From the end of one look to the next. */
  readonly intervalMs: number;
  /** Default: Event Grid's own. */
  readonly schema?: EventSchema;
  /** JSON file that remembers what was told; left out: everything is told again after a restart. */
  readonly stateFile?: string;
  readonly warn?: (message: string) => void;
}

export interface EventGrid {
  /** Looks now (after a look in progress) and gives the number of events sent. Rejects when the storage cannot be reached. */
  scanNow(): Promise<number>;
  close(): Promise<void>;
}

export function startEventGrid(options: EventGridOptions): EventGrid {
  const watcher = new Watcher(options);
  const stop = new AbortController();
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await watcher.scan().catch((error: unknown) => options.warn?.(`Event Grid stand-in: ${describeError(error)}`));
      await delay(options.intervalMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  return {
    scanNow: () => watcher.scan(),
    async close() {
      stop.abort();
      await loop;
      await watcher.settled();
    },
  };
}

class Watcher {
  readonly #blobs: BlobServiceClient;
  readonly #queue: QueueClient;
  readonly #memory: Memory;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: EventGridOptions) {
    this.#blobs = BlobServiceClient.fromConnectionString(options.connectionString);
    this.#queue = QueueServiceClient.fromConnectionString(options.connectionString).getQueueClient(options.queue);
    this.#memory = new Memory(options.stateFile);
  }

  /** One look after the other, never two at once: a blob would be told twice. */
  scan(): Promise<number> {
    const scan = this.#last.then(() => this.#scanAll());
    this.#last = scan.catch(() => {});
    return scan;
  }

  async settled(): Promise<void> {
    await this.#last;
  }

  async #scanAll(): Promise<number> {
    let sent = 0;
    try {
      for (const watched of this.options.containers) sent += await this.#scanContainer(watched);
    } finally {
      this.#memory.save();
    }
    return sent;
  }

  async #scanContainer(watched: WatchedContainer): Promise<number> {
    const container = this.#blobs.getContainerClient(watched.container);
    const { prefix } = watched;
    const present = new Set<string>();
    let sent = 0;
    try {
      for await (const item of container.listBlobsFlat({ prefix })) {
        const key = `${watched.container}/${item.name}`;
        const version = versionOf(item);
        present.add(key);
        if (this.#memory.knows(key, version)) continue;
        const event = blobCreated(await describe(watched.account, container, item), this.options.schema ?? 'eventGrid');
        await this.#queue.sendMessage(Buffer.from(JSON.stringify(event)).toString('base64'));
        this.#memory.remember(key, version);
        sent++;
      }
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ContainerNotFound') throw error;
    }
    this.#memory.keepOnly(`${watched.container}/${prefix ?? ''}`, present);
    return sent;
  }
}

/** Changes whenever an event is due: with each write of a block blob, with the creation of any other. */
function versionOf({ properties }: BlobItem): string {
  const { blobType, etag, createdOn } = properties;
  return blobType === 'BlockBlob' ? etag : (createdOn?.toISOString() ?? '');
}

async function describe(account: string, container: ContainerClient, item: BlobItem): Promise<CreatedBlob> {
  const { etag, contentType, contentLength, createdOn, lastModified, blobType } = item.properties;
  const blockBlob = blobType === 'BlockBlob';
  return {
    account,
    container: container.containerName,
    name: item.name,
    etag,
    contentType: contentType ?? 'application/octet-stream',
    contentLength: blockBlob ? (contentLength ?? 0) : 0,
    blobType: blobType ?? 'BlockBlob',
    api: blockBlob && (await hasBlocks(container, item.name)) ? 'PutBlockList' : 'PutBlob',
    time: blockBlob ? lastModified : (createdOn ?? lastModified),
  };
}

async function hasBlocks(container: ContainerClient, name: string): Promise<boolean> {
  try {
    const { committedBlocks } = await container.getBlockBlobClient(name).getBlockList('committed');
    return (committedBlocks?.length ?? 0) > 0;
  } catch {
    return false; // Deleted since it was listed: the event is told all the same, as Event Grid would.
  }
}
