/** The settings that a running service can be given: its clock, and what it does with event times. */
import { FlowtrapError } from '../../../shared/errors';
import type { ServiceSettings } from './options';

export interface Settings {
  now(): Date;
  readonly visibleAfterMs: number;
  readonly keepEventTimes: boolean;
  readonly datedTables: ReadonlyMap<string, Date>;
  /** @throws FlowtrapError `malformed` naming the setting; then nothing has changed. */
  change(settings: ServiceSettings): void;
}

const MAX_DELAY = 7 * 24 * 3600 * 1000;

export function createSettings(initial: ServiceSettings = {}): Settings {
  let clock: Date | undefined;
  let visibleAfterMs = 0;
  let keepEventTimes = false;
  let datedTables: ReadonlyMap<string, Date> = new Map();
  const settings: Settings = {
    now: () => clock ?? new Date(),
    get visibleAfterMs() {
      return visibleAfterMs;
    },
    get keepEventTimes() {
      return keepEventTimes;
    },
    get datedTables() {
      return datedTables;
    },
    change(next) {
      const nextClock = next.clock === undefined ? clock : next.clock === null ? undefined : time('clock', next.clock);
      const nextDelay = next.visibleAfterMs ?? visibleAfterMs;
      if (!Number.isInteger(nextDelay) || nextDelay < 0 || nextDelay > MAX_DELAY) {
        throw malformed('visibleAfterMs', `a whole number of milliseconds from 0 to ${MAX_DELAY}`);
      }
      const nextKeep: unknown = next.keepEventTimes ?? keepEventTimes;
      if (typeof nextKeep !== 'boolean') throw malformed('keepEventTimes', 'true or false');
      const nextDated =
        next.datedTables === undefined
          ? datedTables
          : new Map(Object.entries(next.datedTables).map(([table, at]) => [table, time(`datedTables.${table}`, at)]));
      clock = nextClock;
      visibleAfterMs = nextDelay;
      keepEventTimes = nextKeep;
      datedTables = nextDated;
    },
  };
  settings.change(initial);
  return settings;
}

function time(name: string, text: unknown): Date {
  const date = new Date(typeof text === 'string' && /^\d{4}-\d\d-\d\dT/.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime())) throw malformed(name, 'an ISO 8601 time such as 2026-03-02T10:15:00Z');
  return date;
}

function malformed(name: string, form: string): FlowtrapError {
  return new FlowtrapError('malformed', `it must be ${form}.`, { subject: name });
}
