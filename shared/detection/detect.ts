/**
 * Detection: `detect` for the timer (due windows, then late data, rule by rule), `evaluate` for a requested range. Rules run
 * side by side, each under its lease; one that fails never stops another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DetectionSettings } from '../config';
import { DAY, MINUTE } from '../duration';
import { describeError, FlowtrapError } from '../errors';
import type { Clock, Incidents, Lease, Log, LogQuery, RowSink, StateStore } from '../ports';
import type { Rule } from '../rules/rule';
import type { JobProblem } from '../runs/jobReport';
import { ArrivalScan } from './arrivals';
import { Assignments } from './assignments';
import { MOST_ALERTS } from './buildAlerts';
import type { ClockCalls } from './clockCalls';
import { type DetectReport, ReportBuilder } from './detectReport';
import { evaluateInto, type RuleSession } from './evaluateWindow';
import { evaluateLate, noticeLate } from './lateWindows';
import { KeptRuleState, ruleKey } from './ruleState';
import { endsBetween, lastEnd } from './windows';

export type { DetectReport, IncidentReport } from './detectReport';

export interface DetectionDependencies {
  readonly rules: readonly Rule[];
  /** Rule files that could not be loaded: they appear in every report. */
  readonly ruleProblems: readonly JobProblem[];
  readonly query: LogQuery;
  readonly alerts: RowSink;
  /** Undefined: incidents are made by a native rule over the alert rows. */
  readonly incidents: Incidents | undefined;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<DetectionSettings, 'delay'>;
  /** Where rules without state begin. Left out: a day before now. */
  readonly start?: Date;
  readonly clockCalls: ClockCalls;
  /** No new window is begun after it (real time). */
  readonly deadline?: Date;
  /** How long a requested run waits for a rule that another run is at (milliseconds); a minute when left out. */
  readonly leasePatience?: number;
}

export interface EvaluateRequest {
  /** Id or name of one rule; left out: all. */
  readonly rule?: string;
  /** Every window end W in (from, to]. */
  readonly from: Date;
  readonly to: Date;
  /** Write nothing. */
  readonly dryRun?: boolean;
  /** Of the report of the slice before. */
  readonly cursor?: string;
}

/** Scheduled windows of one rule in one run; the rest follows in the next. */
const DUE_WINDOWS = 50;
/** Windows of one slice of a requested run, over all rules. */
const SLICE_WINDOWS = 400;
/** Some 3,000 new incidents a day is where a workspace gets into trouble (Sentinel service limits). */
const NEW_INCIDENTS = 200;
const RULES_AT_ONCE = 4;
/** Failures in a row after which a window is put aside for later, so that the rule gets on. */
const PATIENCE = { final: 3, passing: 24 };
/** Assignments stay in state this long after twice the lookback; older ones can be read back from the table. */
const KEPT = 16 * DAY;

/** The timer's run. */
export async function detect(deps: DetectionDependencies): Promise<DetectReport> {
  const report = begin(deps);
  const scan = new ArrivalScan(deps.query);
  const budget = { left: NEW_INCIDENTS };
  await forEachAtOnce(enabledRules(deps, report), RULES_AT_ONCE, (rule) =>
    guarded(deps, rule, report, async () => {
      const lease = await deps.state.lease(ruleKey(rule.id));
      if (lease === undefined) {
        report.count('rules.busy');
        return;
      }
      try {
        await runRule(deps, rule, lease, scan, budget, report);
      } finally {
        await lease.release();
      }
    }),
  );
  return report.build();
}

/**
 * A rerun: every window end in the range, whatever was evaluated before. Marks of the schedule stay as they are.
 * @throws FlowtrapError `notFound` for an unknown rule, `malformed` for an unknown cursor, `conflict` when another run stays at
 *   one of the rules: request or repeat it later.
 */
