import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../shared/detection/detect';
import { FlowtrapError } from '../../../shared/errors';
import type { LogQuery } from '../../../shared/ports';
import { makeRule, RULE_ID, World } from './world';

const BAD = '203.0.113.5';

function only<T>(items: Iterable<T>): T {
  const all = [...items];
  expect(all).toHaveLength(1);
  return all[0] as T;
}

describe('windows', () => {
  it('closes a window at its end plus the delay, not before', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T11:59:59.999Z', address: BAD });
    world.clock.time = '2026-03-02T12:14:59.999Z';
    expect((await world.detect()).incidents).toEqual([]);
    world.clock.time = '2026-03-02T12:15:00Z';
    expect((await world.detect()).incidents).toMatchObject([{ windows: ['2026-03-02T12:00:00.000Z'] }]);
  });

  it('takes what lies in [W − period, W) and no more', async () => {
    const world = new World();
    world.events.push(
      { time: '2026-03-02T10:00:00.000Z', address: BAD },
      { time: '2026-03-02T10:59:59.999Z', address: BAD },
    );
    const report = await world.detect();
    expect(report.incidents).toMatchObject([{ rows: 1, windows: ['2026-03-02T11:00:00.000Z'] }]);
    expect(world.queries).toContain('Events | where TimeGenerated > (datetime(2026-03-02T11:00:00.000Z) - (1h))');
  });

  it('evaluates every closed window since the start, oldest first, then only new ones', async () => {
    const world = new World();
    const first = await world.detect();
    expect(first.counts.windows).toBe(6);
    const ends = world.queries.flatMap((kql) => /^Events.*datetime\((.*?)\)/.exec(kql)?.[1] ?? []);
    expect(ends[0]).toBe('2026-03-02T07:00:00.000Z');
    expect(ends).toEqual([...ends].sort());
    expect((await world.detect()).counts.windows).toBeUndefined();
    world.clock.time = '2026-03-02T14:20:00Z';
    expect((await world.detect()).counts.windows).toBe(2);
  });

  it('takes a limited number of windows a run and says how many are left', async () => {
    const world = new World();
    world.start = new Date('2026-02-27T00:00:00Z');
    const first = await world.detect();
    expect(first.counts).toMatchObject({ windows: 50, 'windows.remaining': 34 });
    const second = await world.detect();
    expect(second.counts).toMatchObject({ windows: 34 });
    expect(second.counts['windows.remaining']).toBeUndefined();
  });

  it('begins a day back when no start is set', async () => {
    const world = new World();
    const report = await world.detect({ start: undefined });
    expect(report.counts.windows).toBe(24);
  });

  it('does not load the parser for a rule that it knows', async () => {
    const world = new World();
    let loaded = 0;
    const deps = world.deps();
    const counting = {
      find: (kql: string) => {
        loaded++;
        return deps.clockCalls.find(kql);
      },
      move: deps.clockCalls.move,
    };
    await world.detect({ clockCalls: counting });
    world.clock.time = '2026-03-02T13:20:00Z';
    await world.detect({ clockCalls: counting });
    expect(loaded).toBe(1);
    world.rules = [makeRule({ query: '"Events | where TimeGenerated > ago(1h) and true"' })];
    world.clock.time = '2026-03-02T14:20:00Z';
    await world.detect({ clockCalls: counting });
    expect(loaded).toBe(2);
  });

  it('warns of a rule that cannot be moved whole, from its loading on', async () => {
    const world = new World();
    const { clockCalls } = world.deps();
    let read = 0;
    const warnings = () => {
      read++;
      return ['the stored function Recent asks for the time itself.'];
    };
    for (let run = 0; run < 2; run++) {
      const { counts, problems } = await world.detect({ clockCalls: { ...clockCalls, warnings } });
      expect([counts['rules.unmovable'], problems]).toEqual([1, []]);
    }
    expect(read).toBe(1);
    expect(world.log.lines.join('\n')).toContain('rule Talks to a bad address: the stored function Recent');
    expect((await new World().detect()).counts['rules.unmovable']).toBeUndefined();
  });

  it('stops at the deadline and goes on with the next run', async () => {
    const world = new World();
    const report = await world.detect({ deadline: new Date(Date.now() - 1) });
    expect(report.counts).toMatchObject({ 'windows.remaining': 6 });
    expect((await world.detect()).counts.windows).toBe(6);
  });
});

