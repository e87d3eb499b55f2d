/** Query operators, from the parser's tree to plain nodes. */
import { kindName, type RawNode, toArray } from './bundle';
import { literalValue } from './constants';
import { EXPRESSION_LISTS } from './forms';
import { columnsOf, constructName, typeNamed, typeOfTypeof } from './symbols';
import type { Expression, Operator, ParsePattern, Source } from './syntax';

/** What operators need of the converter of expressions. */
export interface ExpressionConverter {
  place(node: RawNode): { readonly source: Source; readonly start: number; readonly length: number };
  expression(node: RawNode): Expression;
  expressions(list: Parameters<typeof toArray<RawNode>>[0]): readonly Expression[];
  /** The node's expression; an `unsupported` one in the owner's place where there is none. */
  required(node: RawNode | null | undefined, owner: RawNode): Expression;
}

export function createOperatorConverter(converter: ExpressionConverter): (node: RawNode) => Operator {
  const { place, expression, expressions, required } = converter;

  function operator(node: RawNode): Operator {
    const kind = kindName(node);
    const common = {
      ...place(node),
      parameters: parametersOf(node),
      columns: () => columnsOf(node.ResultType),
    };
    const listKind = EXPRESSION_LISTS[kind as keyof typeof EXPRESSION_LISTS];
    if (listKind !== undefined) return { kind: listKind, expressions: expressions(node.Expressions), ...common };
    switch (kind) {
      case 'FilterOperator':
        return { kind: 'where', condition: required(node.Condition, node), ...common };
      case 'SummarizeOperator':
        return {
          kind: 'summarize',
          aggregates: expressions(node.Aggregates),
          by: node.ByClause ? expressions(node.ByClause.Expressions) : undefined,
          ...common,
        };
      case 'CountOperator':
        return { kind: 'count', ...common };
      case 'TakeOperator':
      case 'SampleOperator':
        return { kind: 'take', count: required(node.Expression, node), ...common };
      case 'TopOperator':
        return {
          kind: 'top',
          count: required(node.Expression, node),
          by: required(node.ByExpression, node),
          ...common,
        };
      case 'JoinOperator':
      case 'LookupOperator': {
        const clause = node.ConditionClause ?? node.LookupClause ?? undefined;
        const isWhere = clause !== undefined && kindName(clause) === 'JoinWhereClause';
        return {
          kind: kind === 'JoinOperator' ? 'join' : 'lookup',
          right: required(node.Expression, node),
          on: isWhere ? [] : expressions(clause?.Expressions),
          where: isWhere ? required(clause.Expression, node) : undefined,
          ...common,
        };
      }
      case 'MvExpandOperator':
        return {
          kind: 'mv-expand',
          items: toArray(node.Expressions).map((item) => ({
            value: required(item.Expression, item),
            to: item.ToTypeOf ? typeOfTypeof(item.ToTypeOf.TypeOf) : undefined,
          })),
          limit: node.RowLimitClause?.RowLimit === undefined ? undefined : expression(node.RowLimitClause.RowLimit),
          ...common,
        };
      case 'ParseOperator':
      case 'ParseWhereOperator': {
        const patterns = toArray(node.Patterns).map(parsePattern);
        if (patterns.includes(undefined)) break;
        return {
          kind: kind === 'ParseOperator' ? 'parse' : 'parse-where',
          value: required(node.Expression, node),
          patterns: patterns.filter((pattern) => pattern !== undefined),
          ...common,
        };
      }
      case 'InvokeOperator':
        return { kind: 'invoke', call: required(node.Function, node), ...common };
      case 'RenderOperator':
        return { kind: 'render', chart: node.ChartType?.Text ?? '', ...common };
      case 'AsOperator':
        return { kind: 'as', name: node.Name?.SimpleName ?? '', ...common };
      case 'GetSchemaOperator':
        return { kind: 'getschema', ...common };
    }
    return { kind: 'unsupported', construct: constructName(node), ...common };
  }

  return operator;
}

function parametersOf(node: RawNode): ReadonlyMap<string, string> {
  const entries = toArray(node.Parameters).map((parameter): [string, string] => [
    (parameter.Name?.SimpleName ?? '').toLowerCase(),
    parameter.Expression?.SimpleName ?? parameter.Expression?.toString().trim() ?? '',
  ]);
  return new Map(entries.filter(([name]) => !name.startsWith('hint.')));
}

function parsePattern(node: RawNode): ParsePattern | undefined {
  switch (kindName(node)) {
    case 'StarExpression':
      return { kind: 'star' };
    case 'NameDeclaration':
      return { kind: 'column', name: node.SimpleName ?? '', type: 'string' };
    case 'NameAndTypeDeclaration': {
      const type = typeNamed(node.Type?.toString().trim() ?? '');
      return type === undefined ? undefined : { kind: 'column', name: node.Name?.SimpleName ?? '', type };
    }
    default: {
      const value = literalValue(node, kindName(node));
      return typeof value?.value === 'string' ? { kind: 'text', text: value.value } : undefined;
    }
  }
}
