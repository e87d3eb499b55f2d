/** Normalizes what is new in one blob, under its lease, until nothing more is new. */
import { type ErrorCode, FlowtrapError } from '../errors';
import type { BlobAddress, Lease } from '../ports';
import type { BlobMessage } from './blobEvents';
import { checkpointKey, needsReading, readCheckpoint } from './checkpoint';
import { withoutWrites } from './dryRun';
import {
  type BlobLedger,
  type BlobOutcome,
  deadlineOf,
  type FlowDependencies,
  type FlowReport,
  FlowRunError,
  ReportBuilder,
} from './flowReport';
import { NO_COUNTS } from './ledger';
import { readContent } from './readContent';
import { blobPath, watchedContainer } from './watched';

export interface BlobOptions {
  /** Read the blob from its first byte, whatever the checkpoint says. */
  readonly fromStart?: boolean;
  /** Also a blob last modified more than two days ago, whose sessions the service would date to now. */
  readonly allowLate?: boolean;
}

export interface NormalizeOptions extends BlobOptions {
  /** Work everything out, write nothing. */
  readonly dryRun?: boolean;
}

/** How often a blob that keeps changing under our eyes is taken up again in one run. */
const MOST_ROUNDS = 10;
/** Older sessions are dated to their arrival by the service (milliseconds). */
export const LATE = 2 * 86_400_000;
/** Seconds until what found the blob busy is tried again: longer than a dead holder's lease lasts. */
const BUSY_DELAY = 45;

/**
 * Reads one blob; its ledger, problems and counts go into the report. Errors that another try can mend are thrown after
 * what was done is in the report.
 */
export async function readBlob(
  blob: BlobAddress,
  deps: FlowDependencies,
  options: BlobOptions & { readonly again?: boolean },
  report: ReportBuilder,
): Promise<void> {
  const watched = watchedContainer(deps.settings, blob);
  if (watched === undefined) {
    report.count('notWatched');
    return;
  }
  if (options.fromStart && !options.allowLate) await refuseLate(blob, deps);
  const deadline = deadlineOf(deps);
  let fromStart = options.fromStart ?? false;
  for (let round = 1; ; round++) {
    const lease = await deps.state.lease(checkpointKey(blob));
    if (lease === undefined) {
      // The holder looks at the blob once more when it is done. But it does no rerun, and it may have died.
      if (fromStart) await requeue(blob, deps, { fromStart, allowLate: options.allowLate }, BUSY_DELAY);
      else if (options.again) await requeue(blob, deps, {}, BUSY_DELAY);
      report.ledger(emptyLedger(blob, 'leaseHeld'));
      return;
    }
    let etag: string | undefined;
    try {
      etag = await underLease(lease, fromStart);
    } finally {
      await lease.release();
    }
    fromStart = false;
    if (etag === undefined) return;
    const now = await deps.blobs.properties(blob);
    if (now === undefined || now.etag === etag) return;
    if (round === MOST_ROUNDS || Date.now() >= deadline) {
      await requeue(blob, deps, {}, 0);
      return;
    }
  }

  /** @returns the ETag of the version that was dealt with; undefined when there is nothing to look at again. */
  async function underLease(lease: Lease, again: boolean): Promise<string | undefined> {
    let stored = await readCheckpoint(blob, deps.state);
    for (let attempt = 1; ; attempt++) {
      const properties = await deps.blobs.properties(blob);
      if (properties === undefined) {
        report.ledger(emptyLedger(blob, 'vanished'));
        return undefined;
      }
      const { checkpoint } = stored;
      const known = checkpoint && {
        etag: checkpoint.complete ? checkpoint.etag : undefined,
        openTail: checkpoint.openTail,
      };
      if (!(again && properties.length > 0) && !needsReading(known, properties, deps.clock.now())) {
        report.ledger(emptyLedger(blob, 'unchanged'));
        return properties.etag;
      }
      if (properties.kind === 'page') {
        report.ledger(emptyLedger(blob, 'refused'));
        report.problem(blobPath(blob), 'it is a page blob (a disk); logs are block or append blobs.');
        return undefined;
      }
      let result: Awaited<ReturnType<typeof readContent>>;
      try {
        result = await readContent(
          {
            blob,
            watched: watched as NonNullable<typeof watched>,
            properties,
            stored,
            fromStart: again,
            lease,
            deadline,
            failed: (ledger) => report.ledger(ledger),
          },
          deps,
        );
      } catch (error) {
        // It, or its checkpoint, changed since it was looked at.
        if (isCode(error, 'conflict') && !lease.signal.aborted && attempt < MOST_ROUNDS) {
          stored = await readCheckpoint(blob, deps.state);
          continue;
        }
        if (isCode(error, 'notFound')) {
          report.ledger(emptyLedger(blob, 'vanished'));
          return undefined;
        }
        throw error;
      }
      again = false;
      stored = result.stored;
      report.ledger(result.ledger);
      if (result.ledger.tooLate > 0) {
        deps.log.warn(
          `${blobPath(blob)}: ${result.ledger.tooLate} sessions are older than two days; the service dates them to their arrival.`,
        );
      }
      if (result.problem !== undefined) {
        report.problem(blobPath(blob), result.problem);
        deps.log.warn(`${blobPath(blob)} is refused: ${result.problem}`);
      }
      if (result.changed && attempt < MOST_ROUNDS && Date.now() < deadline) continue;
      if (result.ledger.outcome === 'continued') {
        await requeue(blob, deps, {}, 0);
        return undefined;
      }
      return result.ledger.outcome === 'vanished' ? undefined : properties.etag;
    }
  }
}