describe('triggers', () => {
  it.each([
    ['gt', 1, [2]],
    ['lt', 1, [0]],
    ['eq', 1, [1]],
    ['ne', 1, [0, 2]],
  ] as const)('%s %i fires on %j rows', async (operator, threshold, fires) => {
    const fired: number[] = [];
    for (const rows of [0, 1, 2]) {
      const world = new World([makeRule({ triggerOperator: operator, triggerThreshold: String(threshold) })]);
      world.start = new Date('2026-03-02T11:00:00Z');
      for (let n = 0; n < rows; n++) world.events.push({ time: '2026-03-02T11:30:00Z', address: `192.0.2.${n}` });
      if ((await world.detect()).counts.alerts) fired.push(rows);
    }
    expect(fired).toEqual(fires);
  });
});

describe('incidents', () => {
  it('three windows feed one incident; a rerun of the middle one with lost state changes nothing', async () => {
    const world = new World();
    for (const time of ['08:30:00', '09:30:00', '10:30:00'])
      world.events.push({ time: `2026-03-02T${time}Z`, address: BAD });
    const report = await world.detect();
    const incident = only(report.incidents);
    expect(incident).toMatchObject({
      outcome: 'created',
      rows: 3,
      entities: [{ type: 'IP', identifiers: { Address: BAD } }],
    });
    const picture = world.incidents.picture();
    const writes = world.incidents.writes;

    world.state.documents.clear();
    const before = world.queries.length;
    const again = await world.evaluate('09:00:00', '10:00:00', { rule: RULE_ID });
    expect(again.incidents).toMatchObject([{ incidentId: incident.incidentId, outcome: 'unchanged' }]);
    expect(world.queries.slice(before).some((kql) => kql.startsWith('Events'))).toBe(true);
    expect(world.incidents.picture()).toEqual(picture);
    expect(world.incidents.writes).toBe(writes);
  });

  it('opens another one beyond the lookback after the first alert', async () => {
    const world = new World();
    for (const hour of ['06', '10', '11']) world.events.push({ time: `2026-03-02T${hour}:30:00Z`, address: BAD });
    await world.detect();
    // Windows end at 07, 11 and 12: 11 is within four hours of 07, 12 is not.
    expect([...world.incidents.incidents.values()].map(({ incident }) => incident.lastActivityTimeUtc)).toEqual([
      '2026-03-02T10:30:00.000Z',
      '2026-03-02T11:30:00.000Z',
    ]);
  });

  it('groups by the entities, one incident for each address', async () => {
    const world = new World();
    for (const address of [BAD, '198.51.100.7']) world.events.push({ time: '2026-03-02T09:30:00Z', address });
    const report = await world.detect();
    expect(report.incidents.map(({ title }) => title).sort()).toEqual([
      'Bad address 198.51.100.7',
      `Bad address ${BAD}`,
    ]);
  });

  it.each([
    ['AnyAlert', '', 1],
    ['Selected', ', groupByEntities: [IP]', 2],
    ['Selected', ', groupByAlertDetails: [Severity]', 1],
  ])('groups by %s%s', async (method, more, expected) => {
    const grouping = `{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 4h, matchingMethod: ${method}${more}}}`;
    const world = new World([makeRule({ incidentConfiguration: grouping })]);
    for (const address of [BAD, '198.51.100.7']) world.events.push({ time: '2026-03-02T09:30:00Z', address });
    await world.detect();
    expect(world.incidents.incidents.size).toBe(expected);
  });

  it('without grouping every alert opens its own, also on a rerun', async () => {
    const world = new World([makeRule({ incidentConfiguration: '{createIncident: true}' })]);
    for (const time of ['08:30:00', '09:30:00']) world.events.push({ time: `2026-03-02T${time}Z`, address: BAD });
    await world.detect();
    expect(world.incidents.incidents.size).toBe(2);
    world.state.documents.clear();
    await world.evaluate('06:00:00', '12:00:00');
    expect(world.incidents.incidents.size).toBe(2);
  });

  it('writes rows but raises nothing when the rule makes no incidents', async () => {
    const world = new World([makeRule({ incidentConfiguration: '{createIncident: false}' })]);
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    const report = await world.detect();
    expect(report).toMatchObject({ incidents: [], counts: { alerts: 1 } });
    expect(world.sink.rows).toMatchObject([{ Phase: 'recorded', Revision: 0, IncidentId: '' }]);
    expect(world.incidents.writes).toBe(0);
  });

  it('leaves the raising to a native rule: one row for an alert, once', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    await world.detect({ incidents: undefined });
    world.state.documents.clear();
    await world.detect({ incidents: undefined });
    expect(world.sink.rows).toMatchObject([{ Phase: 'recorded', Revision: 0 }]);
  });

  it('opens a further incident when one is full, and the same ones again', async () => {
    const grouping =
      '{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 5h, matchingMethod: AnyAlert}}';
    const world = new World([makeRule({ incidentConfiguration: grouping })]);
    for (let n = 0; n < 100; n++) {
      world.events.push({ time: '2026-03-02T09:30:00Z', address: `192.0.2.${n}` });
      world.events.push({ time: '2026-03-02T10:30:00Z', address: `198.51.100.${n}` });
    }
    await world.detect();
    const sizes = (): number[] => {
      const incidents = new Map<unknown, Set<unknown>>();
      for (const { IncidentId, AlertId } of world.sink.rows)
        incidents.set(IncidentId, (incidents.get(IncidentId) ?? new Set()).add(AlertId));
      return [...incidents.values()].map((alerts) => alerts.size);
    };
    expect(sizes()).toEqual([150, 50]);
    const picture = world.incidents.picture();
    world.state.documents.clear();
    await world.evaluate('06:00:00', '12:00:00');
    expect(sizes()).toEqual([150, 50]);
    expect(world.incidents.picture()).toEqual(picture);
  });

  it('makes 149 alerts and a summary of more than 150 rows', async () => {
    const world = new World([makeRule({ incidentConfiguration: '{createIncident: false}' })]);
    for (let n = 0; n < 400; n++)
      world.events.push({ time: '2026-03-02T09:30:00Z', address: `10.0.${n >> 8}.${n & 255}` });
    const report = await world.detect();
    expect(report.counts).toMatchObject({ rows: 400, alerts: 150 });
    expect(world.sink.rows.map(({ ResultCount }) => ResultCount).sort((a, b) => Number(a) - Number(b))).toEqual([
      ...Array.from({ length: 149 }, () => 1),
      400,
    ]);
  });

  it('does not depend on the order of rows and of sets', async () => {
    const world = new World([makeRule({ eventGroupingSettings: '{aggregationKind: SingleAlert}' })]);
    for (let n = 0; n < 9; n++)
      world.events.push({ time: '2026-03-02T09:30:00Z', address: `192.0.2.${n % 3}`, host: `h${n}` });
    await world.detect();
    const picture = world.incidents.picture();
    world.shuffle = (items) => [...items].reverse();
    const report = await world.evaluate('09:00:00', '10:00:00');
    expect(only(report.incidents).outcome).toBe('unchanged');
    expect(world.incidents.picture()).toEqual(picture);
  });
});

