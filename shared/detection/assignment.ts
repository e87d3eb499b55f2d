/**
 * Which incident an alert belongs to. Pure: known assignments in, a decision out. The decision is kept (assignments.ts), for
 * an alert keeps its incident for good.
 */
import type { Severity } from '../ports';
import type { Rule } from '../rules/rule';
import { uuid5 } from '../uuid';
import type { Alert } from './buildAlerts';
import { entityKey } from './entities';

/**
 * decided: not raised yet. changed: raised before, a new result is not shown yet. raised: shown in its incident.
 * recorded: only a row; a native rule raises it, or the rule makes no incidents.
 */
export type Phase = 'decided' | 'changed' | 'raised' | 'recorded';

/** An alert's place; plain JSON. Times are milliseconds since the epoch. */
export interface Assignment {
  readonly alertId: string;
  readonly windowEnd: number;
  readonly eventKey: string;
  readonly groupKey: string;
  readonly incidentId: string;
  readonly anchor: number;
  readonly overflow: number;
  readonly generation: number;
  readonly phase: Phase;
  readonly revision: number;
  readonly digest: string;
  /** Of the incident's title and description as last written for this alert's window; empty when not written. */
  readonly textDigest: string;
  readonly severity: Severity;
}

/** Alerts that one incident holds. */
export const MOST_ALERTS_IN_INCIDENT = 150;

/** What is known of an incident that an alert might join. */
export type Joinable = 'open' | 'reopen' | 'closed' | 'deleted';

/** Alerts with the same key may share an incident. */
export function groupKey(rule: Rule, alert: Alert): string {
  const { grouping } = rule;
  if (!grouping.enabled) return JSON.stringify(['alert', alert.id]);
  const entities = (types?: readonly string[]): string[] =>
    alert.entities
      .filter((entity) => types === undefined || types.includes(entity.type))
      .map(entityKey)
      .sort();
  switch (grouping.matchingMethod) {
    case 'AnyAlert':
      return '[]';
    case 'AllEntities':
      return JSON.stringify(entities());
    case 'Selected':
      return JSON.stringify([
        entities(grouping.groupByEntities),
        grouping.groupByAlertDetails.map((detail) => (detail === 'Severity' ? alert.severity : alert.title)),
        grouping.groupByCustomDetails.map((name) => alert.customDetails[name] ?? []),
      ]);
  }
}

interface KnownIncident {
  readonly id: string;
  readonly anchor: number;
  readonly overflow: number;
  readonly generation: number;
  alerts: number;
}

/**
 * The incident for a new alert of the window that ends at `windowEnd`: of the incidents with its group key and room, the
 * newest whose anchor lies in [W − lookback, W], or the earliest in (W, W + lookback], or a new one with anchor W.
 * @param known every assignment of the rule with a window in [W − 2 lookback, W + 2 lookback].
 * @param joinable asked for one incident after the other, until one can be joined.
 */
export async function assign(
  rule: Rule,
  alert: Alert,
  windowEnd: number,
  known: Iterable<Assignment>,
  joinable: (incidentId: string) => Promise<Joinable>,
): Promise<Assignment> {
  const key = groupKey(rule, alert);
  const { lookback } = rule.grouping;
  const incidents = incidentsOf(key, known);
  const order = (a: KnownIncident, b: KnownIncident): number =>
    a.anchor - b.anchor || a.generation - b.generation || a.overflow - b.overflow;
  const before = incidents.filter(({ anchor }) => anchor >= windowEnd - lookback && anchor <= windowEnd);
  const after = incidents.filter(({ anchor }) => anchor > windowEnd && anchor <= windowEnd + lookback);

  let ended = false;
  for (const incident of [...before.sort(order).reverse(), ...after.sort(order)]) {
    if (incident.alerts >= MOST_ALERTS_IN_INCIDENT) continue;
    const state = await joinable(incident.id);
    if (state === 'open' || state === 'reopen') return place(alert, windowEnd, key, incident);
    if (incident.anchor === windowEnd) ended = true;
  }
  const sameAnchor = incidents.filter(({ anchor }) => anchor === windowEnd);
  const most = (field: 'overflow' | 'generation'): number =>
    Math.max(-1, ...sameAnchor.map((incident) => incident[field]));
  const generation = ended ? most('generation') + 1 : Math.max(0, most('generation'));
  const overflow = sameAnchor.some((incident) => incident.generation === generation) ? most('overflow') + 1 : 0;
  const id = uuid5('incident', rule.id, key, windowEnd, overflow, generation);
  return place(alert, windowEnd, key, { id, anchor: windowEnd, overflow, generation });
}

function incidentsOf(key: string, known: Iterable<Assignment>): KnownIncident[] {
  const incidents = new Map<string, KnownIncident>();
  for (const { groupKey: other, incidentId, anchor, overflow, generation } of known) {
    if (other !== key) continue;
    const incident = incidents.get(incidentId) ?? { id: incidentId, anchor, overflow, generation, alerts: 0 };
    incident.alerts++;
    incidents.set(incidentId, incident);
  }
  return [...incidents.values()];
}

function place(alert: Alert, windowEnd: number, key: string, incident: Omit<KnownIncident, 'alerts'>): Assignment {
  return {
    alertId: alert.id,
    windowEnd,
    eventKey: alert.eventKey,
    groupKey: key,
    incidentId: incident.id,
    anchor: incident.anchor,
    overflow: incident.overflow,
    generation: incident.generation,
    phase: 'decided',
    revision: 0,
    digest: alert.digest,
    textDigest: '',
    severity: alert.severity,
  };
}
