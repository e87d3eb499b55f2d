/** What the parts of the plan builder share: names in scope, the row they work on, and each other. */
import type { CalledFunction, Expression, Statement, SyntaxNode, TypedName } from '../../../../shared/kql/language';
import { excerpt, positionOf } from '../../../../shared/kql/language';
import { KqlError } from '../errors';
import type { PlanColumn, Relation, Value } from '../plan/nodes';
import type { KqlType } from '../types';

export type Binding =
  | { readonly kind: 'scalar'; readonly value: Value }
  | { readonly kind: 'table'; readonly relation: Relation; readonly materialized: boolean }
  /** Called through the parser's own resolution; bound so that the scope it was declared in is known. */
  | { readonly kind: 'function'; readonly scope: Scope; readonly view: boolean };

/** Names bound by let, as, and parameters; looked up outwards. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly names: Map<string, Binding>;
}

export function childScope(parent: Scope | undefined): Scope {
  return { parent, names: new Map() };
}

export function lookUp(scope: Scope, name: string): Binding | undefined {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    const binding = current.names.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

/**
 * The row that scalar expressions see. Values that SQL allows only in a SELECT list (window functions) are hoisted: computed as
 * columns of the relation before the operator that uses them.
 */
export interface Row {
  readonly columns: readonly PlanColumn[];
  readonly order: Relation['order'];
  /** Id of the column with the rows' arrival time, while they still come from one table. */
  readonly arrived?: string;
  /** Inside mv-apply and partition: the columns of the group that functions over neighbouring rows must not leave. */
  readonly group?: readonly PlanColumn[];
  /** Both sides of a join's condition. */
  readonly sides?: { readonly left: readonly PlanColumn[]; readonly right: readonly PlanColumn[] };
  /** In a scan: the columns of each step's state. */
  readonly steps?: ReadonlyMap<string, readonly PlanColumn[]>;
  /** Whether aggregate functions are allowed here. */
  readonly aggregates?: boolean;
  /** Adds a column before the operator and gives it back; left out where nothing can be hoisted. */
  hoist?(value: Value): Value;
}

export interface Builder {
  /** Microseconds since 1970. */
  readonly now: bigint;
  readonly timespan: { readonly from: bigint | undefined; readonly to: bigint | undefined };
  readonly tables: ReadonlyMap<string, readonly { readonly name: string; readonly type: KqlType }[]>;
  /** A SQL name that the statement does not use yet, reminding of `name`. */
  fresh(name: string): string;
  scalar(expression: Expression, scope: Scope, row: Row | undefined): Value;
  relation(expression: Expression, scope: Scope): Relation;
  /** A physical table by name. */
  table(name: string, node: SyntaxNode): Relation;
  /** A call of a stored or let function, as a value or a relation according to what its body is. */
  call(
    called: CalledFunction,
    args: readonly Expression[],
    scope: Scope,
    row: Row | undefined,
    node: SyntaxNode,
    invoked?: Relation,
  ): Value | Relation;
  /**
   * The columns that a plugin makes of data: those that the rows of a relation (two texts, name and type) describe.
   * @throws DiscoveryNeeded when it has not been run yet.
   */
  discover(relation: Relation, site: string, node: SyntaxNode): readonly TypedName[];
  /** Remembers what `render` asked for. */
  render(chart: string): void;
}

export function isRelation(result: Value | Relation): result is Relation {
  return 'plan' in result && 'columns' in result && 'order' in result;
}

/** @param kustoCode of Microsoft's parser, where it says the same. */
export function errorAt(
  code: 'malformed' | 'unsupported' | 'limit',
  what: string,
  node: SyntaxNode,
  kustoCode?: string,
): KqlError {
  const { source, start, length } = node;
  return new KqlError(code, what, {
    ...(kustoCode === undefined ? {} : { kustoCode }),
    ...positionOf(source.text, start),
    text: excerpt(source.text, start, length),
    ...(source.functionName === undefined ? {} : { functionName: source.functionName }),
  });
}

/** The error of a query that only declares. */
export function emptyQuery(statements: readonly Statement[]) {
  const [first] = statements;
  const nothing = { source: { text: '' }, start: 0, length: 0 };
  return errorAt('malformed', 'The query has no tabular statement', first ?? nothing);
}

export function unsupported(what: string, node: SyntaxNode): KqlError {
  return errorAt('unsupported', `${what} is not supported by the local engine`, node);
}

/** A column by its exact name. */
export function findColumn(columns: readonly PlanColumn[], name: string): PlanColumn | undefined {
  return columns.find((column) => column.name === name);
}

/** Whether a name matches a pattern in which `*` stands for any characters. No regex: patterns are foreign text. */
export function matchesPattern(name: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? '';
  return name.length - last.length >= at && name.endsWith(last);
}
