/**
 * The one door to Microsoft's KQL parser (@kusto/language-service-next): schemas, analysis, findings. Synchronous and CPU-bound; the
 * first analysis in a process takes 1 to 2.5 s and 170 MB, later ones milliseconds.
 */
import { kusto, type RawCode, type RawFunction, type RawGlobals, type RawList, toArray } from './bundle';
import { type CalledFunctions, createConverter } from './convert';
import { type Diagnostic, diagnosticAt, diagnosticsOf, LanguageError } from './diagnostics';
import { type FoundColumns, isSiteOf, NOTHING_FOUND, useFoundColumns, withOpenPlugins } from './plugins';
import { scalarTypeSymbols } from './symbols';
import type { ScalarType, Statement } from './syntax';

export { jsonOfLiteral } from './constants';
export { type Diagnostic, excerpt, isSyntaxCode, LanguageError, positionOf } from './diagnostics';
export { datetimeText, parseDatetime, parseGuid, parseTimespan, timespanText } from './literals';
export type * from './operatorSyntax';
export type { FoundColumns } from './plugins';
export type * from './syntax';

export interface LanguageSchema {
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly type: ScalarType }[];
  }[];
  /** `parameters` as in a declaration, with parentheses; `body` with or without braces. */
  readonly functions: readonly { readonly name: string; readonly parameters: string; readonly body: string }[];
}

export interface Analysis {
  /** Errors only; empty when the query is valid. */
  readonly diagnostics: readonly Diagnostic[];
  /** @throws LanguageError when there are diagnostics. */
  statements(): readonly Statement[];
}

export interface Workspace {
  /** @param found the columns of plugins that depend on data; the result's statements are to be read before the next analysis. */
  analyze(kql: string, found?: FoundColumns): Analysis;
}

/** Longer texts are refused: a query of the service's API has at most as many characters. */
const MAX_QUERY_LENGTH = 1_000_000;

/** Deeper brackets are refused before parsing: the parser's time grows with the square of the depth, and it stops at 500 itself. */
const MAX_NESTING = 600;

/** Builds the parser's view of a schema. Keep one per schema: it caches the analysis of stored functions. */
export function createWorkspace(schema: LanguageSchema): Workspace {
  let globals: RawGlobals | undefined;
  let kept: { readonly state: RawGlobals; readonly called: CalledFunctions } | undefined;
  /** Keeps the analysis of stored functions, but where data have changed what they return. */
  const knowledgeFor = (kql: string, found: FoundColumns): NonNullable<typeof kept> => {
    globals ??= globalsOf(schema);
    const fresh = { state: globals.WithCache(), called: new Map() };
    if ([...found.sites.keys()].some((site) => !isSiteOf(kql, site))) return fresh;
    kept ??= fresh;
    return kept;
  };
  return {
    analyze(kql, found = NOTHING_FOUND) {
      if (kql.length > MAX_QUERY_LENGTH) {
        return failed(kql, 'limit', `The query has more than ${MAX_QUERY_LENGTH} characters.`);
      }
      if (nestingOf(kql) > MAX_NESTING) return failed(kql, 'limit', 'The query is nested too deeply.');
      const { state, called } = knowledgeFor(kql, found);
      useFoundColumns(found);
      return guarded(kql, () => analyzed(kql, kusto().KustoCode.ParseAndAnalyze(kql, state), called));
    },
  };
}

/** Findings of a query against a schema, for checking rule files; empty when valid. Never throws. */
export function checkQuery(kql: string, schema: LanguageSchema | Workspace): readonly Diagnostic[] {
  const workspace = 'analyze' in schema ? schema : createWorkspace(schema);
  return workspace.analyze(kql).diagnostics;
}

export interface BuiltInNames {
  readonly functions: readonly string[];
  readonly aggregates: readonly string[];
  readonly plugins: readonly string[];
}

/** What the language has built in, by name, in order; without what is hidden or has a newer name. */
export function builtInNames(): BuiltInNames {
  const { Functions, Aggregates, PlugIns } = kusto().GlobalState.Default;
  const names = (list: RawList<RawFunction>): readonly string[] =>
    toArray(list)
      .filter(({ IsHidden, IsObsolete }) => IsHidden !== true && IsObsolete !== true)
      .map(({ Name }) => Name)
      .sort();
  return { functions: names(Functions), aggregates: names(Aggregates), plugins: names(PlugIns) };
}

/** A call of a built-in function, found without a schema. */
export interface BuiltInCall {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  /** Offset just after the opening parenthesis. */
  readonly argumentsStart: number;
  /** Offset of the closing parenthesis. */
  readonly argumentsEnd: number;
  readonly argumentCount: number;
}

/**
 * Calls of the named built-in functions, in order of their start. Needs no schema and no analysis: a function of the query's own
 * by such a name never hides the built-in one.
 * @throws LanguageError when the text is not KQL.
 */
