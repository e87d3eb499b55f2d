/** Hunting queries run over made-up rows of the tables that they read, and not only over nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCatalogue } from '../../../../infra/local/workspace/catalogue';
import { generateRows } from '../../../../infra/local/workspace/generate';
import { huntingQueries, TABLES } from '../../../bench/kql/queries';
import { type BenchWorkspace, openBenchWorkspace } from '../../../bench/kql/workspace';

const END = new Date('2026-03-02T10:00:00Z');
const ROWS = 60;
const QUERIES = 120;

let workspace: BenchWorkspace;
beforeAll(async () => {
  workspace = await openBenchWorkspace('1GB');
  for (const name of TABLES) await fill(name);
});
afterAll(() => workspace.close());

async function fill(name: string): Promise<void> {
  const table = await workspace.tables.ensure(name, [], false);
  const next = generateRows(name, workspace.tables.queryColumns(table), { seed: 'hunting', end: END });
  const written = await workspace.writer.write(
    table,
    Buffer.from(JSON.stringify(Array.from({ length: ROWS }, next))),
    'asGiven',
  );
  expect([name, written.rows, written.droppedColumns]).toEqual([name, ROWS, []]);
}

test('every column of a filled table holds values of its type', async () => {
  for (const name of TABLES) {
    const columns = loadCatalogue().columns(name) ?? [];
    const typed = columns.filter(({ name: own }) => !/^_|^(?:TenantId|Type|SourceSystem)$/.test(own));
    const counts = typed.map(({ name: own }, index) => `c${index} = countif(isnotempty(['${own}']))`);
    const [row = []] = await workspace.run(`${name} | summarize ${counts.join(', ')}`, END);
    const empty = typed.filter((_, index) => Number(row[index]) < ROWS / 2).map(({ name: own }) => own);
    expect([name, empty]).toEqual([name, []]);
  }
});

test('queries of many forms run, and find something', async () => {
  let found = 0;
  for (const query of huntingQueries(QUERIES)) {
    const rows = await workspace.run(query, END).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${query}`);
    });
    if (rows.length > 0) found++;
  }
  expect(found).toBeGreaterThan(QUERIES / 4);
});

test.each([
  [
    'SigninLogs | where ResultType in ("50126", "50053") | summarize n = count() by UserPrincipalName | where n > 1 | count',
    1,
  ],
  [
    'DeviceProcessEvents | where ProcessCommandLine has_any ("whoami", "-enc") | join kind=inner (DeviceNetworkEvents | where RemotePort == 443) on DeviceName | take 1',
    1,
  ],
  [
    'SecurityEvent | where EventID == 4625 | extend Host = tostring(split(Computer, ".")[0]) | summarize make_set(Host)',
    1,
  ],
  ['union withsource=Source DeviceFileEvents, DeviceLogonEvents | summarize n = count() by Source', 2],
  [
    'CommonSecurityLog | make-series n=count() on TimeGenerated from ago(1d) to now() step 6h | mv-expand n to typeof(long) | summarize total = sum(n) | where total > 50',
    1,
  ],
])('%s', async (query, rows) => {
  expect((await workspace.run(query, END)).length).toBe(rows);
});

test('rows are the same for a table and a seed, and others for another', () => {
  const columns = loadCatalogue().columns('SigninLogs') ?? [];
  const rows = (seed: string) => Array.from({ length: 3 }, generateRows('SigninLogs', columns, { seed, end: END }));
  expect(rows('a')).toEqual(rows('a'));
  expect(rows('a')).not.toEqual(rows('b'));
});
