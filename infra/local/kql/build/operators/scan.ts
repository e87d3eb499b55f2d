/**
 * scan: rows met one after the other and matched against steps. Each step has a state: for itself and every step before it the
 * columns of the row that matched last. A row is tried from the last step to the first: with the state of the step before, which
 * then moves to the step; else with the step's own, which the row then replaces.
 */
import type { ScanOperator, ScanStep } from '../../../../../shared/kql/language';
import type { Computed, PlanColumn, Relation, SortKey, Value } from '../../plan/nodes';
import { call, columnValue, constant, FALSE, logic, not, nullOf } from '../../plan/values';
import { type Builder, errorAt, type Row, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';

/** Each row is a step of a recursive query: this many take some seconds. */
const MAX_ROWS = 20_000;

/** The state of a step. */
interface State {
  /** Whether it holds a sequence. */
  readonly active: string;
  readonly matchId: string;
  /** Columns of this step and those before it, by step. */
  readonly columns: ReadonlyMap<string, readonly PlanColumn[]>;
}

/** What a row did to a step. */
interface Match {
  readonly matched: Value;
  readonly matchId: Value;
  readonly assigned: readonly PlanColumn[];
}

const bool = (id: string): Value => ({ kind: 'column', id, type: 'bool' });
const long = (id: string): Value => ({ kind: 'column', id, type: 'long' });

function choose(condition: Value, then: Value, otherwise: Value): Value {
  return call(then.type, [condition, then, otherwise], (c, a, b) => `CASE WHEN ${c} THEN ${a} ELSE ${b} END`);
}

export function walk(operator: ScanOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const late = operator.steps.find(({ output }) => output !== 'all' && output !== 'none');
  if (late !== undefined) throw unsupported(`scan with output=${late.output}`, operator);
  const numbered = numberedRows(input, builder);
  const defaults = operator.declared.map(
    ({ name, type, initial }): { readonly column: PlanColumn; readonly value: Value } => ({
      column: { id: builder.fresh(name), name, type },
      value: initial === undefined ? nullOf(type) : convert(builder.scalar(initial, scope, undefined), type),
    }),
  );
  const kept = keptColumns(operator, input);
  const names = operator.steps.map(({ name }) => name);
  /** What a state holds where it is empty. */
  const empty = new Map<string, Value>([
    ...kept.map((column) => [column.name, nullOf(column.type)] as const),
    ...defaults.map(({ column, value }) => [column.name, value] as const),
  ]);
  const columnsOf = (): readonly PlanColumn[] =>
    [...kept, ...defaults.map(({ column }) => column)].map((column) => ({ ...column, id: builder.fresh(column.name) }));
  const states = names.map(
    (_, index): State => ({
      active: builder.fresh('active'),
      matchId: builder.fresh('match'),
      columns: new Map(names.slice(0, index + 1).map((name) => [name, columnsOf()])),
    }),
  );
  const nothing = columnsOf();
  const counter = builder.fresh('matches');
  const layers: Computed[][] = [];
  const before = restarted(states, counter, empty, numbered.restarts, layers, builder);
  layers.push(nothing.map(({ id, name, type }) => ({ id, value: empty.get(name) ?? nullOf(type) })));
  const row: Row = { columns: input.columns, order: [] };
  const matches: Match[] = [];
  const after = new Map<number, { readonly state: State; readonly promoted: Value }>();
  let moved: Value = FALSE;
  for (let index = operator.steps.length - 1; index >= 0; index -= 1) {
    const step = operator.steps[index] as ScanStep;
    const [own, previous] = [before.states[index] as State, before.states[index - 1]];
    const ownLeft = moved === FALSE ? own : cleared(own, moved, empty, layers, builder);
    const scalar = (expression: ScanStep['condition'], steps: Row['steps'] & {}) =>
      builder.scalar(expression, scope, { ...row, steps });
    const fromPrevious = new Map([...(previous?.columns ?? []), [step.name, nothing] as const]);
    const flag = (value: Value): Value => {
      const id = builder.fresh('matched');
      layers.push([{ id, value: call('bool', [value], (v) => `coalesce(${v}, false)`) }]);
      return bool(id);
    };
    const condition = (steps: Row['steps'] & {}) => convert(scalar(step.condition, steps), 'bool');
    const promoted =
      previous === undefined ? FALSE : flag(logic('and', [bool(previous.active), condition(fromPrevious)]));
    const again = flag(
      logic('and', [not(promoted), ...(index === 0 ? [] : [bool(ownLeft.active)]), condition(ownLeft.columns)]),
    );
    const matched = logic('or', [promoted, again]);
    const assigned = defaults.map(({ column, value }): Computed & { readonly column: PlanColumn } => {
      const assignment = step.assignments.find(({ name }) => name === column.name);
      const id = builder.fresh(column.name);
      if (assignment === undefined) return { id, value, column };
      const [first, repeated] = [fromPrevious, ownLeft.columns].map((steps) =>
        convert(scalar(assignment.value, steps), column.type),
      ) as [Value, Value];
      return { id, value: choose(promoted, first, choose(again, repeated, value)), column };
    });
    if (assigned.length > 0) layers.push(assigned.map(({ id, value }) => ({ id, value })));
    // The first step's matches in a row are one sequence, as in the documented example of sessions.
    const ownId =
      index === 0 ? choose(bool(ownLeft.active), long(ownLeft.matchId), long(before.counter)) : long(ownLeft.matchId);
    const matchId = previous === undefined ? ownId : choose(promoted, long(previous.matchId), ownId);
    const made = assigned.map(({ id, column }) => ({ ...column, id }));
    matches.unshift({ matched, matchId, assigned: made });
    after.set(index, { state: ownLeft, promoted });
    moved = promoted;
  }
  const state = [
    {
      id: counter,
      initial: constant('long', 0n),
      next: counted(long(before.counter), matches[0], after.get(0)?.state),
    },
    ...states.flatMap((own, index) =>
      nextState(own, index, names, before.states, after.get(index), matches[index], input, empty),
    ),
  ];
  const flags = matches.flatMap(({ matched, matchId, assigned }) => [
    { value: matched, initial: FALSE as Value },
    { value: matchId, initial: constant('long', null) as Value },
    ...assigned.map((column) => ({ value: columnValue(column), initial: nullOf(column.type) as Value })),
  ]);
  const shown = flags.map(({ value, initial }) => ({ id: builder.fresh('out'), initial, next: value }));
  const plan = {
    kind: 'walk',
    input: numbered.relation.plan,
    position: numbered.position,
    layers,
    state: [...state, ...shown],
  } as const;
  return outputs(operator, { ...numbered.relation, plan }, input, numbered.position, shown, defaults, builder);
}

/** The rows numbered in their order, group after group, with a flag where a group begins; too many are an error. */
function numberedRows(input: Relation, builder: Builder) {
  const open = openRow(input, builder);
  const group = (input.group ?? []).map(({ id }) => id);
  const position = builder.fresh('position');
  const restarts = group.length === 0 ? undefined : builder.fresh('restarts');
  const first = open.row.hoist?.({
    kind: 'window',
    type: 'bool',
    arguments: [],
    sql: (_, over) => `(row_number() ${over} = 1)`,
    order: input.order,
    ...(group.length === 0 ? {} : { partition: group }),
  });
  const placed = open.input();
  const order: readonly SortKey[] = [
    ...group.map((id) => ({ id, descending: false, nullsFirst: true })),
    ...placed.order,
  ];
  const number: Value = {
    kind: 'window',
    type: 'long',
    arguments: [],
    sql: (_, over) =>
      `CASE WHEN row_number() ${over} > ${MAX_ROWS} THEN error('scan: more than ${MAX_ROWS} rows') ELSE row_number() ${over} END`,
    order,
  };
  const computed: Computed[] = [{ id: position, value: number }];
  if (restarts !== undefined && first !== undefined) computed.push({ id: restarts, value: first });
  return { relation: withComputed(placed, computed), position, restarts };
}

/** The input's columns that some `step.column` names. */
function keptColumns(operator: ScanOperator, input: Relation): readonly PlanColumn[] {
  const steps = new Set(operator.steps.map(({ name }) => name));
  const members = new Set<string>();
  const open: unknown[] = operator.steps.flatMap(({ condition, assignments }) => [
    condition,
    ...assignments.map(({ value }) => value),
  ]);
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) open.push(...node);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) continue;
    const { kind, base, member } = node as {
      kind?: unknown;
      base?: { kind?: unknown; name?: unknown };
      member?: unknown;
    };
    if (kind === 'path' && base?.kind === 'name' && steps.has(String(base.name))) members.add(String(member));
    open.push(...Object.entries(node).flatMap(([key, value]) => (key === 'source' || key === 'called' ? [] : [value])));
  }
  const declared = new Set(operator.declared.map(({ name }) => name));
  return input.columns.filter(({ name }) => members.has(name) && !declared.has(name));
}

