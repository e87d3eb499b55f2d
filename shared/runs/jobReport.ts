/** What every job gives back: what it counted, and what went wrong without stopping it. */

export interface JobProblem {
  /** The thing concerned: a blob, rule, owner, setting. */
  readonly subject: string;
  /** What happened and what to do, complete on its own. */
  readonly message: string;
}

export interface JobReport {
  /** Whole numbers by name (`records`, `sessions`, `skipped.noData`, `incidents` …). */
  readonly counts: Readonly<Record<string, number>>;
  /** Never empty when anything failed; the job's neighbours went on. */
  readonly problems: readonly JobProblem[];
}

/** The sums of two sets of counts. */
export function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}
