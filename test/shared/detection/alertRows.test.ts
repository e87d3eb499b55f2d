/** Rows of FlowtrapAlerts_CL as they are written. */
import { describe, expect, it } from 'vitest';
import { ALERT_TABLE } from '../../../shared/detection/alertTable';
import { makeRule, World } from './world';

const SINGLE = makeRule({ eventGroupingSettings: '{aggregationKind: SingleAlert}' });

describe('alert rows', () => {
  it('fill the columns of the table, and no others', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: '203.0.113.5' });
    await world.detect();
    expect(world.sink.rows.map(({ Revision, Phase }) => [Revision, Phase])).toEqual([
      [0, 'decided'],
      [1, 'raised'],
    ]);
    for (const row of world.sink.rows)
      expect(Object.keys(row).sort()).toEqual(ALERT_TABLE.columns.map(({ name }) => name).sort());
    expect(world.sink.rows[1]).toMatchObject({
      TimeGenerated: '2026-03-02T12:20:00.000Z',
      WindowStart: '2026-03-02T09:00:00.000Z',
      WindowEnd: '2026-03-02T10:00:00.000Z',
      Anchor: '2026-03-02T10:00:00.000Z',
      Entities: [{ Type: 'ip', Address: '203.0.113.5' }],
      Tactics: ['CommandAndControl'],
      ResultCount: 1,
      Results: [{ First: '2026-03-02T09:30:00Z', Address: '203.0.113.5', Hosts: ['h'], Count: 1 }],
      Query: 'Events | where TimeGenerated > (datetime(2026-03-02T10:00:00.000Z) - (1h))',
    });
  });

  it('count up with every change of an alert', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: '203.0.113.5' });
    await world.detect();
    world.events.push({ time: '2026-03-02T09:31:00Z', address: '203.0.113.5' });
    world.state.documents.clear();
    await world.evaluate('09:00:00', '10:00:00');
    expect(world.sink.rows.map(({ Revision, Phase }) => [Revision, Phase])).toEqual([
      [0, 'decided'],
      [1, 'raised'],
      [2, 'changed'],
      [3, 'raised'],
    ]);
    expect(new Set(world.sink.rows.map(({ AlertId }) => AlertId)).size).toBe(1);
  });

  it('fit a field and a call, however large the result', async () => {
    const world = new World([SINGLE]);
    for (let n = 0; n < 3000; n++)
      world.events.push({
        time: '2026-03-02T09:30:00Z',
        address: `10.${n >> 8}.0.${n & 255}`,
        host: `host-${'x'.repeat(200)}`,
      });
    expect((await world.detect()).problems).toEqual([]);
    for (const row of world.sink.rows) {
      expect(row.ResultCount).toBe(3000);
      for (const column of ['Results', 'Entities'])
        expect(Buffer.byteLength(JSON.stringify(row[column]))).toBeLessThanOrEqual(32_000);
      expect((row.Results as unknown[]).length).toBeGreaterThan(50);
    }
  });

  it('that are refused leave the alert undone, with the reason', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: '203.0.113.5' });
    const alerts = { upload: async () => ({ accepted: 0, refused: [{ index: 0, reason: '400 InvalidStream' }] }) };
    const report = await world.detect({ alerts });
    expect(report.problems[0]?.message).toContain('InvalidStream');
    expect(world.incidents.writes).toBe(0);
    expect((await world.detect()).incidents).toHaveLength(1);
  });

  it('of someone else that cannot be read stop the rule instead of guessing', async () => {
    const world = new World();
    world.sink.rows.push({ AlertId: 'x', RuleId: world.rules[0]?.id, WindowEnd: '2026-03-02T09:00:00Z', Revision: 0 });
    const report = await world.detect();
    expect(report.problems[0]?.message).toContain('cannot be read back');
  });
});
