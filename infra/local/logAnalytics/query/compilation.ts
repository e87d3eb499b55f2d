/** KQL to SQL in a thread of its own, so that seconds of analysis hold up nobody; compiled queries are kept. */
import { Worker } from 'node:worker_threads';
import { FlowtrapError } from '../../../../shared/errors';
import { childEntry } from '../../functionsHost/childEntry';
import type { CompiledQuery, WorkspaceSchema } from '../../kql';
import type { FromWorker, Timespan, ToWorker } from './kqlWorker';
import { QueryError } from './queryFault';

export interface Compilation {
  /** @throws QueryError */
  compile(kql: string, now: Date, timespan: Timespan): Promise<CompiledQuery>;
  /** Resolves when the thread has loaded the parser for the schema. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than any real rule takes at first use; then the thread is replaced. */
const COMPILE_WITHIN = 60_000;
const KEPT_PLANS = 300;
const MAX_KQL_LENGTH = 1_000_000;
const WORKER_HEAP_MB = 1024;
/** What makes a plan depend on the clock. Rather once too often: a stored function with its name in a comment is enough. */
const CLOCK_CALL = /\b(?:now|ago|ingestion_time|current_)\w*\s*\(/;

interface Pending {
  readonly resolve: (compiled: CompiledQuery) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * @param schema asked for whenever its version has changed.
 * @param within milliseconds that one query may be analysed.
 */
export function startCompilation(
  schema: { version(): number; get(): WorkspaceSchema },
  within = COMPILE_WITHIN,
): Compilation {
  const pending = new Map<number, Pending>();
  let plans = new Map<string, CompiledQuery>();
  let worker: Worker | undefined;
  let knownVersion = -1;
  let functionsUseClock = false;
  let nextId = 1;
  let closing = false;
  const onWarm: (() => void)[] = [];

  const failAll = (message: string): void => {
    for (const [id, { reject, timer }] of pending) {
      clearTimeout(timer);
      pending.delete(id);
      reject(new QueryError({ kind: 'engine', message }));
    }
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
      const request = pending.get(message.id);
      if (request === undefined) return;
      pending.delete(message.id);
      clearTimeout(request.timer);
      if (message.type === 'compiled') request.resolve(message.compiled);
      else request.reject(new QueryError(message.fault));
    });
    thread.on('error', (error) => drop(thread, `The KQL compiler failed: ${error.message}`));
    thread.on('exit', () => drop(thread, 'The KQL compiler ended.'));
    thread.unref();
    return thread;
  };

  const drop = (thread: Worker, message: string): void => {
    if (worker !== thread) return;
    worker = undefined;
    knownVersion = -1;
    for (const resolve of onWarm.splice(0)) resolve();
    failAll(message);
  };

  const ready = (): Worker => {
    if (closing) throw new FlowtrapError('unavailable', 'the service is closing.');
    worker ??= start();
    if (knownVersion !== schema.version()) {
      const current = schema.get();
      knownVersion = schema.version();
      plans = new Map();
      functionsUseClock = current.functions.some(({ body }) => CLOCK_CALL.test(body));
      send(worker, { type: 'schema', schema: current });
    }
    return worker;
  };

  return {
    compile(kql, now, timespan) {
      if (kql.length > MAX_KQL_LENGTH) {
        return Promise.reject(
          new QueryError({ kind: 'request', message: `The query is longer than ${MAX_KQL_LENGTH} characters.` }),
        );
      }
      const thread = ready();
      const clock = functionsUseClock || CLOCK_CALL.test(kql) ? now.getTime() : '';
      const key = JSON.stringify([kql, clock, timespan.from, timespan.to]);
      const kept = plans.get(key);
      if (kept !== undefined) {
        plans.delete(key);
        plans.set(key, kept);
        return Promise.resolve(kept);
      }
      const into = plans;
      return new Promise<CompiledQuery>((resolve, reject) => {
        const id = nextId++;
        const timer = setTimeout(() => {
          pending.delete(id);
          reject(new QueryError({ kind: 'timeout', message: 'The query took too long to analyse.' }));
          drop(thread, 'The KQL compiler was restarted, because another query kept it busy. Send the query again.');
          void thread.terminate();
        }, within);
        pending.set(id, { resolve, reject, timer });
        send(thread, { type: 'compile', id, kql, now, timespan });
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
      const thread = worker;
      if (thread === undefined) return;
      drop(thread, 'The service is closing.');
      await thread.terminate();
    },
  };
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
