/** Where a child process's compiled entry lies: Node runs no TypeScript, so a parent run from source forks the build in dist/. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { appRoot } from '../../../shared/appRoot';
import { FlowtrapError } from '../../../shared/errors';

/**
 * @param folder the folder of the calling module (`__dirname`).
 * @param name the entry's file name without extension.
 * @returns the absolute path of the compiled file.
 * @throws FlowtrapError `configuration` when it is not built.
 */
export function childEntry(folder: string, name: string): string {
  const root = appRoot();
  const inside = relative(root, folder);
  const compiled = join(root, inside.startsWith(`dist${sep}`) ? inside : join('dist', inside), `${name}.js`);
  if (existsSync(compiled)) return compiled;
  throw new FlowtrapError('configuration', 'is not built.', { subject: compiled, fix: 'Run `npm run build`.' });
}
