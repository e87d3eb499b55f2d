/** Loads the app as the Functions worker does: package.json names the entry, CommonJS is required, ESM imported. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FlowtrapError } from '../../../../shared/errors';

/**
 * Runs the app's entry point, so that its functions get registered.
 * @throws FlowtrapError `configuration` when there is none, or what the entry point threw.
 */
export async function loadApp(appFolder: string): Promise<void> {
  const file = join(appFolder, 'package.json');
  const { main, type } = readPackage(file);
  if (typeof main !== 'string' || main === '')
    throw new FlowtrapError('configuration', 'names no entry point.', {
      subject: file,
      fix: 'Set "main" to the compiled JavaScript that registers the functions.',
    });
  const entry = resolve(appFolder, main);
  if (!existsSync(entry))
    throw new FlowtrapError('configuration', `its entry point "${main}" does not exist.`, {
      subject: file,
      fix: 'Compile the app (npm run build), or correct "main".',
    });
  if (entry.endsWith('.mjs') || (type === 'module' && !entry.endsWith('.cjs'))) await import(pathToFileURL(entry).href);
  else createRequire(file)(entry);
}

function readPackage(file: string): { readonly main?: unknown; readonly type?: unknown } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new FlowtrapError('configuration', 'cannot be read as JSON.', {
      subject: file,
      fix: 'Name the folder that holds the app.',
      cause,
    });
  }
}
