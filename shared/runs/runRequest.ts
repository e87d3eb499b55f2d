/** What POST /api/rerun accepts: any job again, for any past window. Checked whole, so that every mistake is answered at once. */
import { FlowtrapError } from '../errors';

export const JOBS = ['indicators', 'normalize', 'sweep', 'detect'] as const;
export type JobName = (typeof JOBS)[number];

export interface RunRequest {
  readonly job: JobName;
  /** detect: id of one rule; left out: all rules. */
  readonly rule?: string;
  /** normalize: one blob, `account/container/name`; left out: all blobs last modified in [from, to). */
  readonly blob?: string;
  /** ISO 8601 with zone. Which time it bounds depends on the job: lastModified in ThreatConnect, of the blob, or a window's end. */
  readonly from?: string;
  readonly to?: string;
  /** Work everything out, write nothing. */
  readonly dryRun?: boolean;
  /** normalize: also blobs whose sessions are too old to keep their time in the service (two days). */
  readonly allowLate?: boolean;
}

type FieldType = 'string' | 'boolean' | 'time';

/** Which fields a request may have, and for which jobs. */
const FIELDS: Readonly<Record<Exclude<keyof RunRequest, 'job'>, { type: FieldType; jobs: readonly JobName[] }>> = {
  rule: { type: 'string', jobs: ['detect'] },
  blob: { type: 'string', jobs: ['normalize'] },
  from: { type: 'time', jobs: ['indicators', 'normalize', 'detect'] },
  to: { type: 'time', jobs: ['indicators', 'normalize', 'detect'] },
  dryRun: { type: 'boolean', jobs: JOBS },
  allowLate: { type: 'boolean', jobs: ['normalize'] },
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})$/;
const BLOB = /^[a-z0-9]{3,24}\/[a-z0-9$-]{3,63}\/.{1,1024}$/s;
/** Longest range of one request, so that a typing mistake does not start a year of work. */
const LONGEST_RANGE_DAYS = 92;

/**
 * @param body the request's JSON, parsed.
 * @param now for the check that a range lies in the past.
 * @throws FlowtrapError `malformed` listing everything that is wrong.
 */
export function parseRunRequest(body: unknown, now: Date): RunRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw malformed(['the body is no JSON object.']);
  }
  const given = body as Record<string, unknown>;
  const problems: string[] = [];
  const job = JOBS.find((name) => name === given.job);
  if (job === undefined)
    problems.push(`job is ${JSON.stringify(given.job) ?? 'missing'}; it must be one of ${JOBS.join(', ')}.`);

  const request: Record<string, unknown> = { job };
  for (const [name, value] of Object.entries(given)) {
    if (name === 'job' || value === null || value === undefined) continue;
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS] : undefined;
    if (field === undefined) problems.push(`${JSON.stringify(name.slice(0, 50))} is no field of a request.`);
    else if (job !== undefined && !field.jobs.includes(job)) problems.push(`${name} does not apply to ${job}.`);
    else if (!fits(field.type, value)) problems.push(`${name} must be ${FORMS[field.type]}.`);
    else request[name] = field.type === 'time' ? new Date(value as string).toISOString() : value;
  }

  const { rule, blob, from, to } = request as { rule?: string; blob?: string; from?: string; to?: string };
  if (rule !== undefined && rule.length > 200) problems.push('rule is longer than 200 characters.');
  if (blob !== undefined && !BLOB.test(blob)) problems.push('blob must be account/container/name.');
  if (blob !== undefined && (from !== undefined || to !== undefined))
    problems.push('give blob, or from and to, not both.');
  if (job === 'normalize' && blob === undefined && from === undefined)
    problems.push('normalize needs blob, or from and to.');
  if ((from === undefined) !== (to === undefined)) problems.push('from and to go together.');
  if (job === 'detect' && from === undefined) problems.push('detect needs from and to.');
  if (from !== undefined && to !== undefined) {
    if (from >= to) problems.push('from must lie before to.');
    if (to > now.toISOString()) problems.push('to lies in the future.');
    if (Date.parse(to) - Date.parse(from) > LONGEST_RANGE_DAYS * 86_400_000)
      problems.push(`the range is longer than ${LONGEST_RANGE_DAYS} days.`);
  }
  if (problems.length > 0) throw malformed(problems);
  return request as unknown as RunRequest;
}

const FORMS: Readonly<Record<FieldType, string>> = {
  string: 'text',
  boolean: 'true or false',
  time: 'an ISO 8601 time with a zone, such as 2026-03-02T10:00:00Z',
};

function fits(type: FieldType, value: unknown): boolean {
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string' || value === '') return false;
  return type === 'string' || (TIME.test(value) && !Number.isNaN(Date.parse(value)));
}

function malformed(problems: readonly string[]): FlowtrapError {
  return new FlowtrapError('malformed', problems.join(' '), { subject: 'rerun request' });
}
