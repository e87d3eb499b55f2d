/** Statistics, units, bits and places on earth. */
import { nativeSpec } from './native';
import type { FunctionSpec, ParameterType } from './spec';

const reals = (count: number): readonly ParameterType[] => new Array<ParameterType>(count).fill('real');

const UNITS = ['angle', 'energy', 'force', 'length', 'mass', 'speed', 'temperature', 'volume'];

export const NATIVE_NUMBERS: Readonly<Record<string, FunctionSpec>> = {
  gamma: nativeSpec('gamma', reals(1), 0, 'real'),
  loggamma: nativeSpec('loggamma', reals(1), 0, 'real'),
  erf: nativeSpec('erf', reals(1), 0, 'real'),
  erfc: nativeSpec('erfc', reals(1), 0, 'real'),
  beta_cdf: nativeSpec('beta_cdf', reals(3), 0, 'real'),
  beta_pdf: nativeSpec('beta_pdf', reals(3), 0, 'real'),
  beta_inv: nativeSpec('beta_inv', reals(3), 0, 'real'),
  welch_test: nativeSpec('welch_test', reals(6), 0, 'real'),
  bitset_count_ones: { parameters: ['long'], result: 'long', sql: (x) => `bit_count(${x})::BIGINT` },
  ...Object.fromEntries(
    UNITS.map((unit) => [`convert_${unit}`, nativeSpec(`convert_${unit}`, ['real', 'string', 'string'], 0, 'real')]),
  ),
  geo_distance_2points: nativeSpec('geo_distance_2points', reals(4), 0, 'real'),
  geo_point_in_circle: nativeSpec('geo_point_in_circle', reals(5), 0, 'bool'),
  geo_point_in_polygon: nativeSpec('geo_point_in_polygon', ['real', 'real', 'dynamic'], 0, 'bool'),
  geo_point_to_geohash: nativeSpec('geo_point_to_geohash', ['real', 'real', 'long'], 1, 'string'),
  geo_geohash_to_central_point: nativeSpec('geo_geohash_to_central_point', ['string'], 0, 'dynamic'),
};
