import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appRoot } from '../../../../shared/appRoot';
import { NETWORK_SESSION_TABLE } from '../../../../shared/asim/networkSessionTable';
import { startTestService, type TestService, WORKSPACE } from './service';

const NOW = '2026-03-02T10:00:00.000Z';
/** Billions of rows: longer than any test waits. */
const ENDLESS = 'range x from 1 to 100000000000 step 1 | where x % 7 == 3 | summarize count()';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ settings: { clock: NOW } });
  await service.uploadRows([
    { Text: 'one', TimeGenerated: '2026-03-02T09:00:00Z', Big: 1, Bag: { a: [1] } },
    { Text: 'two', TimeGenerated: '2026-03-02T09:30:00Z', Big: 2 },
    { Text: 'three', TimeGenerated: '2026-03-02T10:30:00Z', Big: 3 },
  ]);
});
afterAll(() => service.close());

const texts = async (timespan: string) =>
  (await service.rows('Sample_CL | project Text | order by Text asc', timespan)).map(([text]) => text);

describe('the answer', () => {
  it('is one table with typed columns; dynamic is JSON text, a datetime has seven decimals', async () => {
    const { status, json, headers } = await service.query(
      'Sample_CL | where Big == 1 | project TimeGenerated, Text, Big, Bag, Seen',
    );
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(json).toEqual({
      tables: [
        {
          name: 'PrimaryResult',
          columns: [
            { name: 'TimeGenerated', type: 'datetime' },
            { name: 'Text', type: 'string' },
            { name: 'Big', type: 'long' },
            { name: 'Bag', type: 'dynamic' },
            { name: 'Seen', type: 'datetime' },
          ],
          rows: [['2026-03-02T09:00:00.0000000Z', 'one', 1, '{"a":[1]}', null]],
        },
      ],
    });
  });

  it('has every type in its own form', async () => {
    const values =
      'print b = true, i = int(7), l = 9007199254740993, r = 1.5, n = real(nan), t = 1d + 2h, g = guid(74be27de-1e4e-49d9-b579-fe0b331d3642), d = datetime(null), x = dynamic([1, "a"])';
    const { json } = await service.query(values);
    expect(json.tables[0]?.columns.map(({ type }) => type)).toEqual([
      'bool',
      'int',
      'long',
      'real',
      'real',
      'timespan',
      'guid',
      'datetime',
      'dynamic',
    ]);
    const [row = []] = json.tables[0]?.rows ?? [];
    expect(row.slice(0, 2)).toEqual([true, 7]);
    expect(row.slice(3)).toEqual([1.5, 'NaN', '1.02:00:00', '74be27de-1e4e-49d9-b579-fe0b331d3642', null, '[1,"a"]']);
  });

  it('tells statistics and chart only to who asks', async () => {
    const kql = 'Sample_CL | summarize n = count() by Text | render barchart';
    const plain = await service.query(kql);
    expect(Object.keys(plain.json)).toEqual(['tables']);
    const { json } = await service.query(kql, {
      headers: { prefer: 'wait=60, include-statistics=true,include-render=true' },
    });
    expect(json.render.visualization).toBe('barchart');
    expect(json.statistics.query.executionTime).toBeGreaterThan(0);
  });
});

