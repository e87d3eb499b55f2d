/**
 * Watchlists kept as CSV files: `NAME.csv` is the watchlist with the alias NAME, its header names the columns, its first column is
 * the search key, unless another one is called SearchKey. The items become rows of the table Watchlist, as the service keeps
 * them, and `_GetWatchlist('NAME')` gives them with their columns.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { describeError, FlowtrapError } from '../../../shared/errors';
import { csvRecords } from './csv';
import { filesBelow } from './functions/loadFunctions';

export interface Watchlist {
  readonly alias: string;
  /** In order of the header. */
  readonly columns: readonly string[];
  /** Of the table Watchlist. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Marks the rows that came from files, so that the next start can take them away. */
export const FROM_FILES = 'flowtrap';
export const WATCHLIST_TABLE = 'Watchlist';

const FILE_BYTES = 32 * 1024 * 1024;
const COLUMNS = 500;

/** A file that is no watchlist is named and left out. @throws FlowtrapError `notFound` when there is no such folder. */
export async function loadWatchlists(
  folder: string,
): Promise<{ readonly watchlists: readonly Watchlist[]; readonly problems: readonly string[] }> {
  const watchlists: Watchlist[] = [];
  const problems: string[] = [];
  for (const path of filesBelow(folder, (name) => /\.csv$/i.test(name))) {
    try {
      watchlists.push(await readWatchlist(path));
    } catch (error) {
      const text = describeError(error);
      problems.push(text.includes(path) ? text : `${path}: ${text}`);
    }
  }
  return { watchlists, problems };
}

async function readWatchlist(path: string): Promise<Watchlist> {
  const { size, mtime } = statSync(path);
  if (size > FILE_BYTES) throw new FlowtrapError('limit', `it is larger than ${FILE_BYTES} bytes.`, { subject: path });
  const alias = basename(path).replace(/\.csv$/i, '');
  let columns: readonly string[] | undefined;
  const rows: Record<string, unknown>[] = [];
  for await (const { line, fields } of csvRecords(createReadStream(path))) {
    if (columns === undefined) {
      columns = checkedHeader(fields, path);
      continue;
    }
    if (fields.length > columns.length) {
      const what = `line ${line} has ${fields.length} fields, the header names ${columns.length}.`;
      throw new FlowtrapError('malformed', what, { subject: path });
    }
    const item = Object.fromEntries(columns.map((name, index) => [name, fields[index] ?? '']));
    rows.push(watchlistRow(alias, item, rows.length, mtime.toISOString()));
  }
  if (columns === undefined) throw new FlowtrapError('malformed', 'it has no header line.', { subject: path });
  return { alias, columns, rows };
}

function checkedHeader(fields: readonly string[], path: string): readonly string[] {
  const names = fields.map((name) => name.trim());
  const seen = new Set(names.map((name) => name.toLowerCase()));
  if (names.includes('') || seen.size < names.length || names.length > COLUMNS) {
    throw new FlowtrapError('malformed', `its header must be 1 to ${COLUMNS} different names.`, { subject: path });
  }
  return names;
}

function watchlistRow(alias: string, item: Readonly<Record<string, string>>, index: number, updated: string) {
  const id = uuidOf(`${alias}\n${index}`);
  return {
    TimeGenerated: updated,
    WatchlistId: uuidOf(alias),
    WatchlistName: alias,
    WatchlistAlias: alias,
    WatchlistItemId: id,
    WatchlistItem: item,
    SearchKey: item.SearchKey ?? Object.values(item)[0] ?? '',
    Provider: FROM_FILES,
    CreatedTimeUTC: updated,
    LastUpdatedTimeUTC: updated,
    _DTItemId: id,
    _DTItemType: 'watchlist-item',
    _DTItemStatus: 'Create',
    _DTTimestamp: updated,
  };
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
