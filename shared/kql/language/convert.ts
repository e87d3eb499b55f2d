/** From the parser's tree to plain nodes (syntax.ts). Nothing is judged here: what has no node becomes `unsupported`. */
import { kindName, kusto, type RawList, type RawNode, type RawParameter, type RawSymbol, toArray } from './bundle';
import { diagnosticsOf, LanguageError } from './diagnostics';
import { datetimeText, parseLiteral, timespanText } from './literals';
import type {
  ArithmeticOperator,
  CalledFunction,
  ComparisonOperator,
  Expression,
  LiteralValue,
  NameMeaning,
  Operator,
  ParameterNode,
  ParsePattern,
  ScalarType,
  Source,
  Statement,
  TextTest,
  TypedName,
} from './syntax';

/** Names that Kusto accepts for a type, beside its own. */
const TYPE_ALIASES: Readonly<Record<string, ScalarType>> = {
  bool: 'bool',
  boolean: 'bool',
  int: 'int',
  long: 'long',
  real: 'real',
  double: 'real',
  decimal: 'decimal',
  datetime: 'datetime',
  date: 'datetime',
  timespan: 'timespan',
  time: 'timespan',
  guid: 'guid',
  uuid: 'guid',
  uniqueid: 'guid',
  string: 'string',
  dynamic: 'dynamic',
};

const ARITHMETIC: Readonly<Record<string, ArithmeticOperator>> = {
  AddExpression: '+',
  SubtractExpression: '-',
  MultiplyExpression: '*',
  DivideExpression: '/',
  ModuloExpression: '%',
};

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  EqualExpression: '==',
  NotEqualExpression: '!=',
  LessThanExpression: '<',
  LessThanOrEqualExpression: '<=',
  GreaterThanExpression: '>',
  GreaterThanOrEqualExpression: '>=',
};

interface TextTestForm {
  readonly test: TextTest;
  readonly caseSensitive: boolean;
  readonly negated: boolean;
}

const TEXT_TEST_NAMES: Readonly<Record<string, TextTest>> = {
  Has: 'has',
  HasPrefix: 'hasprefix',
  HasSuffix: 'hassuffix',
  Contains: 'contains',
  StartsWith: 'startswith',
  EndsWith: 'endswith',
};

/** `NotHasPrefixCsExpression` and its like: every test has four kinds. */
const TEXT_TESTS: ReadonlyMap<string, TextTestForm> = new Map([
  ['EqualTildeExpression', { test: 'equals', caseSensitive: false, negated: false }],
  ['BangTildeExpression', { test: 'equals', caseSensitive: false, negated: true }],
  ['MatchesRegexExpression', { test: 'regex', caseSensitive: true, negated: false }],
  ...Object.entries(TEXT_TEST_NAMES).flatMap(([name, test]) =>
    [false, true].flatMap((negated) =>
      [false, true].map((caseSensitive): [string, TextTestForm] => [
        `${negated ? 'Not' : ''}${name}${caseSensitive ? 'Cs' : ''}Expression`,
        { test, caseSensitive, negated },
      ]),
    ),
  ),
]);

/** The parser's "Cs" in the kinds of `in` means the opposite of what it says elsewhere: `in~`. */
const LIST_TESTS: Readonly<
  Record<
    string,
    { readonly test: 'in' | 'has_any' | 'has_all'; readonly caseSensitive: boolean; readonly negated: boolean }
  >
> = {
  InExpression: { test: 'in', caseSensitive: true, negated: false },
  NotInExpression: { test: 'in', caseSensitive: true, negated: true },
  InCsExpression: { test: 'in', caseSensitive: false, negated: false },
  NotInCsExpression: { test: 'in', caseSensitive: false, negated: true },
  HasAnyExpression: { test: 'has_any', caseSensitive: false, negated: false },
  HasAllExpression: { test: 'has_all', caseSensitive: false, negated: false },
};

const EXPRESSION_LISTS = {
  ExtendOperator: 'extend',
  ProjectOperator: 'project',
  ProjectAwayOperator: 'project-away',
  ProjectKeepOperator: 'project-keep',
  ProjectRenameOperator: 'project-rename',
  ProjectReorderOperator: 'project-reorder',
  DistinctOperator: 'distinct',
  SerializeOperator: 'serialize',
  PrintOperator: 'print',
  UnionOperator: 'union',
  SortOperator: 'sort',
} as const;

