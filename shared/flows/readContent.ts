/**
 * One pass over a blob: content → records → rows, dead letters and counts. Rows are uploaded first, then the checkpoint
 * moves, every few uploads, so that a run that is killed repeats little and loses nothing.
 */
import type { WatchedContainer } from '../config';
import { describeError, FlowtrapError } from '../errors';
import type { BlobAddress, BlobProperties, Lease } from '../ports';
import type { Normalizer, Outcome, ResumePoint } from '../sources/normalizer';
import { type Checkpoint, isSettled, type StoredCheckpoint, writeCheckpoint } from './checkpoint';
import { DeadLetterWriter } from './deadLetterWriter';
import type { BlobLedger, BlobOutcome, FlowDependencies } from './flowReport';
import { makeGuard, Trail } from './guard';
import { type Counts, difference, type EntryKind, Ledger, NO_COUNTS } from './ledger';
import { type BlobContent, openContent } from './readBlob';
import { type RowOrigin, RowWriter } from './rowWriter';
import { blobPath } from './watched';

/** Bytes fed to a normalizer at a time: the checkpoint can move in between. */
const FEED_BYTES = 256 * 1024;
/** A checkpoint is written after so many uploads, or so many milliseconds. */
const UPLOADS_PER_CHECKPOINT = 12;
const TIME_PER_CHECKPOINT = 20_000;
/** Less than this of an append blob that may still grow is perhaps too little to recognise. */
const BEGINNING_BYTES = 4096;
/** The service replaces an event time further back or ahead (milliseconds). */
const TOO_LATE = 2 * 86_400_000;
const TOO_EARLY = 86_400_000;

export interface Pass {
  readonly blob: BlobAddress;
  readonly watched: WatchedContainer;
  readonly properties: BlobProperties;
  readonly stored: StoredCheckpoint;
  readonly fromStart: boolean;
  readonly lease: Lease;
  readonly deadline: number;
  /** Takes the ledger of a pass that ends with an error. */
  readonly failed: (ledger: BlobLedger) => void;
}

export interface PassResult {
  readonly ledger: BlobLedger;
  readonly stored: StoredCheckpoint;
  /** Set with the outcome `refused`. */
  readonly problem?: string;
  /** The blob changed while it was read, after this pass had moved the checkpoint as far as it could. */
  readonly changed: boolean;
}

/** @throws FlowtrapError when storage or the service fail; everything behind the checkpoint is accounted for even so. */
export async function readContent(pass: Pass, deps: FlowDependencies): Promise<PassResult> {
  const { blob, properties, stored, fromStart } = pass;
  const known = fromStart ? undefined : stored.checkpoint;
  const content = await openContent(deps.blobs, blob, properties, known);
  const resumed = content.offset > 0 ? known : undefined;
  try {
    return await new ContentPass(pass, deps, content, openNormalizer(pass, deps, resumed), resumed).run();
  } catch (error) {
    if (!(error instanceof UnknownMemory)) throw error;
    deps.log.warn(`${blobPath(blob)}: its checkpoint is of another version; the blob is read from its first byte.`);
    return readContent({ ...pass, fromStart: true }, deps);
  }
}

/** The checkpoint's memory is none that the normalizer of today can go on from. */
class UnknownMemory extends Error {}

function openNormalizer(
  { blob, watched, properties }: Pass,
  deps: FlowDependencies,
  known: Checkpoint | undefined,
): Normalizer {
  try {
    return deps.openNormalizer({
      ...blob,
      pinnedSource: watched.source,
      internalNetworks: deps.settings.internalNetworks,
      reference: properties.lastModified.getTime(),
      resume: known && { offset: known.offset, memory: known.memory },
    });
  } catch (error) {
    if (known !== undefined && error instanceof FlowtrapError && error.code === 'malformed') throw new UnknownMemory();
    throw error;
  }
}

class ContentPass {
  private readonly ledger: Ledger;
  private readonly before: Counts;
  private readonly rows: RowWriter;
  private readonly dead: DeadLetterWriter;
  private readonly trail: Trail;
  private stored: StoredCheckpoint;
  private resume: ResumePoint;
  private guard: Checkpoint['guard'];
  private counts: Counts;
  private readonly time: { late: number; early: number };
  private checkpointed = { uploads: 0, at: Date.now() };

  constructor(
    private readonly pass: Pass,
    private readonly deps: FlowDependencies,
    private readonly content: BlobContent,
    private readonly normalizer: Normalizer,
    known: Checkpoint | undefined,
  ) {
    this.stored = pass.stored;
    this.resume = { offset: content.offset, memory: known?.memory };
    this.guard = known?.guard;
    this.before = known?.counts ?? NO_COUNTS;
    this.counts = this.before;
    this.ledger = new Ledger(this.before);
    this.trail = new Trail(content.offset);
    this.dead = new DeadLetterWriter(deps.deadLetters, blobPath(pass.blob));
    this.rows = new RowWriter(deps.sink, ({ entry, offset, length, row, reason }) => {
      this.ledger.turnDead(entry, reason.slice(0, reason.indexOf(':')));
      this.dead.add({ reason, offset, length, record: row });
    });
    const now = deps.clock.now().getTime();
    this.time = { late: now - TOO_LATE, early: now + TOO_EARLY };
  }

  async run(): Promise<PassResult> {
    try {
      const outcome = await this.readAll();
      await this.checkpoint({ complete: outcome === 'read' });
      return this.result(outcome);
    } catch (error) {
      return await this.afterFailure(error).catch((final: unknown) => {
        this.pass.failed(this.result('failed').ledger);
        throw final;
      });
    } finally {
      await this.rows.abandon();
    }
  }

