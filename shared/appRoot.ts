/** Where the app's files lie (rule files, stored KQL functions), whether run from source, from dist/ or from a package. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds host.json, absolute. */
export function appRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'host.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No host.json above ${__dirname}: the app is incomplete.`);
    folder = parent;
  }
  return folder;
}
