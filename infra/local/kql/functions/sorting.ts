/** array_sort_asc() and array_sort_desc(): the first array decides the order, further ones of the same length follow it. */
import type { TupleSpec } from './spec';

/** A last argument that is no array tells whether nulls come last; nulls do so by default in both directions. */
function sorted(descending: boolean): TupleSpec {
  return {
    parameters: ['any'],
    rest: 'any',
    result: 'dynamic',
    sql: (...arrays) =>
      `CAST(kql_native_array_sort('${descending}', CAST(to_json([${arrays.map((a) => `to_json(${a})`).join(', ')}]) AS VARCHAR)) AS JSON)`,
    columns: (names) =>
      names.map((name, index) => ({ name: `${name === '' ? `array${index}` : name}_sorted`, type: 'dynamic' })),
  };
}

export const SORT_FUNCTIONS: Readonly<Record<string, TupleSpec>> = {
  array_sort_asc: sorted(false),
  array_sort_desc: sorted(true),
};
