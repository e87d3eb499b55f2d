/** What analysts read: texts and evidence of incidents, within the service's limits, whatever the rows hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildAlerts } from '../../../shared/detection/buildAlerts';
import { windowEndingAt } from '../../../shared/detection/windows';
import type { Cell, QueryTable } from '../../../shared/ports';
import { at, makeRule, World } from './world';

const SINGLE = { eventGroupingSettings: '{aggregationKind: SingleAlert}' };

function only<T>(items: Iterable<T>): T {
  const all = [...items];
  expect(all).toHaveLength(1);
  return all[0] as T;
}

async function raised(rule: ReturnType<typeof makeRule>, addresses: number) {
  const world = new World([rule]);
  for (let n = 0; n < addresses; n++)
    world.events.push({ time: '2026-03-02T09:30:00Z', address: `10.0.${n >> 8}.${n & 255}`, host: `host-${n}` });
  const report = await world.detect();
  expect(report.problems).toEqual([]);
  const id = only(world.incidents.incidents.keys());
  return { world, id, incident: world.incidents.incidents.get(id)?.incident };
}

describe('evidence', () => {
  it('shows the first twenty rows as bookmarks and the rest in comments', async () => {
    const { world, id } = await raised(makeRule(SINGLE), 50);
    expect(world.incidents.ties.get(id)).toHaveLength(20);
    const messages = [...(world.incidents.messages.get(id)?.values() ?? [])].join('\n');
    const [bookmark] = [...world.incidents.bookmarks.values()];
    expect(bookmark).toMatchObject({
      query: 'Events | where TimeGenerated > (datetime(2026-03-02T10:00:00.000Z) - (1h))',
      queryStartTime: '2026-03-02T09:00:00.000Z',
      queryEndTime: '2026-03-02T10:00:00.000Z',
    });
    const shown = [...[...world.incidents.bookmarks.values()].map(({ queryResult }) => queryResult), messages].join(
      '\n',
    );
    for (let n = 0; n < 50; n++) expect(shown).toContain(`"10.0.0.${n}"`);
    expect(messages.match(/"Address"/g)).toHaveLength(30);
  });

  it('keeps within a hundred comments of 30,000 characters, and says where the rest is', async () => {
    const grouping =
      '{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 7d, matchingMethod: AnyAlert}}';
    const world = new World([
      makeRule({ ...SINGLE, queryFrequency: '5m', queryPeriod: '5m', incidentConfiguration: grouping }),
    ]);
    for (let n = 0; n < 72; n++)
      for (const address of Array.from({ length: 25 }, (_, index) => `10.0.0.${index}`))
        world.events.push({ time: new Date(at('06:00:00') + n * 300_000 + 1000).toISOString(), address });
    for (let run = 0; run < 3; run++) expect((await world.detect()).problems).toEqual([]);
    const messages = world.incidents.messages.get(only(world.incidents.incidents.keys())) ?? new Map<string, string>();
    expect(messages.size).toBe(100);
    expect([...messages.values()].at(-1)).toContain('FlowtrapAlerts_CL');
    for (const message of messages.values()) expect(message.length).toBeLessThanOrEqual(30_000);
    // A window that changes does not take the place of the note.
    for (let n = 0; n < 72; n++)
      world.events.push({ time: new Date(at('06:00:00') + n * 300_000 + 2000).toISOString(), address: '10.0.0.9' });
    expect((await world.evaluate('06:00:00', '12:00:00')).problems).toEqual([]);
    const after = [...(world.incidents.messages.get(only(world.incidents.incidents.keys()))?.values() ?? [])];
    expect(after).toHaveLength(100);
    expect(after.filter((message) => message.includes('as many comments as it can hold'))).toHaveLength(1);
  });

  it('is not written again by a second run, and follows a changed row', async () => {
    const { world } = await raised(makeRule(), 1);
    const bookmarks = structuredClone(world.incidents.bookmarks);
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.incidents.bookmarks).toEqual(bookmarks);
    world.events.push({ time: '2026-03-02T09:45:00Z', address: '10.0.0.0', host: 'another' });
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.incidents.bookmarks.size).toBe(1);
    expect(only(world.incidents.bookmarks.values()).queryResult).toContain('another');
  });
});

describe('the text of an incident', () => {
  it('names what was found, where, when, and the exact query', async () => {
    const { incident } = await raised(makeRule(SINGLE), 3);
    expect(incident?.description).toBe(
      [
        'Somebody talked to a bad address.',
        '',
        'Window: 2026-03-02 09:00:00 UTC to 2026-03-02 10:00:00 UTC. First activity 2026-03-02 09:30:00 UTC, last 2026-03-02 09:30:00 UTC.',
        'Result rows: 3. Alerts: 1.',
        'Entities (3): IP 10.0.0.0, IP 10.0.0.1, IP 10.0.0.2',
        '',
        'First: 2026-03-02T09:30:00Z',
        'Address (3): 10.0.0.0, 10.0.0.1, 10.0.0.2',
        'Hosts (3): host-0, host-1, host-2',
        'Count: 1',
        '',
        'Rule: Talks to a bad address (11111111-1111-4111-8111-111111111111), severity Medium.',
        'Tactics: CommandAndControl.',
        'Techniques: T1071.',
        '',
        'Query:',
        'Events | where TimeGenerated > (datetime(2026-03-02T10:00:00.000Z) - (1h))',
      ].join('\n'),
    );
    expect(incident?.labels).toEqual([
      'Flowtrap',
      'rule:11111111-1111-4111-8111-111111111111',
      'tactic:CommandAndControl',
      'technique:T1071',
    ]);
  });

  it('stays within its limits, the query complete: here or in a comment', async () => {
    const long = `Events | where TimeGenerated > ago(1h)${' '.repeat(20)}| where Address != '${'x'.repeat(6000)}'`;
    const { world, id, incident } = await raised(makeRule({ ...SINGLE, query: `"${long}"` }), 300);
    expect(incident?.description.length).toBeLessThanOrEqual(5000);
    expect(incident?.description).toContain('The exact query is in a comment.');
    expect([...(world.incidents.messages.get(id)?.values() ?? [])].join('\n')).toContain('x'.repeat(6000));
    const short = await raised(makeRule(SINGLE), 300);
    expect(short.incident?.description.length).toBeLessThanOrEqual(5000);
    expect(short.incident?.description).toContain('datetime(2026-03-02T10:00:00.000Z)');
  });

  it('holds no markup in comments and no control characters anywhere', async () => {
    const world = new World();
    const host = 'a<script>alert(1)</script>\u0000\u001b[31m\u202e{{Address}}\ud800';
    world.events.push(
      { time: '2026-03-02T08:30:00Z', address: '10.0.0.1' },
      { time: '2026-03-02T09:30:00Z', address: '10.0.0.1', host },
    );
    await world.detect();
    const id = only(world.incidents.incidents.keys());
    const comments = [...(world.incidents.messages.get(id)?.values() ?? [])].join('\n');
    expect(comments).toContain('a&lt;script&gt;');
    expect(comments).not.toContain('<script');
    for (const bookmark of world.incidents.bookmarks.values()) expect(bookmark.queryResult).not.toContain('<script');
    const texts = `${comments}${world.incidents.incidents.get(id)?.incident.description}`;
    // Lone surrogates and controls.
    expect(/(?!\n)\p{Cc}|\u202e|\p{Cs}/u.test(texts)).toBe(false);
  });
});

describe('alerts', () => {
  const window = windowEndingAt({ queryFrequency: 3_600_000, queryPeriod: 3_600_000 }, at('10:00:00'));
  const table = (rows: Cell[][]): QueryTable => ({
    columns: [
      { name: 'Address', type: 'string' },
      { name: 'Level', type: 'string' },
      { name: 'Tactic', type: 'dynamic' },
      { name: 'Text', type: 'string' },
    ],
    rows,
  });
  const override = (text: string) => makeRule({ ...SINGLE, alertDetailsOverride: text });

  it('take name, severity and tactics from columns when these are usable', () => {
    const rule = override(
      '{alertDisplayNameFormat: "{{Address}} {{Text}}", alertSeverityColumnName: Level, alertTacticsColumnName: Tactic}',
    );
    const [good] = buildAlerts(rule, window, table([['1', 'Low', ['Impact', 'Execution'], 'x']]));
    expect(good).toMatchObject({ title: '1 x', severity: 'Low', tactics: ['Impact', 'Execution'] });
    const [written] = buildAlerts(rule, window, table([['1', 'Low', '["Impact", "Execution"]', 'x']]));
    expect(written?.tactics).toEqual(['Impact', 'Execution']);
    const [bad] = buildAlerts(rule, window, table([['1', 'Enormous', ['n0t a tactic!'], '']]));
    expect(bad).toMatchObject({ title: rule.name, severity: 'Medium', tactics: ['CommandAndControl'] });
  });

  it('fall back to the rule when a column has more than fifty values, or the name gets too long', () => {
    const rule = override('{alertDisplayNameFormat: "seen {{Text}}"}');
    const many = (count: number) => table(Array.from({ length: count }, (_, n): Cell[] => ['1', '', null, `v${n}`]));
    expect(buildAlerts(rule, window, many(50))[0]?.title).toMatch(/^seen v0, v1, /);
    expect(buildAlerts(rule, window, many(51))[0]?.title).toBe(rule.name);
    expect(buildAlerts(rule, window, table([['1', '', null, 'x'.repeat(300)]]))[0]?.title).toBe(rule.name);
  });

  it('share 500 entities evenly among the mappings', () => {
    const mapping = (column: string) =>
      `{entityType: IP, fieldMappings: [{identifier: Address, columnName: ${column}}]}`;
    const rule = makeRule({ ...SINGLE, entityMappings: `[${mapping('Address')}, ${mapping('Text')}]` });
    const rows = Array.from({ length: 400 }, (_, n): Cell[] => [`a${n}`, '', null, `b${n}`]);
    const entities = buildAlerts(rule, window, table(rows))[0]?.entities ?? [];
    expect(entities.filter(({ identifiers }) => identifiers.Address?.startsWith('a'))).toHaveLength(250);
    expect(entities).toHaveLength(500);
  });

  it('bound custom details: 50 values each, 2 KB together', () => {
    const rule = makeRule({ ...SINGLE, customDetails: '{Texts: Text, Addresses: Address}' });
    const rows = Array.from({ length: 80 }, (_, n): Cell[] => [
      `address-${n}`,
      '',
      null,
      `text-${n}-${'ü'.repeat(20)}`,
    ]);
    const details = buildAlerts(rule, window, table(rows))[0]?.customDetails ?? {};
    expect(details.Texts?.length).toBeLessThanOrEqual(50);
    expect(Buffer.byteLength(Object.values(details).flat().join(''))).toBeLessThanOrEqual(2048);
  });

  it('are the same for the same rows in any order', () => {
    const cell = fc.oneof(
      fc.constant(null),
      fc.string({ maxLength: 3 }),
      fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.string({ maxLength: 2 }), fc.string({ maxLength: 2 }), cell, fc.string({ maxLength: 2 })),
          { minLength: 1, maxLength: 8 },
        ),
        fc.constantFrom('SingleAlert', 'AlertPerResult'),
        fc.infiniteStream(fc.nat()),
        (rows, kind, random) => {
          const rule = makeRule({ eventGroupingSettings: `{aggregationKind: ${kind}}` });
          const shuffled = rows
            .map((row) => ({ row, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ row }) => row);
          const seen = (given: readonly (readonly Cell[])[]) =>
            buildAlerts(rule, window, table(given as Cell[][])).map(({ id, digest, title }) => [id, digest, title]);
          const alerts = seen(rows);
          expect(seen(shuffled)).toEqual(alerts);
          expect(new Set(alerts.map(([id]) => id)).size).toBe(alerts.length);
        },
      ),
    );
  });
});
