/** The timers and queues of an app: started together, stopped together. */
import type { Emit } from './contract';
import type { Dispatcher } from './dispatcher';
import type { IndexedFunction } from './functionIndex';
import type { QueueConfig } from './hostConfig';
import { QueueListener } from './queues/listener';
import { TimerListener } from './timers/listener';
import type { TimerMonitor } from './timers/monitor';

export interface TriggerOptions {
  readonly functions: readonly IndexedFunction[];
  readonly timers: boolean;
  readonly queues: QueueConfig;
  readonly leaseSeconds: number;
  readonly monitorOf: (fn: IndexedFunction) => TimerMonitor | undefined;
  readonly dispatcher: Dispatcher;
  readonly emit: Emit;
}

export interface Triggers {
  /** Begins nothing new; what runs goes on. */
  stop(): Promise<void>;
  /** When nothing runs any more, its messages are deleted, parked or given back, and its timers' runs are stored. */
  settled(): Promise<void>;
}

/** Disabled functions and those that cannot run have no trigger. */
export async function startTriggers(options: TriggerOptions): Promise<Triggers> {
  const { dispatcher, emit, leaseSeconds } = options;
  const listeners: (QueueListener | TimerListener)[] = [];
  for (const fn of options.functions) {
    const { trigger } = fn;
    if (fn.disabled) continue;
    if (trigger?.kind === 'queue')
      listeners.push(new QueueListener({ fn, trigger, config: options.queues, leaseSeconds, dispatcher, emit }));
    if (trigger?.kind === 'timer' && options.timers)
      listeners.push(new TimerListener({ fn, trigger, monitor: options.monitorOf(fn), dispatcher, emit }));
  }
  await Promise.all(listeners.map((listener) => listener.start()));
  return {
    async stop() {
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
    async settled() {
      await Promise.all(listeners.map((listener) => listener.settled()));
    },
  };
}
