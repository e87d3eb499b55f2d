/**
 * Which columns of a plan matter for its result. Tables have hundreds of columns of which a query uses a few: a statement that names
 * only these is several times shorter, and the database binds and optimises it as much faster.
 */
import type { Computed, Plan, Relation, Value } from '../plan/nodes';

/** Stands for an argument's SQL. */
const ARGUMENT = 'x';

/** Ids of all columns that the result, a condition, a group or an order depends on. Ids are unique in a statement. */
export function liveColumns(top: Relation): ReadonlySet<string> {
  const live = new Set<string>();
  /** What each column is made of. */
  const sources = new Map<string, Value[]>();
  const waiting: string[] = [];
  const seen = new Set<Plan>();

  const mark = (id: string): void => {
    if (live.has(id)) return;
    live.add(id);
    waiting.push(id);
  };
  const made = (id: string, ...values: readonly Value[]): void => {
    const known = sources.get(id);
    if (known === undefined) sources.set(id, [...values]);
    else known.push(...values);
    // Already used elsewhere: its sources count at once.
    if (live.has(id)) waiting.push(id);
  };
  const column = (id: string): Value => ({ kind: 'column', id, type: 'dynamic' });
  /** Templates may name columns that are no arguments of theirs. Rather one too many: what only looks like an id marks nothing. */
  const markNamed = (sql: string): void => {
    for (const [id] of sql.matchAll(/\b\w+_\d+\b/g)) mark(id);
  };
  const makeAll = (computed: readonly Computed[]): void => {
    for (const { id, value } of computed) made(id, value);
  };

  /** Values are shared objects: each counts once. */
  const used = new Set<Value>();
  const use = (value: Value): void => {
    if (used.has(value)) return;
    used.add(value);
    switch (value.kind) {
      case 'column':
        mark(value.id);
        return;
      case 'constant':
        return;
      case 'call':
        for (const argument of value.arguments) use(argument);
        markNamed(value.sql(...value.arguments.map(() => ARGUMENT)));
        return;
      case 'equality':
        use(value.left);
        use(value.right);
        return;
      case 'logic':
        for (const operand of value.operands) use(operand);
        return;
      case 'not':
        use(value.operand);
        return;
      case 'oneOf':
        use(value.value);
        for (const option of value.options) use(option);
        return;
      case 'member':
        use(value.value);
        use(value.option);
        visit(value.plan);
        return;
      case 'subquery':
        use(value.value);
        visit(value.plan);
        return;
      case 'aggregate':
        for (const argument of value.arguments) use(argument);
        if (value.filter !== undefined) use(value.filter);
        for (const { id } of value.order) mark(id);
        markNamed(
          value.sql(
            value.arguments.map(() => ARGUMENT),
            { filter: '', order: '' },
          ),
        );
        return;
      case 'window':
        for (const argument of value.arguments) use(argument);
        for (const id of value.partition ?? []) mark(id);
        for (const { id } of value.order) mark(id);
        markNamed(
          value.sql(
            value.arguments.map(() => ARGUMENT),
            'OVER ()',
          ),
        );
        return;
    }
  };

  /** Notes what the plan's columns are made of, and uses what its rows depend on. */
  const visit = (plan: Plan): void => {
    if (seen.has(plan)) return;
    seen.add(plan);
    switch (plan.kind) {
      case 'scan':
      case 'single':
        return;
      case 'values':
        for (const row of plan.rows)
          for (const [index, value] of row.entries()) made(plan.columns[index]?.id ?? '', value);
        return;
      case 'sequence':
        use(plan.count);
        return;
      case 'filter':
        use(plan.predicate);
        break;
      case 'compute':
        makeAll(plan.computed);
        break;
      case 'aggregate':
        for (const { id, value } of plan.keys) {
          mark(id);
          use(value);
        }
        makeAll(plan.aggregates);
        break;
      case 'firstOf':
        for (const id of plan.keys) mark(id);
        for (const { id } of plan.order) mark(id);
        if (plan.count !== undefined) use(plan.count);
        break;
      case 'join':
        for (const { left, right } of plan.keys) {
          use(left);
          use(right);
        }
        if (plan.predicate !== undefined) use(plan.predicate);
        for (const { id, from } of plan.output) made(id, column(from.id));
        visit(plan.left);
        visit(plan.right);
        return;
      case 'union':
        for (const { plan: arm, values } of plan.arms) {
          for (const [index, value] of values.entries()) made(plan.ids[index] ?? '', value);
          visit(arm);
        }
        return;
      case 'limit':
        use(plan.count);
        for (const { id } of plan.order) mark(id);
        break;
      case 'repeat':
        mark(plan.count);
        mark(plan.index);
        break;
      case 'walk':
        mark(plan.position);
        for (const { id, value } of plan.layers.flat()) {
          mark(id);
          use(value);
        }
        for (const { id, initial, next } of plan.state) {
          mark(id);
          use(initial);
          use(next);
        }
        break;
      case 'reference':
        for (const { id, from } of plan.columns) made(id, column(from));
        break;
    }
    visit(plan.input);
  };

  for (const { id } of top.columns) mark(id);
  for (const { id } of top.order) mark(id);
  visit(top.plan);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const values = sources.get(id) ?? [];
    sources.delete(id);
    for (const value of values) use(value);
  }
  return live;
}
