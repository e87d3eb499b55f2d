/**
 * The printer: a plan as one SELECT. Each plan node becomes a common table expression, NOT MATERIALIZED (measured best: filters
 * and columns are pushed through), but for what the query materializes or what is used too often to be repeated.
 */
import { KqlError } from '../errors';
import type { JoinKind, Plan, Relation, Value } from '../plan/nodes';
import { operandsOf } from '../plan/operands';
import { isConstant } from '../plan/values';
import { ARRIVED_COLUMN } from '../types';
import { liveColumns } from './liveColumns';
import { constantSql, identifier, orderSql } from './text';

/** Values are shared objects, so their text can grow exponentially: this many are printed in one statement. */
const MAX_VALUES = 200_000;
/** A shared plan whose repeated expansion exceeds this many nodes is materialized. */
const MAX_EXPANSION = 4000;

const SQL_JOINS: Readonly<Record<JoinKind, string>> = {
  inner: 'JOIN',
  innerunique: 'JOIN',
  leftouter: 'LEFT JOIN',
  rightouter: 'RIGHT JOIN',
  fullouter: 'FULL JOIN',
  leftsemi: 'SEMI JOIN',
  rightsemi: 'SEMI JOIN',
  leftanti: 'ANTI JOIN',
  rightanti: 'ANTI JOIN',
};

export function printRelation(relation: Relation): string {
  return createPrinter(liveColumns(relation)).relation(relation);
}

/** SQL has no row without columns. */
function listed(columns: readonly string[]): string {
  return columns.length === 0 ? '1 AS one' : columns.join(', ');
}