/** Numbers of the parser's SymbolKind. */
const MEANINGS: Readonly<Record<number, NameMeaning>> = {
  2: 'variable',
  3: 'function',
  4: 'variable',
  9: 'column',
  10: 'table',
  15: 'group',
};

export interface Converter {
  statements(list: RawList): readonly Statement[];
  expression(node: RawNode): Expression;
}

/** @param shift is added to the parser's offsets: where the parsed text begins in `source`. */
export function createConverter(source: Source, shift = 0): Converter {
  function place(node: RawNode) {
    return { source, start: node.TextStart + shift, length: node.Width };
  }

  function base(node: RawNode) {
    return {
      ...place(node),
      type: scalarType(node.ResultType),
      columnName: () => kusto().Binding.Binder.GetExpressionResultName(node, '', null) ?? '',
    };
  }

  function required(node: RawNode | null | undefined, owner: RawNode): Expression {
    if (node === null || node === undefined) return unsupported(owner);
    return expression(node);
  }

  function unsupported(node: RawNode): Expression {
    return { kind: 'unsupported', construct: constructName(node), ...base(node) };
  }

  function expressions(list: RawList): readonly Expression[] {
    return toArray(list).map(expression);
  }

  function expression(node: RawNode): Expression {
    const kind = kindName(node);
    const arithmetic = ARITHMETIC[kind];
    if (arithmetic !== undefined) return { kind: 'arithmetic', operator: arithmetic, ...sides(node) };
    const comparison = COMPARISONS[kind];
    if (comparison !== undefined) return { kind: 'comparison', operator: comparison, ...sides(node) };
    const textTest = TEXT_TESTS.get(kind);
    if (textTest !== undefined) return { kind: 'textTest', ...textTest, ...sides(node) };
    const listTest = LIST_TESTS[kind];
    if (listTest !== undefined) {
      const values = expressions(node.Right?.Expressions);
      return { kind: 'listTest', ...listTest, left: required(node.Left, node), values, ...base(node) };
    }
    switch (kind) {
      case 'ParenthesizedExpression':
      case 'BracketedExpression':
        return required(node.Expression, node);
      case 'NameReference':
        return nameReference(node);
      case 'FunctionCallExpression':
        return {
          kind: 'call',
          name: node.Name?.SimpleName ?? '',
          arguments: expressions(node.ArgumentList?.Expressions),
          ...base(node),
          ...calledOf(node),
        };
      case 'PathExpression':
        return pathExpression(node);
      case 'ElementExpression':
        return {
          kind: 'element',
          base: required(node.Expression, node),
          index: required(node.Selector, node),
          ...base(node),
        };
      case 'UnaryMinusExpression':
      case 'UnaryPlusExpression':
        return {
          kind: 'unary',
          operator: kind === 'UnaryMinusExpression' ? '-' : '+',
          operand: required(node.Expression, node),
          ...base(node),
        };
      case 'AndExpression':
        return { kind: 'logic', operator: 'and', ...sides(node) };
      case 'OrExpression':
        return { kind: 'logic', operator: 'or', ...sides(node) };
      case 'BetweenExpression':
      case 'NotBetweenExpression':
        return {
          kind: 'between',
          negated: kind === 'NotBetweenExpression',
          value: required(node.Left, node),
          low: required(node.Right?.First, node),
          high: required(node.Right?.Second, node),
          ...base(node),
        };
      case 'SimpleNamedExpression':
        return {
          kind: 'named',
          names: [node.Name?.SimpleName ?? ''],
          compound: false,
          value: required(node.Expression, node),
          ...base(node),
        };
      case 'CompoundNamedExpression':
        return {
          kind: 'named',
          names: toArray(node.Names?.Names).map((name) => name.SimpleName ?? ''),
          compound: true,
          value: required(node.Expression, node),
          ...base(node),
        };
      case 'StarExpression':
        return { kind: 'star', ...base(node) };
      case 'OrderedExpression': {
        const nulls = node.Ordering?.NullsClause?.FirstOrLastKeyword.Text;
        return {
          kind: 'ordered',
          value: required(node.Expression, node),
          direction: node.Ordering?.AscOrDescKeyword?.Text,
          nulls: nulls === 'first' || nulls === 'last' ? nulls : undefined,
          ...base(node),
        };
      }
      case 'TypeOfLiteralExpression':
        return { kind: 'typeof', named: typeOfTypeof(node), ...base(node) };
      case 'ToScalarExpression':
        return { kind: 'toscalar', table: required(node.Expression, node), ...base(node) };
      case 'MaterializeExpression':
        return { kind: 'materialize', table: required(node.Expression, node), ...base(node) };
      case 'PipeExpression': {
        const right = node.Operator;
        if (right === undefined) return unsupported(node);
        return { kind: 'pipe', input: required(node.Expression, node), operator: operator(right), ...base(node) };
      }
      case 'DataTableExpression':
        return {
          kind: 'datatable',
          columns: columnsOf(node.ResultType),
          values: expressions(node.Values),
          ...base(node),
        };
      case 'RangeOperator':
        return {
          kind: 'range',
          name: node.Name?.SimpleName ?? '',
          from: required(node.From, node),
          to: required(node.To, node),
          step: required(node.Step, node),
          ...base(node),
        };
      case 'FunctionDeclaration':
        return { kind: 'functionDeclaration', ...base(node) };
      case 'PrintOperator':
      case 'UnionOperator':
        return { kind: 'operator', operator: operator(node), ...base(node) };
      default:
        return literal(node, kind) ?? unsupported(node);
    }
  }

  function sides(node: RawNode) {
    return { left: required(node.Left, node), right: required(node.Right, node), ...base(node) };
  }

  function literal(node: RawNode, kind: string): Expression | undefined {
    if (kind === 'DynamicExpression') {
      const json = node.Expression === undefined ? undefined : jsonText(node.Expression);
      return json === undefined ? undefined : { kind: 'literal', ...base(node), type: 'dynamic', value: json.text };
    }
    const value = literalValue(node, kind);
    return value === undefined ? undefined : { kind: 'literal', ...base(node), type: value.type, value: value.value };
  }

  function nameReference(node: RawNode): Expression {
    const wildcard = /WildcardedName$/.test(node.Name === undefined ? '' : kindName(node.Name));
    const symbol = node.ReferencedSymbol;
    return {
      kind: 'name',
      name: wildcard ? wildcardText(node) : (node.SimpleName ?? ''),
      wildcard,
      meaning: (symbol && MEANINGS[symbol.Kind]) ?? 'unknown',
      ...base(node),
      ...calledOf(node),
    };
  }

  function pathExpression(node: RawNode): Expression {
    const selector = node.Selector;
    if (selector === undefined || kindName(selector) !== 'NameReference') return unsupported(node);
    return { kind: 'path', base: required(node.Expression, node), member: selector.SimpleName ?? '', ...base(node) };
  }

  function calledOf(node: RawNode): { readonly called: CalledFunction } | undefined {
    if (node.ReferencedSymbol?.Kind !== 3) return undefined;
    const body = node.GetCalledFunctionBody?.() ?? null;
    if (body === null) return undefined;
    const name = node.ReferencedSymbol.Name;
    return {
      called: {
        name,
        parameters: toArray(node.ReferencedSignature?.Parameters).map((parameter) => parameterNode(parameter)),
        body: () => calledBody(node, body, name),
      },
    };
  }

  function parameterNode(parameter: RawParameter): ParameterNode {
    const type = toArray(parameter.DeclaredTypes)[0];
    const defaultValue = parameter.DefaultValue;
    return {
      name: parameter.Name,
      tabular: parameter.IsTabular,
      type: scalarType(type),
      ...(defaultValue === null ? {} : { defaultValue: expression(defaultValue) }),
    };
  }

  /** A body's offsets count from its own beginning; a `let` function's are moved to where its text stands in the query. */
  function calledBody(call: RawNode, body: RawNode, name: string) {
    const text = body.Root.toString();
    const at = source.text.indexOf(text);
    const bodySource = at < 0 ? { text, functionName: name } : source;
    const bodyShift = Math.max(0, at);
    if (call.CalledFunctionHasErrors === true) {
      const errors = diagnosticsOf(call.GetCalledFunctionDiagnostics?.(), bodySource, bodyShift);
      if (errors.length > 0) throw new LanguageError(errors);
    }
    const inner = createConverter(bodySource, bodyShift);
    return {
      statements: inner.statements(body.Statements),
      expression: body.Expression === undefined ? undefined : inner.expression(body.Expression),
    };
  }

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

  function statements(list: RawList): readonly Statement[] {
    return toArray(list).map((node): Statement => {
      switch (kindName(node)) {
        case 'LetStatement':
          return {
            kind: 'let',
            name: node.Name?.SimpleName ?? '',
            value: required(node.Expression, node),
            ...place(node),
          };
        case 'ExpressionStatement':
          return { kind: 'expression', value: required(node.Expression, node), ...place(node) };
        case 'SetOptionStatement':
          return { kind: 'option', ...place(node) };
        default:
          return { kind: 'unsupported', construct: constructName(node), ...place(node) };
      }
    });
  }

  return { statements, expression };
}

