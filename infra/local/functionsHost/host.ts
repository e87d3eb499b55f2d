/**
 * The local functions host: runs a compiled Functions app in a worker process and gives it timers, queues and HTTP, as
 * Microsoft's host was seen to (README.md lists what differs).
 */
import { EventEmitter } from 'node:events';
import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, FlowtrapError } from '../../../shared/errors';
import type { FunctionSummary, HostMessage, HostOptions } from './contract';
import { Dispatcher } from './dispatcher';
import { type IndexedFunction, indexFunctions, summarize } from './functionIndex';
import { readHostConfig } from './hostConfig';
import { startHttp } from './http/server';
import { LogFilter } from './logFilter';
import { runByHand } from './runByHand';
import { type Account, openAccount } from './storage';
import { isMonitored } from './timers/listener';
import { TimerMonitor } from './timers/monitor';
import { startTriggers } from './triggers';
import { WorkerProcess } from './workerProcess';

/** Characters; Application Insights cuts at the same length. */
const LONGEST_LOG_LINE = 32_768;
const DEFAULT_GRACE_MS = 10_000;
const DEFAULT_LEASE_SECONDS = 600;
const DEFAULT_RESTART_DELAYS_MS = [0, 8000, 16_000, 30_000];
/** Would lead the worker's requests away from this machine. */
const PROXY_VARIABLE = /^(?:https?_proxy|all_proxy|no_proxy|node_use_env_proxy|global_agent_.*)$/i;

export interface FunctionsHost {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly functions: readonly FunctionSummary[];
  /** Emits `message` with each InvocationMessage, LogMessage and WorkerMessage, and the same under its `type`. */
  readonly events: EventEmitter;
  /**
   * Runs a function by hand, as POST /admin/functions/NAME does, but waits for its end.
   * @param input a queue function's message; ignored by timers.
   * @throws FlowtrapError `notFound`; the error of the run.
   */
  run(name: string, input?: string): Promise<void>;
  /** Stops the triggers, waits for running invocations (no longer than graceMs), runs appTerminate hooks, ends the worker. */
  close(): Promise<void>;
}

/**
 * Starts the app. Resolves when its functions are loaded and its triggers run.
 * @param events give one with listeners to miss nothing of the start.
 * @throws FlowtrapError `configuration`: app or host.json unusable, nothing registered, port taken.
 */
export async function startFunctionsHost(options: HostOptions, events = new EventEmitter()): Promise<FunctionsHost> {
  const appFolder = realpathSync(options.appFolder);
  const { environment: given, hostId, keys } = options;
  const environment = Object.fromEntries(Object.entries(given).filter(([name]) => !PROXY_VARIABLE.test(name)));
  const config = readHostConfig(appFolder, environment, options.hostJsonOverrides);
  const filter = new LogFilter(config.logLevel);
  const emit = (told: HostMessage): void => {
    if (told.type === 'log' && !filter.shows(told)) return;
    const message = told.type === 'log' ? { ...told, message: told.message.slice(0, LONGEST_LOG_LINE) } : told;
    events.emit('message', message);
    events.emit(message.type, message);
  };

  const worker = new WorkerProcess(
    {
      appFolder,
      environment,
      loopbackOnly: options.loopbackOnly ?? true,
      restartDelaysMs: options.restartDelaysMs ?? DEFAULT_RESTART_DELAYS_MS,
      functionTimeoutMs: config.functionTimeoutMs,
    },
    emit,
  );
  const { messageEncoding } = config.queues;
  const dispatcher = new Dispatcher({ worker, environment, messageEncoding, emit });
  try {
    const functions = indexFunctions(await worker.start(), config, environment);
    if (functions.length === 0)
      throw new FlowtrapError('configuration', 'no functions were registered.', {
        subject: appFolder,
        fix: 'See that "main" in package.json names the file that calls app.timer, app.http and so on.',
      });
    for (const fn of functions)
      for (const message of fn.errors) emit({ type: 'log', level: 'error', function: fn.name, message });

    const hostStorage = openHostStorage(environment, (message) => emit({ type: 'log', level: 'warning', message }));
    const monitorOf = (fn: IndexedFunction): TimerMonitor | undefined =>
      hostStorage && fn.trigger?.kind === 'timer' && isMonitored(fn.trigger)
        ? new TimerMonitor(hostStorage, hostId, fn.name)
        : undefined;
    const byHand = (fn: IndexedFunction, input: string | undefined): Promise<void> =>
      runByHand(dispatcher, fn, input, monitorOf(fn));
    const http = await startHttp({
      port: options.port,
      hostId,
      keys,
      functions,
      dispatcher,
      worker,
      emit,
      runByHand: (fn, input) =>
        void byHand(fn, input).catch((error: unknown) =>
          emit({ type: 'log', level: 'error', function: fn.name, message: describeError(error) }),
        ),
    });

    const triggers = await startTriggers({
      functions,
      timers: options.timers,
      queues: config.queues,
      leaseSeconds: options.queueLeaseSeconds ?? DEFAULT_LEASE_SECONDS,
      monitorOf,
      dispatcher,
      emit,
    });

    const end = async (): Promise<void> => {
      http.stop();
      await triggers.stop();
      dispatcher.stop();
      const until = Date.now() + (options.graceMs ?? DEFAULT_GRACE_MS);
      while (dispatcher.running > 0 && Date.now() < until) await delay(20);
      await worker.close();
      await triggers.settled();
      await http.close();
    };
    let closing: Promise<void> | undefined;
    return {
      url: http.url,
      functions: functions.map(summarize),
      events,
      async run(name, input) {
        const fn = functions.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
        if (!fn) throw new FlowtrapError('notFound', `there is no function "${name}".`);
        await byHand(fn, input);
      },
      close() {
        closing ??= end();
        return closing;
      },
    };
  } catch (error) {
    await worker.close();
    throw error;
  }
}

/** The account of the timers' states; without one, timers run but remember nothing. */
function openHostStorage(
  environment: Readonly<Record<string, string>>,
  warn: (message: string) => void,
): Account | undefined {
  try {
    return openAccount('AzureWebJobsStorage', environment);
  } catch (error) {
    warn(`Timers will not remember their runs. ${describeError(error)}`);
    return undefined;
  }
}
