/** Blobs in memory that grow, change and vanish, with ETags and conditional ranged reads as storage has them. */
import { FlowtrapError } from '../../../shared/errors';
import type { BlobAddress, BlobProperties, Blobs, ListedBlob } from '../../../shared/ports';

interface Stored extends BlobProperties {
  readonly bytes: Buffer;
}

export class MemoryBlobs implements Blobs {
  private readonly stored = new Map<string, Stored>();
  private version = 0;
  /** Called before each chunk is given; may change blobs or throw. */
  beforeChunk: ((offset: number) => void) | undefined;
  chunkBytes = 1000;
  /** Last modification of what is written. */
  time = new Date('2026-03-02T10:00:00Z');
  /** Listing order. Accounts with a hierarchical namespace list folder by folder. */
  order: ((a: string, b: string) => number) | undefined;

  write(name: string, bytes: Buffer, kind: BlobProperties['kind'] = 'block'): void {
    const createdOn = kind === 'append' ? (this.stored.get(name)?.createdOn ?? this.time) : this.time;
    const etag = `"${++this.version}"`;
    this.stored.set(name, { bytes, etag, length: bytes.length, createdOn, lastModified: this.time, kind });
  }

  append(name: string, bytes: Buffer): void {
    const before = this.stored.get(name);
    this.write(name, Buffer.concat([before?.bytes ?? Buffer.alloc(0), bytes]), before?.kind ?? 'append');
  }

  remove(name: string): void {
    this.stored.delete(name);
  }

  content(name: string): Buffer {
    return this.stored.get(name)?.bytes ?? Buffer.alloc(0);
  }

  async properties(blob: BlobAddress) {
    return this.stored.get(blob.name);
  }

  async *read(blob: BlobAddress, { offset, end, etag }: { offset: number; end?: number; etag: string }) {
    let position = offset;
    for (;;) {
      this.beforeChunk?.(position);
      const now = this.stored.get(blob.name);
      if (now === undefined) throw new FlowtrapError('notFound', 'gone.', { subject: blob.name });
      if (now.etag !== etag) throw new FlowtrapError('conflict', 'changed.', { subject: blob.name });
      const stop = Math.min(position + this.chunkBytes, end ?? now.bytes.length, now.bytes.length);
      if (position >= stop) return;
      yield now.bytes.subarray(position, stop);
      position = stop;
    }
  }

  async *list({ prefix = '' }: { prefix?: string }): AsyncGenerator<ListedBlob> {
    for (const name of [...this.stored.keys()].sort(this.order)) {
      const found = this.stored.get(name);
      if (found && name.startsWith(prefix)) yield { name, ...found };
    }
  }
}
