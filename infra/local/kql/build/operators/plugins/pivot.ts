/**
 * pivot: the values of one column become columns, each with an aggregate of the rows that have the value, for each group of the
 * other columns. Without a declared schema the values are found in the data first; their columns are in the order of their names.
 */
import type { Expression, TypedName } from '../../../../../../shared/kql/language';
import { MAX_FOUND_COLUMNS } from '../../../discovery';
import { aggregate } from '../../../functions/aggregate';
import { AGGREGATES } from '../../../functions/aggregates';
import type { Computed, PlanColumn, Relation, Value } from '../../../plan/nodes';
import { findReferencedColumns } from '../../../plan/operands';
import { call, columnValue, constant, logic } from '../../../plan/values';
import { stringLiteral } from '../../../sql/text';
import { errorAt, findColumn, unsupported } from '../../builder';
import { convert } from '../../convert';
import { openRow, withComputed } from '../../rows';
import { liftAggregates } from '../summarize';
import { argumentsOf, columnArgument, type Plugin, type PluginCall } from './plugin';

/** What the column of an empty value is called. */
const UNNAMED = 'Column1';
const SUPPORTED = new Set(
  'min max take_any any sum dcount avg stdev variance make_list make_bag make_set count'.split(' '),
);

export const pivot: Plugin = (pluginCall) => {
  const { builder, input, operator, node, scope } = pluginCall;
  const { given, rest } = argumentsOf(pluginCall, ['pivotColumn', 'aggregationFunction']);
  const column = columnArgument(given.get('pivotColumn'), input.columns, pluginCall);
  const open = openRow(input, builder);
  const cell = aggregateOf(given.get('aggregationFunction'), pluginCall, (expression) =>
    builder.scalar(expression, scope, { ...open.row, aggregates: true }),
  );
  const aggregated = findReferencedColumns(cell);
  const groups =
    rest.length > 0
      ? rest.map((one) => columnArgument(one, input.columns, pluginCall))
      : input.columns.filter((one) => one !== column && !aggregated.has(one.id));
  const value = builder.fresh('value');
  const text = convert(columnValue(column), 'string');
  const valued = withComputed(open.input(), [
    { id: value, value: call('string', [text], (s) => `CASE WHEN ${s} = '' THEN '${UNNAMED}' ELSE ${s} END`) },
  ]);
  const wanted =
    operator.schema?.columns ?? builder.discover(values(valued, value, cell, pluginCall), operator.site, node);
  return pivoted(valued, value, cell, groups, wanted, operator.schema !== undefined, pluginCall);
};

function aggregateOf(
  expression: Expression | undefined,
  { node }: PluginCall,
  build: (expression: Expression) => Value,
): Value {
  if (expression === undefined) return aggregate('long', [], (_, { filter }) => `count(*)${filter}`);
  if (expression.kind !== 'call' || !SUPPORTED.has(expression.name) || !Object.hasOwn(AGGREGATES, expression.name))
    throw unsupported('pivot() with this aggregate', expression);
  const value = build(expression);
  if (value.type === 'dynamic' && expression.name.startsWith('take')) throw unsupported('pivot() of a dynamic', node);
  return value;
}

/** The distinct values with the type of their columns. */
function values(input: Relation, value: string, cell: Value, { builder }: PluginCall): Relation {
  const [name, type] = [builder.fresh('name'), builder.fresh('type')];
  const grouped: Relation = {
    plan: {
      kind: 'aggregate',
      input: input.plan,
      keys: [{ id: name, value: { kind: 'column', id: value, type: 'string' } }],
      aggregates: [],
    },
    columns: [],
    order: [],
  };
  const typed = withComputed(grouped, [{ id: type, value: constant('string', cell.type) }]);
  const order = [{ id: name, descending: false, nullsFirst: false }];
  return {
    plan: { kind: 'limit', input: typed.plan, count: constant('long', BigInt(MAX_FOUND_COLUMNS + 1)), order },
    columns: [
      { id: name, name: 'name', type: 'string' },
      { id: type, name: 'type', type: 'string' },
    ],
    order,
  };
}

/** @param declared whether the columns wanted include those of the groups. */
function pivoted(
  input: Relation,
  value: string,
  cell: Value,
  groups: readonly PlanColumn[],
  wanted: readonly TypedName[],
  declared: boolean,
  { builder, node }: PluginCall,
): Relation {
  const keys = groups.map((column) => ({ column, id: builder.fresh(column.name) }));
  const aggregates: Computed[] = [];
  const later: Computed[] = [];
  const made = wanted.flatMap(({ name, type }): readonly PlanColumn[] => {
    const key = declared ? keys.find(({ column }) => column.name === name) : undefined;
    if (key !== undefined) return [{ ...key.column, id: key.id }];
    if (findColumn(groups, name) !== undefined)
      throw errorAt('malformed', `pivot() would make a second column '${name}'`, node);
    if (type !== cell.type) throw errorAt('malformed', `The column '${name}' is of the type ${cell.type}`, node);
    const only = onlyFor(
      cell,
      call('bool', [], () => `(${value} = ${stringLiteral(name)})`),
    );
    const lifted = liftAggregates(only, aggregates, new Map(), builder);
    if (lifted.kind === 'column') return [{ id: lifted.id, name, type }];
    const id = builder.fresh(name);
    later.push({ id, value: lifted });
    return [{ id, name, type }];
  });
  const plan = {
    kind: 'aggregate',
    input: input.plan,
    // Without groups, one of all rows: no rows make no row.
    keys:
      keys.length === 0
        ? [{ id: builder.fresh('all'), value: constant('long', 0n) }]
        : keys.map(({ id, column }) => ({ id, value: columnValue(column) })),
    aggregates,
  } as const;
  const shown = declared ? made : [...keys.map(({ id, column }) => ({ ...column, id })), ...made];
  return { ...withComputed({ plan, columns: [], order: [] }, later), columns: shown };
}

/** The aggregate over the rows that fulfil a condition only. */
function onlyFor(value: Value, condition: Value): Value {
  switch (value.kind) {
    case 'aggregate':
      return { ...value, filter: value.filter === undefined ? condition : logic('and', [value.filter, condition]) };
    case 'call':
      return { ...value, arguments: value.arguments.map((one) => onlyFor(one, condition)) };
    default:
      return value;
  }
}
