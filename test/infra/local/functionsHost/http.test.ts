/** The HTTP rows of the observed behaviour of Microsoft's host. */
import { request as httpRequest } from 'node:http';
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
  app = await startApp(ground, 'http', {
    keys: { ...KEYS, functions: { keyed: 'own-key' } },
    settings: {
      'AzureWebJobs.off.Disabled': 'true',
      AzureWebJobs__off2__Disabled: '1',
    },
  });
});
afterAll(async () => {
  await app?.host.close();
  await ground.close();
});

const ask = (path: string, options?: Parameters<typeof request>[2]): Promise<Answer> =>
  request(app.host, path, options);
const statusOf = async (...parameters: Parameters<typeof ask>): Promise<number> => (await ask(...parameters)).status;

describe('routing', () => {
  it('serves /api/NAME, whatever the case of the path, with or without a slash at the end', async () => {
    expect([await statusOf('/api/anon'), await statusOf('/API/Anon'), await statusOf('/api/anon/')]).toEqual([
      200, 200, 200,
    ]);
    for (const path of ['/api', '/api/', '/api/nothere', '/api/anon/more'])
      expect(await ask(path)).toMatchObject({ status: 404, ...EMPTY });
    expect(await statusOf('/')).toBe(200);
  });

  it('knows GET and POST by default, and answers other methods with 404', async () => {
    expect(await statusOf('/api/anon', { method: 'POST' })).toBe(200);
    for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])
      expect(await statusOf('/api/anon', { method })).toBe(404);
    expect(await ask('/api/keyed', { method: 'POST' })).toMatchObject({ status: 404, ...EMPTY });
  });

  it('runs HEAD and OPTIONS where they are registered', async () => {
    const head = await ask('/api/head', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-type': 'text/plain;charset=UTF-8' } });
    expect(await ask('/api/head', { method: 'OPTIONS' })).toMatchObject({ status: 200, body: 'ok' });
  });

  it('matches optional, typed, required and catch-all parameters', async () => {
    const json = async (path: string): Promise<unknown> => JSON.parse((await ask(path)).body);
    expect(await json('/api/opt')).toEqual({});
    expect(await json('/api/opt/')).toEqual({});
    expect(await json('/api/opt/x')).toEqual({ name: 'x' });
    expect(await json('/api/typed/5')).toEqual({ n: '5' });
    expect(await statusOf('/api/typed/abc')).toBe(404);
    expect(await statusOf('/api/guided/zz')).toBe(404);
    expect(await json('/api/guided/0b3b7e2c-5a2f-4c3e-9a52-000000000001')).toEqual({
      b: '0b3b7e2c-5a2f-4c3e-9a52-000000000001',
    });
    expect(await statusOf('/api/items')).toBe(404);
    expect(await json('/api/files')).toEqual({});
    expect(await json('/api/files/a/b/c')).toEqual({ rest: 'a/b/c' });
  });

  it('decodes parameters but for escaped slashes, and leaves the URL alone', async () => {
    const { params, url } = JSON.parse((await ask('/api/items/a%20b%2Fc')).body);
    expect(params).toEqual({ id: 'a b%2Fc' });
    expect(url).toMatch(/\/api\/items\/a%20b%2Fc$/);
    expect(JSON.parse((await ask('/api/items/%zz')).body).params).toEqual({ id: '%zz' });
  });

  it('joins repeated query parameters', async () => {
    expect(JSON.parse((await ask('/api/query?q=1&q=2')).body).q).toBe('1,2');
  });

  it('passes headers on in lower case', async () => {
    const { body } = await ask('/api/headers', { headers: { 'X-Forwarded-For': '203.0.113.9' } });
    expect(JSON.parse(body)).toMatchObject({ 'x-forwarded-for': '203.0.113.9' });
  });

  it('tries routes in order of function name', async () => {
    expect((await ask('/api/dup/lit')).body).toBe('hello1');
    expect((await ask('/api/dup2/lit')).body).toBe('alit');
    expect((await ask('/api/shared')).body).toBe('get');
    expect((await ask('/api/shared', { method: 'POST' })).body).toBe('post');
    expect(await statusOf('/api/shared', { method: 'PUT' })).toBe(404);
  });

  it('does not serve a disabled function, but lists it', async () => {
    expect([await statusOf('/api/off'), await statusOf('/api/off2')]).toEqual([404, 404]);
    expect(app.host.functions.filter((fn) => fn.disabled).map((fn) => fn.name)).toEqual(['off', 'off2']);
  });
});

