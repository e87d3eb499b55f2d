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
