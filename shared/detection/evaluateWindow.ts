/**
 * One rule, one window: query, alerts, decisions, rows, incidents. The only way by which anything is raised, for the timer, a
 * rerun and late data alike. The order makes every crash harmless: the decision to state, then the alert row, then the incident,
 * then that it is raised.
 */
import { describeError, FlowtrapError } from '../errors';
import type { Clock, Incidents, Lease, LogQuery, RowSink } from '../ports';
import type { Rule } from '../rules/rule';
import { type AlertRow, type AlertRowContext, writeAlertRows } from './alertRows';
import { type Assignment, assign, type Joinable } from './assignment';
import type { Assignments } from './assignments';
import { type Alert, buildAlerts } from './buildAlerts';
import { type Contribution, contributionEntities, contributionRows, gravest } from './contribution';
import type { IncidentReport, ReportBuilder } from './detectReport';
import { type RaiseOutcome, raise } from './raise';
import { windowEndingAt } from './windows';

/** A rule at work: what its windows share. */
export interface RuleSession {
  readonly rule: Rule;
  readonly query: LogQuery;
  readonly alerts: RowSink;
  /** Undefined: a native rule raises them. */
  readonly incidents: Incidents | undefined;
  readonly clock: Clock;
  readonly assignments: Assignments;
  /** Undefined: a dry run, nothing is written. */
  readonly lease: Lease | undefined;
  /** The rule's text as of a window's end. */
  readonly textAt: (end: number) => string;
  /** New incidents that may still be created in this run, over all rules. */
  readonly budget: { left: number };
}

export interface WindowResult {
  readonly suppressed: boolean;
  readonly rows: number;
  readonly alerts: number;
  readonly incidents: readonly IncidentReport[];
}

/**
 * @param end W: a multiple of the rule's frequency.
 * @throws FlowtrapError when the window has to be evaluated again; what was done stays done.
 */
export async function evaluateWindow(session: RuleSession, end: number): Promise<WindowResult> {
  const { rule, assignments } = session;
  const window = windowEndingAt(rule, end);
  const reach = 2 * rule.grouping.lookback;
  const known = { from: end - Math.max(reach, rule.suppression ?? 0), to: end + reach };
  await assignments.load(known.from, Math.min(known.to, Math.max(end, session.clock.now().getTime())));
  if (isSuppressed(session, end)) return { suppressed: true, rows: 0, alerts: 0, incidents: [] };

  const kql = session.textAt(end);
  const table = await session.query.query(kql, window);
  const alerts = buildAlerts(rule, window, table);
  const joinable = joinableIncidents(session, known);
  const decided: AlertRow[] = [];
  for (const alert of alerts) {
    const assignment = await decide(session, alert, end, known, joinable);
    assignments.set(assignment);
    decided.push({ alert, assignment });
  }
  await assignments.save();

  const contributions = contributionsOf(rule, window, kql, decided);
  const context = { rule, window, kql, writtenAt: session.clock.now() };
  const outcomes =
    session.lease === undefined ? contributions.map(foreseen) : await write(session, contributions, context, known);
  return {
    suppressed: false,
    rows: table.rows.length,
    alerts: alerts.length,
    incidents: rule.createIncident
      ? contributions.map((contribution, index) => reportOf(contribution, outcomes[index] ?? 'unchanged'))
      : [],
  };
}

