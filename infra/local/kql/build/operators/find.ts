/**
 * find: rows of chosen tables, or of all, that fulfil a condition, with the columns that the parser says: those of the condition and
 * those common to all (project-smart), or those after `project`. A last column holds the rest of each row as a bag.
 */
import type { FindOperator, TypedName } from '../../../../../shared/kql/language';
import { bagOf } from '../../functions/dynamics';
import type { PlanColumn, Relation, Value } from '../../plan/nodes';
import { columnValue, constant, nullOf } from '../../plan/values';
import { type Builder, findColumn, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { withComputed } from '../rows';
import { filtered, tablesOf } from './search';
import { type Arm, united } from './union';

const PACK = 'pack_';

export function find(operator: FindOperator, scope: Scope, builder: Builder): Relation {
  const [sourceColumn, ...outputs] = operator.columns();
  if (sourceColumn === undefined) throw unsupported('This form of find', operator);
  const arms = tablesOf(operator, scope, builder).map(({ label, relation }): Arm => {
    const found = filtered(operator.condition, relation, false, scope, builder);
    return { label, relation: shaped(operator, found, outputs, builder) };
  });
  return united(arms, false, sourceColumn.name, builder, operator);
}

function shaped(operator: FindOperator, input: Relation, outputs: readonly TypedName[], builder: Builder): Relation {
  const used = new Set<PlanColumn>();
  const made = outputs.map((output) => {
    const column = columnFor(operator, output, input);
    if (column !== undefined) used.add(column);
    const value: Value = column === undefined ? nullOf(output.type) : convert(columnValue(column), output.type);
    return { ...output, value };
  });
  const packed = outputs.findIndex(({ name, type }) => name === PACK && type === 'dynamic');
  const columns = made.map(({ name, type, value }, index) => {
    const rest = input.columns.filter((column) => !used.has(column));
    const bag = bagOf(rest.map((column) => [constant('string', column.name), columnValue(column)]));
    return { id: builder.fresh(name), name, type, value: index === packed ? bag : value };
  });
  const computed = columns.map(({ id, value }) => ({ id, value }));
  return {
    ...withComputed(input, computed),
    columns: columns.map(({ id, name, type }) => ({ id, name, type })),
    order: [],
  };
}

/** A column by its name; where tables differ in its type, the result has `name_type` columns. */
function columnFor(operator: FindOperator, { name, type }: TypedName, input: Relation): PlanColumn | undefined {
  const said = operator.project?.find((one) => one.name === name && one.type !== undefined);
  if (said !== undefined) return findColumn(input.columns, name);
  return input.columns.find(
    (column) => column.type === type && (column.name === name || `${column.name}_${type}` === name),
  );
}
