/** How each job is doing, kept in state as `status/<job>` so that health can tell without asking any service. */
import { FlowtrapError } from '../errors';
import type { StateStore } from '../ports';
import type { JobProblem } from './jobReport';
import { JOBS, type JobName } from './runRequest';

export interface JobStatus {
  readonly job: JobName;
  /** End of the newest run that came through (problems with single things included). */
  readonly lastSuccess?: string;
  readonly lastError?: { readonly at: string; readonly message: string };
  /** What the newest run that came through could not do. */
  readonly problems: readonly JobProblem[];
  readonly counts: Readonly<Record<string, number>>;
  /** normalize: the newest run with sessions too old to keep their time in the service, so that no past window sees them. */
  readonly tooLate?: { readonly at: string; readonly sessions: number };
}

const PROBLEMS_KEPT = 20;
const ATTEMPTS = 5;

export type JobEnd =
  | { readonly at: string; readonly counts: Readonly<Record<string, number>>; readonly problems: readonly JobProblem[] }
  | { readonly at: string; readonly error: string };

/** Notes how a run ended. Concurrent runs of one job write one after the other; the newest word stands. */
export async function noteJobEnd(job: JobName, end: JobEnd, state: StateStore): Promise<void> {
  const key = `status/${job}`;
  for (let attempt = 1; ; attempt++) {
    const entry = await state.get<JobStatus>(key);
    const before = entry?.value ?? { job, problems: [], counts: {} };
    const after: JobStatus =
      'error' in end
        ? { ...before, lastError: { at: end.at, message: end.error } }
        : {
            ...before,
            lastSuccess: end.at,
            counts: end.counts,
            problems: end.problems.slice(0, PROBLEMS_KEPT),
            ...(end.counts.tooLate ? { tooLate: { at: end.at, sessions: end.counts.tooLate } } : {}),
          };
    try {
      await state.put(key, after, { ifMatch: entry?.etag ?? 'absent' });
      return;
    } catch (error) {
      if (!(error instanceof FlowtrapError && error.code === 'conflict') || attempt === ATTEMPTS) throw error;
    }
  }
}

export async function readJobStatuses(state: StateStore): Promise<JobStatus[]> {
  return Promise.all(
    JOBS.map(async (job) => (await state.get<JobStatus>(`status/${job}`))?.value ?? { job, problems: [], counts: {} }),
  );
}
