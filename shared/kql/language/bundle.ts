/**
 * Loads Microsoft's parser and names the parts of it that Flowtrap uses. The bundle is .NET compiled to JavaScript: two scripts
 * with side effects that leave `globalThis.Kusto`. Only this folder touches it. Loading takes 0.4 s and happens at first use.
 */

/** A list of the bundle: its own kind (`Count`, `getItem`) or a plain array. */
export type RawList<T = RawNode> =
  | { readonly Count: number; getItem(index: number): T }
  | readonly T[]
  | null
  | undefined;

export interface RawSymbol {
  readonly Kind: number;
  readonly Name: string;
  readonly Type?: RawSymbol;
  readonly Columns?: RawList<RawSymbol>;
  readonly Members?: RawList<RawSymbol>;
}

export interface RawParameter {
  readonly Name: string;
  readonly IsOptional: boolean;
  readonly IsTabular: boolean;
  readonly DefaultValue: RawNode | null;
  readonly DeclaredTypes: RawList<RawSymbol>;
}

export interface RawToken {
  readonly Text: string;
}

/** The properties of all node kinds together; which are there depends on `Kind`. */
export interface RawNode {
  readonly Kind: number;
  readonly TextStart: number;
  readonly Width: number;
  readonly Root: RawNode;
  readonly ChildCount: number;
  GetChild(index: number): RawNode | null;
  toString(): string;
  readonly ResultType?: RawSymbol | null;
  readonly ReferencedSymbol?: RawSymbol | null;
  /** `Declaration` is null for a function of the database. */
  readonly ReferencedSignature?: {
    readonly Parameters: RawList<RawParameter>;
    readonly Declaration?: RawNode | null;
  } | null;
  GetCalledFunctionFacts?(): { readonly HasVariableReturnType: boolean } | null;
  GetCalledFunctionBody?(): RawNode | null;
  readonly CalledFunctionHasErrors?: boolean;
  GetCalledFunctionDiagnostics?(): RawList<RawDiagnostic>;
  readonly LiteralValue?: unknown;
  readonly Element$1?: RawNode;
  readonly Element?: RawNode;
  readonly SimpleName?: string;
  readonly Text?: string;
  readonly Name?: RawNode;
  readonly Names?: { readonly Names: RawList };
  readonly Expression?: RawNode;
  readonly Operator?: RawNode;
  readonly Selector?: RawNode;
  readonly Left?: RawNode;
  readonly Right?: RawNode & { readonly Expressions?: RawList; readonly First?: RawNode; readonly Second?: RawNode };
  readonly Expressions?: RawList;
  readonly Statements?: RawList;
  readonly ArgumentList?: {
    readonly Expressions: RawList;
    readonly OpenParen: RawNode;
    readonly CloseParen: RawNode;
  };
  readonly Condition?: RawNode;
  readonly ConditionClause?: RawNode | null;
  readonly LookupClause?: RawNode | null;
  readonly Parameters?: RawList;
  readonly Aggregates?: RawList;
  readonly ByClause?: { readonly Expressions: RawList; readonly Expression?: RawNode } | null;
  readonly ByExpression?: RawNode;
  readonly Values?: RawList;
  readonly Tokens?: RawList<RawToken>;
  readonly Pairs?: RawList<{ readonly Name: RawNode; readonly Value: RawNode }>;
  readonly Types?: RawList;
  readonly ToTypeOf?: { readonly TypeOf: RawNode } | null;
  readonly RowLimitClause?: { readonly RowLimit?: RawNode } | null;
  readonly Ordering?: {
    readonly AscOrDescKeyword: RawToken | null;
    readonly NullsClause: { readonly FirstOrLastKeyword: RawToken } | null;
  } | null;
  readonly AsIdentifier?: { readonly Identifier: RawToken } | null;
  readonly From?: RawNode;
  readonly To?: RawNode;
  readonly Step?: RawNode;
  readonly Patterns?: RawList;
  readonly Function?: RawNode;
  readonly ChartType?: RawToken;
  readonly Type?: RawNode;
  readonly NameAndType?: RawNode;
  readonly DefaultValue?: { readonly Value: RawNode } | null;
  readonly Subquery?: RawNode;
  readonly Operand?: RawNode;
  readonly Keys?: { readonly Columns: RawList };
  readonly WithClause?: { readonly Properties: RawList } | null;
  readonly OfExpression?: RawNode;
  readonly InClause?: { readonly Expressions: RawList } | null;
  readonly FunctionCall?: RawNode;
  readonly Schema?: (RawSchema & { readonly Schema?: RawSchema | null }) | null;
  readonly DeclareClause?: { readonly Declarations: RawList } | null;
  readonly OrderByClause?: RawNode | null;
  readonly PartitionByClause?: RawNode | null;
  readonly Steps?: RawList;
  readonly ScanStepOutput?: RawNode | null;
  readonly OptionalKeyword?: RawToken | null;
  readonly ComputationClause?: { readonly Assignments: RawList } | null;
  readonly Clauses?: RawList;
  readonly WithOthersClause?: { readonly Expression: RawNode } | null;
  readonly Project?: RawNode | null;
  readonly ProjectAway?: RawNode | null;
  readonly ProjectKeyword?: RawToken;
  readonly Columns?: RawList;
  readonly Column?: RawNode;
  readonly OnClause?: { readonly Expression: RawNode };
  readonly RangeClause?: RawNode & {
    readonly Arguments?: { readonly Expressions: RawList };
    readonly MakeSeriesFromClause?: { readonly Expression: RawNode } | null;
    readonly MakeSeriesToClause?: { readonly Expression: RawNode } | null;
    readonly MakeSeriesStepClause?: { readonly Expression: RawNode } | null;
  };
  readonly DefaultExpression?: { readonly Expression: RawNode } | null;
  readonly ContextIdClause?: RawNode | null;
}