/** The type's name as a scalar type; undefined for anything else. */
function scalarType(symbol: RawSymbol | null | undefined): ScalarType | undefined {
  return symbol === null || symbol === undefined || !Object.hasOwn(TYPE_ALIASES, symbol.Name)
    ? undefined
    : TYPE_ALIASES[symbol.Name];
}

function columnsOf(table: RawSymbol | null | undefined): readonly TypedName[] {
  return toArray(table?.Columns).map((column) => ({ name: column.Name, type: scalarType(column.Type) ?? 'dynamic' }));
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
      const type = TYPE_ALIASES[node.Type?.toString().trim() ?? ''];
      return type === undefined ? undefined : { kind: 'column', name: node.Name?.SimpleName ?? '', type };
    }
    default: {
      const value = literalValue(node, kindName(node));
      return typeof value?.value === 'string' ? { kind: 'text', text: value.value } : undefined;
    }
  }
}

function typeOfTypeof(node: RawNode): ScalarType | undefined {
  const types = toArray(node.Types);
  return types.length === 1 ? TYPE_ALIASES[types[0]?.toString().trim() ?? ''] : undefined;
}

function literalValue(
  node: RawNode,
  kind: string,
): { readonly type: ScalarType; readonly value: LiteralValue } | undefined {
  if (kind === 'StringLiteralExpression' || kind === 'CompoundStringLiteralExpression') {
    return typeof node.LiteralValue === 'string' ? { type: 'string', value: node.LiteralValue } : undefined;
  }
  const type =
    scalarType(node.ResultType) ?? scalarType({ Kind: 0, Name: kind.replace('LiteralExpression', '').toLowerCase() });
  if (!kind.endsWith('LiteralExpression') || type === undefined) return undefined;
  const value = parseLiteral(node.toString(), type);
  return value === undefined ? undefined : { type, value };
}

