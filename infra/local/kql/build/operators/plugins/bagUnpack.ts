/**
 * bag_unpack: a column for each property of the bags. Without a declared schema (`: (*, name:type)`) the properties are found in the
 * data first. Columns of the input come first, but those of the same name as a property stand among the properties, which are in
 * the order of their names.
 */
import type { TypedName } from '../../../../../../shared/kql/language';
import { MAX_FOUND_COLUMNS } from '../../../discovery';
import { aggregate } from '../../../functions/aggregate';
import type { Computed, PlanColumn, Relation, Value } from '../../../plan/nodes';
import { call, columnValue, constant, nullOf } from '../../../plan/values';
import { stringLiteral } from '../../../sql/text';
import type { KqlType } from '../../../types';
import { errorAt, findColumn, unsupported } from '../../builder';
import { convert } from '../../convert';
import { withComputed } from '../../rows';
import { argumentsOf, columnArgument, type Plugin, type PluginCall, textArgument, textsArgument } from './plugin';

const CONFLICTS = ['error', 'replace_source', 'keep_source'] as const;

interface Unpacking {
  readonly call: PluginCall;
  readonly bag: PlanColumn;
  /** The input's columns but the bag. */
  readonly rest: readonly PlanColumn[];
  readonly prefix: string;
  readonly conflict: (typeof CONFLICTS)[number];
  readonly ignored: readonly string[];
}

export const bagUnpack: Plugin = (pluginCall) => {
  const { given, rest: more } = argumentsOf(pluginCall, [
    'column',
    'OutputColumnPrefix',
    'columnsConflict',
    'ignoredProperties',
  ]);
  if (more[0] !== undefined) throw errorAt('malformed', 'bag_unpack() has at most four arguments', more[0]);
  const bag = columnArgument(given.get('column'), pluginCall.input.columns, pluginCall);
  const said = textArgument(given.get('columnsConflict'), pluginCall) ?? 'error';
  const conflict = CONFLICTS.find((one) => one === said);
  if (conflict === undefined)
    throw errorAt('malformed', `columnsConflict is one of ${CONFLICTS.join(', ')}`, pluginCall.node);
  const unpacking: Unpacking = {
    call: pluginCall,
    bag,
    rest: pluginCall.input.columns.filter((column) => column !== bag),
    prefix: textArgument(given.get('OutputColumnPrefix'), pluginCall) ?? '',
    conflict,
    ignored: textsArgument(given.get('ignoredProperties'), pluginCall),
  };
  return pluginCall.operator.schema === undefined
    ? discovered(unpacking)
    : declared(unpacking, pluginCall.operator.schema);
};

function discovered(unpacking: Unpacking): Relation {
  const { call: pluginCall, rest } = unpacking;
  const { builder, operator, node } = pluginCall;
  const found = builder.discover(properties(unpacking), operator.site, node);
  const clash = found.find(({ name }) => findColumn(rest, name) !== undefined);
  if (clash !== undefined && unpacking.conflict === 'error') {
    throw errorAt('malformed', `bag_unpack() would make a second column '${clash.name}'; say columnsConflict=`, node);
  }
  const names = new Set(found.map(({ name }) => name));
  return unpacked(
    unpacking,
    found,
    rest.filter(({ name }) => !names.has(name)),
  );
}

/** The columns declared: those of the input by name, the others out of the bag. */
function declared(
  unpacking: Unpacking,
  schema: { readonly star: boolean; readonly columns: readonly TypedName[] },
): Relation {
  const names = new Set(schema.columns.map(({ name }) => name));
  return unpacked(unpacking, schema.columns, schema.star ? unpacking.rest.filter(({ name }) => !names.has(name)) : []);
}

function unpacked(unpacking: Unpacking, wanted: readonly TypedName[], kept: readonly PlanColumn[]): Relation {
  const { call: pluginCall, rest, conflict } = unpacking;
  const computed: Computed[] = [];
  const columns = wanted.map(({ name, type }): PlanColumn => {
    const existing = conflict === 'replace_source' ? undefined : findColumn(rest, name);
    if (existing !== undefined) {
      if (existing.type === type) return existing;
      throw unsupported(`bag_unpack() that changes the type of the column ${name}`, pluginCall.operator);
    }
    const id = pluginCall.builder.fresh(name);
    computed.push({ id, value: property(unpacking, name, type) });
    return { id, name, type };
  });
  return { ...withComputed(pluginCall.input, computed), columns: [...kept, ...columns] };
}

function property({ bag, prefix, ignored }: Unpacking, column: string, type: KqlType): Value {
  const name = column.slice(prefix.length);
  if (!column.startsWith(prefix) || ignored.includes(name)) return nullOf(type);
  const member = call('dynamic', [columnValue(bag), constant('string', name)], (j, key) => `kql_member(${j}, ${key})`);
  return convert(member, type);
}

/** Names and types of the properties of all bags: one that is of several types is dynamic. */
function properties({ call: pluginCall, bag, rest, prefix, conflict, ignored }: Unpacking): Relation {
  const { builder, input } = pluginCall;
  const [slots, count, index] = [builder.fresh('slots'), builder.fresh('count'), builder.fresh('index')];
  const listed = withComputed({ ...input, order: [] }, [
    { id: slots, value: call('dynamic', [columnValue(bag)], (j) => `kql_slots(${j})`) },
  ]);
  const counted = withComputed(listed, [{ id: count, value: call('long', [], () => `len(${slots})`) }]);
  const repeated: Relation = { ...counted, plan: { kind: 'repeat', input: counted.plan, count, index } };
  const slot = (field: string) => call('string', [], () => `${slots}[${index} + 1].${field}`);
  const [name, type] = [builder.fresh('name'), builder.fresh('type')];
  const named = withComputed(repeated, [
    { id: name, value: slot('name') },
    { id: type, value: slot('type') },
  ]);
  const left: Relation =
    ignored.length === 0
      ? named
      : {
          ...named,
          plan: {
            kind: 'filter',
            input: named.plan,
            predicate: call('bool', [], () => `(${name} NOT IN (${ignored.map(stringLiteral).join(', ')}))`),
          },
        };
  const [key, seen] = [builder.fresh('name'), builder.fresh('type')];
  const kept = conflict === 'keep_source' ? rest : [];
  const typeOf = (sql: string) =>
    kept.length === 0
      ? sql
      : `CASE ${key} ${kept.map((column) => `WHEN ${stringLiteral(column.name)} THEN '${column.type}'`).join(' ')} ELSE ${sql} END`;
  const grouped: Relation = {
    plan: {
      kind: 'aggregate',
      input: left.plan,
      keys: [{ id: key, value: call('string', [], () => `(${stringLiteral(prefix)} || ${name})`) }],
      aggregates: [
        {
          id: seen,
          value: aggregate(
            'string',
            [],
            () => `CASE count(DISTINCT ${type}) WHEN 1 THEN any_value(${type}) ELSE 'dynamic' END`,
          ),
        },
      ],
    },
    columns: [],
    order: [],
  };
  const typed = builder.fresh('type');
  const result = withComputed(grouped, [{ id: typed, value: call('string', [], () => typeOf(seen)) }]);
  const order = [{ id: key, descending: false, nullsFirst: false }];
  return {
    plan: { kind: 'limit', input: result.plan, count: constant('long', BigInt(MAX_FOUND_COLUMNS + 1)), order },
    columns: [
      { id: key, name: 'name', type: 'string' },
      { id: typed, name: 'type', type: 'string' },
    ],
    order,
  };
}