describe('the request', () => {
  it('may come by GET, by resource id, and without /v1', async () => {
    const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
    const body = JSON.stringify({ query: 'Sample_CL | count' });
    const resource = '/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w';
    const kql = encodeURIComponent('Sample_CL | count');
    const answers = await Promise.all([
      fetch(`${service.url}/workspaces/${WORKSPACE}/query`, { method: 'POST', headers, body }),
      fetch(`${service.url}/v1${resource}/query`, { method: 'POST', headers, body }),
      fetch(`${service.url}/v1/workspaces/${WORKSPACE}/query?query=${kql}`, { headers }),
      fetch(`${service.url}/v1/workspaces/${WORKSPACE}/query?query=${kql}&timespan=PT45M`, { headers }),
    ]);
    const counts = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { tables: { rows: number[][] }[] }).tables[0]?.rows),
    );
    expect(counts).toEqual([[[3]], [[3]], [[3]], [[1]]]);
  });

  it('without a body or a content type: 200 and nothing', async () => {
    const url = `${service.url}/v1/workspaces/${WORKSPACE}/query`;
    const answer = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer any' } });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it("is refused in the service's words", async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${service.url}/v1/workspaces/${WORKSPACE}/query`, {
        method: 'POST',
        headers: { authorization: 'Bearer any', 'content-type': 'application/json', ...headers },
        body,
      }).then(async (answer) => {
        const { error } = (await answer.json()) as { error: { code: string; innererror?: { code: string } } };
        return [answer.status, error.code, error.innererror?.code];
      });
    expect(await post('{"query":"print 1"}', { authorization: '' })).toEqual([401, 'AuthenticationFailed', undefined]);
    expect(await post('{"query":')).toEqual([400, 'BadArgumentError', 'InvalidJsonBody']);
    expect(await post('{"timespan":"PT1H"}')).toEqual([400, 'BadArgumentError', 'QueryValidationError']);
    expect(await post('{"query":"print 1","workspaces":["other"]}')).toEqual([
      400,
      'BadArgumentError',
      'FailedToResolveResource',
    ]);
    expect(await post('{"query":"print 1","timespan":"tomorrow"}')).toEqual([400, 'BadArgumentError', undefined]);
    const other = await service.query('print 1', { workspace: '00000000-0000-0000-0000-000000000000' });
    expect(other.status).toBe(404);
    const lost = await fetch(`${service.url}/v2/elsewhere`);
    expect(lost.status).toBe(404);
  });

  it('limits TimeGenerated in every form of a timespan', async () => {
    expect(await texts('')).toEqual(['one', 'three', 'two']);
    expect(await texts('PT45M')).toEqual(['two']);
    expect(await texts('2026-03-02T09:00:00Z/2026-03-02T09:30:00Z')).toEqual(['one']);
    expect(await texts('2026-03-02T09:30:00.000Z/PT2H')).toEqual(['three', 'two']);
    expect(await texts('P1D/2026-03-02T10:31:00Z')).toEqual(['one', 'three', 'two']);
    expect(await texts('2026-03-02/2026-03-03')).toEqual(['one', 'three', 'two']);
  });

  it("takes now() from the service's clock", async () => {
    expect(await service.rows('print now()')).toEqual([['2026-03-02T10:00:00.0000000Z']]);
    expect(await service.rows('Sample_CL | where TimeGenerated > ago(45m) | project Text | order by Text asc')).toEqual(
      [['three'], ['two']],
    );
    await service.settings({ clock: '2026-03-02T11:00:00Z' });
    expect(await service.rows('print now()')).toEqual([['2026-03-02T11:00:00.0000000Z']]);
    await service.settings({ clock: NOW });
  });
});

