/** From analysed statements to the relation that the query returns: names, functions, pipes. */
import type {
  CalledFunction,
  Expression,
  NameNode,
  Operator,
  PipeNode,
  ScalarType,
  Statement,
  SyntaxNode,
} from '../../../../shared/kql/language';
import { assertSameTypes, columnsBySite, DiscoveryNeeded, foundColumns } from '../discovery';
import type { Found } from '../index';
import type { Relation, Value } from '../plan/nodes';
import { FALSE, isConstant } from '../plan/values';
import { printRelation } from '../sql/print';
import {
  type Binding,
  type Builder,
  childScope,
  emptyQuery,
  errorAt,
  isRelation,
  lookUp,
  type Row,
  type Scope,
  unsupported,
} from './builder';
import { convert } from './convert';
import { evaluate } from './operators/evaluate';
import { mvExpand } from './operators/expand';
import { find } from './operators/find';
import { join } from './operators/join';
import { makeSeries } from './operators/makeSeries';
import { parse } from './operators/parse';
import { parseKv } from './operators/parseKv';
import {
  assertSchema,
  distinct,
  extend,
  getSchema,
  print,
  project,
  projectAway,
  projectByNames,
  projectKeep,
  projectRename,
  projectReorder,
} from './operators/project';
import { walk } from './operators/scan';
import { search } from './operators/search';
import { limited, rowCount, sort, take, top } from './operators/sort';
import { datatable, range, scan } from './operators/source';
import { mvApply, partition } from './operators/subquery';
import { count, summarize } from './operators/summarize';
import { topHitters, topNested } from './operators/topNested';
import { union } from './operators/union';
import { openRow } from './rows';
import { scalarValue } from './scalar';
import { isTabular } from './tabular';

/** Calls that one query may expand; nested functions can multiply without bound. */
const MAX_CALLS = 5000;

export interface Built {
  readonly relation: Relation;
  readonly chart: string | undefined;
}

