/** Gathers rows into calls of the ingestion service and keeps a few of them in flight. */
import { FlowtrapError } from '../errors';
import type { RowSink } from '../ports';
import { RowBatch } from '../rowBatch';

/** Where a row came from: told again when the service refuses it. */
export interface RowOrigin {
  readonly entry: number;
  readonly offset: number;
  readonly length: number;
}

/** Calls in flight at a time. Each holds its rows, its body and its compressed body: about 2.2 MB. */
const CALLS = 3;

interface Slot {
  readonly batch: RowBatch;
  readonly origins: RowOrigin[];
}

export interface RefusedOrigin extends RowOrigin {
  readonly row: string;
  readonly reason: string;
}

export class RowWriter {
  /** Calls that were answered. */
  uploads = 0;
  private readonly free: Slot[];
  private readonly flying = new Set<Promise<void>>();
  private filling: Slot | undefined;
  private failure: unknown;

  /** @param refuse takes a row that the service refused for good. */
  constructor(
    private readonly sink: RowSink,
    private readonly refuse: (origin: RefusedOrigin) => void,
  ) {
    this.free = Array.from({ length: CALLS }, () => ({ batch: new RowBatch(), origins: [] }));
  }

  /**
   * Takes a row, when there is room.
   * @returns false when every call is in flight: await room() and offer it again.
   * @throws FlowtrapError what an upload threw.
   */
  offer(row: string, origin: RowOrigin): boolean {
    if (this.failure !== undefined) throw this.failure;
    this.filling ??= this.free.pop();
    if (this.filling === undefined) return false;
    try {
      if (!this.filling.batch.add(row)) {
        this.send();
        return this.offer(row, origin);
      }
    } catch (error) {
      if (!(error instanceof FlowtrapError && error.code === 'limit')) throw error;
      this.refuse({ ...origin, row, reason: `rowTooLarge: ${error.message}` });
      return true;
    }
    this.filling.origins.push(origin);
    return true;
  }

  /** Resolves when a call has ended. */
  async room(): Promise<void> {
    if (this.flying.size > 0) await Promise.race(this.flying);
    if (this.failure !== undefined) throw this.failure;
  }

  /** Sends what is there and resolves when every row was answered for. @throws what an upload threw. */
  async flush(): Promise<void> {
    this.send();
    await Promise.all(this.flying);
    if (this.failure !== undefined) throw this.failure;
  }

  /** Waits for the calls in flight, whatever comes of them; nothing more is sent. */
  async abandon(): Promise<void> {
    this.filling = undefined;
    await Promise.all(this.flying);
  }

  private send(): void {
    const slot = this.filling;
    if (slot === undefined || slot.batch.count === 0) return;
    this.filling = undefined;
    const flight = this.upload(slot).finally(() => this.flying.delete(flight));
    this.flying.add(flight);
  }

  /** Never rejects: the failure is thrown where rows are offered. */
  private async upload(slot: Slot): Promise<void> {
    try {
      const { refused } = await this.sink.upload(slot.batch);
      for (const { index, reason } of refused) {
        const origin = slot.origins[index];
        if (origin) this.refuse({ ...origin, row: slot.batch.row(index), reason: `refusedByService: ${reason}` });
      }
      this.uploads++;
    } catch (error) {
      this.failure ??= error;
    } finally {
      slot.batch.clear();
      slot.origins.length = 0;
      this.free.push(slot);
    }
  }
}
