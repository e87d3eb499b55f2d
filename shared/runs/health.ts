/** What GET /api/health answers: each job's last success, lag and last error, and every configuration problem. */
import { Cron } from 'croner';
import type { Config } from '../config';
import { DAY } from '../duration';
import { describeError } from '../errors';
import type { StateStore } from '../ports';
import type { JobProblem } from './jobReport';
import { type JobStatus, readJobStatuses } from './jobStatus';
import type { JobName } from './runRequest';

export interface JobHealth {
  readonly job: JobName;
  readonly ok: boolean;
  readonly lastSuccess: string | null;
  /** Seconds since the last success; null before the first. */
  readonly lagSeconds: number | null;
  readonly lastError: { readonly at: string; readonly message: string } | null;
  readonly problems: readonly JobProblem[];
  /** Sessions of the newest run that had any which came too late to keep their time (two days); no past window sees them. */
  readonly tooLate: { readonly at: string; readonly sessions: number } | null;
}

export interface Health {
  readonly ok: boolean;
  /** How incidents are raised in this workspace. */
  readonly incidentsBy: 'api' | 'nativeRule' | null;
  readonly jobs: readonly JobHealth[];
  /** Every configuration problem, by setting. */
  readonly configuration: readonly { readonly setting: string; readonly problem: string }[];
  /** What a person should know or do: poison messages, a SourceSystem that did not arrive … */
  readonly notices: readonly JobProblem[];
}

export interface HealthDependencies {
  readonly config: Config;
  /** Throws when storage is unusable; that is then a notice, not a failure of health itself. */
  readonly state: () => StateStore;
  /** Approximate number of messages in each poison queue, by queue name. */
  readonly poisoned: () => Promise<Readonly<Record<string, number>>>;
  readonly now: Date;
  /** When this process started: a job that never ran is only late after a few of its intervals. */
  readonly startedAt: Date;
}

/** A timer's job is late after this many of its intervals. */
const INTERVALS_UNTIL_LATE = 3;

export async function health(deps: HealthDependencies): Promise<Health> {
  const notices: JobProblem[] = [];
  const note = (subject: string, error: unknown): void => void notices.push({ subject, message: describeError(error) });

  const statuses = await Promise.resolve()
    .then(() => readJobStatuses(deps.state()))
    .catch((error: unknown) => {
      note('storage', error);
      return [] as JobStatus[];
    });
  const poisoned = await deps.poisoned().catch((error: unknown) => {
    note('queues', error);
    return {};
  });
  for (const [queue, count] of Object.entries(poisoned)) {
    if (count > 0)
      notices.push({
        subject: queue,
        message: `${count} messages failed five times and wait in ${queue}-poison. Mend the cause, then put them back (docs/operations.md).`,
      });
  }
  const sourceSystem = await Promise.resolve()
    .then(() => deps.state().get<{ ok: boolean; sent: string; arrived: string }>('threatconnect/sourceSystem'))
    .catch(() => undefined);
  if (sourceSystem?.value.ok === false) {
    const { sent, arrived } = sourceSystem.value;
    notices.push({
      subject: 'ThreatIntelligenceIndicator',
      message: `SourceSystem was sent as "${sent}" and arrived as "${arrived}": no ThreatConnect rule can match. Set SourceSystem in the data collection rule's transformation.`,
    });
  }

  const jobs = statuses.map((status) => jobHealth(status, deps));
  const { config } = deps;
  return {
    ok: notices.length === 0 && config.problems.length === 0 && jobs.every((job) => job.ok),
    incidentsBy: config.incidents.ok ? config.incidents.value.by : null,
    jobs,
    configuration: config.problems,
    notices,
  };
}

function jobHealth(status: JobStatus, { config, now, startedAt }: HealthDependencies): JobHealth {
  const { job, lastSuccess, lastError, problems } = status;
  const lag = lastSuccess === undefined ? undefined : now.getTime() - Date.parse(lastSuccess);
  const failing = lastError !== undefined && (lastSuccess === undefined || lastError.at > lastSuccess);
  const schedule = {
    indicators: config.schedules.pullIndicators,
    sweep: config.schedules.sweepFlows,
    detect: config.schedules.detect,
    normalize: undefined,
  }[job];
  const patience = schedule === undefined ? Number.POSITIVE_INFINITY : INTERVALS_UNTIL_LATE * interval(schedule, now);
  const late = (lag ?? now.getTime() - startedAt.getTime()) > patience;
  return {
    job,
    ok: !failing && !late && problems.length === 0,
    lastSuccess: lastSuccess ?? null,
    lagSeconds: lag === undefined ? null : Math.round(lag / 1000),
    lastError: lastError ?? null,
    tooLate: status.tooLate ?? null,
    problems: late
      ? [
          ...problems,
          { subject: job, message: `has not come through for more than ${INTERVALS_UNTIL_LATE} of its intervals.` },
        ]
      : problems,
  };
}

/** Milliseconds between the next two occurrences of a schedule. */
function interval(schedule: string, now: Date): number {
  const [first, second] = new Cron(schedule, { paused: true, timezone: 'UTC' }).nextRuns(2, now);
  return first && second ? second.getTime() - first.getTime() : DAY;
}
