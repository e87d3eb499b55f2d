/** What a stack's folder remembers from its first start, so that later starts continue instead of beginning again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUR, MINUTE } from '../../../shared/duration';

export interface StackHistory {
  /** Seed of the sample traffic and indicators. */
  readonly seed: number;
  /** End of the window that the sample traffic lies in: the newest one that was closed at the first start. */
  readonly windowEnd: string;
  /** Nothing before this is swept or evaluated. */
  readonly flowStart: string;
  readonly samplesUploaded: boolean;
}

const SEED = 20260302;
/** shared/settings.ts, DETECT_DELAY: how long after its end a window is closed. */
const DETECT_DELAY = 15 * MINUTE;

export function readHistory(folder: string, now: Date): StackHistory {
  const path = join(folder, 'history.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as StackHistory;
  const windowEnd = Math.floor((now.getTime() - DETECT_DELAY) / HOUR) * HOUR;
  return {
    seed: SEED,
    windowEnd: new Date(windowEnd).toISOString(),
    flowStart: new Date(windowEnd - HOUR).toISOString(),
    samplesUploaded: false,
  };
}

export function writeHistory(folder: string, history: StackHistory): void {
  writeFileSync(join(folder, 'history.json'), `${JSON.stringify(history, null, 2)}\n`);
}
