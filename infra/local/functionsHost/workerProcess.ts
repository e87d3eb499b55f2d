/**
 * Keeps one worker process running, as the real host does (observed, host 4.1037): a crash fails every running invocation at
 * once and a new worker starts, the first time at once, then after growing waits, while new invocations wait for it. An exit with
 * code 0 goes unnoticed there: nothing fails, nothing restarts, everything hangs. So it does here, but the log says so.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { describeError, FlowtrapError } from '../../../shared/errors';
import { childEntry } from './childEntry';
import type { Emit } from './contract';
import { InvocationError } from './invocationError';
import { eachLine } from './lines';
import type { WorkerArguments } from './worker/main';
import type { FromWorker, FunctionMetadata, InvocationRequest, InvocationResponse, ToWorker } from './worker/protocol';

/** Other running invocations get this long when one of them has exceeded functionTimeout. */
const TIMEOUT_GRACE_MS = 2000;
/** appTerminate hooks get this long before the process is killed. */
const TERMINATE_MS = 5000;
/** A worker that lived this long makes the next crash a first one again. */
const STABLE_MS = 60_000;

export interface WorkerOptions extends WorkerArguments {
  readonly environment: Readonly<Record<string, string>>;
  readonly restartDelaysMs: readonly number[];
  /** Undefined: no limit. */
  readonly functionTimeoutMs: number | undefined;
}

interface Pending {
  readonly resolve: (response: InvocationResponse) => void;
  readonly reject: (error: InvocationError) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** Lets callers through while it is open; those that came while it was shut go on when it opens, however often it was shut. */
class Gate {
  #open = (): void => {};
  #opened = false;
  #passage = this.#shut();

  get passage(): Promise<void> {
    return this.#passage;
  }

  open(): void {
    this.#opened = true;
    this.#open();
  }

  close(): void {
    if (this.#opened) this.#passage = this.#shut();
  }

  #shut(): Promise<void> {
    this.#opened = false;
    return new Promise((resolve) => {
      this.#open = resolve;
    });
  }
}

export class WorkerProcess {
  #child: ChildProcess | undefined;
  readonly #gate = new Gate();
  readonly #pending = new Map<string, Pending>();
  #crashes = 0;
  #startedAt = 0;
  #restart: NodeJS.Timeout | undefined;
  #closed = false;
  #replacing = false;

  constructor(
    private readonly options: WorkerOptions,
    private readonly emit: Emit,
  ) {}

  /**
   * Starts the first worker and gives what its app registered.
   * @throws FlowtrapError `configuration` when the app cannot be loaded; then no function runs at all, as on Azure.
   */
  async start(): Promise<readonly FunctionMetadata[]> {
    try {
      return await this.#spawn();
    } catch (error) {
      this.#closed = true;
      this.#child?.kill('SIGKILL');
      throw error;
    }
  }

  /** Resolves when a worker is there to take invocations. */
  ready(): Promise<void> {
    return this.#gate.passage;
  }

  get running(): number {
    return this.#pending.size;
  }

