/** `.flowtrap/`: the folder of one local stack, its lock, and the file that tells commands where it is. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FlowtrapError } from '../../../shared/errors';
import type { StackPorts } from './ports';

export interface StackFile {
  readonly pid: number;
  readonly ports: StackPorts;
  readonly functionsUrl: string;
  readonly functionKey: string;
  readonly masterKey: string;
  readonly logAnalyticsUrl: string;
  readonly logAnalyticsAdminKey: string;
  readonly workspaceId: string;
  readonly token: string;
  readonly sentinelUrl: string;
  readonly threatConnectUrl: string;
  readonly storageConnectionString: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
}

export function stackFolder(cwd: string): string {
  return join(cwd, '.flowtrap');
}

/** Where the running stack is, or undefined when none runs from this folder. */
export function readStackFile(folder: string): StackFile | undefined {
  try {
    const file = JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')) as StackFile;
    return isRunning(file.pid) ? file : undefined;
  } catch {
    return undefined;
  }
}

export function writeStackFile(folder: string, file: StackFile): void {
  writeFileSync(join(folder, 'stack.json'), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
}

/**
 * Takes the folder for this process alone.
 * @returns gives it back, and removes stack.json.
 * @throws FlowtrapError `conflict` when another stack runs from it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const descriptor = openSync(lock, 'wx');
      writeSync(descriptor, String(process.pid));
      closeSync(descriptor);
      return () => {
        rmSync(join(folder, 'stack.json'), { force: true });
        rmSync(lock, { force: true });
      };
    } catch {
      const holder = Number(readQuietly(lock));
      if (isRunning(holder)) {
        throw new FlowtrapError('conflict', `a stack already runs from this folder (process ${holder}).`, {
          subject: folder,
          fix: 'Stop it with Ctrl-C, or start this one from another folder with --port-base.',
        });
      }
      rmSync(lock, { force: true });
    }
  }
  throw new FlowtrapError('conflict', 'its lock file cannot be taken.', { subject: folder, fix: `Remove ${lock}.` });
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