export function buildQuery(
  statements: readonly Statement[],
  tables: Builder['tables'],
  now: bigint,
  timespan: Builder['timespan'],
  found: readonly Found[] = [],
): Built {
  const root = childScope(undefined);
  const global = childScope(root);
  let chart: string | undefined;
  let counter = 0;
  let calls = 0;
  const bySite = columnsBySite(found);

  const builder: Builder = {
    now,
    timespan,
    tables,
    fresh(name) {
      counter += 1;
      return `${name
        .replaceAll(/[^A-Za-z0-9_]/g, '_')
        .replace(/^(?![A-Za-z_])/, 'c')
        .slice(0, 30)}_${counter}`;
    },
    scalar: (expression, scope, row) => scalarValue(expression, scope, row, builder),
    relation: relationOf,
    table: tableOf,
    call: callFunction,
    discover(relation, site, node) {
      const sql = printRelation(relation);
      const columns = foundColumns(found, sql, node);
      if (columns === undefined) throw new DiscoveryNeeded(sql, site);
      assertSameTypes(bySite, site, columns, node);
      return columns;
    },
    render(kind) {
      chart = kind;
    },
  };

  function tableOf(name: string, node: SyntaxNode): Relation {
    const columns = tables.get(name);
    if (columns === undefined) throw errorAt('malformed', `There is no table '${name}'`, node, 'KS204');
    return scan(name, columns, builder);
  }

  function relationOf(expression: Expression, scope: Scope): Relation {
    switch (expression.kind) {
      case 'pipe':
        return pipe(expression, scope);
      case 'name':
        return namedRelation(expression, scope);
      case 'call': {
        if (expression.called !== undefined) {
          return table(callFunction(expression.called, expression.arguments, scope, undefined, expression), expression);
        }
        if (expression.name === 'table') {
          const name = builder.scalar(expression.arguments[0] ?? expression, scope, undefined);
          if (isConstant(name) && typeof name.value === 'string') return tableOf(name.value, expression);
        }
        throw unsupported(`The function ${expression.name}() as a table`, expression);
      }
      case 'datatable':
        return datatable(expression, scope, builder);
      case 'range':
        return range(expression, scope, builder);
      case 'materialize':
        return shared(relationOf(expression.table, scope), true);
      case 'operator':
        return apply(expression.operator, undefined, scope);
      case 'named':
        return relationOf(expression.value, scope);
      case 'unsupported':
        throw unsupported(
          expression.construct === 'ExternalDataExpression'
            ? 'externaldata (data from elsewhere)'
            : expression.construct,
          expression,
        );
      default:
        throw unsupported(`${expression.kind} as a table`, expression);
    }
  }

  function table(result: Value | Relation, node: SyntaxNode): Relation {
    if (isRelation(result)) return result;
    throw errorAt('malformed', 'This is a value, not a table', node);
  }

  function namedRelation(node: NameNode, scope: Scope): Relation {
    if (node.called !== undefined) return table(callFunction(node.called, [], scope, undefined, node), node);
    const binding = lookUp(scope, node.name);
    if (binding?.kind === 'table') return shared(binding.relation, binding.materialized);
    if (node.wildcard) throw unsupported('A wildcard table outside of union', node);
    return tableOf(node.name, node);
  }

  /** A shared relation under new ids, so that a query can use it twice, even in one join. */
  function shared(relation: Relation, materialized: boolean): Relation {
    const renamed = new Map<string, string>();
    const rename = (id: string, name: string) => {
      const known = renamed.get(id);
      if (known !== undefined) return known;
      const fresh = builder.fresh(name);
      renamed.set(id, fresh);
      return fresh;
    };
    const columns = relation.columns.map((column) => ({ ...column, id: rename(column.id, column.name) }));
    const order = relation.order.map((key) => ({ ...key, id: rename(key.id, 'order') }));
    const arrived = relation.arrived === undefined ? undefined : rename(relation.arrived, 'arrived');
    const plan = {
      kind: 'reference',
      input: relation.plan,
      materialized,
      columns: [...renamed].map(([from, id]) => ({ from, id })),
    } as const;
    return { plan, columns, order, ...(arrived === undefined ? {} : { arrived }) };
  }

  function pipe(node: PipeNode, scope: Scope): Relation {
    const steps: Operator[] = [];
    let source: Expression = node;
    while (source.kind === 'pipe') {
      steps.unshift(source.operator);
      source = source.input;
    }
    return steps.reduce<Relation>((input, step) => apply(step, input, scope), relationOf(source, scope));
  }

  function apply(operator: Operator, input: Relation | undefined, scope: Scope): Relation {
    if (operator.kind === 'print') return print(operator, scope, builder);
    if (operator.kind === 'union') return union(operator, input, scope, builder);
    if (operator.kind === 'search') return search(operator, input, scope, builder);
    if (operator.kind === 'find') return find(operator, scope, builder);
    if (input === undefined) throw unsupported(`${operator.kind} without a table before it`, operator);
    switch (operator.kind) {
      case 'where': {
        const open = openRow(input, builder);
        const predicate = convert(builder.scalar(operator.condition, scope, open.row), 'bool');
        if (isConstant(predicate) && predicate.value === true) return input;
        const relation = open.input();
        return { ...relation, plan: { kind: 'filter', input: relation.plan, predicate } };
      }
      case 'extend':
        return extend(operator, input, scope, builder);
      case 'serialize':
        return operator.expressions.length === 0 ? input : extend(operator, input, scope, builder);
      case 'project':
        return project(operator, input, scope, builder);
      case 'project-away':
        return projectAway(operator, input);
      case 'project-keep':
        return projectKeep(operator, input);
      case 'project-rename':
        return projectRename(operator, input);
      case 'project-reorder':
        return projectReorder(operator, input);
      case 'distinct':
        return distinct(operator, input, scope, builder);
      case 'summarize':
        return summarize(operator, input, scope, builder);
      case 'count':
        return count(input, operator.columns()[0]?.name ?? 'Count', builder);
      case 'sort':
        return sort(operator, input, scope, builder);
      case 'take':
        return take(operator, input, scope, builder);
      case 'top':
        return top(operator, input, scope, builder);
      case 'join':
      case 'lookup':
        return join(operator, input, scope, builder);
      case 'mv-expand':
        return mvExpand(operator, input, scope, builder);
      case 'parse':
      case 'parse-where':
        return parse(operator, input, scope, builder);
      case 'parse-kv':
        return parseKv(operator, input, scope, builder);
      case 'mv-apply':
        return mvApply(operator, input, scope, builder, apply);
      case 'partition':
        return partition(operator, input, scope, builder, apply);
      case 'make-series':
        return makeSeries(operator, input, scope, builder);
      case 'sample-distinct': {
        const sampled = distinct({ ...operator, kind: 'distinct', expressions: [operator.of] }, input, scope, builder);
        return limited(sampled, rowCount(operator.count, scope, builder));
      }
      case 'evaluate':
        return evaluate(operator, input, scope, builder);
      case 'invoke':
        return invoke(operator.call, input, scope);
      case 'render':
        builder.render(operator.chart);
        return input;
      case 'as': {
        scope.names.set(operator.name, { kind: 'table', relation: input, materialized: false });
        return input;
      }
      case 'project-by-names':
        return projectByNames(operator, input, scope, builder);
      case 'top-nested':
        return topNested(operator, input, scope, builder);
      case 'top-hitters':
        return topHitters(operator, input, scope, builder);
      case 'scan':
        return walk(operator, input, scope, builder);
      case 'assert-schema':
        return assertSchema(operator, input);
      case 'consume':
        return { plan: { kind: 'filter', input: input.plan, predicate: FALSE }, columns: [], order: [] };
      case 'getschema':
        return getSchema(input, builder);
      case 'unsupported':
        throw unsupported(`The operator ${operator.construct}`, operator);
    }
  }

  function invoke(call: Expression, input: Relation, scope: Scope): Relation {
    if ((call.kind !== 'call' && call.kind !== 'name') || call.called === undefined)
      throw unsupported('This form of invoke', call);
    const args = call.kind === 'call' ? call.arguments : [];
    return table(callFunction(call.called, args, scope, undefined, call, input), call);
  }

  /** Inlines a function: parameters bound to arguments, the body read where the function was declared. */
  function callFunction(
    called: CalledFunction,
    args: readonly Expression[],
    scope: Scope,
    row: Row | undefined,
    node: SyntaxNode,
    invoked?: Relation,
  ): Value | Relation {
    calls += 1;
    if (calls > MAX_CALLS) throw errorAt('limit', `More than ${MAX_CALLS} function calls when expanded`, node);
    const declared = lookUp(scope, called.name);
    const inner = childScope(declared?.kind === 'function' ? declared.scope : root);
    bindParameters(called, args, scope, row, node, invoked, inner);
    const body = called.body();
    bindStatements(body.statements, inner, row);
    if (body.expression === undefined) throw errorAt('malformed', `The function ${called.name} has no result`, node);
    return resultOf(body.expression, inner, row);
  }

  function resultOf(expression: Expression, scope: Scope, row: Row | undefined): Value | Relation {
    return isTabular(expression, scope) ? relationOf(expression, scope) : builder.scalar(expression, scope, row);
  }

  function bindParameters(
    called: CalledFunction,
    args: readonly Expression[],
    scope: Scope,
    row: Row | undefined,
    node: SyntaxNode,
    invoked: Relation | undefined,
    inner: Scope,
  ): void {
    const positional = args.filter((argument) => argument.kind !== 'named');
    const named = new Map(
      args.flatMap((argument) =>
        argument.kind === 'named' ? [[argument.names[0] ?? '', argument.value] as const] : [],
      ),
    );
    let next = 0;
    for (const [index, parameter] of called.parameters.entries()) {
      if (invoked !== undefined && index === 0) {
        inner.names.set(parameter.name, { kind: 'table', relation: invoked, materialized: false });
        continue;
      }
      const given = named.get(parameter.name) ?? positional[next];
      if (!named.has(parameter.name) && given !== undefined) next += 1;
      const expression = given ?? parameter.defaultValue;
      if (expression === undefined) throw errorAt('malformed', `${called.name}() needs '${parameter.name}'`, node);
      inner.names.set(
        parameter.name,
        bindingOf(expression, parameter.tabular, parameter.type, given === undefined ? root : scope, row),
      );
    }
  }

  function bindingOf(
    expression: Expression,
    tabular: boolean,
    type: ScalarType | undefined,
    scope: Scope,
    row: Row | undefined,
  ): Binding {
    if (tabular) return { kind: 'table', relation: relationOf(expression, scope), materialized: false };
    const value = builder.scalar(expression, scope, row);
    return { kind: 'scalar', value: type === undefined ? value : convert(value, type) };
  }

  function bindStatements(list: readonly Statement[], scope: Scope, row: Row | undefined): void {
    for (const statement of list) {
      if (statement.kind === 'let')
        scope.names.set(statement.name, letBinding(statement.value, scope, row, statement.type));
      else if (statement.kind === 'unsupported') throw unsupported(statement.construct, statement);
    }
  }

  function letBinding(value: Expression, scope: Scope, row: Row | undefined, type?: ScalarType): Binding {
    if (type !== undefined) return bindingOf(value, false, type, scope, row);
    // A function sees what was declared before it.
    if (value.kind === 'functionDeclaration')
      return { kind: 'function', scope: { parent: scope.parent, names: new Map(scope.names) }, view: isView(value) };
    if (value.kind === 'materialize')
      return { kind: 'table', relation: relationOf(value.table, scope), materialized: true };
    const result = resultOf(value, scope, row);
    return isRelation(result)
      ? { kind: 'table', relation: result, materialized: false }
      : { kind: 'scalar', value: result };
  }

  bindStatements(statements, global, undefined);
  const last = statements.filter((statement) => statement.kind === 'expression').at(-1);
  if (last === undefined) throw emptyQuery(statements);
  return { relation: resultRelation(last.value, global), chart };

  function resultRelation(expression: Expression, scope: Scope): Relation {
    if (isTabular(expression, scope)) return relationOf(expression, scope);
    throw errorAt('malformed', 'The query gives a value, not a table: begin it with print', expression);
  }
}

function isView({ source, start }: Expression): boolean {
  return /^view\b/.test(source.text.slice(start, start + 5));
}
