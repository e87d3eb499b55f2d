/** Starts the functions host as a child process (main.ts) and speaks with it: the same host, in a process of its own. */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { FlowtrapError } from '../../../shared/errors';
import { childEntry } from './childEntry';
import type { HostMessage, HostOptions, HostRequest, RanMessage, ReadyMessage } from './contract';
import type { FunctionsHost } from './host';
import { eachLine } from './lines';

export interface ForkedHost extends FunctionsHost {
  readonly pid: number;
}

/**
 * Starts the host; resolves when it is ready. `events` emits its messages as startFunctionsHost does, and `exit` (code, signal)
 * when the process ends, asked for or not. The process ends by itself when this one does.
 * @throws FlowtrapError `configuration` with what the host said.
 */
export async function forkFunctionsHost(options: HostOptions, events = new EventEmitter()): Promise<ForkedHost> {
  const child = fork(childEntry(__dirname, 'main'), [JSON.stringify(options)], {
    env: {},
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const say = (message: string): boolean => events.emit('message', { type: 'log', level: 'warning', message });
  if (child.stdout) eachLine(child.stdout, say);
  if (child.stderr) eachLine(child.stderr, say);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('exit', (code, signal) => events.emit('exit', code, signal));

  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message: HostMessage) => {
      if (message.type === 'ready') resolve(message);
      else if (message.type === 'failed') reject(new FlowtrapError('configuration', message.error));
      else if (message.type !== 'ran') {
        events.emit('message', message);
        events.emit(message.type, message);
      }
    });
    child.once('error', (cause) =>
      reject(new FlowtrapError('unavailable', 'the functions host did not start.', { cause })),
    );
    child.once('exit', (code, signal) =>
      reject(
        new FlowtrapError('unavailable', `the functions host ended while it started (${signal ?? `code ${code}`}).`),
      ),
    );
  });

  let requests = 0;
  const send = (request: HostRequest): void => {
    if (child.connected) child.send(request, () => {});
  };
  return {
    url: ready.url,
    functions: ready.functions,
    events,
    pid: child.pid ?? 0,
    run(name, input) {
      const request = ++requests;
      return new Promise((resolve, reject) => {
        const settle = (error: Error | undefined): void => {
          child.off('message', take);
          child.off('exit', gone);
          if (error) reject(error);
          else resolve();
        };
        const take = (message: HostMessage | RanMessage): void => {
          if (message.type !== 'ran' || message.request !== request) return;
          settle(
            message.ok ? undefined : new FlowtrapError('refused', message.error ?? 'it failed.', { subject: name }),
          );
        };
        const gone = (): void =>
          settle(new FlowtrapError('unavailable', 'the functions host has ended.', { subject: name }));
        child.on('message', take);
        child.once('exit', gone);
        if (!child.connected) return gone();
        send({ type: 'run', request, function: name, input });
      });
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      send({ type: 'close' });
      const late = setTimeout(() => child.kill('SIGKILL'), (options.graceMs ?? 10_000) + 15_000);
      await ended;
      clearTimeout(late);
    },
  };
}
