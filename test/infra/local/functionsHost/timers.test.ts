/** The timer rows of the observed behaviour of Microsoft's host. */
import { BlobServiceClient, type BlockBlobClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { HostOptions } from '../../../../infra/local/functionsHost/contract';
import { eventually, type Ground, prepareGround, type RunningApp, startApp } from './harness';

let ground: Ground;
let hosts = 0;

beforeAll(async () => {
  ground = await prepareGround();
});
afterAll(() => ground.close());

interface Timer {
  readonly schedule: { readonly adjustForDST: boolean };
  readonly scheduleStatus: { readonly last: string; readonly next: string; readonly lastUpdated: string } | null;
  readonly isPastDue: boolean;
}

const NEVER = '0001-01-01T00:00:00+00:00';

/** A host id of its own, and what belongs to it; most tests only wait, so they do it side by side. */
class Timers {
  readonly #hostId = `timers${hosts++}`;

  constructor(private readonly test: TestContext) {}

  async start(
    timer: { schedule: string; useMonitor?: boolean; runOnStartup?: boolean },
    behaviour?: string,
    options: Partial<HostOptions> = {},
    extra: Record<string, string> = {},
  ): Promise<RunningApp> {
    const settings = { TIMER: JSON.stringify(timer), ...(behaviour ? { BEHAVIOUR: behaviour } : {}), ...extra };
    const app = await startApp(ground, 'timers', { settings, hostId: this.#hostId, ...options });
    this.test.onTestFinished(() => app.host.close());
    return app;
  }

  statusBlob(): BlockBlobClient {
    return BlobServiceClient.fromConnectionString(ground.azurite.connectionString)
      .getContainerClient('azure-webjobs-hosts')
      .getBlockBlobClient(`timers/${this.#hostId}/Host.Functions.timer/status`);
  }

  async readStatus(): Promise<{ Last: string; Next: string; LastUpdated: string } | undefined> {
    try {
      return JSON.parse((await this.statusBlob().downloadToBuffer()).toString());
    } catch {
      return undefined;
    }
  }

  async storeStatus(last: Date, next: Date): Promise<void> {
    const text = JSON.stringify({
      Last: last.toISOString(),
      Next: next.toISOString(),
      LastUpdated: last.toISOString(),
    });
    const service = BlobServiceClient.fromConnectionString(ground.azurite.connectionString);
    await service.getContainerClient('azure-webjobs-hosts').createIfNotExists();
    await this.statusBlob().upload(text, text.length);
  }
}

function runs(running: RunningApp): Timer[] {
  return running
    .recorded('timer')
    .filter((r) => r.state === 'begun')
    .map((r) => r.timer as Timer);
}

/** Once a day, soon, but not before a busy machine has started the host: monitored, and no long wait. */
function soon(seconds = 10): { readonly schedule: string; readonly at: Date } {
  const at = new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000);
  return { schedule: `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, at };
}

/** As the host writes times: without the fraction's trailing zeros. */
const text = (time: Date): string => time.toISOString().replace('.000Z', '+00:00');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent('a monitored timer', () => {
  it('runs at its tick with a status of its own, and stores the run', async (test) => {
    const timers = new Timers(test);
    const { schedule, at } = soon();
    const running = await timers.start({ schedule });
    const first = await eventually(() => timers.readStatus());
    expect(first).toEqual({ Last: NEVER, Next: text(at), LastUpdated: expect.stringMatching(/^20\d\d-.*\+00:00$/) });
    expect(runs(running)).toEqual([]);

    const [timer] = await eventually(() => runs(running).length === 1 && runs(running));
    expect(timer).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: { last: NEVER, next: text(at), lastUpdated: NEVER },
      isPastDue: false,
    });
    expect(running.recorded('timer')[0]?.metadata).toBe('none');
    const stored = await eventually(async () => {
      const status = await timers.readStatus();
      return status?.Last !== NEVER && status;
    });
    expect(stored.Next).toBe(text(new Date(at.getTime() + 24 * 3600_000)));
    expect(stored.LastUpdated).toBe(stored.Last);
    expect(Date.parse(stored.Last)).toBeGreaterThanOrEqual(at.getTime());
  });

  it('stores a failed run just so, and does not repeat it', async (test) => {
    const timers = new Timers(test);
    const { schedule, at } = soon();
    const running = await timers.start({ schedule }, 'throw');
    const stored = await eventually(async () => {
      const status = await timers.readStatus();
      return status !== undefined && status.Last !== NEVER && status;
    });
    expect(stored.Next).toBe(text(new Date(at.getTime() + 24 * 3600_000)));
    await pause(500);
    expect(running.invocations().map((i) => [i.ok, i.error])).toEqual([[false, 'not this time']]);
  });

  it('makes up for any number of missed ticks with one run, past due', async (test) => {
    const timers = new Timers(test);
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    const [last, next] = [new Date(minute - 5 * 60_000), new Date(minute - 4 * 60_000)];
    await timers.storeStatus(last, next);
    const running = await timers.start({ schedule: '0 * * * * *' });
    const [timer] = await eventually(() => runs(running)[0] && runs(running));
    expect(timer).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: { last: text(last), next: text(next), lastUpdated: text(last) },
      isPastDue: true,
    });
    await eventually(() => running.invocations().length > 0);
    await pause(300);
    // A tick of the minute itself may have come since.
    expect(runs(running).filter((run) => run.isPastDue)).toHaveLength(1);
  });

  it('makes up with a run of runOnStartup only once', async (test) => {
    const timers = new Timers(test);
    await timers.storeStatus(new Date(Date.now() - 50 * 3600_000), new Date(Date.now() - 26 * 3600_000));
    const running = await timers.start({ schedule: '1.00:00:00', runOnStartup: true });
    await eventually(() => running.invocations().length > 0);
    await pause(300);
    expect(runs(running).map((run) => [run.isPastDue, run.schedule.adjustForDST])).toEqual([[true, false]]);
  });

  it('makes up for nothing when its schedule has changed', async (test) => {
    const timers = new Timers(test);
    // Written for another hour than the schedule's.
    await timers.storeStatus(new Date(Date.now() - 50 * 3600_000), new Date(Date.now() - 26 * 3600_000));
    const running = await timers.start({ schedule: '0 0 0 1 1 *' });
    const status = await eventually(async () => {
      const found = await timers.readStatus();
      return found?.Next.includes('-01-01T00:00:00+00:00') && found;
    });
    expect(Date.parse(status.Next)).toBeGreaterThan(Date.now());
    await pause(300);
    expect(runs(running)).toEqual([]);
  });

  it('remembers a status over a restart of the host', async (test) => {
    const timers = new Timers(test);
    const { schedule } = soon();
    const running = await timers.start({ schedule });
    await eventually(() => running.invocations().length === 1);
    await eventually(async () => (await timers.readStatus())?.Last !== NEVER);
    await running.host.close();
    const again = await timers.start({ schedule });
    await pause(500);
    expect(runs(again)).toEqual([]);
  });
});

describe.concurrent('a run that the end of the host meets', () => {
  /** Closes a host while its timer runs, and starts another one. */
  const meet = async (test: TestContext, runsFor: string, graceMs: number): Promise<RunningApp> => {
    const timers = new Timers(test);
    const { schedule } = soon();
    const running = await timers.start({ schedule }, runsFor, { graceMs });
    await eventually(() => runs(running).length === 1);
    await running.host.close();
    return timers.start({ schedule });
  };

  it('is stored when it ends in time', async (test) => {
    const again = await meet(test, '1000', 20_000);
    await pause(1000);
    expect(runs(again)).toEqual([]);
  });

  it('is repeated, past due, when it was cut', async (test) => {
    const again = await meet(test, '20000', 100);
    await eventually(() => runs(again).length > 0);
    expect(runs(again)).toMatchObject([{ isPastDue: true }]);
  });
});

describe.concurrent('a timer without monitor', () => {
  it('has no status, and leaves none behind', async (test) => {
    const timers = new Timers(test);
    const { schedule } = soon();
    const running = await timers.start({ schedule, useMonitor: false });
    const [timer] = await eventually(() => runs(running)[0] && runs(running));
    expect(timer?.scheduleStatus).toBeNull();
    await eventually(() => running.invocations().length === 1);
    expect(await timers.readStatus()).toBeUndefined();
  });

  it('so has one that fires more often than once a minute', async (test) => {
    const timers = new Timers(test);
    const running = await timers.start({ schedule: '*/2 * * * * *' });
    const [timer] = await eventually(() => runs(running)[0] && runs(running));
    expect(timer).toEqual({ schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
    expect(await timers.readStatus()).toBeUndefined();
  });

  it('never overlaps, and collapses the ticks that it missed', async (test) => {
    const timers = new Timers(test);
    const running = await timers.start({ schedule: '*/1 * * * * *' }, '2300');
    await eventually(() => running.invocations().length >= 2);
    const states = running.recorded('timer');
    expect(states.slice(0, 4).map((r) => r.state)).toEqual(['begun', 'ended', 'begun', 'ended']);
    expect(runs(running).every((run) => !run.isPastDue)).toBe(true);
  });

  it('runs a time span after the start, and again after each', async (test) => {
    const timers = new Timers(test);
    const begun = Date.now();
    const running = await timers.start({ schedule: '00:00:02' });
    await eventually(() => running.invocations().length >= 2);
    const [first] = running.recorded('timer');
    expect((first?.at ?? 0) - begun).toBeGreaterThanOrEqual(2000);
    expect(runs(running).map((run) => run.schedule.adjustForDST)).not.toContain(true);
  });

  it('runs at the start when asked to', async (test) => {
    const timers = new Timers(test);
    const running = await timers.start({ schedule: '0 0 0 1 1 *', runOnStartup: true });
    await eventually(() => running.invocations().length === 1);
    expect(runs(running)[0]).toMatchObject({ isPastDue: false });
  });
});

describe.concurrent('timers that do not fire', () => {
  it('when they are disabled, or the host has none; but they run by hand', async (test) => {
    const timers = new Timers(test);
    const timer = { schedule: '*/1 * * * * *' };
    const disabled = await timers.start(timer, undefined, {}, { 'AzureWebJobs.timer.Disabled': 'True' });
    await pause(1500);
    expect(disabled.invocations()).toEqual([]);
    await disabled.host.close();
    const without = await timers.start(timer, undefined, { timers: false });
    await pause(1500);
    expect(without.invocations()).toEqual([]);
    await without.host.run('timer');
    expect(runs(without)).toHaveLength(1);
  });
});
