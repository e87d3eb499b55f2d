import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../../../infra/local/commands/command';
import { ingest } from '../../../../infra/local/commands/ingest';
import { pointAt, query } from '../../../../infra/local/commands/query';
import { NETWORK_SESSION_TABLE } from '../../../../shared/asim/networkSessionTable';
import { ADMIN_KEY, startTestService, type TestService, WORKSPACE } from '../logAnalytics/service';

let cwd: string;
let service: TestService;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'flowtrap-query-'));
  service = await startTestService({ tables: [NETWORK_SESSION_TABLE], tokenCheck: 'audience' });
  mkdirSync(join(cwd, '.flowtrap'));
  const stack = {
    pid: process.pid,
    logAnalyticsUrl: service.url,
    logAnalyticsAdminKey: ADMIN_KEY,
    workspaceId: WORKSPACE,
  };
  writeFileSync(join(cwd, '.flowtrap/stack.json'), JSON.stringify(stack));
});
afterAll(async () => {
  await service.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function run(command: Command, argv: readonly string[], stdin = '', folder = cwd) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([stdout, stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()));
  const code = await command
    .run(argv, { stdin: Readable.from([stdin]), stdout, stderr, env: {}, cwd: folder })
    .finally(() => {
      stdout.end();
      stderr.end();
    });
  const [out = '', err = ''] = await texts;
  return { code, out, err };
}

function file(name: string, content: string): string {
  writeFileSync(join(cwd, name), content);
  return name;
}

describe('flowtrap ingest and flowtrap query, beside a running stack', () => {
  it('make a table of a CSV file, and show it as a table, JSON and CSV', async () => {
    const csv = file(
      'hosts.csv',
      'TimeGenerated [UTC],Host Name,Port,Load,Up,Note\r\n' +
        '"11/22/2026, 9:03:04.123 AM",web-1,443,0.5,true,"says ""hi"", twice\nover"\r\n' +
        '"11/22/2026, 12:00:00 PM",db-1,5432,12,false,\u001b[31mred\r\n',
    );
    const stored = await run(ingest, ['--table', 'Hosts_CL', csv]);
    expect([stored.code, stored.err]).toEqual([0, '']);
    expect(stored.out).toBe(
      '2 rows into Hosts_CL (new: TimeGenerated:datetime, Host_Name:string, Port:long, Load:real, Up:bool, Note:string)\n',
    );
    const kql = 'Hosts_CL | project TimeGenerated, Host_Name, Port, Load, Up, Note | order by Port asc';
    const shown = await run(query, [kql]);
    expect(shown).toEqual({
      code: 0,
      err: '',
      out: [
        'TimeGenerated                 Host_Name  Port  Load  Up     Note',
        '2026-11-22T09:03:04.1230000Z  web-1       443   0.5  true   says "hi", twice\\nover',
        '2026-11-22T12:00:00.0000000Z  db-1       5432    12  false  \\u001b[31mred',
        '',
        '2 rows',
        '',
      ].join('\n'),
    });
    const csvAgain = await run(query, ['--format', 'csv', kql]);
    expect(csvAgain.out).toBe(
      'TimeGenerated,Host_Name,Port,Load,Up,Note\r\n' +
        '2026-11-22T09:03:04.1230000Z,web-1,443,0.5,true,"says ""hi"", twice\nover"\r\n' +
        '2026-11-22T12:00:00.0000000Z,db-1,5432,12,false,\u001b[31mred\r\n',
    );
    const json = await run(query, ['-', '--format=json'], `${kql} | project Host_Name, Port`);
    expect(JSON.parse(json.out)).toEqual([
      { Host_Name: 'web-1', Port: 443 },
      { Host_Name: 'db-1', Port: 5432 },
    ]);
  });

  it('read JSON and JSON lines, whatever the file is called; one bad line does not stop the others', async () => {
    const lines = file('events.json', '{"Id":1,"Bag":{"a":[1]}}\nnot json\n\n{"Id":2,"Late":"x\u2028y"}\r\n[3]');
    const first = await run(ingest, ['--table', 'Events_CL', lines]);
    expect([first.code, first.out]).toEqual([1, '2 rows into Events_CL (new: Id:long, Bag:dynamic, Late:string)\n']);
    expect(first.err).toContain('events.json:2: ');
    expect(first.err).toContain('events.json:5: no object; left out.');
    const array = file('more.json', ' [{"Id":3,"Other":true},{"Id":4}]');
    const second = await run(ingest, ['--table', 'Events_CL', array]);
    expect([second.code, second.out]).toEqual([0, '2 rows into Events_CL\n']);
    const { out } = await run(query, [
      'Events_CL | project Id, Bag, Late, Other | order by Id asc',
      '--format',
      'json',
    ]);
    expect(JSON.parse(out)).toEqual([
      { Id: 1, Bag: { a: [1] }, Late: '', Other: null },
      { Id: 2, Bag: null, Late: 'x\u2028y', Other: null },
      { Id: 3, Bag: null, Late: '', Other: true },
      { Id: 4, Bag: null, Late: '', Other: null },
    ]);
  });

  it('fill the tables that are there by their types, and name what they have no column for', async () => {
    const csv = file(
      'sessions.csv',
      'TimeGenerated,SrcIpAddr,SrcPortNumber,AdditionalFields,Colour\n2020-01-02T03:04:05Z,192.0.2.7,12,"{""a"":1}",blue\n',
    );
    const { code, err } = await run(ingest, ['--table', 'ASimNetworkSessionLogs', csv]);
    expect([code, err]).toEqual([0, 'The table has no column for: Colour. Their values were dropped.\n']);
    const kql = 'ASimNetworkSessionLogs | project TimeGenerated, SrcIpAddr, SrcPortNumber, AdditionalFields';
    expect(JSON.parse((await run(query, [kql, '--format', 'json'])).out)).toEqual([
      {
        TimeGenerated: '2020-01-02T03:04:05.0000000Z',
        SrcIpAddr: '192.0.2.7',
        SrcPortNumber: 12,
        AdditionalFields: { a: 1 },
      },
    ]);
    expect((await run(query, [kql, '--timespan', 'P1D'])).out).toContain('\n0 rows\n');
    expect((await run(query, [kql, '--timespan', '2020-01-01/P7D'])).out).toContain('\n1 row\n');
  });

  it('point at what is wrong with a query', async () => {
    const { code, out, err } = await run(query, ['ASimNetworkSessionLogs\n| where SrcIpAdr == "x"']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('SrcIpAdr');
    expect(err).toContain('\n2 | | where SrcIpAdr == "x"\n            ^^^^^^^^\n');
  });

  it('refuse a call that is none', async () => {
    await expect(run(query, [])).rejects.toThrow('give the query as one argument');
    await expect(run(query, ['a', 'b'])).rejects.toThrow('give the query as one argument');
    await expect(run(query, ['T', '--format', 'xml'])).rejects.toThrow('"xml" is none of table, json, csv');
    await expect(run(query, ['T', '--colour'])).rejects.toThrow('--colour');
    await expect(run(ingest, ['--table', 'T_CL'])).rejects.toThrow('give --table NAME and one file');
    await expect(run(ingest, ['--table', 'T_CL', 'nowhere.csv'])).rejects.toThrow('nowhere.csv: there is no such file');
    await expect(run(ingest, ['--table', 'T"CL', file('x.csv', 'a\n1\n')])).rejects.toThrow('a table name has letters');
    await expect(run(ingest, ['--table', 'T_CL', file('open.csv', 'a,b\n1,"2\n')])).rejects.toThrow(
      'line 2: a quoted field does not end',
    );
    await expect(run(ingest, ['--table', 'T_CL', file('empty.csv', 'a,b\n')])).rejects.toThrow('there is no row in it');
    await expect(run(ingest, ['--table', 'T_CL', file('broken.json', '[{"a":1}')])).rejects.toThrow('it is not JSON');
    for (const command of [query, ingest]) {
      const { code, out } = await run(command, ['--help']);
      expect([code, out.startsWith(`usage: flowtrap ${command.name}`)]).toEqual([0, true]);
    }
  });
});

describe('without a stack', () => {
  it('they run a service of their own on the same database, one after the other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flowtrap-alone-'));
    writeFileSync(join(folder, 'rows.jsonl'), '{"Name":"alone"}\n');
    expect((await run(ingest, ['--table', 'Kept_CL', 'rows.jsonl'], '', folder)).code).toBe(0);
    const { code, out } = await run(query, ['Kept_CL | project Name', '--format', 'csv'], '', folder);
    expect([code, out]).toEqual([0, 'Name\r\nalone\r\n']);
    expect(existsSync(join(folder, '.flowtrap/lock'))).toBe(false);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('pointAt', () => {
  it('puts the caret under the place', () => {
    expect(pointAt('T\n\t| wher x', { line: 2, column: 4, text: 'wher' })).toBe('\n2 | \t| wher x\n    \t  ^^^^\n');
    expect(pointAt('T |', { line: 1, column: 4, text: '' })).toBe('\n1 | T |\n       ^\n');
    expect(pointAt('T', { line: 0, column: 1, text: '' })).toBe('');
    expect(pointAt('T', { line: 5, column: 1, text: '' })).toBe('');
  });
});
