/** The service as a process of its own, on a file. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogAnalyticsOptions } from '../../../../infra/local/logAnalytics/options';
import { RULE, SAMPLE, startTestService, WORKSPACE } from './service';

const ENTRY = join(__dirname, '../../../../dist/infra/local/logAnalytics/main.js');

let folder: string;
let options: LogAnalyticsOptions;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-log-analytics-'));
  options = {
    database: join(folder, 'logs.duckdb'),
    workspaceId: WORKSPACE,
    ruleId: RULE,
    tables: [SAMPLE],
    adminKey: 'key',
    parserAtStart: false,
  };
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Announcement {
  readonly type: string;
  readonly url: string;
  readonly error: string;
}

function start(change: Partial<LogAnalyticsOptions> = {}) {
  const child = fork(ENTRY, [JSON.stringify({ ...options, ...change })], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {},
  });
  children.push(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const announced = new Promise<Announcement>((resolve) =>
    child.once('message', (message) => resolve(message as Announcement)),
  );
  return { child, exited, announced };
}

const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };

async function upload(url: string, rows: readonly unknown[]): Promise<number> {
  const path = `/dataCollectionRules/${RULE}/streams/${SAMPLE.stream}?api-version=2023-01-01`;
  return (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(rows) })).status;
}

async function query(url: string, kql: string): Promise<unknown> {
  const path = `/v1/workspaces/${WORKSPACE}/query`;
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify({ query: kql }) });
  return ((await answer.json()) as { tables: { rows: unknown[] }[] }).tables[0]?.rows;
}

describe('the service as a process', () => {
  it('ends with its parent and finds its rows again, also after being killed', async () => {
    const first = start();
    const { url } = await first.announced;
    expect(await upload(url, [{ Text: 'first', Big: 1 }])).toBe(204);
    await fetch(`${url}/admin/tables/Made_CL/rows`, {
      method: 'POST',
      headers: { 'x-admin-key': 'key' },
      body: JSON.stringify([{ Name: 'made', Id: '2026-01-01T00:00:00Z' }]),
    });
    first.child.disconnect();
    expect(await first.exited).toBe(0);

    const second = start();
    const again = (await second.announced).url;
    expect(await upload(again, [{ Text: 'second', Flag: true }])).toBe(204);
    second.child.kill('SIGKILL');
    await second.exited;

    const third = start();
    const last = (await third.announced).url;
    expect(await query(last, 'Sample_CL | project Text, Big, Flag | order by Text asc')).toEqual([
      ['first', 1, null],
      ['second', null, true],
    ]);
    expect(await query(last, 'Made_CL | project Name, Id')).toEqual([['made', '2026-01-01T00:00:00.0000000Z']]);
    third.child.disconnect();
    await third.exited;
  });

  it('adds columns of a newer version to an old file, and refuses one whose type changed', async () => {
    const [time, ...rest] = SAMPLE.columns;
    const wider = { ...SAMPLE, columns: [...SAMPLE.columns, { name: 'New', type: 'string' } as const] };
    const grown = await startTestService({ ...options, database: join(folder, 'grown.duckdb') });
    await grown.uploadRows([{ Text: 'old' }]);
    await grown.close();
    const newer = await startTestService({ ...options, database: join(folder, 'grown.duckdb'), tables: [wider] });
    await newer.uploadRows([{ Text: 'young', New: 'n' }]);
    expect(await newer.rows('Sample_CL | project Text, New | order by Text asc')).toEqual([
      ['old', ''],
      ['young', 'n'],
    ]);
    await newer.close();
    if (time === undefined) throw new Error('no columns');
    const changed = { ...SAMPLE, columns: [time, { name: 'Text', type: 'long' } as const, ...rest.slice(1)] };
    await expect(
      startTestService({ ...options, database: join(folder, 'grown.duckdb'), tables: [changed] }),
    ).rejects.toThrow('Sample_CL.Text: it holds string, not long. Begin anew with --fresh');
  });

  it('says so when another process has the file, or it is none of ours', async () => {
    const holder = start({ database: join(folder, 'held.duckdb') });
    await holder.announced;
    const second = start({ database: join(folder, 'held.duckdb') });
    expect(await second.announced).toMatchObject({
      type: 'failed',
      error: expect.stringContaining('another process has the database open'),
    });
    expect(await second.exited).toBe(1);
    holder.child.disconnect();
    await holder.exited;
    await expect(startTestService({ database: __filename })).rejects.toThrow(
      `${__filename}: the database cannot be opened`,
    );
    const taken = await startTestService();
    const port = Number(new URL(taken.url).port);
    await expect(startTestService({ port })).rejects.toThrow(`127.0.0.1:${port}: the port is taken.`);
    await taken.close();
  });
});
