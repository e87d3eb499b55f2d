/** Every function that SQL cannot express and TypeScript computes, by its name without the prefix. */
import { SERIES } from '../series/natives';
import { ACTIVITY } from './activity';
import { ARRAYS } from './arrays';
import { BAGS } from './bags';
import { HASHES } from './hash';
import type { NativeTable } from './native';
import { PARSE_KV } from './parseKv';
import { PLACES } from './places';
import { PUNYCODE } from './punycode';
import { SPECIAL } from './special';
import { TEXTS } from './texts';
import { TIMES } from './times';
import { UNITS } from './units';
import { USER_AGENTS } from './userAgent';
import { XML } from './xml';

export const NATIVE_FUNCTIONS: NativeTable = {
  ...SERIES,
  ...ARRAYS,
  ...ACTIVITY,
  ...BAGS,
  ...HASHES,
  ...PARSE_KV,
  ...PLACES,
  ...PUNYCODE,
  ...SPECIAL,
  ...TEXTS,
  ...TIMES,
  ...UNITS,
  ...USER_AGENTS,
  ...XML,
};