export async function evaluate(deps: DetectionDependencies, request: EvaluateRequest): Promise<DetectReport> {
  const report = begin(deps);
  const until = Math.min(request.to.getTime(), deps.clock.now().getTime());
  const plan = enabledRules(deps, report, request.rule)
    .flatMap((rule) => [...endsBetween(rule, request.from.getTime(), until)].map((end) => ({ rule, end })))
    .sort((a, b) => a.end - b.end || (a.rule.id < b.rule.id ? -1 : 1));
  const first = firstOf(plan, request.cursor);
  const budget = { left: NEW_INCIDENTS };
  const opened = new Map<string, Opened>();
  const unusable = new Set<string>();
  try {
    for (let index = first; index < plan.length; index++) {
      const { rule, end } = plan[index] as (typeof plan)[number];
      const full = index - first >= SLICE_WINDOWS || budget.left < MOST_ALERTS || isPast(deps.deadline);
      if (index > first && full) {
        report.count('windows.remaining', plan.length - index);
        return report.build(`${end}/${rule.id}`);
      }
      if (unusable.has(rule.id)) continue;
      if (!opened.has(rule.id)) {
        const lease = request.dryRun === true ? undefined : await takeLease(deps, rule);
        const session = await guarded(deps, rule, report, () => openForRequest(deps, rule, lease, budget));
        if (session === undefined) {
          await lease?.release();
          unusable.add(rule.id);
          continue;
        }
        opened.set(rule.id, { session, lease });
      }
      const session = opened.get(rule.id)?.session;
      if (session === undefined) continue;
      await guarded(deps, rule, report, () => evaluateInto(report, session, end));
    }
    return report.build();
  } finally {
    for (const { lease } of opened.values()) await lease?.release();
  }
}

async function runRule(
  deps: DetectionDependencies,
  rule: Rule,
  lease: Lease,
  scan: ArrivalScan,
  budget: { left: number },
  report: ReportBuilder,
): Promise<void> {
  const now = deps.clock.now().getTime();
  const start = lastEnd(rule, deps.start?.getTime() ?? now - DAY);
  const kept = await KeptRuleState.open(rule, deps.state, lease, start, deps.clockCalls);
  warn(deps, rule, kept, report);
  const session = sessionOf(deps, rule, lease, kept, budget);
  await noticeLate(rule, kept, scan, report);
  await kept.save();

  const due = [...endsBetween(rule, kept.value.evaluatedTo, now - deps.settings.delay)];
  let done = 0;
  for (const end of due.slice(0, DUE_WINDOWS)) {
    if (isPast(deps.deadline) || isSpent(budget, rule, report)) break;
    try {
      await evaluateInto(report, session, end);
      await kept.save({ evaluatedTo: end, failing: undefined, lastSuccess: deps.clock.now().toISOString() });
      done++;
    } catch (error) {
      if (!(await putAside(kept, end, error, deps, report, rule))) break;
      done++;
    }
  }
  if (due.length > done) report.count('windows.remaining', due.length - done);
  await evaluateLate(
    session,
    kept,
    { now, mustStop: () => isPast(deps.deadline) || isSpent(budget, rule, report) },
    report,
  );
  await session.assignments.prune(kept.value.evaluatedTo - 2 * rule.grouping.lookback - KEPT);
}

/** What of the rule's text stays at today in every window: counted each run, and in the log. */
function warn(deps: DetectionDependencies, rule: Rule, kept: KeptRuleState, report: ReportBuilder): void {
  const { warnings = [] } = kept.value;
  if (warnings.length > 0) report.count('rules.unmovable');
  for (const warning of warnings) deps.log.warn(`rule ${rule.name}: ${warning}`);
}

/** Counts the failure; after some, the window goes to the late ones. Whether the rule may get on. */
async function putAside(
  kept: KeptRuleState,
  end: number,
  error: unknown,
  deps: DetectionDependencies,
  report: ReportBuilder,
  rule: Rule,
): Promise<boolean> {
  const message = `window ending ${new Date(end).toISOString()}: ${describeError(error)}`;
  report.problem(`rule ${rule.name}`, message);
  report.count('windows.failed');
  deps.log.error(`rule ${rule.name}: ${message}`);
  const count = (kept.value.failing?.end === end ? kept.value.failing.count : 0) + 1;
  const passing = !(error instanceof FlowtrapError) || error.retryable || error.code === 'unauthorized';
  const lastError = { time: deps.clock.now().toISOString(), message };
  if (count < (passing ? PATIENCE.passing : PATIENCE.final)) {
    await kept.save({ failing: { end, count }, lastError });
    return false;
  }
  const late = [...kept.value.late.filter((window) => window.end !== end), { end, first: true }];
  await kept.save({ evaluatedTo: end, failing: undefined, late, lastError });
  report.count('windows.putAside');
  return true;
}

