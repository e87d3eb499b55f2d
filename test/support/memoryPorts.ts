/** The ports in memory, with the conditional writes and leases of the real ones. */
import { FlowtrapError } from '../../shared/errors';
import type { Clock, Lease, Log, Queue, RowSink, StateListing, StateStore, UploadOutcome } from '../../shared/ports';
import type { RowBatch } from '../../shared/rowBatch';

export class MemoryState implements StateStore {
  readonly documents = new Map<string, { text: string; etag: string; metadata: Readonly<Record<string, string>> }>();
  private readonly held = new Set<string>();
  private version = 0;

  async get<T>(key: string) {
    const found = this.documents.get(key);
    return found && { value: JSON.parse(found.text) as T, etag: found.etag };
  }

  async put<T>(key: string, value: T, options: Parameters<StateStore['put']>[2] = {}) {
    const found = this.documents.get(key);
    const { ifMatch, metadata = {} } = options;
    if ((ifMatch === 'absent' && found) || (ifMatch !== undefined && ifMatch !== 'absent' && found?.etag !== ifMatch)) {
      throw new FlowtrapError('conflict', 'the document has changed.', { subject: key });
    }
    const etag = `"${++this.version}"`;
    this.documents.set(key, { text: JSON.stringify(value), etag, metadata });
    return etag;
  }

  async delete(key: string) {
    this.documents.delete(key);
  }

  async *list(prefix: string): AsyncGenerator<StateListing> {
    for (const key of [...this.documents.keys()].sort()) {
      const found = this.documents.get(key);
      if (found && key.startsWith(prefix)) yield { key, etag: found.etag, metadata: found.metadata };
    }
  }

  async lease(key: string): Promise<Lease | undefined> {
    if (this.held.has(key)) return undefined;
    this.held.add(key);
    return { signal: new AbortController().signal, release: async () => void this.held.delete(key) };
  }
}

export class MemoryQueue<Message> implements Queue<Message> {
  readonly sent: Message[] = [];
  /** Thrown by the next send. */
  failure: Error | undefined;

  async send(message: Message) {
    if (this.failure) throw this.failure;
    this.sent.push(message);
  }
}

/** Keeps every row as an object. */
export class MemorySink implements RowSink {
  readonly rows: Record<string, unknown>[] = [];
  failure: Error | undefined;

  async upload(batch: RowBatch): Promise<UploadOutcome> {
    if (this.failure) throw this.failure;
    const rows = JSON.parse(batch.body().toString('utf8')) as Record<string, unknown>[];
    this.rows.push(...rows);
    return { accepted: rows.length, refused: [] };
  }
}

export class MemoryLog implements Log {
  readonly lines: string[] = [];
  info(message: string) {
    this.lines.push(`info ${message}`);
  }
  warn(message: string) {
    this.lines.push(`warn ${message}`);
  }
  error(message: string) {
    this.lines.push(`error ${message}`);
  }
}

/** A clock that stands still until it is set. */
export class SetClock implements Clock {
  constructor(public time: string) {}
  now() {
    return new Date(this.time);
  }
}