describe('keys', () => {
  const key = (value: string): { headers: Record<string, string> } => ({ headers: { 'x-functions-key': value } });

  it('refuses function level without a right key', async () => {
    for (const options of [{}, key('wrong'), key('')]) {
      const answer = await ask('/api/keyed', options);
      expect(answer).toMatchObject({ status: 401, ...EMPTY });
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
    expect(await statusOf('/api/keyed?code=wrong')).toBe(401);
  });

  it('takes the host key, the own key and the master key, by header or code', async () => {
    for (const value of [KEYS.function, KEYS.master, 'own-key']) {
      expect(await statusOf('/api/keyed', key(value))).toBe(200);
      expect(await statusOf(`/api/keyed?code=${value}`)).toBe(200);
      expect(await statusOf(`/api/keyed?CODE=${value}`)).toBe(200);
    }
    expect(await statusOf(`/api/keyed?code=${KEYS.function}`, key('wrong'))).toBe(401);
    expect(await statusOf('/api/keyed?code=wrong', key(KEYS.function))).toBe(200);
  });

  it('opens admin level to the master key alone, anonymous to everybody', async () => {
    expect(await statusOf('/api/master')).toBe(401);
    expect(await statusOf('/api/master', key(KEYS.function))).toBe(401);
    expect(await statusOf('/api/master', key('own-key'))).toBe(401);
    expect(await statusOf('/api/master', key(KEYS.master))).toBe(200);
    expect(await statusOf('/api/anon', key('wrong'))).toBe(200);
  });
});

describe('results', () => {
  it.each(['throws', 'throwsText', 'text', 'number', 'strange'])('%s: 500 without a word', async (name) => {
    expect(await ask(`/api/${name}`)).toMatchObject({ status: 500, ...EMPTY });
  });

  it('keeps the reason for the log', () => {
    expect(app.logs().some((log) => log.function === 'throws' && log.message.includes('the secret reason'))).toBe(true);
    expect(app.invocations().find((i) => i.function === 'throws')).toMatchObject({
      ok: false,
      error: 'the secret reason',
    });
  });

  it.each(['nothing', 'nullish', 'noContent'])('%s: 204', async (name) => {
    const answer = await ask(`/api/${name}`);
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers['content-length']).toBeUndefined();
  });

  it.each(['empty', 'list'])('%s: 200 without content', async (name) => {
    const answer = await ask(`/api/${name}`);
    expect(answer).toMatchObject({ status: 200, ...EMPTY });
    expect(answer.headers['content-type']).toBeUndefined();
  });

  it('writes JSON, text and bytes as the real host does', async () => {
    const created = await ask('/api/created');
    expect(created).toMatchObject({ status: 201, headers: { 'content-type': 'application/json' } });
    expect(Buffer.from(created.body, 'latin1').toString('utf8')).toBe('{"a":1,"u":"é"}');
    expect(await ask('/api/plain')).toMatchObject({
      status: 200,
      body: 'x',
      headers: { 'content-type': 'text/plain;charset=UTF-8', 'transfer-encoding': 'chunked', server: 'Kestrel' },
    });
    const bytes = await ask('/api/bytes');
    expect([...Buffer.from(bytes.body, 'latin1')]).toEqual([0, 255, 1]);
    expect(bytes.headers['content-type']).toBeUndefined();
  });

  it('writes headers, cookies and redirects', async () => {
    expect((await ask('/api/dressed')).headers).toMatchObject({
      'x-custom': 'v',
      'content-type': 'text/csv',
      'set-cookie': ['c1=v1; max-age=10; path=/; samesite=lax; httponly'],
    });
    expect(await ask('/api/redirect')).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere', 'content-length': '0' },
    });
  });
});

describe('bodies', () => {
  const post = (body: string | Buffer, chunked = false) => ({ method: 'POST', body, chunked });

  it('gives 500 for JSON that the handler cannot read', async () => {
    expect(await ask('/api/readJson', post('{bad'))).toMatchObject({ status: 500, ...EMPTY });
    expect(await ask('/api/readJson', post(''))).toMatchObject({ status: 500, ...EMPTY });
    expect(await ask('/api/readJson', post('{"a":[1]}'))).toMatchObject({ status: 200, body: '{"a":[1]}' });
  });

  it('passes a chunked body on as an empty one', async () => {
    expect((await ask('/api/length', post('12345'))).body).toBe('5');
    expect((await ask('/api/length', post('12345', true))).body).toBe('0');
  });

  it('takes 100 MiB and refuses more before the handler runs', async () => {
    const big = Buffer.alloc(104_857_600, 120);
    expect(await ask('/api/length', post(big))).toMatchObject({ status: 200, body: '104857600' });
    const runs = app.invocations().filter((i) => i.function === 'length').length;
    // The headers say it: the body need not come.
    const refused = await new Promise<Answer>((resolve, reject) => {
      const request = httpRequest(
        {
          port: new URL(app.host.url).port,
          host: '127.0.0.1',
          path: '/api/length',
          method: 'POST',
          headers: { 'content-length': '104857602' },
        },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
        },
      );
      request.on('error', reject);
      request.flushHeaders();
    });
    expect(refused).toMatchObject({ status: 500, headers: { connection: 'close', 'content-length': '0' } });
    expect(app.invocations().filter((i) => i.function === 'length')).toHaveLength(runs);
  });

  it('lets a handler end whose caller has gone', async () => {
    const leaving = new AbortController();
    const request = fetch(`${app.host.url}/api/slow`, { signal: leaving.signal });
    await eventually(() => app.recorded('slow').length === 1);
    leaving.abort();
    await expect(request).rejects.toThrow();
    await eventually(() => app.recorded('slow').some((r) => r.state === 'ended'));
    await eventually(() => app.invocations().some((i) => i.function === 'slow' && i.ok));
  });

  it('runs requests side by side', async () => {
    const before = app.recorded('slow').length;
    const answers = Promise.all(Array.from({ length: 5 }, () => statusOf('/api/slow')));
    await eventually(() => app.recorded('slow').length >= before + 5);
    expect(
      app
        .recorded('slow')
        .slice(before, before + 5)
        .map((r) => r.state),
    ).toEqual(['begun', 'begun', 'begun', 'begun', 'begun']);
    expect(await answers).toEqual([200, 200, 200, 200, 200]);
  });
});
