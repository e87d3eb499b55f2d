import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../shared/config';
import { FlowtrapError } from '../../../shared/errors';
import { executeRun, type SliceReport } from '../../../shared/runs/executeRun';
import { health } from '../../../shared/runs/health';
import { recordRun } from '../../../shared/runs/recordRun';
import { queueRun, type RunMessage, readRun } from '../../../shared/runs/runDocument';
import type { RunRequest } from '../../../shared/runs/runRequest';
import { MemoryLog, MemoryQueue, MemorySink, MemoryState, SetClock } from '../../support/memoryPorts';

function setUp() {
  return {
    state: new MemoryState(),
    queue: new MemoryQueue<RunMessage>(),
    clock: new SetClock('2026-03-02T12:00:00.000Z'),
    log: new MemoryLog(),
    runs: new MemorySink(),
  };
}

const REQUEST: RunRequest = { job: 'normalize', from: '2026-03-02T10:00:00.000Z', to: '2026-03-02T11:00:00.000Z' };

describe('a requested run', () => {
  it('is only promised once it is queued', async () => {
    const deps = setUp();
    deps.queue.failure = new FlowtrapError('unavailable', 'the queue is down.');
    await expect(queueRun(REQUEST, deps)).rejects.toThrow('the queue is down.');
    expect(deps.state.documents.size).toBe(0);
  });

  it('goes slice by slice, sums the counts and keeps the problems', async () => {
    const deps = setUp();
    const { id } = await queueRun(REQUEST, deps);
    const slices: SliceReport[] = [
      { counts: { blobs: 2, sessions: 10 }, problems: [], cursor: 'b' },
      { counts: { blobs: 1, deadLettered: 1 }, problems: [{ subject: 'blob', message: 'broken' }] },
    ];
    const cursors: (string | undefined)[] = [];
    const execute = async (_request: RunRequest, cursor: string | undefined): Promise<SliceReport> => {
      cursors.push(cursor);
      const slice = slices.shift();
      if (!slice) throw new Error('no slice is left');
      return slice;
    };
    await executeRun(deps.queue.sent[0], { ...deps, execute });
    expect((await readRun(id, deps.state))?.value.status).toBe('running');
    await executeRun(deps.queue.sent[1], { ...deps, execute });
    // The first message comes again, as queues may: nothing happens.
    await executeRun(deps.queue.sent[0], { ...deps, execute });
    const run = (await readRun(id, deps.state))?.value;
    expect(cursors).toEqual([undefined, 'b']);
    expect(run).toMatchObject({
      status: 'partial',
      slices: 2,
      counts: { blobs: 3, sessions: 10, deadLettered: 1 },
      problems: [{ subject: 'blob', message: 'broken' }],
    });
    expect(run?.endedAt).toBe('2026-03-02T12:00:00.000Z');
  });

  it('goes back to the queue on an error that may pass, until the last try', async () => {
    const deps = setUp();
    const { id } = await queueRun(REQUEST, deps);
    const failWith = (error: Error) =>
      executeRun(deps.queue.sent[0], { ...deps, execute: () => Promise.reject(error) });
    await expect(failWith(new FlowtrapError('unavailable', 'the sink is down.'))).rejects.toThrow('the sink is down.');
    expect((await readRun(id, deps.state))?.value).toMatchObject({ status: 'running', error: 'the sink is down.' });
    // The last delivery before poison: nobody would ever end the run.
    const lastTry = executeRun(
      deps.queue.sent[0],
      { ...deps, execute: () => Promise.reject(new FlowtrapError('unavailable', 'the sink is still down.')) },
      true,
    );
    await expect(lastTry).rejects.toThrow('the sink is still down.');
    expect((await readRun(id, deps.state))?.value).toMatchObject({
      status: 'failed',
      error: 'the sink is still down.',
      endedAt: '2026-03-02T12:00:00.000Z',
    });
  });

  it('fails for good at once on an error that stays', async () => {
    const deps = setUp();
    const { id } = await queueRun(REQUEST, deps);
    const failWith = (error: Error) =>
      executeRun(deps.queue.sent[0], { ...deps, execute: () => Promise.reject(error) });
    await failWith(new FlowtrapError('refused', 'blobs of that time are too old.'));
    expect((await readRun(id, deps.state))?.value).toMatchObject({
      status: 'failed',
      error: 'blobs of that time are too old.',
    });
  });

  it('refuses a message that is none, and an id that is none', async () => {
    const deps = setUp();
    await expect(
      executeRun({ runId: '../x', slice: 0 }, { ...deps, execute: () => Promise.reject(new Error()) }),
    ).rejects.toThrow(/no run message/);
    expect(await readRun('../status/detect', deps.state)).toBeUndefined();
  });
});

