/**
 * From raw text to serialized rows in an upload batch, 60,000 flows or 20,000 lines a round. The bars (docs/adding-a-source.md)
 * are per second of CPU: run it on a quiet machine and divide the count by the mean. Half of the peers' addresses never come
 * back, as in a scan.
 */
import { bench, describe } from 'vitest';
import { RowBatch } from '../../shared/rowBatch';
import { open } from '../shared/sources/normalizing';
import { awsLog, flowLog, panOsLog } from './flowLogContent';

const CHUNK = 1024 * 1024;

/** Normalizes a content into batches that are thrown away, as the pipeline fills them. */
export function run(content: Buffer, source: string): number {
  const normalizer = open({ source });
  const batch = new RowBatch();
  let sessions = 0;
  for (let from = 0; from < content.length; from += CHUNK) {
    for (const outcome of normalizer.feed(content.subarray(from, from + CHUNK))) {
      if (outcome.kind !== 'session') continue;
      sessions++;
      if (!batch.add(outcome.row)) {
        batch.clear();
        batch.add(outcome.row);
      }
    }
  }
  return sessions;
}

const CONTENTS = [
  ['azureVnet', 'flows', 60_000, () => flowLog(60_000, 'vnet')],
  ['azureNsg', 'flows', 60_000, () => flowLog(60_000, 'nsg')],
  ['awsVpc', 'flows', 60_000, () => awsLog(60_000)],
  ['paloAltoPanOs', 'lines', 20_000, () => panOsLog(20_000)],
] as const;

for (const [source, unit, count, make] of CONTENTS) {
  describe(`${source}: raw text to serialized rows`, () => {
    const content = Buffer.from(make());
    bench(`${count.toLocaleString('en-US')} ${unit}`, () => {
      const sessions = run(content, source);
      if (sessions !== count) throw new Error(`${sessions} sessions of ${count}`);
    });
  });
}