/** The states as a row finds them: empty at the beginning of a group. */
function restarted(
  states: readonly State[],
  counter: string,
  empty: ReadonlyMap<string, Value>,
  restarts: string | undefined,
  layers: Computed[][],
  builder: Builder,
): { readonly states: readonly State[]; readonly counter: string } {
  if (restarts === undefined) return { states, counter };
  const flag = bool(restarts);
  const id = builder.fresh('matches');
  layers.push([{ id, value: choose(flag, constant('long', 0n), long(counter)) }]);
  return { states: states.map((state) => cleared(state, flag, empty, layers, builder)), counter: id };
}

/** The state, but empty where the condition holds. */
function cleared(
  { active, matchId, columns }: State,
  condition: Value,
  empty: ReadonlyMap<string, Value>,
  layers: Computed[][],
  builder: Builder,
): State {
  const computed: Computed[] = [];
  const put = (value: Value): string => {
    const id = builder.fresh('left');
    computed.push({ id, value });
    return id;
  };
  const result: State = {
    active: put(choose(condition, FALSE, bool(active))),
    matchId: put(choose(condition, constant('long', null), long(matchId))),
    columns: new Map(
      [...columns].map(([step, list]) => [
        step,
        list.map((column) => ({
          ...column,
          id: put(choose(condition, empty.get(column.name) ?? nullOf(column.type), columnValue(column))),
        })),
      ]),
    ),
  };
  layers.push(computed);
  return result;
}

