/**
 * Timer schedules: NCRONTAB with six fields (second first) or five, or a time span. Times are UTC. In NCRONTAB day of month
 * and day of week must both match, Sunday is 0, and there is no L, W, # or ?.
 */
import { Cron } from 'croner';
import { FlowtrapError } from '../../../../shared/errors';
import { parseTimeSpan } from './timeSpan';

export interface Schedule {
  /** The first occurrence after a time. */
  next(after: Date): Date;
  /** False for time spans; handlers get it as schedule.adjustForDST. */
  readonly adjustForDst: boolean;
  /** The shortest gap of the next occurrences, in milliseconds: below a minute the host keeps no state of a timer. */
  shortestGap(from: Date): number;
}

/** Digits, signs and English three-letter names: no L, W, # or ?. */
const FIELD = /^(?:[\d*,\-/]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)+$/i;
const SUNDAY_AS_SEVEN = /(?<![\d/])7(?!\d)/;

/** @throws FlowtrapError `configuration` when the text is neither. */
export function parseSchedule(text: string): Schedule {
  const span = parseTimeSpan(text);
  if (span !== undefined) {
    if (span <= 0) throw unrecognized(text);
    return {
      next: (after) => new Date(after.getTime() + span),
      adjustForDst: false,
      shortestGap: () => span,
    };
  }
  const cron = parseCron(text);
  const next = (after: Date): Date => {
    const found = cron.nextRun(after);
    if (!found) throw unrecognized(text);
    return found;
  };
  return {
    next,
    adjustForDst: true,
    shortestGap(from) {
      const runs = cron.nextRuns(6, from).map((run) => run.getTime());
      return Math.min(...runs.slice(1).map((run, index) => run - (runs[index] ?? 0)));
    },
  };
}

function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  const dayOfWeek = fields.at(-1) ?? '';
  if ((fields.length !== 5 && fields.length !== 6) || !fields.every((field) => FIELD.test(field)))
    throw unrecognized(text);
  if (SUNDAY_AS_SEVEN.test(dayOfWeek)) throw unrecognized(text);
  try {
    const cron = new Cron(fields.join(' '), {
      paused: true,
      timezone: 'UTC',
      domAndDow: true,
      sloppyRanges: true,
      mode: '5-or-6-parts',
    });
    if (cron.nextRun()) return cron;
  } catch {
    // Said below, with the text.
  }
  throw unrecognized(text);
}

function unrecognized(text: string): FlowtrapError {
  return new FlowtrapError('configuration', `the schedule expression '${text}' was not recognized.`, {
    fix: 'Write NCRONTAB with six fields, such as 0 */5 * * * *, or a time span such as 00:05:00.',
  });
}
