/** The output rows of the observed behaviour of Microsoft's host. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, EMPTY, type Ground, prepareGround, type RunningApp, ask as request, startApp } from './harness';

let ground: Ground;
let app: RunningApp;
let proxy: QueueProxy;

/** Stands before the queue service: notes each message that has been written, after a while, or refuses it. */
interface QueueProxy {
  readonly connectionString: string;
  readonly written: number[];
  refuse: boolean;
  close(): Promise<void>;
}

async function startProxy(connectionString: string, queueUrl: string): Promise<QueueProxy> {
  const target = new URL(queueUrl);
  const state = { refuse: false, written: [] as number[] };
  const server = createServer((request, response) => {
    if (state.refuse) {
      request.resume();
      response.writeHead(403).end();
      return;
    }
    const { method, url: path, headers } = request;
    const onward = httpRequest({ host: '127.0.0.1', port: target.port, method, path, headers }, (answer) => {
      setTimeout(() => {
        if (method === 'POST') state.written.push(Date.now());
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }, 400);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    connectionString: connectionString.replace(queueUrl, queueUrl.replace(`:${target.port}/`, `:${port}/`)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

beforeAll(async () => {
  ground = await prepareGround();
  proxy = await startProxy(ground.azurite.connectionString, ground.azurite.queueUrl);
  app = await startApp(ground, 'http', { settings: { AzureWebJobsProxied: proxy.connectionString } });
  await ground.queues.getQueueClient('out').create();
});
afterAll(async () => {
  await app?.host.close();
  await proxy.close();
  await ground.close();
});

const ask = (path: string, options?: Parameters<typeof request>[2]): Promise<Answer> =>
  request(app.host, path, options);
const statusOf = async (...parameters: Parameters<typeof ask>): Promise<number> => (await ask(...parameters)).status;

describe('queue outputs', () => {
  const emit = (value: unknown, then?: string) =>
    ask('/api/emit', { method: 'POST', body: JSON.stringify({ value, then }) });

  async function taken(queue = 'out'): Promise<string[]> {
    const { receivedMessageItems } = await ground.queues
      .getQueueClient(queue)
      .receiveMessages({ numberOfMessages: 32 });
    return receivedMessageItems.map((m) => Buffer.from(m.messageText, 'base64').toString('utf8'));
  }

  it.each([
    ['text', ['text']],
    [{ a: 1 }, ['{\n  "a": 1\n}']],
    [
      ['x', { b: 2 }, 3, [4]],
      ['x', '{\n  "b": 2\n}', '3', '[\n  4\n]'],
    ],
    [7, ['7']],
    [true, ['True']],
    [null, []],
    [[], []],
    [undefined, []],
  ])('%j makes the messages %j', async (value, messages) => {
    expect(await emit(value)).toMatchObject({ status: 200, body: 'emitted' });
    expect(await taken()).toEqual(messages);
  });

  it('writes bytes as they are, and makes a missing queue', async () => {
    expect(await statusOf('/api/emitBytes')).toBe(200);
    expect(await taken()).toEqual(['raw']);
    expect(await statusOf('/api/emitFresh')).toBe(200);
    expect(await taken('made-on-first-use')).toEqual(['x']);
  });

  it('writes nothing when the handler throws', async () => {
    expect(await emit('x', 'throw')).toMatchObject({ status: 500, ...EMPTY });
    expect(await taken()).toEqual([]);
  });

  it('answers only when all is written, one message after the other', async () => {
    expect(await ask('/api/emitProxied')).toMatchObject({ status: 200, body: 'ok' });
    const answered = Date.now();
    // The first attempt met no queue yet.
    const [first = 0, second = 0] = proxy.written.slice(-2);
    expect(first).toBeLessThanOrEqual(second - 400);
    expect(second).toBeLessThanOrEqual(answered);
    expect(await taken('proxied')).toEqual(['a', 'b']);
    proxy.refuse = true;
    expect(await ask('/api/emitProxied')).toMatchObject({ status: 500, ...EMPTY });
    proxy.refuse = false;
  });

  it('fails the request when the queue refuses the message', async () => {
    expect(await emit('x'.repeat(70_000))).toMatchObject({ status: 500, ...EMPTY });
    expect(await ask('/api/emitWrong')).toMatchObject({ status: 200 });
    expect(await ask('/api/emitWrong?set=1')).toMatchObject({ status: 500, ...EMPTY });
  });
});
