/** The workspace's functions and watchlists in the running service: what queries know of them, and the watchlists' rows. */
import { loadStoredFunctions } from '../../../shared/kql/storedFunctions';
import { createContents, type WorkspaceContents, type WorkspaceFolders } from '../workspace/contents';
import { FROM_FILES, WATCHLIST_TABLE, type Watchlist } from '../workspace/watchlists';
import type { Tables } from './store/tables';
import type { Writer } from './store/writer';

export interface Workspace {
  readonly contents: WorkspaceContents;
  /**
   * Reads further folders.
   * @returns what was left out, each naming its file.
   */
  add(folders: WorkspaceFolders): Promise<readonly string[]>;
}

const BATCH_ROWS = 2000;

/** @param productFolders folders of stored functions in which a bad file is an error. */
export async function openWorkspace(
  tables: Tables,
  writer: Writer,
  productFolders: readonly string[],
  folders: WorkspaceFolders,
): Promise<Workspace> {
  const contents = createContents(productFolders.flatMap((folder) => loadStoredFunctions(folder)));
  const store = async ({ alias, rows }: Watchlist): Promise<void> => {
    const table = await writer.exclusively(async () => {
      await tables.removeRows(WATCHLIST_TABLE, 'WatchlistAlias', alias);
      return tables.ensure(WATCHLIST_TABLE, [], false);
    });
    for (let at = 0; at < rows.length; at += BATCH_ROWS) {
      await writer.write(table, Buffer.from(JSON.stringify(rows.slice(at, at + BATCH_ROWS))), 'asGiven');
    }
  };
  const add = async (more: WorkspaceFolders): Promise<readonly string[]> => {
    const { watchlists, problems } = await contents.add(more);
    for (const watchlist of watchlists) await store(watchlist);
    return problems;
  };
  await writer.exclusively(() => tables.removeRows(WATCHLIST_TABLE, 'Provider', FROM_FILES));
  await add(folders);
  return { contents, add };
}
