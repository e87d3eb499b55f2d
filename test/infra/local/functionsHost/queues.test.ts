/** The queue rows of the observed behaviour of Microsoft's host. */
import { cpus } from 'node:os';
import type { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { HostOptions, WorkerMessage } from '../../../../infra/local/functionsHost/contract';
import { pollDelay } from '../../../../infra/local/functionsHost/queues/listener';
import { base64, eventually, type Ground, prepareGround, type RunningApp, startApp } from './harness';

let ground: Ground;
let sets = 0;

beforeAll(async () => {
  ground = await prepareGround();
});
afterAll(() => ground.close());

/** Queues of its own for one test; most tests only wait, so they do it side by side. */
class Queues {
  readonly #prefix = `t${sets++}-`;

  constructor(private readonly test: TestContext) {}

  async start(queues: object = {}, options: Partial<HostOptions> = {}): Promise<RunningApp> {
    const app = await startApp(ground, 'queues', {
      settings: { PREFIX: this.#prefix },
      hostJsonOverrides: { extensions: { queues: { maxPollingInterval: '00:00:00.5', ...queues } } },
      ...options,
    });
    this.test.onTestFinished(() => app.host.close());
    return app;
  }

  client(name: string): QueueClient {
    return ground.queues.getQueueClient(this.#prefix + name);
  }

  async send(name: string, ...texts: string[]): Promise<void> {
    const client = this.client(name);
    await client.createIfNotExists();
    for (const text of texts) await client.sendMessage(text);
  }

  /** Messages in a queue, hidden ones included. */
  async count(name: string): Promise<number> {
    return (await this.client(name).getProperties()).approximateMessagesCount ?? 0;
  }

  poisoned(name: string, expected: number): Promise<string[]> {
    const client = this.client(`${name}-poison`);
    return eventually(async () => {
      if (!(await client.exists())) return undefined;
      const { peekedMessageItems } = await client.peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.length >= expected && peekedMessageItems.map((m) => m.messageText);
    });
  }
}

/** The most handlers that ran at once, from their records. */
function mostAtOnce(running: RunningApp): number {
  let now = 0;
  let most = 0;
  for (const { state } of running.recorded('long')) {
    now += state === 'begun' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

describe.concurrent('messages', () => {
  it('gives base64 JSON parsed, other texts as they are', async (test) => {
    const queues = new Queues(test);
    const texts = ['{"a":1}', '[1,2]', '42', 'true', '"str"', 'text', '{bad', '', 'äöü'];
    await queues.send('forms', ...texts.map(base64));
    const { recorded } = await queues.start({ batchSize: 1, newBatchThreshold: 0 });
    const seen = await eventually(() => recorded('forms').length === texts.length && recorded('forms'));
    expect(seen.map((r) => r.message)).toEqual([{ a: 1 }, [1, 2], 42, true, 'str', 'text', '{bad', '', 'äöü']);
    await eventually(async () => (await queues.count('forms')) === 0);
  });

  it('tells the message properties, and the fields of a JSON object before them', async (test) => {
    const queues = new Queues(test);
    await queues.send('forms', base64('{"Name":"n","id":"own","list":[1],"date":"2026-01-02T03:04:05Z"}'));
    const { recorded } = await queues.start();
    const { metadata } = await eventually(() => recorded('forms')[0]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    expect(metadata).toEqual({
      queueTrigger: { name: 'n', id: 'own', list: [1], date: '2026-01-02T03:04:05Z' },
      dequeueCount: 1,
      id: 'own',
      popReceipt: expect.any(String),
      insertionTime: time,
      expirationTime: time,
      nextVisibleTime: time,
      name: 'n',
      list: [1],
      date: '2026-01-02T03:04:05Z',
    });
    const { insertionTime, nextVisibleTime } = metadata as { insertionTime: string; nextVisibleTime: string };
    const lease = Date.parse(nextVisibleTime) - Date.parse(insertionTime);
    expect(lease).toBeGreaterThanOrEqual(600_000);
    expect(lease).toBeLessThan(660_000);
  });

  it('puts what is not base64 of UTF-8 into the poison queue, unchanged and unseen', async (test) => {
    const queues = new Queues(test);
    const texts = ['not base64 !!', '{"raw":1}', 'abcd', Buffer.from([0x41, 0xff, 0xfe, 0x42]).toString('base64')];
    await queues.send('forms', ...texts);
    const running = await queues.start();
    expect((await queues.poisoned('forms', 4)).sort()).toEqual([...texts].sort());
    await eventually(async () => (await queues.count('forms')) === 0);
    expect(running.recorded('forms')).toEqual([]);
    expect(running.invocations()).toEqual([]);
    expect(running.logs().some((l) => l.message.startsWith('Message has reached MaxDequeueCount of 5.'))).toBe(true);
  });

  it('takes any text when messageEncoding is none', async (test) => {
    const queues = new Queues(test);
    await queues.send('forms', '{"p":1}', 'aGVsbG8=');
    const { recorded } = await queues.start({ messageEncoding: 'none', batchSize: 1, newBatchThreshold: 0 });
    const seen = await eventually(() => recorded('forms').length === 2 && recorded('forms'));
    expect(seen.map((r) => r.message)).toEqual([{ p: 1 }, 'aGVsbG8=']);
  });

  it('makes no missing queue, and takes its messages once it is there', async (test) => {
    const queues = new Queues(test);
    const { recorded, logs } = await queues.start();
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await queues.client('late').exists()).toBe(false);
    await queues.send('late', base64('here'));
    expect((await eventually(() => recorded('late')[0])).message).toBe('here');
    expect(logs().filter((l) => l.level !== 'information')).toEqual([]);
  });
});

describe.concurrent('failures', () => {
  it('tries five times, at once, then parks the message', async (test) => {
    const queues = new Queues(test);
    await queues.send('failing', base64('{"x":1}'));
    const running = await queues.start();
    expect(await queues.poisoned('failing', 1)).toEqual([base64('{"x":1}')]);
    expect(running.recorded('failing').map((r) => r.dequeueCount)).toEqual([1, 2, 3, 4, 5]);
    await eventually(async () => (await queues.count('failing')) === 0);
  });

  it('waits visibilityTimeout before a retry', async (test) => {
    const queues = new Queues(test);
    await queues.send('failing', base64('x'));
    const running = await queues.start({ visibilityTimeout: '00:00:03', maxDequeueCount: 2 });
    await queues.poisoned('failing', 1);
    const [first, second, ...more] = running.recorded('failing');
    expect(more).toEqual([]);
    // The service counts in whole seconds.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2000);
  });

  it('repeats within one dequeue as the retry policy says', async (test) => {
    const queues = new Queues(test);
    await queues.send('retried', base64('x'));
    const { recorded } = await queues.start({ maxDequeueCount: 2 });
    await queues.poisoned('retried', 1);
    const error = expect.stringContaining('Exception: no luck');
    expect(recorded('retried').map(({ name: _, at: __, ...rest }) => rest)).toEqual(
      [1, 2].flatMap((dequeueCount) => [
        { dequeueCount, retryCount: 0, maxRetryCount: 2 },
        { dequeueCount, retryCount: 1, maxRetryCount: 2, exception: error },
        { dequeueCount, retryCount: 2, maxRetryCount: 2, exception: error },
      ]),
    );
  });

  it('parks a message unseen whose earlier runs ended with their hosts', async (test) => {
    const queues = new Queues(test);
    await queues.send('long', base64('1'));
    const queue = queues.client('long');
    for (let taken = 0; taken < 2; taken++) {
      const { receivedMessageItems } = await queue.receiveMessages({ visibilityTimeout: 1 });
      expect(receivedMessageItems).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 2100));
    }
    const running = await queues.start({ maxDequeueCount: 2 });
    await queues.poisoned('long', 1);
    expect(running.recorded('long')).toEqual([]);
  });

  it('gives a message back at once when the worker is killed', async (test) => {
    const queues = new Queues(test);
    await queues.send('long', base64('4000'));
    const running = await queues.start();
    await eventually(() => running.recorded('long').length === 1);
    const { pid } = running.messages.find((m): m is WorkerMessage => m.type === 'worker') as WorkerMessage;
    process.kill(pid, 'SIGKILL');
    const failed = await eventually(() => running.invocations()[0]);
    expect(failed).toMatchObject({ function: 'long', ok: false, error: 'The worker process ended (SIGKILL).' });
    await eventually(() => running.invocations().some((i) => i.ok));
    expect(running.recorded('long').map((r) => r.state)).toEqual(['begun', 'begun', 'ended']);
    await eventually(async () => (await queues.count('long')) === 0);
  });

  it('gives a message back when the host is closed before its run ends', async (test) => {
    const queues = new Queues(test);
    await queues.send('long', base64('8000'));
    const running = await queues.start({}, { graceMs: 100 });
    await eventually(() => running.recorded('long').length === 1);
    await running.host.close();
    expect(running.invocations()[0]).toMatchObject({ ok: false, error: expect.stringContaining('closed') });
    const { receivedMessageItems } = await queues.client('long').receiveMessages();
    expect(receivedMessageItems.map((m) => m.dequeueCount)).toEqual([2]);
  });
});

describe.concurrent('leases and concurrency', () => {
  it('keeps a running message invisible by renewing its lease', async (test) => {
    const queues = new Queues(test);
    await queues.send('long', base64('8000'));
    const { recorded, invocations } = await queues.start({}, { queueLeaseSeconds: 6 });
    await eventually(() => invocations().length === 1);
    await eventually(async () => (await queues.count('long')) === 0);
    expect(recorded('long').map((r) => r.state)).toEqual(['begun', 'ended']);
  });

  it('runs batchSize and newBatchThreshold messages at once', async (test) => {
    const queues = new Queues(test);
    await queues.send('long', ...Array.from({ length: 14 }, () => base64('600')));
    const running = await queues.start({ batchSize: 4, newBatchThreshold: 2 });
    await eventually(() => running.invocations().length === 14);
    // Four run together; when two are left, up to four more come.
    expect(mostAtOnce(running)).toBeGreaterThanOrEqual(4);
    expect(mostAtOnce(running)).toBeLessThanOrEqual(6);
  });

  it('runs 16 and 8 for each core at once by default', async (test) => {
    const queues = new Queues(test);
    const expected = 16 + 8 * cpus().length;
    await queues.send('long', ...Array.from({ length: expected + 8 }, () => base64('3000')));
    const running = await queues.start();
    await eventually(() => running.invocations().length === expected + 8);
    expect(mostAtOnce(running)).toBe(expected);
  });

  it('polls an idle queue ever more rarely, up to the limit', () => {
    for (const limit of [500, 10_000, 60_000]) {
      for (let idle = 0; idle < 100; idle++) {
        const delay = pollDelay(idle, limit);
        expect(delay).toBeLessThanOrEqual(limit);
        expect(delay).toBeGreaterThanOrEqual(Math.min(limit, 100 * 2 ** Math.min(idle, 20) * 0.8));
      }
      expect(pollDelay(0, limit)).toBe(100);
      expect(pollDelay(50, limit)).toBe(limit);
    }
  });
});