describe('what people do', () => {
  async function raised(rule = makeRule()) {
    const world = new World([rule]);
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    await world.detect();
    world.clock.time = '2026-03-02T13:20:00Z';
    return { world, id: only(world.incidents.incidents.keys()) };
  }
  const reopening = makeRule({
    incidentConfiguration:
      '{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: true, lookbackDuration: 4h, matchingMethod: AllEntities}}',
  });

  it('keeps status, owner, classification, labels, severity and an edited text when more comes', async () => {
    const { world, id } = await raised();
    const edited = {
      status: 'Active',
      severity: 'Low',
      title: 'Ours to look at',
      labels: ['team-a'],
      kept: { owner: { objectId: 'x' } },
    } as const;
    world.incidents.edit(id, edited);
    world.events.push({ time: '2026-03-02T12:30:00Z', address: BAD });
    const report = await world.detect();
    expect(only(report.incidents)).toMatchObject({ incidentId: id, outcome: 'updated' });
    const { incident } = world.incidents.incidents.get(id) ?? {};
    expect(incident).toMatchObject({
      ...edited,
      labels: expect.arrayContaining(['team-a', `rule:${RULE_ID}`]) as unknown,
    });
    expect(incident?.lastActivityTimeUtc).toBe('2026-03-02T12:30:00.000Z');
    expect(world.incidents.messages.get(id)?.size).toBe(1);
  });

  it('never makes a deleted incident again for its window, and a new one for a new window', async () => {
    const { world, id } = await raised();
    world.incidents.incidents.delete(id);
    world.state.documents.clear();
    const again = await world.evaluate('09:00:00', '10:00:00');
    expect(only(again.incidents).outcome).toBe('unchanged');
    expect(world.incidents.incidents.size).toBe(0);

    world.events.push({ time: '2026-03-02T12:30:00Z', address: BAD });
    await world.detect();
    expect(only(world.incidents.incidents.keys())).not.toBe(id);
  });

  it('a deleted incident stays deleted when its window changes', async () => {
    const { world, id } = await raised();
    world.incidents.incidents.delete(id);
    world.events.push({ time: '2026-03-02T09:40:00Z', address: BAD });
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.incidents.incidents.size).toBe(0);
  });

  it('opens a new incident when the one it would join was closed', async () => {
    const { world, id } = await raised();
    world.incidents.edit(id, { status: 'Closed', kept: { classification: 'FalsePositive' } });
    world.events.push({ time: '2026-03-02T12:30:00Z', address: BAD });
    await world.detect();
    expect(world.incidents.incidents.size).toBe(2);
    expect(world.incidents.incidents.get(id)?.incident).toMatchObject({
      status: 'Closed',
      kept: { classification: 'FalsePositive' },
    });
    const picture = world.incidents.picture();
    world.state.documents.clear();
    await world.evaluate('06:00:00', '13:00:00');
    expect(world.incidents.picture()).toEqual(picture);
  });

  it('a new alert of the very window of a closed incident gets a new generation', async () => {
    const grouping =
      '{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 4h, matchingMethod: AnyAlert}}';
    const { world, id } = await raised(makeRule({ incidentConfiguration: grouping }));
    world.incidents.edit(id, { status: 'Closed' });
    world.events.push({ time: '2026-03-02T09:45:00Z', address: '198.51.100.7' });
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.incidents.incidents.size).toBe(2);
    expect(world.sink.rows.at(-1)).toMatchObject({ Generation: 1, Overflow: 0 });
  });

  it('reopens a closed incident when the rule says so', async () => {
    const { world, id } = await raised(reopening);
    world.incidents.edit(id, { status: 'Closed', kept: { classification: 'FalsePositive', owner: { objectId: 'x' } } });
    world.events.push({ time: '2026-03-02T12:30:00Z', address: BAD });
    await world.detect();
    expect(world.incidents.incidents.size).toBe(1);
    expect(world.incidents.incidents.get(id)?.incident).toMatchObject({
      status: 'Active',
      kept: { owner: { objectId: 'x' } },
    });
    expect(world.incidents.incidents.get(id)?.incident.kept).not.toHaveProperty('classification');
  });

  it('a rerun of the same alerts does not reopen it', async () => {
    const { world, id } = await raised(reopening);
    world.incidents.edit(id, { status: 'Closed' });
    world.state.documents.clear();
    await world.evaluate('06:00:00', '13:00:00');
    expect(world.incidents.incidents.get(id)?.incident.status).toBe('Closed');
  });

  it('rewrites its own text when the window that named the incident grows, and never another', async () => {
    const { world, id } = await raised();
    world.events.push({ time: '2026-03-02T09:40:00Z', address: BAD, host: 'second' });
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.incidents.incidents.get(id)?.incident.description).toContain('Hosts (2): h, second');
    expect(world.incidents.incidents.get(id)?.incident.description).toContain('Count: 2');

    world.incidents.edit(id, { description: 'Seen by Anna.' });
    world.events.push({ time: '2026-03-02T09:41:00Z', address: BAD, host: 'third' });
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.incidents.incidents.get(id)?.incident.description).toBe('Seen by Anna.');
  });
});