/** @param live the columns that are printed. */
function createPrinter(live: ReadonlySet<string>) {
  const stages: string[] = [];
  const names = new Map<Plan, string>();
  const sizes = new Map<Plan, number>();
  const uses = new Map<Plan, number>();
  /** What materialize() and toscalar() compute once. */
  const materializedPlans = new Set<Plan>();
  let printed = 0;

  function relation(top: Relation): string {
    countUses(top.plan);
    const from = source(top.plan);
    const columns = top.columns.map((column) => `${column.id} AS ${identifier(column.name)}`);
    const order = top.order.length === 0 ? '' : ` ORDER BY ${orderSql(top.order)}`;
    const select = `SELECT ${columns.length === 0 ? '1' : columns.join(', ')} FROM ${from}${order}`;
    return stages.length === 0 ? select : `WITH ${stages.join(',\n')}\n${select}`;
  }

  function countUses(plan: Plan): void {
    const count = (uses.get(plan) ?? 0) + 1;
    uses.set(plan, count);
    if (count === 1) for (const input of inputsOf(plan)) countUses(input);
  }

  /** The name under which a plan's rows can be selected. */
  function source(plan: Plan): string {
    const known = names.get(plan);
    if (known !== undefined) return known;
    if (plan.kind === 'compute' && !materializedPlans.has(plan) && !plan.computed.some(({ id }) => live.has(id))) {
      const input = source(plan.input);
      names.set(plan, input);
      sizes.set(plan, sizes.get(plan.input) ?? 1);
      return input;
    }
    const body = select(plan);
    const name = `s${stages.length + 1}`;
    names.set(plan, name);
    const materialized = mustMaterialize(plan);
    stages.push(`${name} AS ${materialized ? '' : 'NOT '}MATERIALIZED (${body})`);
    return name;
  }

  function mustMaterialize(plan: Plan): boolean {
    const size = 1 + inputsOf(plan).reduce((sum, input) => sum + (sizes.get(input) ?? 1), 0);
    const repeated = (uses.get(plan) ?? 1) > 1;
    const materialized = materializedPlans.has(plan) || (repeated && size > MAX_EXPANSION);
    sizes.set(plan, materialized ? 1 : size);
    return materialized;
  }

  function select(plan: Plan): string {
    switch (plan.kind) {
      case 'scan': {
        const columns = plan.columns
          .filter(({ id }) => live.has(id))
          .map((column) => `${identifier(column.name)} AS ${column.id}`);
        const range = [
          plan.from === undefined ? undefined : `"TimeGenerated" >= ${constantSql(datetime(plan.from))}`,
          plan.to === undefined ? undefined : `"TimeGenerated" < ${constantSql(datetime(plan.to))}`,
        ].filter((part) => part !== undefined);
        const where = range.length === 0 ? '' : ` WHERE ${range.join(' AND ')}`;
        if (live.has(plan.arrived)) columns.push(`${identifier(ARRIVED_COLUMN)} AS ${plan.arrived}`);
        return `SELECT ${listed(columns)} FROM main.${identifier(plan.table)}${where}`;
      }
      case 'single':
        return 'SELECT 1 AS one';
      case 'values': {
        const kept = plan.columns.flatMap((column, index) => (live.has(column.id) ? [{ ...column, index }] : []));
        const ids = kept.map((column) => column.id).join(', ');
        if (plan.rows.length === 0) {
          const nulls = kept.map(
            (column) => `${constantSql({ kind: 'constant', type: column.type, value: null })} AS ${column.id}`,
          );
          return `SELECT ${listed(nulls)} WHERE false`;
        }
        if (kept.length === 0) return `SELECT 1 AS one FROM range(${plan.rows.length})`;
        const cell = (row: readonly Value[], index: number): string => {
          const value = row[index];
          return value === undefined ? 'NULL' : render(value, false);
        };
        const rows = plan.rows.map((row) => `(${kept.map(({ index }) => cell(row, index)).join(', ')})`);
        return `SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${ids})`;
      }
      case 'sequence':
        return isConstant(plan.count)
          ? `SELECT range AS ${plan.id} FROM range(0, ${render(plan.count, false)})`
          : `SELECT unnest(range(0, ${render(plan.count, false)})) AS ${plan.id}`;
      case 'filter':
        return `SELECT * FROM ${source(plan.input)} WHERE ${render(plan.predicate, true)}`;
      case 'compute': {
        const input = source(plan.input);
        const computed = plan.computed.filter(({ id }) => live.has(id));
        return `SELECT *${computed.map((one) => `, ${computedSql([one])}`).join('')} FROM ${input}`;
      }
      case 'aggregate': {
        const input = source(plan.input);
        const used = plan.aggregates.filter(({ id }) => live.has(id));
        // Without groups it is an aggregate that makes the one row.
        const aggregates = used.length === 0 && plan.keys.length === 0 ? plan.aggregates.slice(0, 1) : used;
        const columns = computedSql([...plan.keys, ...aggregates]);
        if (plan.keys.length === 0) return `SELECT ${columns} FROM ${input}`;
        if (aggregates.length === 0) return `SELECT DISTINCT ${columns} FROM ${input}`;
        return `SELECT ${columns} FROM ${input} GROUP BY ${plan.keys.map((_, index) => index + 1).join(', ')}`;
      }
      case 'firstOf': {
        const partition = plan.keys.length === 0 ? '' : `PARTITION BY ${plan.keys.join(', ')}`;
        const order = plan.order.length === 0 ? '' : ` ORDER BY ${orderSql(plan.order)}`;
        return `SELECT * FROM ${source(plan.input)} QUALIFY row_number() OVER (${partition}${order}) <= ${plan.count === undefined ? 1 : render(plan.count, false)}`;
      }
      case 'join':
        return joinSql(plan);
      case 'union': {
        const arms = plan.arms.map((arm) => {
          const input = source(arm.plan);
          const columns = arm.values.flatMap((value, index) => {
            const id = plan.ids[index] ?? '';
            return live.has(id) ? [`${render(value, false)} AS ${id}`] : [];
          });
          return `SELECT ${listed(columns)} FROM ${input}`;
        });
        return arms.join(' UNION ALL ');
      }
      case 'limit': {
        const order = plan.order.length === 0 ? '' : ` ORDER BY ${orderSql(plan.order)}`;
        return `SELECT * FROM ${source(plan.input)}${order} LIMIT ${render(plan.count, false)}`;
      }
      case 'repeat':
        return `SELECT *, unnest(range(${plan.count})) AS ${plan.index} FROM ${source(plan.input)}`;
      case 'walk':
        return walkSql(plan);
      case 'reference': {
        if (plan.materialized) materializedPlans.add(plan.input);
        const input = source(plan.input);
        const columns = plan.columns.filter(({ id }) => live.has(id)).map((column) => `${column.from} AS ${column.id}`);
        return `SELECT ${listed(columns)} FROM ${input}`;
      }
    }
  }

  function computedSql(computed: Extract<Plan, { kind: 'compute' }>['computed']): string {
    return computed.map(({ id, value }) => `${render(value, false)} AS ${id}`).join(', ');
  }

  /** A recursive query, and its rows beside those of the input, which must not be numbered twice. */
  function walkSql(plan: Extract<Plan, { kind: 'walk' }>): string {
    materializedPlans.add(plan.input);
    materializedPlans.add(plan);
    const input = source(plan.input);
    const name = `w${stages.length + 1}`;
    const at = `${name}_at`;
    const initial = plan.state.map(({ id, initial: value }) => `${render(value, false)} AS ${id}`);
    const layered = plan.layers.reduce(
      (from, layer) => `(SELECT *, ${computedSql(layer)} FROM ${from})`,
      `(SELECT * FROM ${name} JOIN ${input} ON ${plan.position} = ${at} + 1)`,
    );
    const next = plan.state.map(({ id, next: value }) => `${render(value, false)} AS ${id}`);
    const walk = `SELECT 0::BIGINT AS ${at}, ${initial.join(', ')} UNION ALL SELECT ${at} + 1, ${next.join(', ')} FROM ${layered}`;
    return `WITH RECURSIVE ${name} AS (${walk}) SELECT * FROM ${input} JOIN ${name} ON ${plan.position} = ${at}`;
  }

  function joinSql(plan: Extract<Plan, { kind: 'join' }>): string {
    const swapped = plan.joinKind === 'rightsemi' || plan.joinKind === 'rightanti';
    const left = source(swapped ? plan.right : plan.left);
    const right = source(swapped ? plan.left : plan.right);
    const conditions = plan.keys.map((pair) => `${render(pair.left, true)} = ${render(pair.right, true)}`);
    if (plan.predicate !== undefined) conditions.push(render(plan.predicate, true));
    const kept = plan.output.filter(({ id }) => live.has(id));
    const columns = kept.map(({ id, from, nullable }) =>
      nullable && from.type === 'string' ? `coalesce(${from.id}, '') AS ${id}` : `${from.id} AS ${id}`,
    );
    const on = conditions.length === 0 ? 'true' : conditions.join(' AND ');
    return `SELECT ${listed(columns)} FROM ${left} ${SQL_JOINS[plan.joinKind]} ${right} ON ${on}`;
  }

  /** @param filter whether null and false mean the same there: it allows short forms that can be pushed down. */
  function render(value: Value, filter: boolean): string {
    printed += 1;
    if (printed > MAX_VALUES) {
      throw new KqlError('limit', 'The query becomes too large when its functions are expanded', {
        line: 0,
        column: 0,
        text: '',
      });
    }
    switch (value.kind) {
      case 'column':
        return value.id;
      case 'constant':
        return constantSql(value);
      case 'call':
        return value.sql(...value.arguments.map((argument) => render(argument, false)));
      case 'equality':
        return equalitySql(value, filter);
      case 'logic':
        return `(${value.operands.map((operand) => render(operand, filter)).join(value.operator === 'and' ? ' AND ' : ' OR ')})`;
      case 'not':
        return `(NOT ${render(value.operand, false)})`;
      case 'oneOf': {
        if (value.options.length === 0) return 'false';
        const options = value.options.map((option) => render(option, false)).join(', ');
        const test = `${render(value.value, false)} IN (${options})`;
        return filter ? `(${test})` : `coalesce(${test}, false)`;
      }
      case 'member': {
        const from = source(value.plan);
        const option = render(value.option, false);
        const test = `${render(value.value, false)} IN (SELECT ${option} FROM ${from} WHERE ${option} IS NOT NULL)`;
        return filter ? `(${test})` : `coalesce(${test}, false)`;
      }
      case 'subquery': {
        materializedPlans.add(value.plan);
        const scalar = `(SELECT ${render(value.value, false)} FROM ${source(value.plan)} LIMIT 1)`;
        return value.type === 'string' ? `coalesce(${scalar}, '')` : scalar;
      }
      case 'aggregate': {
        const args = value.arguments.map((argument) => render(argument, false));
        const filterSql = value.filter === undefined ? '' : ` FILTER (WHERE ${render(value.filter, true)})`;
        const order = value.order.length === 0 ? '' : ` ORDER BY ${orderSql(value.order)}`;
        return value.sql(args, { filter: filterSql, order });
      }
      case 'window': {
        const clauses = [
          ...(value.partition === undefined ? [] : [`PARTITION BY ${value.partition.join(', ')}`]),
          ...(value.order.length === 0 ? [] : [`ORDER BY ${orderSql(value.order)}`]),
        ];
        const over = `OVER (${clauses.join(' ')})`;
        return value.sql(
          value.arguments.map((argument) => render(argument, false)),
          over,
        );
      }
    }
  }

  function equalitySql(value: Extract<Value, { kind: 'equality' }>, filter: boolean): string {
    const left = render(value.left, false);
    const right = render(value.right, false);
    const plain = value.negated ? `${left} IS DISTINCT FROM ${right}` : `${left} = ${right}`;
    if (filter) return `(${plain})`;
    if (value.left.type === 'string') return `(${left} ${value.negated ? '<>' : '='} ${right})`;
    const literal = [value.left, value.right].some((side) => isConstant(side) && side.value !== null);
    if (literal) return value.negated ? `(${plain})` : `coalesce(${plain}, false)`;
    const test = value.negated ? 'IS DISTINCT FROM' : 'IS NOT DISTINCT FROM';
    return `CASE WHEN ${left} IS NULL AND ${right} IS NULL THEN NULL ELSE ${left} ${test} ${right} END`;
  }

  return { relation };
}