  /** @throws InvocationError */
  async invoke(name: string, request: InvocationRequest): Promise<InvocationResponse> {
    await this.#gate.passage;
    if (this.#closed) throw new InvocationError('closed', 'The host is closing.');
    const id = request.invocationId;
    return new Promise((resolve, reject) => {
      const limit = this.options.functionTimeoutMs;
      const timer = limit === undefined ? undefined : setTimeout(() => this.#timeOut(name, id, limit), limit);
      this.#pending.set(id, { resolve, reject, timer });
      this.#send({ kind: 'invoke', function: name, request });
    });
  }

  /** Ends the worker after its appTerminate hooks; what still runs fails. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    await this.#terminate();
    this.#failAll('closed', 'The host was closed while the function ran.');
    this.#gate.open();
  }

  #spawn(): Promise<readonly FunctionMetadata[]> {
    const { appFolder, loopbackOnly, environment } = this.options;
    const child = fork(childEntry(__dirname, 'worker/main'), [JSON.stringify({ appFolder, loopbackOnly })], {
      cwd: appFolder,
      env: environment,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#startedAt = Date.now();
    const errors: string[] = [];
    if (child.stdout) eachLine(child.stdout, (message) => this.emit({ type: 'log', level: 'information', message }));
    if (child.stderr)
      eachLine(child.stderr, (message) => {
        if (errors.push(message) > 20) errors.shift();
        this.emit({ type: 'log', level: 'warning', message });
      });
    return new Promise((resolve, reject) => {
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'loaded') {
          this.emit({ type: 'worker', state: 'started', pid: child.pid ?? 0 });
          resolve(message.functions);
          this.#gate.open();
        } else if (message.kind === 'loadFailed') reject(loadFailure(appFolder, message.error));
        else this.#take(message);
      });
      child.once('error', (error) => reject(loadFailure(appFolder, describeError(error))));
      child.once('exit', (code, signal) => {
        reject(loadFailure(appFolder, `its process ended (${signal ?? `code ${code}`}). ${errors.join('\n')}`));
        this.emit({ type: 'worker', state: 'ended', pid: child.pid ?? 0, exit: signal ?? `code ${code}` });
        if (this.#child === child) this.#ended(code, signal);
      });
    });
  }

  #take(message: Exclude<FromWorker, { kind: 'loaded' | 'loadFailed' }>): void {
    if (message.kind === 'log') {
      this.emit({ type: 'log', level: message.level, function: message.function, message: message.message });
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.kind === 'done') pending.resolve(message.response);
    else pending.reject(new InvocationError('threw', message.message, message.stack));
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#closed || this.#replacing) return;
    if (code === 0) {
      this.#log(
        'error',
        'The worker ended with code 0 (process.exit(0) in a function?). The Functions host does not notice that: nothing runs any more until it is restarted.',
      );
      return;
    }
    const how = signal ?? `code ${code}`;
    this.#gate.close();
    this.#log('error', `The worker ended (${how}); ${this.#pending.size} running invocations fail.`);
    this.#failAll('workerEnded', `The worker process ended (${how}).`);
    if (Date.now() - this.#startedAt > STABLE_MS) this.#crashes = 0;
    const delays = this.options.restartDelaysMs;
    const delay = delays[Math.min(this.#crashes, delays.length - 1)] ?? 0;
    this.#crashes++;
    this.#restart = setTimeout(() => this.#again(), delay);
  }

  #again(): void {
    this.#spawn().catch((error: unknown) => {
      this.#log('error', `The worker could not be started again: ${describeError(error)}`);
      // An app that fails to load leaves its process alive; ending it brings the next attempt.
      this.#child?.kill('SIGKILL');
    });
  }

  #timeOut(name: string, id: string, limit: number): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    const text = `Timeout value of ${limit / 1000} s exceeded by function ${name} (${id}). The worker is replaced.`;
    this.#log('error', text);
    pending.reject(new InvocationError('timedOut', text));
    if (!this.#replacing && !this.#closed) void this.#replace();
  }

  async #replace(): Promise<void> {
    this.#replacing = true;
    this.#gate.close();
    const until = Date.now() + TIMEOUT_GRACE_MS;
    while (this.#pending.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    await this.#terminate();
    this.#failAll('timedOut', 'The worker was replaced because another function exceeded functionTimeout.');
    this.#replacing = false;
    if (!this.#closed) this.#again();
  }

  async #terminate(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#send({ kind: 'terminate' });
    const late = setTimeout(() => child.kill('SIGKILL'), TERMINATE_MS);
    await ended;
    clearTimeout(late);
  }

  #failAll(kind: 'workerEnded' | 'timedOut' | 'closed', message: string): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(new InvocationError(kind, message));
    }
    this.#pending.clear();
  }

  /** Sending to a worker that is just ending fails; its end is answered elsewhere. */
  #send(message: ToWorker): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  #log(level: 'error', message: string): void {
    this.emit({ type: 'log', level, message });
  }
}

function loadFailure(appFolder: string, error: string): FlowtrapError {
  return new FlowtrapError('configuration', `the app cannot be loaded, so none of its functions runs. ${error}`, {
    subject: appFolder,
  });
}
