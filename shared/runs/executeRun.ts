/** Carries out a requested run, slice by slice: a slice that leaves a remainder queues it with a cursor. */
import type { IncidentReport } from '../detection/detectReport';
import { describeError, FlowtrapError } from '../errors';
import type { Clock, Log, Queue, StateStore } from '../ports';
import { addCounts, type JobProblem, type JobReport } from './jobReport';
import { parseRunMessage, type RunDocument, type RunMessage, readRun, runKey } from './runDocument';
import type { RunRequest } from './runRequest';

/** What a slice gave: the job's report and, when more is left, where it goes on. */
export interface SliceReport extends JobReport {
  /** detect: what was raised, or with dryRun would be. */
  readonly incidents?: readonly IncidentReport[];
  readonly cursor?: string;
}

export interface RunDependencies {
  readonly state: StateStore;
  readonly queue: Queue<RunMessage>;
  readonly clock: Clock;
  readonly log: Log;
  /** Runs one slice of the job that the request names. */
  readonly execute: (request: RunRequest, cursor: string | undefined) => Promise<SliceReport>;
}

/** Problems kept in the document; the rest is only counted. */
const PROBLEMS_KEPT = 100;
/** Incidents kept in the document; `counts` has them all. */
const INCIDENTS_KEPT = 200;

/**
 * One queue message. An error that may pass leaves the run `running` and is thrown, so that the queue brings it back; any other
 * ends the run as `failed`, and so does one that may pass at the last try, after which the message is poison.
 */
export async function executeRun(message: unknown, deps: RunDependencies, lastTry = false): Promise<RunDocument> {
  const { runId, cursor, slice } = need(parseRunMessage(message));
  const entry = await readRun(runId, deps.state);
  if (entry === undefined)
    throw new FlowtrapError('notFound', 'the run has no document any more.', { subject: `run ${runId}` });
  if (entry.value.slices > slice || entry.value.endedAt !== undefined) {
    deps.log.info(`run ${runId}: slice ${slice} is done already; the message came twice.`);
    return entry.value;
  }

  const started: RunDocument = {
    ...entry.value,
    status: 'running',
    startedAt: entry.value.startedAt ?? deps.clock.now().toISOString(),
  };
  const etag = await deps.state.put(runKey(runId), started, { ifMatch: entry.etag });
  let report: SliceReport;
  try {
    report = await deps.execute(started.request, cursor);
  } catch (error) {
    const message = describeError(error);
    const transient = !(error instanceof FlowtrapError) || error.retryable;
    const failed: RunDocument =
      transient && !lastTry
        ? { ...started, error: message }
        : { ...started, status: 'failed', error: message, endedAt: deps.clock.now().toISOString() };
    await deps.state.put(runKey(runId), failed, { ifMatch: etag });
    if (transient) throw error;
    return failed;
  }

  const problems = keep([...started.problems, ...report.problems]);
  const counts = addCounts(started.counts, report.counts);
  const all = [...(started.incidents ?? []), ...(report.incidents ?? [])].slice(0, INCIDENTS_KEPT);
  const incidents = report.incidents === undefined ? {} : { incidents: all };
  if (report.cursor !== undefined) {
    await deps.queue.send({ runId, cursor: report.cursor, slice: slice + 1 });
    const next: RunDocument = { ...started, slices: slice + 1, counts, problems, ...incidents, error: undefined };
    await deps.state.put(runKey(runId), next, { ifMatch: etag });
    return next;
  }
  const ended: RunDocument = {
    ...started,
    status: problems.length > 0 ? 'partial' : 'succeeded',
    slices: slice + 1,
    counts,
    problems,
    ...incidents,
    error: undefined,
    endedAt: deps.clock.now().toISOString(),
  };
  await deps.state.put(runKey(runId), ended, { ifMatch: etag });
  return ended;
}

function need(message: RunMessage | undefined): RunMessage {
  if (message === undefined)
    throw new FlowtrapError('malformed', 'the message on the run queue is no run message.', {
      fix: 'Start runs with POST /api/rerun.',
    });
  return message;
}

function keep(problems: readonly JobProblem[]): readonly JobProblem[] {
  if (problems.length <= PROBLEMS_KEPT) return problems;
  return [
    ...problems.slice(0, PROBLEMS_KEPT - 1),
    { subject: 'problems', message: `${problems.length - PROBLEMS_KEPT + 1} more are not kept here.` },
  ];
}
