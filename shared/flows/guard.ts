/** The bytes just before a checkpoint, remembered by digest: how a rewritten blob is told from a grown one. */
import { createHash } from 'node:crypto';
import type { Checkpoint } from './checkpoint';

/** Long enough to hold at least one record's time and addresses in every format. */
export const GUARD_BYTES = 256;

type Guard = NonNullable<Checkpoint['guard']>;

export function makeGuard(bytes: Uint8Array): Guard {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function guardHolds(guard: Guard, bytes: Uint8Array): boolean {
  return bytes.length === guard.length && makeGuard(bytes).sha256 === guard.sha256;
}

/** The last bytes of a stream, by position. Keeps references to chunks; nothing is copied before it is asked for. */
export class Trail {
  private readonly chunks: { start: number; bytes: Uint8Array }[] = [];

  /** @param position of the first byte that will be noted. */
  constructor(private position: number) {}

  /** Position after the last byte noted. */
  get end(): number {
    return this.position;
  }

  note(bytes: Uint8Array): void {
    this.chunks.push({ start: this.position, bytes });
    this.position += bytes.length;
    // Enough for a record that began in an earlier chunk, and the guard before it.
    let kept = this.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
    while (this.chunks.length > 2 && kept - (this.chunks[0]?.bytes.length ?? 0) >= 4 * GUARD_BYTES) {
      kept -= this.chunks.shift()?.bytes.length ?? 0;
    }
  }

  /** Up to GUARD_BYTES bytes that end at `end`; undefined when none of them is remembered. */
  before(end: number): Uint8Array | undefined {
    const from = end - GUARD_BYTES;
    const parts: Uint8Array[] = [];
    for (const { start, bytes } of this.chunks) {
      const first = Math.max(from - start, 0);
      const last = Math.min(end - start, bytes.length);
      if (first < last) parts.push(bytes.subarray(first, last));
    }
    if (parts.length === 0 || end > this.position) return undefined;
    const last = Buffer.concat(parts);
    return last.length === 0 ? undefined : last;
  }
}
