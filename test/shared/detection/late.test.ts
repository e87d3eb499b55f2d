/** Data that arrives behind windows which were evaluated before. */
import { describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import { makeRule, World } from './world';

const BAD = '203.0.113.5';

/** Ends of the windows that the rule was run on since a query number. */
function endsSince(world: World, from: number): string[] {
  return world.queries.slice(from).flatMap((kql) => /^Events.*datetime\(2026-03-02T(\d\d:\d\d)/.exec(kql)?.[1] ?? []);
}

async function evaluated(rule = makeRule()) {
  const world = new World([rule]);
  world.events.push({ time: '2026-03-02T07:30:00Z', address: '198.51.100.7' });
  await world.detect();
  return world;
}

describe('late data', () => {
  it('is found: the touched window is evaluated again, and only that', async () => {
    const world = await evaluated();
    world.clock.time = '2026-03-02T12:30:00Z';
    world.events.push({ time: '2026-03-02T09:30:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD });
    const before = world.queries.length;
    const report = await world.detect();
    expect(report.counts).toMatchObject({ 'windows.late': 1, windows: 1 });
    expect(report.incidents).toMatchObject([{ title: `Bad address ${BAD}`, windows: ['2026-03-02T10:00:00.000Z'] }]);
    expect(endsSince(world, before)).toEqual(['10:00']);
  });

  it('is evaluated once, although the next looks overlap', async () => {
    const world = await evaluated();
    world.events.push({ time: '2026-03-02T09:30:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD });
    world.clock.time = '2026-03-02T12:30:00Z';
    await world.detect();
    for (const minute of ['31', '36', '41', '55']) {
      world.clock.time = `2026-03-02T12:${minute}:00Z`;
      expect((await world.detect()).counts['windows.late']).toBeUndefined();
    }
    world.clock.time = '2026-03-02T14:10:00Z';
    expect((await world.detect()).counts['windows.late']).toBeUndefined();
  });

  it('is found, too, when queries see it after what arrived later beside it', async () => {
    const world = await evaluated();
    const late = { time: '2026-03-02T09:30:00Z', address: '198.51.100.7' };
    world.events.push({ ...late, arrived: '2026-03-02T12:25:00Z' });
    world.events.push({ ...late, arrived: '2026-03-02T12:24:00Z', visible: '2026-03-02T12:31:00Z', address: BAD });
    world.clock.time = '2026-03-02T12:30:00Z';
    expect((await world.detect()).counts['windows.late']).toBe(1);
    world.clock.time = '2026-03-02T12:36:00Z';
    expect((await world.detect()).counts['windows.lateRemaining']).toBe(1);
    world.clock.time = '2026-03-02T13:31:00Z';
    expect((await world.detect()).incidents.map(({ title }) => title)).toContain(`Bad address ${BAD}`);
  });

  it('waits until a frequency has passed since the last time, and is remembered till then', async () => {
    const world = await evaluated();
    world.clock.time = '2026-03-02T12:30:00Z';
    world.events.push({ time: '2026-03-02T09:30:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD });
    await world.detect();
    world.clock.time = '2026-03-02T12:50:00Z';
    world.events.push({ time: '2026-03-02T09:40:00Z', arrived: '2026-03-02T12:45:00Z', address: '198.51.100.99' });
    expect((await world.detect()).counts).toMatchObject({ 'windows.lateRemaining': 1 });
    world.clock.time = '2026-03-02T13:30:00Z';
    const report = await world.detect();
    expect(report.counts).toMatchObject({ 'windows.late': 1 });
    expect(report.incidents.map(({ title }) => title)).toContain('Bad address 198.51.100.99');
  });

  it('that was there before its window was evaluated is not late', async () => {
    const world = await evaluated();
    world.events.push({ time: '2026-03-02T12:30:00Z', arrived: '2026-03-02T13:05:00Z', address: BAD });
    world.clock.time = '2026-03-02T13:20:00Z';
    expect((await world.detect()).counts).toMatchObject({ windows: 1 });
    world.clock.time = '2026-03-02T13:25:00Z';
    expect((await world.detect()).counts.windows).toBeUndefined();
  });

  it('touches every window that looks back to it, the nearest first, a limited number a run', async () => {
    const world = await evaluated(makeRule({ queryPeriod: '2d' }));
    world.start = new Date('2026-03-01T00:00:00Z');
    world.state.documents.clear();
    await world.detect();
    world.clock.time = '2026-03-02T12:30:00Z';
    world.events.push(
      { time: '2026-03-01T02:30:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD },
      { time: '2026-03-02T08:30:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD },
    );
    const before = world.queries.length;
    const report = await world.detect();
    expect(report.counts).toMatchObject({ 'windows.late': 24, 'windows.lateRemaining': 10 });
    const ends = world.queries.slice(before).flatMap((kql) => /^Events.*datetime\((.{16})/.exec(kql)?.[1] ?? []);
    expect(ends.slice(0, 3)).toEqual(['2026-03-01T03:00', '2026-03-02T09:00', '2026-03-01T04:00']);
    expect((await world.detect()).counts).toMatchObject({ 'windows.late': 10 });
  });

  it('that arrives while the look fails is found by the next one', async () => {
    const world = await evaluated();
    world.clock.time = '2026-03-02T12:30:00Z';
    world.events.push({ time: '2026-03-02T09:30:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD });
    const query = {
      query: async (kql: string, span?: { from: Date; to: Date }) => {
        if (kql.includes('ASim')) throw new FlowtrapError('unavailable', 'away.');
        return world.query.query(kql, span);
      },
    };
    const report = await world.detect({ query });
    expect(report.problems).toMatchObject([{ message: expect.stringContaining('late data') as unknown }]);
    expect((await world.detect()).counts).toMatchObject({ 'windows.late': 1 });
  });

  it('is looked for before a rule is evaluated for the first time, or the rule waits', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T09:30:00Z', address: BAD });
    const failing = (start: string) => ({
      query: async (kql: string, span?: { from: Date; to: Date }) => {
        if (kql.startsWith(start)) throw new FlowtrapError('unavailable', 'away.');
        return world.query.query(kql, span);
      },
    });
    expect((await world.detect({ query: failing('print') })).counts.windows).toBeUndefined();
    // A table that is not there keeps no rule from running, and what comes to it meanwhile is found later.
    expect((await world.detect({ query: failing('ASim') })).counts.windows).toBe(6);
    world.events.push({ time: '2026-03-02T08:30:00Z', arrived: '2026-03-02T12:21:00Z', address: BAD });
    world.clock.time = '2026-03-02T12:40:00Z';
    expect((await world.detect()).counts).toMatchObject({ 'windows.late': 1 });
  });

  it('joins the incident of a later window, and takes its first activity back', async () => {
    const world = new World();
    world.events.push({ time: '2026-03-02T10:30:00Z', address: BAD });
    await world.detect();
    world.clock.time = '2026-03-02T12:30:00Z';
    world.events.push({ time: '2026-03-02T08:10:00Z', arrived: '2026-03-02T12:25:00Z', address: BAD });
    const report = await world.detect();
    expect(report.incidents).toMatchObject([{ outcome: 'updated' }]);
    const [incident] = [...world.incidents.incidents.values()];
    expect(world.incidents.incidents.size).toBe(1);
    expect(incident?.incident).toMatchObject({
      firstActivityTimeUtc: '2026-03-02T08:10:00.000Z',
      lastActivityTimeUtc: '2026-03-02T10:30:00.000Z',
    });
  });
});
