/**
 * make-series: aggregates by steps of an axis, then for each key one array over all steps, absent ones filled. Steps are counted from
 * `from`; without it from 0 (datetimes: the year 1), as bin() does.
 */
import type { MakeSeriesOperator } from '../../../../../shared/kql/language';
import { aggregate } from '../../functions/aggregate';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, constant, isConstant, logic } from '../../plan/values';
import type { KqlType } from '../../types';
import { type Builder, errorAt, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';
import { liftAggregates } from './summarize';

/** Elements of one series at most, as in Kusto. */
const MAX_LENGTH = 1_048_576;

/** An axis as numbers: datetimes and timespans in ticks. */
interface Axis {
  readonly type: KqlType;
  readonly value: Value;
  readonly step: Value;
  readonly from: Value | undefined;
  readonly to: Value | undefined;
}

export function makeSeries(operator: MakeSeriesOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const kind = operator.parameters.get('kind');
  if (kind !== undefined && kind !== 'nonempty') throw unsupported(`make-series kind=${kind}`, operator);
  const open = openRow(input, builder);
  const keys = operator.by.map((expression) => ({
    id: builder.fresh('key'),
    value: builder.scalar(expression, scope, open.row),
  }));
  const axis = axisOf(operator, scope, open.row, builder);
  const series = operator.series.map(({ value, fallback }) => ({
    value: builder.scalar(value, scope, { ...open.row, aggregates: true }),
    fallback: fallback === undefined ? constant('long', 0n) : builder.scalar(fallback, scope, undefined),
  }));
  const names = operator.columns().map((column) => column.name);
  if (names.length !== keys.length + series.length + 1) throw unsupported('This form of make-series', operator);
  const nonEmpty = kind === 'nonempty';
  if (nonEmpty && (keys.length > 0 || axis.from === undefined || axis.to === undefined))
    throw unsupported('make-series kind=nonempty without from and to, or with by,', operator);

  const bins = stepped(open.input(), axis, operator, builder);
  const lifted: Computed[] = [];
  const known = new Map<Value, Value>();
  const values = series.map(({ value, fallback }) => ({
    id: builder.fresh('value'),
    value: convert(liftAggregates(value, lifted, known, builder), 'dynamic'),
    fallback: convert(convert(fallback, value.type), 'dynamic'),
  }));
  const index = builder.fresh('step');
  const perBin = withComputed(
    {
      plan: {
        kind: 'aggregate',
        input: bins.relation.plan,
        keys: [...keys, { id: index, value: { kind: 'column', id: bins.index, type: 'long' } }],
        aggregates: lifted.length > 0 ? lifted : [counted(builder)],
      },
      columns: [],
      order: [],
    },
    values,
  );
  return perKey(perBin, { keys, axis, values, index, names, nonEmpty, inclusive: operator.inclusive }, builder);
}

function counted(builder: Builder): Computed {
  return { id: builder.fresh('rows'), value: aggregate('long', [], () => 'count(*)') };
}

function axisOf(
  operator: MakeSeriesOperator,
  scope: Scope,
  row: ReturnType<typeof openRow>['row'],
  builder: Builder,
): Axis {
  const value = builder.scalar(operator.axis, scope, row);
  const step = builder.scalar(operator.step, scope, undefined);
  const type: KqlType =
    value.type === 'datetime' || value.type === 'timespan'
      ? value.type
      : value.type === 'real' || step.type === 'real'
        ? 'real'
        : 'long';
  if (!['datetime', 'timespan', 'int', 'long', 'real'].includes(value.type))
    throw unsupported(`make-series on a ${value.type}`, operator.axis);
  const end = (expression: MakeSeriesOperator['from']) =>
    expression === undefined ? undefined : position(convert(builder.scalar(expression, scope, undefined), type), type);
  const width = convert(step, type === 'datetime' ? 'timespan' : type);
  if (isConstant(width) && !(Number(width.value) > 0))
    throw errorAt('malformed', 'The step of make-series must be positive', operator.step);
  return {
    type,
    value: position(convert(value, type), type),
    step: width,
    from: end(operator.from),
    to: end(operator.to),
  };
}

/** A place on the axis as a number. */
function position(value: Value, type: KqlType): Value {
  return type === 'datetime' ? call('long', [value], (t) => `kql_ticks(${t})`) : value;
}

const zero = (axis: Axis) => axis.from ?? constant('long', 0n);

/** The rows within the series with the number of their step. */
function stepped(input: Relation, axis: Axis, operator: MakeSeriesOperator, builder: Builder) {
  const at = builder.fresh('axis');
  const place: Value = { kind: 'column', id: at, type: axis.type === 'real' ? 'real' : 'long' };
  const index = builder.fresh('index');
  const number = call(
    'long',
    [place, zero(axis), axis.step],
    (x, base, n) =>
      `CAST(${axis.type === 'real' ? `floor((${x} - ${base}) / ${n})` : `(${x} - ${base} - kql_mod(${x} - ${base}, ${n})) // ${n}`} AS BIGINT)`,
  );
  const bounds: Value[] = [call('bool', [place], (x) => `(${x} IS NOT NULL)`)];
  if (axis.from !== undefined) bounds.push(call('bool', [place, axis.from], (x, from) => `(${x} >= ${from})`));
  if (axis.to !== undefined)
    bounds.push(call('bool', [place, axis.to], (x, to) => `(${x} ${operator.inclusive ? '<=' : '<'} ${to})`));
  const placed = withComputed(input, [{ id: at, value: axis.value }]);
  const filtered: Relation = {
    ...placed,
    plan: { kind: 'filter', input: placed.plan, predicate: logic('and', bounds) },
  };
  return { relation: withComputed(filtered, [{ id: index, value: number }]), index };
}

interface Parts {
  readonly keys: readonly Computed[];
  readonly axis: Axis;
  readonly values: readonly { readonly id: string; readonly value: Value; readonly fallback: Value }[];
  readonly index: string;
  readonly names: readonly string[];
  readonly nonEmpty: boolean;
  readonly inclusive: boolean;
}

function perKey(bins: Relation, parts: Parts, builder: Builder): Relation {
  const { keys, axis, values, index, names } = parts;
  const [low, high, rows] = [builder.fresh('low'), builder.fresh('high'), builder.fresh('rows')];
  const maps = values.map((value) => ({ id: builder.fresh('steps'), of: value }));
  const collected: Relation = {
    plan: {
      kind: 'aggregate',
      input: bins.plan,
      keys: keys.map(({ id, value }) => ({ id, value: { kind: 'column', id, type: value.type } })),
      aggregates: [
        { id: low, value: aggregate('long', [], () => `min(${index})`) },
        { id: high, value: aggregate('long', [], () => `max(${index})`) },
        { id: rows, value: aggregate('long', [], () => 'count(*)') },
        ...maps.map(({ id, of }) => ({
          id,
          // A null aggregate is a null in the array, not an absent step.
          value: aggregate(
            'dynamic',
            [],
            () => `map_from_entries(list({k: ${index}, v: coalesce(${of.id}, 'null'::JSON)}))`,
          ),
        })),
      ],
    },
    columns: [],
    order: [],
  };
  const present: Relation = parts.nonEmpty
    ? collected
    : {
        ...collected,
        plan: {
          kind: 'filter',
          input: collected.plan,
          predicate: call('bool', [], () => `(${rows} > 0)`),
        },
      };
  const steps = builder.fresh('range');
  const spanned = withComputed(present, [{ id: steps, value: rangeOf(axis, low, high, parts.inclusive) }]);
  const arrays = [
    ...maps.map(({ id, of }) =>
      call(
        'dynamic',
        [of.fallback],
        (otherwise) => `to_json(list_transform(${steps}, lambda i: coalesce(${id}[i], ${otherwise}, 'null'::JSON)))`,
      ),
    ),
    call(
      'dynamic',
      [zero(axis), axis.step],
      (base, n) => `to_json(list_transform(${steps}, lambda i: ${placeJson(axis.type, `${base} + i * ${n}`)}))`,
    ),
  ];
  const computed = arrays.map((value) => ({ id: builder.fresh('series'), value }));
  const columns: PlanColumn[] = [
    ...keys.map(({ id, value }, at) => ({ id, name: names[at] ?? '', type: value.type })),
    ...computed.map(({ id }, at) => ({ id, name: names[keys.length + at] ?? '', type: 'dynamic' as const })),
  ];
  return { ...withComputed(spanned, computed), columns };
}

/** Numbers of the steps: to the last one before `to`, else to the last with data. */
function rangeOf(axis: Axis, low: string, high: string, inclusive: boolean): Value {
  const first = axis.from === undefined ? low : '0';
  const { to } = axis;
  const end =
    to === undefined
      ? call('long', [], () => `${high} + 1`)
      : call('long', [to, zero(axis), axis.step], (stop, base, n) =>
          inclusive
            ? `CAST(floor((${stop} - ${base}) / ${n}) AS BIGINT) + 1`
            : `CAST(ceil((${stop} - ${base}) / ${n}) AS BIGINT)`,
        );
  return call(
    'dynamic',
    [end],
    (stop) =>
      `CASE WHEN ${stop} - ${first} > ${MAX_LENGTH} THEN error('make-series: more than ${MAX_LENGTH} steps') ELSE range(${first}, ${stop}) END`,
  );
}

function placeJson(type: KqlType, place: string): string {
  if (type === 'datetime') return `to_json(kql_datetime_text(kql_datetime_of_ticks(${place})))`;
  if (type === 'timespan') return `to_json(kql_timespan_text(${place}))`;
  return `to_json(${place})`;
}