  private async readAll(): Promise<'read' | 'continued'> {
    for await (const chunk of this.content.bytes) {
      for (let start = 0; start < chunk.length; start += FEED_BYTES) {
        const part = chunk.subarray(start, start + FEED_BYTES);
        this.trail.note(part);
        await this.take(this.normalizer.feed(part));
        this.advance();
        this.checkLease();
        if (Date.now() >= this.pass.deadline && this.resume.offset > this.content.offset) return 'continued';
        if (this.checkpointIsDue()) await this.checkpoint({ complete: false });
      }
    }
    await this.take(this.normalizer.end(this.final));
    this.advance();
    return 'read';
  }

  /** Compressed blobs are written once, whole; others may be in the middle of a record. */
  private get final(): boolean {
    return this.content.compressed || isSettled(this.pass.properties, this.deps.clock.now());
  }

  private async take(outcomes: Iterable<Outcome>): Promise<void> {
    for (const outcome of outcomes) {
      const { offset, length } = outcome;
      switch (outcome.kind) {
        case 'session': {
          const entry = this.ledger.enter(this.kindOf(outcome.time), '', offset);
          while (!this.offer(outcome.row, { entry, offset, length })) await outside(this.rows.room());
          break;
        }
        case 'skipped':
          this.ledger.enter('skipped', outcome.reason, offset);
          break;
        case 'dead':
          this.ledger.enter('dead', outcome.reason, offset);
          this.dead.add(outcome);
          if (this.dead.full) await outside(this.dead.flush(this.source));
          break;
      }
    }
  }

  private offer(row: string, origin: RowOrigin): boolean {
    try {
      return this.rows.offer(row, origin);
    } catch (error) {
      throw new Outside(error);
    }
  }

  private kindOf(time: number): EntryKind {
    return time < this.time.late ? 'tooLate' : time > this.time.early ? 'tooEarly' : 'session';
  }

  private get source(): string {
    return this.normalizer.source ?? 'unknown';
  }

  /** Notes how far the normalizer has accounted for what it was fed. */
  private advance(): void {
    const resume = this.normalizer.resumePoint();
    if (resume.offset > this.resume.offset) {
      const before = this.trail.before(resume.offset);
      this.guard = before && makeGuard(before);
    }
    this.resume = resume;
  }

  private checkLease(): void {
    if (this.pass.lease.signal.aborted) {
      throw new FlowtrapError('conflict', 'the lease was lost: another run may be reading it.', {
        subject: blobPath(this.pass.blob),
        fix: 'It goes on from the checkpoint by itself.',
      });
    }
  }

  private checkpointIsDue(): boolean {
    const { uploads, at } = this.checkpointed;
    return this.rows.uploads - uploads >= UPLOADS_PER_CHECKPOINT || Date.now() - at >= TIME_PER_CHECKPOINT;
  }

  /** Everything given so far is uploaded or dead-lettered; then the checkpoint moves. */
  private async checkpoint({ complete, refused }: { complete: boolean; refused?: string }): Promise<void> {
    await outside(this.rows.flush());
    await outside(this.dead.flush(this.source));
    const { blob, properties, lease } = this.pass;
    const { offset, memory } = this.resume;
    const counts = this.ledger.settle(complete && this.final ? Number.POSITIVE_INFINITY : offset);
    const checkpoint: Checkpoint = {
      version: 1,
      blob,
      source: this.normalizer.source,
      createdOn: properties.createdOn.toISOString(),
      etag: properties.etag,
      length: properties.length,
      complete: complete || refused !== undefined,
      openTail: complete && !this.final && offset < this.trail.end,
      compressed: this.content.compressed,
      offset,
      guard: this.guard,
      memory,
      counts,
      refused,
    };
    const version = await outside(writeCheckpoint(checkpoint, this.deps.state, this.stored.version, lease));
    this.counts = counts;
    this.stored = { checkpoint, version };
    this.checkpointed = { uploads: this.rows.uploads, at: Date.now() };
  }

  private result(outcome: BlobOutcome, more: { problem?: string; changed?: boolean } = {}): PassResult {
    return {
      ledger: {
        ...difference(this.counts, this.before),
        blob: this.pass.blob,
        outcome,
        source: this.normalizer.source,
        bytes: this.trail.end - this.content.offset,
        rewritten: this.content.rewritten,
      },
      stored: this.stored,
      problem: more.problem,
      changed: more.changed ?? false,
    };
  }

  /** Keeps what was reached. A blob that changed or cannot be understood is a result; anything else is thrown on. */
  private async afterFailure(error: unknown): Promise<PassResult> {
    if (error instanceof Outside) throw error.cause;
    const code = error instanceof FlowtrapError ? error.code : undefined;
    if (this.pass.lease.signal.aborted || code === undefined) throw error;
    try {
      if (code === 'conflict' || code === 'notFound') {
        await this.checkpoint({ complete: false });
        return code === 'notFound' ? this.result('vanished') : this.result('continued', { changed: true });
      }
      const begins = this.pass.properties.kind === 'append' && !this.final && this.trail.end < BEGINNING_BYTES;
      if (code === 'unknownFormat' && begins) {
        await this.checkpoint({ complete: true });
        return this.result('read');
      }
      if (code === 'unknownFormat' || code === 'malformed' || code === 'limit') {
        const problem = describeError(error);
        await this.checkpoint({ complete: false, refused: problem });
        return this.result('refused', { problem });
      }
    } catch (second) {
      throw second instanceof Outside ? second.cause : second;
    }
    throw error;
  }
}

/** An error of a service that we write to: never the blob's fault. */
class Outside extends Error {
  constructor(cause: unknown) {
    super('', { cause });
  }
}

async function outside<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    throw new Outside(error);
  }
}
