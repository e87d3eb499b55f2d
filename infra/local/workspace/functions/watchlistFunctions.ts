/**
 * `_GetWatchlist`. Its columns depend on the watchlist, which no declaration can say: so each watchlist has a function of its own, and
 * calls that name one are turned to it before the analysis. A call whose name only shows while the query runs, or
 * names no watchlist, has the columns that all watchlists have.
 */
import { findBuiltInCalls } from '../../../../shared/kql/language';
import type { StoredFunction } from '../../../../shared/kql/storedFunctions';

/** What the functions need to know of a watchlist. */
export interface WatchlistShape {
  readonly alias: string;
  readonly columns: readonly string[];
}

const COMMON = ['_DTItemId', 'LastUpdatedTimeUTC', 'SearchKey', 'WatchlistItem'];
const ITEMS = `Watchlist
| where _DTItemType == 'watchlist-item' and _DTItemStatus != 'Delete'
| where array_length(keys) == 0 or SearchKey in (keys)`;

export function watchlistFunctions(watchlists: readonly WatchlistShape[]): readonly StoredFunction[] {
  return [
    {
      name: '_GetWatchlist',
      parameters: '(watchlistAlias:string, keys:dynamic=dynamic([]))',
      description: 'Items of a watchlist.',
      body: `${ITEMS}\n| where WatchlistAlias =~ watchlistAlias\n| project ${COMMON.join(', ')}`,
    },
    {
      name: '_GetWatchlistAlias',
      parameters: '()',
      description: 'The aliases of the watchlists.',
      body: "Watchlist | where _DTItemType == 'watchlist-item' | distinct WatchlistAlias",
    },
    ...watchlists.map(({ alias, columns }, index) => ({
      name: functionName(index),
      parameters: '(keys:dynamic=dynamic([]))',
      description: `Items of the watchlist ${alias}.`,
      body: `${ITEMS}\n| where WatchlistAlias =~ ${quoted(alias)}\n| project ${[
        ...COMMON,
        ...columns
          .filter((name) => !COMMON.includes(name))
          .map((name) => `[${quoted(name)}] = tostring(WatchlistItem[${quoted(name)}])`),
      ].join(', ')}`,
    })),
  ];
}

/** The text with its calls of known watchlists turned to their functions; every other character stays at its place. */
export function withWatchlistCalls(kql: string, watchlists: readonly WatchlistShape[]): string {
  if (watchlists.length === 0 || !/\b_GetWatchlist\s*\(/.test(kql)) return kql;
  const known = new Map(watchlists.map(({ alias }, index) => [alias.toLowerCase(), functionName(index)]));
  let text = kql;
  for (const call of callsOf(kql)) {
    const given = /^(\s*(?:watchlistAlias\s*=\s*)?)(?:@?(["'])(.*?)\2|(\w+))\s*(,|$)/s.exec(
      kql.slice(call.argumentsStart, call.argumentsEnd),
    );
    const alias = given?.[3] ?? (given?.[4] === undefined ? undefined : letText(kql, given[4]));
    const name = alias === undefined ? undefined : known.get(alias.toLowerCase());
    if (given === null || name === undefined) continue;
    const end = call.argumentsStart + given[0].length;
    const replaced = kql.slice(call.start, end).replaceAll(/[^\r\n]/g, ' ');
    const turned = `${name}(`;
    text = text.slice(0, call.start) + turned + replaced.slice(turned.length) + text.slice(end);
  }
  return text;
}

/** None when the text is no KQL, which its analysis will say better. */
function callsOf(kql: string): ReturnType<typeof findBuiltInCalls> {
  try {
    return findBuiltInCalls(kql, new Set(['_GetWatchlist']));
  } catch {
    return [];
  }
}

/** The text that a single `let` gives the name. */
function letText(kql: string, name: string): string | undefined {
  const found = [...kql.matchAll(/\blet\s+(\w+)\s*=\s*@?(["'])(.*?)\2\s*;/gs)].filter(([, own]) => own === name);
  return found.length === 1 ? found[0]?.[3] : undefined;
}

/** Short enough to stand where `_GetWatchlist(` stood, for any number of watchlists. */
function functionName(index: number): string {
  return `_WL${index}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}
