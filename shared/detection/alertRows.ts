/** Alerts as rows of FlowtrapAlerts_CL, and their way there. */
import { FlowtrapError } from '../errors';
import type { Cell, RowSink } from '../ports';
import { RowBatch } from '../rowBatch';
import type { Rule } from '../rules/rule';
import type { Assignment } from './assignment';
import type { Alert } from './buildAlerts';
import { cut } from './plainText';
import { type ResultRows, rowObject } from './resultRows';
import type { Window } from './windows';

/** A field of the service holds 64 KB; half of it leaves room for escapes. */
const FIELD_BYTES = 32_000;

export interface AlertRow {
  readonly alert: Alert;
  readonly assignment: Assignment;
}

export interface AlertRowContext {
  readonly rule: Rule;
  readonly window: Window;
  readonly kql: string;
  readonly writtenAt: Date;
}

/**
 * Writes one row for each.
 * @throws FlowtrapError `refused` when the service takes some of them not at all.
 */
export async function writeAlertRows(
  sink: RowSink,
  rows: readonly AlertRow[],
  context: AlertRowContext,
): Promise<void> {
  const batch = new RowBatch();
  const flush = async (): Promise<void> => {
    if (batch.count === 0) return;
    const { refused } = await sink.upload(batch);
    const [first] = refused;
    if (first !== undefined) {
      throw new FlowtrapError('refused', `${refused.length} alert rows were refused: ${first.reason}`, {
        subject: 'FlowtrapAlerts_CL',
        fix: 'See that the data collection rule has the stream of this version; its infra/ makes it.',
      });
    }
    batch.clear();
  };
  for (const row of rows) {
    const text = JSON.stringify(toRow(row, context));
    if (batch.add(text)) continue;
    await flush();
    batch.add(text);
  }
  await flush();
}

function toRow({ alert, assignment }: AlertRow, { rule, window, kql, writtenAt }: AlertRowContext): object {
  return {
    TimeGenerated: writtenAt.toISOString(),
    AlertId: alert.id,
    Revision: assignment.revision,
    Phase: assignment.phase,
    RuleId: rule.id,
    RuleName: rule.name,
    WindowStart: window.from.toISOString(),
    WindowEnd: window.to.toISOString(),
    EventKey: alert.eventKey,
    GroupKey: assignment.groupKey,
    Anchor: new Date(assignment.anchor).toISOString(),
    IncidentId: rule.createIncident ? assignment.incidentId : '',
    Overflow: assignment.overflow,
    Generation: assignment.generation,
    ResultDigest: assignment.digest,
    TextDigest: assignment.textDigest,
    Title: alert.title,
    Description: alert.description,
    Severity: alert.severity,
    Tactics: alert.tactics,
    Techniques: alert.techniques,
    Entities: fitting(alert.entities.map(({ type, identifiers }) => ({ Type: type.toLowerCase(), ...identifiers }))),
    CustomDetails: alert.customDetails,
    DynamicProperties: alert.dynamicProperties,
    StartTime: alert.firstActivity.toISOString(),
    EndTime: alert.lastActivity.toISOString(),
    ResultCount: alert.result.rows.length,
    Results: fitting(evidenceObjects(alert.evidence)),
    Query: cut(kql, FIELD_BYTES),
  };
}

function* evidenceObjects(result: ResultRows): Generator<Record<string, Cell>> {
  for (const row of result.rows) yield rowObject(result, row);
}

/** As many of the items, from the first on, as fit a field. */
function fitting(items: Iterable<object>): object[] {
  const kept: object[] = [];
  let bytes = 2;
  for (const item of items) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > FIELD_BYTES) break;
    kept.push(item);
  }
  return kept;
}
