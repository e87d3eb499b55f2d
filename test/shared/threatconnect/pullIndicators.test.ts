import { afterEach, describe, expect, it } from 'vitest';
import type { ThreatConnectSettings } from '../../../shared/config';
import { pullIndicators } from '../../../shared/threatconnect/pullIndicators';
import { SYNC_KEY, type SyncState } from '../../../shared/threatconnect/syncState';
import { newest } from './memory';
import { address, later, NOW, type SetUp, setUp as start } from './setUp';

const running: SetUp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

async function setUp(indicators: readonly object[], settings?: Partial<ThreatConnectSettings>): Promise<SetUp> {
  const setup = await start(indicators, settings);
  running.push(setup);
  return setup;
}

function syncState({ dependencies }: SetUp): SyncState {
  return dependencies.state.documents.get(SYNC_KEY)?.value as SyncState;
}

/** TQL of every indicator page that was asked for. */
function asked({ server }: SetUp): string[] {
  return server
    .requests()
    .filter(({ target }) => target.startsWith('/api/v3/indicators?'))
    .map(({ target }) => new URL(target, 'http://x').searchParams.get('tql') ?? '');
}

const many = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => address(1000 + n, `198.18.${Math.floor(n / 250)}.${1 + (n % 250)}`));

describe('a full pull', () => {
  it('brings every active address over several pages, with exact ids', async () => {
    const setup = await setUp([
      ...many(2500),
      address('9007199254918487', '2001:DB8:0:0:0:0:0:25'),
      { ...address(5, 'bad.example'), type: 'Host', hostName: 'bad.example' },
      address(6, '203.0.113.45:443'),
      address(7, '198.51.100.7', { active: false }),
    ]);
    const report = await pullIndicators(setup.dependencies);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ walks: ['full'], complete: true });
    expect(report.counts).toMatchObject({
      read: 2503,
      rows: 2501,
      active: 2501,
      revoked: 0,
      pages: 3,
      'skipped.type.Host': 1,
      'skipped.malformedAddress': 1,
    });
    const { rows } = setup.sink;
    expect(rows.find((row) => row.ExternalIndicatorId === '9007199254918487')).toMatchObject({
      NetworkIP: '2001:db8::25',
      SourceSystem: 'ThreatConnect-example',
      Active: true,
    });
    expect(newest(rows).size).toBe(2501);
    expect(asked(setup)).toEqual(['id GT 0', 'id GT 1997', 'id GT 2997']);
    expect(new Set(setup.server.requests().map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('goes on behind the last acknowledged page after a failed upload, with later times', async () => {
    const setup = await setUp(many(2500));
    const { dependencies, sink } = setup;
    let uploads = 0;
    sink.before = () => {
      if (++uploads === 2) throw new Error('the endpoint is down');
    };
    await expect(pullIndicators(dependencies)).rejects.toThrow('the endpoint is down');
    expect(syncState(setup).walk).toMatchObject({ kind: 'full', lastId: '1999' });
    const before = sink.rows.length;
    const report = await pullIndicators(dependencies);
    expect(report).toMatchObject({ walks: ['full'], complete: true });
    expect(asked(setup).at(-2)).toBe('id GT 1999');
    expect(new Set(sink.rows.map((row) => row.NetworkIP)).size).toBe(2500);
    const firstTimes = sink.rows.slice(0, before).map((row) => String(row.TimeGenerated));
    for (const row of sink.rows.slice(before)) expect(String(row.TimeGenerated) > (firstTimes.at(-1) ?? '')).toBe(true);
    expect(syncState(setup).walk).toBeUndefined();
  });

  it('stops between pages when it is told to, and is taken up again', async () => {
    const setup = await setUp(many(2500));
    const controller = new AbortController();
    setup.sink.before = () => controller.abort();
    const stopped = await pullIndicators(setup.dependencies, { signal: controller.signal });
    expect(stopped.complete).toBe(false);
    expect(stopped.counts.rows).toBe(1000);
    const report = await pullIndicators(setup.dependencies);
    expect(report.counts.rows).toBe(1500);
    expect(newest(setup.sink.rows).size).toBe(2500);
  });

  it('prefers the living one of two spellings of an address, whichever comes last', async () => {
    const setup = await setUp([
      address(1, '2001:db8::1'),
      address(2, '2001:DB8:0::1', { externalDateExpires: '2026-03-01T00:00:00Z' }),
      address(3, '203.0.113.9', { externalDateExpires: '2026-03-01T00:00:00Z' }),
      address(4, '::ffff:203.0.113.9'),
    ]);
    await pullIndicators(setup.dependencies);
    expect(setup.sink.rows.map((row) => [row.NetworkIP, row.Active])).toEqual([
      ['2001:db8::1', true],
      ['203.0.113.9', true],
    ]);
  });

  it('keeps equal addresses of two owners apart', async () => {
    const setup = await setUp([
      address(1, '203.0.113.9'),
      address(2, '203.0.113.9', { ownerId: 3, ownerName: 'Other' }),
    ]);
    await pullIndicators(setup.dependencies);
    expect(newest(setup.sink.rows).size).toBe(2);
  });
});

describe('later pulls', () => {
  it('bring what changed, and revoke what was deactivated', async () => {
    const first = [address(1, '203.0.113.1'), address(2, '203.0.113.2'), address(3, '203.0.113.3')];
    const setup = await setUp(first);
    await pullIndicators(setup.dependencies);
    await later(setup, '2026-03-02T10:35:00Z');
    setup.server.setIndicators([
      first[0] as object,
      address(2, '203.0.113.2', { lastModified: '2026-03-02T10:25:00Z', active: false }),
      address(3, '203.0.113.3', { lastModified: '2026-03-02T10:25:00Z', confidence: 99 }),
      address(4, '203.0.113.4', { lastModified: '2026-03-02T10:26:00Z' }),
      address(5, '203.0.113.5', { lastModified: '2026-03-02T10:33:00Z' }),
    ]);
    const report = await pullIndicators(setup.dependencies);
    expect(report.walks).toEqual(['changed', 'inactive']);
    expect(report.counts).toMatchObject({ active: 2, revoked: 1, rows: 3 });
    expect(setup.sink.rows.slice(3).map((row) => [row.NetworkIP, row.Active])).toEqual([
      ['203.0.113.3', true],
      ['203.0.113.4', true],
      ['203.0.113.2', false],
    ]);
    // The last five minutes are left to the next run, which looks ten minutes further back.
    expect(asked(setup)[1]).toBe(
      'lastModified GEQ "2026-03-02T10:05:00Z" and lastModified LT "2026-03-02T10:30:00Z" and id GT 0',
    );
    await later(setup, '2026-03-02T10:50:00Z');
    await pullIndicators(setup.dependencies);
    expect([...newest(setup.sink.rows).values()].filter((row) => row.Active).map((row) => row.NetworkIP)).toEqual([
      '203.0.113.1',
      '203.0.113.3',
      '203.0.113.4',
      '203.0.113.5',
    ]);
    const times = [...newest(setup.sink.rows).values()].map((row) => row.TimeGenerated);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it('write everything again after five days, so that nothing ages out', async () => {
    const setup = await setUp(many(10));
    await pullIndicators(setup.dependencies);
    await later(setup, '2026-03-07T10:19:00Z');
    expect((await pullIndicators(setup.dependencies)).walks).toEqual(['changed', 'inactive']);
    await later(setup, '2026-03-07T10:20:00Z');
    const report = await pullIndicators(setup.dependencies);
    expect(report.walks).toEqual(['full']);
    expect(report.counts.rows).toBe(10);
  });

  it('begin anew when owners, filter or alias change', async () => {
    const setup = await setUp(many(3));
    await pullIndicators(setup.dependencies);
    setup.dependencies.settings = { ...setup.dependencies.settings, alias: 'other' };
    expect((await pullIndicators(setup.dependencies)).walks).toEqual(['full']);
  });

  it('leave the work to a run that holds the lease', async () => {
    const setup = await setUp(many(3));
    const lease = await setup.dependencies.state.lease(SYNC_KEY);
    const report = await pullIndicators(setup.dependencies);
    expect(report).toMatchObject({ complete: false, counts: { alreadyRunning: 1 } });
    expect(setup.sink.rows).toEqual([]);
    await lease?.release();
    expect((await pullIndicators(setup.dependencies)).counts.rows).toBe(3);
  });
});

describe('a requested window', () => {
  it('is pulled again without moving the state', async () => {
    const setup = await setUp([
      address(1, '203.0.113.1', { lastModified: '2026-02-10T00:00:00Z' }),
      address(2, '203.0.113.2', { lastModified: '2026-02-20T00:00:00Z' }),
      address(3, '203.0.113.3', { lastModified: '2026-02-20T00:00:00Z', active: false }),
    ]);
    await pullIndicators(setup.dependencies);
    const state = syncState(setup);
    const window = { from: new Date('2026-02-20T00:00:00Z'), to: new Date('2026-02-21T00:00:00Z') };
    const report = await pullIndicators(setup.dependencies, window);
    expect(report.counts).toMatchObject({ rows: 2, active: 1, revoked: 1 });
    const { lastEmission: _now, ...after } = syncState(setup);
    expect(state).toMatchObject(after);
    expect(after.walk).toBeUndefined();
  });

  it('says so when it was stopped before its end', async () => {
    const setup = await setUp(many(2500));
    const controller = new AbortController();
    setup.sink.before = () => controller.abort();
    const report = await pullIndicators(setup.dependencies, { from: new Date(0), signal: controller.signal });
    expect(report.complete).toBe(false);
    expect(report.problems).toEqual([
      { subject: 'window', message: expect.stringContaining('Ask for a smaller window') },
    ]);
  });

  it('uploads nothing and keeps nothing in a dry run', async () => {
    const setup = await setUp(many(5));
    const report = await pullIndicators(setup.dependencies, { dryRun: true });
    expect(report.counts).toMatchObject({ read: 5, active: 5, rows: 0 });
    expect(setup.sink.rows).toEqual([]);
    expect(setup.dependencies.state.documents.size).toBe(0);
  });
});

describe('owners and filter', () => {
  it('limit the pull, an OR in the filter notwithstanding', async () => {
    const setup = await setUp(
      [
        address(1, '203.0.113.1', { rating: 5 }),
        address(2, '203.0.113.2', { rating: 1 }),
        address(3, '203.0.113.3', { rating: 5, ownerId: 3, ownerName: 'Other "quoted" owner' }),
        address(4, '203.0.113.4', { rating: 5, ownerId: 4, ownerName: 'Third' }),
      ],
      { owners: ['Example Source', 'Other "quoted" owner'], filter: 'rating GEQ 4 or confidence GEQ 90' },
    );
    const report = await pullIndicators(setup.dependencies);
    expect(report.problems).toEqual([]);
    expect(setup.sink.rows.map((row) => row.NetworkIP)).toEqual(['203.0.113.1', '203.0.113.3']);
  });

  it('name an owner that cannot be read, and go on with the others', async () => {
    const setup = await setUp(many(3), { owners: ['Example Source', 'Gone'] });
    const report = await pullIndicators(setup.dependencies);
    expect(report.counts.rows).toBe(3);
    expect(report.problems).toEqual([
      { subject: 'owner "Gone"', message: expect.stringContaining('Correct THREATCONNECT_OWNERS') },
    ]);
  });

  it('pull nothing when none of the named owners can be read', async () => {
    const setup = await setUp(many(3), { owners: ['Gone'] });
    const report = await pullIndicators(setup.dependencies);
    expect(report).toMatchObject({ complete: false, problems: [{ subject: 'owner "Gone"' }] });
    expect(asked(setup)).toEqual([]);
  });
});

describe('what is gone from ThreatConnect', () => {
  /** A first pull, five days, the second full pull, and the run that looks for what is missing. */
  async function refresh(setup: SetUp, after: readonly object[]) {
    await pullIndicators(setup.dependencies);
    setup.server.setIndicators(after);
    await later(setup, '2026-03-07T10:20:00Z');
    await pullIndicators(setup.dependencies);
    await later(setup, '2026-03-07T10:36:00Z');
    return await pullIndicators(setup.dependencies);
  }

  it('is revoked after the next full pull, once its rows can be queried', async () => {
    const all = many(12);
    const setup = await setUp(all);
    const report = await refresh(setup, all.slice(2));
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ revoked: 2, rows: 2 });
    const revoked = [...newest(setup.sink.rows).values()].filter((row) => row.Active === false);
    expect(revoked.map((row) => [row.NetworkIP, row.ExternalIndicatorId])).toEqual([
      ['198.18.0.1', '1000'],
      ['198.18.0.2', '1001'],
    ]);
    expect(syncState(setup).absence).toBeUndefined();
    await later(setup, '2026-03-07T10:50:00Z');
    expect((await pullIndicators(setup.dependencies)).counts.revoked).toBe(0);
  });

  it('is not what merely cannot be queried yet: everything is asked for by id first', async () => {
    const all = many(250);
    const setup = await setUp(all);
    await pullIndicators(setup.dependencies);
    const known = [...setup.sink.rows];
    await later(setup, '2026-03-07T10:20:00Z');
    await pullIndicators(setup.dependencies);
    setup.sink.rows.splice(0, setup.sink.rows.length, ...known);
    await later(setup, '2026-03-07T10:36:00Z');
    const report = await pullIndicators(setup.dependencies);
    expect(report.counts).toMatchObject({ revoked: 0, confirmed: 250 });
    expect(report.problems).toEqual([]);
  });

  it('is not believed when more than a twentieth is missing', async () => {
    const all = many(400);
    const setup = await setUp(all);
    const report = await refresh(setup, all.slice(21));
    expect(report.counts.revoked).toBe(0);
    expect(report.problems).toEqual([
      { subject: 'revocation', message: expect.stringContaining('21 of 400 indicators are gone') },
    ]);
  });

  it('is not what belongs to an owner that can no longer be read', async () => {
    const other = address(1, '203.0.113.1', { ownerId: 3, ownerName: 'Other' });
    const setup = await setUp([other, ...many(5)]);
    const report = await refresh(setup, many(5));
    expect(report.counts.revoked).toBe(0);
    expect(newest(setup.sink.rows).size).toBe(6);
  });

  it('includes what a raised TLP label took out of reach', async () => {
    const red = { securityLabels: { data: [{ name: 'TLP:RED' }] } };
    const setup = await setUp([address(1, '203.0.113.1'), ...many(5)]);
    const report = await refresh(setup, [address(1, '203.0.113.1', red), ...many(5)]);
    expect(report.counts.revoked).toBe(1);
  });

  it('waits for a workspace that cannot be queried', async () => {
    const all = many(12);
    const setup = await setUp(all);
    const { query } = setup.dependencies;
    const answer = query.query;
    query.query = async (kql) => {
      if (kql.includes('arg_max')) throw new Error('the workspace does not answer');
      return await answer(kql);
    };
    const report = await refresh(setup, all.slice(2));
    expect(report.problems).toEqual([
      { subject: 'revocation', message: expect.stringContaining('the workspace does not answer') },
    ]);
    query.query = answer;
    await later(setup, '2026-03-07T10:50:00Z');
    expect((await pullIndicators(setup.dependencies)).counts.revoked).toBe(2);
  });
});

describe('SourceSystem', () => {
  it('is read back once, and found as sent', async () => {
    const setup = await setUp(many(3));
    const report = await pullIndicators(setup.dependencies);
    expect(report.sourceSystem).toMatchObject({
      ok: true,
      sent: 'ThreatConnect-example',
      arrived: 'ThreatConnect-example',
      checkedAt: '2026-03-02T10:20:00.000Z',
    });
    const queries = setup.dependencies.query.asked.length;
    await pullIndicators(setup.dependencies);
    expect(setup.dependencies.query.asked).toHaveLength(queries);
  });

  it('stays unknown until a row can be queried', async () => {
    const setup = await setUp(many(3));
    setup.arrival.queryable = false;
    const report = await pullIndicators(setup.dependencies);
    expect(report.sourceSystem).toMatchObject({ ok: null, arrived: null });
    expect(report.problems).toEqual([]);
    setup.arrival.queryable = true;
    expect((await pullIndicators(setup.dependencies)).sourceSystem).toMatchObject({ ok: true });
  });

  it('is a problem with its fix when it was replaced, until a row arrives as sent', async () => {
    const setup = await setUp(many(3));
    setup.arrival.sourceSystem = 'RestAPI';
    const report = await pullIndicators(setup.dependencies);
    expect(report.sourceSystem).toMatchObject({ ok: false, arrived: 'RestAPI' });
    expect(report.problems).toEqual([
      { subject: 'SourceSystem', message: expect.stringContaining('| extend SourceSystem = "ThreatConnect-example"') },
    ]);
    expect((await pullIndicators(setup.dependencies)).problems).toHaveLength(1);
    setup.arrival.sourceSystem = undefined;
    const cured = await pullIndicators(setup.dependencies, { full: true });
    expect(cured.sourceSystem).toMatchObject({ ok: true });
    expect(cured.problems).toEqual([]);
  });
});

describe('rows that the service refuses', () => {
  it('are counted with the reason, and do not hold up the rest', async () => {
    const setup = await setUp(many(3));
    const { upload } = setup.sink;
    setup.sink.upload = async (batch) => {
      const { accepted } = await upload.call(setup.sink, batch);
      return { accepted: accepted - 1, refused: [{ index: 0, reason: 'a column is too long' }] };
    };
    const report = await pullIndicators(setup.dependencies);
    expect(report.counts).toMatchObject({ rows: 2, refused: 1 });
    expect(report.problems).toEqual([
      { subject: 'ThreatIntelligenceIndicator', message: '1 rows were refused: a column is too long' },
    ]);
    expect(report.complete).toBe(true);
    expect(setup.dependencies.clock.now()).toEqual(new Date(NOW));
  });
});
