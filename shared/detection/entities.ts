/** Entities of an alert: what the rule's mappings take from its rows. */

import type { Cell } from '../ports';
import type { EntityMapping } from '../rules/rule';
import { type ResultRows, scalarText } from './resultRows';

export interface Entity {
  /** `IP`, `Host` … as Sentinel names them. */
  readonly type: string;
  /** Identifier (`Address`) to value. */
  readonly identifiers: Readonly<Record<string, string>>;
}

/** Sentinel's limit for one alert, shared evenly by the mappings. */
const MOST_ENTITIES = 500;

/** Distinct entities of the rows, mapping by mapping. An entity without any value is none. */
export function findEntities(mappings: readonly EntityMapping[], result: ResultRows): Entity[] {
  const share = Math.floor(MOST_ENTITIES / Math.max(1, mappings.length));
  const found = new Map<string, Entity>();
  for (const mapping of mappings) {
    const before = found.size;
    for (const row of result.rows) {
      if (found.size - before >= share) break;
      const entity = entityOf(mapping, result.columns, row);
      if (entity !== undefined) found.set(entityKey(entity), entity);
    }
  }
  return [...found.values()];
}

function entityOf(mapping: EntityMapping, columns: ResultRows['columns'], row: readonly Cell[]): Entity | undefined {
  const identifiers: Record<string, string> = {};
  for (const { identifier, columnName } of mapping.fieldMappings) {
    const text = scalarText(row[columns.findIndex((column) => column.name === columnName)]);
    if (text !== undefined) identifiers[identifier] = text.slice(0, 1000);
  }
  return Object.keys(identifiers).length === 0 ? undefined : { type: mapping.entityType, identifiers };
}

/** The same text for the same entity, whichever order its identifiers come in. */
export function entityKey({ type, identifiers }: Entity): string {
  return JSON.stringify([type, ...Object.entries(identifiers).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** `IP 192.0.2.1`; with several identifiers `Account Name=anna UPNSuffix=example.org`. */
export function entityText({ type, identifiers }: Entity): string {
  const entries = Object.entries(identifiers);
  const [only] = entries;
  if (entries.length === 1 && only) return `${type} ${only[1]}`;
  return `${type} ${entries.map(([name, value]) => `${name}=${value}`).join(' ')}`;
}

/** Distinct entities of several lists, in order. */
export function mergeEntities(...lists: readonly (readonly Entity[])[]): Entity[] {
  return [...new Map(lists.flat().map((entity) => [entityKey(entity), entity])).values()];
}
