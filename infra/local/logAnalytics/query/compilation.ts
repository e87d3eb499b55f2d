/** KQL to SQL in a thread of its own, so that seconds of analysis hold up nobody; compiled queries are kept. */
import { Worker } from 'node:worker_threads';
import { FlowtrapError } from '../../../../shared/errors';
import { childEntry } from '../../functionsHost/childEntry';
import type { Compiled, Found } from '../../kql';
import { withCalledBodies } from '../../workspace/calledBodies';
import type { FromWorker, Timespan, ToWorker } from './kqlWorker';
import { QueryError, type QueryFault } from './queryFault';
import type { WorkspaceView } from './workspaceCompiler';

export interface Compilation {
  /**
   * @param found what earlier stages of the query have found.
   * @throws QueryError
   */
  compile(kql: string, now: Date, timespan: Timespan, found?: readonly Found[]): Promise<Compiled>;
  /** Resolves when the thread has loaded the parser for the schema. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than any real rule takes at first use; then the thread is replaced. */
const COMPILE_WITHIN = 60_000;
const KEPT_PLANS = 300;
export const MAX_KQL_LENGTH = 1_000_000;
const WORKER_HEAP_MB = 1024;
/** What makes a plan depend on the clock. Rather once too often: a stored function with its name in a comment is enough. */
const CLOCK_CALL = /\b(?:now|ago|ingestion_time|current_)\w*\s*\(/;

interface Task {
  readonly id: number;
  readonly kql: string;
  readonly now: Date;
  readonly timespan: Timespan;
  readonly found: readonly Found[];
  readonly resolve: (compiled: Compiled) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One query after the other, so that one which keeps the thread busy, or brings it down, fails alone: the thread is replaced,
 * and those in line go on.
 * @param schema asked for whenever its version has changed.
 * @param within milliseconds that one query may be analysed.
 */
export function startCompilation(
  schema: { version(): number; get(): WorkspaceView },
  within = COMPILE_WITHIN,
): Compilation {
  const waiting: Task[] = [];
  let current: { readonly task: Task; readonly timer: NodeJS.Timeout } | undefined;
  let plans = new Map<string, Compiled>();
  let worker: Worker | undefined;
  let knownVersion = -1;
  let bodies: ReadonlyMap<string, string> = new Map();
  let nextId = 1;
  let closing = false;
  const onWarm: (() => void)[] = [];

  /** The task at work, which is then no longer. */
  const taken = (): Task | undefined => {
    const task = current?.task;
    clearTimeout(current?.timer);
    current = undefined;
    return task;
  };

  const start = (): Worker => {
    const thread = new Worker(childEntry(__dirname, 'kqlWorker'), {
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    });
    thread.on('message', (message: FromWorker) => {
      if (message.type === 'warm') {
        for (const resolve of onWarm.splice(0)) resolve();
        return;
      }
      if (message.id !== current?.task.id) return;
      const task = taken();
      if (message.type === 'compiled') task?.resolve(message.compiled);
      else task?.reject(new QueryError(message.fault));
      next();
    });
    thread.on('error', ({ message }) =>
      drop(thread, { kind: 'engine', message: `The KQL compiler failed: ${message}` }),
    );
    thread.on('exit', () => drop(thread, { kind: 'engine', message: 'The KQL compiler ended.' }));
    thread.unref();
    return thread;
  };

  /** The thread is no more: what it was at fails, the others go to a new one. */
  const drop = (thread: Worker, fault: QueryFault): void => {
    if (worker !== thread) return;
    worker = undefined;
    knownVersion = -1;
    for (const resolve of onWarm.splice(0)) resolve();
    taken()?.reject(new QueryError(fault));
    next();
  };

  const ready = (): Worker => {
    worker ??= start();
    if (knownVersion !== schema.version()) {
      const now = schema.get();
      knownVersion = schema.version();
      plans = new Map();
      bodies = new Map(now.functions.map(({ name, body }) => [name, body]));
      send(worker, { type: 'schema', schema: now });
    }
    return worker;
  };

  const next = (): void => {
    if (closing || current !== undefined) return;
    const task = waiting.shift();
    if (task === undefined) return;
    const thread = ready();
    const { id, kql, now, timespan, found } = task;
    const timer = setTimeout(() => {
      drop(thread, { kind: 'timeout', message: 'The query took too long to analyse.' });
      void thread.terminate();
    }, within);
    current = { task, timer };
    send(thread, { type: 'compile', id, kql, now, timespan, found });
  };

  return {
    compile(kql, now, timespan, found = []) {
      if (kql.length > MAX_KQL_LENGTH) {
        return Promise.reject(
          new QueryError({ kind: 'request', message: `The query is longer than ${MAX_KQL_LENGTH} characters.` }),
        );
      }
      if (closing) return Promise.reject(new FlowtrapError('unavailable', 'the service is closing.'));
      ready();
      const usesClock = withCalledBodies(kql, bodies).some((text) => CLOCK_CALL.test(text));
      const clock = usesClock ? now.getTime() : '';
      const key = JSON.stringify([kql, clock, timespan.from, timespan.to, found.map(({ columns }) => columns)]);
      const kept = plans.get(key);
      if (kept !== undefined) {
        plans.delete(key);
        plans.set(key, kept);
        return Promise.resolve(kept);
      }
      const into = plans;
      return new Promise<Compiled>((resolve, reject) => {
        waiting.push({ id: nextId++, kql, now, timespan, found, resolve, reject });
        next();
      }).then((compiled) => {
        into.set(key, compiled);
        const oldest = into.keys().next();
        if (into.size > KEPT_PLANS && oldest.done === false) into.delete(oldest.value);
        return compiled;
      });
    },
    warm() {
      return new Promise((resolve) => {
        onWarm.push(resolve);
        knownVersion = -1;
        ready();
      });
    },
    async close() {
      closing = true;
      const fault: QueryFault = { kind: 'engine', message: 'The service is closing.' };
      for (const { reject } of waiting.splice(0)) reject(new QueryError(fault));
      const thread = worker;
      if (thread === undefined) return;
      drop(thread, fault);
      await thread.terminate();
    },
  };
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
