/** The `flowtrap` program as people use it: as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appRoot } from '../../shared/appRoot';
import { awsLine, panOsLine } from './shapes';
import { freeBase } from './support';

const PROGRAM = join(appRoot(), 'infra/local/flowtrap.js');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-program-'));
  folders.push(folder);
  return folder;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(
  args: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended>; shows: (text: string | RegExp) => Promise<void> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...process.env, ...environment } });
  let stdout = '';
  let stderr = '';
  const waiting: { text: string | RegExp; resolve: () => void }[] = [];
  const look = (): void => {
    for (const { text, resolve } of waiting) if (stdout.match(text) !== null) resolve();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => child.once('exit', (code) => resolve({ code, stdout, stderr })));
  return {
    child,
    ended,
    shows: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ text, resolve });
        look();
        void ended.then((e) => reject(new Error(`ended with ${e.code}: ${e.stdout}\n${e.stderr}`)));
      }),
  };
}

const run = (args: readonly string[], cwd: string, environment?: Record<string, string>): Promise<Ended> =>
  launch(args, cwd, environment).ended;

/** Process ids below a process. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // The process is gone.
    }
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has waited for is no running process.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  for (let tries = 0; tries < 150 && pids.some(alive); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(pids.filter(alive)).toEqual([]);
}

describe('help and mistakes', () => {
  it.each([
    [['--help']],
    [['start', '--help']],
    [['normalize', '--help']],
    [['query', '--help']],
    [['ingest', '--help']],
    [['detect', '--help']],
  ])('%j tells how to use it', async (args) => {
    const { code, stdout } = await run(args, newFolder());
    expect(code).toBe(0);
    expect(stdout).toMatch(/usage: flowtrap/);
  });

  it.each<[string[], RegExp]>([
    [['nonsense'], /there is no command "nonsense"/],
    [['start', '--nonsense'], /--nonsense/],
    [['start', '--host', 'elsewhere'], /none of embedded, func, none/],
    [['start', '--port-base', '80'], /no port from 1024/],
    [['start', '--host', 'none', '--once'], /needs functions/],
  ])('%j is refused with the reason', async (args, message) => {
    const { code, stderr } = await run(args, newFolder());
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it('says when func is not installed', async () => {
    const { code, stderr } = await run(
      ['start', '--once', '--host', 'func', '--port-base', String(await freeBase())],
      newFolder(),
      { PATH: join(process.execPath, '..') },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/func: is not installed/);
  });
});

it('ends with --once, gives its result as JSON, continues at the next start and raises nothing twice; --fresh forgets', {
  timeout: 240_000,
}, async () => {
  const folder = newFolder();
  const args = ['start', '--once', '--json', '--port-base', String(await freeBase())];
  const result = (ended: Ended): Record<string, unknown> => {
    expect(ended.code, ended.stderr).toBe(0);
    return JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  };
  const first = result(await run(args, folder));
  expect(Object.keys(first).sort()).toEqual([
    'blobs',
    'deadLetters',
    'incidents',
    'indicators',
    'records',
    'rules',
    'sessions',
    'skipped',
  ]);
  expect((first.incidents as object[])[0]).toEqual({
    rule: expect.any(String),
    title: expect.any(String),
    severity: expect.any(String),
    entities: expect.any(Array),
    rows: expect.any(Number),
  });
  const second = result(await run(args, folder));
  expect(second.incidents).toEqual(first.incidents);
  expect(second.sessions).toEqual(first.sessions);
  const fresh = result(await run([...args, '--fresh'], folder));
  expect(fresh.sessions).toEqual(first.sessions);
});

it('keeps running, answers queries and detect from a second terminal, and stops everything on Ctrl-C', {
  timeout: 180_000,
}, async () => {
  const folder = newFolder();
  const stack = launch(['start', '--port-base', String(await freeBase())], folder);
  await stack.shows(/Running; Ctrl-C/);
  const query = await run(
    [
      'query',
      'ASimNetworkSessionLogs | summarize Sessions = count() by EventVendor | sort by EventVendor asc',
      '--format',
      'csv',
    ],
    folder,
  );
  expect(query.code, query.stderr).toBe(0);
  expect(query.stdout).toMatch(/EventVendor,Sessions\r?\n.*AWS,\d+/s);
  const detect = await run(['detect', '--rule', 'cd8faa84-4464-4b4e-96dc-b22f50c27541', '--json'], folder);
  expect(detect.code, detect.stderr).toBe(0);
  const again = await run(['start', '--once', '--port-base', String(await freeBase())], folder);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/already runs from this folder/);

  const pids = descendants(stack.child.pid ?? 0);
  expect(pids.length).toBeGreaterThanOrEqual(3);
  stack.child.kill('SIGINT');
  expect((await stack.ended).code).toBe(0);
  await allGone(pids);
});

it('leaves no process behind when it is killed', { timeout: 180_000 }, async () => {
  const stack = launch(['start', '--host', 'embedded', '--port-base', String(await freeBase())], newFolder());
  await stack.shows(/uploading sample traffic|sweeping/);
  const pids = descendants(stack.child.pid ?? 0);
  stack.child.kill('SIGKILL');
  await stack.ended;
  await allGone(pids);
});

it("feeds the user's own files of any age and evaluates every window that they cover", {
  timeout: 180_000,
}, async () => {
  const folder = newFolder();
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const sweep = Array.from({ length: 21 }, (_, n) =>
    awsLine({
      time: '2024-05-06T07:30:00Z',
      source: '203.0.113.200',
      destination: `10.0.9.${n + 1}`,
      destinationPort: 5900,
      sourcePort: 50_000 + n,
    }),
  ).join('');
  writeFileSync(
    join(logs, 'vpcflowlogs.log'),
    `version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status flow-direction\n${sweep.replaceAll(' OK\n', ' OK ingress\n')}`,
  );
  writeFileSync(
    join(logs, 'pa.log'),
    panOsLine({ time: '2024-05-06T09:10:00Z', source: '10.0.0.7', destination: '192.0.2.10' }),
  );
  const ended = await run(
    ['start', '--once', '--json', '--logs', logs, '--port-base', String(await freeBase())],
    folder,
  );
  expect(ended.code, ended.stderr).toBe(0);
  const result = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as {
    sessions: number;
    incidents: { title: string; entities: string[] }[];
    covered: { first: string; last: string };
  };
  expect(result.sessions).toBe(22);
  expect(result.covered.first.slice(0, 13)).toBe('2024-05-06T07');
  expect(result.incidents.map((i) => i.entities)).toEqual([['203.0.113.200']]);
  expect(result.incidents[0]?.title).toContain('5900');
});

it('starts func when it is there and asked for, in the packaged folder with settings of its own', {
  timeout: 240_000,
}, async () => {
  const folder = newFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // Stands in for Core Tools: tells what it was started with, then fails, as Core Tools would without network.
  writeFileSync(
    join(bin, 'func'),
    `#!/bin/sh\nprintf '%s\\n' "$PWD" "$*" > "${folder}/called"\ncp local.settings.json "${folder}/settings.json"\nexit 3\n`,
  );
  chmodSync(join(bin, 'func'), 0o755);
  const ended = await run(['start', '--once', '--host', 'func', '--port-base', String(await freeBase())], folder, {
    PATH: `${bin}:${process.env.PATH}`,
    THREATCONNECT_TOKEN: 'APIV2:real',
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/func: ended with code 3/);
  expect(readFileSync(join(folder, 'called'), 'utf8')).toMatch(/\.package\nstart --port \d+/);
  const settings = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as {
    IsEncrypted: boolean;
    Values: Record<string, string>;
  };
  expect(settings.IsEncrypted).toBe(false);
  expect(settings.Values.THREATCONNECT_URL).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect(JSON.stringify(settings)).not.toContain('APIV2:real');
});
