/** extend, project, project-away, -keep, -rename, -reorder, distinct, serialize, print, getschema. */
import type {
  AssertSchemaOperator,
  Expression,
  ExpressionsOperator,
  TypedName,
} from '../../../../../shared/kql/language';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { columnValue, constant, constantArray, isConstant } from '../../plan/values';
import type { KqlType } from '../../types';
import { type Builder, errorAt, findColumn, matchesPattern, type Row, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { columnFor, openRow, uniqueName, withComputed } from '../rows';
import { tupleMembers } from '../tuples';
import { groupKeys, regrouped } from './summarize';

interface Named {
  readonly name: string;
  readonly value: Value;
}

/** Values with their column names; unnamed ones get the parser's name, or Column1, Column2 … (print: print_0 …). */
export function namedValues(
  expressions: readonly Expression[],
  taken: readonly string[],
  scope: Scope,
  row: Row | undefined,
  builder: Builder,
  fallback: (index: number) => string,
): readonly Named[] {
  const used = new Set(taken);
  for (const expression of expressions)
    if (expression.kind === 'named') for (const name of expression.names) used.add(name);
  let unnamed = 0;
  return expressions.flatMap((expression): readonly Named[] => {
    if (expression.kind === 'star')
      return (row?.columns ?? []).map((column) => ({ name: column.name, value: columnValue(column) }));
    const members = tupleMembers(expression.kind === 'named' ? expression.value : expression, scope, row, builder);
    if (members !== undefined) {
      const given = expression.kind === 'named' ? expression.names : [];
      return members.map(({ name, value }, index) => {
        const own = given[index] ?? uniqueName(name, used);
        used.add(own);
        return { name: own, value };
      });
    }
    const value = builder.scalar(expression, scope, row);
    if (expression.kind === 'named') {
      if (!expression.compound) return [{ name: expression.names[0] ?? '', value }];
      const array = convert(value, 'dynamic');
      return expression.names.map((name, index) => ({ name, value: elementAt(array, index) }));
    }
    const own = expression.columnName();
    if (own !== '') return [{ name: own, value }];
    let name: string;
    do {
      name = fallback(unnamed);
      unnamed += 1;
    } while (used.has(name));
    used.add(name);
    return [{ name, value }];
  });
}

function elementAt(array: Value, index: number): Value {
  return { kind: 'call', type: 'dynamic', arguments: [array], sql: (j) => `kql_item(${j}, ${index})` };
}

const numbered = (index: number) => `Column${index + 1}`;

export function extend(operator: ExpressionsOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const open = openRow(input, builder);
  const names = input.columns.map((column) => column.name);
  const added = namedValues(operator.expressions, names, scope, open.row, builder, numbered);
  const computed: Computed[] = [];
  const columns: PlanColumn[] = [...input.columns];
  for (const { name, value } of added) {
    const made = columnFor(name, value, builder);
    computed.push(...made.computed);
    const at = columns.findIndex((column) => column.name === name);
    if (at < 0) columns.push(made.column);
    else columns[at] = made.column;
  }
  return { ...withComputed(open.input(), computed), columns };
}

export function project(operator: ExpressionsOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const open = openRow(input, builder);
  const made = namedValues(operator.expressions, [], scope, open.row, builder, numbered);
  const taken = new Set<string>();
  const computed: Computed[] = [];
  const columns = made.map(({ name, value }) => {
    const unique = uniqueName(name, taken);
    taken.add(unique);
    const part = columnFor(unique, value, builder);
    computed.push(...part.computed);
    return part.column;
  });
  return { ...withComputed(open.input(), computed), columns };
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind === 'star') return '*';
  throw unsupported('An expression in the place of a column name', expression);
}

/** The columns that one of the names or patterns stands for. */
function matching(columns: readonly PlanColumn[], expression: Expression): readonly PlanColumn[] {
  const name = nameOf(expression);
  const wildcard = expression.kind === 'star' || (expression.kind === 'name' && expression.wildcard);
  if (wildcard) return columns.filter((column) => matchesPattern(column.name, name));
  const column = findColumn(columns, name);
  if (column === undefined) throw errorAt('malformed', `There is no column '${name}'`, expression);
  return [column];
}

export function projectAway(operator: ExpressionsOperator, input: Relation): Relation {
  const gone = new Set(operator.expressions.flatMap((expression) => matching(input.columns, expression)));
  return { ...input, columns: input.columns.filter((column) => !gone.has(column)) };
}

export function projectKeep(operator: ExpressionsOperator, input: Relation): Relation {
  const kept = new Set(operator.expressions.flatMap((expression) => matching(input.columns, expression)));
  return { ...input, columns: input.columns.filter((column) => kept.has(column)) };
}

export function projectRename(operator: ExpressionsOperator, input: Relation): Relation {
  const names = new Map<string, string>();
  for (const expression of operator.expressions) {
    if (expression.kind !== 'named') throw unsupported('This form of project-rename', expression);
    const column = matching(input.columns, expression.value)[0];
    if (column !== undefined) names.set(column.name, expression.names[0] ?? column.name);
  }
  const columns = input.columns.map((column) => ({ ...column, name: names.get(column.name) ?? column.name }));
  return { ...input, columns };
}

