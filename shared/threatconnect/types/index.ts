/** The indicator types that become rows, by ThreatConnect's name. All others are counted and skipped. */
import { ADDRESS } from './address';
import type { TypeMapping } from './typeMapping';

export const TYPE_MAPPINGS: ReadonlyMap<string, TypeMapping> = new Map(
  [ADDRESS].map((mapping) => [mapping.type, mapping]),
);