/** One more sequence where the first step matches that had none. */
function counted(counter: Value, first: Match | undefined, state: State | undefined): Value {
  if (first === undefined || state === undefined) return counter;
  const begins = logic('and', [first.matched, not(bool(state.active))]);
  return call('long', [begins, counter], (b, n) => `(${n} + CASE WHEN ${b} THEN 1 ELSE 0 END)`);
}

function nextState(
  own: State,
  index: number,
  names: readonly string[],
  states: readonly State[],
  after: { readonly state: State; readonly promoted: Value } | undefined,
  match: Match | undefined,
  input: Relation,
  empty: ReadonlyMap<string, Value>,
) {
  if (after === undefined || match === undefined) return [];
  const { state: left, promoted } = after;
  const previous = states[index - 1];
  const name = names[index] ?? '';
  const columns = [...own.columns].flatMap(([step, list]) =>
    list.map((column, at) => {
      const stays = columnValue(left.columns.get(step)?.[at] ?? column);
      const ofRow =
        match.assigned.find((one) => one.name === column.name) ?? input.columns.find((one) => one.name === column.name);
      const moved = previous?.columns.get(step)?.[at];
      const next =
        step === name
          ? choose(match.matched, ofRow === undefined ? stays : columnValue(ofRow), stays)
          : moved === undefined
            ? stays
            : choose(promoted, columnValue(moved), stays);
      return { id: column.id, initial: empty.get(column.name) ?? nullOf(column.type), next };
    }),
  );
  return [
    { id: own.active, initial: FALSE as Value, next: logic('or', [match.matched, bool(left.active)]) },
    {
      id: own.matchId,
      initial: constant('long', null) as Value,
      next: choose(match.matched, match.matchId, long(left.matchId)),
    },
    ...columns,
  ];
}

/** A row for each step that a row matched and whose output is wanted. */
function outputs(
  operator: ScanOperator,
  walked: Relation,
  input: Relation,
  position: string,
  shown: readonly { readonly id: string }[],
  defaults: readonly { readonly column: PlanColumn }[],
  builder: Builder,
): Relation {
  const idName = operator.parameters.get('with_match_id');
  const declared = new Set(defaults.map(({ column }) => column.name));
  const clash = input.columns.find(({ name }) => declared.has(name) || name === idName);
  if (clash !== undefined) throw errorAt('malformed', `scan would make a second column '${clash.name}'`, operator);
  const width = defaults.length + 2;
  const carried = [...input.columns, ...(input.group ?? [])];
  const made: PlanColumn[] = [
    ...defaults.map(({ column }) => ({ ...column, id: builder.fresh(column.name) })),
    ...(idName === undefined ? [] : [{ id: builder.fresh(idName), name: idName, type: 'long' as const }]),
  ];
  const place = builder.fresh('place');
  const carriedIds = [...new Map(carried.map((column) => [column.id, column])).values()];
  const arms = operator.steps.flatMap(({ output }, index) => {
    const [matched, matchId, ...assigned] = shown.slice(index * width, (index + 1) * width);
    if (output === 'none' || matched === undefined || matchId === undefined) return [];
    const plan = { kind: 'filter', input: walked.plan, predicate: bool(matched.id) } as const;
    const values: Value[] = [
      ...carriedIds.map(columnValue),
      ...assigned.map(({ id }, at): Value => ({ kind: 'column', id, type: defaults[at]?.column.type ?? 'dynamic' })),
      ...(idName === undefined ? [] : [long(matchId.id)]),
      call('long', [long(position)], (p) => `(${p} * ${operator.steps.length} + ${index})`),
    ];
    return [{ plan, values }];
  });
  if (arms.length === 0) throw unsupported('scan without any output', operator);
  return {
    plan: { kind: 'union', ids: [...carriedIds.map(({ id }) => id), ...made.map(({ id }) => id), place], arms },
    columns: [...input.columns, ...made],
    order: [{ id: place, descending: false, nullsFirst: false }],
    ...(input.group === undefined ? {} : { group: input.group }),
  };
}
