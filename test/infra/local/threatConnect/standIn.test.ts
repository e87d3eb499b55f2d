import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startThreatConnect, type ThreatConnect } from '../../../../infra/local/threatConnect';

const ACCESS_ID = '12345678901234567890';
const SECRET_KEY = 'example-secret-key-0123456789ABCDEF';
const CLOCK = '2026-03-02T10:20:00Z';

function indicator(id: number | string, more: object = {}): object {
  const ip = `198.51.100.${String(id).slice(-2)}`;
  return {
    id,
    type: 'Address',
    ip,
    summary: ip,
    ownerId: 2,
    ownerName: 'Example Source',
    active: true,
    lastModified: '2026-03-01T00:00:00Z',
    tags: { data: [{ id: 1, name: 'C2' }] },
    externalDateExpires: '2026-04-01T00:00:00Z',
    ...more,
  };
}

let server: ThreatConnect;
beforeAll(async () => {
  server = await startThreatConnect({
    port: 0,
    accessId: ACCESS_ID,
    secretKey: SECRET_KEY,
    token: 'APIV2:1:x',
    clock: CLOCK,
    indicators: [
      indicator(30),
      indicator('9007199254918487'),
      indicator(10),
      indicator(20, { active: false }),
      indicator(40, { ownerId: 3, ownerName: 'Other' }),
    ],
  });
});
afterAll(() => server.close());

interface Answer {
  status: number;
  text: string;
  body: {
    data: Record<string, unknown>[];
    next?: string;
    prev?: string;
    count?: number;
    status: string;
    message?: string;
  };
}

async function ask(
  target: string,
  { secretKey = SECRET_KEY, time = CLOCK, method = 'GET', signed = target, accessId = ACCESS_ID } = {},
): Promise<Answer> {
  const timestamp = String(Date.parse(time) / 1000);
  const signature = createHmac('sha256', secretKey).update(`${signed}:${method}:${timestamp}`).digest('base64');
  const headers = { Timestamp: timestamp, Authorization: `TC ${accessId}:${signature}` };
  const response = await fetch(new URL(target, server.url), { method, headers });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

const LIST = '/api/v3/indicators';

describe('authentication', () => {
  it.each([
    ['a wrong key', { secretKey: 'x' }, 'Signature data did not match expected result'],
    ['another path', { signed: '/v3/indicators' }, 'Signature data did not match expected result'],
    ['another access id', { accessId: '1' }, 'Access Denied'],
    ['a time too early', { time: '2026-03-02T10:14:59Z' }, 'Timestamp out of acceptable time range'],
    ['a time too late', { time: '2026-03-02T10:25:01Z' }, 'Timestamp out of acceptable time range'],
  ])('refuses %s', async (_name, change, message) => {
    expect(await ask(LIST, change)).toMatchObject({ status: 401, body: { status: 'Error', message } });
  });

  it('takes a signature within five minutes, and its own token only', async () => {
    expect((await ask(LIST, { time: '2026-03-02T10:15:01Z' })).status).toBe(200);
    const withToken = async (token: string): Promise<number> =>
      (await fetch(`${server.url}/v3/indicators`, { headers: { Authorization: `TC-Token ${token}` } })).status;
    expect([await withToken('APIV2:1:x'), await withToken('APIV2:1:y')]).toEqual([200, 401]);
    expect((await fetch(`${server.url}/v3/indicators`)).status).toBe(401);
  });

  it('signs the query as it stands on the wire', async () => {
    expect((await ask(`${LIST}?tql=id%20GT%205&fields=tags`)).status).toBe(200);
    const reordered = await ask(`${LIST}?tql=id%20GT%205&fields=tags`, {
      signed: `${LIST}?fields=tags&tql=id%20GT%205`,
    });
    expect(reordered.status).toBe(401);
  });
});

describe('pages', () => {
  it('hold active indicators only, unless the query names the status', async () => {
    const ids = async (query: string): Promise<unknown[]> =>
      (await ask(`${LIST}?${query}`)).body.data.map(({ id }) => id);
    expect(await ids('resultLimit=10000')).toHaveLength(4);
    expect(await ids('tql=indicatorActive%20%3D%20false')).toEqual([20]);
    expect(await ids('owner=Other')).toEqual([40]);
  });

  it('are sorted and linked, with ids as numbers of any length', async () => {
    const first = await ask(`${LIST}?sorting=id%20asc&resultStart=0&resultLimit=3&count=true`);
    expect(first.body.data.map(({ id }) => id)).toEqual([10, 30, 40]);
    expect(first.body).toMatchObject({ count: 4, status: 'Success' });
    expect(first.body.prev).toBeUndefined();
    const next = new URL(first.body.next ?? '');
    const second = await ask(next.pathname + next.search);
    expect(second.text).toContain('"id":9007199254918487,');
    expect(second.body.next).toBeUndefined();
    expect(second.body.prev).toContain('resultStart=0');
    expect(second.body.count).toBeUndefined();
    const descending = await ask(`${LIST}?sorting=id%20desc&resultLimit=1`);
    expect(descending.text).toContain('9007199254918487');
  });

  it('show optional members only when they are asked for', async () => {
    const [bare] = (await ask(`${LIST}?tql=id%20%3D%2010`)).body.data;
    expect(bare).not.toHaveProperty('tags');
    expect(bare).not.toHaveProperty('externalDateExpires');
    const [full] = (await ask(`${LIST}?tql=id%20%3D%2010&fields=tags&fields=externalDates`)).body.data;
    expect(full).toMatchObject({ tags: { data: [{ name: 'C2' }] }, externalDateExpires: '2026-04-01T00:00:00Z' });
  });

  it.each([
    'tql=nonsense%20%3D%201',
    'fields=nonsense',
    'sorting=id',
    'sorting=nonsense%20asc',
    'resultLimit=10001',
    'resultLimit=0',
    'resultStart=-1',
    'includes=tags',
  ])('refuse %s', async (query) => {
    const { status, body } = await ask(`${LIST}?${query}`);
    expect(status).toBe(400);
    expect(body.message).toContain('The request was not properly formed');
  });

  it('refuse an owner that is not there', async () => {
    expect(await ask(`${LIST}?owner=Nobody`)).toMatchObject({
      status: 403,
      body: { message: 'The requested owner was not found.' },
    });
  });
});

describe('the rest', () => {
  it('lists owners, knows nothing else, and changes nothing', async () => {
    const owners = await ask('/api/v3/security/owners');
    expect(owners.body.data.map(({ id, name }) => [id, name])).toEqual([
      [2, 'Example Source'],
      [3, 'Other'],
    ]);
    expect((await ask('/api/v3/groups')).status).toBe(404);
    expect((await ask(LIST, { method: 'DELETE' })).status).toBe(404);
    expect((await ask(LIST)).body.data).toHaveLength(4);
  });

  it('fails as often as it is told to, and remembers what it was asked', async () => {
    server.fail(500, 429);
    expect([(await ask(LIST)).status, (await ask(LIST)).status, (await ask(LIST)).status]).toEqual([500, 429, 200]);
    expect(server.requests().slice(-3)).toEqual([
      { method: 'GET', target: LIST, status: 500 },
      { method: 'GET', target: LIST, status: 429 },
      { method: 'GET', target: LIST, status: 200 },
    ]);
  });
});
