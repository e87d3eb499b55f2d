/** The embedded workspace without HTTP and threads, for measuring: its database, tables, functions and compiler. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Found } from '../../../infra/local/kql';
import {
  createWorkspaceCompiler,
  type WorkspaceCompiler,
} from '../../../infra/local/logAnalytics/query/workspaceCompiler';
import { createSettings } from '../../../infra/local/logAnalytics/settings';
import { openDatabase } from '../../../infra/local/logAnalytics/store/database';
import { INSERT_MACROS } from '../../../infra/local/logAnalytics/store/insert';
import { NOW_VARIABLE, openTables, type Tables } from '../../../infra/local/logAnalytics/store/tables';
import { createWriter, type Writer } from '../../../infra/local/logAnalytics/store/writer';
import { loadCatalogue } from '../../../infra/local/workspace/catalogue';
import { createContents, type WorkspaceFolders } from '../../../infra/local/workspace/contents';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { loadStoredFunctions } from '../../../shared/kql/storedFunctions';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';

export interface BenchWorkspace {
  readonly connection: DuckDBConnection;
  readonly tables: Tables;
  readonly writer: Writer;
  compiler(): WorkspaceCompiler;
  /** Runs a query; its rows as the database gives them. */
  run(kql: string, now: Date): Promise<readonly (readonly unknown[])[]>;
  close(): void;
}

export async function openBenchWorkspace(memory: string, folders: WorkspaceFolders = {}): Promise<BenchWorkspace> {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-bench-'));
  const database = await openDatabase(join(folder, 'bench.duckdb'), memory);
  const connection = await database.connect();
  const writing = await database.connect();
  for (const macro of INSERT_MACROS) await writing.run(macro);
  const tables = await openTables(
    writing,
    '00000000-0000-0000-0000-000000000000',
    [NETWORK_SESSION_TABLE, INDICATOR_TABLE],
    loadCatalogue(),
  );
  const writer = createWriter(writing, tables, createSettings({ keepEventTimes: true }));
  await connection.run(`SET VARIABLE ${NOW_VARIABLE} = TIMESTAMP '9999-01-01'`);
  const contents = createContents(loadStoredFunctions(join(__dirname, '../../../shared/asim')));
  await contents.add(folders);
  let compiler: { readonly version: number; readonly value: WorkspaceCompiler } | undefined;
  const currentCompiler = (): WorkspaceCompiler => {
    if (compiler?.version !== tables.version) {
      const known = tables.all().map((table) => ({ name: table.name, columns: tables.queryColumns(table) }));
      const value = createWorkspaceCompiler({ tables: known, functions: contents.functions }, compiler?.value);
      compiler = { version: tables.version, value };
    }
    return compiler.value;
  };
  const made = new Set<string>();
  return {
    connection,
    tables,
    writer,
    compiler: currentCompiler,
    async run(kql, now) {
      const found: Found[] = [];
      for (;;) {
        const compiled = currentCompiler().compile(kql, { now, found });
        for (const view of tables.emptyViews(compiled.sql)) {
          if (!made.has(view)) await connection.run(view);
          made.add(view);
        }
        const rows = (await connection.runAndReadAll(compiled.sql)).getRows();
        if (compiled.kind === 'query') return rows;
        found.push({ ...compiled, columns: rows as [string, string][] });
      }
    },
    close() {
      connection.closeSync();
      writing.closeSync();
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Milliseconds that the work took. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
