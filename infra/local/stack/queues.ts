/** How many messages wait in the stack's queues, poison ones apart. */
import { QueueServiceClient } from '@azure/storage-queue';
import { SETTINGS } from '../../../shared/settings';

export const BLOB_QUEUE = SETTINGS.BLOB_QUEUE.default;
export const RUN_QUEUE = SETTINGS.RUN_QUEUE.default;

export interface QueueLengths {
  /** Waiting or in work. */
  readonly open: number;
  readonly poisoned: number;
}

/** The Functions host never creates a trigger's queue: a deployment does, and so does the local stack. */
export async function createQueues(connectionString: string): Promise<void> {
  const service = QueueServiceClient.fromConnectionString(connectionString);
  await Promise.all([BLOB_QUEUE, RUN_QUEUE].map((name) => service.getQueueClient(name).createIfNotExists()));
}

export async function queueLengths(connectionString: string): Promise<QueueLengths> {
  const service = QueueServiceClient.fromConnectionString(connectionString);
  const length = async (name: string): Promise<number> => {
    try {
      return (await service.getQueueClient(name).getProperties()).approximateMessagesCount ?? 0;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return 0;
      throw error;
    }
  };
  const [blobs, runs, blobsPoison, runsPoison] = await Promise.all([
    length(BLOB_QUEUE),
    length(RUN_QUEUE),
    length(`${BLOB_QUEUE}-poison`),
    length(`${RUN_QUEUE}-poison`),
  ]);
  return { open: blobs + runs, poisoned: blobsPoison + runsPoison };
}
