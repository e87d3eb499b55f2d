/** From the parser's tree to plain nodes (syntax.ts). Nothing is judged here: what has no node becomes `unsupported`. */
import { kindName, kusto, type RawList, type RawNode, type RawParameter, toArray } from './bundle';
import { jsonText, literalValue } from './constants';
import { diagnosticsOf, LanguageError } from './diagnostics';
import { ARITHMETIC, COMPARISONS, LIST_TESTS, MEANINGS, TEXT_TESTS } from './forms';
import { createOperatorConverter } from './operators';
import { columnsOf, constructName, scalarType, typeNamed, typeOfTypeof } from './symbols';
import type { CalledFunction, Expression, ParameterNode, ScalarType, Source, Statement } from './syntax';

export interface Converter {
  statements(list: RawList): readonly Statement[];
  expression(node: RawNode): Expression;
}

/** Stored functions that calls have been converted to: by name, as long as the schema is the same. */
export type CalledFunctions = Map<string, CalledFunction>;

/**
 * @param calledFunctions is read and added to: binding a body anew for each call is what a query over unifying functions would spend
 *   its seconds on.
 * @param shift is added to the parser's offsets: where the parsed text begins in `source`.
 */
export function createConverter(source: Source, calledFunctions: CalledFunctions, shift = 0): Converter {
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
      case 'SearchExpression':
        return { kind: 'searchTerm', ...sides(node) };
      case 'SearchOperator':
      case 'FindOperator':
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
    if (selector === undefined) return unsupported(node);
    switch (kindName(selector)) {
      case 'NameReference':
        return {
          kind: 'path',
          base: required(node.Expression, node),
          member: selector.SimpleName ?? '',
          ...base(node),
        };
      // `bag.[0]` is `bag[0]`.
      case 'BracketedExpression':
        return {
          kind: 'element',
          base: required(node.Expression, node),
          index: required(selector.Expression, node),
          ...base(node),
        };
      default:
        return unsupported(node);
    }
  }

  function calledOf(node: RawNode): { readonly called: CalledFunction } | undefined {
    if (node.ReferencedSymbol?.Kind !== 3) return undefined;
    const name = node.ReferencedSymbol.Name;
    const isStored = node.ReferencedSignature?.Declaration === null;
    const known = isStored ? calledFunctions.get(name) : undefined;
    if (known !== undefined) return { called: known };
    const body = node.GetCalledFunctionBody?.() ?? null;
    if (body === null) return undefined;
    let converted: ReturnType<CalledFunction['body']> | undefined;
    const called: CalledFunction = {
      name,
      parameters: toArray(node.ReferencedSignature?.Parameters).map((parameter) => parameterNode(parameter)),
      body: () => {
        converted ??= calledBody(node, body, name);
        return converted;
      },
    };
    // Where the arguments decide on columns, each call has a body of its own.
    if (isStored && node.GetCalledFunctionFacts?.()?.HasVariableReturnType === false) calledFunctions.set(name, called);
    return { called };
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
      // These offsets, unlike those of the nodes, already count from the beginning of the text that holds the body.
      const errors = diagnosticsOf(call.GetCalledFunctionDiagnostics?.(), bodySource, 0);
      if (errors.length > 0) throw new LanguageError(errors);
    }
    const inner = createConverter(bodySource, calledFunctions, bodyShift);
    return {
      statements: inner.statements(body.Statements),
      expression: body.Expression === undefined ? undefined : inner.expression(body.Expression),
    };
  }

  const operator = createOperatorConverter({ place, expression, expressions, required });

  function statements(list: RawList): readonly Statement[] {
    return toArray(list).flatMap((node): Statement | readonly Statement[] => {
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
        case 'QueryParametersStatement':
          return toArray(node.Parameters).map(queryParameter);
        default:
          return { kind: 'unsupported', construct: statementName(node), ...place(node) };
      }
    });
  }

  /** A declared query parameter is the value that it has where none is given. */
  function queryParameter(node: RawNode): Statement {
    const value = node.DefaultValue?.Value;
    if (value === undefined)
      return { kind: 'unsupported', construct: 'A query parameter without a value', ...place(node) };
    return {
      kind: 'let',
      name: node.NameAndType?.Name?.SimpleName ?? '',
      value: expression(value),
      ...place(node),
      ...typed(typeNamed(node.NameAndType?.Type?.toString().trim() ?? '')),
    };
  }

  return { statements, expression };
}

function typed(type: ScalarType | undefined) {
  return type === undefined ? {} : { type };
}

function statementName(node: RawNode): string {
  return `The statement ${/^\w+/.exec(node.toString().trim())?.[0] ?? kindName(node)}`;
}

function wildcardText(node: RawNode): string {
  const text = node.toString().trim();
  const bracketed = /^\[\s*(["'])(.*)\1\s*\]$/.exec(text);
  return bracketed?.[2] ?? text;
}
