/** A service of the stack in a process of its own: announces itself over its channel, ends when the channel closes. */
import { type ChildProcess, fork } from 'node:child_process';
import { FlowtrapError } from '../../../shared/errors';

export interface ChildMessage {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface ChildService {
  readonly process: ChildProcess;
  /** The child's `ready` message. */
  readonly ready: ChildMessage;
  /** Asks it to end, waits, and kills it if it does not. */
  close(): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  /** Absolute path of the compiled entry. */
  readonly entry: string;
  /** Handed over as one JSON argument. */
  readonly options: unknown;
  /** Its whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onMessage?: (message: ChildMessage) => void;
  /** It ended although nobody asked it to. */
  readonly onExit?: (reason: string) => void;
}

const READY_WITHIN = 60_000;
const CLOSE_WITHIN = 12_000;
const OUTPUT_KEPT = 4000;

/**
 * Starts the process and waits until it is ready.
 * @throws FlowtrapError `unavailable` with the end of its output when it fails to start.
 */
export async function startChildService(child: ChildOptions): Promise<ChildService> {
  const process = fork(child.entry, [JSON.stringify(child.options)], {
    env: { ...child.environment },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT);
  };
  process.stdout?.on('data', keep);
  process.stderr?.on('data', keep);

  let closing = false;
  const exited = new Promise<string>((resolve) =>
    process.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)),
  );
  const ready = await new Promise<ChildMessage>((resolve, reject) => {
    const fail = (what: string): void =>
      reject(
        new FlowtrapError('unavailable', `${what}${output === '' ? '' : ` Its last output: ${output.trim()}`}`, {
          subject: child.name,
        }),
      );
    const timer = setTimeout(() => fail('did not become ready within a minute.'), READY_WITHIN);
    void exited.then((reason) => fail(`ended with ${reason} before it was ready.`));
    process.on('message', (message: ChildMessage) => {
      child.onMessage?.(message);
      if (message.type === 'ready') resolve(message);
      if (message.type === 'failed') fail(String(message.error));
      if (message.type === 'ready' || message.type === 'failed') clearTimeout(timer);
    });
  }).catch((error: unknown) => {
    process.kill('SIGKILL');
    throw error;
  });
  void exited.then((reason) => {
    if (!closing) child.onExit?.(`${child.name} ended with ${reason}. ${output.trim()}`);
  });

  return {
    process,
    ready,
    async close() {
      closing = true;
      process.kill('SIGTERM');
      const timer = setTimeout(() => process.kill('SIGKILL'), CLOSE_WITHIN);
      await exited;
      clearTimeout(timer);
    },
  };
}
