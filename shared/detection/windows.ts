/**
 * The windows of a rule lie on a UTC grid: a window ends at W, a multiple of queryFrequency since the epoch, and covers
 * [W − queryPeriod, W). All times here are milliseconds since the epoch.
 */
import type { Rule } from '../rules/rule';

type Timing = Pick<Rule, 'queryFrequency' | 'queryPeriod'>;

export interface Window {
  readonly from: Date;
  /** W: exclusive, and the window's name. */
  readonly to: Date;
}

export function windowEndingAt(rule: Timing, end: number): Window {
  return { from: new Date(end - rule.queryPeriod), to: new Date(end) };
}

/** The newest W at or before a time. */
export function lastEnd(rule: Timing, time: number): number {
  return Math.floor(time / rule.queryFrequency) * rule.queryFrequency;
}

/** Every W in (after, until], ascending. */
export function* endsBetween(rule: Timing, after: number, until: number): Generator<number> {
  const step = rule.queryFrequency;
  for (let end = lastEnd(rule, after) + step; end <= until; end += step) yield end;
}

/** Every W in (after, until] whose window holds some part of [from, to), the one that follows it most closely first. */
export function* endsTouching(rule: Timing, from: number, to: number, after: number, until: number): Generator<number> {
  yield* endsBetween(rule, Math.max(from, after), Math.min(until, to + rule.queryPeriod - 1));
}
