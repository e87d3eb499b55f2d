/**
 * The worker process: loads the app and runs its functions. A process of its own, so that a crash or process.exit in a
 * function takes nothing else with it. Argument: JSON of WorkerArguments; the rest goes over IPC (protocol.ts).
 */
import { format } from 'node:util';
import type { LogLevel } from '../contract';
import { Core } from './core';
import { invoke } from './invoke';
import { loadApp } from './load';
import { allowLoopbackOnly } from './loopbackOnly';
import type { FromWorker, InvocationRequest, ToWorker } from './protocol';

export interface WorkerArguments {
  readonly appFolder: string;
  readonly loopbackOnly: boolean;
}

const { appFolder, loopbackOnly } = JSON.parse(process.argv[2] ?? '{}') as WorkerArguments;
const appHookData = {};
const core = new Core((level, category, message) => log(level, category, message));

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

function log(level: LogLevel, category: string, message: string, name?: string): void {
  send({ kind: 'log', level, category, message, function: name });
}

async function run(name: string, request: InvocationRequest): Promise<void> {
  const id = request.invocationId;
  try {
    const response = await invoke(core, name, request, appHookData, (level, category, message) =>
      log(level, category, message, name),
    );
    send({ kind: 'done', id, response });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(format(thrown));
    send({ kind: 'threw', id, message: error.message, stack: error.stack ?? '' });
  }
}

async function terminate(): Promise<void> {
  try {
    await core.runHooks('appTerminate', { hookData: {}, appHookData });
  } catch (error) {
    log('error', 'system', `An appTerminate hook failed: ${format(error)}`);
  }
  process.exit(0);
}

async function start(): Promise<void> {
  if (loopbackOnly) allowLoopbackOnly();
  core.install();
  try {
    await loadApp(appFolder);
    await core.runHooks('appStart', { hookData: {}, appHookData, functionAppDirectory: appFolder });
    await core.model?.getCapabilities({});
  } catch (error) {
    send({ kind: 'loadFailed', error: error instanceof Error ? (error.stack ?? error.message) : format(error) });
    return;
  }
  core.locked = true;
  send({ kind: 'loaded', functions: [...core.functions.values()].map((registered) => registered.metadata) });
}

process.on('message', (message) => {
  const order = message as ToWorker;
  if (order.kind === 'invoke') void run(order.function, order.request);
  else void terminate();
});
// The host is gone: whatever runs here is nobody's any more.
process.on('disconnect', () => process.exit(1));
// Ctrl-C and a stop of the process group are the host's to answer.
process.on('SIGINT', () => {});

void start();
