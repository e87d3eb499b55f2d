/**
 * The functions in Microsoft's own host: `func start` in the packaged folder, with a settings file made from nothing. Core
 * Tools read local.settings.json of the folder that they start in, so it is never the user's.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { appRoot } from '../../../shared/appRoot';
import { FlowtrapError } from '../../../shared/errors';
import type { Health } from '../../../shared/runs/health';
import type { FunctionsOptions, Invocation, RunningFunctions } from './functions';

const READY_WITHIN = 120_000;
const RUN_WITHIN = 10 * 60_000;
const LOOK_EVERY = 500;
const JOB_OF: Readonly<Record<string, string>> = {
  pullIndicators: 'indicators',
  sweepFlows: 'sweep',
  detect: 'detect',
};

/**
 * @throws FlowtrapError `notFound` when func is not installed, `unavailable` when it does not come up.
 */
export async function startFuncTools(
  options: FunctionsOptions & { readonly folder: string },
): Promise<RunningFunctions> {
  const func = findOnPath('func');
  if (func === undefined) {
    throw new FlowtrapError('notFound', 'is not installed (not on PATH).', {
      subject: 'func',
      fix: 'Install Azure Functions Core Tools 4, or leave out --host func: the embedded host needs nothing.',
    });
  }
  const packaged = join(appRoot(), '.package');
  options.onLog('packaging the app for func');
  execFileSync(process.execPath, [join(appRoot(), 'dist/infra/package/main.js')], { cwd: appRoot(), stdio: 'ignore' });
  const { PATH, ...values } = options.environment;
  const settings = { IsEncrypted: false, Values: values };
  writeFileSync(join(packaged, 'local.settings.json'), `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });

  const child = spawn(func, ['start', '--port', String(options.port)], {
    cwd: packaged,
    env: { PATH: PATH ?? '', HOME: options.folder, FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT: '1', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdout?.on('data', (chunk: Buffer) => options.onLog(`func: ${chunk.toString().trimEnd()}`));
  child.stderr?.on('data', (chunk: Buffer) => options.onLog(`func: ${chunk.toString().trimEnd()}`));
  let closing = false;
  const exited = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)),
  );
  void exited.then((reason) => {
    if (!closing) options.onExit(`func ended with ${reason}.`);
  });
  const close = async (): Promise<void> => {
    closing = true;
    endGroup(child, 'SIGTERM');
    const timer = setTimeout(() => endGroup(child, 'SIGKILL'), 15_000);
    await exited;
    clearTimeout(timer);
  };
  const onParentExit = (): void => endGroup(child, 'SIGKILL');
  process.once('exit', onParentExit);

  const url = `http://127.0.0.1:${options.port}`;
  const names = await Promise.race([
    ready(url),
    exited.then((reason) =>
      Promise.reject(new FlowtrapError('unavailable', `ended with ${reason}.`, { subject: 'func' })),
    ),
  ]).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    url,
    names,
    pid: child.pid,
    workerPid: () => undefined,
    async run(name): Promise<Invocation> {
      const started = Date.now();
      await fetch(`${url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"input":""}',
      });
      while (Date.now() - started < RUN_WITHIN) {
        const job = (await readHealth(url)).jobs.find((j) => j.job === JOB_OF[name]);
        const durationMs = Date.now() - started;
        if (job?.lastError && Date.parse(job.lastError.at) >= started) {
          return { function: name, ok: false, error: job.lastError.message, trigger: 'admin', durationMs };
        }
        if (job?.lastSuccess && Date.parse(job.lastSuccess) >= started)
          return { function: name, ok: true, trigger: 'admin', durationMs };
        await pause(LOOK_EVERY);
      }
      throw new FlowtrapError('unavailable', 'did not end within ten minutes.', { subject: name });
    },
    async close() {
      process.off('exit', onParentExit);
      await close();
    },
  };
}

async function readHealth(url: string): Promise<Health> {
  return (await (await fetch(`${url}/api/health`)).json()) as Health;
}

async function ready(url: string): Promise<string[]> {
  const until = Date.now() + READY_WITHIN;
  while (Date.now() < until) {
    try {
      const answer = await fetch(`${url}/admin/functions`);
      if (answer.ok) return ((await answer.json()) as { name: string }[]).map((f) => f.name);
    } catch {
      // Not listening yet.
    }
    await pause(LOOK_EVERY);
  }
  throw new FlowtrapError('unavailable', 'did not become ready within two minutes.', { subject: 'func' });
}

/** func starts a host and a worker of its own: the whole group has to go. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone.
  }
}

function findOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
