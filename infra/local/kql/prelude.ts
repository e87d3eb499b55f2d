/** SQL statements to run once on a database: the macros that compiled queries call. */
export const PRELUDE: readonly string[] = [];
