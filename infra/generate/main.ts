/**
 * `npm run generate`, after a change of a table or a setting: writes the files that are made from code.
 * With `--check` nothing is written, and the exit code is 1 when a file is out of date.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appRoot } from '../../shared/appRoot';
import { staleFiles } from './files';

const root = appRoot();
const stale = staleFiles(root);
if (process.argv.includes('--check')) {
  for (const { path } of stale) process.stderr.write(`${path} is out of date: run \`npm run generate\`.\n`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`${path} written\n`);
  }
  if (stale.length === 0) process.stdout.write('Everything generated is up to date.\n');
}
