/**
 * Finds what events missed: compares the listing of each watched container with the listing of its checkpoints, and queues
 * the blobs that are new or have changed (append blobs raise no event when they grow).
 */
import { createHash } from 'node:crypto';
import type { WatchedContainer } from '../config';
import { describeError, FlowtrapError } from '../errors';
import type { BlobAddress, ListedBlob, StateEntry, StateListing } from '../ports';
import { checkpointKey, checkpointPrefix, needsReading, readCheckpoint } from './checkpoint';
import { withoutWrites } from './dryRun';
import { deadlineOf, type FlowDependencies, type FlowReport, ReportBuilder } from './flowReport';
import { flowStart } from './flowStart';
import { blobPath } from './watched';

/** Messages queued in one run; the next goes on behind them. */
const MOST_QUEUED = 500;
/** Blobs that were last modified longer ago are left alone (milliseconds). */
const OLDEST = 7 * 86_400_000;
/** A blob that was queued is not queued again before, unless it has changed since (milliseconds). */
const QUEUED_AGAIN_AFTER = 30 * 60_000;

/** `flows/sweep`: where the last run stopped, and what it and those before queued lately. */
interface SweepState {
  /** Container entry and name of the last blob that was looked at; absent when the last run saw everything. */
  readonly cursor?: { readonly watched: string; readonly after: string };
  /** Digest of blob and ETag → when it was queued. */
  readonly queued: Readonly<Record<string, number>>;
}

const STATE_KEY = 'flows/sweep';

/** @throws FlowtrapError when state or the queue fail; a container that cannot be listed is a problem, the others go on. */
export async function sweep(dependencies: FlowDependencies, options: { dryRun?: boolean } = {}): Promise<FlowReport> {
  const deps = options.dryRun ? withoutWrites(dependencies) : dependencies;
  const report = new ReportBuilder();
  const now = deps.clock.now();
  const since = Math.max((await flowStart(deps)).getTime(), now.getTime() - OLDEST);
  const stored = await deps.state.get<SweepState>(STATE_KEY);
  const queued = new Map(
    Object.entries(stored?.value.queued ?? {}).filter(([, at]) => now.getTime() - at < QUEUED_AGAIN_AFTER),
  );
  const deadline = deadlineOf(deps);
  let waiting = stored?.value.cursor;
  // An entry that is no longer watched cannot be gone on with.
  if (waiting && !deps.settings.containers.some((watched) => watchedName(watched) === waiting?.watched))
    waiting = undefined;
  let cursor: SweepState['cursor'];
  let sent = 0;

  const look = async (watched: WatchedContainer, after: string): Promise<void> => {
    const { account, container } = watched;
    for await (const { item, listing } of merged(watched, deps)) {
      if (item.name <= after) continue;
      report.count('listed');
      if (item.lastModified.getTime() < since || item.length === 0) continue;
      if (!needsReading(fromMetadata(listing), item, now)) continue;
      const blob: BlobAddress = { account, container, name: item.name };
      // The document decides: listings may come in another order than ours (hierarchical namespaces), keys may be digests.
      const { checkpoint } = await readCheckpoint(blob, deps.state);
      const known = checkpoint && {
        etag: checkpoint.complete ? checkpoint.etag : undefined,
        openTail: checkpoint.openTail,
      };
      if (!needsReading(known, item, now)) continue;
      const digest = createHash('sha256')
        .update(`${blobPath(blob)} ${item.etag}`)
        .digest('base64url')
        .slice(0, 16);
      if (queued.has(digest)) {
        report.count('alreadyQueued');
        continue;
      }
      await deps.queue.send({ kind: 'blob', ...blob });
      queued.set(digest, now.getTime());
      report.count('queued');
      if (++sent >= MOST_QUEUED || Date.now() >= deadline) {
        cursor = { watched: watchedName(watched), after: item.name };
        return;
      }
    }
  };

  for (const watched of deps.settings.containers) {
    if (waiting !== undefined && waiting.watched !== watchedName(watched)) continue;
    const after = waiting?.after ?? '';
    waiting = undefined;
    try {
      await look(watched, after);
    } catch (error) {
      if (!(error instanceof FlowtrapError) || !ofTheContainer(error, watched)) throw error;
      report.problem(`${watched.account}/${watched.container}`, describeError(error));
    }
    if (cursor !== undefined) break;
  }
  if (cursor !== undefined) report.count('more');
  await remember({ cursor, queued: Object.fromEntries([...queued].slice(-8 * MOST_QUEUED)) }, stored, deps);
  return report.build();
}

function ofTheContainer(error: FlowtrapError, { account, container }: WatchedContainer): boolean {
  return error.subject === `${account}/${container}` || error.subject === 'FLOW_CONTAINERS';
}

/** Two sweeps at once: the later one's notes are lost, which costs at most a message sent twice. */
async function remember(
  state: SweepState,
  stored: StateEntry<SweepState> | undefined,
  deps: FlowDependencies,
): Promise<void> {
  try {
    await deps.state.put(STATE_KEY, state, { ifMatch: stored?.etag ?? 'absent' });
  } catch (error) {
    if (!(error instanceof FlowtrapError && error.code === 'conflict')) throw error;
  }
}

function watchedName({ account, container, prefix }: WatchedContainer): string {
  return `${account}/${container}/${prefix}`;
}

function fromMetadata(listing: StateListing | undefined): { etag: string | undefined; openTail: boolean } | undefined {
  return listing && { etag: listing.metadata.etag, openTail: listing.metadata.opentail === '1' };
}

/** Each blob with its checkpoint's listing, found by walking both listings side by side. */
async function* merged(
  watched: WatchedContainer,
  deps: FlowDependencies,
): AsyncIterable<{ item: ListedBlob; listing: StateListing | undefined }> {
  const base = checkpointPrefix(watched);
  const listings = deps.state.list(`${base}${watched.prefix}`)[Symbol.asyncIterator]();
  try {
    let next = await listings.next();
    for await (const item of deps.blobs.list(watched)) {
      const key = checkpointKey({ ...watched, name: item.name });
      while (!next.done && next.value.key < key && next.value.key.startsWith(base)) next = await listings.next();
      yield { item, listing: !next.done && next.value.key === key ? next.value : undefined };
    }
  } finally {
    await listings.return?.(undefined);
  }
}
