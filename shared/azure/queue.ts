/** The Queue port: base64 JSON in a storage queue of the app's own account, as host.json says (messageEncoding base64). */
import { FlowtrapError } from '../errors';
import type { Queue } from '../ports';
import type { Storage } from './storage';
import { hasCode, storageError } from './storageError';

/** The service's limit for a message, encoded. */
const MESSAGE_LIMIT = 64 * 1024;

/** What the queue's trigger gives up after host.json's maxDequeueCount goes to `<queue>-poison`. */
export interface StorageQueue<Message> extends Queue<Message> {
  /** How many messages are in the poison queue, roughly (the service says so); 0 when there is none. */
  poisoned(): Promise<number>;
}

/**
 * @param name the queue. It is not made here: the deployment and the local stack do, as the trigger that reads it does not either.
 * @param setting the setting that names it, for errors.
 */
export function createQueue<Message>(storage: Storage, name: string, setting: string): StorageQueue<Message> {
  const client = storage.queues().getQueueClient(name);
  return {
    async send(message, { delaySeconds } = {}) {
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      if (text.length > MESSAGE_LIMIT) {
        throw new FlowtrapError('limit', `the message has ${text.length} bytes, a queue takes ${MESSAGE_LIMIT}.`, {
          subject: `queue ${name}`,
        });
      }
      try {
        await client.sendMessage(text, {
          visibilityTimeout: delaySeconds === undefined ? undefined : Math.max(0, Math.round(delaySeconds)),
          abortSignal: AbortSignal.timeout(60_000),
        });
      } catch (error) {
        if (hasCode(error, 'QueueNotFound')) {
          throw new FlowtrapError('configuration', 'the queue does not exist.', {
            subject: `queue ${name}`,
            fix: `Create it in the account ${storage.account}, or correct ${setting}.`,
            cause: error,
          });
        }
        throw storageError(error, `queue ${name}`, setting);
      }
    },
    async poisoned() {
      const poison = `${name}-poison`;
      try {
        const { approximateMessagesCount = 0 } = await storage.queues().getQueueClient(poison).getProperties();
        return approximateMessagesCount;
      } catch (error) {
        const typed = storageError(error, `queue ${poison}`, setting);
        if (hasCode(error, 'QueueNotFound') || typed.code === 'notFound') return 0;
        throw typed;
      }
    },
  };
}
