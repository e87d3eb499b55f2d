/** Functions that SQL cannot express: pure TypeScript over texts, registered with the database under `kql_native_<name>`. */

/** An argument's text: a string as it is, a dynamic as JSON, a number as digits; null for null or an argument left out. */
export type NativeText = string | null;

/** Pure, never throws on input but to refuse it in words that the query's author can use. */
export type NativeFunction = (...args: readonly NativeText[]) => NativeText;

/** A table of functions with the number of texts that each takes. */
export type NativeTable = Readonly<Record<string, readonly [parameters: number, compute: NativeFunction]>>;
