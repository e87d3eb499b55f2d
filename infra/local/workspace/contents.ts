/** What a workspace has besides tables: stored functions and watchlists, built in and of folders; more can be added while it runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredFunction } from '../../../shared/kql/storedFunctions';
import { asimFunctions } from './functions/asimFunctions';
import { asimHelpers } from './functions/asimHelpers';
import { defenderFunctions } from './functions/defenderFunctions';
import { loadFunctions } from './functions/loadFunctions';
import { type WatchlistShape, watchlistFunctions } from './functions/watchlistFunctions';
import { loadWatchlists, type Watchlist } from './watchlists';

export interface WorkspaceFolders {
  /** Later ones win where two have a function of one name. */
  readonly functions?: readonly string[];
  readonly watchlists?: readonly string[];
}

export interface WorkspaceContents {
  readonly functions: readonly StoredFunction[];
  readonly watchlists: readonly WatchlistShape[];
  /** What was left out, each naming its file. */
  readonly problems: readonly string[];
  /** Counts up with every change. */
  readonly version: number;
  /**
   * Reads these folders, too.
   * @returns the watchlists whose items are to be stored.
   * @throws FlowtrapError `notFound`; then nothing has changed.
   */
  add(
    folders: WorkspaceFolders,
  ): Promise<{ readonly watchlists: readonly Watchlist[]; readonly problems: readonly string[] }>;
}

/** @param product functions of the product, which folders may replace. */
export function createContents(product: readonly StoredFunction[] = []): WorkspaceContents {
  const own = new Map<string, StoredFunction>();
  for (const one of [...asimFunctions(), ...asimHelpers(), ...defenderFunctions(), ...product]) own.set(one.name, one);
  let watchlists: readonly WatchlistShape[] = [];
  let functions: readonly StoredFunction[] = [...own.values(), ...watchlistFunctions([])];
  const problems: string[] = [];
  let version = 0;
  return {
    get functions() {
      return functions;
    },
    get watchlists() {
      return watchlists;
    },
    problems,
    get version() {
      return version;
    },
    async add(folders) {
      const loaded = (folders.functions ?? []).map(loadFunctions);
      const lists: Watchlist[] = [];
      const found: string[] = loaded.flatMap((one) => one.problems);
      for (const folder of folders.watchlists ?? []) {
        const read = await loadWatchlists(folder);
        lists.push(...read.watchlists);
        found.push(...read.problems);
      }
      for (const one of loaded.flatMap((each) => each.functions)) own.set(one.name, one);
      const byAlias = new Map([...watchlists, ...lists].map((one) => [one.alias.toLowerCase(), one]));
      watchlists = [...byAlias.values()].map(({ alias, columns }) => ({ alias, columns }));
      const lookUps = watchlistFunctions(watchlists).filter(({ name }) => !own.has(name));
      functions = [...own.values(), ...lookUps];
      problems.push(...found);
      version++;
      return { watchlists: lists, problems: found };
    },
  };
}

/** The folder `workspace` beside `.flowtrap`, as far as it is there: `workspace/functions` and `workspace/watchlists`. */
export function workspaceFolders(cwd: string): Required<WorkspaceFolders> {
  const existing = (name: string): string[] => [join(cwd, 'workspace', name)].filter((path) => existsSync(path));
  return { functions: existing('functions'), watchlists: existing('watchlists') };
}
