/**
 * Keeps the assignments of one rule in state, a document for each UTC day of window ends, so that each stays small. A day
 * without a document is read back from FlowtrapAlerts_CL: state may be lost, what was decided may not.
 */
import { DAY } from '../duration';
import { FlowtrapError } from '../errors';
import type { Lease, LogQuery, QueryTable, Severity, StateStore } from '../ports';
import type { Assignment, Phase } from './assignment';

interface DayDocument {
  readonly version: 1;
  readonly alerts: readonly Assignment[];
}

interface LoadedDay {
  etag: string | 'absent';
  changed: boolean;
  readonly alerts: Map<string, Assignment>;
}

export interface AssignmentsOptions {
  readonly ruleId: string;
  readonly state: StateStore;
  readonly query: LogQuery;
  /** Undefined: nothing is written (a dry run). */
  readonly lease: Lease | undefined;
}

export class Assignments {
  private readonly days = new Map<number, LoadedDay>();

  constructor(private readonly options: AssignmentsOptions) {}

  /**
   * Makes every assignment with a window end in [from, to] known.
   * @throws FlowtrapError when what was decided cannot be found out: nothing may be decided then.
   */
  async load(from: number, to: number): Promise<void> {
    const missing: number[] = [];
    for (let day = Math.floor(from / DAY); day <= Math.floor(to / DAY); day++) {
      if (this.days.has(day)) continue;
      const entry = await this.options.state.get<DayDocument>(this.key(day));
      if (entry === undefined) missing.push(day);
      else this.days.set(day, loaded(entry.etag, entry.value.alerts));
    }
    const [first] = missing;
    const last = missing.at(-1);
    if (first === undefined || last === undefined) return;
    const recovered = await this.readBack(first * DAY, (last + 1) * DAY);
    for (const day of missing) {
      const alerts = recovered.filter(({ windowEnd }) => Math.floor(windowEnd / DAY) === day);
      this.days.set(day, { ...loaded('absent', alerts), changed: true });
    }
  }

  get(alertId: string, windowEnd: number): Assignment | undefined {
    return this.days.get(Math.floor(windowEnd / DAY))?.alerts.get(alertId);
  }

  /** Every assignment with a window end in [from, to]. The range must be loaded. */
  *between(from: number, to: number): Generator<Assignment> {
    for (let day = Math.floor(from / DAY); day <= Math.floor(to / DAY); day++) {
      for (const assignment of this.days.get(day)?.alerts.values() ?? []) {
        if (assignment.windowEnd >= from && assignment.windowEnd <= to) yield assignment;
      }
    }
  }

  /** Known from the next save on. The window's day must be loaded. */
  set(assignment: Assignment): void {
    const day = this.days.get(Math.floor(assignment.windowEnd / DAY));
    if (day === undefined) throw new Error(`The day of ${assignment.windowEnd} is not loaded.`);
    day.alerts.set(assignment.alertId, assignment);
    day.changed = true;
  }

  /** @throws FlowtrapError `conflict` when somebody else wrote in the meantime. */
  async save(): Promise<void> {
    const { lease, state } = this.options;
    if (lease === undefined) return;
    for (const [day, loadedDay] of this.days) {
      if (!loadedDay.changed) continue;
      const document: DayDocument = { version: 1, alerts: [...loadedDay.alerts.values()] };
      loadedDay.etag = await state.put(this.key(day), document, { ifMatch: loadedDay.etag, lease });
      loadedDay.changed = false;
    }
  }

  /** Forgets the days before a time; they can be read back from the table. */
  async prune(before: number): Promise<void> {
    const { state } = this.options;
    const oldest = this.key(Math.floor(before / DAY));
    for await (const { key } of state.list(this.prefix())) if (key < oldest) await state.delete(key);
  }

  private prefix(): string {
    return `rules/${this.options.ruleId}/assignments/`;
  }

  private key(day: number): string {
    return `${this.prefix()}${new Date(day * DAY).toISOString().slice(0, 10)}`;
  }

  private async readBack(from: number, to: number): Promise<Assignment[]> {
    const { ruleId, query } = this.options;
    const time = (value: number): string => `datetime(${new Date(value).toISOString()})`;
    const table = await query.query(
      [
        'FlowtrapAlerts_CL',
        `| where RuleId == "${ruleId}" and WindowEnd >= ${time(from)} and WindowEnd < ${time(to)}`,
        '| summarize arg_max(Revision, *) by AlertId',
        `| project ${COLUMNS.join(', ')}`,
      ].join('\n'),
    );
    return table.rows.map((row) => readRow(table, row));
  }
}

const COLUMNS = [
  ...['AlertId', 'WindowEnd', 'EventKey', 'GroupKey', 'IncidentId', 'Anchor', 'Overflow', 'Generation'],
  ...['Phase', 'Revision', 'ResultDigest', 'TextDigest', 'Severity'],
] as const;
type Column = (typeof COLUMNS)[number];

const PHASES: readonly string[] = ['decided', 'changed', 'raised', 'recorded'] satisfies Phase[];

function readRow(table: QueryTable, row: QueryTable['rows'][number]): Assignment {
  const cell = (name: Column): unknown => row[table.columns.findIndex((column) => column.name === name)];
  const text = (name: Column): string => {
    const value = cell(name);
    return typeof value === 'string' ? value : '';
  };
  const number = (name: Column): number => Number(cell(name) ?? Number.NaN);
  const assignment: Assignment = {
    alertId: text('AlertId'),
    windowEnd: Date.parse(text('WindowEnd')),
    eventKey: text('EventKey'),
    groupKey: text('GroupKey'),
    incidentId: text('IncidentId'),
    anchor: Date.parse(text('Anchor')),
    overflow: number('Overflow'),
    generation: number('Generation'),
    phase: text('Phase') as Phase,
    revision: number('Revision'),
    digest: text('ResultDigest'),
    textDigest: text('TextDigest'),
    severity: text('Severity') as Severity,
  };
  const { windowEnd, anchor, overflow, generation, revision } = assignment;
  if ([windowEnd, anchor, overflow, generation, revision].some(Number.isNaN) || !PHASES.includes(assignment.phase)) {
    throw new FlowtrapError('malformed', 'a row of it cannot be read back.', {
      subject: `FlowtrapAlerts_CL, AlertId ${assignment.alertId.slice(0, 50)}`,
      fix: 'See who else writes to the table.',
    });
  }
  return assignment;
}

function loaded(etag: string, alerts: readonly Assignment[]): LoadedDay {
  return { etag, changed: false, alerts: new Map(alerts.map((alert) => [alert.alertId, alert])) };
}
