import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEntry } from '../../../../infra/local/functionsHost/childEntry';
import type { HostMessage, HostOptions, WorkerMessage } from '../../../../infra/local/functionsHost/contract';
import { forkFunctionsHost } from '../../../../infra/local/functionsHost/fork';
import { eventually, fixture, type Ground, KEYS, prepareGround } from './harness';

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

describe('forkFunctionsHost', () => {
  it('runs functions by hand, tells of it, and ends with its worker', async () => {
    const host = await forkFunctionsHost(options);
    const seen: HostMessage[] = [];
    host.events.on('message', (message: HostMessage) => seen.push(message));
    expect(host.functions.map((fn) => fn.name)).toEqual(['hello', 'tick', 'work']);
    await host.run('TICK');
    expect(seen).toContainEqual(
      expect.objectContaining({ type: 'invocation', function: 'tick', trigger: 'admin', ok: true }),
    );
    await expect(host.run('hello')).rejects.toThrow(/An HttpRequest is required/);
    await expect(host.run('nothing')).rejects.toThrow(/there is no function "nothing"/);
    expect((await fetch(`${host.url}/admin/host/ping`)).status).toBe(200);
    await host.close();
    expect(alive(host.pid)).toBe(false);
  });

  it('names a taken port', async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    const { port } = occupant.address() as { port: number };
    await expect(forkFunctionsHost({ ...options, port })).rejects.toThrow(
      `Port ${port}: is in use by another process.`,
    );
    await new Promise((resolve) => occupant.close(resolve));
  });

  it('leaves no process behind when its parent is killed', async () => {
    // A parent of its own, which is then killed: it forks the host and passes the process ids on.
    const parent = fork(
      join(__dirname, 'fixtures', 'parent.js'),
      [childEntry(join(process.cwd(), 'infra/local/functionsHost'), 'main'), JSON.stringify(options)],
      { execArgv: [] },
    );
    const { host, worker } = await new Promise<{ host: number; worker: number }>((resolve) => {
      let hostPid = 0;
      let workerPid = 0;
      parent.on('message', (message: HostMessage | { type: 'host'; pid: number }) => {
        if (message.type === 'host') hostPid = message.pid;
        if (message.type === 'worker') workerPid = (message as WorkerMessage).pid;
        if (message.type === 'ready') resolve({ host: hostPid, worker: workerPid });
      });
    });
    expect([alive(host), alive(worker)]).toEqual([true, true]);
    parent.kill('SIGKILL');
    await eventually(() => !alive(host) && !alive(worker));
  });
});
