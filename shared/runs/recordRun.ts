/** Surrounds each run of a job: measures it, writes its ledger row and the job's status, whatever the trigger. */
import { randomUUID } from 'node:crypto';
import { describeError } from '../errors';
import type { Clock, Log, RowSink, StateStore } from '../ports';
import { RowBatch } from '../rowBatch';
import type { JobReport } from './jobReport';
import { noteJobEnd } from './jobStatus';
import type { JobName } from './runRequest';

export interface RunKind {
  readonly job: JobName;
  readonly trigger: 'timer' | 'event' | 'request';
  /** The blob, rule or range that it is about; empty for all. */
  readonly subject: string;
}

export interface RecordDependencies {
  readonly state: StateStore;
  /** Undefined when ingestion is not configured; the job's own error says so. */
  readonly runs: RowSink | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Problems in a ledger row; a row has room for little more. */
const PROBLEMS_IN_ROW = 50;

/**
 * Runs the job and records how it went. The job's own result or error is passed on unchanged: a ledger that cannot be
 * written is a warning in the log, never a reason to run the job again.
 */
export async function recordRun<Report extends JobReport>(
  kind: RunKind,
  deps: RecordDependencies,
  run: () => Promise<Report>,
): Promise<Report> {
  const startTime = deps.clock.now().toISOString();
  try {
    const report = await run();
    await record(kind, deps, startTime, report, undefined);
    return report;
  } catch (error) {
    await record(kind, deps, startTime, reportOf(error), describeError(error));
    throw error;
  }
}

/** What a run had done before it failed, when its error tells. */
function reportOf(error: unknown): JobReport {
  const report = (error as { readonly report?: JobReport } | null)?.report;
  return report ?? { counts: {}, problems: [] };
}

async function record(
  kind: RunKind,
  deps: RecordDependencies,
  startTime: string,
  report: JobReport,
  error: string | undefined,
): Promise<void> {
  const at = deps.clock.now().toISOString();
  const { counts, problems } = report;
  const row = {
    TimeGenerated: at,
    RunId: randomUUID(),
    Job: kind.job,
    Trigger: kind.trigger,
    Subject: kind.subject,
    Status: error !== undefined ? 'Failed' : problems.length > 0 ? 'Partial' : 'Succeeded',
    StartTime: startTime,
    EndTime: at,
    Records: counts.records,
    Sessions: counts.sessions,
    Skipped: counts.skipped,
    DeadLettered: counts.deadLettered,
    Counts: counts,
    Problems: [...(error === undefined ? [] : [{ subject: kind.job, message: error }]), ...problems].slice(
      0,
      PROBLEMS_IN_ROW,
    ),
  };
  await Promise.all([
    attempt('job status', deps.log, () =>
      noteJobEnd(kind.job, error === undefined ? { at, counts, problems } : { at, error }, deps.state),
    ),
    attempt('ledger row', deps.log, async () => {
      if (deps.runs === undefined) return;
      const batch = new RowBatch();
      batch.add(JSON.stringify(row));
      await deps.runs.upload(batch);
    }),
  ]);
}

async function attempt(what: string, log: Log, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    log.warn(`The ${what} of this run could not be written: ${describeError(error)}`);
  }
}
