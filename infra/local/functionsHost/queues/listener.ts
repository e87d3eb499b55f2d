/**
 * Takes the messages of one queue for one function, as the storage extension does: batches, a ten-minute lease renewed at half
 * time, retries after visibilityTimeout, the poison queue after maxDequeueCount, and polls that get rarer while nothing comes.
 * The queue is not made when it is missing.
 */
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { describeError } from '../../../../shared/errors';
import type { Emit } from '../contract';
import type { Dispatcher } from '../dispatcher';
import type { IndexedFunction, QueueTrigger } from '../functionIndex';
import type { QueueConfig } from '../hostConfig';
import { statusOf } from '../storage';
import { decodeMessage } from './messageText';
import { send } from './output';
import { messageMetadata } from './triggerMetadata';

const FIRST_WAIT_MS = 100;

export interface QueueListenerOptions {
  readonly fn: IndexedFunction;
  readonly trigger: QueueTrigger;
  readonly config: QueueConfig;
  readonly leaseSeconds: number;
  readonly dispatcher: Dispatcher;
  readonly emit: Emit;
}

export class QueueListener {
  readonly #queue: QueueClient;
  readonly #poison: QueueClient;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(private readonly options: QueueListenerOptions) {
    const { queues } = options.trigger.account;
    this.#queue = queues.getQueueClient(options.trigger.queue);
    this.#poison = queues.getQueueClient(`${options.trigger.queue}-poison`);
  }

  start(): void {
    this.#loop = this.#poll();
  }

  /** Takes no more messages; those that run go on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#loop;
  }

  /** When nothing runs any more and every message has been deleted, parked or given back. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #poll(): Promise<void> {
    const { config } = this.options;
    const stopped = this.#stop.signal;
    let idle = 0;
    while (!stopped.aborted) {
      const messages = await this.#receive();
      for (const message of messages) this.#track(this.#work(message));
      if (messages.length > 0) {
        idle = 0;
        while (this.#running.size > config.newBatchThreshold && !stopped.aborted)
          await Promise.race([...this.#running, this.#sleep(1000)]);
      } else {
        await this.#sleep(pollDelay(idle, config.maxPollingIntervalMs));
        idle++;
      }
    }
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Waits, or less when the listener is stopped. */
  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }

  async #receive(): Promise<readonly DequeuedMessageItem[]> {
    const { config, leaseSeconds } = this.options;
    try {
      const { receivedMessageItems } = await this.#queue.receiveMessages({
        numberOfMessages: config.batchSize,
        visibilityTimeout: leaseSeconds,
        abortSignal: this.#stop.signal,
      });
      return receivedMessageItems;
    } catch (error) {
      if (!this.#stop.signal.aborted && statusOf(error) !== 404)
        this.#log('warning', `Polling queue ${this.#queue.name} failed: ${describeError(error)}`);
      return [];
    }
  }

  async #work(message: DequeuedMessageItem): Promise<void> {
    try {
      const lease = new MessageLease(this.#queue, message, this.options.leaseSeconds, (text) =>
        this.#log('warning', text),
      );
      const outcome = await this.#invoke(message);
      const popReceipt = await lease.end();
      if (outcome === 'retry') await this.#giveBack(message, popReceipt);
      else if (outcome === 'poison') await this.#park(message, popReceipt);
      else await this.#queue.deleteMessage(message.messageId, popReceipt);
    } catch (error) {
      // The message comes back by itself when its lease runs out.
      this.#log('error', `Message ${message.messageId} of ${this.#queue.name}: ${describeError(error)}`);
    }
  }

  async #invoke(message: DequeuedMessageItem): Promise<'done' | 'retry' | 'poison'> {
    const { fn, config, dispatcher } = this.options;
    const text = decodeMessage(message.messageText, config.messageEncoding);
    if (text === undefined) {
      this.#log(
        'error',
        `Message ${message.messageId} of ${this.#queue.name} is not ${config.messageEncoding} of UTF-8 text.`,
      );
      return 'poison';
    }
    // Its earlier runs ended with their host, so nobody could park it then.
    if (message.dequeueCount > config.maxDequeueCount) return 'poison';
    try {
      await dispatcher.run(fn, {
        trigger: 'queue',
        data: { string: text },
        metadata: messageMetadata(text, message),
      });
      return 'done';
    } catch {
      // Reported by the dispatcher.
      return message.dequeueCount >= config.maxDequeueCount ? 'poison' : 'retry';
    }
  }

  /** visibilityTimeout is the wait before a retry, not the lease. */
  async #giveBack(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    const seconds = Math.round(this.options.config.visibilityTimeoutMs / 1000);
    await this.#queue.updateMessage(message.messageId, popReceipt, message.messageText, seconds);
  }

  /** To the poison queue, its text unchanged. */
  async #park(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    const { maxDequeueCount } = this.options.config;
    this.#log(
      'error',
      `Message has reached MaxDequeueCount of ${maxDequeueCount}. Moving message to queue '${this.#poison.name}'.`,
    );
    await send(this.#poison, message.messageText);
    await this.#queue.deleteMessage(message.messageId, popReceipt);
  }

  #log(level: 'warning' | 'error', message: string): void {
    this.options.emit({ type: 'log', level, function: this.options.fn.name, message });
  }
}

/** The wait after `idle` empty polls before: doubling from 0.1 s with some chance in it, up to the limit. */
export function pollDelay(idle: number, limitMs: number): number {
  const factor = idle === 0 ? 1 : 2 ** Math.min(idle, 20) * (0.8 + Math.random() * 0.4);
  return Math.min(limitMs, FIRST_WAIT_MS * factor);
}

/** Keeps a message invisible while it is worked on: renewed at half the lease, with a new pop receipt each time. */
class MessageLease {
  #popReceipt: string;
  #timer: NodeJS.Timeout;
  #renewal: Promise<void> = Promise.resolve();

  constructor(
    private readonly queue: QueueClient,
    private readonly message: DequeuedMessageItem,
    private readonly seconds: number,
    private readonly warn: (text: string) => void,
  ) {
    this.#popReceipt = message.popReceipt;
    this.#timer = setInterval(() => {
      this.#renewal = this.#renew();
    }, seconds * 500);
  }

  /** Stops renewing; gives the pop receipt that is valid now. */
  async end(): Promise<string> {
    clearInterval(this.#timer);
    await this.#renewal;
    return this.#popReceipt;
  }

  async #renew(): Promise<void> {
    const { messageId, messageText } = this.message;
    try {
      const { popReceipt } = await this.queue.updateMessage(messageId, this.#popReceipt, messageText, this.seconds);
      this.#popReceipt = popReceipt ?? this.#popReceipt;
    } catch (error) {
      this.warn(`The lease on message ${messageId} could not be renewed: ${describeError(error)}`);
    }
  }
}