describe('a query that cannot be run', () => {
  const innermost = (error: {
    innererror: { innererror: { code: string; line: number; pos: number; message: string } };
  }) => error.innererror.innererror;

  it('names line and position of what is wrong', async () => {
    const { status, json } = await service.query('Sample_CL\n| where Nope == 1');
    expect([status, json.error.code, json.error.innererror.code]).toEqual([400, 'BadArgumentError', 'SemanticError']);
    expect(innermost(json.error)).toMatchObject({ line: 2, pos: 8, token: 'Nope' });
    for (const kql of ['Sample_CL | where | count', 'Sample_CL | wher Big', 'Sample_CL | project (']) {
      const syntax = await service.query(kql);
      expect([syntax.status, syntax.json.error.innererror.code], kql).toEqual([400, 'SyntaxError']);
    }
  });

  it('says so when the local engine lacks the construct, and goes on', async () => {
    const { status, json } = await service.query('Sample_CL | evaluate basket()');
    expect([status, json.error.innererror.code]).toEqual([400, 'NotSupportedLocally']);
    expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
  });

  it('finds columns that depend on data first, also over tables that nobody has filled', async () => {
    const unpacked = await service.query('Sample_CL | where isnotnull(Bag) | project Bag | evaluate bag_unpack(Bag)');
    expect(unpacked.json.tables[0]).toMatchObject({
      columns: [{ name: 'a', type: 'dynamic' }],
      rows: [['[1]']],
    });
    expect(
      await service.rows('Sample_CL | project Text, Big | evaluate pivot(Text, sum(Big)) | project three, two'),
    ).toEqual([[3, 2]]);
    expect(await service.rows('union SigninLogs, SigninLogs | evaluate bag_unpack(DeviceDetail) | count')).toEqual([
      [0],
    ]);
    const { status, json } = await service.query(
      'SigninLogs | evaluate bag_unpack(DeviceDetail) | where browser == ""',
    );
    expect([status, json.error.innererror.code]).toEqual([400, 'SemanticError']);
  });

  it('that fails while it runs is refused with the reason, and the next one runs', async () => {
    for (const kql of [
      'Sample_CL | extend Pattern = "(" | where Text matches regex Pattern',
      'Sample_CL | summarize count() by bin(Big * 9223372036854775807 * 9223372036854775807, 1)',
      'print extract("[", 1, "text")',
      'print 9223372036854775807 + 1',
      'range x from 1 to 3 step 1 | extend y = toint(x) * 2147483647 * 2147483647',
    ]) {
      const { status, json } = await service.query(kql);
      expect([status, json.error.code, json.error.innererror.code], kql).toEqual([
        400,
        'BadArgumentError',
        'ExecutionError',
      ]);
      expect(innermost(json.error).message, kql).toMatch(/regex|missing|overflow|range/i);
    }
    expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
  });

  it('cannot be made to run SQL or to read files', async () => {
    const kql = 'Sample_CL | where Text == "\'); DROP TABLE rows.\\"Sample_CL\\"; --" | count';
    expect(await service.rows(kql)).toEqual([[0]]);
    expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
    for (const text of [
      '["$columns"] | count',
      '["/etc/passwd"] | count',
      'read_csv("/etc/passwd")',
      '["rows"] | count',
    ]) {
      expect((await service.query(text)).status, text).toBe(400);
    }
  });

  it('is refused when it is nested beyond all measure, and the next one runs', async () => {
    for (const kql of [
      `print ${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
      `print ${'-'.repeat(1000)}1`,
      'x'.repeat(1_000_001),
    ]) {
      expect((await service.query(kql)).status).toBe(400);
    }
    expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
  });

  it('is given up after its time, and frees its place', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => service.query(ENDLESS, { headers: { prefer: 'wait=1' } })),
    );
    for (const { status, json } of answers) expect([status, json.error.code]).toEqual([504, 'GatewayTimeout']);
    expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
  });

  it('is given up when its client goes away', async () => {
    const clients = Array.from({ length: 5 }, () => new AbortController());
    const endless = clients.map(({ signal }) => service.query(ENDLESS, { signal }));
    const gone = Promise.allSettled(endless);
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const client of clients) client.abort();
    expect((await gone).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
  });
});

describe('limits', () => {
  let small: TestService;
  beforeAll(async () => {
    small = await startTestService({ resultRows: 100, resultBytes: 5000, memoryLimit: '64MB' });
    await small.uploadRows(Array.from({ length: 150 }, (_, index) => ({ Big: index, Text: 'x'.repeat(100) })));
  });
  afterAll(() => small.close());

  it('cuts at the number of rows: 200 with a PartialError', async () => {
    const { status, json } = await small.query('Sample_CL | project Big');
    expect(status).toBe(200);
    expect(json.tables[0]?.rows).toHaveLength(100);
    expect(json.error.code).toBe('PartialError');
    expect(json.error.details[0]?.innererror.message).toContain('E_QUERY_RESULT_SET_TOO_LARGE');
    expect(json.error.details[0]?.innererror.message).toContain('record count limit 100');
  });

  it('cuts at the size, and gives exactly as many rows as allowed without an error', async () => {
    const { json } = await small.query('Sample_CL | project Text');
    // Each row is ["x…x"] and a comma: 105 bytes.
    expect(json.tables[0]?.rows).toHaveLength(Math.floor(5000 / 105));
    expect(json.error.details[0]?.innererror.message).toContain('size limit 5000');
    const full = await small.query('Sample_CL | where Big < 100 | project Big');
    expect([full.json.tables[0]?.rows.length, full.json.error]).toEqual([100, undefined]);
    expect(await small.rows('Sample_CL | count')).toEqual([[150]]);
  });

  it('a query that needs more memory than there is fails alone', async () => {
    const { status, json } = await small.query(
      'range x from 1 to 20000000 step 1 | summarize make_list(tostring(x), 20000000)',
    );
    expect([status, json.error.code]).toEqual([200, 'PartialError']);
    expect(json.error.details[0]?.innererror.code).toBe('E_RUNAWAY_QUERY');
    expect(await small.rows('Sample_CL | count')).toEqual([[150]]);
  });
});

describe('several at once', () => {
  it('queries and uploads go on beside each other, and nothing is lost', async () => {
    const own = await startTestService();
    const batch = (number: number) =>
      Array.from({ length: 500 }, (_, index) => ({ Text: `batch ${number}`, Big: index }));
    const endless = own.query(ENDLESS, { headers: { prefer: 'wait=4' } });
    const uploads = Promise.all(Array.from({ length: 20 }, (_, number) => own.uploadRows(batch(number))));
    const counts = Promise.all(Array.from({ length: 30 }, () => own.rows('Sample_CL | summarize n = count() by Text')));
    await uploads;
    // A batch is seen whole or not at all.
    for (const rows of await counts) for (const [, count] of rows) expect(count).toBe(500);
    expect(await own.rows('Sample_CL | summarize count(), dcount(Text)')).toEqual([[10_000, 20]]);
    expect((await endless).status).toBe(504);
    await own.close();
  });
});

describe('stored functions', () => {
  it('are read from their folders; what they ask the clock moves with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flowtrap-functions-'));
    writeFileSync(
      join(folder, 'recent.kql'),
      '// function: Recent\n// parameters: (age: timespan = 1h)\nSample_CL | where TimeGenerated > ago(age)\n',
    );
    const own = await startTestService({ functionFolders: [folder], settings: { clock: NOW } });
    await own.uploadRows([
      { Text: 'new', TimeGenerated: '2026-03-02T09:30:00Z' },
      { Text: 'old', TimeGenerated: '2026-03-02T08:30:00Z' },
    ]);
    expect(await own.rows('Recent | project Text')).toEqual([['new']]);
    expect(await own.rows('Recent(2h) | summarize count()')).toEqual([[2]]);
    await own.settings({ clock: '2026-03-02T10:29:00Z' });
    expect(await own.rows('Recent | project Text')).toEqual([['new']]);
    await own.settings({ clock: '2026-03-02T10:30:00Z' });
    expect(await own.rows('Recent | project Text')).toEqual([]);
    await own.close();
    rmSync(folder, { recursive: true });
  });

  it('of Flowtrap are there', async () => {
    const own = await startTestService({
      tables: [NETWORK_SESSION_TABLE],
      functionFolders: [join(appRoot(), 'shared/asim')],
    });
    await own.uploadRows([{ SrcIpAddr: '192.0.2.1', DstPortNumber: 443 }], NETWORK_SESSION_TABLE.stream);
    expect(await own.rows('_Im_NetworkSession(dstportnumber=443) | project SrcIpAddr')).toEqual([['192.0.2.1']]);
    expect(await own.rows('_Im_NetworkSession(dstportnumber=80) | project SrcIpAddr')).toEqual([]);
    await own.close();
  });
});

it('closes while it works', async () => {
  const own = await startTestService();
  const query = own.query(ENDLESS);
  const uploads = Array.from({ length: 10 }, () => own.uploadRows([{ Text: 'x' }]));
  const outcomes = Promise.allSettled([query, ...uploads]);
  await Promise.allSettled(uploads.slice(0, 3));
  await own.close();
  const [first] = await outcomes;
  expect(first?.status).toBe('rejected');
});

it('answers a client that sends half a request and leaves', async () => {
  const url = new URL(service.url);
  await new Promise<void>((resolve) => {
    const half = request({
      port: url.port,
      method: 'POST',
      path: `/v1/workspaces/${WORKSPACE}/query`,
      headers: { authorization: 'Bearer any', 'content-length': '100' },
    });
    half.on('error', () => resolve());
    half.write('{"query":');
    setTimeout(() => half.destroy(new Error('gone')), 50);
  });
  expect(await service.rows('Sample_CL | count')).toEqual([[3]]);
});
