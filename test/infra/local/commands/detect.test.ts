import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../../infra/local/azurite/azurite';
import { detect } from '../../../../infra/local/commands/detect';
import { NETWORK_SESSION_TABLE } from '../../../../shared/asim/networkSessionTable';
import { ALERT_TABLE } from '../../../../shared/detection/alertTable';
import { INDICATOR_TABLE } from '../../../../shared/threatconnect/indicatorTable';
import { ADMIN_KEY, startTestService, type TestService, WORKSPACE } from '../logAnalytics/service';

const SWEEP = 'cd8faa84-4464-4b4e-96dc-b22f50c27541';
const SOURCE = '203.0.113.9';
let cwd: string;
let service: TestService;
let functions: Server;
let azurite: Azurite;
const requests: { method: string; path: string; key: unknown; body: string }[] = [];

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'flowtrap-detect-'));
  service = await startTestService({
    tables: [NETWORK_SESSION_TABLE, INDICATOR_TABLE, ALERT_TABLE],
    functionFolders: [join(__dirname, '../../../../shared/asim')],
    tokenCheck: 'audience',
  });
  functions = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, path: url, key: headers['x-functions-key'], body });
      const ended = method === 'GET' && requests.filter((seen) => seen.method === 'GET').length > 1;
      const answer =
        method === 'POST'
          ? { runId: 'run-1', status: 'queued' }
          : {
              id: 'run-1',
              status: ended ? 'succeeded' : 'running',
              counts: { 'incidents.created': 1 },
              problems: [],
              ...(ended ? { endedAt: 'x' } : {}),
            };
      response.writeHead(method === 'POST' ? 202 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => functions.listen(0, '127.0.0.1', done));
  mkdirSync(join(cwd, '.flowtrap'));
  azurite = await startAzurite({ folder: join(cwd, 'azurite'), blobPort: 0, queuePort: 0 });
  await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('flowtrap-rules').create();
  const stack = {
    pid: process.pid,
    logAnalyticsUrl: service.url,
    logAnalyticsAdminKey: ADMIN_KEY,
    workspaceId: WORKSPACE,
    functionsUrl: `http://127.0.0.1:${(functions.address() as AddressInfo).port}`,
    functionKey: 'function-key',
    storageConnectionString: azurite.connectionString,
  };
  writeFileSync(join(cwd, '.flowtrap/stack.json'), JSON.stringify(stack));
  const rows = Array.from({ length: 21 }, (_, n) => ({
    TimeGenerated: '2026-03-02T09:30:00Z',
    EventStartTime: '2026-03-02T09:29:00Z',
    EventEndTime: '2026-03-02T09:30:00Z',
    EventOriginalUid: `s${n}`,
    SrcIpAddr: SOURCE,
    DstIpAddr: `10.0.0.${n}`,
    DstPortNumber: 445,
    NetworkDirection: 'Inbound',
  }));
  const stored = await fetch(`${service.url}/admin/tables/ASimNetworkSessionLogs/rows`, {
    method: 'POST',
    headers: { 'x-admin-key': ADMIN_KEY, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  });
  expect(stored.status).toBe(200);
});
afterAll(async () => {
  await service.close();
  await azurite.close();
  await new Promise((done) => functions.close(done));
  rmSync(cwd, { recursive: true, force: true });
});

async function run(...argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([stdout, stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()));
  const code = await detect.run(argv, { stdin: Readable.from([]), stdout, stderr, env: {}, cwd }).finally(() => {
    stdout.end();
    stderr.end();
  });
  const [out = '', err = ''] = await texts;
  return { code, out, err };
}