describe('suppression', () => {
  it('rests after an alert, in a rerun as well', async () => {
    const world = new World([makeRule({ suppressionEnabled: 'true', suppressionDuration: '3h' })]);
    for (const hour of ['06', '07', '08', '09', '10', '11'])
      world.events.push({ time: `2026-03-02T${hour}:30:00Z`, address: BAD });
    const report = await world.detect();
    expect(report.counts).toMatchObject({ windows: 6, 'windows.suppressed': 4, alerts: 2 });
    world.state.documents.clear();
    const again = await world.evaluate('06:00:00', '12:00:00');
    expect(again.counts).toMatchObject({ windows: 6, 'windows.suppressed': 4, alerts: 2 });
    expect(again.incidents.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
  });
});

describe('failures', () => {
  it('one rule that fails stops no other', async () => {
    const other = makeRule({
      id: '22222222-2222-4222-8222-222222222222',
      name: 'Other',
      query: '"Broken | where ago(1h)"',
    });
    const world = new World([other, makeRule()]);
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    const query = {
      query: async (kql: string, span?: { from: Date; to: Date }) => {
        if (kql.startsWith('Broken')) throw new FlowtrapError('malformed', 'no such table.');
        return world.query.query(kql, span);
      },
    };
    const report = await world.detect({ query });
    expect(report.problems).toMatchObject([
      { subject: 'rule Other', message: expect.stringContaining('no such table') as unknown },
    ]);
    expect(report.incidents).toHaveLength(1);
  });

  it('shows the problems of rule files in every report', async () => {
    const problem = { subject: 'x.yaml:3', message: 'wrong.' };
    expect((await new World().detect({ ruleProblems: [problem] })).problems).toEqual([problem]);
  });

  it('holds the mark at a window that failed, and takes it up again', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    world.queryFailure = new FlowtrapError('unavailable', 'the service is away.');
    expect((await world.detect()).problems).toHaveLength(1);
    world.queryFailure = undefined;
    const report = await world.detect();
    expect(report.problems).toEqual([]);
    expect(report.counts.windows).toBe(6);
    expect(world.incidents.incidents.size).toBe(1);
  });

  it('puts a window aside that cannot be had, and goes on', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T11:30:00Z', address: BAD });
    const query = {
      query: async (kql: string, span?: { from: Date; to: Date }) => {
        if (kql.startsWith('Events') && span?.to.toISOString() === '2026-03-02T09:00:00.000Z')
          throw new FlowtrapError('limit', 'too much.');
        return world.query.query(kql, span);
      },
    };
    for (let run = 1; run <= 2; run++) expect((await world.detect({ query })).counts['windows.remaining']).toBe(4);
    const third = await world.detect({ query });
    expect(third.counts).toMatchObject({ 'windows.putAside': 1 });
    expect(world.incidents.incidents.size).toBe(1);
    world.clock.time = '2026-03-02T13:20:00Z';
    const later = await world.detect();
    expect(later.counts).toMatchObject({ 'windows.late': 1 });
  });

  it('gives a window up that cannot be had for two weeks, and says so', async () => {
    const world = new World();
    world.start = new Date('2026-03-02T10:00:00Z');
    const failing = (kql: string) => kql.startsWith('Events') && kql.includes('2026-03-02T11:00');
    const query: LogQuery = {
      query: (kql, span) =>
        failing(kql) ? Promise.reject(new FlowtrapError('malformed', 'no.')) : world.query.query(kql, span),
    };
    for (let run = 0; run < 3; run++) await world.detect({ query });
    expect((await world.detect({ query })).counts['windows.lateRemaining']).toBe(1);
    world.clock.time = '2026-03-16T14:00:00Z';
    const reports = [];
    for (let run = 0; run < 10; run++) reports.push(await world.detect({ query }));
    expect(reports.map(({ counts }) => counts['windows.forgotten'] ?? 0).reduce((a, b) => a + b)).toBe(1);
    expect(reports.flatMap(({ problems }) => problems.map(({ message }) => message)).join('\n')).toMatch(
      /1 late windows, the oldest ending 2026-03-02T11:00:00.000Z.*rerun/,
    );
    expect(reports.at(-1)?.counts['windows.lateRemaining']).toBeUndefined();
  });

  it('decides nothing when it cannot read its decisions back', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    world.alertTableFailure = new FlowtrapError('unavailable', 'the table is away.');
    const report = await world.detect();
    expect(report.problems).toHaveLength(1);
    expect([world.sink.rows.length, world.incidents.writes]).toEqual([0, 0]);
  });

  it('leaves a rule alone that another run is at', async () => {
    const world = new World();
    const lease = await world.state.lease(`rules/${RULE_ID}`);
    expect((await world.detect()).counts).toMatchObject({ 'rules.busy': 1 });
    const range = { from: new Date('2026-03-02T06:00:00Z'), to: new Date('2026-03-02T12:00:00Z') };
    await expect(evaluate(world.deps({ leasePatience: 0 }), range)).rejects.toMatchObject({ code: 'conflict' });
    const waiting = evaluate(world.deps(), range);
    await lease?.release();
    expect((await waiting).counts.windows).toBe(6);
    expect((await world.detect()).counts.windows).toBe(6);
  });

  it('creates a limited number of incidents a run, and the rest in the next', async () => {
    const world = new World();
    for (const hour of ['08', '09', '10'])
      for (let n = 0; n < 120; n++)
        world.events.push({ time: `2026-03-02T${hour}:30:00Z`, address: `10.${hour}.0.${n}`.replace('.0', '.') });
    const first = await world.detect();
    expect(first.problems).toEqual([
      { subject: 'rule Talks to a bad address', message: expect.stringMatching(/created 120 incidents.*200/) },
    ]);
    expect([first.incidents.length, first.counts['windows.remaining']]).toEqual([120, 3]);
    expect((await world.detect()).problems).toHaveLength(1);
    expect((await world.detect()).counts['windows.remaining']).toBe(1);
    const last = await world.detect();
    expect([last.problems, last.counts['windows.remaining']]).toEqual([[], undefined]);
    expect(world.incidents.incidents.size).toBe(360);
  });

  it('a lost answer makes no second incident', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    world.incidents.afterWrite = (what) => {
      if (what.startsWith('incident')) throw new FlowtrapError('conflict', 'the first try had arrived.');
    };
    await world.detect();
    world.incidents.afterWrite = () => {};
    await world.detect();
    expect(world.incidents.incidents.size).toBe(1);
    expect(world.incidents.ties.size).toBe(1);
  });
});

