/** Memory stays bounded whatever the blob's size: measured in a process of its own, on the built product. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '../..');
const run = promisify(execFile);

interface Measured {
  readonly records: number;
  readonly sessions: number;
  readonly problems: readonly unknown[];
  readonly peakMegabytes: number;
}

async function measure(shape: string, megabytes: number): Promise<Measured> {
  expect(existsSync(join(ROOT, 'dist/shared/flows/normalize.js')), 'run `npm run build` first').toBe(true);
  const { stdout } = await run(process.execPath, [join(__dirname, 'memory.cjs'), shape, String(megabytes)]);
  return JSON.parse(stdout) as Measured;
}

describe('normalizing a large blob takes less than 300 MB of memory', () => {
  // The whole 300 MB: `node test/bench/memory.cjs vnet 300`.
  it.each([
    ['vnet', 60],
    ['single', 50],
  ])('%s, %i MB', { timeout: 300_000 }, async (shape, megabytes) => {
    const measured = await measure(shape, megabytes);
    expect(measured.problems).toEqual([]);
    expect(measured.records).toBeGreaterThan(megabytes * 10_000);
    expect(measured.sessions).toBe(measured.records);
    expect(measured.peakMegabytes).toBeLessThan(300);
  });
});
