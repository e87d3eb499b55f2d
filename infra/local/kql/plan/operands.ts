/** What values are made of. */
import type { Value } from './nodes';

/** The values that a value is made of. */
export function operandsOf(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'column':
    case 'constant':
      return [];
    case 'call':
    case 'window':
      return value.arguments;
    case 'equality':
      return [value.left, value.right];
    case 'logic':
      return value.operands;
    case 'not':
      return [value.operand];
    case 'oneOf':
      return [value.value, ...value.options];
    case 'member':
      return [value.value, value.option];
    case 'subquery':
      return [value.value];
    case 'aggregate':
      return value.filter === undefined ? value.arguments : [...value.arguments, value.filter];
  }
}

/** Ids of the columns that a value is made of, however deep. */
export function findReferencedColumns(value: Value): ReadonlySet<string> {
  const ids = new Set<string>();
  const seen = new Set<Value>();
  const open = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (seen.has(one)) continue;
    seen.add(one);
    if (one.kind === 'column') ids.add(one.id);
    open.push(...operandsOf(one));
  }
  return ids;
}
