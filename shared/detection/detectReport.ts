/** What a run of detection gives back. */
import type { Severity } from '../ports';
import type { JobProblem, JobReport } from '../runs/jobReport';
import { type Entity, mergeEntities } from './entities';
import type { RaiseOutcome } from './raise';

/** An incident that the run touched. */
export interface IncidentReport {
  readonly ruleId: string;
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly entities: readonly Entity[];
  /** Result rows of the evaluated windows that it shows. */
  readonly rows: number;
  readonly incidentId: string;
  readonly outcome: RaiseOutcome;
  /** Ends of the evaluated windows that belong to it, ISO 8601. */
  readonly windows: readonly string[];
}

export interface DetectReport extends JobReport {
  readonly incidents: readonly IncidentReport[];
  /** A requested run has more to do: pass it to the next call. */
  readonly cursor?: string;
}

/** Collects over windows and rules. */
export class ReportBuilder {
  private readonly counts: Record<string, number> = {};
  private readonly incidents = new Map<string, IncidentReport>();
  readonly problems: JobProblem[] = [];

  count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  problem(subject: string, message: string): void {
    this.problems.push({ subject, message });
  }

  /** The first of a subject with this text; the same again is not repeated. */
  problemOnce(subject: string, message: string): void {
    if (!this.problems.some((known) => known.subject === subject && known.message === message))
      this.problem(subject, message);
  }

  incident(report: IncidentReport): void {
    const known = this.incidents.get(report.incidentId);
    this.incidents.set(
      report.incidentId,
      known === undefined
        ? report
        : {
            ...known,
            entities: mergeEntities(known.entities, report.entities),
            rows: known.rows + report.rows,
            outcome: strongest(known.outcome, report.outcome),
            windows: [...new Set([...known.windows, ...report.windows])].sort(),
          },
    );
  }

  build(cursor?: string): DetectReport {
    const incidents = [...this.incidents.values()];
    const counts = { ...this.counts, incidents: incidents.length };
    for (const { outcome } of incidents) {
      const name = `incidents.${outcome}` as const;
      Object.assign(counts, { [name]: ((counts as Record<string, number>)[name] ?? 0) + 1 });
    }
    return { counts, problems: this.problems, incidents, ...(cursor === undefined ? {} : { cursor }) };
  }
}

function strongest(a: RaiseOutcome, b: RaiseOutcome): RaiseOutcome {
  if (a === 'created' || b === 'created') return 'created';
  return a === 'updated' || b === 'updated' ? 'updated' : 'unchanged';
}
