/** Where rows come from: tables, datatable, range. */
import type { DatatableNode, RangeNode } from '../../../../../shared/kql/language';
import type { PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, constant, isConstant } from '../../plan/values';
import type { KqlType } from '../../types';
import { type Builder, errorAt, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { withComputed } from '../rows';

/** Tables that a request's time span leaves whole, as in the service. */
const DIMENSION_TABLES: ReadonlySet<string> = new Set(['Watchlist', 'ConfidentialWatchlist']);

export function scan(
  table: string,
  columns: readonly { readonly name: string; readonly type: KqlType }[],
  builder: Builder,
): Relation {
  const shown = columns.map(({ name, type }): PlanColumn => ({ id: builder.fresh(name), name, type }));
  const limited =
    !DIMENSION_TABLES.has(table) && columns.some(({ name, type }) => name === 'TimeGenerated' && type === 'datetime');
  const arrived = builder.fresh('arrived');
  return {
    plan: {
      kind: 'scan',
      table,
      columns: shown,
      arrived,
      from: limited ? builder.timespan.from : undefined,
      to: limited ? builder.timespan.to : undefined,
    },
    columns: shown,
    order: [],
    arrived,
  };
}

export function datatable(node: DatatableNode, scope: Scope, builder: Builder): Relation {
  const columns = node.columns.map(({ name, type }): PlanColumn => ({ id: builder.fresh(name), name, type }));
  if (columns.length === 0) throw unsupported('A datatable without columns', node);
  if (node.values.length % columns.length !== 0)
    throw errorAt('malformed', 'The last row of the datatable is not complete', node);
  const rows: Value[][] = [];
  for (const [index, value] of node.values.entries()) {
    const column = columns[index % columns.length];
    if (column === undefined) continue;
    if (index % columns.length === 0) rows.push([]);
    rows.at(-1)?.push(convert(builder.scalar(value, scope, undefined), column.type));
  }
  return { plan: { kind: 'values', columns, rows }, columns, order: [] };
}

/** Both ends included. The number of rows is computed first, so that numbers, datetimes and timespans go one way. */
export function range(node: RangeNode, scope: Scope, builder: Builder): Relation {
  const [from, to, step] = [node.from, node.to, node.step].map((part) => builder.scalar(part, scope, undefined));
  if (from === undefined || to === undefined || step === undefined) throw unsupported('This range', node);
  const type = rangeType(from.type, to.type, step.type, node);
  const ends = type === 'real' ? 'real' : type;
  const [start, end, width] = [
    convert(from, ends),
    convert(to, ends),
    convert(step, type === 'datetime' ? 'timespan' : ends),
  ];
  const index = builder.fresh('index');
  const id = builder.fresh(node.name);
  const column: PlanColumn = { id, name: node.name, type };
  const value = call(type, [start, width], (a, w) => stepped(type, a, w, index));
  const plan = { kind: 'sequence', id: index, count: rowCount(type, start, end, width) } as const;
  return { ...withComputed({ plan, columns: [], order: [] }, [{ id, value }]), columns: [column] };
}

function rangeType(from: KqlType, to: KqlType, step: KqlType, node: RangeNode): KqlType {
  if (from === 'datetime' || from === 'timespan') return from;
  const types = [from, to, step];
  if (types.some((type) => type === 'real' || type === 'decimal')) return 'real';
  if (types.every((type) => type === 'int')) return 'long';
  if (types.every((type) => type === 'int' || type === 'long' || type === 'dynamic')) return 'long';
  throw unsupported(`range of ${from}`, node);
}

function stepped(type: KqlType, start: string, width: string, index: string): string {
  if (type === 'datetime') return `kql_add(${start}, ${index} * ${width})`;
  return `(${start} + ${index} * ${width})`;
}

function rowCount(type: KqlType, start: Value, end: Value, width: Value): Value {
  if (isConstant(start) && isConstant(end) && isConstant(width)) {
    const [a, b, w] = [start.value, end.value, width.value];
    if (typeof a === 'bigint' && typeof b === 'bigint' && typeof w === 'bigint') {
      const size = type === 'datetime' ? w / 10n : w;
      const distance = b - a;
      const none = size === 0n || (size > 0n ? distance < 0n : distance > 0n);
      return constant('long', none ? 0n : distance / size + 1n);
    }
  }
  const distance =
    type === 'datetime'
      ? (a: string, b: string) => `kql_between(${b}, ${a})`
      : (a: string, b: string) => `(${b} - ${a})`;
  return call(
    'long',
    [start, end, width],
    (a, b, w) =>
      `greatest(coalesce(CAST(floor(CAST(${distance(a ?? '', b ?? '')} AS DOUBLE) / nullif(${w}, 0) + 1e-9) AS BIGINT) + 1, 0), 0)`,
  );
}
