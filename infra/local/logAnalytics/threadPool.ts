/**
 * Imported before anything else: DuckDB's calls wait on libuv's threads, and with the usual four of them four long queries
 * hold up every insert and file read.
 */
process.env.UV_THREADPOOL_SIZE ??= '16';
