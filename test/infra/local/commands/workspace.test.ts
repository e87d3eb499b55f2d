/** Commands over the tables, functions and watchlists of a workspace, without a running stack. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from '../../../../infra/local/commands/command';
import { ingest } from '../../../../infra/local/commands/ingest';
import { query } from '../../../../infra/local/commands/query';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'flowtrap-workspace-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function run(command: Command, ...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([stdout, stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()));
  const code = await command.run(argv, { stdin: Readable.from(['']), stdout, stderr, env: {}, cwd }).finally(() => {
    stdout.end();
    stderr.end();
  });
  const [out = '', err = ''] = await texts;
  return { code, out, err };
}

function write(path: string, content: string): void {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

test('an export of the portal goes into the table that it came from', async () => {
  write(
    'signIns.csv',
    'TenantId,"TimeGenerated [UTC]",UserPrincipalName,ResultType,LocationDetails,"CreatedDateTime [UTC]",Type\r\n' +
      '5f0c9d52-5d0b-4c46-9b5a-2f6c1f0a7e11,"3/2/2026, 1:02:03.456 PM",ann@contoso.com,50126,"{""city"":""Bonn""}","3/2/2026, 1:02:00.000 PM",SigninLogs\r\n',
  );
  const stored = await run(ingest, '--table', 'SigninLogs', 'signIns.csv');
  expect([stored.code, stored.out]).toEqual([0, '1 rows into SigninLogs\n']);
  expect(stored.err).toBe('');
  const kql =
    'SigninLogs | project TimeGenerated, UserPrincipalName, ResultType, City = tostring(LocationDetails.city), CreatedDateTime, Type';
  expect((await run(query, kql, '--format', 'csv')).out).toBe(
    'TimeGenerated,UserPrincipalName,ResultType,City,CreatedDateTime,Type\r\n' +
      '2026-03-02T13:02:03.4560000Z,ann@contoso.com,50126,Bonn,2026-03-02T13:02:00.0000000Z,SigninLogs\r\n',
  );
});

test('rows are made up for a table that is there, the same for a seed', async () => {
  expect((await run(ingest, '--table', 'CommonSecurityLog', '--generate', '50')).out).toBe(
    '50 made-up rows into CommonSecurityLog\n',
  );
  const kql =
    'CommonSecurityLog | where TimeGenerated > ago(25h) and isnotempty(DeviceVendor) | summarize n = count() | project Many = n > 30';
  expect((await run(query, kql, '--format', 'csv')).out).toBe('Many\r\ntrue\r\n');
  await expect(run(ingest, '--table', 'NoSuchTable_CL', '--generate', '5')).rejects.toThrow(/NoSuchTable_CL/);
  await expect(run(ingest, '--table', 'CommonSecurityLog', '--generate', '0')).rejects.toThrow(/--generate/);
});

test('functions and watchlists come from the folder workspace and from those that are named', async () => {
  write('workspace/functions/Vips.yaml', "FunctionName: Vips\nFunctionQuery: _GetWatchlist('Vips') | project User\n");
  write('workspace/watchlists/Vips.csv', 'User\nann@contoso.com\n');
  write('more/Failures.kql', 'SigninLogs | where ResultType != "0" and UserPrincipalName in (Vips)');
  write('more/broken.yaml', ':\n  - [');
  const found = await run(query, 'Failures | project UserPrincipalName', '--functions', 'more', '--format', 'csv');
  expect([found.code, found.out]).toEqual([0, 'UserPrincipalName\r\nann@contoso.com\r\n']);
  expect(found.err).toMatch(/^Left out: .*broken\.yaml/);
  await expect(run(query, 'print 1', '--functions', 'nowhere')).rejects.toThrow(/--functions/);
});
