/**
 * From KQL to DuckDB SQL. Microsoft's parser analyses the text, the plan builder makes a typed plan of it, the printer
 * makes one SQL statement of the plan. Knows nothing of Flowtrap but its error type and the parser's facade.
 *
 * A KQL table `T` is the DuckDB table `"T"` with columns of the same names, and one more: `ARRIVED`.
 */
import type { KqlType } from './types';

export { toServiceCell } from './cells';
export { createCompiler } from './compiler';
export { MAX_STAGES } from './discovery';
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
  /** What earlier stages have found. */
  readonly found?: readonly Found[];
}

/**
 * A query whose columns depend on data (bag_unpack, pivot) is compiled in stages: run `sql`, and compile again with the columns that
 * its rows describe. Each stage finds the columns of one place; there are at most `MAX_STAGES`.
 */
export interface Discovery {
  readonly kind: 'discovery';
  /** Rows of two texts, name and KQL type, in the columns' order; at most one more than a plugin may make. */
  readonly sql: string;
  /** The place in the query; means nothing outside of the compiler. */
  readonly site: string;
}

/** A discovery with its rows. */
export interface Found extends Omit<Discovery, 'kind'> {
  readonly columns: readonly (readonly [name: string, type: string])[];
}

export type Compiled = CompiledQuery | Discovery;

export interface CompiledQuery {
  readonly kind: 'query';
  /** One SELECT; its result columns are `columns`, by position. */
  readonly sql: string;
  readonly columns: readonly Column[];
  /** The chart that the query's `render` asks for. */
  readonly render?: string;
}

export interface Compiler {
  /** @throws KqlError `malformed`, `unsupported` or `limit`, with the position. */
  compile(kql: string, options: CompileOptions): Compiled;
  /** Loads the parser and analyses a trivial query, so that the first real one need not wait (1 to 2.5 s). */
  warmUp(): void;
}
