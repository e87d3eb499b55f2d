/** Stored functions of folders: every YAML and KQL file below them. A file that holds none is named and left out. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, FlowtrapError } from '../../../../shared/errors';
import type { StoredFunction } from '../../../../shared/kql/storedFunctions';
import { isFunctionFile, readFunctionFile } from './readFunctionFile';

export interface LoadedFunctions {
  readonly functions: readonly StoredFunction[];
  /** What was left out, each naming its file. */
  readonly problems: readonly string[];
}

const FILE_BYTES = 4 * 1024 * 1024;
const FILES = 20_000;

/** In order of path. @throws FlowtrapError `notFound` when there is no such folder. */
export function loadFunctions(folder: string): LoadedFunctions {
  const functions: StoredFunction[] = [];
  const problems: string[] = [];
  for (const path of filesBelow(folder, isFunctionFile)) {
    try {
      if (statSync(path).size > FILE_BYTES) {
        throw new FlowtrapError('limit', `it is larger than ${FILE_BYTES} bytes.`, { subject: path });
      }
      functions.push(...readFunctionFile(readFileSync(path, 'utf8'), path));
    } catch (error) {
      problems.push(describeError(error));
    }
  }
  return { functions, problems };
}

/** Paths of files below the folder, sorted. Symbolic links are not followed. */
export function filesBelow(folder: string, isWanted: (name: string) => boolean): readonly string[] {
  const found: string[] = [];
  const waiting = [folder];
  for (const current of waiting) {
    const entries = entriesOf(current).sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(current, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile() && isWanted(entry.name)) found.push(path);
    }
    if (found.length > FILES || waiting.length > FILES) {
      throw new FlowtrapError('limit', `there are more than ${FILES} files in it.`, { subject: folder });
    }
  }
  return found.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new FlowtrapError('notFound', 'the folder cannot be read.', { subject: folder, cause: error });
  }
}
