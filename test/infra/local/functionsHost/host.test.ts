import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, eventually, type Ground, KEYS, prepareGround, type RunningApp, startApp } from './harness';

let ground: Ground;
let app: RunningApp;

beforeAll(async () => {
  ground = await prepareGround();
  await ground.queues.getQueueClient('work').create();
  app = await startApp(ground, 'basic', { settings: { TICK: '*/1 * * * * *' } });
});
afterAll(async () => {
  await app?.host.close();
  await ground.close();
});

describe('startFunctionsHost', () => {
  it('tells what it runs', () => {
    expect(app.host.functions).toEqual([
      { name: 'hello', trigger: 'http', route: 'api/hello/{name?}', methods: ['GET', 'POST'], disabled: false },
      { name: 'tick', trigger: 'timer', schedule: '*/1 * * * * *', disabled: false },
      { name: 'work', trigger: 'queue', queue: 'work', disabled: false },
    ]);
  });

  it('fires timers', async () => {
    const tick = await eventually(() => app.recorded('tick')[0]);
    expect(tick.timer).toEqual({ schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
    const run = await eventually(() => app.invocations().find((i) => i.function === 'tick'));
    expect(run).toMatchObject({ type: 'invocation', ok: true, trigger: 'timer' });
    expect(app.logs()).toContainEqual({ type: 'log', level: 'information', function: 'tick', message: 'ticked' });
  });

  it('takes queue messages and removes them', async () => {
    const queue = ground.queues.getQueueClient('work');
    await queue.sendMessage(base64('{"a":1,"id":"event-1"}'));
    const run = await eventually(() => app.recorded('work')[0]);
    expect(run.message).toEqual({ a: 1, id: 'event-1' });
    expect(run.metadata).toMatchObject({ dequeueCount: 1, a: 1, id: 'event-1', queueTrigger: { a: 1, id: 'event-1' } });
    await eventually(() => app.invocations().some((i) => i.function === 'work' && i.ok));
    await eventually(async () => (await queue.getProperties()).approximateMessagesCount === 0);
  });

  it('answers HTTP requests, and writes queue outputs', async () => {
    const headers = { 'x-functions-key': KEYS.function };
    const plain = await fetch(`${app.host.url}/API/hello/`, { headers });
    expect([plain.status, await plain.json()]).toEqual([202, { name: 'nobody' }]);
    const posted = await fetch(`${app.host.url}/api/hello/a%20b`, { method: 'POST', headers, body: '{"x":[1]}' });
    expect([posted.status, await posted.json()]).toEqual([202, { name: 'a b', body: { x: [1] } }]);
    const { receivedMessageItems } = await ground.queues.getQueueClient('greetings').receiveMessages();
    expect(receivedMessageItems.map((m) => Buffer.from(m.messageText, 'base64').toString())).toEqual([
      '{\n  "x": [\n    1\n  ]\n}',
    ]);
    expect((await fetch(`${app.host.url}/api/hello`)).status).toBe(401);
  });
});