/** The columns that `evaluate … : (*, name:type)` declares. */
export interface RawSchema {
  readonly AsteriskToken: RawToken | null;
  readonly Columns: RawList;
}

export interface RawDiagnostic {
  readonly Code: string;
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
  readonly Length: number;
}

export interface RawCode {
  readonly Kind: string;
  readonly Syntax: RawNode & { GetDescendants(type: unknown): RawList };
  readonly HasSemantics: boolean;
  readonly MaxDepth: number;
  readonly ResultType: RawSymbol | null;
  GetDiagnostics(): RawList<RawDiagnostic>;
}

/** One form of a function of the parser. */
export interface RawSignature {
  readonly Parameters: RawList<unknown>;
  readonly CustomReturnType: (context: RawReturnContext) => RawSymbol;
}

export interface RawReturnContext {
  /** The call. */
  readonly Location: RawNode | null;
}

interface RawPlugin {
  readonly Name: string;
  readonly Signatures: RawList<RawSignature>;
}

export interface RawFunction {
  readonly Name: string;
  readonly IsHidden?: boolean;
  readonly IsObsolete?: boolean;
}

export interface RawGlobals {
  readonly Functions: RawList<RawFunction>;
  readonly Aggregates: RawList<RawFunction>;
  readonly PlugIns: RawList<RawPlugin>;
  WithPlugIns(plugins: readonly unknown[]): RawGlobals;
  WithCluster(cluster: unknown): RawGlobals;
  WithDatabase(database: unknown): RawGlobals;
  WithCache(): RawGlobals;
  IsAggregateFunction(symbol: unknown): boolean;
}

interface RawSymbols {
  add(symbol: RawSymbol): void;
}

type GetMembers = (
  this: RawSymbol,
  name: string | null,
  match: number,
  symbols: RawSymbols,
  ignoreCase?: boolean,
) => void;

type VisitFunctionBody = (
  this: { readonly _binder: { readonly _currentFunction: RawSymbol | null } },
  node: RawNode & { readonly Parent: RawNode | null },
) => void;

type Binder = {
  ComputeFunctionBodyFacts(signature: unknown, body: { GetDescendants(type: unknown): RawList }): unknown;
};

export interface Bundle {
  readonly KustoCode: { ParseAndAnalyze(text: string, globals: RawGlobals): RawCode; Parse(text: string): RawCode };
  readonly GlobalState: { readonly Default: RawGlobals };
  readonly Symbols: {
    readonly TableSymbol: {
      $ctor3: new (columns: unknown[]) => { WithIsOpen(open: boolean): RawSymbol };
      $ctor4: new (name: string, columns: unknown[]) => unknown;
    };
    readonly ColumnSymbol: new (name: string, type: unknown, a: null, b: null, c: null, d: null) => unknown;
    readonly ScalarTypes: Readonly<Record<string, unknown>>;
    readonly Parameter: {
      ctor: new (name: string, typeKind: unknown, ...rest: unknown[]) => unknown;
      $ctor3: new (name: string, type: unknown, ...rest: unknown[]) => unknown;
    };
    readonly ParameterTypeKind: { readonly DynamicArray: unknown };
    readonly Tabularity: { readonly Tabular: unknown };
    readonly FunctionSymbol: {
      ctor: new (
        name: string,
        returnType: (context: RawReturnContext) => unknown,
        tabularity: unknown,
        parameters: readonly unknown[],
      ) => unknown;
      $ctor16: new (name: string, parameters: string, body: string, description: string) => unknown;
    };
    readonly DatabaseSymbol: {
      $ctor1: new (name: string, members: unknown[], isOpen: boolean) => unknown;
      readonly prototype: { GetMembers$1: GetMembers };
    };
    readonly SymbolMatch: { readonly Column: number };
    readonly SymbolMatchExtensions: { Matches$1(symbol: RawSymbol, name: string, match: number): boolean };
    readonly ClusterSymbol: { $ctor1: new (name: string, databases: unknown[], isOpen: boolean) => unknown };
  };
  readonly PlugIns: { readonly BagUnpack: RawPlugin; readonly Pivot: RawPlugin };
  readonly KustoFacts: { GetStringLiteralValue(text: string): string };
  readonly Syntax: {
    readonly SyntaxKind: Readonly<Record<string, unknown>>;
    readonly FunctionCallExpression: unknown;
    readonly NameReference: unknown;
  };
  readonly Binding: {
    readonly Binder: {
      readonly prototype: Binder;
      readonly TreeBinder: { readonly prototype: { VisitFunctionBody: VisitFunctionBody } };
      AddReferencedParametersAsDependentParameters(facts: unknown, signature: unknown, root: unknown): unknown;
      GetExpressionResultName(expression: RawNode, defaultName: string, row: null): string | null;
    };
  };
}

