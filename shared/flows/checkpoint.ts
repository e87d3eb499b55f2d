/**
 * How far a blob has been read, version 1: one state document for each blob. ETag and offset are also in its metadata, so
 * that the sweep can compare listings without reading documents.
 */
import { createHash } from 'node:crypto';
import type { BlobAddress, BlobProperties, Lease, StateStore } from '../ports';
import type { Counts } from './ledger';

export interface Checkpoint {
  readonly version: 1;
  readonly blob: BlobAddress;
  /** Source that the content was recognised as. */
  readonly source?: string;
  /** Of the blob, when it was last read (ISO 8601). */
  readonly createdOn: string;
  readonly etag: string;
  /** Stored bytes. */
  readonly length: number;
  /** Whether that version was read to its end; otherwise the rest is still to do. */
  readonly complete: boolean;
  /** The end of the content is not accounted for: it may be the beginning of a record that is still being written. */
  readonly openTail: boolean;
  readonly compressed: boolean;
  /** Decompressed bytes that are accounted for. */
  readonly offset: number;
  /** Digest of the bytes just before the offset: if they changed, the blob was rewritten. Absent at offset 0. */
  readonly guard?: { readonly length: number; readonly sha256: string };
  /** What the format remembers (ResumePoint). */
  readonly memory: unknown;
  readonly counts: Counts;
  /** Why this version of the blob is refused as a whole; it is taken up again when it changes or is rerun. */
  readonly refused?: string;
}

/** Longer keys are replaced by a digest; the limit for blob names is 1,024. */
const LONGEST_KEY = 1000;

/** The state key of a blob's checkpoint; keys that a listing by name cannot give back are under `checkpoints-by-digest/`. */
export function checkpointKey(blob: BlobAddress): string {
  const key = `${checkpointPrefix(blob)}${blob.name}`;
  if (key.length <= LONGEST_KEY) return key;
  return `checkpoints-by-digest/${createHash('sha256').update(key).digest('hex')}`;
}

/** What the keys of a container's checkpoints begin with. */
export function checkpointPrefix(container: { readonly account: string; readonly container: string }): string {
  return `checkpoints/${container.account}/${container.container}/`;
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint | undefined;
  /** Of the state document, also when it cannot be used. */
  readonly version: string | undefined;
}

/** A document of another version, or of another blob (one digest for two names), counts as none; it is written over. */
export async function readCheckpoint(blob: BlobAddress, state: StateStore): Promise<StoredCheckpoint> {
  const entry = await state.get<Checkpoint>(checkpointKey(blob));
  if (entry === undefined) return { checkpoint: undefined, version: undefined };
  const { value } = entry;
  const usable =
    value?.version === 1 &&
    value.blob?.account === blob.account &&
    value.blob.container === blob.container &&
    value.blob.name === blob.name;
  return { checkpoint: usable ? value : undefined, version: entry.etag };
}

/**
 * Writes the checkpoint over the version it grew out of.
 * @returns its new ETag.
 * @throws FlowtrapError `conflict` when another has written meanwhile, or the lease was lost.
 */
export function writeCheckpoint(
  checkpoint: Checkpoint,
  state: StateStore,
  over: string | undefined,
  lease: Lease,
): Promise<string> {
  return state.put(checkpointKey(checkpoint.blob), checkpoint, {
    ifMatch: over ?? 'absent',
    lease,
    metadata: {
      etag: checkpoint.complete ? checkpoint.etag : 'incomplete',
      offset: String(checkpoint.offset),
      opentail: checkpoint.openTail ? '1' : '0',
    },
  });
}

/** Milliseconds without a change after which an open tail is taken for the last record: block blobs are written whole. */
const SETTLED_AFTER = { block: 3_600_000, page: 3_600_000, append: 48 * 3_600_000 };

/** Whether a blob has stood unchanged long enough to hold that it will not grow any more. */
export function isSettled(blob: Pick<BlobProperties, 'lastModified' | 'kind'>, now: Date): boolean {
  return now.getTime() - blob.lastModified.getTime() >= SETTLED_AFTER[blob.kind];
}

/** Whether there is anything to read, given what the checkpoint (or its metadata) says. */
export function needsReading(
  known: { readonly etag: string | undefined; readonly openTail: boolean } | undefined,
  blob: BlobProperties,
  now: Date,
): boolean {
  if (blob.length === 0) return false;
  return known === undefined || known.etag !== blob.etag || (known.openTail && isSettled(blob, now));
}
