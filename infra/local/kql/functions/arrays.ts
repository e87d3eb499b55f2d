/** Functions over arrays and bags beyond the common ones. */
import type { FunctionSpec } from './spec';

const MISSING = `'null'::JSON`;

export const ARRAY_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  array_shift_left: {
    parameters: ['dynamic', 'long', 'dynamic'],
    optional: 1,
    result: 'dynamic',
    sql: (a, n, fill) => `kql_shift(${a}, ${n}, ${fill ?? MISSING})`,
  },
  array_shift_right: {
    parameters: ['dynamic', 'long', 'dynamic'],
    optional: 1,
    result: 'dynamic',
    sql: (a, n, fill) => `kql_shift(${a}, -(${n}), ${fill ?? MISSING})`,
  },
  array_rotate_left: { parameters: ['dynamic', 'long'], result: 'dynamic', sql: (a, n) => `kql_rotate(${a}, ${n})` },
  array_rotate_right: {
    parameters: ['dynamic', 'long'],
    result: 'dynamic',
    sql: (a, n) => `kql_rotate(${a}, -(${n}))`,
  },
  jaccard_index: {
    parameters: ['dynamic', 'dynamic'],
    result: 'real',
    sql: (a, b) => `kql_jaccard(list_distinct(kql_texts(${a})), list_distinct(kql_texts(${b})))`,
  },
};