/** The JSON text of what stands in `dynamic(…)`; text undefined inside means a null. */
function jsonText(node: RawNode): { readonly text: string | null } | undefined {
  const text = json(node);
  if (text === undefined) return undefined;
  return { text: text === 'null' ? null : text };
}

function json(node: RawNode): string | undefined {
  const kind = kindName(node);
  switch (kind) {
    case 'JsonArrayExpression': {
      const items = toArray(node.Values).map(json);
      return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
    }
    case 'JsonObjectExpression': {
      const pairs = toArray(node.Pairs).map((pair) => {
        const value = json(pair.Value);
        return value === undefined ? undefined : `${JSON.stringify(stringOfToken(pair.Name))}:${value}`;
      });
      return pairs.includes(undefined) ? undefined : `{${pairs.join(',')}}`;
    }
    case 'NullLiteralExpression':
      return 'null';
    case 'UnaryMinusExpression':
    case 'UnaryPlusExpression': {
      const inner = node.Expression === undefined ? undefined : json(node.Expression);
      if (inner === undefined || kind === 'UnaryPlusExpression') return inner;
      return inner.startsWith('-') ? inner.slice(1) : `-${inner}`;
    }
    default: {
      const literal = literalValue(node, kind);
      return literal === undefined ? undefined : jsonOfLiteral(literal.value, literal.type);
    }
  }
}

/** A literal as JSON; datetimes and timespans become their texts, as in Kusto's dynamic. */
export function jsonOfLiteral(value: LiteralValue, type: ScalarType): string {
  if (value === null) return 'null';
  if (type === 'datetime') return JSON.stringify(datetimeText(value as bigint));
  if (type === 'timespan') return JSON.stringify(timespanText(value as bigint));
  if (type === 'dynamic' || type === 'decimal') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

function stringOfToken(token: RawNode): string {
  return kusto().KustoFacts.GetStringLiteralValue(token.Text ?? token.toString().trim());
}

function wildcardText(node: RawNode): string {
  const text = node.toString().trim();
  const bracketed = /^\[\s*(["'])(.*)\1\s*\]$/.exec(text);
  return bracketed?.[2] ?? text;
}

/** How a query's author calls the construct: its first word, else the parser's name for it. */
function constructName(node: RawNode): string {
  const word = /^[a-z_][\w-]*/i.exec(node.toString().trim())?.[0];
  return kindName(node).endsWith('Operator') && word !== undefined ? word : kindName(node);
}
