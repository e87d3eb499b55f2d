/** Query operators, from the parser's tree to plain nodes. */
import { kindName, type RawNode, toArray } from './bundle';
import { literalValue } from './constants';
import { EXPRESSION_LISTS } from './forms';
import type { FindOperator, Operator, ParsePattern, ScanOperator, ScanStep } from './operatorSyntax';
import { siteOf } from './plugins';
import { columnsOf, constructName, typeNamed, typeOfTypeof } from './symbols';
import type { Expression, Source, TypedName } from './syntax';

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
        return { kind: 'mv-expand', ...expansion(node), ...common };
      case 'MvApplyOperator': {
        const body = node.Subquery?.Expression;
        if (body === undefined || (node.ContextIdClause ?? null) !== null) break;
        return { kind: 'mv-apply', ...expansion(node), subquery: operatorsOf(body), ...common };
      }
      case 'PartitionOperator': {
        const body = node.Operand?.Subquery;
        if (body === undefined) break;
        return { kind: 'partition', by: required(node.ByExpression, node), subquery: operatorsOf(body), ...common };
      }
      case 'MakeSeriesOperator':
        return { ...makeSeries(node), ...common };
      case 'ParseKvOperator':
        return {
          kind: 'parse-kv',
          value: required(node.Expression, node),
          keys: typedNames(node.Keys?.Columns),
          options: toArray(node.WithClause?.Properties).map((option) => ({
            name: option.Name?.SimpleName ?? '',
            value: required(option.Expression, option),
          })),
          ...common,
        };
      case 'SampleDistinctOperator':
        return {
          kind: 'sample-distinct',
          count: required(node.Expression, node),
          of: required(node.OfExpression, node),
          ...common,
        };
      case 'SearchOperator':
        return {
          kind: 'search',
          tables: node.InClause ? expressions(node.InClause.Expressions) : undefined,
          condition: required(node.Condition, node),
          ...common,
        };
      case 'EvaluateOperator': {
        const schema = node.Schema?.Schema ?? undefined;
        return {
          kind: 'evaluate',
          call: required(node.FunctionCall, node),
          site: node.FunctionCall === undefined ? '' : siteOf(node.FunctionCall),
          schema:
            schema === undefined
              ? undefined
              : { star: (schema.AsteriskToken?.Text ?? '') === '*', columns: typedNames(schema.Columns) },
          ...common,
        };
      }
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
      case 'ConsumeOperator':
        return { kind: 'consume', ...common };
      case 'TopNestedOperator':
        return {
          kind: 'top-nested',
          levels: toArray(node.Clauses).map((clause) => ({
            count: clause.Expression ? expression(clause.Expression) : undefined,
            of: required(clause.OfExpression, clause),
            others: clause.WithOthersClause?.Expression ? expression(clause.WithOthersClause.Expression) : undefined,
            by: required(clause.ByExpression, clause),
          })),
          ...common,
        };
      case 'TopHittersOperator':
        return {
          kind: 'top-hitters',
          count: required(node.Expression, node),
          of: required(node.OfExpression, node),
          by: node.ByClause?.Expression ? expression(node.ByClause.Expression) : undefined,
          ...common,
        };
      case 'FindOperator':
        if (node.ProjectAway) break;
        return {
          kind: 'find',
          tables: node.InClause ? expressions(node.InClause.Expressions) : undefined,
          condition: required(node.Condition, node),
          project: node.Project ? projectedColumns(node.Project) : undefined,
          ...common,
        };
      case 'ScanOperator': {
        const declared = toArray(node.DeclareClause?.Declarations).map(({ NameAndType, DefaultValue }) => ({
          name: NameAndType?.Name?.SimpleName ?? '',
          type: typeNamed(NameAndType?.Type?.toString().trim() ?? ''),
          initial: DefaultValue?.Value ? expression(DefaultValue.Value) : undefined,
        }));
        const typed = declared.filter(
          (column): column is ScanOperator['declared'][number] => column.type !== undefined,
        );
        if (node.OrderByClause || node.PartitionByClause || typed.length < declared.length) break;
        const steps = toArray(node.Steps).map(
          (step): ScanStep => ({
            name: step.Name?.SimpleName ?? '',
            output: /=\s*(\w+)/.exec(step.ScanStepOutput?.toString() ?? '')?.[1] ?? 'all',
            condition: required(step.Condition, step),
            assignments: toArray(step.ComputationClause?.Assignments).map((one) => ({
              name: one.Name?.SimpleName ?? '',
              value: required(one.Expression, one),
            })),
          }),
        );
        if (toArray(node.Steps).some(({ OptionalKeyword }) => OptionalKeyword?.Text)) break;
        return { kind: 'scan', declared: typed, steps, ...common };
      }
      case 'AssertSchemaOperator':
        return { kind: 'assert-schema', expected: typedNames(node.Schema?.Columns), ...common };
    }
    return { kind: 'unsupported', construct: constructName(node), ...common };
  }

  /** What mv-expand and mv-apply expand. */
  function expansion(node: RawNode) {
    return {
      items: toArray(node.Expressions).map((item) => ({
        value: required(item.Expression, item),
        to: item.ToTypeOf ? typeOfTypeof(item.ToTypeOf.TypeOf) : undefined,
      })),
      limit: node.RowLimitClause?.RowLimit === undefined ? undefined : expression(node.RowLimitClause.RowLimit),
    };
  }

  /** The operators of a subquery, first to last. */
  function operatorsOf(node: RawNode): readonly Operator[] {
    if (kindName(node) !== 'PipeExpression') return [operator(node)];
    const earlier = node.Expression === undefined ? [] : operatorsOf(node.Expression);
    return node.Operator === undefined ? earlier : [...earlier, operator(node.Operator)];
  }

  function makeSeries(node: RawNode) {
    const range = node.RangeClause;
    const listed = range?.Arguments === undefined ? undefined : expressions(range.Arguments.Expressions);
    const optional = (clause: { readonly Expression: RawNode } | null | undefined) =>
      clause ? expression(clause.Expression) : undefined;
    const placeholder = required(undefined, node);
    return {
      kind: 'make-series' as const,
      series: toArray(node.Aggregates).map((item) => ({
        value: required(item.Expression, item),
        fallback: optional(item.DefaultExpression),
      })),
      axis: required(node.OnClause?.Expression, node),
      from: listed === undefined ? optional(range?.MakeSeriesFromClause) : listed[0],
      to: listed === undefined ? optional(range?.MakeSeriesToClause) : listed[1],
      step: (listed === undefined ? optional(range?.MakeSeriesStepClause) : listed[2]) ?? placeholder,
      inclusive: listed !== undefined,
      by: node.ByClause ? expressions(node.ByClause.Expressions) : [],
    };
  }

  return operator;
}

/** What stands after find's `project`; undefined for `project-smart`. The bag of the rest shows in the result's columns. */
function projectedColumns(clause: RawNode): FindOperator['project'] {
  if (clause.ProjectKeyword?.Text === 'project-smart') return undefined;
  return toArray(clause.Columns).flatMap((node) => {
    const kind = kindName(node);
    if (kind === 'NameReference') return [{ name: node.SimpleName ?? '', type: undefined }];
    if (kind !== 'TypedColumnReference') return [];
    return [{ name: node.Column?.SimpleName ?? '', type: typeNamed(node.Type?.toString().trim() ?? '') }];
  });
}

/** Declared columns; empty where a type has no name that is known. */
function typedNames(list: Parameters<typeof toArray<RawNode>>[0]): readonly TypedName[] {
  const columns = toArray(list).map((node) => ({
    name: node.Name?.SimpleName ?? '',
    type: typeNamed(node.Type?.toString().trim() ?? ''),
  }));
  return columns.every((column): column is TypedName => column.type !== undefined) ? columns : [];
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
