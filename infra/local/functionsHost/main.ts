/**
 * Child process: a functions host. Its one argument is JSON (HostOptions); it tells what happens in IPC messages (HostMessage)
 * and ends when told to, on SIGTERM, or when its parent is gone: then at once, with its worker.
 */
import { EventEmitter } from 'node:events';
import { describeError } from '../../../shared/errors';
import type { HostMessage, HostOptions, HostRequest } from './contract';
import { type FunctionsHost, startFunctionsHost } from './host';

const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions;
const events = new EventEmitter();
let host: FunctionsHost | undefined;
let ending = false;

function send(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await host?.close();
  process.exit(0);
}

events.on('message', send);
process.on('message', (message) => {
  if ((message as HostRequest).type === 'close') void end();
});
// Nobody waits for a graceful end any more; the worker ends with this process, by its own channel.
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', () => void end());
// Ctrl-C reaches the whole process group; the parent decides what ends when.
process.on('SIGINT', () => {});

startFunctionsHost(options, events).then(
  (started) => {
    host = started;
    if (ending) void started.close().then(() => process.exit(0));
    send({ type: 'ready', url: started.url, functions: started.functions });
  },
  (error: unknown) => {
    const message: HostMessage = { type: 'failed', error: describeError(error) };
    process.send?.(message, () => process.exit(1));
  },
);