/** The same, counted into a report. */
export async function evaluateInto(report: ReportBuilder, session: RuleSession, end: number): Promise<void> {
  const result = await evaluateWindow(session, end);
  report.count('windows');
  if (result.suppressed) report.count('windows.suppressed');
  report.count('rows', result.rows);
  report.count('alerts', result.alerts);
  for (const incident of result.incidents) report.incident(incident);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** After an alert the rule rests for the suppression time; a window that has alerts of its own is looked at all the same. */
function isSuppressed({ rule, assignments }: RuleSession, end: number): boolean {
  if (rule.suppression === undefined) return false;
  let suppressed = false;
  for (const { windowEnd } of assignments.between(end - rule.suppression + 1, end)) {
    if (windowEnd === end) return false;
    suppressed = true;
  }
  return suppressed;
}

async function decide(
  { rule, assignments }: RuleSession,
  alert: Alert,
  end: number,
  known: Range,
  joinable: (incidentId: string) => Promise<Joinable>,
): Promise<Assignment> {
  const before = assignments.get(alert.id, end);
  if (before === undefined) return assign(rule, alert, end, assignments.between(known.from, known.to), joinable);
  if (before.digest === alert.digest) return before;
  const phase = before.phase === 'decided' ? 'decided' : 'changed';
  return { ...before, phase, revision: before.revision + 1, digest: alert.digest };
}

/** Asks each incident once. */
function joinableIncidents(session: RuleSession, known: Range): (incidentId: string) => Promise<Joinable> {
  const { incidents, rule, assignments } = session;
  const answers = new Map<string, Promise<Joinable>>();
  const ask = async (id: string): Promise<Joinable> => {
    const found = await incidents?.get(id);
    if (found === undefined) {
      if (incidents === undefined) return 'open';
      const raised = [...assignments.between(known.from, known.to)].some(
        ({ incidentId, phase }) => incidentId === id && (phase === 'raised' || phase === 'changed'),
      );
      return raised ? 'deleted' : 'open';
    }
    if (found.incident.status !== 'Closed') return 'open';
    return rule.grouping.reopenClosedIncident ? 'reopen' : 'closed';
  };
  return (id) => {
    const answer = answers.get(id) ?? ask(id);
    answers.set(id, answer);
    return answer;
  };
}

function contributionsOf(
  rule: Rule,
  window: Contribution['window'],
  kql: string,
  decided: readonly AlertRow[],
): Contribution[] {
  const byIncident = new Map<string, AlertRow[]>();
  for (const row of decided) {
    const { incidentId } = row.assignment;
    byIncident.set(incidentId, [...(byIncident.get(incidentId) ?? []), row]);
  }
  return [...byIncident].map(([incidentId, alerts]) => ({
    rule,
    window,
    kql,
    incidentId,
    opens: alerts.some(({ assignment }) => assignment.anchor === assignment.windowEnd),
    alerts,
  }));
}

/** Rows and incidents of what is new or changed. What succeeds is kept even when something beside it fails. */
async function write(
  session: RuleSession,
  contributions: readonly Contribution[],
  context: AlertRowContext,
  known: Range,
): Promise<RaiseOutcome[]> {
  const { rule, incidents, assignments } = session;
  const raising = rule.createIncident && incidents !== undefined;
  const pending = contributions.flatMap(({ alerts }) => alerts.filter(isPending));
  assertLease(session);
  const rows = raising ? pending : pending.map((row) => withPhase(row, 'recorded'));
  await writeAlertRows(session.alerts, rows, context);
  if (!raising) {
    for (const { assignment } of rows) assignments.set(assignment);
    await assignments.save();
    return contributions.map(foreseen);
  }

  const raised: AlertRow[] = [];
  const outcomes: RaiseOutcome[] = [];
  const failures: { readonly id: string; readonly error: unknown }[] = [];
  for (const contribution of contributions) {
    if (!contribution.alerts.some(isPending)) {
      outcomes.push('unchanged');
      continue;
    }
    try {
      assertLease(session);
      const { outcome, textDigest } = await raise(contribution, {
        incidents,
        others: othersOf(session, contribution, known),
        reopen:
          rule.grouping.reopenClosedIncident &&
          contribution.alerts.some(({ assignment }) => assignment.phase === 'decided'),
        beforeCreate: () => spend(session.budget),
      });
      outcomes.push(outcome);
      for (const row of contribution.alerts) {
        if (!isPending(row) && row.assignment.textDigest === textDigest) continue;
        const revision = row.assignment.revision + 1;
        raised.push({ ...row, assignment: { ...row.assignment, phase: 'raised', revision, textDigest } });
      }
    } catch (error) {
      outcomes.push('unchanged');
      failures.push({ id: contribution.incidentId, error });
    }
  }
  await writeAlertRows(session.alerts, raised, context);
  for (const { assignment } of raised) assignments.set(assignment);
  await assignments.save();
  if (failures.length > 0) throw failureOf(failures, contributions.length);
  return outcomes;
}

function isPending({ assignment }: AlertRow): boolean {
  return assignment.phase === 'decided' || assignment.phase === 'changed';
}

function withPhase(row: AlertRow, phase: Assignment['phase']): AlertRow {
  return { ...row, assignment: { ...row.assignment, phase } };
}

function othersOf({ assignments }: RuleSession, { incidentId, alerts }: Contribution, known: Range): Assignment[] {
  const own = new Set(alerts.map(({ alert }) => alert.id));
  return [...assignments.between(known.from, known.to)].filter(
    (assignment) => assignment.incidentId === incidentId && !own.has(assignment.alertId),
  );
}

function spend(budget: { left: number }): void {
  if (budget.left <= 0) {
    throw new FlowtrapError('limit', 'this run has created as many incidents as one run may; the next one goes on.', {
      fix: 'If it lasts, make the rule stricter or group its alerts.',
    });
  }
  budget.left--;
}

function assertLease({ lease, rule }: RuleSession): void {
  if (lease?.signal.aborted) {
    throw new FlowtrapError('conflict', 'the lease on its state was lost; the next run goes on.', {
      subject: `rule ${rule.name}`,
    });
  }
}

function failureOf(failures: readonly { id: string; error: unknown }[], of: number): FlowtrapError {
  const [first] = failures as [{ id: string; error: unknown }];
  const code = first.error instanceof FlowtrapError ? first.error.code : 'unavailable';
  const count = of > 1 ? ` (${failures.length} of ${of} incidents of the window)` : '';
  return new FlowtrapError(code, `could not be raised${count}: ${describeError(first.error)}`, {
    subject: `incident ${first.id}`,
    cause: first.error,
  });
}

/** What a run that writes would do, as far as that can be told without writing. */
function foreseen({ alerts }: Contribution): RaiseOutcome {
  if (alerts.every((row) => !isPending(row))) return 'unchanged';
  return alerts.every(({ assignment }) => assignment.phase === 'decided' && assignment.anchor === assignment.windowEnd)
    ? 'created'
    : 'updated';
}

function reportOf(contribution: Contribution, outcome: RaiseOutcome): IncidentReport {
  const { rule, alerts, incidentId, window } = contribution;
  return {
    ruleId: rule.id,
    rule: rule.name,
    title: alerts[0]?.alert.title ?? rule.name,
    severity: gravest(alerts.map(({ alert }) => alert.severity)),
    entities: contributionEntities(contribution),
    rows: contributionRows(contribution).rows.length,
    incidentId,
    outcome,
    windows: [window.to.toISOString()],
  };
}