/** One blob as a job of its own, asked for by name: see readBlob. @throws FlowRunError with the report so far. */
export async function normalizeBlob(
  blob: BlobAddress,
  deps: FlowDependencies,
  options: NormalizeOptions = {},
): Promise<FlowReport> {
  const report = new ReportBuilder();
  try {
    await readBlob(blob, options.dryRun ? withoutWrites(deps) : deps, options, report);
  } catch (error) {
    throw runError(error, blob, report);
  }
  const { counts } = report.build();
  if (counts.notWatched)
    report.problem(blobPath(blob), 'it lies in no watched container. Name its container in FLOW_CONTAINERS.');
  if (counts['blobs.vanished']) report.problem(blobPath(blob), 'there is no such blob (any more).');
  return report.build();
}

/** The error with the run's report; anything untyped is passed through. */
export function runError(error: unknown, blob: BlobAddress, report: ReportBuilder): unknown {
  if (!(error instanceof FlowtrapError)) return error;
  const typed =
    error.subject === blobPath(blob)
      ? error
      : new FlowtrapError(error.code, error.message, { subject: blobPath(blob), cause: error });
  return new FlowRunError(typed, report.build());
}

async function refuseLate(blob: BlobAddress, deps: FlowDependencies): Promise<void> {
  const properties = await deps.blobs.properties(blob);
  if (properties === undefined || deps.clock.now().getTime() - properties.lastModified.getTime() <= LATE) return;
  throw new FlowtrapError(
    'limit',
    'it was last modified more than two days ago: the service would give its sessions the time of their arrival, and no past window would find them.',
    {
      subject: blobPath(blob),
      fix: 'Give allowLate to read it all the same.',
    },
  );
}

async function requeue(
  blob: BlobAddress,
  deps: FlowDependencies,
  options: BlobOptions,
  delaySeconds: number,
): Promise<void> {
  const message: BlobMessage = { kind: 'blob', ...blob, ...options };
  await deps.queue.send(message, { delaySeconds });
}

export function emptyLedger(blob: BlobAddress, outcome: BlobOutcome): BlobLedger {
  return { ...NO_COUNTS, blob, outcome, bytes: 0, rewritten: false };
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof FlowtrapError && error.code === code;
}
