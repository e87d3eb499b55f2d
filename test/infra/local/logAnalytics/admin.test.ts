import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE, startTestService, type TestService } from './service';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const lastRequest = async () => (await service.admin('GET', 'requests')).json.last;

describe('the admin routes', () => {
  it('need the key', async () => {
    for (const headers of [{}, { 'x-admin-key': 'wrong' }, { 'x-admin-key': 'test-admin-keY' }]) {
      const answer = await fetch(`${service.url}/admin/tables`, { headers: headers as Record<string, string> });
      expect(answer.status).toBe(401);
    }
    expect((await service.admin('GET', 'nothing')).status).toBe(404);
  });

  it('refuse settings that make no sense, and change none of them', async () => {
    for (const wrong of [
      { clock: 'now' },
      { visibleAfterMs: -1 },
      { keepEventTimes: 'yes' },
      { datedTables: { T: 'x' } },
    ]) {
      const { status, text } = await service.admin('POST', 'settings', { keepEventTimes: true, ...wrong });
      expect([status, text.includes(Object.keys(wrong)[0] ?? '?')]).toEqual([400, true]);
    }
    await service.uploadRows([{ Text: 'old', TimeGenerated: '2019-01-01T00:00:00Z' }]);
    expect(
      await service.rows("Sample_CL | where Text == 'old' and TimeGenerated < datetime(2020-01-01) | project Text"),
    ).toEqual([]);
  });
});

describe('the request log', () => {
  it('shows what was asked, with status and rows', async () => {
    const before = await lastRequest();
    await service.upload('[{"Text":"logged"},{"Text":"logged"}]', {
      headers: { 'x-ms-client-request-id': 'request-1' },
    });
    await service.query("Sample_CL | where Text == 'logged' | project Text", { timespan: 'P1D' });
    await service.upload('[]', { stream: 'Custom-Nope' });
    const { requests } = (await service.admin('GET', `requests?since=${before}`)).json;
    expect(requests).toMatchObject([
      { id: before + 1, route: 'ingest', status: 204, rows: 2, stream: SAMPLE.stream, clientRequestId: 'request-1' },
      {
        id: before + 2,
        route: 'query',
        status: 200,
        rows: 2,
        query: "Sample_CL | where Text == 'logged' | project Text",
        timespan: 'P1D',
      },
      { id: before + 3, route: 'ingest', status: 400, rows: 0 },
    ]);
  });

  it('stays bounded', async () => {
    const long = `print "${'x'.repeat(90_000)}"`;
    for (let count = 0; count < 100; count++) await service.query(long, { timespan: 'not one' });
    const { requests } = (await service.admin('GET', 'requests')).json;
    expect(requests.length).toBeLessThan(100);
    expect(requests.at(-1)?.query).toBe(long);
  });
});

describe('faults', () => {
  afterEach(async () => {
    await service.admin('DELETE', 'faults');
  });
  const upload = (text: string) => service.upload(JSON.stringify([{ Text: text }]));
  const count = async (text: string) => (await service.rows(`Sample_CL | where Text == '${text}' | count`))[0]?.[0];

  it('answer the next calls of a route, so many times', async () => {
    await service.admin('POST', 'faults', { route: 'ingest', status: 429, retryAfter: 7, count: 2 });
    expect((await service.rows('print 1')).length).toBe(1);
    for (let call = 0; call < 2; call++) {
      const { status, headers } = await upload('throttled');
      expect([status, headers.get('retry-after')]).toEqual([429, '7']);
    }
    expect((await upload('throttled')).status).toBe(204);
    expect(await count('throttled')).toBe(1);
  });

  it('can be meant for one stream or one query, and taken back', async () => {
    await service.admin('POST', 'faults', { route: 'ingest', stream: 'Custom-Other', status: 500, count: 99 });
    await service.admin('POST', 'faults', { route: 'query', contains: 'needle', status: 503 });
    expect((await upload('other')).status).toBe(204);
    expect((await service.query('print "hay"')).status).toBe(200);
    expect((await service.query('print "needle"')).status).toBe(503);
    await service.admin('DELETE', 'faults');
    expect((await service.upload('[]', { stream: 'Custom-Other' })).status).toBe(400);
  });

  it('break the connection before or after the work, or never answer', async () => {
    await service.admin('POST', 'faults', { route: 'ingest', action: 'reset' });
    await expect(upload('reset')).rejects.toThrow();
    expect(await count('reset')).toBe(0);
    await service.admin('POST', 'faults', { route: 'ingest', action: 'resetAfter' });
    await expect(upload('reset after')).rejects.toThrow();
    expect(await count('reset after')).toBe(1);
    await service.admin('POST', 'faults', { route: 'query', action: 'hang' });
    const signal = AbortSignal.timeout(200);
    await expect(service.query('print 1', { signal })).rejects.toThrow(/abort|timeout/i);
    expect((await service.query('print 1')).status).toBe(200);
  });

  it('can ask for claims', async () => {
    await service.admin('POST', 'faults', { route: 'ingest', status: 401, claims: '{"access_token":{}}' });
    const { status, headers } = await upload('claims');
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="',
    ]);
  });

  it('are refused when they are none', async () => {
    for (const wrong of [
      {},
      { route: 'other', status: 500 },
      { route: 'query' },
      { route: 'query', status: 500, count: 0 },
      { route: 'query', action: 'explode' },
    ]) {
      expect((await service.admin('POST', 'faults', wrong)).status).toBe(400);
    }
  });
});

