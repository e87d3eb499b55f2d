import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogQuery } from '../../../shared/azure/logQuery';
import { createLoopbackClient } from '../../../shared/azure/loopback';

const WORKSPACE = '00000000-0000-4000-8000-0000000f10a7';
const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) };

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let server: Server;
let handlers: Handler[];
let seen: {
  path: string;
  prefer: string | undefined;
  authorization: string | undefined;
  body: Record<string, unknown>;
}[];

beforeEach(async () => {
  handlers = [];
  seen = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      seen.push({
        path: request.url ?? '',
        prefer: request.headers.prefer as string | undefined,
        authorization: request.headers.authorization,
        body: JSON.parse(body) as Record<string, unknown>,
      });
      const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
      handler?.(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function client(more: { attempts?: number; waits?: readonly number[]; grace?: number } = {}) {
  const httpClient = createLoopbackClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return createLogQuery({ workspaceId: WORKSPACE, credential, httpClient, firstPause: 1, ...more });
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Handler {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const TABLE = {
  tables: [
    {
      name: 'PrimaryResult',
      columns: [
        { name: 't', type: 'datetime' },
        { name: 'd', type: 'dynamic' },
        { name: 'n', type: 'long' },
        { name: 'b', type: 'bool' },
        { name: 's', type: 'string' },
      ],
      rows: [
        ['2026-03-02T03:04:05.1234567Z', '[7]', 20839, true, 'x'],
        [null, '{"a":[1]}', null, 0, ''],
        [null, 'bare', 1, 1, 'x'],
        ['2026-03-02T03:04:05Z', '', 1, null, '[7]'],
      ],
    },
  ],
};

describe('createLogQuery', () => {
  it('keeps nulls, all decimals of times and arrays of one element', async () => {
    handlers = [answer(200, TABLE)];
    const table = await client().query('T');
    expect(table.columns.map(({ type }) => type)).toEqual(['datetime', 'dynamic', 'long', 'bool', 'string']);
    expect(table.rows).toEqual([
      ['2026-03-02T03:04:05.1234567Z', [7], 20839, true, 'x'],
      [null, { a: [1] }, null, false, ''],
      [null, 'bare', 1, true, 'x'],
      ['2026-03-02T03:04:05Z', null, 1, null, '[7]'],
    ]);
  });

  it('asks for the workspace and time span with a token', async () => {
    handlers = [answer(200, TABLE)];
    await client().query('T | take 1', {
      from: new Date('2026-03-02T09:00:00Z'),
      to: new Date('2026-03-02T10:00:00Z'),
    });
    await client().query('T');
    expect(seen[0]).toMatchObject({
      path: `/v1/workspaces/${WORKSPACE}/query`,
      authorization: 'Bearer token',
      body: { query: 'T | take 1', timespan: '2026-03-02T09:00:00.000Z/2026-03-02T10:00:00.000Z' },
    });
    expect(seen[0]?.prefer).toContain('wait=180');
    expect(seen[1]?.body.timespan || undefined).toBeUndefined();
  });

  it('takes a partial result for an error, with its details', async () => {
    handlers = [
      answer(200, {
        ...TABLE,
        error: {
          code: 'PartialError',
          message: 'There were some errors.',
          details: [
            {
              code: 'EngineError',
              message: 'E_QUERY_RESULT_SET_TOO_LARGE',
              innererror: { code: '-1', message: 'the record limit 500000' },
            },
          ],
        },
      }),
    ];
    await expect(client().query('T')).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringContaining('E_QUERY_RESULT_SET_TOO_LARGE') as unknown,
    });
    expect(seen).toHaveLength(1);
  });

  it('shows where a query is wrong, and does not send it again', async () => {
    handlers = [
      answer(400, {
        error: {
          code: 'BadArgumentError',
          message: 'The request had some invalid properties',
          innererror: {
            code: 'SemanticError',
            message: 'A semantic error occurred.',
            innererror: { code: 'SEM0100', message: "'where' operator: Failed to resolve column 'x' at line 3" },
          },
        },
      }),
    ];
    await expect(client().query('T')).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringMatching(/SEM0100.*column 'x' at line 3/) as unknown,
    });
    expect(seen).toHaveLength(1);
  });

  it.each([
    [401, { error: { code: 'AuthenticationFailed', message: 'no' } }, 'unauthorized'],
    [403, { error: { code: 'InsufficientAccessError', message: 'no' } }, 'unauthorized'],
    [404, { error: { code: 'PathNotFoundError', message: 'no' } }, 'configuration'],
    [400, { error: { code: 'BadArgumentError', innererror: { code: 'FailedToResolveResource' } } }, 'configuration'],
    [204, '', 'unavailable'],
    [418, 'teapot', 'refused'],
  ])('answers %i at once with a typed error', async (status, body, code) => {
    handlers = [answer(status, body)];
    await expect(client().query('T')).rejects.toMatchObject({ name: 'FlowtrapError', code });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['429 with Retry-After', answer(429, { error: { code: 'ThrottledError' } }, { 'retry-after': '0' })],
    ['503 without', answer(503, 'busy')],
    ['nothing', answer(200, '')],
    ['a page', answer(200, '<html>maintenance</html>', { 'content-type': 'text/html' })],
    ['half an answer', answer(200, '{"tables":[{"na')],
    ['a broken connection', (request: IncomingMessage) => request.socket.destroy()],
  ] as [string, Handler][])('tries again after %s', async (_, failing) => {
    handlers = [failing, answer(200, TABLE)];
    expect((await client().query('T')).rows).toHaveLength(4);
    expect(seen).toHaveLength(2);
  });

  it('gives up in the end, and does not wait for a distant Retry-After', async () => {
    handlers = [answer(503, 'busy')];
    await expect(client({ attempts: 3 }).query('T')).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen).toHaveLength(3);
    seen = [];
    handlers = [answer(429, '{}', { 'retry-after': '600' })];
    await expect(client().query('T')).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen).toHaveLength(1);
  });

  it('gives a slow query one longer try only', async () => {
    handlers = [answer(504, { error: { code: 'GatewayTimeout', message: 'too slow' } })];
    await expect(client().query('T')).rejects.toMatchObject({ code: 'limit' });
    expect(seen.map(({ prefer }) => /wait=(\d+)/.exec(prefer ?? '')?.[1])).toEqual(['180', '300']);
  });

  it('gives a service that keeps silent one longer try only', async () => {
    handlers = [() => undefined];
    await expect(client({ waits: [1, 2], grace: 0 }).query('T')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('within the 2 seconds') as unknown,
    });
    expect(seen).toHaveLength(2);
  });

  it('asks five things at once at most', async () => {
    let running = 0;
    let most = 0;
    const held: (() => void)[] = [];
    handlers = [
      (_, response) => {
        most = Math.max(most, ++running);
        held.push(() => {
          running--;
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify(TABLE));
        });
        if (held.length >= 5 || running + (12 - held.length) < 5)
          setImmediate(() => {
            for (const release of held.splice(0)) release();
          });
      },
    ];
    const query = client();
    const all = Promise.all(Array.from({ length: 10 }, () => query.query('T')));
    expect(await all).toHaveLength(10);
    expect(most).toBe(5);
  });
});