/** By names that are texts, or arrays of texts, known while compiling; `*` in them stands for any characters. */
export function projectByNames(
  operator: ExpressionsOperator,
  input: Relation,
  scope: Scope,
  builder: Builder,
): Relation {
  const names = operator.expressions.flatMap((expression) => {
    const value = builder.scalar(expression, scope, undefined);
    if (!isConstant(value)) throw unsupported('project-by-names with computed names', expression);
    return (constantArray(value) ?? [value.value]).map(String);
  });
  const found = names.flatMap((name) => input.columns.filter((column) => matchesPattern(column.name, name)));
  return { ...input, columns: [...new Set(found)] };
}

/** The input itself. @throws KqlError where names, order and types are not those expected */
export function assertSchema(operator: AssertSchemaOperator, input: Relation): Relation {
  const texts = (columns: readonly TypedName[]) => columns.map(({ name, type }) => `${name}:${type}`).join(', ');
  if (texts(operator.expected) === texts(input.columns)) return input;
  throw errorAt('malformed', `The columns are (${texts(input.columns).slice(0, 500)})`, operator);
}

/** Named columns first; patterns take the rest of what they match, sorted where asked for. */
export function projectReorder(operator: ExpressionsOperator, input: Relation): Relation {
  const ordered: PlanColumn[] = [];
  const explicit = new Set(operator.expressions.map(plainName).filter((name) => name !== undefined));
  for (const expression of operator.expressions) {
    const target = expression.kind === 'ordered' ? expression.value : expression;
    const wildcard = plainName(expression) === undefined;
    const found = matching(input.columns, target).filter(
      (column) => !ordered.includes(column) && !(wildcard && explicit.has(column.name)),
    );
    ordered.push(...sortedNames(found, expression));
  }
  return { ...input, columns: [...ordered, ...input.columns.filter((column) => !ordered.includes(column))] };
}

function plainName(expression: Expression): string | undefined {
  const target = expression.kind === 'ordered' ? expression.value : expression;
  return target.kind === 'name' && !target.wildcard ? target.name : undefined;
}

function sortedNames(columns: readonly PlanColumn[], expression: Expression): readonly PlanColumn[] {
  if (expression.kind !== 'ordered' || expression.direction === undefined) return columns;
  const sign = expression.direction.endsWith('desc') ? -1 : 1;
  const numeric = expression.direction.startsWith('granny');
  return [...columns].sort(
    (a, b) => sign * (numeric ? a.name.localeCompare(b.name, 'en', { numeric }) : a.name < b.name ? -1 : 1),
  );
}

export function distinct(operator: ExpressionsOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const open = openRow(input, builder);
  const values = namedValues(operator.expressions, [], scope, open.row, builder, numbered);
  const keys = values.map(({ name, value }) => ({ id: builder.fresh(name), value }));
  const columns = values.map(({ name, value }, index) => ({ id: keys[index]?.id ?? '', name, type: value.type }));
  const plan = {
    kind: 'aggregate',
    input: open.input().plan,
    keys: [...groupKeys(input), ...keys],
    aggregates: [],
  } as const;
  return regrouped({ plan, columns, order: [] }, input);
}

export function print(operator: ExpressionsOperator, scope: Scope, builder: Builder): Relation {
  const single: Relation = { plan: { kind: 'single' }, columns: [], order: [] };
  const values = namedValues(operator.expressions, [], scope, undefined, builder, (index) => `print_${index}`);
  const names = operator.columns().map((column) => column.name);
  const columns: PlanColumn[] = [];
  const computed: Computed[] = [];
  for (const [index, { name, value }] of values.entries()) {
    const given = names.length === values.length ? (names[index] ?? name) : name;
    const unique = uniqueName(given, new Set(columns.map((column) => column.name)));
    const id = builder.fresh(unique);
    columns.push({ id, name: unique, type: value.type });
    computed.push({ id, value });
  }
  return { ...withComputed(single, computed), columns };
}

/** Names of .NET types that getschema tells beside Kusto's. */
const SYSTEM_TYPES: Readonly<Record<KqlType, string>> = {
  bool: 'System.SByte',
  int: 'System.Int32',
  long: 'System.Int64',
  real: 'System.Double',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  guid: 'System.Guid',
  string: 'System.String',
  dynamic: 'System.Object',
};

const SCHEMA_COLUMNS: readonly TypedName[] = [
  { name: 'ColumnName', type: 'string' },
  { name: 'ColumnOrdinal', type: 'int' },
  { name: 'DataType', type: 'string' },
  { name: 'ColumnType', type: 'string' },
];

export function getSchema(input: Relation, builder: Builder): Relation {
  const columns = SCHEMA_COLUMNS.map(({ name, type }) => ({ id: builder.fresh(name), name, type }));
  const rows = input.columns.map((column, index) => [
    constant('string', column.name),
    constant('int', BigInt(index)),
    constant('string', SYSTEM_TYPES[column.type]),
    constant('string', column.type),
  ]);
  return { plan: { kind: 'values', columns, rows }, columns, order: [] };
}
