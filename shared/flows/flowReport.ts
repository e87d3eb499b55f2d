/** What the flow jobs need, and what they give back. */
import type { FlowSettings } from '../config';
import { FlowtrapError } from '../errors';
import type { BlobAddress, Blobs, Clock, DeadLetters, Log, Queue, RowSink, StateStore } from '../ports';
import { addCounts, type JobProblem, type JobReport } from '../runs/jobReport';
import type { Normalizer, NormalizerInput } from '../sources/normalizer';
import type { BlobMessage } from './blobEvents';
import { type Counts, total } from './ledger';

export interface FlowDependencies {
  readonly settings: FlowSettings;
  readonly blobs: Blobs;
  readonly state: StateStore;
  /** For NetworkSession rows. */
  readonly sink: RowSink;
  readonly deadLetters: DeadLetters;
  /** The queue that blob events arrive on: what is left over goes back there. */
  readonly queue: Queue<BlobMessage>;
  readonly clock: Clock;
  readonly log: Log;
  readonly openNormalizer: (input: NormalizerInput) => Normalizer;
  /**
   * When to stop reading, by the machine's own clock (not `clock`, which may stand still). What was read is then uploaded,
   * which may take another two minutes, and the rest is queued. Default: six minutes after the call.
   */
  readonly deadline?: Date;
}

/** What became of one blob in one run. */
export type BlobOutcome =
  /** Read to its end. */
  | 'read'
  /** Read in part; the rest is queued. */
  | 'continued'
  /** Nothing new in it. */
  | 'unchanged'
  /** Another run is at it. */
  | 'leaseHeld'
  /** No such blob (any more). */
  | 'vanished'
  /** An error stopped it; the counts are of what was accounted for before. */
  | 'failed'
  /** Its content is no log that a source knows, or cannot be read; see the problem. */
  | 'refused';

/** One blob's ledger in one run: records = sessions + skipped + dead. */
export interface BlobLedger extends Counts {
  readonly blob: BlobAddress;
  readonly outcome: BlobOutcome;
  readonly source?: string;
  /** Decompressed bytes read. */
  readonly bytes: number;
  /** The blob had been written anew and was read from its first byte. */
  readonly rewritten: boolean;
}

export interface FlowReport extends JobReport {
  readonly blobs: readonly BlobLedger[];
}

/** Ledgers in one report; the counts cover all blobs. */
const MOST_LEDGERS = 500;
const MOST_PROBLEMS = 200;

/** Gathers a report. */
export class ReportBuilder {
  private counts: Record<string, number> = { records: 0, sessions: 0, skipped: 0, deadLettered: 0, blobs: 0 };
  private readonly problems: JobProblem[] = [];
  private readonly blobs: BlobLedger[] = [];

  count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  problem(subject: string, message: string): void {
    this.count('problems');
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ subject, message });
  }

  ledger(ledger: BlobLedger): void {
    if (this.blobs.length < MOST_LEDGERS) this.blobs.push(ledger);
    this.counts = addCounts(this.counts, ledgerCounts(ledger));
  }

  build(): FlowReport {
    return { counts: { ...this.counts }, problems: [...this.problems], blobs: [...this.blobs] };
  }
}

function ledgerCounts(ledger: BlobLedger): Record<string, number> {
  const counts: Record<string, number> = {
    records: ledger.records,
    sessions: ledger.sessions,
    skipped: total(ledger.skipped),
    deadLettered: total(ledger.dead),
    bytes: ledger.bytes,
    [`blobs.${ledger.outcome}`]: 1,
    blobs: 1,
  };
  for (const [reason, count] of Object.entries(ledger.skipped)) counts[`skipped.${reason}`] = count;
  for (const [reason, count] of Object.entries(ledger.dead)) counts[`deadLettered.${reason}`] = count;
  if (ledger.tooLate > 0) counts.tooLate = ledger.tooLate;
  if (ledger.tooEarly > 0) counts.tooEarly = ledger.tooEarly;
  if (ledger.rewritten) counts.rewritten = 1;
  return counts;
}

/** A run that must be tried again, with what it had done. */
export class FlowRunError extends FlowtrapError {
  constructor(
    cause: FlowtrapError,
    readonly report: FlowReport,
  ) {
    super(cause.code, cause.message, { cause });
    this.name = 'FlowRunError';
  }
}

const DEFAULT_TIME = 6 * 60_000;

export function deadlineOf(deps: FlowDependencies): number {
  return deps.deadline?.getTime() ?? Date.now() + DEFAULT_TIME;
}
