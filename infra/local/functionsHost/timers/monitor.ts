/**
 * Remembers when a timer last ran, in the blob that the real host uses: container azure-webjobs-hosts, blob
 * `timers/<host id>/Host.Functions.<function>/status`, JSON `{ Last, Next, LastUpdated }`.
 */
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { type Account, statusOf } from '../storage';
import { formatTime, parseTime } from './dotnetTime';

export interface TimerStatus {
  /** Start of the last run; undefined before the first. */
  readonly last: Date | undefined;
  readonly next: Date;
  readonly lastUpdated: Date | undefined;
}

export class TimerMonitor {
  readonly #container: ContainerClient;
  readonly #blob: BlockBlobClient;

  constructor(account: Account, hostId: string, functionName: string) {
    this.#container = account.blobs.getContainerClient('azure-webjobs-hosts');
    this.#blob = this.#container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${functionName}/status`);
  }

  /** Undefined when there is none, or none that can be read: the past is then unknown. */
  async read(): Promise<TimerStatus | undefined> {
    try {
      const text = (await this.#blob.downloadToBuffer()).toString('utf8');
      const { Last, Next, LastUpdated } = JSON.parse(text) as Record<string, unknown>;
      const next = parseTime(Next);
      return next && { last: parseTime(Last), next, lastUpdated: parseTime(LastUpdated) };
    } catch (error) {
      if (error instanceof SyntaxError || statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  async write(status: TimerStatus): Promise<void> {
    const text = JSON.stringify({
      Last: formatTime(status.last),
      Next: formatTime(status.next),
      LastUpdated: formatTime(status.lastUpdated),
    });
    const options = { blobHTTPHeaders: { blobContentType: 'application/octet-stream' } };
    try {
      await this.#blob.upload(text, Buffer.byteLength(text), options);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      await this.#container.createIfNotExists();
      await this.#blob.upload(text, Buffer.byteLength(text), options);
    }
  }
}
