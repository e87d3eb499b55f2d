/**
 * Runs one function for one trigger event: builds the request, lets the worker run it, repeats it as its retry policy says,
 * writes its outputs, and reports the end of each run.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../../shared/errors';
import type { Emit, InvocationMessage } from './contract';
import type { IndexedFunction } from './functionIndex';
import { InvocationError } from './invocationError';
import { writeOutputs } from './queues/output';
import type { InvocationRequest, InvocationResponse, RetryOptions, TypedData } from './worker/protocol';
import type { WorkerProcess } from './workerProcess';

export interface Event {
  readonly trigger: InvocationMessage['trigger'];
  /** The trigger's data. */
  readonly data: TypedData;
  readonly metadata?: Readonly<Record<string, TypedData>>;
}

export interface DispatcherOptions {
  readonly worker: WorkerProcess;
  readonly environment: Readonly<Record<string, string>>;
  readonly messageEncoding: 'base64' | 'none';
  readonly emit: Emit;
}

export class Dispatcher {
  #running = 0;
  readonly #stop = new AbortController();

  constructor(private readonly options: DispatcherOptions) {}

  /** Invocations that have begun and not ended, retries included. */
  get running(): number {
    return this.#running;
  }

  /** Ends waits between retries. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Runs the function, again as often as its retry policy allows (HTTP functions have none, observed for the others).
   * @throws InvocationError of the last run.
   */
  async run(fn: IndexedFunction, event: Event): Promise<InvocationResponse> {
    const policy = event.trigger === 'http' ? undefined : fn.metadata.retryOptions;
    const limit = policy?.maxRetryCount ?? 0;
    this.#running++;
    try {
      for (let retry = 0, last: InvocationError | undefined; ; retry++) {
        try {
          return await this.#once(fn, event, policy && retryContext(retry, limit, last));
        } catch (error) {
          last = error as InvocationError;
          const again = policy && (limit < 0 || retry < limit) && last.kind !== 'closed' && !this.#stop.signal.aborted;
          if (!again) throw last;
          await delay(retryDelay(policy, retry), undefined, { signal: this.#stop.signal }).catch(() => {});
        }
      }
    } finally {
      this.#running--;
    }
  }

  async #once(
    fn: IndexedFunction,
    event: Event,
    retry: InvocationRequest['retryContext'],
  ): Promise<InvocationResponse> {
    const id = randomUUID();
    const started = Date.now();
    const report = (error?: string): void =>
      this.options.emit({
        type: 'invocation',
        function: fn.name,
        id,
        ok: error === undefined,
        startedAt: new Date(started).toISOString(),
        durationMs: Date.now() - started,
        ...(error === undefined ? {} : { error }),
        trigger: event.trigger,
      });
    try {
      const response = await this.options.worker.invoke(fn.name, {
        invocationId: id,
        functionId: fn.name,
        inputData: [{ name: fn.binding.name, data: event.data }],
        triggerMetadata: event.metadata,
        traceContext: { traceParent: traceParent(), traceState: '', attributes: {} },
        retryContext: retry,
      });
      await writeOutputs(fn, response, this.options.environment, this.options.messageEncoding);
      report();
      return response;
    } catch (thrown) {
      const error = thrown instanceof InvocationError ? thrown : new InvocationError('threw', describeError(thrown));
      report(describeError(error));
      this.options.emit({
        type: 'log',
        level: 'error',
        function: fn.name,
        message: `Executed 'Functions.${fn.name}' (Failed, Id=${id}): ${(error.handlerStack || error.message).slice(0, 4000)}`,
      });
      throw error;
    }
  }
}

function retryContext(retryCount: number, maxRetryCount: number, last: InvocationError | undefined) {
  if (!last) return { retryCount, maxRetryCount };
  const message = `Result: Failure\nException: ${last.message}\nStack: ${last.handlerStack}`;
  return { retryCount, maxRetryCount, exception: { message, source: '', stackTrace: last.handlerStack } };
}

/** Milliseconds before the retry after run number `retry` (from 0). */
function retryDelay(policy: RetryOptions, retry: number): number {
  if (policy.retryStrategy !== 'exponentialBackoff') return (policy.delayInterval?.seconds ?? 0) * 1000;
  const least = policy.minimumInterval?.seconds ?? 0;
  const most = policy.maximumInterval?.seconds ?? least;
  return Math.min(most, Math.max(least, 1) * 2 ** retry) * 1000;
}

/** W3C trace context, sampled. */
function traceParent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}
