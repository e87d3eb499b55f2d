/** Functions with several results, gathered by name. */
import { SERIES_TUPLES } from './series';
import { SORT_FUNCTIONS } from './sorting';
import type { TupleSpec } from './spec';

export const TUPLE_FUNCTIONS: Readonly<Record<string, TupleSpec>> = { ...SERIES_TUPLES, ...SORT_FUNCTIONS };