describe('recordRun', () => {
  it('writes the ledger row and the status, and passes result and error on', async () => {
    const deps = setUp();
    const kind = { job: 'normalize', trigger: 'event', subject: 'a/b/c' } as const;
    await recordRun(kind, deps, async () => ({
      counts: { records: 3, sessions: 1, skipped: 1, deadLettered: 1 },
      problems: [],
    }));
    await expect(recordRun(kind, deps, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    expect(deps.runs.rows).toMatchObject([
      {
        Job: 'normalize',
        Trigger: 'event',
        Subject: 'a/b/c',
        Status: 'Succeeded',
        Records: 3,
        Sessions: 1,
        Skipped: 1,
        DeadLettered: 1,
      },
      { Status: 'Failed', Problems: [{ subject: 'normalize', message: 'boom' }] },
    ]);
    const status = (await deps.state.get<Record<string, unknown>>('status/normalize'))?.value;
    expect(status).toMatchObject({ lastSuccess: '2026-03-02T12:00:00.000Z', lastError: { message: 'boom' } });
  });

  it('does not fail a run whose ledger cannot be written', async () => {
    const deps = setUp();
    deps.runs.failure = new Error('down');
    await recordRun({ job: 'sweep', trigger: 'timer', subject: '' }, deps, async () => ({ counts: {}, problems: [] }));
    expect(deps.log.lines).toEqual(['warn The ledger row of this run could not be written: down']);
  });
});

describe('health', () => {
  const environment = {
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    FLOW_CONTAINERS: '[{"account":"acct","container":"cont"}]',
    INGESTION_ENDPOINT: 'https://x.ingest.monitor.azure.com',
    INGESTION_RULE_ID: 'dcr-0123456789abcdef0123456789abcdef',
    LOG_ANALYTICS_WORKSPACE_ID: '11111111-2222-3333-4444-555555555555',
    SENTINEL_WORKSPACE: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law-1',
    THREATCONNECT_URL: 'https://tc.example.com/api',
    THREATCONNECT_TOKEN: 'APIV2:1',
  };
  const now = new Date('2026-03-02T12:00:00Z');
  const deps = (state: MemoryState) => ({
    config: readConfig(environment),
    state: () => state,
    poisoned: async () => ({ 'flowtrap-blobs': 0 }),
    now,
    startedAt: now,
  });

  it('is well when nothing is wrong, and tells lag and last error', async () => {
    const state = new MemoryState();
    await state.put('status/detect', {
      job: 'detect',
      lastSuccess: '2026-03-02T11:58:00Z',
      lastError: { at: '2026-03-02T11:00:00Z', message: 'old' },
      problems: [],
      counts: {},
    });
    const result = await health(deps(state));
    expect(result.ok).toBe(true);
    expect(result.jobs.find((j) => j.job === 'detect')).toMatchObject({
      ok: true,
      lagSeconds: 120,
      lastError: { message: 'old' },
    });
  });

  it.each<[string, (state: MemoryState) => Promise<unknown>, RegExp]>([
    [
      'a job that failed last',
      (s) =>
        s.put('status/sweep', {
          job: 'sweep',
          lastError: { at: '2026-03-02T11:00:00Z', message: 'no access' },
          problems: [],
          counts: {},
        }),
      /no access/,
    ],
    [
      'a job that is late',
      (s) => s.put('status/detect', { job: 'detect', lastSuccess: '2026-03-02T11:40:00Z', problems: [], counts: {} }),
      /more than 3 of its intervals/,
    ],
    [
      'a rule that could not run',
      (s) =>
        s.put('status/detect', {
          job: 'detect',
          lastSuccess: '2026-03-02T11:59:00Z',
          problems: [{ subject: 'rule x', message: 'bad query' }],
          counts: {},
        }),
      /bad query/,
    ],
    [
      'a SourceSystem that did not arrive',
      (s) => s.put('threatconnect/sourceSystem', { ok: false, sent: 'ThreatConnect-X', arrived: 'RestAPI' }),
      /arrived as \\"RestAPI\\"/,
    ],
  ])('is not well with %s', async (_name, prepare, message) => {
    const state = new MemoryState();
    await prepare(state);
    const result = await health(deps(state));
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).toMatch(message);
  });

  it('names configuration problems and poison messages, and survives unusable storage', async () => {
    const result = await health({
      ...deps(new MemoryState()),
      config: readConfig({ ...environment, INGESTION_RULE_ID: undefined }),
      state: () => {
        throw new FlowtrapError('configuration', 'no storage.');
      },
      poisoned: async () => ({ 'flowtrap-blobs': 3 }),
    });
    expect(result.configuration.map((c) => c.setting)).toEqual(['INGESTION_RULE_ID']);
    expect(result.notices.map((n) => n.subject)).toEqual(['storage', 'flowtrap-blobs']);
  });
});