describe('flowtrap detect', () => {
  it('shows what the shipped rules find in a window, and nothing in another', async () => {
    const found = await run('--at', '2026-03-02T10:40:00Z');
    expect([found.code, found.err]).toEqual([0, '']);
    expect(found.out).toContain('window 2026-03-02T09:00:00.000Z to 2026-03-02T10:00:00.000Z');
    expect(found.out).toContain('Port 445 swept from an external network (new, 1 row)');
    expect(found.out).toContain(`IP ${SOURCE}`);
    expect(found.out).toContain('ThreatConnect TI map IP entity to Network Session Events');
    const none = await run('--rule', SWEEP, '--at', '2026-03-02T09:59:59Z', '--json');
    expect(JSON.parse(none.out)).toMatchObject({ rule: SWEEP, incidents: [], counts: { windows: 1, rows: 0 } });
  });

  it('runs a rule file of any Sentinel rule', async () => {
    writeFileSync(
      join(cwd, 'mine.yaml'),
      `id: 33333333-3333-4333-8333-333333333333
name: Many sessions
severity: Low
queryFrequency: 30m
queryPeriod: 1h
triggerOperator: GreaterThan
triggerThreshold: 0
query: ASimNetworkSessionLogs | where TimeGenerated > ago(1h) | summarize Sessions = count() by DstPortNumber
`,
    );
    const { code, out } = await run('--rule', 'mine.yaml', '--at', '2026-03-02T10:29:00Z', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      incidents: [{ title: 'Many sessions', severity: 'Low', rows: 1, entities: [], outcome: 'created' }],
    });
  });

  it("knows the rules of the running stack's container, which win over those that ship", async () => {
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
      'flowtrap-rules',
    );
    const put = async (name: string, text: string) => {
      await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
    };
    const ruleText = (id: string, name: string) =>
      `id: ${id}\nname: ${name}\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: ASimNetworkSessionLogs | summarize count() by DstPortNumber\n`;
    const mine = '55555555-5555-4555-8555-555555555555';
    await put('team/mine.yaml', ruleText(mine, 'Of the container'));
    await put('sweep.yaml', ruleText(SWEEP, 'Instead of the sweep'));
    await put('broken.yaml', 'id: nope');
    const time = ['--at', '2026-03-02T10:40:00Z'];
    const byId = await run('--rule', mine, ...time, '--json');
    expect([byId.code, byId.err]).toEqual([0, '']);
    expect(JSON.parse(byId.out)).toMatchObject({ name: 'Of the container', counts: { rows: 1 } });
    expect(JSON.parse((await run('--rule', SWEEP, ...time, '--json')).out)).toMatchObject({
      name: 'Instead of the sweep',
    });
    const all = await run(...time);
    expect(all.out).toContain('Of the container');
    expect(all.err).toContain('flowtrap-rules/broken.yaml');
    for (const name of ['team/mine.yaml', 'sweep.yaml', 'broken.yaml']) await container.deleteBlob(name);
  });

  it('shows where a rule file or its query is wrong', async () => {
    writeFileSync(join(cwd, 'bad.yaml'), 'id: nope\nname: x\nseverity: Low\n');
    await expect(run('--rule', 'bad.yaml')).rejects.toThrow(/bad\.yaml:1.*GUID/);
    await expect(run('--rule', 'no-such-rule')).rejects.toMatchObject({ code: 'notFound' });
    await expect(run('--at', 'yesterday')).rejects.toMatchObject({ code: 'malformed' });
    writeFileSync(
      join(cwd, 'query.yaml'),
      `id: 44444444-4444-4444-8444-444444444444
name: Wrong query
severity: Low
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
query: NoSuchTable | where TimeGenerated > ago(1h)
`,
    );
    const { code, err } = await run('--rule', 'query.yaml', '--at', '2026-03-02T10:00:00Z');
    expect(code).toBe(1);
    expect(err).toContain('NoSuchTable');
  });

  it('has the running stack raise it', async () => {
    const { code, out } = await run('--rule', SWEEP, '--at', '2026-03-02T10:00:00Z', '--raise');
    expect([code, out.split('\n').at(-3)]).toEqual([0, '  raised: 1 new, 0 updated, 0 as they were']);
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/api/rerun', key: 'function-key' });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      job: 'detect',
      rule: SWEEP,
      from: '2026-03-02T09:59:59.000Z',
      to: '2026-03-02T10:00:00.000Z',
    });
    expect(requests.at(-1)?.path).toBe('/api/runs/run-1');
  });

  it('explains itself', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const option of ['--rule', '--at', '--raise', '--json']) expect(out).toContain(option);
  });
});
