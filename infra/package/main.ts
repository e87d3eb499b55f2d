/** `npm run package`: makes `.package/`, the folder that is deployed, and shows how large it is. */
import { join } from 'node:path';
import { appRoot } from '../../shared/appRoot';
import { makePackage } from './makePackage';
import { sizes, sizeTable } from './size';

const root = appRoot();
const target = join(root, '.package');
try {
  makePackage(root, target);
  process.stdout.write(`${sizeTable(sizes(target))}\nReady to deploy: ${target}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
