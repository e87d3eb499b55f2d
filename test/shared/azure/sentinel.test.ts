/** The Incidents port against the stand-in, over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type Sentinel, startSentinel } from '../../../infra/local/sentinel';
import { createSentinelIncidents } from '../../../shared/azure/sentinel';
import type { Bookmark, Incident, Incidents } from '../../../shared/ports';

const WORKSPACE =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/group/providers/Microsoft.OperationalInsights/workspaces/logs';
const ID = '11111111-1111-5111-8111-111111111111';
const INCIDENT: Incident = {
  title: 'Bad address',
  description: 'x',
  severity: 'High',
  status: 'New',
  firstActivityTimeUtc: '2026-03-02T09:00:00.000Z',
  lastActivityTimeUtc: '2026-03-02T10:00:00.000Z',
  labels: ['a', 'b'],
  kept: { owner: { objectId: '22222222-2222-4222-8222-222222222222' } },
};
const BOOKMARK: Bookmark = {
  displayName: 'row',
  query: 'T | take 1',
  queryResult: '{"a":1}',
  notes: 'n',
  eventTime: '2026-03-02T09:00:00.000Z',
  queryStartTime: '2026-03-02T09:00:00.000Z',
  queryEndTime: '2026-03-02T10:00:00.000Z',
  labels: ['x'],
};

let sentinel: Sentinel;
let incidents: Incidents;
beforeEach(async () => {
  sentinel = await startSentinel({ port: 0, adminKey: 'key' });
  incidents = port();
});
afterEach(() => sentinel.close());

function port(more: { longestPause?: number; requestTimeout?: number; token?: string } = {}): Incidents {
  const token = more.token ?? 'token';
  return createSentinelIncidents({
    workspace: WORKSPACE,
    credential: { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    baseUrl: sentinel.url,
    firstPause: 1,
    ...more,
  });
}

async function fault(order: Fault): Promise<void> {
  const response = await fetch(`${sentinel.url}/admin/faults`, {
    method: 'POST',
    headers: { 'x-admin-key': 'key' },
    body: JSON.stringify(order),
  });
  expect(response.status).toBe(204);
}

async function requests(): Promise<number> {
  const response = await fetch(`${sentinel.url}/admin/requests`, { headers: { 'x-admin-key': 'key' } });
  return ((await response.json()) as unknown[]).length;
}

describe('createSentinelIncidents', () => {
  it('writes an incident and reads the same back', async () => {
    expect(await incidents.get(ID)).toBeUndefined();
    const etag = await incidents.put(ID, INCIDENT, undefined);
    const found = await incidents.get(ID);
    expect(found?.etag).toBe(etag);
    expect(found?.incident).toEqual(INCIDENT);
    const next = await incidents.put(ID, { ...INCIDENT, status: 'Active' }, etag);
    expect(next).not.toBe(etag);
    expect((await incidents.get(ID))?.incident.kept).toEqual(INCIDENT.kept);
    await incidents.put('nobodys', { ...INCIDENT, kept: {} }, undefined);
    expect((await incidents.get('nobodys'))?.incident.kept).toEqual({});
  });

  it('does not write over what it has not read', async () => {
    const etag = await incidents.put(ID, INCIDENT, undefined);
    await expect(incidents.put(ID, INCIDENT, undefined)).rejects.toMatchObject({ code: 'conflict' });
    await incidents.put(ID, INCIDENT, etag);
    await expect(incidents.put(ID, INCIDENT, etag)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('writes evidence, and writes it again over itself', async () => {
    await incidents.put(ID, INCIDENT, undefined);
    await incidents.putBookmark('mark-1', BOOKMARK);
    await incidents.putBookmark('mark-1', { ...BOOKMARK, notes: 'other' });
    expect(await incidents.getBookmark('mark-1')).toEqual({ ...BOOKMARK, notes: 'other' });
    expect(await incidents.getBookmark('mark-2')).toBeUndefined();
    await incidents.relate(ID, 'mark-1');
    await incidents.relate(ID, 'mark-1');
    expect(await incidents.relations(ID)).toEqual(['mark-1']);
    await incidents.putComment(ID, 'c1', 'first');
    await incidents.putComment(ID, 'c1', 'second');
    expect([...(await incidents.comments(ID))]).toEqual([['c1', 'second']]);
    await expect(incidents.putComment('gone', 'c1', 'x')).rejects.toMatchObject({ code: 'notFound' });
    await expect(incidents.relate(ID, 'mark-2')).rejects.toMatchObject({ code: 'refused' });
  });

  it.each([
    ['429 with a pause', { status: 429, retryAfter: 0 }],
    ['429 without', { status: 429 }],
    ['500', { status: 500 }],
    ['503', { status: 503, retryAfter: new Date(0).toUTCString() }],
    ['a broken connection', { action: 'reset' as const }],
  ])('tries again after %s', async (_, order) => {
    await fault({ ...order, count: 2 });
    await incidents.put(ID, INCIDENT, undefined);
    expect((await incidents.get(ID))?.incident.title).toBe('Bad address');
  });

  it('gives up in the end, and does not wait for a distant Retry-After', async () => {
    await fault({ status: 503, count: 5 });
    await expect(incidents.get(ID)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await requests()).toBe(5);
    await fault({ status: 429, retryAfter: 3600 });
    await expect(incidents.get(ID)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await requests()).toBe(6);
  });

  it('says conflict when the first try had arrived and its answer was lost', async () => {
    await fault({ method: 'PUT', action: 'resetAfter' });
    await expect(incidents.put(ID, INCIDENT, undefined)).rejects.toMatchObject({ code: 'conflict' });
    expect((await incidents.get(ID))?.incident).toMatchObject(INCIDENT);
  });

  it('does not wait for ever', async () => {
    await fault({ action: 'hang' });
    const found = await port({ requestTimeout: 200 }).get(ID);
    expect(found).toBeUndefined();
    expect(await requests()).toBe(1);
  });

  it.each([
    [{ status: 401, code: 'InvalidAuthenticationToken' }, 'unauthorized'],
    [{ status: 403, code: 'AuthorizationFailed' }, 'unauthorized'],
    [{ status: 404, code: 'ResourceGroupNotFound' }, 'configuration'],
    [{ status: 400, code: 'BadRequest' }, 'refused'],
    [{ status: 412, code: 'PreconditionFailed' }, 'conflict'],
    [{ status: 302, code: 'Found' }, 'refused'],
  ])('answers %j with a typed error, at once', async (order, code) => {
    await fault(order);
    await expect(incidents.get(ID)).rejects.toMatchObject({ name: 'FlowtrapError', code });
    expect(await requests()).toBe(1);
  });

  it('keeps its token to itself', async () => {
    await fault({ status: 400 });
    const error: unknown = await port({ token: 'very-secret-token' })
      .get(ID)
      .catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('very-secret-token');
  });
});
