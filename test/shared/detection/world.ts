/** A small world for detection: a rule, a query that answers from a list of events, incidents in memory, everything visible. */

import type { ClockCalls } from '../../../shared/detection/clockCalls';
import { type DetectionDependencies, detect, evaluate } from '../../../shared/detection/detect';
import { HOUR } from '../../../shared/duration';
import { FlowtrapError } from '../../../shared/errors';
import type { Bookmark, Cell, Incident, Incidents, LogQuery, QueryTable } from '../../../shared/ports';
import { loadRules } from '../../../shared/rules/loadRules';
import type { Rule } from '../../../shared/rules/rule';
import { MemoryLog, MemorySink, MemoryState, SetClock } from '../../support/memoryPorts';

export const RULE_ID = '11111111-1111-4111-8111-111111111111';

/** A rule in the public form; changes replace top-level lines or add some. */
export function makeRule(changes: Record<string, string> = {}): Rule {
  const lines: Record<string, string> = {
    id: RULE_ID,
    name: 'Talks to a bad address',
    description: 'Somebody talked to a bad address.',
    severity: 'Medium',
    queryFrequency: '1h',
    queryPeriod: '1h',
    triggerOperator: 'gt',
    triggerThreshold: '0',
    tactics: '[CommandAndControl]',
    relevantTechniques: '[T1071]',
    query: '"Events | where TimeGenerated > ago(1h)"',
    entityMappings: '[{entityType: IP, fieldMappings: [{identifier: Address, columnName: Address}]}]',
    eventGroupingSettings: '{aggregationKind: AlertPerResult}',
    incidentConfiguration:
      '{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 4h, matchingMethod: AllEntities}}',
    alertDetailsOverride: '{alertDisplayNameFormat: "Bad address {{Address}}"}',
    ...changes,
  };
  const text = Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const { rules, problems } = loadRules([{ name: 'test.yaml', text }]);
  const [rule] = rules;
  if (rule === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return rule;
}

export interface Event {
  /** Event time. */
  readonly time: string;
  /** When it arrived; at its time when left out. */
  readonly arrived?: string;
  /** When queries see it; at its arrival when left out. */
  readonly visible?: string;
  readonly address: string;
  readonly host?: string;
}

export function at(text: string): number {
  return Date.parse(`2026-03-02T${text}Z`);
}

/** Incidents in memory, with the service's ETags; counts what was written. */
export class MemoryIncidents implements Incidents {
  readonly incidents = new Map<string, { incident: Incident; etag: string }>();
  readonly bookmarks = new Map<string, Bookmark>();
  readonly ties = new Map<string, string[]>();
  readonly messages = new Map<string, Map<string, string>>();
  writes = 0;
  /** Called before every write; may throw. */
  beforeWrite: (what: string) => void = () => {};
  /** Called after every write; may throw: the answer was lost. */
  afterWrite: (what: string) => void = () => {};

  async get(id: string) {
    return this.incidents.get(id);
  }
  async put(id: string, incident: Incident, etag: string | undefined) {
    const current = this.incidents.get(id);
    if (current?.etag !== etag) throw new FlowtrapError('conflict', 'newer version.');
    return this.write(`incident ${id}`, () => {
      const next = `"${this.writes}"`;
      this.incidents.set(id, { incident, etag: next });
      return next;
    });
  }
  async getBookmark(id: string) {
    return this.bookmarks.get(id);
  }
  async putBookmark(id: string, bookmark: Bookmark) {
    this.write(`bookmark ${id}`, () => this.bookmarks.set(id, bookmark));
  }
  async relations(incidentId: string) {
    return this.ties.get(incidentId) ?? [];
  }
  async relate(incidentId: string, bookmarkId: string) {
    const ties = this.ties.get(incidentId) ?? [];
    if (ties.length >= 20) throw new FlowtrapError('refused', '20 bookmarks.');
    this.write(`relation ${bookmarkId}`, () => this.ties.set(incidentId, [...ties, bookmarkId]));
  }
  async comments(incidentId: string) {
    return this.messages.get(incidentId) ?? new Map<string, string>();
  }
  async putComment(incidentId: string, commentId: string, message: string) {
    const messages = this.messages.get(incidentId) ?? new Map<string, string>();
    if (message.length > 30_000 || (!messages.has(commentId) && messages.size >= 100))
      throw new FlowtrapError('refused', 'too many or too long.');
    this.write(`comment ${commentId}`, () =>
      this.messages.set(incidentId, new Map([...messages, [commentId, message]])),
    );
  }

  /** Everything that is there, for comparing. */
  picture() {
    return structuredClone({
      incidents: this.incidents,
      bookmarks: this.bookmarks,
      ties: this.ties,
      messages: this.messages,
    });
  }

  edit(id: string, change: Partial<Incident>) {
    const current = this.incidents.get(id);
    if (current === undefined) throw new Error(`no incident ${id}`);
    this.incidents.set(id, { incident: { ...current.incident, ...change }, etag: `"edited ${++this.writes}"` });
  }

  private write<T>(what: string, change: () => T): T {
    this.beforeWrite(what);
    this.writes++;
    const result = change();
    this.afterWrite(what);
    return result;
  }
}

/** Finds the one `ago(1h)` of the test rule's text; the place is all that is kept. */
const clockCalls: ClockCalls & { found: number } = {
  found: 0,
  find(kql) {
    this.found++;
    const start = kql.indexOf('ago(1h)');
    return start < 0 ? [] : [{ start, length: 'ago(1h)'.length, kind: 'ago' }];
  },
  move(kql, calls, end) {
    const [call] = calls;
    if (call === undefined) return `${kql} // ${end.toISOString()}`;
    const literal = `(datetime(${end.toISOString()}) - (1h))`;
    return kql.slice(0, call.start) + literal + kql.slice(call.start + call.length);
  },
};

export class World {
  readonly events: Event[] = [];
  state = new MemoryState();
  readonly sink = new MemorySink();
  readonly incidents = new MemoryIncidents();
  readonly log = new MemoryLog();
  readonly clock = new SetClock('2026-03-02T12:20:00Z');
  readonly queries: string[] = [];
  start = new Date('2026-03-02T06:00:00Z');
  /** Thrown by the next rule query. */
  queryFailure: Error | undefined;
  /** Seen by the table's readers instead of the written rows. */
  alertTableFailure: Error | undefined;
  columns: QueryTable['columns'] = [
    { name: 'First', type: 'datetime' },
    { name: 'Address', type: 'string' },
    { name: 'Hosts', type: 'dynamic' },
    { name: 'Count', type: 'long' },
  ];
  /** Called before rows are written, and before a state document is; may throw. */
  beforeUpload: () => void = () => {};
  beforePut: () => void = () => {};
  /** Shuffles what a query gives. */
  shuffle: <T>(items: T[]) => T[] = (items) => items;

  constructor(public rules: readonly Rule[] = [makeRule()]) {}

  readonly query: LogQuery = {
    query: async (kql, timespan) => {
      this.queries.push(kql);
      if (kql.startsWith('FlowtrapAlerts_CL')) return this.alertTable(kql);
      if (/^let .*ASimNetworkSessionLogs/s.test(kql)) return this.arrivals(kql);
      if (kql.startsWith('print'))
        return { columns: [{ name: 'Now', type: 'datetime' }], rows: [[this.clock.now().toISOString()]] };
      if (/^let .*ThreatIntelligenceIndicator/s.test(kql)) return { columns: [], rows: [] };
      if (this.queryFailure) throw this.queryFailure;
      return this.result(timespan ?? { from: new Date(0), to: new Date(8.64e15) });
    },
  };

  deps(changes: Partial<DetectionDependencies> = {}): DetectionDependencies {
    return {
      rules: this.rules,
      ruleProblems: [],
      query: this.query,
      alerts: {
        upload: async (batch) => {
          this.beforeUpload();
          return this.sink.upload(batch);
        },
      },
      incidents: this.incidents,
      state: {
        get: (key) => this.state.get(key),
        put: async (key, value, options) => {
          this.beforePut();
          return this.state.put(key, value, options);
        },
        delete: (key) => this.state.delete(key),
        list: (prefix) => this.state.list(prefix),
        lease: (key) => this.state.lease(key),
      },
      clock: this.clock,
      log: this.log,
      settings: { delay: HOUR / 4 },
      start: this.start,
      clockCalls,
      ...changes,
    };
  }

  detect(changes: Partial<DetectionDependencies> = {}) {
    return detect(this.deps(changes));
  }

  evaluate(from: string, to: string, more: Partial<Parameters<typeof evaluate>[1]> = {}) {
    return evaluate(this.deps(), { from: new Date(at(from)), to: new Date(at(to)), ...more });
  }

  evaluateBetween(from: number, to: number) {
    return evaluate(this.deps(), { from: new Date(from), to: new Date(to) });
  }

  /** One row for each address in the window. */
  private result({ from, to }: { from: Date; to: Date }): QueryTable {
    const rows = new Map<string, { first: string; hosts: Set<string>; count: number }>();
    for (const { time, arrived = time, visible = arrived, address, host = 'h' } of this.events) {
      const when = Date.parse(time);
      if (when < from.getTime() || when >= to.getTime() || Date.parse(visible) > this.clock.now().getTime()) continue;
      const row = rows.get(address) ?? { first: time, hosts: new Set<string>(), count: 0 };
      if (time < row.first) row.first = time;
      row.hosts.add(host);
      row.count++;
      rows.set(address, row);
    }
    const cells = [...rows].map(([address, { first, hosts, count }]): Cell[] => [
      first,
      address,
      this.shuffle([...hosts]),
      count,
    ]);
    return { columns: this.columns, rows: this.shuffle(cells) };
  }

  /** What the late-data query asks: slots of five minutes with their newest arrival and how many arrived near the marks. */
  private arrivals(kql: string): QueryTable {
    const mark = Date.parse(/Mark = datetime\(([^)]+)\)/.exec(kql)?.[1] ?? '');
    const oldest = Date.parse(/TimeGenerated >= datetime\(([^)]+)\)/.exec(kql)?.[1] ?? '');
    const found = this.events
      .map(({ time, arrived = time, visible = arrived }) => ({
        slot: Math.floor(Date.parse(time) / 300_000) * 300_000,
        arrived: Date.parse(arrived),
        seen: Date.parse(time) >= oldest && Date.parse(visible) <= this.clock.now().getTime(),
      }))
      .filter((event) => event.seen && event.arrived > mark - 600_000);
    const newest = Math.max(...found.map(({ arrived }) => arrived));
    const rows = [...new Set(found.map(({ slot }) => slot))].map((slot): Cell[] => {
      const times = found.filter((event) => event.slot === slot).map(({ arrived }) => arrived);
      const known = times.filter((time) => time <= mark).length;
      const recent = times.filter((time) => time > newest - 600_000).length;
      return [new Date(slot).toISOString(), new Date(Math.max(...times)).toISOString(), known, recent];
    });
    return {
      columns: [
        { name: 'Slot', type: 'datetime' },
        { name: 'Arrived', type: 'datetime' },
        { name: 'Known', type: 'long' },
        { name: 'Recent', type: 'long' },
      ],
      rows,
    };
  }

  private alertTable(kql: string): QueryTable {
    if (this.alertTableFailure) throw this.alertTableFailure;
    const bound = (operator: string): number =>
      Date.parse(new RegExp(`WindowEnd ${operator} datetime\\(([^)]+)\\)`).exec(kql)?.[1] ?? '');
    const ruleId = /RuleId == "([^"]+)"/.exec(kql)?.[1];
    const names = (/project (.+)$/.exec(kql)?.[1] ?? '').split(', ');
    const newest = new Map<string, Record<string, unknown>>();
    for (const row of this.sink.rows) {
      const end = Date.parse(String(row.WindowEnd));
      if (row.RuleId !== ruleId || end < bound('>=') || end >= bound('<')) continue;
      const known = newest.get(String(row.AlertId));
      if (known === undefined || Number(known.Revision) <= Number(row.Revision)) newest.set(String(row.AlertId), row);
    }
    return {
      columns: names.map((name) => ({ name, type: 'string' as const })),
      rows: [...newest.values()].map((row) => names.map((name) => row[name] as Cell)),
    };
  }
}
