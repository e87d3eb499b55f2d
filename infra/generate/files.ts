/** The files that are made from code, and which of them are out of date. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kqlPage } from './kqlPage';
import { localSettingsSample } from './localSettings';
import { settingsPage } from './settingsPage';
import { sourcesPage } from './sourcesPage';
import { streamsJson } from './streams';

/** Path from the repository, and the text that belongs there. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'shared/azure/streams.json': () => streamsJson(),
  'docs/kql.md': () => kqlPage(),
  'docs/settings.md': () => settingsPage(),
  'docs/sources.md': () => sourcesPage(),
  'local.settings.sample.json': () => localSettingsSample(),
};

export interface StaleFile {
  readonly path: string;
  readonly text: string;
}

/** The generated files below `root` that are not as the code says, with what they should be. */
export function staleFiles(root: string): StaleFile[] {
  return Object.entries(GENERATED)
    .map(([path, make]) => ({ path, text: make() }))
    .filter(({ path, text }) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text);
}
