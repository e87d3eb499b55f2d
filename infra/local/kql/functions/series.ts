/** Series functions: arrays of numbers in the order of time. What they compute is in series/. */
import { nativeSpec, nativeSql } from './native';
import type { FunctionSpec, ParameterType, TupleColumn, TupleSpec } from './spec';

const ONE: readonly ParameterType[] = ['dynamic'];
const TWO: readonly ParameterType[] = ['dynamic', 'dynamic'];

function all(
  names: readonly string[],
  parameters: readonly ParameterType[],
  result: 'dynamic' | 'real',
): Readonly<Record<string, FunctionSpec>> {
  return Object.fromEntries(names.map((name) => [name, nativeSpec(name, parameters, 0, result)]));
}

const UNARY = ['abs', 'sign', 'exp', 'log', 'floor', 'ceiling', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'];
const ARITHMETIC = ['add', 'subtract', 'multiply', 'divide', 'pow'];
const COMPARISONS = ['greater', 'greater_equals', 'less', 'less_equals', 'equals', 'not_equals'];
const MEASURES = ['dot_product', 'pearson_correlation', 'cosine_similarity'];

const prefixed = (names: readonly string[]) => names.map((name) => `series_${name}`);

export const SERIES_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  ...all(prefixed(UNARY), ONE, 'dynamic'),
  ...all(prefixed([...ARITHMETIC, ...COMPARISONS]), TWO, 'dynamic'),
  ...all(prefixed(MEASURES), TWO, 'real'),
  ...all(['series_magnitude', 'series_product'], ONE, 'real'),
  series_sum: { parameters: ['dynamic'], result: 'real', sql: (a) => `kql_sum_texts(kql_texts(${a}))` },
  series_outliers: nativeSpec('series_outliers', ['dynamic', 'string', 'real', 'real', 'real'], 4, 'dynamic'),
  series_seasonal: nativeSpec('series_seasonal', ['dynamic', 'long'], 1, 'dynamic'),
  series_decompose_forecast: nativeSpec(
    'series_decompose_forecast',
    ['dynamic', 'long', 'long', 'string', 'real'],
    3,
    'dynamic',
  ),
  series_stats_dynamic: nativeSpec('series_stats_dynamic', ['dynamic', 'bool'], 1, 'dynamic'),
  series_fit_line_dynamic: nativeSpec('series_fit_line_dynamic', ONE, 0, 'dynamic'),
  series_fit_2lines_dynamic: nativeSpec('series_fit_2lines_dynamic', ONE, 0, 'dynamic'),
  series_fill_linear: nativeSpec('series_fill_linear', ['dynamic', 'real', 'bool', 'dynamic'], 3, 'dynamic'),
  series_fir: nativeSpec('series_fir', ['dynamic', 'dynamic', 'bool', 'bool'], 2, 'dynamic'),
  series_iir: nativeSpec('series_iir', ['dynamic', 'dynamic', 'dynamic'], 0, 'dynamic'),
  series_fill_const: {
    parameters: ['dynamic', 'dynamic', 'dynamic'],
    optional: 1,
    result: 'dynamic',
    sql: (a, c, missing) => `kql_fill_const(${a}, ${c}, ${missing ?? 'NULL'})`,
  },
  series_fill_forward: {
    parameters: ['dynamic', 'dynamic'],
    optional: 1,
    result: 'dynamic',
    sql: (a, missing) => `kql_fill_forward(${a}, ${missing ?? 'NULL'})`,
  },
  series_fill_backward: {
    parameters: ['dynamic', 'dynamic'],
    optional: 1,
    result: 'dynamic',
    sql: (a, missing) =>
      `to_json(list_reverse(kql_elements(kql_fill_forward(to_json(list_reverse(kql_elements(${a}))), ${missing ?? 'NULL'}))))`,
  },
};

type Suffixes = readonly (readonly [suffix: string, type: TupleColumn['type']])[];

/** Columns are named after the function, the series and their suffix. */
function columnsOf(name: string, suffixes: Suffixes): TupleSpec['columns'] {
  return ([series = '']) => suffixes.map(([suffix, type]) => ({ name: `${name}_${series}_${suffix}`, type }));
}

function tuple(name: string, parameters: readonly ParameterType[], optional: number, suffixes: Suffixes): TupleSpec {
  const sql = nativeSql(name, parameters.length, 'dynamic');
  return { parameters, optional, result: 'dynamic', sql, columns: columnsOf(name, suffixes) };
}

const side = (name: string): Suffixes =>
  ['rsquare', 'slope', 'interception', 'variance', 'rvariance'].map((part) => [`${name}_${part}`, 'real']);

export const SERIES_TUPLES: Readonly<Record<string, TupleSpec>> = {
  series_decompose: tuple('series_decompose', ['dynamic', 'long', 'string', 'long', 'real'], 4, [
    ['baseline', 'dynamic'],
    ['seasonal', 'dynamic'],
    ['trend', 'dynamic'],
    ['residual', 'dynamic'],
  ]),
  series_decompose_anomalies: tuple(
    'series_decompose_anomalies',
    ['dynamic', 'real', 'long', 'string', 'long', 'string', 'real'],
    6,
    [
      ['ad_flag', 'dynamic'],
      ['ad_score', 'dynamic'],
      ['baseline', 'dynamic'],
    ],
  ),
  series_stats: tuple('series_stats', ['dynamic', 'bool'], 1, [
    ['min', 'real'],
    ['min_idx', 'long'],
    ['max', 'real'],
    ['max_idx', 'long'],
    ['avg', 'real'],
    ['stdev', 'real'],
    ['variance', 'real'],
  ]),
  series_fit_line: tuple('series_fit_line', ONE, 0, [
    ['rsquare', 'real'],
    ['slope', 'real'],
    ['variance', 'real'],
    ['rvariance', 'real'],
    ['interception', 'real'],
    ['line_fit', 'dynamic'],
  ]),
  series_fit_2lines: tuple('series_fit_2lines', ONE, 0, [
    ['rsquare', 'real'],
    ['split_idx', 'long'],
    ['variance', 'real'],
    ['rvariance', 'real'],
    ['line_fit', 'dynamic'],
    ...side('right'),
    ...side('left'),
  ]),
  series_fit_poly: tuple('series_fit_poly', ['dynamic', 'dynamic', 'long'], 2, [
    ['rsquare', 'real'],
    ['coefficients', 'dynamic'],
    ['variance', 'real'],
    ['rvariance', 'real'],
    ['poly_fit', 'dynamic'],
  ]),
  series_fft: tuple('series_fft', TWO, 1, [
    ['real', 'dynamic'],
    ['imag', 'dynamic'],
  ]),
  series_ifft: tuple('series_ifft', TWO, 1, [
    ['real', 'dynamic'],
    ['imag', 'dynamic'],
  ]),
  series_periods_detect: tuple('series_periods_detect', ['dynamic', 'real', 'real', 'long'], 0, [
    ['periods', 'dynamic'],
    ['scores', 'dynamic'],
  ]),
  series_periods_validate: {
    parameters: ['dynamic', 'real'],
    rest: 'real',
    result: 'dynamic',
    sql: (series = '', ...periods) =>
      nativeSql('series_periods_validate', 2, 'dynamic')(series, `to_json([${periods.join(', ')}])`),
    columns: columnsOf('series_periods_validate', [
      ['periods', 'dynamic'],
      ['scores', 'dynamic'],
    ]),
  },
};
