/** The DuckDB database: opened once, with bounded memory, no way to files or the network, and UTC as its time zone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { describeError, FlowtrapError } from '../../../../shared/errors';
import { PRELUDE } from '../../kql';
import { registerNativeFunctions } from './nativeFunctions';
import { quoteText } from './sql';

export interface Database {
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/** Threads of the query engine, not counting those that wait for a query's result. */
const THREADS = '2';
const MEMORY_LIMIT = '1GB';

/**
 * @param path the file, or `:memory:`.
 * @throws FlowtrapError `conflict` when another process has the file open, `malformed` when it is no database.
 */
export async function openDatabase(path: string, memoryLimit = MEMORY_LIMIT): Promise<Database> {
  const instance = await open(path, memoryLimit);
  const spill = mkdtempSync(join(tmpdir(), 'flowtrap-duckdb-'));
  const close = (): void => {
    instance.closeSync();
    rmSync(spill, { recursive: true, force: true });
  };
  try {
    const connection = await instance.connect();
    registerNativeFunctions(connection);
    for (const statement of [
      "SET GLOBAL TimeZone = 'UTC'",
      `SET GLOBAL temp_directory = ${quoteText(spill)}`,
      ...PRELUDE,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]) {
      await connection.run(statement);
    }
    connection.closeSync();
  } catch (error) {
    close();
    throw error;
  }
  return { connect: () => instance.connect(), close };
}

async function open(path: string, memoryLimit: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, {
      threads: THREADS,
      memory_limit: memoryLimit,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (error) {
    const text = describeError(error);
    if (/lock/i.test(text)) {
      throw new FlowtrapError('conflict', 'another process has the database open.', {
        subject: path,
        fix: 'Stop it, or let commands use the running stack: start them in its folder.',
        cause: error,
      });
    }
    throw new FlowtrapError('malformed', `the database cannot be opened: ${text}.`, {
      subject: path,
      fix: 'Remove the file, or begin anew with --fresh.',
      cause: error,
    });
  }
}
