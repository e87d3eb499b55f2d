/** The admin rows of the observed behaviour of Microsoft's host. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  EMPTY,
  eventually,
  type Ground,
  KEYS,
  prepareGround,
  type RunningApp,
  ask as request,
  startApp,
} from './harness';

let ground: Ground;
let app: RunningApp;

beforeAll(async () => {
  ground = await prepareGround();
  app = await startApp(ground, 'http', { settings: { 'AzureWebJobs.off.Disabled': 'true' } });
});
afterAll(async () => {
  await app?.host.close();
  await ground.close();
});

const ask = (path: string, options?: Parameters<typeof request>[2]): Promise<Answer> =>
  request(app.host, path, options);
const statusOf = async (...parameters: Parameters<typeof ask>): Promise<number> => (await ask(...parameters)).status;

describe('admin endpoints', () => {
  const master = { 'x-functions-key': KEYS.master };
  const run = (name: string, body: string, headers: Record<string, string> = {}) =>
    ask(`/admin/functions/${name}`, {
      method: 'POST',
      body,
      headers: { ...master, 'content-type': 'application/json', ...headers },
    });

  it('tells its state to the master key alone', async () => {
    expect(await ask('/admin/host/status')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await statusOf('/admin/host/status', { headers: { 'x-functions-key': KEYS.function } })).toBe(403);
    const { body } = await ask(`/admin/host/status?code=${KEYS.master}`);
    expect(JSON.parse(body)).toMatchObject({ state: 'Running', version: '4.1037.0.0' });
    expect(await ask('/admin/host/ping')).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store,no-cache' },
    });
    const list = JSON.parse((await ask('/admin/functions', { headers: master })).body) as { name: string }[];
    expect(list.map((fn) => fn.name)).toEqual(app.host.functions.map((fn) => fn.name));
    expect(await statusOf('/admin/functions/nothere', { headers: master })).toBe(404);
    expect(await statusOf('/admin/extensions', { headers: master })).toBe(404);
  });

  it('runs a timer in the background', async () => {
    expect(await run('NEVER', '{"input":"ignored"}')).toMatchObject({ status: 202, ...EMPTY });
    const { timer } = await eventually(() => app.recorded('never')[0]);
    const now = new Date();
    expect(timer).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '0001-01-01T00:00:00+00:00',
        next: `${now.getUTCFullYear() + 1}-01-01T00:00:00+00:00`,
        lastUpdated: expect.stringMatching(/^20\d\d-/),
      },
      isPastDue: false,
    });
    await eventually(() => app.invocations().some((i) => i.function === 'never' && i.trigger === 'admin' && i.ok));
  });

  it('runs a queue function with a message that never was in a queue', async () => {
    expect(await statusOf('/admin/functions/admitted', { method: 'POST' })).toBe(401);
    expect((await run('admitted', '{"input":"{\\"a\\":1}"}')).status).toBe(202);
    const seen = await eventually(() => app.recorded('admitted')[0]);
    expect(seen.message).toEqual({ a: 1 });
    expect(seen.metadata).toMatchObject({
      dequeueCount: 0,
      expirationTime: '9999-12-31T23:59:59.9999999+00:00',
      nextVisibleTime: '9999-12-31T23:59:59.9999999+00:00',
    });
    expect(Object.keys(seen.metadata as object)).not.toContain('id');
    expect(Object.keys(seen.metadata as object)).not.toContain('popReceipt');
    expect((await run('admitted', '{}')).status).toBe(202);
    await eventually(() => app.logs().some((l) => l.message.startsWith('Unable to convert trigger')));
  });

  it('refuses what is no run', async () => {
    expect((await run('never', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await run('never', '')).status).toBe(400);
    expect((await run('never', '{bad')).status).toBe(400);
    expect((await run('never', '{"input":5}')).status).toBe(400);
    expect((await run('nothere', '{}')).status).toBe(404);
    expect((await run('off', '{}')).status).toBe(202);
  });
});
