/**
 * Fires one timer function, as the timer extension does: never two runs at once, ticks missed during a run collapse to one,
 * and with a monitor exactly one past-due run makes up for ticks missed while the host was down.
 */
import { describeError } from '../../../../shared/errors';
import type { Emit } from '../contract';
import type { Dispatcher, Event } from '../dispatcher';
import type { IndexedFunction, TimerTrigger } from '../functionIndex';
import { InvocationError } from '../invocationError';
import { formatTime } from './dotnetTime';
import type { TimerMonitor, TimerStatus } from './monitor';

/** Node's timers are cut in pieces, so that a machine that slept wakes to the right time. */
const LONGEST_WAIT_MS = 30_000;
const MINUTE_MS = 60_000;
/** The real host's stored times are finer than ours. */
const SAME_MS = 1000;

export interface TimerListenerOptions {
  readonly fn: IndexedFunction;
  readonly trigger: TimerTrigger;
  /** Undefined: without a storage account. */
  readonly monitor: TimerMonitor | undefined;
  readonly dispatcher: Dispatcher;
  readonly emit: Emit;
}

/** Whether a timer's runs are remembered: not when it fires more often than once a minute. */
export function isMonitored(trigger: TimerTrigger, now = new Date()): boolean {
  return trigger.useMonitor && trigger.schedule.shortestGap(now) >= MINUTE_MS;
}

/** The input of a timer function; the library turns the names to lower case. */
export function timerEvent(
  trigger: TimerTrigger,
  status: TimerStatus | undefined,
  isPastDue: boolean,
  by: Event['trigger'],
): Event {
  const scheduleStatus = status && {
    Last: formatTime(status.last),
    Next: formatTime(status.next),
    LastUpdated: formatTime(status.lastUpdated),
  };
  const input = {
    Schedule: { AdjustForDST: trigger.schedule.adjustForDst },
    ScheduleStatus: scheduleStatus ?? null,
    IsPastDue: isPastDue,
  };
  return { trigger: by, data: { json: JSON.stringify(input) } };
}

export class TimerListener {
  #status: TimerStatus | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(private readonly options: TimerListenerOptions) {}

  /** Resolves when its stored status is read, or a first one is stored; it fires from then on. */
  async start(): Promise<void> {
    const now = new Date();
    const pastDue = await this.#recall(now);
    this.#ended = this.#loop(now, pastDue).catch((error: unknown) =>
      this.#log(`The timer has stopped: ${describeError(error)}`),
    );
  }

  /** Fires no more; a run in progress goes on. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** When no run is in progress any more and the last one is stored. */
  settled(): Promise<void> {
    return this.#ended;
  }

  async #loop(now: Date, pastDue: boolean): Promise<void> {
    const { trigger } = this.options;
    let due = this.#status?.next ?? trigger.schedule.next(now);
    if (pastDue || trigger.runOnStartup) due = await this.#run(new Date(), pastDue);
    while (!this.#stopped) {
      if (!(await this.#until(due))) return;
      // Never before its tick, by however little a timer fires early: else the next one would be the same tick again.
      due = await this.#run(new Date(Math.max(Date.now(), due.getTime())), false);
    }
  }

  /** Reads the stored status, or stores a first one; tells whether a run is past due. */
  async #recall(now: Date): Promise<boolean> {
    const { monitor, trigger } = this.options;
    if (!monitor || !isMonitored(trigger, now)) return false;
    const { schedule } = trigger;
    try {
      const stored = await monitor.read();
      const since = stored?.lastUpdated ?? stored?.last;
      const expected = stored && since && schedule.next(since);
      if (stored && expected && Math.abs(expected.getTime() - stored.next.getTime()) <= SAME_MS) {
        this.#status = stored;
        return now > stored.next;
      }
      // A changed schedule makes no past-due run.
      const next = schedule.next(now);
      this.#status = { last: stored?.last, next, lastUpdated: stored?.lastUpdated };
      await monitor.write({ last: stored?.last, next, lastUpdated: now });
    } catch (error) {
      this.#log(`The timer's stored status cannot be used: ${describeError(error)}`);
      this.#status = { last: undefined, next: schedule.next(now), lastUpdated: undefined };
    }
    return false;
  }

  /** Runs the function and gives the next due time, which may have passed already. */
  async #run(start: Date, isPastDue: boolean): Promise<Date> {
    const { fn, trigger, dispatcher, monitor } = this.options;
    const next = trigger.schedule.next(start);
    try {
      await dispatcher.run(fn, timerEvent(trigger, this.#status, isPastDue, 'timer'));
    } catch (error) {
      // Reported by the dispatcher. A failed run is not repeated; one that was cut is, past due, by the next host.
      if (error instanceof InvocationError && error.kind === 'closed') return next;
    }
    if (this.#status) {
      this.#status = { last: start, next, lastUpdated: start };
      await monitor?.write(this.#status).catch((error: unknown) => {
        this.#log(`The timer's status cannot be stored: ${describeError(error)}`);
      });
    }
    return next;
  }

  /** Whether the time came (and not the stop). */
  async #until(due: Date): Promise<boolean> {
    for (;;) {
      if (this.#stopped) return false;
      const left = due.getTime() - Date.now();
      if (left <= 0) return true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, LONGEST_WAIT_MS));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #log(message: string): void {
    this.options.emit({ type: 'log', level: 'error', function: this.options.fn.name, message });
  }
}