let bundle: Bundle | undefined;
let kindNames: ReadonlyMap<number, string> | undefined;

/** The parser's namespace, loaded at first use. */
export function kusto(): Bundle {
  if (bundle === undefined) {
    require('@kusto/language-service-next/bridge.min.js');
    require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
    bundle = (globalThis as unknown as { Kusto: { Language: Bundle } }).Kusto.Language;
    markColumnIfExistsDependent(bundle);
    indexDatabaseMembers(bundle);
    bindDeclaredBodiesOfQueryAlone(bundle);
  }
  return bundle;
}

/** Any list of the bundle as an array; elements of comma-separated lists are unwrapped. */
export function toArray<T>(list: RawList<T>): readonly T[] {
  if (list === null || list === undefined) return [];
  const items = 'getItem' in list ? Array.from({ length: list.Count }, (_, index) => list.getItem(index)) : list;
  return items.map((item) => {
    const wrapper = item as { readonly Element$1?: T; readonly Element?: T } | null;
    return wrapper?.Element$1 ?? wrapper?.Element ?? item;
  });
}

/** Name of a node's kind (`FilterOperator`). */
export function kindName(node: RawNode): string {
  if (kindNames === undefined) {
    const entries = Object.entries(kusto().Syntax.SyntaxKind).filter((entry) => typeof entry[1] === 'number');
    kindNames = new Map(entries.map(([name, number]) => [number as number, name]));
  }
  return kindNames.get(node.Kind) ?? `kind ${node.Kind}`;
}

/**
 * The parser caches a function's result type per signature and does not see that `column_ifexists(parameter, …)` makes it depend on
 * the argument: `union f("A"), f("B")` would give both calls the columns of the first. This marks such parameters as dependent.
 */
function markColumnIfExistsDependent(language: Bundle): void {
  const binder = language.Binding.Binder;
  const compute = binder.prototype.ComputeFunctionBodyFacts;
  binder.prototype.ComputeFunctionBodyFacts = function (signature, body) {
    let facts = compute.call(this, signature, body);
    for (const call of toArray(body.GetDescendants(language.Syntax.FunctionCallExpression))) {
      const name = call.Name?.SimpleName;
      if (name === 'column_ifexists' || name === 'columnifexists') {
        facts = binder.AddReferencedParametersAsDependentParameters(facts, signature, call.ArgumentList);
      }
    }
    return facts;
  };
}

/**
 * The parser looks a name up among a database's tables and functions by going through all of them, for every name in a query that is no
 * column: with the two thousand tables of a workspace a tenth of an analysis.
 */
function indexDatabaseMembers(language: Bundle): void {
  const { DatabaseSymbol, SymbolMatch, SymbolMatchExtensions } = language.Symbols;
  const getMembers = DatabaseSymbol.prototype.GetMembers$1;
  const indexes = new WeakMap<RawSymbol, ReadonlyMap<string, readonly RawSymbol[]>>();
  DatabaseSymbol.prototype.GetMembers$1 = function (name, match, symbols, ignoreCase) {
    if (name === null && match === SymbolMatch.Column) return;
    if (name === null || name === undefined || ignoreCase === true)
      return getMembers.call(this, name, match, symbols, ignoreCase);
    const index = indexes.get(this) ?? membersByName(this);
    indexes.set(this, index);
    for (const symbol of index.get(name) ?? []) {
      if (SymbolMatchExtensions.Matches$1(symbol, name, match)) symbols.add(symbol);
    }
  };
}

function membersByName(database: RawSymbol): ReadonlyMap<string, readonly RawSymbol[]> {
  const index = new Map<string, RawSymbol[]>();
  for (const symbol of toArray(database.Members)) {
    const same = index.get(symbol.Name);
    if (same === undefined) index.set(symbol.Name, [symbol]);
    else same.push(symbol);
  }
  return index;
}

/**
 * The parser binds the body of a function declared inside another one where it is declared, for an editor's sake, and again for each call.
 * Only the calls matter here: within called functions the declaration's own binding is left out.
 */
function bindDeclaredBodiesOfQueryAlone(language: Bundle): void {
  const binder = language.Binding.Binder.TreeBinder.prototype;
  const visit = binder.VisitFunctionBody;
  binder.VisitFunctionBody = function (node) {
    const isDeclared =
      node.Parent !== null && node.Parent !== undefined && kindName(node.Parent) === 'FunctionDeclaration';
    if (isDeclared && this._binder._currentFunction) return;
    visit.call(this, node);
  };
}
