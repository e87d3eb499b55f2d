/** Columns that depend on data: what is found, and how it is handed to the parser and to the plan builder. */
import type { FoundColumns, SyntaxNode, TypedName } from '../../../shared/kql/language';
import { errorAt, unsupported } from './build/builder';
import type { Found } from './index';
import { isKqlType } from './types';

/** Discoveries of one query: a bound on the statements that it makes the database run. */
export const MAX_STAGES = 20;
/** Columns that one plugin may make. */
export const MAX_FOUND_COLUMNS = 1000;

/** Thrown where a plan cannot be built before `sql` has been run. */
export class DiscoveryNeeded extends Error {
  constructor(
    readonly sql: string,
    readonly site: string,
  ) {
    super('The columns of a plugin are not known yet.');
    this.name = 'DiscoveryNeeded';
  }
}

/** The columns that a discovery found; undefined when it has not been run. @throws KqlError `limit` */
export function foundColumns(found: readonly Found[], sql: string, node: SyntaxNode): readonly TypedName[] | undefined {
  const known = found.find((one) => one.sql === sql);
  if (known === undefined) {
    if (found.length >= MAX_STAGES)
      throw errorAt('limit', `More than ${MAX_STAGES} plugins whose columns depend on data`, node);
    return undefined;
  }
  if (known.columns.length > MAX_FOUND_COLUMNS) throw errorAt('limit', `More than ${MAX_FOUND_COLUMNS} columns`, node);
  return typed(known);
}

function typed({ columns }: Found): readonly TypedName[] {
  return columns.map(([name, type]) => ({ name, type: isKqlType(type) ? type : 'dynamic' }));
}

/** The columns of each place for the parser. A function may be called with several tables: then it has the columns of all calls. */
export function columnsBySite(found: readonly Found[]): FoundColumns['sites'] {
  const sites = new Map<string, Map<string, TypedName>>();
  for (const one of found) {
    const known = sites.get(one.site) ?? new Map<string, TypedName>();
    sites.set(one.site, known);
    for (const column of typed(one)) if (!known.has(column.name)) known.set(column.name, column);
  }
  return new Map([...sites].map(([site, columns]) => [site, [...columns.values()]]));
}

/** The parser knows one type for each column of a place. @throws KqlError `unsupported` when another call gave it another. */
export function assertSameTypes(
  bySite: FoundColumns['sites'],
  site: string,
  columns: readonly TypedName[],
  node: SyntaxNode,
): void {
  const types = new Map((bySite.get(site) ?? []).map(({ name, type }) => [name, type]));
  const other = columns.find(({ name, type }) => (types.get(name) ?? type) !== type);
  if (other !== undefined) throw unsupported(`A plugin that makes the column '${other.name}' of two types`, node);
}
