/** Files as DuckDB writes them: Parquet in every way that it knows, and zstd. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface DuckdbFiles {
  run(sql: string): Promise<void>;
  /** What `COPY query TO file (options)` writes. */
  copy(query: string, options: string): Promise<Buffer>;
  close(): void;
}

export async function duckdbFiles(): Promise<DuckdbFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-files-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection: DuckDBConnection = await instance.connect();
  let number = 0;
  return {
    async run(sql) {
      await connection.run(sql);
    },
    async copy(query, options) {
      const file = join(folder, `file${number++}`);
      await connection.run(`COPY (${query}) TO '${file}' (${options})`);
      return readFileSync(file);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
