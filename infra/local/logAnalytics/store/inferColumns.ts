/** Column types from example rows, for tables that nobody has defined. */
import type { Column, KqlType } from '../../kql';

const INT64 = 2 ** 63;
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Takes rows one by one. One column per property, in order of first appearance: numbers are long or real, texts datetime only when all of them are
 * (an empty one counts as missing), what differs from row to row is string, objects and arrays are dynamic.
 */
export function columnTypes(): { add(row: Readonly<Record<string, unknown>>): void; columns(): Column[] } {
  const types = new Map<string, KqlType | undefined>();
  return {
    add(row) {
      for (const [name, value] of Object.entries(row)) types.set(name, merged(types.get(name), typeOf(value)));
    },
    columns: () => [...types].map(([name, type]) => ({ name, type: type ?? 'string' })),
  };
}

/** The columns of these rows. */
export function inferColumns(rows: Iterable<Readonly<Record<string, unknown>>>): Column[] {
  const types = columnTypes();
  for (const row of rows) types.add(row);
  return types.columns();
}

function typeOf(value: unknown): KqlType | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < INT64 ? 'long' : 'real';
    case 'string':
      return value === '' ? undefined : DATETIME.test(value) ? 'datetime' : 'string';
    case 'object':
      return value === null ? undefined : 'dynamic';
    default:
      return undefined;
  }
}

function merged(one: KqlType | undefined, other: KqlType | undefined): KqlType | undefined {
  if (one === undefined || one === other) return other;
  if (other === undefined) return one;
  if (one === 'dynamic' || other === 'dynamic') return 'dynamic';
  const numbers: readonly KqlType[] = ['long', 'real'];
  return numbers.includes(one) && numbers.includes(other) ? 'real' : 'string';
}