describe('a requested run', () => {
  it('leaves the schedule where it was, and writes nothing when dry', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    const dry = await world.evaluate('06:00:00', '12:00:00', { dryRun: true });
    expect(dry.incidents).toMatchObject([{ outcome: 'created', title: `Bad address ${BAD}` }]);
    expect([world.sink.rows.length, world.incidents.writes, world.state.documents.size]).toEqual([0, 0, 0]);
    await world.evaluate('09:00:00', '10:00:00');
    expect((await world.detect()).counts.windows).toBe(6);
    expect(world.incidents.incidents.size).toBe(1);
  });

  it('goes on slice by slice', async () => {
    const world = new World([makeRule({ queryFrequency: '5m', queryPeriod: '5m' })]);
    const first = await world.evaluate('00:00:00', '12:00:00');
    expect(first.counts.windows).toBe(144);
    world.clock.time = '2026-03-05T12:20:00Z';
    const range = { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-04T00:00:00Z') };
    const slice = await evaluate(world.deps(), range);
    expect(slice.counts).toMatchObject({ windows: 400, 'windows.remaining': 176 });
    const rest = await evaluate(world.deps(), { ...range, ...(slice.cursor ? { cursor: slice.cursor } : {}) });
    expect(rest.counts.windows).toBe(176);
    expect(rest.cursor).toBeUndefined();
  });

  it('knows its rules', async () => {
    await expect(new World().evaluate('06:00:00', '12:00:00', { rule: 'nope' })).rejects.toMatchObject({
      code: 'notFound',
    });
    expect(
      (await new World().evaluate('06:00:00', '07:00:00', { rule: 'talks to a BAD address' })).counts.windows,
    ).toBe(1);
  });
});
