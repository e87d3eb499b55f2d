/** Functions over arrays and bags beyond the common ones, and over series. */
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
  bag_remove_keys: {
    parameters: ['dynamic', 'dynamic'],
    result: 'dynamic',
    sql: (b, k) => `kql_remove_keys(${b}, kql_texts(${k}))`,
  },
  bag_set_key: {
    parameters: ['dynamic', 'string', 'dynamic'],
    result: 'dynamic',
    sql: (b, k, v) => `kql_set_key(${b}, ${k}, ${v})`,
  },
  series_fill_const: {
    parameters: ['dynamic', 'dynamic'],
    result: 'dynamic',
    sql: (a, c) => `kql_fill_const(${a}, ${c})`,
  },
  series_fill_forward: { parameters: ['dynamic'], result: 'dynamic', sql: (a) => `kql_fill_forward(${a})` },
  series_fill_backward: {
    parameters: ['dynamic'],
    result: 'dynamic',
    sql: (a) => `to_json(list_reverse(kql_elements(kql_fill_forward(to_json(list_reverse(kql_elements(${a})))))))`,
  },
  series_sum: { parameters: ['dynamic'], result: 'real', sql: (a) => `kql_sum_texts(kql_texts(${a}))` },
  series_stats_dynamic: { parameters: ['dynamic'], result: 'dynamic', sql: (a) => `kql_series_stats(kql_reals(${a}))` },
  series_add: { parameters: ['dynamic', 'dynamic'], result: 'dynamic', sql: elementwise('+') },
  series_subtract: { parameters: ['dynamic', 'dynamic'], result: 'dynamic', sql: elementwise('-') },
  series_multiply: { parameters: ['dynamic', 'dynamic'], result: 'dynamic', sql: elementwise('*') },
};

function elementwise(operator: string) {
  return (a?: string, b?: string) =>
    `to_json(list_transform(range(1, greatest(len(kql_reals(${a})), len(kql_reals(${b}))) + 1), lambda i: kql_reals(${a})[i] ${operator} kql_reals(${b})[i]))`;
}
