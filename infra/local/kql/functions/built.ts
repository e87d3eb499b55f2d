/** Functions whose SQL depends on types, constants or the row: gathered by name from their families. */
import { CONDITIONAL_FUNCTIONS } from './conditionals';
import { CONVERSION_FUNCTIONS } from './conversions';
import { DATETIME_FUNCTIONS } from './datetimes';
import { DYNAMIC_FUNCTIONS } from './dynamics';
import { ENVIRONMENT_FUNCTIONS } from './environment';
import { NETWORK_FUNCTIONS } from './networks';
import { NUMBER_FUNCTIONS } from './numbers';
import { SKETCH_FUNCTIONS } from './sketches';
import type { FunctionBuilder } from './spec';
import { STRING_FUNCTIONS } from './strings';
import { WINDOW_FUNCTIONS } from './windows';

export const BUILT_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  ...CONDITIONAL_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...DATETIME_FUNCTIONS,
  ...DYNAMIC_FUNCTIONS,
  ...ENVIRONMENT_FUNCTIONS,
  ...NETWORK_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...SKETCH_FUNCTIONS,
  ...STRING_FUNCTIONS,
  ...WINDOW_FUNCTIONS,
};
