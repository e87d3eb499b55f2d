/** The stand-in's contract, with requests that our client never sends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sentinel, startSentinel } from '../../../../infra/local/sentinel';

const ROOT =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/group/providers/Microsoft.OperationalInsights/workspaces/logs/providers/Microsoft.SecurityInsights';
const INCIDENT = { title: 'A', severity: 'High', status: 'New' };
let sentinel: Sentinel;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-sentinel-'));
  sentinel = await startSentinel({
    port: 0,
    adminKey: 'key',
    clock: '2026-03-02T10:00:00Z',
    file: join(folder, 'sentinel.json'),
  });
});
afterEach(async () => {
  await sentinel.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Body {
  etag?: string;
  name?: string;
  properties?: Record<string, unknown>;
  value?: Body[];
  nextLink?: string;
  error?: { code: string; message: string };
}

async function call(method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
  const url = path.startsWith('http')
    ? path
    : `${sentinel.url}${ROOT}/${path}${path.includes('?') ? '&' : '?'}api-version=2025-09-01`;
  const response = await fetch(url, {
    method,
    headers: { authorization: 'Bearer token', 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
}

const put = (id: string, properties: object = INCIDENT, more: object = {}) =>
  call('PUT', `incidents/${id}`, { ...more, properties });

async function admin(route: string, body?: unknown) {
  const response = await fetch(`${sentinel.url}/admin/${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-admin-key': 'key' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.status === 204 ? undefined : ((await response.json()) as unknown);
}

describe('incidents', () => {
  it('are created once, with a number, and only replaced by who knows the newest version', async () => {
    const created = await put('one');
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'one', properties: { ...INCIDENT, incidentNumber: 1 } },
    });
    expect(await put('one')).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });
    const updated = await put('one', { ...INCIDENT, status: 'Active' }, { etag: created.body.etag });
    expect(updated).toMatchObject({ status: 200, body: { properties: { status: 'Active', incidentNumber: 1 } } });
    expect((await put('one', INCIDENT, { etag: created.body.etag })).status).toBe(409);
    expect((await call('PUT', 'incidents/one', { properties: INCIDENT }, { 'if-match': '*' })).status).toBe(200);
    expect((await put('two')).body.properties?.incidentNumber).toBe(2);
  });

  it('are replaced whole: what a body leaves out is gone, what is read-only stays', async () => {
    const { body } = await put('one', { ...INCIDENT, labels: [{ labelName: 'x' }], owner: { objectId: 'o' } });
    expect(body.properties).toMatchObject({ labels: [{ labelName: 'x' }], owner: { objectId: 'o' } });
    const next = await put(
      'one',
      { ...INCIDENT, incidentNumber: 99, createdTimeUtc: '2000-01-01' },
      { etag: body.etag },
    );
    expect(next.body.properties).toMatchObject({
      labels: [],
      owner: { objectId: null },
      incidentNumber: 1,
      createdTimeUtc: '2026-03-02T10:00:00.000Z',
    });
  });

  it.each([
    [{ severity: 'High', status: 'New' }],
    [{ ...INCIDENT, severity: 'Huge' }],
    [{ ...INCIDENT, status: 'Open' }],
    [{ ...INCIDENT, description: 'x'.repeat(5001) }],
    [{ ...INCIDENT, firstActivityTimeUtc: 'yesterday' }],
    [{ ...INCIDENT, labels: ['x'] }],
  ])('refuse %j', async (properties) => {
    expect(await put('one', properties)).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
    expect((await call('GET', 'incidents/one')).status).toBe(404);
  });

  it('are listed page by page, and deleted with what hangs on them', async () => {
    for (const id of ['a', 'b', 'c']) await put(id);
    const first = await call('GET', 'incidents?$top=2');
    expect(first.body.value?.map(({ name }) => name)).toEqual(['a', 'b']);
    const rest = await call('GET', first.body.nextLink ?? '');
    expect(rest.body.value?.map(({ name }) => name)).toEqual(['c']);
    expect(rest.body.nextLink).toBeUndefined();
    const newest = await call('GET', 'incidents?$orderby=properties/createdTimeUtc%20desc&$top=1');
    expect(newest.body.value?.map(({ name }) => name)).toEqual(['c']);
    await call('PUT', 'incidents/a/comments/1', { properties: { message: 'm' } });
    expect((await call('DELETE', 'incidents/a')).status).toBe(200);
    expect((await call('DELETE', 'incidents/a')).status).toBe(204);
    expect((await call('GET', 'incidents/a/comments')).status).toBe(404);
  });

  it('survive a restart', async () => {
    const { body } = await put('one');
    const before = sentinel.snapshot();
    await sentinel.close();
    sentinel = await startSentinel({ port: 0, adminKey: 'key', file: join(folder, 'sentinel.json') });
    expect(sentinel.snapshot()).toEqual(before);
    expect((await call('GET', 'incidents/one')).body.etag).toBe(body.etag);
    expect((await put('two')).body.properties?.incidentNumber).toBe(2);
  });
});

describe('evidence', () => {
  const bookmark = (id: string) => call('PUT', `bookmarks/${id}`, { properties: { displayName: 'b', query: 'T' } });
  const relate = (id: string) =>
    call('PUT', `incidents/one/relations/${id}`, { properties: { relatedResourceId: `${ROOT}/bookmarks/${id}` } });

  it('bookmarks are tied to an incident, twenty at most', async () => {
    await put('one');
    expect((await relate('none')).status).toBe(400);
    for (let n = 0; n < 21; n++) {
      expect((await bookmark(`mark-${n}`)).status).toBe(201);
      expect((await relate(`mark-${n}`)).status).toBe(n < 20 ? 201 : 400);
    }
    expect((await call('POST', 'incidents/one/bookmarks')).body.value).toHaveLength(20);
    expect((await call('GET', 'incidents/one')).body.properties?.additionalData).toMatchObject({ bookmarksCount: 20 });
    expect((await call('PUT', 'bookmarks/x', { properties: { displayName: 'b' } })).status).toBe(400);
  });

  it('comments have a length and a number that they may reach', async () => {
    await put('one');
    const comment = (id: number, message: string) =>
      call('PUT', `incidents/one/comments/${id}`, { properties: { message } });
    expect((await comment(0, 'x'.repeat(30_001))).status).toBe(400);
    expect((await comment(0, 'x'.repeat(30_000))).status).toBe(201);
    for (let n = 1; n < 100; n++) await comment(n, 'm');
    expect((await comment(100, 'm')).status).toBe(400);
    expect((await call('GET', 'incidents/one/comments')).body.value).toHaveLength(100);
    expect((await call('PUT', 'incidents/none/comments/1', { properties: { message: 'm' } })).status).toBe(404);
  });

  it('an incident of the API has neither alerts nor entities', async () => {
    await put('one');
    expect((await call('POST', 'incidents/one/alerts')).body).toEqual({ value: [] });
    expect((await call('POST', 'incidents/one/entities')).body).toEqual({ entities: [], metaData: [] });
  });
});

describe('requests', () => {
  it.each([
    ['no token', `${ROOT}/incidents?api-version=2025-09-01`, { authorization: '' }, 401],
    ['no version', `${ROOT}/incidents`, {}, 400],
    ['an unknown version', `${ROOT}/incidents?api-version=2019-01-01`, {}, 400],
    ['an unknown path', `${ROOT}/things?api-version=2025-09-01`, {}, 404],
    ['another provider', '/subscriptions/x?api-version=2025-09-01', {}, 404],
  ])('with %s are refused', async (_, path, headers, status) => {
    expect((await call('GET', sentinel.url + path, undefined, headers)).status).toBe(status);
  });

  it('with a body that is no JSON, or none at all, are refused', async () => {
    expect((await call('PUT', 'incidents/one', '{')).status).toBe(400);
    expect((await call('PUT', 'incidents/one', {})).status).toBe(400);
    expect((await call('PATCH', 'incidents/one')).status).toBe(405);
  });

  it('are logged, and fail as a test orders', async () => {
    await admin('faults', { method: 'PUT', path: '/incidents/', count: 1, status: 429, retryAfter: 7 });
    expect((await put('one')).status).toBe(429);
    expect((await put('one')).status).toBe(201);
    await admin('faults', { action: 'reset' });
    await expect(put('two')).rejects.toThrow();
    await admin('faults', { action: 'resetAfter' });
    await expect(put('two')).rejects.toThrow();
    expect(await admin('requests')).toMatchObject([
      { method: 'PUT', status: 429 },
      { method: 'PUT', status: 201 },
      { method: 'PUT', path: `${ROOT}/incidents/two` },
    ]);
    expect((await call('GET', 'incidents/two')).status).toBe(200);
    const refused = await fetch(`${sentinel.url}/admin/requests`, { headers: { 'x-admin-key': 'other' } });
    expect(refused.status).toBe(401);
  });
});
