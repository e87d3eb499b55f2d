/** Five queries run at once, 200 wait in line for at most three minutes; the next one is turned away (service limits). */
import { QueryError } from './queryFault';

export interface SlotLimits {
  readonly running: number;
  readonly queued: number;
  readonly waitMs: number;
}

export const SERVICE_SLOTS: SlotLimits = { running: 5, queued: 200, waitMs: 180_000 };

export interface Slots {
  /**
   * Waits for a free slot.
   * @returns gives it back.
   * @throws QueryError `throttled`.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(limits: SlotLimits): Slots {
  let running = 0;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };
  const once = (): (() => void) => {
    let released = false;
    return () => {
      if (!released) release();
      released = true;
    };
  };
  return {
    async take(signal) {
      if (running < limits.running) {
        running++;
        return once();
      }
      if (waiting.length >= limits.queued) throw throttled(`${limits.queued} queries wait already.`);
      await new Promise<void>((resolve, reject) => {
        const leave = (error: Error): void => {
          const at = waiting.indexOf(admit);
          if (at >= 0) waiting.splice(at, 1);
          done();
          reject(error);
        };
        const timer = setTimeout(() => leave(throttled('The query waited too long for its turn.')), limits.waitMs);
        const onAbort = (): void =>
          leave(new QueryError({ kind: 'timeout', message: 'The query was given up while it waited.' }));
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const admit = (): void => {
          done();
          resolve();
        };
        waiting.push(admit);
        signal.addEventListener('abort', onAbort);
      });
      return once();
    },
  };
}

function throttled(why: string): QueryError {
  return new QueryError({ kind: 'throttled', message: `Too many queries at once: ${why}` });
}
