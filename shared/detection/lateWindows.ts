/**
 * Windows to evaluate again because data arrived behind them: each at most once a frequency, some a run, the rest remembered.
 */
import { DAY } from '../duration';
import { describeError } from '../errors';
import type { Rule } from '../rules/rule';
import { type ArrivalScan, SLOT } from './arrivals';
import type { ReportBuilder } from './detectReport';
import { evaluateInto, type RuleSession } from './evaluateWindow';
import type { KeptRuleState, LateWindow } from './ruleState';
import { endsTouching } from './windows';

/** No rule looks further back (limit of scheduled rules), and no session keeps an older time. */
const REACH = 14 * DAY;
const LATE_WINDOWS = 24;
/** More than any rule can have in REACH: 14 days of 5-minute windows. */
const MOST_REMEMBERED = 4100;

/**
 * Looks for late data and remembers the windows that it touches. To be called before due windows are evaluated: they then
 * hold everything that this look has seen. A table that cannot be looked at is a problem, and looked at the next time.
 * @throws FlowtrapError when a rule's very first look fails: evaluating before it would miss what comes between.
 */
export async function noticeLate(
  rule: Rule,
  kept: KeptRuleState,
  scan: ArrivalScan,
  report: ReportBuilder,
): Promise<void> {
  const { evaluatedTo, start } = kept.value;
  const before = kept.value.arrivals ?? (await scan.begin());
  const oldestEnd = Math.max(start, evaluatedTo - REACH);
  const { fresh, state, failures } = await scan.look(before, oldestEnd - rule.queryPeriod);
  for (const { table, error } of failures)
    report.problem(`rule ${rule.name}`, `looking for late data in ${table}: ${describeError(error)}`);
  const late = new Map(kept.value.late.map((window) => [window.end, window]));
  for (const { slot } of fresh) {
    let first = true;
    for (const end of endsTouching(rule, slot, slot + SLOT, oldestEnd, evaluatedTo)) {
      late.set(end, { end, first: first || late.get(end)?.first === true });
      first = false;
    }
  }
  const remembered = [...late.values()]
    .filter(({ end }) => end > evaluatedTo - REACH)
    .sort((a, b) => b.end - a.end)
    .slice(0, MOST_REMEMBERED);
  const forgotten = late.size - remembered.length;
  if (forgotten > 0) {
    report.count('windows.forgotten', forgotten);
    report.problem(
      `rule ${rule.name}`,
      `${forgotten} late windows, the oldest ending ${new Date(Math.min(...late.keys())).toISOString()}, could not be evaluated for two weeks and are given up. Request a rerun for them.`,
    );
  }
  kept.value = { ...kept.value, arrivals: state, late: remembered };
}

export async function evaluateLate(
  session: RuleSession,
  kept: KeptRuleState,
  time: { readonly now: number; readonly mustStop: () => boolean },
  report: ReportBuilder,
): Promise<void> {
  const { rule } = session;
  const { lateAt } = kept.value;
  const ready = kept.value.late.filter(({ end }) => time.now - (lateAt[end] ?? 0) >= rule.queryFrequency);
  for (const { end } of ready.sort(byUrgency).slice(0, LATE_WINDOWS)) {
    if (time.mustStop()) break;
    try {
      await evaluateInto(report, session, end);
      report.count('windows.late');
      await kept.save({
        late: kept.value.late.filter((window) => window.end !== end),
        lateAt: marked(kept, end, time.now, rule),
      });
    } catch (error) {
      report.problem(`rule ${rule.name}`, `late window ending ${new Date(end).toISOString()}: ${describeError(error)}`);
      report.count('windows.failed');
      await kept.save({ lateAt: marked(kept, end, time.now, rule) });
    }
  }
  if (kept.value.late.length > 0) report.count('windows.lateRemaining', kept.value.late.length);
}

/** Times that still hold a window back. */
function marked(kept: KeptRuleState, end: number, now: number, rule: Rule): Record<string, number> {
  const current = Object.entries(kept.value.lateAt).filter(([, at]) => now - at < rule.queryFrequency);
  return { ...Object.fromEntries(current), [end]: now };
}

function byUrgency(a: LateWindow, b: LateWindow): number {
  return Number(b.first) - Number(a.first) || a.end - b.end;
}
