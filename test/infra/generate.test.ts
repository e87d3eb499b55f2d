/** The generated files are as the code says, and a stale one is noticed. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GENERATED, staleFiles } from '../../infra/generate/files';
import { kqlPage } from '../../infra/generate/kqlPage';
import { localSettingsSample } from '../../infra/generate/localSettings';
import { settingsPage } from '../../infra/generate/settingsPage';
import { streamsJson, TABLES } from '../../infra/generate/streams';
import { DIFFERENCES } from '../../infra/local/kql/functions/known';
import { readConfig } from '../../shared/config';
import { builtInNames } from '../../shared/kql/language';
import type { TableDefinition } from '../../shared/tableDefinition';

const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowtrap-generate-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('generated files', () => {
  it('are up to date (run `npm run generate` when not)', () => {
    expect(staleFiles(ROOT).map(({ path }) => path)).toEqual([]);
  });

  it('are noticed when missing or changed', () => {
    expect(staleFiles(folder).map(({ path }) => path)).toEqual(Object.keys(GENERATED));
    for (const path of Object.keys(GENERATED)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(ROOT, path), join(folder, path));
    }
    expect(staleFiles(folder)).toEqual([]);
    const settings = join(folder, 'docs/settings.md');
    writeFileSync(settings, readFileSync(settings, 'utf8').replace('flowtrap-blobs', 'blobs'));
    expect(staleFiles(folder).map(({ path }) => path)).toEqual(['docs/settings.md']);
  });
});

describe('streams', () => {
  const table: TableDefinition = {
    table: 'A_CL',
    stream: 'Custom-A_CL',
    outputStream: 'Custom-A_CL',
    columns: [{ name: 'TimeGenerated', type: 'datetime', description: 'When "it" was.' }],
  };

  it('are the table definitions, as JSON', () => {
    expect(JSON.parse(streamsJson([table, table]))).toEqual([table, table]);
    expect(JSON.parse(streamsJson())).toEqual(TABLES);
  });

  it('keep the rules of data collection rules', () => {
    expect(TABLES.map((t) => t.table)).toEqual([
      'ASimNetworkSessionLogs',
      'ThreatIntelligenceIndicator',
      'FlowtrapAlerts_CL',
      'FlowtrapRuns_CL',
    ]);
    for (const { table, stream, outputStream, columns } of TABLES) {
      expect(stream).toBe(`Custom-${table}`);
      expect(outputStream).toBe(table.endsWith('_CL') ? `Custom-${table}` : `Microsoft-${table}`);
      expect(columns.find((column) => column.name === 'TimeGenerated')?.type).toBe('datetime');
      expect(new Set(columns.map((column) => column.name)).size).toBe(columns.length);
      for (const { name } of columns) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,44}$/);
      // The platform's own; a stream that declares them is refused.
      for (const name of ['Type', 'TenantId', '_ResourceId', '_ItemId'])
        expect(columns.map((c) => c.name)).not.toContain(name);
    }
  });
});

describe('the KQL page', () => {
  const page = kqlPage();
  const row = (name: string): string => page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';

  it('tells what the engine knows from what it refuses', () => {
    expect(row('summarize')).toMatch(/^\| `summarize` +\| yes /);
    expect(row('externaldata')).toMatch(/^\| `externaldata` +\| refused +\| nothing is fetched/);
    expect(page).toMatch(/are known:\n\n.*`strcat`/);
    expect(page).toMatch(/Refused: .*`cosmosdb_sql_request`/);
    expect(page).toContain('`_Im_NetworkSession`');
  });

  it('notes differences of what the language has', () => {
    const { functions, aggregates, plugins } = builtInNames();
    const names = new Set([...functions, ...aggregates, ...plugins, 'toscalar']);
    expect([...DIFFERENCES.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('the settings page', () => {
  it('shows form, default and what kind of setting it is', () => {
    const page = settingsPage({
      A: { section: 'flows', about: 'x|y', form: 'a number', default: '1,2', required: true },
      B: { section: 'local', about: 'z', form: 'text', secret: true, localOnly: true },
    });
    expect(page).toContain('## Flow logs');
    expect(page).toMatch(/\| `A` +\| x\\\|y +\| a number +\| `1, 2` +\| required +\|/);
    expect(page).toMatch(/\| `B` +\| z +\| text +\| +\| secret: .*; local only: .* \|/);
    expect(page).not.toContain('## Schedules');
  });
});

describe('the sample of local settings', () => {
  const sample = JSON.parse(localSettingsSample()) as { IsEncrypted: boolean; Values: Record<string, string> };

  it('gives the code a configuration without a problem', () => {
    expect(sample.IsEncrypted).toBe(false);
    for (const value of Object.values(sample.Values)) expect(typeof value).toBe('string');
    expect(readConfig(sample.Values).problems).toEqual([]);
  });

  it('leads nowhere but to this machine', () => {
    for (const [name, value] of Object.entries(sample.Values)) {
      if (name === 'INGESTION_ENDPOINT') continue; // reached through LOCAL_INGESTION_URL
      for (const [url] of value.matchAll(/https?:[^;]*/g)) expect(new URL(url).hostname, name).toBe('127.0.0.1');
    }
    expect(sample.Values.LOCAL_INGESTION_URL).toBe('http://127.0.0.1:17413');
  });
});
