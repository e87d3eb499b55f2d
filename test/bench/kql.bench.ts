/**
 * The embedded KQL engine beside its bars (docs/kql.md): `npm run bench -- kql`. Prints a line for each figure. Takes some minutes, 3 GB
 * of disk and 6 GB of memory; run it on a quiet machine.
 */
import { bench, describe } from 'vitest';
import { measureRules } from './kql/rules';

const ONCE = { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 };

describe('KQL', () => {
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
