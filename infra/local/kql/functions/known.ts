/** The names that the engine knows, for the page that lists them. */
import { PLUGINS } from '../build/operators/evaluate';
import { AGGREGATES } from './aggregates';
import { BUILT_FUNCTIONS } from './built';
import { FUNCTIONS } from './tables';
import { TUPLE_FUNCTIONS } from './tuples';

/** Those that are forms of the language rather than functions of a table. */
const FORMS = ['materialize', 'table', 'toscalar'];
const AGGREGATE_FORMS = ['arg_max', 'arg_min', 'percentiles', 'percentilesw'];

export interface KnownNames {
  readonly functions: ReadonlySet<string>;
  readonly aggregates: ReadonlySet<string>;
  readonly plugins: ReadonlySet<string>;
}

export function knownNames(): KnownNames {
  return {
    functions: new Set([
      ...Object.keys(FUNCTIONS),
      ...Object.keys(BUILT_FUNCTIONS),
      ...Object.keys(TUPLE_FUNCTIONS),
      ...FORMS,
    ]),
    aggregates: new Set([...Object.keys(AGGREGATES), ...AGGREGATE_FORMS]),
    plugins: new Set(PLUGINS.keys()),
  };
}

/** Where an answer differs from the service's, or knows less; by name of function, aggregate or plugin. */
export const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ['count_distinct', 'exact, like `dcount`'],
  ['count_distinctif', 'exact, like `dcountif`'],
  ['dcount', 'exact; the accuracy is ignored'],
  ['dcountif', 'exact; the accuracy is ignored'],
  ['geo_info_from_ip_address', 'an empty bag: there is no database of places here'],
  ['hll', 'holds the values themselves: exact, and as large as they are'],
  ['hll_merge', 'exact, like `hll`'],
  ['geo_point_in_polygon', 'edges are straight in degrees'],
  ['hash_combine', 'a combination of its own'],
  ['hash_many', 'a combination of its own'],
  ['ingestion_time', 'when the local service stored the row'],
  ['make_list', 'in the order of the rows where one is defined, otherwise in any'],
  ['make_set', 'in no particular order, as in the service'],
  ['new_guid', 'a new one for each row'],
  ['parse_user_agent', 'finds the common browsers, systems and devices'],
  ['percentile', 'exact; the service estimates over many rows'],
  ['percentiles', 'exact; the service estimates over many rows'],
  ['percentiles_array', 'exact; the service estimates over many rows'],
  ['rand', 'a new number for each row'],
  ['series_decompose_anomalies', 'the same method by its documentation; scores may differ in their digits'],
  ['series_periods_detect', 'scores by autocorrelation; the documented example gives the documented score'],
  ['series_periods_validate', 'scores like `series_periods_detect`'],
  ['table', 'takes a name that is known before the query runs'],
  ['tdigest', 'holds the values themselves: exact, and as large as they are'],
  ['toscalar', 'computed once, before the rows that use it'],
]);
