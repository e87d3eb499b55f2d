/** The stand-in's indicators: selects, sorts, cuts into pages and shows only the members that were asked for. */
import { parseTql, TqlError } from './tql';
import { namesStatus, tqlFilter, tqlOrder } from './tqlFilter';

export type RawIndicator = Readonly<Record<string, unknown>>;

/** Members that a response holds only when `fields` names them: value of `fields` → members. */
const OPTIONAL_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  tags: ['tags'],
  securityLabels: ['securityLabels'],
  externalDates: ['externalDateAdded', 'externalLastModified', 'externalDateExpires'],
  sightings: ['firstSeen', 'lastSeen'],
  threatAssess: ['threatAssessScore', 'threatAssessScoreObserved', 'threatAssessScoreFalsePositive', 'calScore'],
  falsePositives: ['falsePositives', 'lastFalsePositive', 'falsePositiveReportedByUser'],
  observations: ['observations', 'lastObserved'],
  associatedGroups: ['associatedGroups'],
  attributes: ['attributes'],
};

const MAX_LIMIT = 10_000;

export interface Selection {
  /** JSON texts of the page's indicators. */
  readonly rows: readonly string[];
  readonly total: number;
  readonly start: number;
  readonly limit: number;
}

/**
 * The page that a query string asks for.
 * @throws TqlError when any parameter is not understood.
 */
export function select(indicators: readonly RawIndicator[], query: URLSearchParams): Selection {
  for (const name of query.keys()) {
    if (!['tql', 'fields', 'sorting', 'resultStart', 'resultLimit', 'owner', 'count'].includes(name)) {
      throw new TqlError(`unknown query parameter "${name.slice(0, 40)}"`);
    }
  }
  const start = integer(query, 'resultStart', 0, Number.MAX_SAFE_INTEGER);
  const limit = integer(query, 'resultLimit', 100, MAX_LIMIT);
  const condition = query.has('tql') ? parseTql(query.get('tql') ?? '') : undefined;
  const matches = condition ? tqlFilter(condition) : () => true;
  const anyStatus = condition !== undefined && namesStatus(condition);
  const owners = query.getAll('owner');
  const chosen = indicators.filter(
    (indicator) =>
      (anyStatus || indicator.active !== false) &&
      (owners.length === 0 || owners.includes(String(indicator.ownerName))) &&
      matches(indicator),
  );
  const order = sorting(query.get('sorting'));
  if (order) chosen.sort(order);
  const hidden = hiddenMembers(query.getAll('fields'));
  const rows = chosen.slice(start, start + limit).map((indicator) => show(indicator, hidden));
  return { rows, total: chosen.length, start, limit };
}

function integer(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,16}$/.test(text) || Number(text) > most || (name === 'resultLimit' && Number(text) === 0)) {
    throw new TqlError(`${name} must be a whole number up to ${most}`);
  }
  return Number(text);
}

function sorting(text: string | null): ((a: RawIndicator, b: RawIndicator) => number) | undefined {
  if (text === null) return undefined;
  const words = text.trim().split(/\s+/);
  const levels: ((a: RawIndicator, b: RawIndicator) => number)[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const direction = words[at + 1]?.toLowerCase();
    if (direction !== 'asc' && direction !== 'desc')
      throw new TqlError('sorting must be pairs of a parameter and asc or desc');
    const order = tqlOrder(words[at] ?? '');
    levels.push(direction === 'asc' ? order : (a, b) => order(b, a));
  }
  return (a, b) => levels.reduce((result, level) => result || level(a, b), 0);
}

function hiddenMembers(fields: readonly string[]): ReadonlySet<string> {
  const unknown = fields.find((field) => !Object.hasOwn(OPTIONAL_MEMBERS, field));
  if (unknown !== undefined) throw new TqlError(`unknown field "${unknown.slice(0, 40)}"`);
  const hidden = Object.entries(OPTIONAL_MEMBERS).filter(([field]) => !fields.includes(field));
  return new Set(hidden.flatMap(([, members]) => members));
}

/** The indicator's JSON; an id kept as text (it exceeds 2^53) is written as the number that the service sends. */
function show(indicator: RawIndicator, hidden: ReadonlySet<string>): string {
  const members = Object.entries(indicator).filter(([name, value]) => !hidden.has(name) && value !== undefined);
  const written = members.map(([name, value]) =>
    name === 'id' && /^\d+$/.test(String(value)) ? `"id":${value}` : `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${written.join(',')}}`;
}