interface Opened {
  readonly session: RuleSession;
  readonly lease: Lease | undefined;
}

/** @throws FlowtrapError `conflict` when another run keeps the rule. */
async function takeLease(deps: DetectionDependencies, rule: Rule): Promise<Lease> {
  const until = Date.now() + (deps.leasePatience ?? MINUTE);
  for (;;) {
    const lease = await deps.state.lease(ruleKey(rule.id));
    if (lease !== undefined) return lease;
    if (Date.now() >= until) {
      throw new FlowtrapError('conflict', 'another run is evaluating it.', {
        subject: `rule ${rule.name}`,
        fix: 'It is tried again when that one has ended.',
      });
    }
    await sleep(1000);
  }
}

async function openForRequest(
  deps: DetectionDependencies,
  rule: Rule,
  lease: Lease | undefined,
  budget: { left: number },
): Promise<RuleSession> {
  const start = lastEnd(rule, deps.start?.getTime() ?? deps.clock.now().getTime() - DAY);
  const kept = await KeptRuleState.open(rule, deps.state, undefined, start, deps.clockCalls);
  return sessionOf(deps, rule, lease, kept, budget);
}

function sessionOf(
  deps: DetectionDependencies,
  rule: Rule,
  lease: Lease | undefined,
  kept: KeptRuleState,
  budget: { left: number },
): RuleSession {
  const { query, alerts, incidents, clock, state, clockCalls } = deps;
  return {
    rule,
    query,
    alerts,
    incidents,
    clock,
    lease,
    budget,
    assignments: new Assignments({ ruleId: rule.id, state, query, lease }),
    textAt: (end) => clockCalls.move(rule.query, kept.value.calls, new Date(end)),
  };
}

function begin(deps: DetectionDependencies): ReportBuilder {
  const report = new ReportBuilder();
  for (const { subject, message } of deps.ruleProblems) report.problem(subject, message);
  return report;
}

function enabledRules(deps: DetectionDependencies, report: ReportBuilder, wanted?: string): Rule[] {
  const named = wanted?.trim().toLowerCase();
  const chosen = deps.rules.filter(
    ({ id, name }) => named === undefined || id === named || name.toLowerCase() === named,
  );
  if (named !== undefined && chosen.length === 0) {
    throw new FlowtrapError('notFound', 'there is no such rule.', {
      subject: `rule "${wanted?.slice(0, 100)}"`,
      fix: `Name one of ${deps.rules.map(({ id }) => id).join(', ')}.`,
    });
  }
  const enabled = chosen.filter((rule) => rule.enabled);
  report.count('rules', enabled.length);
  if (chosen.length > enabled.length) report.count('rules.disabled', chosen.length - enabled.length);
  return enabled;
}

/** Runs one rule's work; what it throws becomes a problem of the report, and the result is undefined. */
async function guarded<T>(
  deps: DetectionDependencies,
  rule: Rule,
  report: ReportBuilder,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const message = describeError(error);
    report.problem(`rule ${rule.name}`, message);
    report.count('rules.failed');
    deps.log.error(`rule ${rule.name}: ${message}`);
    return undefined;
  }
}

function firstOf(plan: readonly { rule: Rule; end: number }[], cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const match = /^(\d{1,15})\/([0-9a-f-]{36})$/.exec(cursor);
  if (!match) throw new FlowtrapError('malformed', 'the cursor is none of ours.', { subject: 'detect run' });
  const [, end, id = ''] = match;
  const index = plan.findIndex((step) => step.end > Number(end) || (step.end === Number(end) && step.rule.id >= id));
  return index < 0 ? plan.length : index;
}

/** Whether too few new incidents are left for another window; people must see it, for it may be a storm. */
function isSpent(budget: { readonly left: number }, rule: Rule, report: ReportBuilder): boolean {
  if (budget.left >= MOST_ALERTS) return false;
  report.problemOnce(
    `rule ${rule.name}`,
    `this run has created ${NEW_INCIDENTS - budget.left} incidents, about as many as one run may (${NEW_INCIDENTS}): the windows left of this rule wait for the next runs. If it lasts, make the rules stricter or group their alerts.`,
  );
  return true;
}

function isPast(deadline: Date | undefined): boolean {
  return deadline !== undefined && Date.now() >= deadline.getTime();
}

async function forEachAtOnce<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
