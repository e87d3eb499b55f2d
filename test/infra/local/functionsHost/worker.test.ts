/** Worker, context and log rows of the observed behaviour of Microsoft's host. */
import { realpathSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HostOptions, WorkerMessage } from '../../../../infra/local/functionsHost/contract';
import { base64, eventually, fixture, type Ground, KEYS, prepareGround, type RunningApp, startApp } from './harness';

let ground: Ground;
let app: RunningApp;

beforeAll(async () => {
  ground = await prepareGround();
});
afterEach(() => app.host.close());
afterAll(() => ground.close());

async function start(options: Partial<HostOptions> & { settings?: Record<string, string> } = {}): Promise<void> {
  app = await startApp(ground, 'crash', { restartDelaysMs: [0, 700], graceMs: 500, ...options });
}

const get = async (path: string): Promise<[number, string]> => {
  const response = await fetch(`${app.host.url}/api/${path}`);
  return [response.status, await response.text()];
};
const workers = (state: WorkerMessage['state']): WorkerMessage[] =>
  app.messages.filter((m): m is WorkerMessage => m.type === 'worker' && m.state === state);
const logged = (text: string): boolean => app.logs().some((log) => log.message.includes(text));

describe('a worker that ends', () => {
  it('after a rejection that nobody awaits: the earlier answer stands, a new worker comes', async () => {
    await start();
    const [, firstPid] = await get('ok');
    expect(await get('rejectLater')).toEqual([200, 'fine']);
    await eventually(() => workers('ended').length === 1 && workers('started').length === 2);
    expect(workers('ended')[0]).toMatchObject({ pid: Number(firstPid), exit: 'code 1' });
    expect(logged('nobody waits for this')).toBe(true);
    const [status, secondPid] = await get('ok');
    expect(status).toBe(200);
    expect(secondPid).not.toBe(firstPid);
  });

  it('with process.exit: running requests fail without a word, the next one works', async () => {
    await start();
    const other = get('slow?ms=30000');
    await eventually(() => app.recorded('slow').length === 1);
    expect(await get('exit?code=3')).toEqual([500, '']);
    expect(await other).toEqual([500, '']);
    expect((await get('ok'))[0]).toBe(200);
    expect(
      app
        .invocations()
        .filter((i) => !i.ok)
        .map((i) => i.error),
    ).toEqual(['The worker process ended (code 3).', 'The worker process ended (code 3).']);
  });

  it('twice: the second restart waits, and requests wait with it', async () => {
    await start();
    const times: number[] = [];
    app.host.events.on('worker', () => times.push(Date.now()));
    expect(await get('exit?code=1')).toEqual([500, '']);
    expect((await get('ok'))[0]).toBe(200);
    expect(await get('rejectNow')).toEqual([500, '']);
    expect((await get('ok'))[0]).toBe(200);
    const [, , ended = 0, started = 0] = times;
    expect(started - ended).toBeGreaterThanOrEqual(690);
    expect(workers('started')).toHaveLength(3);
  });

  it('with code 0: nobody notices, everything hangs, the status says Running', async () => {
    await start();
    const hanging = [get('exit?code=0'), get('ok')].map((request) => request.catch(() => 'cut'));
    await eventually(() => logged('The worker ended with code 0'));
    const status = await fetch(`${app.host.url}/admin/host/status?code=${KEYS.master}`);
    expect(await status.json()).toMatchObject({ state: 'Running' });
    const late = get('ok').catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(workers('started')).toHaveLength(1);
    expect(app.invocations().filter((i) => i.function === 'exit')).toEqual([]);
    await app.host.close();
    // The hanging calls end with the host, as failures.
    for (const answer of [hanging[0], late]) expect(await answer).not.toEqual([200, expect.anything()]);
  });
});

