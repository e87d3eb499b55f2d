/**
 * Puts the program beside those of the dependencies, so that `npx flowtrap` runs this build at once; without the link npx
 * makes a copy of the package first. Part of `npm ci`; does nothing where links are not to be had.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { appRoot } from '../../shared/appRoot';

const link = join(appRoot(), 'node_modules/.bin/flowtrap');
try {
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), join(appRoot(), 'infra/local/flowtrap.js')), link);
} catch (error) {
  process.stderr.write(`npx flowtrap will be slower: ${(error as Error).message}\n`);
}
