/**
 * evaluate: the plugins whose columns are known without looking at the data: narrow, ipv4_lookup, and bag_unpack with a declared
 * schema (`: (*, name:type)`). The others are refused.
 */
import type { CallNode, EvaluateOperator, Expression, TypedName } from '../../../../../shared/kql/language';
import type { Computed, PlanColumn, Relation } from '../../plan/nodes';
import { call, columnValue, constant, isConstant } from '../../plan/values';
import { type Builder, findColumn, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { withComputed } from '../rows';

type Plugin = (node: CallNode, operator: EvaluateOperator, input: Relation, scope: Scope, builder: Builder) => Relation;

export function evaluate(operator: EvaluateOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const { call: node } = operator;
  const plugin = node.kind === 'call' && Object.hasOwn(PLUGINS, node.name) ? PLUGINS[node.name] : undefined;
  if (node.kind !== 'call' || plugin === undefined)
    throw unsupported(`evaluate ${node.kind === 'call' ? node.name : 'of that'}`, operator);
  return plugin(node, operator, input, scope, builder);
}

function columnOf(node: Expression | undefined, input: Relation, owner: CallNode): PlanColumn {
  const column = node?.kind === 'name' ? findColumn(input.columns, node.name) : undefined;
  if (column === undefined) throw unsupported(`${owner.name}() of an expression`, node ?? owner);
  return column;
}

/** A row per column of each row; all values as text. */
const narrow: Plugin = (_node, _operator, input, _scope, builder) => {
  const row = builder.fresh('row');
  const index = builder.fresh('column');
  const count = builder.fresh('count');
  const numbered = withComputed(input, [
    {
      id: row,
      value: {
        kind: 'window',
        type: 'long',
        arguments: [],
        sql: (_, over) => `(row_number() ${over} - 1)`,
        order: input.order,
      },
    },
    { id: count, value: constant('long', BigInt(input.columns.length)) },
  ]);
  const repeated: Relation = { ...numbered, plan: { kind: 'repeat', input: numbered.plan, count, index } };
  const names = input.columns.map((column) => constant('string', column.name));
  const texts = input.columns.map((column) => convert(columnValue(column), 'string'));
  const pick = (...sql: string[]) => `[${sql.join(', ')}][${index} + 1]`;
  const computed: Computed[] = [
    { id: builder.fresh('Column'), value: call('string', names, pick) },
    { id: builder.fresh('Value'), value: call('string', texts, pick) },
  ];
  const columns: PlanColumn[] = [
    { id: row, name: 'Row', type: 'long' },
    { id: computed[0]?.id ?? '', name: 'Column', type: 'string' },
    { id: computed[1]?.id ?? '', name: 'Value', type: 'string' },
  ];
  return { ...withComputed(repeated, computed), columns, order: [] };
};

/** The columns declared; those of the input by name, the others out of the bag. */
const bagUnpack: Plugin = (node, operator, input, _scope, builder) => {
  const { schema } = operator;
  if (schema === undefined)
    throw unsupported('bag_unpack() without a declared schema, such as `: (*, name:string)`,', operator);
  if (node.arguments.length > 1) throw unsupported('bag_unpack() with more than the column', node);
  const bag = columnOf(node.arguments[0], input, node);
  const rest = input.columns.filter((column) => column !== bag);
  const computed: Computed[] = [];
  const unpacked = (wanted: TypedName): PlanColumn => {
    const existing = findColumn(rest, wanted.name);
    if (existing !== undefined) {
      if (existing.type === wanted.type) return existing;
      throw unsupported(`bag_unpack() that changes the type of the column ${wanted.name}`, operator);
    }
    const member = call(
      'dynamic',
      [columnValue(bag), constant('string', wanted.name)],
      (j, key) => `kql_member(${j}, ${key})`,
    );
    const id = builder.fresh(wanted.name);
    computed.push({ id, value: convert(member, wanted.type) });
    return { id, name: wanted.name, type: wanted.type };
  };
  const declared = schema.columns.map(unpacked);
  const kept = schema.star ? rest.filter((column) => !declared.includes(column)) : [];
  return { ...withComputed(input, computed), columns: [...kept, ...declared] };
};

/** Rows of the input with each row of the lookup table whose network holds their address. */
const ipv4Lookup: Plugin = (node, _operator, input, scope, builder) => {
  const [table, addressNode, networkNode, ...options] = node.arguments;
  if (table === undefined) throw unsupported('ipv4_lookup() without a table', node);
  const lookup = builder.relation(table, scope);
  const address = columnOf(addressNode, input, node);
  const network = columnOf(networkNode, lookup, node);
  let unmatched = false;
  for (const option of options) {
    if (option.kind !== 'named' || option.names[0] !== 'return_unmatched')
      throw unsupported('ipv4_lookup() with further keys', option);
    const value = builder.scalar(option.value, scope, undefined);
    if (!isConstant(value)) throw unsupported('A computed return_unmatched', option);
    unmatched = value.value === true;
  }
  const taken = new Set(input.columns.map((column) => column.name));
  if (lookup.columns.some((column) => taken.has(column.name)))
    throw unsupported('ipv4_lookup() of a table with a column that the input has, too,', node);
  const right = lookup.columns.map((column): PlanColumn => ({ ...column, id: builder.fresh(column.name) }));
  return {
    plan: {
      kind: 'join',
      joinKind: unmatched ? 'leftouter' : 'inner',
      left: input.plan,
      right: lookup.plan,
      keys: [],
      predicate: call(
        'bool',
        [convert(columnValue(address), 'string'), convert(columnValue(network), 'string')],
        (a, range) => `coalesce(kql_ip4_in_range(${a}, ${range}), false)`,
      ),
      output: [
        ...input.columns.map((column) => ({ id: column.id, from: column, nullable: false })),
        ...lookup.columns.map((from, index) => ({ id: right[index]?.id ?? '', from, nullable: unmatched })),
      ],
    },
    columns: [...input.columns, ...right],
    order: [],
  };
};

const PLUGINS: Readonly<Record<string, Plugin>> = { narrow, bag_unpack: bagUnpack, ipv4_lookup: ipv4Lookup };
