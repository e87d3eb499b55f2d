/**
 * A compiler for all tables of the workspace, those of the catalogue included. A query over every table (`search`, `union *`) means
 * those that rows can lie in and those that it names: over two thousand empty ones it would be a statement of megabytes.
 */
import { type Compiler, createCompiler, type WorkspaceSchema } from '../../kql';
import { withCalledBodies } from '../../workspace/calledBodies';
import { loadCatalogue } from '../../workspace/catalogue';
import { withoutColumnArguments } from '../../workspace/functions/defenderFunctions';
import { type WatchlistShape, withWatchlistCalls } from '../../workspace/functions/watchlistFunctions';
import { queryColumns } from '../store/columns';

const KEPT_NARROW = 8;
const OVER_MANY = /\b(?:search|find)\b|\bunion\b[^|;]*[\s,(]\w*\*\s*(?:[,|;)/]|$)/m;
const WORD = /[A-Za-z_]\w*\*?/g;

/** The tables that rows can lie in, the stored functions and the watchlists. */
export interface WorkspaceView extends WorkspaceSchema {
  readonly watchlists?: readonly WatchlistShape[];
}

/**
 * @param before the compiler of an earlier schema: what has not changed is taken over.
 */
export function createWorkspaceCompiler(view: WorkspaceView, before?: WorkspaceCompiler): WorkspaceCompiler {
  const calling = (kql: string): string => withWatchlistCalls(withoutColumnArguments(kql), view.watchlists ?? []);
  const functions = view.functions.map((one) => ({ ...one, body: calling(one.body) }));
  const schema = { tables: view.tables, functions };
  const tables = withCatalogue(schema.tables);
  const fingerprint = JSON.stringify([tables.filter(isNotOfCatalogue), schema.functions]);
  const wide = before?.fingerprint === fingerprint ? before.wide : createCompiler({ ...schema, tables });
  const bodies = new Map(schema.functions.map(({ name, body }) => [name, body]));
  const filled = new Set(schema.tables.map(({ name }) => name));
  const narrow = new Map<string, Compiler>();

  const compilerFor = (kql: string): Compiler => {
    const texts = withCalledBodies(kql, bodies);
    if (!texts.some((text) => OVER_MANY.test(text))) return wide;
    const named = namedTables(texts);
    const chosen = tables.filter(({ name }) => filled.has(name) || named(name));
    const key = chosen.map(({ name }) => name).join(' ');
    const compiler = narrow.get(key) ?? createCompiler({ ...schema, tables: chosen });
    narrow.delete(key);
    narrow.set(key, compiler);
    const oldest = narrow.keys().next();
    if (narrow.size > KEPT_NARROW && oldest.done === false) narrow.delete(oldest.value);
    return compiler;
  };

  return {
    wide,
    fingerprint,
    compile: (kql, options) => compilerFor(kql).compile(calling(kql), options),
    warmUp: () => wide.warmUp(),
  };
}

export interface WorkspaceCompiler extends Compiler {
  /** Knows every table. */
  readonly wide: Compiler;
  /** Equal when `wide` is. */
  readonly fingerprint: string;
}

type SchemaTable = WorkspaceSchema['tables'][number];

function withCatalogue(tables: readonly SchemaTable[]): readonly SchemaTable[] {
  const catalogue = loadCatalogue();
  const known = new Set(tables.map(({ name }) => name));
  const listed = catalogue.names.filter((name) => !known.has(name));
  return [...tables, ...listed.map((name) => ({ name, columns: queryColumns(name, catalogue.columns(name) ?? []) }))];
}

/** Whether the table differs from what the catalogue says. */
function isNotOfCatalogue({ name, columns }: SchemaTable): boolean {
  const own = loadCatalogue().columns(name);
  if (own === undefined) return true;
  const types = new Map(queryColumns(name, own).map((column) => [column.name, column.type]));
  return types.size !== columns.length || columns.some((column) => types.get(column.name) !== column.type);
}

/** Whether a text names the table, or a beginning of its name with an asterisk. */
function namedTables(texts: readonly string[]): (table: string) => boolean {
  const words = new Set(texts.flatMap((text) => [...text.matchAll(WORD)].map(([word]) => word)));
  const beginnings = [...words].filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1));
  return (table) => words.has(table) || beginnings.some((beginning) => table.startsWith(beginning));
}
