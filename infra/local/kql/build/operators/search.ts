/**
 * search: rows of the input, of chosen tables or of all tables in which a term is found. A term alone is sought in every column, as
 * text; `*` at its ends makes it a prefix, a suffix or any part.
 */
import type { Expression, FindOperator, SearchOperator, TextTest } from '../../../../../shared/kql/language';
import type { PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, columnValue, constant, FALSE, isConstant, logic, not } from '../../plan/values';
import { type Builder, errorAt, matchesPattern, type Row, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';
import { textTest } from '../textTests';
import { type Arm, united } from './union';

export function search(
  operator: SearchOperator,
  input: Relation | undefined,
  scope: Scope,
  builder: Builder,
): Relation {
  const sensitivity = operator.parameters.get('kind') ?? 'default';
  if (!['default', 'case_insensitive', 'case_sensitive'].includes(sensitivity))
    throw unsupported(`search kind=${sensitivity}`, operator);
  const caseSensitive = sensitivity === 'case_sensitive';
  const arms = input === undefined ? tablesOf(operator, scope, builder) : [{ label: '', relation: input }];
  const found = arms.map(({ label, relation }) => ({
    label,
    relation: labelled(label, filtered(operator.condition, relation, caseSensitive, scope, builder), builder),
  }));
  return united(found, false, undefined, builder, operator);
}

export function tablesOf(operator: SearchOperator | FindOperator, scope: Scope, builder: Builder): readonly Arm[] {
  if (operator.tables === undefined) {
    return [...builder.tables.keys()].map((name) => ({ label: name, relation: builder.table(name, operator) }));
  }
  return operator.tables.flatMap((expression): readonly Arm[] => {
    if (expression.kind === 'name' && expression.wildcard) {
      const names = [...builder.tables.keys()].filter((name) => matchesPattern(name, expression.name));
      return names.map((name) => ({ label: name, relation: builder.table(name, expression) }));
    }
    const label = expression.kind === 'name' ? expression.name : '';
    return [{ label, relation: builder.relation(expression, scope) }];
  });
}

function labelled(label: string, relation: Relation, builder: Builder): Relation {
  const column: PlanColumn = { id: builder.fresh('table'), name: '$table', type: 'string' };
  const named = withComputed(relation, [{ id: column.id, value: constant('string', label) }]);
  return { ...named, columns: [column, ...relation.columns.filter(({ name }) => name !== '$table')] };
}

export function filtered(
  condition: Expression,
  relation: Relation,
  caseSensitive: boolean,
  scope: Scope,
  builder: Builder,
): Relation {
  const open = openRow(relation, builder);
  const predicate = conditionOf(condition, { caseSensitive, scope, builder, row: open.row });
  const input = open.input();
  return { ...input, plan: { kind: 'filter', input: input.plan, predicate } };
}

interface Context {
  readonly caseSensitive: boolean;
  readonly scope: Scope;
  readonly builder: Builder;
  readonly row: Row;
}

function conditionOf(node: Expression, context: Context): Value {
  const { builder, scope, row } = context;
  switch (node.kind) {
    case 'logic':
      return logic(node.operator, [conditionOf(node.left, context), conditionOf(node.right, context)]);
    case 'literal':
      return term(row.columns, node, context);
    case 'star':
      return constant('bool', true);
    case 'searchTerm':
      return term(columnsOf(node.left, row), node.right, context);
    case 'call':
      if (node.name === 'not' && node.arguments[0] !== undefined) return not(conditionOf(node.arguments[0], context));
  }
  const absent = absentColumn(node, row);
  // Other tables of the search have the column: here the comparison finds nothing.
  if (absent) return constant('bool', false);
  return convert(builder.scalar(node, scope, row), 'bool');
}

function absentColumn(node: Expression, row: Row): boolean {
  const side = 'left' in node ? node.left : node.kind === 'between' ? node.value : undefined;
  return side?.kind === 'name' && side.meaning === 'column' && !row.columns.some(({ name }) => name === side.name);
}

function columnsOf(node: Expression, row: Row): readonly PlanColumn[] {
  if (node.kind === 'star') return row.columns;
  if (node.kind !== 'name') throw unsupported('A search of an expression', node);
  return row.columns.filter(({ name }) => name === node.name);
}

function term(columns: readonly PlanColumn[], node: Expression, context: Context): Value {
  const value = context.builder.scalar(node, context.scope, undefined);
  if (!isConstant(value) || value.type !== 'string') throw unsupported('A search term that is no text', node);
  const { test, text } = termOf(String(value.value), node);
  if (text === '') return constant('bool', columns.length > 0);
  if (columns.length === 0) return FALSE;
  return textTest(test, context.caseSensitive, false, joined(columns), constant('string', text));
}

/** Several columns as one text: a test of its own for each of hundreds takes seconds to prepare. No term goes over the border. */
function joined(columns: readonly PlanColumn[]): Value {
  const texts = columns.map((column) => convert(columnValue(column), 'string'));
  const [only] = texts;
  if (only !== undefined && texts.length === 1) return only;
  return call('string', texts, (...parts) => `concat_ws(chr(1), ${parts.join(', ')})`);
}

function termOf(pattern: string, node: Expression): { readonly test: TextTest; readonly text: string } {
  const before = pattern.startsWith('*');
  const after = pattern.endsWith('*') && pattern.length > 1;
  const text = pattern.slice(before ? 1 : 0, after ? -1 : undefined);
  if (text.includes('*')) throw errorAt('unsupported', 'A search term with * inside is not supported here', node);
  return { test: before && after ? 'contains' : before ? 'hassuffix' : after ? 'hasprefix' : 'has', text };
}
