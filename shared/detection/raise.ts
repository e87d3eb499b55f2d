/**
 * Shows one window's findings in their incident. Everything has a computed id and is compared before it is written, so that a
 * repeat changes nothing. What people did stays: status, owner, classification, an edited text, their labels.
 */
import { FlowtrapError } from '../errors';
import type { Incident, Incidents } from '../ports';
import type { Assignment } from './assignment';
import { type Contribution, contributionActivity, gravest, isGraver } from './contribution';
import { addEvidence } from './evidence';
import { type IncidentText, incidentText } from './incidentText';
import { digestText } from './resultRows';

export type RaiseOutcome = 'created' | 'updated' | 'unchanged';

export interface RaiseContext {
  readonly incidents: Incidents;
  /** Every other known assignment of this incident. */
  readonly others: readonly Assignment[];
  /** The incident was closed and takes this alert in: open it again. */
  readonly reopen: boolean;
  /** Called before an incident is created; throws when no more may be. */
  readonly beforeCreate: () => void;
}

export interface Raised {
  readonly outcome: RaiseOutcome;
  /** Of the incident's text when it is ours; else empty. */
  readonly textDigest: string;
}

const ATTEMPTS = 5;

/** @throws FlowtrapError of the Incidents port. */
export async function raise(contribution: Contribution, context: RaiseContext): Promise<Raised> {
  const text = incidentText(contribution);
  const written = await writeIncident(contribution, text, context);
  if (written === undefined) return { outcome: 'unchanged', textDigest: '' };
  const shown = new Set(
    contribution.alerts.filter(({ assignment }) => assignment.phase === 'raised').map(({ alert }) => alert.id),
  );
  const leftOut = contribution.opens && text.queryLeftOut;
  const added = await addEvidence(context.incidents, contribution, shown, leftOut);
  const outcome = written.outcome === 'unchanged' && added ? 'updated' : written.outcome;
  return { outcome, textDigest: written.textDigest };
}

/** Undefined when the incident was raised before and is gone: somebody deleted it, and it is not made again. */
async function writeIncident(
  contribution: Contribution,
  text: IncidentText,
  { incidents, others, reopen, beforeCreate }: RaiseContext,
): Promise<Raised | undefined> {
  const { incidentId, alerts } = contribution;
  const wasRaised = [...others, ...alerts.map(({ assignment }) => assignment)].some(
    ({ phase }) => phase === 'raised' || phase === 'changed',
  );
  for (let attempt = 1; ; attempt++) {
    const current = await incidents.get(incidentId);
    try {
      if (current === undefined) {
        if (wasRaised) return undefined;
        beforeCreate();
        await incidents.put(incidentId, fresh(contribution, text), undefined);
        return { outcome: 'created', textDigest: textDigest(text) };
      }
      const next = merged(current.incident, contribution, text, others, reopen);
      const digest = contribution.opens && sameText(next, text) ? textDigest(text) : '';
      if (isSame(current.incident, next)) return { outcome: 'unchanged', textDigest: digest };
      await incidents.put(incidentId, next, current.etag);
      return { outcome: 'updated', textDigest: digest };
    } catch (error) {
      if (!(error instanceof FlowtrapError) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}

function fresh(contribution: Contribution, text: IncidentText): Incident {
  const { first, last } = contributionActivity(contribution);
  return {
    title: text.title,
    description: text.description,
    severity: gravest(contribution.alerts.map(({ alert }) => alert.severity)),
    status: 'New',
    firstActivityTimeUtc: first.toISOString(),
    lastActivityTimeUtc: last.toISOString(),
    labels: labels(contribution),
    kept: {},
  };
}

function merged(
  current: Incident,
  contribution: Contribution,
  text: IncidentText,
  others: readonly Assignment[],
  reopen: boolean,
): Incident {
  const { first, last } = contributionActivity(contribution);
  const severity = gravest(contribution.alerts.map(({ alert }) => alert.severity));
  const raisedBefore = [...others, ...contribution.alerts.map(({ assignment }) => assignment)].filter(
    ({ phase }) => phase === 'raised' || phase === 'changed',
  );
  const known = gravest(raisedBefore.map((assignment) => assignment.severity));
  const opensAgain = reopen && current.status === 'Closed';
  return {
    ...(mayRewrite(current, contribution) ? { title: text.title, description: text.description } : current),
    severity:
      isGraver(severity, current.severity) && (raisedBefore.length === 0 || isGraver(severity, known))
        ? severity
        : current.severity,
    status: opensAgain ? 'Active' : current.status,
    firstActivityTimeUtc: earlier(current.firstActivityTimeUtc, first),
    lastActivityTimeUtc: later(current.lastActivityTimeUtc, last),
    labels: [...new Set([...current.labels, ...labels(contribution)])],
    kept: opensAgain ? withoutClassification(current.kept) : current.kept,
  };
}

/** The text is ours to write when this window names the incident and nobody edited it since we wrote it. */
function mayRewrite(current: Incident, { opens, alerts }: Contribution): boolean {
  if (!opens) return false;
  const written = alerts.map(({ assignment }) => assignment.textDigest).filter((digest) => digest !== '');
  const neverRaised = alerts.every(({ assignment }) => assignment.phase === 'decided');
  return neverRaised || written.includes(textDigest(current));
}

function textDigest({ title, description }: { title: string; description: string }): string {
  return digestText(`${title.trim()}\n${description.trim()}`);
}

function sameText(incident: Incident, text: IncidentText): boolean {
  return textDigest(incident) === textDigest(text);
}

function labels({ rule, alerts }: Contribution): string[] {
  const all = alerts.flatMap(({ alert }) => [
    ...alert.tactics.map((tactic) => `tactic:${tactic}`),
    ...alert.techniques.map((technique) => `technique:${technique}`),
  ]);
  return [...new Set(['Flowtrap', `rule:${rule.id}`, ...all])];
}

function withoutClassification(kept: Incident['kept']): Incident['kept'] {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith('classification')));
}

function earlier(text: string, date: Date): string {
  return Date.parse(text) <= date.getTime() ? text : date.toISOString();
}

function later(text: string, date: Date): string {
  return Date.parse(text) >= date.getTime() ? text : date.toISOString();
}

function isSame(a: Incident, b: Incident): boolean {
  return (
    a.title === b.title &&
    a.description === b.description &&
    a.severity === b.severity &&
    a.status === b.status &&
    a.firstActivityTimeUtc === b.firstActivityTimeUtc &&
    a.lastActivityTimeUtc === b.lastActivityTimeUtc &&
    a.labels.length === b.labels.length &&
    a.kept === b.kept
  );
}
