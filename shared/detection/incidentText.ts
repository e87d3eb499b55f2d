/**
 * What an analyst reads: title and description of an incident, and the comment of each later window. Plain, complete, within
 * the service's limits (256 and 5,000 characters); nothing in it depends on when it was written.
 */
import {
  type Contribution,
  contributionActivity,
  contributionEntities,
  contributionRows,
  gravest,
} from './contribution';
import { entityText } from './entities';
import { cleanLine, cleanText, cut } from './plainText';
import { columnTexts } from './resultRows';

const TITLE = 256;
const DESCRIPTION = 5000;
/** Values shown of a column, and characters of its line; tightened until everything fits. */
const SHOWN = [
  { values: 25, line: 600 },
  { values: 10, line: 240 },
  { values: 5, line: 120 },
  { values: 2, line: 60 },
] as const;

export interface IncidentText {
  readonly title: string;
  readonly description: string;
  /** Whether the exact KQL did not fit: it goes to a comment. */
  readonly queryLeftOut: boolean;
}

export function incidentText(contribution: Contribution): IncidentText {
  const title = cut(cleanLine(contribution.alerts[0]?.alert.title ?? contribution.rule.name), TITLE);
  for (const shown of SHOWN) {
    const description = `${findings(contribution, shown)}\n\nQuery:\n${contribution.kql}`;
    if (description.length <= DESCRIPTION) return { title, description, queryLeftOut: false };
  }
  const note = '\n\nThe exact query is in a comment.';
  const description = cut(findings(contribution, SHOWN[1]), DESCRIPTION - note.length) + note;
  return { title, description, queryLeftOut: true };
}

/** The message about a later window, for a comment. Not yet escaped. */
export function windowText(contribution: Contribution): string {
  return cut(`${findings(contribution, SHOWN[0])}\n\nQuery:\n${contribution.kql}`, 20_000);
}

function findings(contribution: Contribution, shown: (typeof SHOWN)[number]): string {
  const { rule, window, alerts } = contribution;
  const rows = contributionRows(contribution);
  const { first, last } = contributionActivity(contribution);
  const descriptions = [...new Set(alerts.map(({ alert }) => alert.description))];
  const tactics = new Set(alerts.flatMap(({ alert }) => alert.tactics));
  const techniques = new Set(alerts.flatMap(({ alert }) => alert.techniques));
  const entities = contributionEntities(contribution).map(entityText);
  const columns = rows.columns.flatMap(({ name }) => {
    const texts = columnTexts(rows, name).map(cleanLine);
    return texts.length === 0 ? [] : [listed(name, texts, shown)];
  });
  return [
    ...listLines(descriptions, 5),
    '',
    `Window: ${time(window.from)} to ${time(window.to)}. First activity ${time(first)}, last ${time(last)}.`,
    `Result rows: ${rows.rows.length}. Alerts: ${alerts.length}.`,
    ...(entities.length === 0 ? [] : [listed('Entities', entities.map(cleanLine), shown)]),
    '',
    ...columns,
    '',
    `Rule: ${rule.name} (${rule.id}), severity ${gravest(alerts.map(({ alert }) => alert.severity))}.`,
    ...(tactics.size === 0 ? [] : [`Tactics: ${[...tactics].join(', ')}.`]),
    ...(techniques.size === 0 ? [] : [`Techniques: ${[...techniques].join(', ')}.`]),
  ].join('\n');
}

function listed(name: string, texts: readonly string[], shown: (typeof SHOWN)[number]): string {
  const kept = texts.slice(0, shown.values);
  const more = texts.length > kept.length ? ` and ${texts.length - kept.length} more` : '';
  const counted = texts.length > 1 ? ` (${texts.length})` : '';
  return `${name}${counted}: ${cut(kept.join(', '), shown.line)}${more}`;
}

function listLines(texts: readonly string[], most: number): string[] {
  const kept = texts.slice(0, most).map((text) => cut(cleanText(text), 700));
  return texts.length > most ? [...kept, `… and ${texts.length - most} more of this kind.`] : kept;
}

/** `2026-03-02 10:00:00 UTC` */
export function time(date: Date): string {
  const text = date.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}
