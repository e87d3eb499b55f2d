/** What one window adds to one incident: all of its alerts that belong there, told as one. */
import type { Severity } from '../ports';
import type { Rule } from '../rules/rule';
import type { AlertRow } from './alertRows';
import { type Entity, mergeEntities } from './entities';
import type { ResultRows } from './resultRows';
import type { Window } from './windows';

export interface Contribution {
  readonly rule: Rule;
  readonly window: Window;
  /** The exact KQL that was run. */
  readonly kql: string;
  readonly incidentId: string;
  /** Whether the incident is named after this window: then its title and description come from here. */
  readonly opens: boolean;
  /** In the order of their evaluation; at least one. */
  readonly alerts: readonly AlertRow[];
}

const GRAVITY: readonly Severity[] = ['Informational', 'Low', 'Medium', 'High'];

export function gravest(severities: Iterable<Severity>): Severity {
  let most = 0;
  for (const severity of severities) most = Math.max(most, GRAVITY.indexOf(severity));
  return GRAVITY[most] ?? 'Informational';
}

export function isGraver(severity: Severity, than: Severity): boolean {
  return GRAVITY.indexOf(severity) > GRAVITY.indexOf(than);
}

export function contributionEntities({ alerts }: Contribution): Entity[] {
  return mergeEntities(...alerts.map(({ alert }) => alert.entities));
}

/** All rows of its alerts, once each. */
export function contributionRows({ alerts }: Contribution): ResultRows {
  return {
    columns: alerts[0]?.alert.result.columns ?? [],
    rows: alerts.flatMap(({ alert }) => alert.evidence.rows),
  };
}

export function contributionActivity({ alerts }: Contribution): { first: Date; last: Date } {
  return {
    first: new Date(Math.min(...alerts.map(({ alert }) => alert.firstActivity.getTime()))),
    last: new Date(Math.max(...alerts.map(({ alert }) => alert.lastActivity.getTime()))),
  };
}
