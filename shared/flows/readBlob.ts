/**
 * A blob's content from where the checkpoint ends: decompressed bytes, always of the one version that was asked for. Finds
 * out whether the bytes before are still those that were read.
 */
import { COMPRESSION_BYTES, compressionOf, decompress } from '../formats';
import type { BlobAddress, BlobProperties, Blobs } from '../ports';
import type { Checkpoint } from './checkpoint';
import { GUARD_BYTES, guardHolds } from './guard';

export interface BlobContent {
  /** It is stored in another form than it is read (gzip, zstd, UTF-16): written once, and read from its first byte. */
  readonly compressed: boolean;
  /** The blob is no continuation of what the checkpoint knows: it is read from its first byte. */
  readonly rewritten: boolean;
  /** Position of the first byte given. */
  readonly offset: number;
  /**
   * @throws FlowtrapError `conflict` when the blob changes meanwhile, `notFound` when it goes, `malformed` when it cannot be
   * decompressed.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Opens the content. When the checkpoint's guard does not hold, or the blob is shorter than what was read, the blob was
 * written anew and is given whole.
 *
 * The creation time says nothing for block blobs: committing a block list may set it anew though the bytes stay.
 */
export async function openContent(
  blobs: Blobs,
  blob: BlobAddress,
  properties: BlobProperties,
  checkpoint: Checkpoint | undefined,
): Promise<BlobContent> {
  const compressed = await isCompressed(blobs, blob, properties);
  const whole = (rewritten: boolean): BlobContent => ({
    compressed,
    rewritten,
    offset: 0,
    bytes: read(blobs, blob, properties, compressed, 0),
  });
  if (checkpoint === undefined || checkpoint.offset === 0) return whole(false);
  const { offset, guard } = checkpoint;
  const recreated = properties.kind === 'append' && properties.createdOn.toISOString() !== checkpoint.createdOn;
  if (recreated || compressed !== checkpoint.compressed || properties.length < checkpoint.length) return whole(true);
  if (!compressed && offset > properties.length) return whole(true);

  if (compressed) {
    const rest = await skip(read(blobs, blob, properties, true, 0), offset);
    if (rest === undefined || (guard && !guardHolds(guard, rest.before.subarray(-guard.length)))) return whole(true);
    return { compressed, rewritten: false, offset, bytes: rest.bytes };
  }
  if (guard) {
    const before: Uint8Array[] = [];
    const range = { offset: offset - guard.length, end: offset, etag: properties.etag };
    for await (const chunk of blobs.read(blob, range)) before.push(chunk);
    if (!guardHolds(guard, Buffer.concat(before))) return whole(true);
  }
  return { compressed, rewritten: false, offset, bytes: read(blobs, blob, properties, false, offset) };
}

async function isCompressed(blobs: Blobs, blob: BlobAddress, { etag }: BlobProperties): Promise<boolean> {
  const head: Uint8Array[] = [];
  for await (const chunk of blobs.read(blob, { offset: 0, end: COMPRESSION_BYTES, etag })) head.push(chunk);
  return compressionOf(Buffer.concat(head)) !== undefined;
}

function read(
  blobs: Blobs,
  blob: BlobAddress,
  { etag }: BlobProperties,
  compressed: boolean,
  offset: number,
): AsyncIterable<Uint8Array> {
  const stored = blobs.read(blob, { offset, etag });
  return compressed ? decompress(stored) : stored;
}

/** Passes over the first bytes; undefined when there are fewer. `before` holds the last ones passed over. */
async function skip(
  source: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ before: Uint8Array; bytes: AsyncIterable<Uint8Array> } | undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let before: Uint8Array = Buffer.alloc(0);
  let passed = 0;
  let rest: Uint8Array | undefined;
  while (passed < count) {
    const { done, value } = await iterator.next();
    if (done) return undefined;
    const taken = value.subarray(0, count - passed);
    before = Buffer.concat([before, taken.subarray(-GUARD_BYTES)]).subarray(-GUARD_BYTES);
    passed += taken.length;
    if (taken.length < value.length) rest = value.subarray(taken.length);
  }
  const bytes = (async function* () {
    try {
      if (rest !== undefined) yield rest;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.(undefined);
    }
  })();
  return { before, bytes };
}
