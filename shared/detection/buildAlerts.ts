/** Result rows of one window to alerts: one for all, or one for each row up to the service's limit (149 and a summary). */

import type { QueryTable } from '../ports';
import type { Rule } from '../rules/rule';
import { uuid5 } from '../uuid';
import { type AlertDetails, alertDetails } from './alertDetails';
import { type Entity, entityKey, findEntities } from './entities';
import { digestRows, type ResultRows, sortRows } from './resultRows';
import type { Window } from './windows';

export interface Alert extends AlertDetails {
  /** uuid5 of rule, window and event key. */
  readonly id: string;
  readonly eventKey: string;
  readonly entities: readonly Entity[];
  readonly result: ResultRows;
  /** Rows that are shown with this alert: not those which have an alert of their own. */
  readonly evidence: ResultRows;
  readonly digest: string;
  /** First and last activity: of the times in the rows that lie in the window, else the window's bounds. */
  readonly firstActivity: Date;
  readonly lastActivity: Date;
}

/** Alerts of one run under AlertPerResult. */
export const MOST_ALERTS = 150;

/** Whether the number of rows fires the rule. */
export function isTriggered(rule: Pick<Rule, 'triggerOperator' | 'triggerThreshold'>, rows: number): boolean {
  switch (rule.triggerOperator) {
    case 'gt':
      return rows > rule.triggerThreshold;
    case 'lt':
      return rows < rule.triggerThreshold;
    case 'eq':
      return rows === rule.triggerThreshold;
    case 'ne':
      return rows !== rule.triggerThreshold;
  }
}

/** The alerts of a result, none when it does not fire the rule. The order of rows and of elements in sets changes nothing. */
export function buildAlerts(rule: Rule, window: Window, table: QueryTable): Alert[] {
  if (!isTriggered(rule, table.rows.length)) return [];
  const result = sortRows(table);
  const { columns, rows } = result;
  if (rule.aggregationKind === 'SingleAlert' || rows.length === 0) return [build(rule, window, '', result, result)];

  const single = rows.length > MOST_ALERTS ? MOST_ALERTS - 1 : rows.length;
  const ordinals = new Map<string, number>();
  const alerts = rows.slice(0, single).map((row) => {
    const only = { columns, rows: [row] };
    const entities = findEntities(rule.entityMappings, only).map(entityKey).sort().join(' ');
    const ordinal = ordinals.get(entities) ?? 0;
    ordinals.set(entities, ordinal + 1);
    return build(rule, window, `${entities}#${ordinal}`, only, only);
  });
  if (single < rows.length) alerts.push(build(rule, window, 'all', result, { columns, rows: rows.slice(single) }));
  return alerts;
}

function build(rule: Rule, window: Window, eventKey: string, result: ResultRows, evidence: ResultRows): Alert {
  return {
    id: uuid5('alert', rule.id, window.to.getTime(), eventKey),
    eventKey,
    ...alertDetails(rule, result),
    entities: findEntities(rule.entityMappings, result),
    result,
    evidence,
    digest: digestRows(result),
    ...activity(window, result),
  };
}

function activity(window: Window, { columns, rows }: ResultRows): { firstActivity: Date; lastActivity: Date } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  columns.forEach(({ type }, index) => {
    if (type !== 'datetime') return;
    for (const row of rows) {
      const cell = row[index];
      const time = typeof cell === 'string' ? Date.parse(cell) : Number.NaN;
      if (!(time >= window.from.getTime() && time <= window.to.getTime())) continue;
      first = Math.min(first, time);
      last = Math.max(last, time);
    }
  });
  if (first > last) return { firstActivity: window.from, lastActivity: window.to };
  return { firstActivity: new Date(first), lastActivity: new Date(last) };
}