describe('functionTimeout', () => {
  const overrides = { functionTimeout: '00:00:04', extensions: { queues: { maxPollingInterval: '00:00:00.5' } } };

  it('fails the run, leaves others two seconds, replaces the worker, and the message is tried again', async () => {
    await ground.queues.getQueueClient('endless').createIfNotExists();
    await start({ hostJsonOverrides: overrides });
    await ground.queues.getQueueClient('endless').sendMessage(base64('x'));
    await eventually(() => app.recorded('endless').length === 1);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    // It ends a second after the other's limit.
    const other = get('slow?ms=3000');
    expect(await other).toEqual([200, 'done']);
    await eventually(() => app.invocations().some((i) => i.function === 'endless' && i.ok));
    const [first] = app.invocations().filter((i) => i.function === 'endless');
    expect(first).toMatchObject({ ok: false, error: expect.stringContaining('Timeout value of 4 s exceeded') });
    expect(app.recorded('endless').map((r) => r.dequeueCount)).toEqual([1, 2]);
    expect(app.recorded('hook').some((r) => r.hook === 'appTerminate')).toBe(true);
    expect(workers('started')).toHaveLength(2);
  });

  it('answers the caller of an HTTP function with 500 once the new worker is there', async () => {
    await start({ hostJsonOverrides: overrides });
    expect(await get('slow?ms=60000')).toEqual([500, '']);
    expect(workers('started')).toHaveLength(2);
  });
});

describe('a handler that never yields', () => {
  it('is ended by force', async () => {
    await start({ hostJsonOverrides: { functionTimeout: '00:00:01' } });
    expect(await get('busy')).toEqual([500, '']);
    expect(workers('ended').map((m) => m.exit)).toEqual(['SIGKILL']);
    expect((await get('ok'))[0]).toBe(200);
  });
});

describe('hooks', () => {
  it('run at start, around each run, and at the end', async () => {
    await start();
    expect(await get('mended')).toEqual([200, 'mended']);
    await app.host.close();
    expect(app.recorded('hook').map(({ name: _, at: __, ...rest }) => rest)).toEqual([
      { hook: 'appStart' },
      { hook: 'pre', function: 'mended' },
      { hook: 'post', function: 'mended', seen: true, result: null, error: 'broken' },
      { hook: 'appTerminate' },
    ]);
  });
});

describe('logs', () => {
  const lines = (name: string): [string, string][] =>
    app
      .logs()
      .filter((log) => log.function === name)
      .map((log) => [log.level, log.message]);

  it('show information and worse by default, formatted as console.log does', async () => {
    await start();
    await get('logs');
    await eventually(() => logged('from console'));
    expect(lines('logs')).toEqual([
      ['information', 'objects { a: 1 } 3'],
      ['warning', 'a warning'],
      ['error', 'an error'],
    ]);
  });

  it('obey logging.logLevel', async () => {
    await start({ hostJsonOverrides: { logging: { logLevel: { default: 'Error', 'Function.logs.User': 'Debug' } } } });
    await get('logs');
    await eventually(() => lines('logs').length === 4);
    expect(lines('logs')[0]).toEqual(['debug', 'a debug']);
    expect(logged('from console')).toBe(false);
  });

  it('warn of a log call that comes after the end', async () => {
    await start();
    await get('logLater');
    await eventually(() =>
      logged("Unexpected call to 'log' on the context object after function execution has completed"),
    );
  });
});

describe('the worker has', () => {
  it('the environment that it was given, without proxies, and the app folder', async () => {
    process.env.FLOWTRAP_TEST_LEAK = 'leaked';
    await start({ settings: { MY_SETTING: 'mine', HTTPS_PROXY: 'http://192.0.2.1:3128', no_proxy: '*' } });
    delete process.env.FLOWTRAP_TEST_LEAK;
    const [, body] = await get('environment');
    expect(JSON.parse(body)).toEqual({
      environment: {
        AzureWebJobsStorage: ground.azurite.connectionString,
        RECORD: expect.any(String),
        MY_SETTING: 'mine',
      },
      cwd: realpathSync(fixture('crash')),
    });
  });

  it('no way off this machine', async () => {
    await start();
    const refused = 'was refused: the local stack reaches nothing but this machine.';
    for (const url of ['http://192.0.2.1/', 'https://management.azure.com/', 'http://[2001:db8::1]:81/'])
      expect(await get(`reach?url=${encodeURIComponent(url)}`)).toEqual([200, expect.stringContaining(refused)]);
    expect(await get(`reach?url=${encodeURIComponent(`${app.host.url}/api/ok`)}`)).toEqual([200, 'status 200']);
  });
});
