/**
 * From KQL to DuckDB SQL. Microsoft's parser analyses the text, the plan builder makes a typed plan of it, the printer
 * makes one SQL statement of the plan. Knows nothing of Flowtrap but its error type and the parser's facade.
 *
 * A KQL table `T` is the DuckDB table `"T"` with columns of the same names, and one more: `ARRIVED`.
 */
import type { KqlType } from './types';

export { toServiceCell } from './cells';
export { createCompiler } from './compiler';
export { KqlError } from './errors';
export { PRELUDE } from './prelude';
export { ARRIVED_COLUMN as ARRIVED, duckDbType, type KqlType } from './types';

export interface Column {
  readonly name: string;
  readonly type: KqlType;
}

/** What a query can refer to. */
export interface WorkspaceSchema {
  readonly tables: readonly { readonly name: string; readonly columns: readonly Column[] }[];
  /** Stored functions: `parameters` as in a KQL declaration, with its parentheses; `body` with or without braces. */
  readonly functions: readonly { readonly name: string; readonly parameters: string; readonly body: string }[];
}

export interface CompileOptions {
  /** The value of now(): a constant of the compiled statement. */
  readonly now: Date;
  /** Limits TimeGenerated of every table that has it to [from, to). */
  readonly timespan?: { readonly from?: Date; readonly to?: Date };
}

export interface CompiledQuery {
  /** One SELECT; its result columns are `columns`, by position. */
  readonly sql: string;
  readonly columns: readonly Column[];
  /** The chart that the query's `render` asks for. */
  readonly render?: string;
}

export interface Compiler {
  /** @throws KqlError `malformed`, `unsupported` or `limit`, with the position. */
  compile(kql: string, options: CompileOptions): CompiledQuery;
  /** Loads the parser and analyses a trivial query, so that the first real one need not wait (1 to 2.5 s). */
  warmUp(): void;
}
