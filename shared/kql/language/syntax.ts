/**
 * The analysed query as plain readonly objects: what Microsoft's parser found, without its classes. Nodes are discriminated by
 * `kind`; what Flowtrap has no node for is `unsupported` and keeps its name and place.
 */

import type { Operator } from './operatorSyntax';

export type ScalarType =
  | 'bool'
  | 'int'
  | 'long'
  | 'real'
  | 'decimal'
  | 'datetime'
  | 'timespan'
  | 'guid'
  | 'string'
  | 'dynamic';

export interface TypedName {
  readonly name: string;
  readonly type: ScalarType;
}

/** The text that a node's span counts in: the query, or the body of a called function (re-analysed for each call). */
export interface Source {
  readonly text: string;
  /** The called function; left out for the query itself. */
  readonly functionName?: string;
}

export interface Place {
  readonly source: Source;
  /** Offset in the source's text, UTF-16 units. */
  readonly start: number;
  readonly length: number;
}

interface ExpressionBase extends Place {
  /** The scalar type that the parser found, undefined for tables, tuples and errors. */
  readonly type: ScalarType | undefined;
  /** Name of the column that the expression makes where it is given none; empty when such columns are numbered. */
  columnName(): string;
}

/**
 * A literal's value: bool → boolean, int and long → bigint, real → number, datetime → microseconds since 1970 as bigint, timespan →
 * ticks of 100 ns as bigint, decimal, guid and string → string, dynamic → JSON text; null for a null of any type.
 */
export type LiteralValue = boolean | bigint | number | string | null;

export interface LiteralNode extends ExpressionBase {
  readonly kind: 'literal';
  readonly type: ScalarType;
  readonly value: LiteralValue;
}

export type NameMeaning = 'column' | 'table' | 'variable' | 'function' | 'group' | 'unknown';

export interface NameNode extends ExpressionBase {
  readonly kind: 'name';
  readonly name: string;
  readonly meaning: NameMeaning;
  /** Whether the name is a pattern (`S*`). */
  readonly wildcard: boolean;
  /** When the name is a function used without parentheses. */
  readonly called?: CalledFunction;
}

export interface CallNode extends ExpressionBase {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** Left out for built-in functions. */
  readonly called?: CalledFunction;
}

/** A stored or `let` function at one call. */
export interface CalledFunction {
  readonly name: string;
  /** In order of declaration. */
  readonly parameters: readonly ParameterNode[];
  /** The body, analysed for this call. @throws LanguageError when it has errors of its own. */
  body(): FunctionBody;
}

export interface ParameterNode {
  readonly name: string;
  readonly tabular: boolean;
  readonly type: ScalarType | undefined;
  readonly defaultValue?: Expression;
}

export interface FunctionBody {
  readonly statements: readonly Statement[];
  readonly expression: Expression | undefined;
}

export interface PathNode extends ExpressionBase {
  readonly kind: 'path';
  readonly base: Expression;
  readonly member: string;
}

export interface ElementNode extends ExpressionBase {
  readonly kind: 'element';
  readonly base: Expression;
  readonly index: Expression;
}

export interface UnaryNode extends ExpressionBase {
  readonly kind: 'unary';
  readonly operator: '-' | '+';
  readonly operand: Expression;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type TextTest = 'equals' | 'has' | 'hasprefix' | 'hassuffix' | 'contains' | 'startswith' | 'endswith' | 'regex';

export interface ArithmeticNode extends ExpressionBase {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface ComparisonNode extends ExpressionBase {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface LogicNode extends ExpressionBase {
  readonly kind: 'logic';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}

/** `has`, `contains_cs`, `=~`, `matches regex` … */
export interface TextTestNode extends ExpressionBase {
  readonly kind: 'textTest';
  readonly test: TextTest;
  readonly caseSensitive: boolean;
  readonly negated: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

/** `in`, `in~`, `has_any`, `has_all` and their negations. */
export interface ListTestNode extends ExpressionBase {
  readonly kind: 'listTest';
  readonly test: 'in' | 'has_any' | 'has_all';
  readonly caseSensitive: boolean;
  readonly negated: boolean;
  readonly left: Expression;
  readonly values: readonly Expression[];
}

export interface BetweenNode extends ExpressionBase {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly value: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

/** `x = e` (one name) or `(x, y) = e`. */
export interface NamedNode extends ExpressionBase {
  readonly kind: 'named';
  readonly names: readonly string[];
  readonly compound: boolean;
  readonly value: Expression;
}

export interface StarNode extends ExpressionBase {
  readonly kind: 'star';
}

export interface OrderedNode extends ExpressionBase {
  readonly kind: 'ordered';
  readonly value: Expression;
  readonly direction: string | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

export interface TypeofNode extends ExpressionBase {
  readonly kind: 'typeof';
  readonly named: ScalarType | undefined;
}

export interface ToScalarNode extends ExpressionBase {
  readonly kind: 'toscalar';
  readonly table: Expression;
}

export interface MaterializeNode extends ExpressionBase {
  readonly kind: 'materialize';
  readonly table: Expression;
}

export interface PipeNode extends ExpressionBase {
  readonly kind: 'pipe';
  readonly input: Expression;
  readonly operator: Operator;
}

export interface DatatableNode extends ExpressionBase {
  readonly kind: 'datatable';
  readonly columns: readonly TypedName[];
  /** Row after row. */
  readonly values: readonly Expression[];
}

export interface RangeNode extends ExpressionBase {
  readonly kind: 'range';
  readonly name: string;
  readonly from: Expression;
  readonly to: Expression;
  readonly step: Expression;
}

/** `column:"text"` in a search; the column is a star for any. */
export interface SearchTermNode extends ExpressionBase {
  readonly kind: 'searchTerm';
  readonly left: Expression;
  readonly right: Expression;
}

export interface FunctionDeclarationNode extends ExpressionBase {
  readonly kind: 'functionDeclaration';
}

export interface UnsupportedNode extends ExpressionBase {
  readonly kind: 'unsupported';
  readonly construct: string;
}

/** A query operator that needs no input on its left: `print`, `union` at the beginning. */
export interface RootOperatorNode extends ExpressionBase {
  readonly kind: 'operator';
  readonly operator: Operator;
}

export type Expression =
  | LiteralNode
  | NameNode
  | CallNode
  | PathNode
  | ElementNode
  | UnaryNode
  | ArithmeticNode
  | ComparisonNode
  | LogicNode
  | TextTestNode
  | ListTestNode
  | BetweenNode
  | NamedNode
  | StarNode
  | OrderedNode
  | TypeofNode
  | ToScalarNode
  | MaterializeNode
  | PipeNode
  | DatatableNode
  | RangeNode
  | FunctionDeclarationNode
  | SearchTermNode
  | RootOperatorNode
  | UnsupportedNode;

export type Statement =
  /** `type`: what the value becomes, for a declared query parameter. */
  | (Place & { readonly kind: 'let'; readonly name: string; readonly value: Expression; readonly type?: ScalarType })
  | (Place & { readonly kind: 'expression'; readonly value: Expression })
  | (Place & { readonly kind: 'option' })
  | (Place & { readonly kind: 'unsupported'; readonly construct: string });

export type SyntaxNode = Place;