export function findBuiltInCalls(kql: string, names: ReadonlySet<string>): readonly BuiltInCall[] {
  const code = parsed(kql);
  return toArray(code.Syntax.GetDescendants(kusto().Syntax.FunctionCallExpression)).flatMap(
    (node): readonly BuiltInCall[] => {
      const name = node.Name?.SimpleName ?? '';
      const list = node.ArgumentList;
      if (!names.has(name) || list === undefined) return [];
      return [
        {
          name,
          start: node.TextStart,
          length: node.Width,
          argumentsStart: list.OpenParen.TextStart + list.OpenParen.Width,
          argumentsEnd: list.CloseParen.TextStart,
          argumentCount: toArray(list.Expressions).length,
        },
      ];
    },
  );
}

/** Every name that a query refers to: tables, columns, functions. @throws LanguageError when the text is not KQL. */
export function findReferencedNames(kql: string): ReadonlySet<string> {
  const names = toArray(parsed(kql).Syntax.GetDescendants(kusto().Syntax.NameReference));
  return new Set(names.map((node) => node.SimpleName ?? ''));
}

function parsed(kql: string): RawCode {
  let code: RawCode | undefined;
  try {
    if (kql.length <= MAX_QUERY_LENGTH && nestingOf(kql) <= MAX_NESTING) code = kusto().KustoCode.Parse(kql);
  } catch {
    // Reported below: the bundle's own message is a megabyte long.
  }
  if (code === undefined) {
    throw new LanguageError([
      diagnosticAt({ text: kql }, 0, Math.min(kql.length, 80), 'KS000', 'The text is too long or nested too deeply.'),
    ]);
  }
  const errors = diagnosticsOf(code.GetDiagnostics(), { text: kql }, 0);
  if (errors.length > 0) throw new LanguageError(errors);
  return code;
}

function analyzed(kql: string, code: RawCode, called: CalledFunctions): Analysis {
  const source = { text: kql };
  if (code.Kind !== 'Query') return failed(kql, 'KS000', 'Only queries can be run, no commands.');
  const diagnostics = diagnosticsOf(code.GetDiagnostics(), source, 0);
  if (diagnostics.length > 0) return refused(diagnostics);
  if (!code.HasSemantics) return failed(kql, 'limit', 'The query is nested too deeply to be analysed.');
  return {
    diagnostics: [],
    statements: () => createConverter(source, called).statements(code.Syntax.Statements),
  };
}

function refused(diagnostics: readonly Diagnostic[]): Analysis {
  return {
    diagnostics,
    statements: () => {
      throw new LanguageError(diagnostics);
    },
  };
}

function failed(kql: string, code: string, message: string): Analysis {
  return refused([diagnosticAt({ text: kql }, 0, Math.min(kql.length, 80), code, message)]);
}

/** An exception from inside the bundle would print its whole minified line (a megabyte): make it a finding. */
function guarded(kql: string, work: () => Analysis): Analysis {
  try {
    return work();
  } catch (error) {
    if (error instanceof LanguageError) return refused(error.diagnostics);
    const reason = error instanceof RangeError ? 'The query is nested too deeply.' : 'The parser failed on this query.';
    return failed(kql, 'KS000', reason);
  }
}

/** The greatest depth of brackets and of signs in a row (`- - -1`), outside strings and comments. */
function nestingOf(kql: string): number {
  let depth = 0;
  let deepest = 0;
  let signs = 0;
  for (const [token] of kql.matchAll(
    /\/\/[^\n]*|@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[([{]|[)\]}]|[-+]|[^\s/]/g,
  )) {
    signs = token === '-' || token === '+' ? signs + 1 : token.startsWith('//') ? signs : 0;
    if (token === '(' || token === '[' || token === '{') depth += 1;
    else if (token === ')' || token === ']' || token === '}') depth -= 1;
    deepest = Math.max(deepest, depth + signs);
  }
  return deepest;
}

function globalsOf(schema: LanguageSchema): RawGlobals {
  const { Symbols, GlobalState } = kusto();
  const types = scalarTypeSymbols();
  const tables = schema.tables.map(
    (table) =>
      new Symbols.TableSymbol.$ctor4(
        table.name,
        table.columns.map(
          (column) => new Symbols.ColumnSymbol(column.name, types[column.type], null, null, null, null),
        ),
      ),
  );
  const functions = schema.functions.map(
    (stored) => new Symbols.FunctionSymbol.$ctor16(stored.name, stored.parameters, braced(stored.body), ''),
  );
  const database = new Symbols.DatabaseSymbol.$ctor1('workspace', [...tables, ...functions], false);
  const cluster = new Symbols.ClusterSymbol.$ctor1('local', [database], false);
  return withOpenPlugins(GlobalState.Default).WithCluster(cluster).WithDatabase(database);
}

function braced(body: string): string {
  return /^\s*\{[\s\S]*\}\s*$/.test(body) ? body.trim() : `{${body}\n}`;
}