describe('rows put into a table', () => {
  it('keep their times, in a table of the rule', async () => {
    const { status, json } = await service.admin('POST', 'tables/Sample_CL/rows', [
      { Text: 'put', TimeGenerated: '2001-01-01T00:00:00Z', Other: 1 },
    ]);
    expect([status, json.rows, json.droppedColumns]).toEqual([200, 1, ['Other']]);
    expect(await service.rows("Sample_CL | where Text == 'put' | project TimeGenerated")).toEqual([
      ['2001-01-01T00:00:00.0000000Z'],
    ]);
  });

  it('make a table that nobody knew, which later rows widen', async () => {
    await service.admin('POST', 'tables/Made_CL/rows', [
      { n: 1, r: 1, when: '2026-01-01T00:00:00Z', text: 'x', bag: { a: 1 }, flag: true },
      { n: 2, r: 2.5, when: '', text: '2026-01-01T00:00:00Z', bag: [], flag: null },
    ]);
    expect(await service.rows('Made_CL | getschema | project ColumnName, ColumnType')).toEqual(
      expect.arrayContaining([
        ['TimeGenerated', 'datetime'],
        ['n', 'long'],
        ['r', 'real'],
        ['when', 'datetime'],
        ['text', 'string'],
        ['bag', 'dynamic'],
        ['flag', 'bool'],
        ['Type', 'string'],
      ]),
    );
    const { json } = await service.admin('POST', 'tables/Made_CL/rows', [{ n: 3, late: 'column' }]);
    expect([json.rows, json.droppedColumns]).toEqual([1, []]);
    expect(await service.rows('Made_CL | project n, late, text | order by n asc')).toEqual([
      [1, '', 'x'],
      [2, '', '2026-01-01T00:00:00Z'],
      [3, 'column', ''],
    ]);
    const { json: tables } = await service.admin('GET', 'tables');
    expect(tables.tables.find(({ name }) => name === 'Made_CL')).toMatchObject({ rows: 3 });
  });

  it('take declared types before what they look like', async () => {
    const columns = [
      { name: 'Id', type: 'guid' },
      { name: 'Port', type: 'string' },
    ];
    const { status } = await service.admin('POST', 'tables/Typed_CL/rows', {
      columns,
      rows: [
        { Id: '74be27de1e4e49d9b579fe0b331d3642', Port: 443 },
        { Id: 'none', Port: '22' },
      ],
    });
    expect(status).toBe(200);
    expect(await service.rows('Typed_CL | project Id, Port | order by Port asc')).toEqual([
      [null, '22'],
      ['74be27de-1e4e-49d9-b579-fe0b331d3642', '443'],
    ]);
    const changed = await service.admin('POST', 'tables/Typed_CL/rows', {
      columns: [{ name: 'Port', type: 'long' }],
      rows: [{ Port: 1 }],
    });
    expect([changed.status, changed.json.error.message]).toEqual([
      400,
      expect.stringContaining('Typed_CL.Port: it holds string, not long.'),
    ]);
  });

  it('are refused under names that cannot be', async () => {
    const names = ['x%22%3B%20DROP', 'sample_cl', '%zz', 'a-b', 'T'.repeat(101)];
    for (const name of names)
      expect((await service.admin('POST', `tables/${name}/rows`, [{ a: 1 }])).status, name).toBe(400);
    for (const row of [{ 'a"b': 1 }, { a: 1, A: 2 }, { $arrived: 1 }]) {
      expect((await service.admin('POST', 'tables/Other_CL/rows', [row])).status).toBe(400);
    }
    for (const body of [
      5,
      { rows: 1 },
      [1],
      { columns: [], rows: [] },
      { columns: [{ name: 'a', type: 'blob' }], rows: [] },
    ]) {
      expect((await service.admin('POST', 'tables/Other_CL/rows', body)).status).toBe(400);
    }
  });
});
