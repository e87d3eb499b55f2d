/** Scalar expressions: from syntax to values. */
import type { CallNode, Expression, NameNode, SyntaxNode, TextTestNode } from '../../../../shared/kql/language';
import { AGGREGATES } from '../functions/aggregates';
import { BUILT_FUNCTIONS } from '../functions/built';
import type { CallContext } from '../functions/spec';
import { FUNCTIONS } from '../functions/tables';
import type { Value } from '../plan/nodes';
import { columnValue, constant, logic } from '../plan/values';
import { arithmetic, negate } from './arithmetic';
import { type Builder, errorAt, findColumn, isRelation, lookUp, type Row, type Scope, unsupported } from './builder';
import { between, compare } from './comparison';
import { convert } from './convert';
import { dynamicAccess } from './dynamic';
import { listTest } from './lists';
import { specCall } from './specCall';
import { textTest } from './textTests';
import { firstOfTuple } from './tuples';

export function scalarValue(node: Expression, scope: Scope, row: Row | undefined, builder: Builder): Value {
  const inner = (expression: Expression) => builder.scalar(expression, scope, row);
  switch (node.kind) {
    case 'literal':
      return constant(node.type, node.value);
    case 'name':
      return nameValue(node, scope, row, builder);
    case 'call':
      return callValue(node, scope, row, builder);
    case 'path':
      return joinSide(node, row) ?? stepColumn(node, row) ?? dynamicAccess(node, builder, scope, row);
    case 'element':
      return dynamicAccess(node, builder, scope, row);
    case 'unary':
      return node.operator === '-' ? negate(inner(node.operand)) : inner(node.operand);
    case 'arithmetic':
      return arithmetic(node.operator, inner(node.left), inner(node.right), node.type, node);
    case 'comparison':
      return compare(node.operator, inner(node.left), inner(node.right), node);
    case 'logic':
      return logic(node.operator, [convert(inner(node.left), 'bool'), convert(inner(node.right), 'bool')]);
    case 'textTest':
      if (node.left.kind === 'star') return anyColumn(node, inner(node.right), row);
      return textTest(node.test, node.caseSensitive, node.negated, inner(node.left), inner(node.right));
    case 'listTest':
      return listTest(node, builder, scope, row);
    case 'between':
      return between(inner(node.value), inner(node.low), inner(node.high), node.negated, node);
    case 'named':
      return inner(node.value);
    case 'toscalar':
      return toScalar(node.table, scope, builder, node);
    case 'ordered':
      throw errorAt('malformed', 'An order is not a value', node);
    case 'unsupported':
      throw unsupported(node.construct, node);
    default:
      throw unsupported(`${node.kind} as a value`, node);
  }
}

/** `* has "x"`: whether the text of any column passes the test. */
function anyColumn(node: TextTestNode, sought: Value, row: Row | undefined): Value {
  if (row === undefined || node.negated) throw unsupported('This test of all columns (*)', node);
  return logic(
    'or',
    row.columns.map((column) => textTest(node.test, node.caseSensitive, false, columnValue(column), sought)),
  );
}

function nameValue(node: NameNode, scope: Scope, row: Row | undefined, builder: Builder): Value {
  if (node.called !== undefined) {
    const result = builder.call(node.called, [], scope, row, node);
    if (!isRelation(result)) return result;
    throw errorAt('malformed', `'${node.name}' is a table, not a value`, node);
  }
  if (node.meaning !== 'variable') {
    const column = row === undefined ? undefined : findColumn(row.columns, node.name);
    if (column !== undefined) return columnValue(column);
  }
  const binding = lookUp(scope, node.name);
  if (binding?.kind === 'scalar') return binding.value;
  throw errorAt('malformed', `There is no column '${node.name}' here`, node, 'KS142');
}

/** `$left.key` and `$right.key` in a join's condition. */
function joinSide(node: Extract<Expression, { kind: 'path' }>, row: Row | undefined): Value | undefined {
  if (row?.sides === undefined || node.base.kind !== 'name') return undefined;
  const side = node.base.name === '$left' ? row.sides.left : node.base.name === '$right' ? row.sides.right : undefined;
  if (side === undefined) return undefined;
  const column = findColumn(side, node.member);
  if (column === undefined) throw errorAt('malformed', `No column '${node.member}' on that side`, node);
  return columnValue(column);
}

/** `step.column` in a scan. */
function stepColumn(node: Extract<Expression, { kind: 'path' }>, row: Row | undefined): Value | undefined {
  if (row?.steps === undefined || node.base.kind !== 'name') return undefined;
  const state = row.steps.get(node.base.name);
  if (state === undefined) return undefined;
  const column = findColumn(state, node.member);
  if (column === undefined) throw unsupported('A column of a later step', node);
  return columnValue(column);
}

function toScalar(table: Expression, scope: Scope, builder: Builder, node: SyntaxNode): Value {
  if (table.type !== undefined) return builder.scalar(table, scope, undefined);
  const relation = builder.relation(table, scope);
  const [column] = relation.columns;
  if (column === undefined) throw unsupported('toscalar of a table without columns', node);
  const first = { kind: 'limit', input: relation.plan, count: constant('long', 1n), order: relation.order } as const;
  return { kind: 'subquery', type: column.type, plan: first, value: columnValue(column) };
}

function callValue(node: CallNode, scope: Scope, row: Row | undefined, builder: Builder): Value {
  if (node.called !== undefined) {
    const result = builder.call(node.called, node.arguments, scope, row, node);
    if (!isRelation(result)) return result;
    throw errorAt('malformed', `'${node.name}' gives a table, not a value`, node);
  }
  const context: CallContext = {
    builder,
    node,
    arguments: node.arguments,
    scope,
    row,
    value: (index) => {
      const argument = node.arguments[index];
      if (argument === undefined) throw errorAt('malformed', `${node.name}() needs more arguments`, node);
      return builder.scalar(argument, scope, row);
    },
    values: () => node.arguments.map((argument) => builder.scalar(argument, scope, row)),
  };
  const aggregate = Object.hasOwn(AGGREGATES, node.name) ? AGGREGATES[node.name] : undefined;
  if (aggregate !== undefined && row?.aggregates === true) {
    // Inside an aggregate's arguments there are no further aggregates.
    const plain: Row = { ...row, aggregates: false };
    return aggregate({
      ...context,
      row: plain,
      value: (index) => argumentValue(node, index, scope, plain, builder),
      values: () => node.arguments.map((argument) => builder.scalar(argument, scope, plain)),
    });
  }
  const built = Object.hasOwn(BUILT_FUNCTIONS, node.name) ? BUILT_FUNCTIONS[node.name] : undefined;
  if (built !== undefined) return built(context);
  const spec = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined;
  if (spec !== undefined) return specCall(spec, node, scope, row, builder);
  const first = firstOfTuple(node, scope, row, builder);
  if (first !== undefined) return first;
  throw unsupported(`The function ${node.name}()`, node);
}

function argumentValue(node: CallNode, index: number, scope: Scope, row: Row, builder: Builder): Value {
  const argument = node.arguments[index];
  if (argument === undefined) throw errorAt('malformed', `${node.name}() needs more arguments`, node);
  return builder.scalar(argument, scope, row);
}
