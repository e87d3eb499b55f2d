/** The functions of the stack, whoever hosts them: started, triggered through the admin API, awaited. */
import { join } from 'node:path';
import { appRoot } from '../../../shared/appRoot';
import { FlowtrapError } from '../../../shared/errors';
import { childEntry } from '../functionsHost/childEntry';
import { type ChildMessage, startChildService } from './childService';
import { LOCAL } from './localIdentifiers';

export interface Invocation {
  readonly function: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly trigger: string;
  readonly durationMs: number;
}

export interface FunctionsOptions {
  readonly port: number;
  readonly environment: Record<string, string>;
  readonly keys: { readonly master: string; readonly function: string };
  readonly timers: boolean;
  readonly onInvocation: (invocation: Invocation) => void;
  readonly onLog: (line: string) => void;
  readonly onExit: (reason: string) => void;
}

export interface RunningFunctions {
  readonly url: string;
  readonly names: readonly string[];
  /** Process id of the host. */
  readonly pid: number | undefined;
  /** Process id of the worker that runs the functions now; undefined where the host does not tell. */
  readonly workerPid: () => number | undefined;
  /** Runs a timer function now and waits for its end. */
  run(name: string): Promise<Invocation>;
  close(): Promise<void>;
}

const RUN_WITHIN = 10 * 60_000;

/** Starts the embedded host. The app folder is the one that this program lies in. */
export async function startFunctions(options: FunctionsOptions): Promise<RunningFunctions> {
  const waiting = new Map<string, ((invocation: Invocation) => void)[]>();
  let workerPid: number | undefined;
  const onMessage = (message: ChildMessage): void => {
    if (message.type === 'log') options.onLog(`${message.function ?? 'host'}: ${String(message.message)}`);
    if (message.type === 'worker') workerPid = message.state === 'started' ? Number(message.pid) : undefined;
    if (message.type !== 'invocation') return;
    const invocation = message as unknown as Invocation;
    options.onInvocation(invocation);
    if (invocation.trigger === 'admin') waiting.get(invocation.function)?.shift()?.(invocation);
  };
  const child = await startChildService({
    name: 'functions host',
    entry: childEntry(join(__dirname, '../functionsHost'), 'main'),
    options: {
      appFolder: appRoot(),
      port: options.port,
      environment: options.environment,
      hostId: LOCAL.hostId,
      keys: options.keys,
      timers: options.timers,
    },
    environment: { PATH: process.env.PATH ?? '', TZ: 'UTC' },
    onMessage,
    onExit: options.onExit,
  });
  const url = String(child.ready.url);
  const functions = child.ready.functions as readonly { readonly name: string }[];

  return {
    url,
    names: functions.map((f) => f.name),
    pid: child.process.pid,
    workerPid: () => workerPid,
    async run(name) {
      const ended = new Promise<Invocation>((resolve, reject) => {
        waiting.set(name, [...(waiting.get(name) ?? []), resolve]);
        setTimeout(
          () => reject(new FlowtrapError('unavailable', 'did not end within ten minutes.', { subject: name })),
          RUN_WITHIN,
        ).unref();
      });
      const answer = await fetch(`${url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-functions-key': options.keys.master },
        body: JSON.stringify({ input: '' }),
      });
      if (answer.status !== 202)
        throw new FlowtrapError('refused', `the host answered ${answer.status} to a manual run.`, { subject: name });
      return ended;
    },
    close: () => child.close(),
  };
}
