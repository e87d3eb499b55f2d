/** What a round found, read back from where an analyst would look: Log Analytics and the incidents. */
import { describeError } from '../../../shared/errors';
import { type LogRow, queryLogs } from './queryLogs';
import type { Stack } from './startStack';

/** The time that fed sessions cover. */
export interface CoveredTime {
  /** Milliseconds since the epoch: the earliest and the latest session. */
  readonly first: number;
  readonly last: number;
}

export interface FoundIncident {
  readonly rule: string;
  readonly title: string;
  readonly severity: string;
  /** Values of the incident's entities, sorted. */
  readonly entities: readonly string[];
  /** Result rows behind it. */
  readonly rows: number;
}

export interface RoundSummary {
  readonly indicators: number;
  readonly blobs: number;
  readonly records: number;
  readonly sessions: number;
  readonly skipped: number;
  readonly deadLetters: number;
  readonly rules: number;
  readonly incidents: readonly FoundIncident[];
  /** What did not work; empty when all is well. */
  readonly failures: readonly string[];
  /** With --logs: the time that the sessions cover, ISO 8601. */
  readonly covered?: { readonly first: string; readonly last: string };
}

const TOTALS = `
FlowtrapRuns_CL
| where Job == "normalize"
| summarize records = sum(Records), sessions = sum(Sessions), skipped = sum(Skipped), deadLetters = sum(DeadLettered)`;

const PROBLEMS = `
FlowtrapRuns_CL
| where Status != "Succeeded"
| mv-expand Problem = Problems
| summarize Times = count() by Job, Subject = tostring(Problem.subject), Message = tostring(Problem.message)
| sort by Times desc
| take 20`;

const ALERTS = `
FlowtrapAlerts_CL
| summarize arg_max(Revision, *) by AlertId
| where isnotempty(IncidentId)
| project IncidentId, RuleName, ResultCount, Entities`;

export async function collect(
  stack: Stack,
  failures: readonly string[],
  covered: CoveredTime | undefined,
): Promise<RoundSummary> {
  const { file } = stack;
  const [[totals], [indicators], [rules], blobs, problems, alerts] = await Promise.all([
    queryLogs(file, TOTALS),
    queryLogs(file, 'ThreatIntelligenceIndicator | summarize n = dcount(IndicatorId)'),
    queryLogs(file, 'FlowtrapRuns_CL | where Job == "detect" | summarize n = max(tolong(Counts.rules))'),
    queryLogs(file, 'FlowtrapRuns_CL | where Job == "normalize" and Status != "Failed" | summarize by Subject'),
    queryLogs(file, PROBLEMS),
    queryLogs(file, ALERTS),
  ]);
  return {
    indicators: count(indicators?.n),
    blobs: blobs.length,
    records: count(totals?.records),
    sessions: count(totals?.sessions),
    skipped: count(totals?.skipped),
    deadLetters: count(totals?.deadLetters),
    rules: count(rules?.n),
    incidents: await incidents(stack, alerts),
    failures: [...failures, ...problems.map((p) => failureLine(String(p.Job), String(p.Subject), String(p.Message)))],
    ...(covered === undefined
      ? {}
      : { covered: { first: new Date(covered.first).toISOString(), last: new Date(covered.last).toISOString() } }),
  };
}

/** Most messages name their subject themselves. */
function failureLine(job: string, subject: string, message: string): string {
  return message.startsWith(subject) ? `${job}: ${message}` : `${job} ${subject}: ${message}`;
}

async function incidents(stack: Stack, alerts: readonly LogRow[]): Promise<FoundIncident[]> {
  return stack.sentinel
    .snapshot()
    .incidents.map(({ id, properties }) => {
      const own = alerts.filter((alert) => alert.IncidentId === id);
      return {
        rule: String(own[0]?.RuleName ?? ''),
        title: properties.title,
        severity: properties.severity,
        entities: [...new Set(own.flatMap((alert) => entityValues(String(alert.Entities ?? '[]'))))].sort(),
        rows: own.reduce((sum, alert) => sum + count(alert.ResultCount), 0),
      };
    })
    .sort((a, b) => a.rule.localeCompare(b.rule) || a.title.localeCompare(b.title));
}

/** The identifiers' values of FlowtrapAlerts_CL.Entities: `[{"Type":"ip","Address":"…"}]`. */
function entityValues(json: string): string[] {
  try {
    const entities = JSON.parse(json) as Readonly<Record<string, unknown>>[];
    return entities.flatMap((entity) =>
      Object.entries(entity)
        .filter(([name]) => name !== 'Type' && !name.startsWith('$'))
        .map(([, value]) => String(value)),
    );
  } catch (error) {
    return [describeError(error)];
  }
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
