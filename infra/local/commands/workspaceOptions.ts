/** Options of the commands that run queries: the user's stored functions and watchlists. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowtrapError } from '../../../shared/errors';
import { type WorkspaceFolders, workspaceFolders } from '../workspace/contents';

export const WORKSPACE_OPTIONS = {
  functions: { type: 'string', multiple: true },
  watchlists: { type: 'string', multiple: true },
} as const;

export const WORKSPACE_HELP = `  --functions DIR    stored functions: parser YAMLs of Sentinel's public content and .kql files below DIR
  --watchlists DIR   watchlists: each NAME.csv below DIR for _GetWatchlist('NAME')
                     (the folders workspace/functions and workspace/watchlists are read without being named)
`;

/** The folders named by the options. @throws FlowtrapError `notFound` for one that is no folder. */
export function namedFolders(
  values: { readonly functions?: readonly string[]; readonly watchlists?: readonly string[] },
  cwd: string,
): Required<WorkspaceFolders> {
  const existing = (option: string, paths: readonly string[] = []): string[] =>
    paths.map((given) => {
      const path = resolve(cwd, given);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw new FlowtrapError('notFound', `${path} is no folder.`, { subject: option });
      }
      return path;
    });
  return {
    functions: existing('--functions', values.functions),
    watchlists: existing('--watchlists', values.watchlists),
  };
}

/** Those beside `.flowtrap`, and these. */
export function allFolders(named: WorkspaceFolders, cwd: string): Required<WorkspaceFolders> {
  const own = workspaceFolders(cwd);
  return {
    functions: [...own.functions, ...(named.functions ?? [])],
    watchlists: [...own.watchlists, ...(named.watchlists ?? [])],
  };
}
