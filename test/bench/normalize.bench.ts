/**
 * From raw text to serialized rows in an upload batch, for every source: `npm run bench -- normalize`. Prints a line a content, by the second
 * of CPU; half of the peers' addresses in the big ones never come back, as in a scan.
 */
import { bench, describe } from 'vitest';
import { allSceneContents, bigContents, type Content } from './normalize/contents';
import { measure } from './normalize/measure';

const ONCE = { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 };

describe('normalizing', () => {
  bench('flow logs and firewall lines', async () => report(bigContents()), ONCE);
  bench('the scene of every source', async () => report(allSceneContents()), ONCE);
});

function report(contents: readonly Content[]): void {
  const width = Math.max(...contents.map(({ name }) => name.length));
  for (const content of contents) {
    const { bar } = content;
    const figure = measure(content);
    const reached = bar.unit === 'MB' ? figure.megabytesPerSecond : figure.recordsPerSecond;
    const share = `${figure.sessions.toLocaleString('en-US')} sessions of ${figure.records.toLocaleString('en-US')}`;
    const parts = [
      reached >= bar.least ? 'met   ' : 'MISSED',
      content.name.padEnd(width),
      `${Math.round(figure.recordsPerSecond).toLocaleString('en-US').padStart(9)} records`,
      `${figure.megabytesPerSecond.toFixed(0).padStart(5)} MB`,
      `bar ${bar.least.toLocaleString('en-US')} ${bar.unit}`,
      share,
    ];
    process.stdout.write(`${parts.join('  ')}\n`);
  }
}
