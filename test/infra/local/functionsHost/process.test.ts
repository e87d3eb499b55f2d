/** The host as a process of its own: what it tells its parent, and how it ends. */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { childEntry } from '../../../../infra/local/functionsHost/childEntry';
import type {
  HostMessage,
  HostOptions,
  ReadyMessage,
  WorkerMessage,
} from '../../../../infra/local/functionsHost/contract';
import { eventually, fixture, type Ground, KEYS, prepareGround } from './harness';

const ENTRY = childEntry(join(process.cwd(), 'infra/local/functionsHost'), 'main');
let ground: Ground;
let options: HostOptions;

beforeAll(async () => {
  ground = await prepareGround();
  options = {
    appFolder: fixture('basic'),
    port: 0,
    environment: {
      AzureWebJobsStorage: ground.azurite.connectionString,
      RECORD: join(ground.folder, 'record.jsonl'),
      TICK: '0 0 0 1 1 *',
    },
    hostId: 'forked',
    keys: KEYS,
    timers: true,
  };
});
afterAll(() => ground.close());

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface HostProcess {
  readonly child: ChildProcess;
  readonly messages: HostMessage[];
  readonly ready: () => Promise<ReadyMessage>;
  readonly exit: Promise<number | null>;
}

function forkHost(test: TestContext, changed: Partial<HostOptions> = {}): HostProcess {
  const child = fork(ENTRY, [JSON.stringify({ ...options, ...changed })], { env: {}, execArgv: [] });
  test.onTestFinished(() => void child.kill('SIGKILL'));
  const messages: HostMessage[] = [];
  child.on('message', (message: HostMessage) => messages.push(message));
  return {
    child,
    messages,
    ready: () => eventually(() => messages.find((m) => m.type === 'ready')),
    exit: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

describe('the host process', () => {
  it('tells what it runs, and of each run', async (test) => {
    const host = forkHost(test);
    const { url, functions } = await host.ready();
    expect(functions.map((fn) => fn.name)).toEqual(['hello', 'tick', 'work']);
    const answer = await fetch(`${url}/admin/functions/tick?code=${KEYS.master}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(202);
    const run = await eventually(() => host.messages.find((m) => m.type === 'invocation'));
    expect(run).toEqual({
      type: 'invocation',
      function: 'tick',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ok: true,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      durationMs: expect.any(Number),
      trigger: 'admin',
    });
    const worker = host.messages.find((m): m is WorkerMessage => m.type === 'worker');
    host.child.send({ type: 'close' });
    expect(await host.exit).toBe(0);
    expect(alive(worker?.pid ?? 0)).toBe(false);
  });

  it('ends on SIGTERM, not on the Ctrl-C that is meant for its parent', async (test) => {
    const host = forkHost(test);
    const { url } = await host.ready();
    host.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await fetch(`${url}/admin/host/ping`)).status).toBe(200);
    host.child.kill('SIGTERM');
    expect(await host.exit).toBe(0);
  });

  it('tells why it could not start', async (test) => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    const { port } = occupant.address() as { port: number };
    const host = forkHost(test, { port });
    expect(await host.exit).toBe(1);
    expect(host.messages.at(-1)).toEqual({
      type: 'failed',
      error: `Port ${port}: is in use by another process. End that process, or choose another port for the functions host.`,
    });
    await new Promise((resolve) => occupant.close(resolve));
  });

  it('leaves no process behind when its parent is killed', async (test) => {
    // A parent of its own, which is then killed: it forks the host and passes on what the host says.
    const parent = fork(join(__dirname, 'fixtures', 'parent.js'), [ENTRY, JSON.stringify(options)], { execArgv: [] });
    test.onTestFinished(() => void parent.kill('SIGKILL'));
    const messages: (HostMessage | { type: 'child'; pid: number })[] = [];
    parent.on('message', (message: HostMessage) => messages.push(message));
    await eventually(() => messages.some((m) => m.type === 'ready'));
    const pids = messages.flatMap((m) => (m.type === 'child' || m.type === 'worker' ? [m.pid] : []));
    expect(pids.map(alive)).toEqual([true, true]);
    parent.kill('SIGKILL');
    await eventually(() => !pids.some(alive));
  });
});