function datetime(micros: bigint) {
  return { kind: 'constant', type: 'datetime', value: micros } as const;
}

/** The plans that a plan reads, those inside its values included. */
function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'scan':
    case 'single':
      return [];
    case 'values':
      return plansOf(plan.rows.flat());
    case 'sequence':
      return plansOf([plan.count]);
    case 'filter':
      return [plan.input, ...plansOf([plan.predicate])];
    case 'compute':
      return [plan.input, ...plansOf(plan.computed.map(({ value }) => value))];
    case 'aggregate':
      return [plan.input, ...plansOf([...plan.keys, ...plan.aggregates].map(({ value }) => value))];
    case 'walk':
      return [
        plan.input,
        ...plansOf([
          ...plan.layers.flat().map(({ value }) => value),
          ...plan.state.flatMap(({ initial, next }) => [initial, next]),
        ]),
      ];
    case 'firstOf':
    case 'repeat':
    case 'reference':
      return [plan.input];
    case 'limit':
      return [plan.input, ...plansOf([plan.count])];
    case 'join': {
      const predicate = plan.predicate === undefined ? [] : [plan.predicate];
      return [
        plan.left,
        plan.right,
        ...plansOf([...plan.keys.flatMap((pair) => [pair.left, pair.right]), ...predicate]),
      ];
    }
    case 'union':
      return plan.arms.flatMap((arm) => [arm.plan, ...plansOf(arm.values)]);
  }
}

/** The plans inside values; each value is visited once, however often it is shared. */
function plansOf(values: readonly Value[]): readonly Plan[] {
  const seen = new Set<Value>();
  const plans: Plan[] = [];
  const open = [...values];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.kind === 'member' || value.kind === 'subquery') plans.push(value.plan);
    open.push(...operandsOf(value));
  }
  return plans;
}
