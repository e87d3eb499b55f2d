/** Functions over bags and arrays that native TypeScript computes, and array functions of few lines. */
import { nativeSpec } from './native';
import type { FunctionSpec } from './spec';

const arrayIff: FunctionSpec = {
  parameters: ['dynamic', 'dynamic', 'dynamic'],
  result: 'dynamic',
  sql: (conditions, then, otherwise) => `kql_array_iff(${conditions}, ${then}, ${otherwise})`,
};

export const NATIVE_DYNAMICS: Readonly<Record<string, FunctionSpec>> = {
  bag_set_key: nativeSpec('bag_set_key', ['dynamic', 'string', 'dynamic'], 0, 'dynamic'),
  bag_remove_keys: nativeSpec('bag_remove_keys', ['dynamic', 'dynamic'], 0, 'dynamic'),
  bag_zip: nativeSpec('bag_zip', ['dynamic', 'dynamic'], 0, 'dynamic'),
  dynamic_to_json: nativeSpec('dynamic_to_json', ['dynamic'], 0, 'string'),
  treepath: nativeSpec('treepath', ['dynamic'], 0, 'dynamic'),
  array_iff: arrayIff,
  array_iif: arrayIff,
  array_split: {
    parameters: ['dynamic', 'dynamic'],
    result: 'dynamic',
    sql: (array, places) => `kql_array_split(${array}, kql_flat(${places}))`,
  },
  set_equals: {
    parameters: ['dynamic', 'dynamic'],
    result: 'bool',
    sql: (a, b) => `(list_sort(list_distinct(kql_texts(${a}))) = list_sort(list_distinct(kql_texts(${b}))))`,
  },
  ipv4_range_to_cidr_list: nativeSpec('ipv4_range_to_cidr_list', ['string', 'string'], 0, 'dynamic'),
};
