/** Times normalizing by the CPU that it takes, so that a busy machine shows the same. */
import { RowBatch } from '../../../shared/rowBatch';
import { open } from '../../shared/sources/normalizing';
import type { Content } from './contents';

const CHUNK = 1024 * 1024;
/** Until the code is compiled. */
const WARM_UP_SECONDS = 0.7;
const ROUNDS = 7;

export interface Figure {
  readonly records: number;
  readonly sessions: number;
  /** Median of the rounds, per second of CPU. */
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
}

/** From raw bytes to serialized rows in upload batches that are thrown away, as the pipeline fills them. */
function run({ bytes, container, path, source }: Content): { records: number; sessions: number } {
  const normalizer = open({ container, name: path, ...(source !== undefined && { source }) });
  const batch = new RowBatch();
  let records = 0;
  let sessions = 0;
  const take = (outcomes: Iterable<{ kind: string; row?: string }>): void => {
    for (const { kind, row } of outcomes) {
      records++;
      if (kind !== 'session' || row === undefined) continue;
      sessions++;
      if (batch.add(row)) continue;
      batch.clear();
      batch.add(row);
    }
  };
  for (let from = 0; from < bytes.length; from += CHUNK) take(normalizer.feed(bytes.subarray(from, from + CHUNK)));
  take(normalizer.end(true));
  return { records, sessions };
}

function seconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

export function measure(content: Content): Figure {
  const warm = process.cpuUsage();
  let counts = run(content);
  while (seconds(warm) < WARM_UP_SECONDS) counts = run(content);
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    run(content);
    return seconds(start);
  }).sort((a, b) => a - b);
  const median = times[Math.floor(ROUNDS / 2)] as number;
  return {
    ...counts,
    recordsPerSecond: counts.records / median,
    megabytesPerSecond: content.bytes.length / 1e6 / median,
  };
}
