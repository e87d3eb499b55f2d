/**
 * The embedded KQL engine beside its bars: `npm run bench -- kql`. Prints a line for each figure. Takes some minutes, 3 GB of disk and
 * 6 GB of memory; run it on a quiet machine.
 */
import { bench, describe } from 'vitest';
import { measureAnalysis } from './kql/analysis';
import { measureIngestion } from './kql/ingestion';
import { measureRules } from './kql/rules';
import { measureUnifying } from './kql/unifying';

const ONCE = { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 };

describe('KQL', () => {
  bench(
    'a thousand hunting queries to SQL',
    async () => {
      const { median, p95 } = await measureAnalysis(1000);
      const figure = `p95 ${p95.toFixed(0)} ms (median ${median.toFixed(0)} ms)`;
      report('analysis and translation of a thousand queries', figure, p95 < 300, 'p95 300 ms');
    },
    ONCE,
  );
  bench(
    'a unifying function over 40 sources',
    async () => {
      const { first, again, other } = await measureUnifying();
      const figure = `${other.toFixed(0)} ms (the first time ${first.toFixed(0)} ms, the same query again ${again.toFixed(0)} ms)`;
      report('another query over a unifying function of 40 sources', figure, other < 1000, '1000 ms');
    },
    ONCE,
  );
  bench(
    'ingestion into a file',
    async () => {
      for (const { name, rowsPerSecond, bar } of await measureIngestion()) {
        report(name, `${Math.round(rowsPerSecond)} rows a second`, rowsPerSecond >= bar, `${bar}`);
      }
    },
    ONCE,
  );
  bench(
    'the two rules over 10 million sessions and 200,000 indicators, beside SQL by hand',
    async () => {
      for (const { name, rows, translated, byHand, ratio, bar } of await measureRules()) {
        const times = `${translated.toFixed(0)} ms, by hand ${byHand.toFixed(0)} ms, ${rows} rows`;
        report(name, `${ratio.toFixed(2)} times (${times})`, ratio <= bar, `${bar} times`);
      }
    },
    ONCE,
  );
});

function report(what: string, figure: string, isMet: boolean, bar: string): void {
  process.stdout.write(`${isMet ? 'met   ' : 'MISSED'}  ${what}: ${figure}; bar ${bar}\n`);
}
