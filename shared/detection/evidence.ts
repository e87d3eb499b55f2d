/**
 * Result rows beside an incident: the first 20 as bookmarks, the rest in comments (Sentinel's limits: 20 bookmarks, 100
 * comments of 30,000 characters). Ids are computed from alert and row, so that a repeat adds nothing.
 */
import { FlowtrapError } from '../errors';
import type { Bookmark, Cell, Incidents } from '../ports';
import { uuid5 } from '../uuid';
import type { Contribution } from './contribution';
import { time, windowText } from './incidentText';
import { cleanLine, cut, escapeHtml } from './plainText';
import { type ResultRows, rowObject } from './resultRows';

const MOST_BOOKMARKS = 20;
const MOST_COMMENTS = 100;
const COMMENT = 30_000;
/** Of a bookmark's queryResult (characters that may take up to three bytes). */
const QUERY_RESULT = 30_000;

/**
 * @param shown alerts whose rows are shown already and have not changed since.
 * @returns whether anything was written.
 */
export async function addEvidence(
  incidents: Incidents,
  contribution: Contribution,
  shown: ReadonlySet<string>,
  queryLeftOut: boolean,
): Promise<boolean> {
  const { incidentId } = contribution;
  const related = new Set(await incidents.relations(incidentId));
  let wrote = false;
  const left: string[] = [];
  for (const { alert } of contribution.alerts) {
    for (const [index, row] of alert.evidence.rows.entries()) {
      const id = uuid5('evidence', alert.id, index);
      const bookmark = toBookmark(contribution, alert.title, alert.lastActivity, alert.evidence, row, index);
      if (!related.has(id) && (shown.has(alert.id) || related.size >= MOST_BOOKMARKS)) {
        left.push(bookmark.queryResult);
      } else if (!shown.has(alert.id)) {
        wrote = (await putBookmark(incidents, id, bookmark)) || wrote;
        if (related.has(id)) continue;
        if (await relate(incidents, incidentId, id)) related.add(id);
        else left.push(bookmark.queryResult);
        wrote = true;
      }
    }
  }
  return (await addComments(incidents, contribution, left, queryLeftOut)) || wrote;
}

async function putBookmark(incidents: Incidents, id: string, bookmark: Bookmark): Promise<boolean> {
  const existing = await incidents.getBookmark(id);
  if (existing !== undefined && isSame(existing, bookmark)) return false;
  await incidents.putBookmark(id, bookmark);
  return true;
}

/** Whether it was tied; not when the incident has as many as it may have. */
async function relate(incidents: Incidents, incidentId: string, bookmarkId: string): Promise<boolean> {
  try {
    await incidents.relate(incidentId, bookmarkId);
    return true;
  } catch (error) {
    if (error instanceof FlowtrapError && error.code === 'refused') return false;
    throw error;
  }
}

async function addComments(
  incidents: Incidents,
  contribution: Contribution,
  rows: readonly string[],
  queryLeftOut: boolean,
): Promise<boolean> {
  const { incidentId, window, opens, kql } = contribution;
  const end = window.to.getTime();
  const wanted = new Map<string, string>();
  if (!opens) wanted.set(uuid5('comment', incidentId, end), escapeHtml(windowText(contribution)));
  if (queryLeftOut) wanted.set(uuid5('comment', incidentId, end, 'query'), cut(`Query:\n${escapeHtml(kql)}`, COMMENT));
  chunks(rows, COMMENT - 200).forEach((lines, part) => {
    const head = `Further result rows of the window that ends ${time(window.to)}:`;
    wanted.set(uuid5('comment', incidentId, end, 'rows', part), `${head}\n${lines.join('\n')}`);
  });

  if (wanted.size === 0) return false;
  const existing = await incidents.comments(incidentId);
  const full = fullText(contribution);
  let count = existing.size;
  let wrote = false;
  for (const [id, message] of wanted) {
    const shown = existing.get(id)?.trim();
    if (shown === message.trim() || shown === full) continue;
    const isNew = !existing.has(id);
    const last = isNew && count === MOST_COMMENTS - 1;
    if (isNew && count >= MOST_COMMENTS) continue;
    await incidents.putComment(incidentId, id, last ? full : message);
    if (isNew) count++;
    wrote = true;
  }
  return wrote;
}

function fullText({ incidentId }: Contribution): string {
  return `This incident has as many comments as it can hold. Everything is in the table:\nFlowtrapAlerts_CL | where IncidentId == "${incidentId}" | summarize arg_max(Revision, *) by AlertId`;
}

function toBookmark(
  { rule, window, kql }: Contribution,
  title: string,
  eventTime: Date,
  result: ResultRows,
  row: readonly Cell[],
  index: number,
): Bookmark {
  return {
    displayName: cut(cleanLine(`${title}: row ${index + 1}`), 256),
    query: kql,
    queryResult: rowText(rowObject(result, row)),
    notes: `Rule ${rule.name}, window ${time(window.from)} to ${time(window.to)}.`,
    eventTime: eventTime.toISOString(),
    queryStartTime: window.from.toISOString(),
    queryEndTime: window.to.toISOString(),
    labels: ['Flowtrap', `rule:${rule.id}`],
  };
}

/** The row as JSON that no page takes for markup; its longest values are cut until it fits. */
function rowText(row: Record<string, Cell>): string {
  for (const most of [QUERY_RESULT, 2000, 200, 20]) {
    const text = JSON.stringify(row, (_, value: unknown) => (typeof value === 'string' ? cut(value, most) : value))
      .replaceAll('<', '\\u003c')
      .replaceAll('>', '\\u003e')
      .replaceAll('&', '\\u0026');
    if (Buffer.byteLength(text) <= QUERY_RESULT) return text;
  }
  return JSON.stringify({ Note: 'The row is too long to show; see FlowtrapAlerts_CL.' });
}

function chunks(texts: readonly string[], most: number): string[][] {
  const parts: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const line = cut(text, most);
    if (length + line.length + 1 > most) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(line);
    length += line.length + 1;
  }
  return parts;
}

function isSame(a: Bookmark, b: Bookmark): boolean {
  return (
    a.displayName === b.displayName &&
    a.query.trim() === b.query.trim() &&
    a.queryResult === b.queryResult &&
    a.notes === b.notes
  );
}
