/**
 * Child process: Azurite's blob and queue services. Its one argument is JSON (AzuriteArguments); it answers with one IPC
 * message (AzuriteAnswer) and ends, with everything saved, when told to or when its parent is gone.
 */
import { mkdirSync } from 'node:fs';
import { blobServer, queueServer, type StorageServer } from './servers';

export interface AzuriteArguments {
  readonly folder: string;
  readonly blobPort: number;
  readonly queuePort: number;
}

export type AzuriteAnswer =
  | { readonly type: 'ready'; readonly blobUrl: string; readonly queueUrl: string }
  | { readonly type: 'failed'; readonly service: 'blob' | 'queue'; readonly code?: string; readonly error: string };

const { folder, blobPort, queuePort } = JSON.parse(process.argv[2] ?? '{}') as AzuriteArguments;
const running: StorageServer[] = [];
let ending = false;

function answer(message: AzuriteAnswer): void {
  process.send?.(message);
}

/** Azurite writes its tables to disk when it is closed (and every few seconds); without this the last writes are lost. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.allSettled(running.map((server) => server.close()));
  process.exit(0);
}

async function startOne(service: 'blob' | 'queue', make: () => StorageServer): Promise<string | undefined> {
  try {
    const server = make();
    await server.start();
    running.push(server);
    return server.getHttpServerAddress();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    answer({ type: 'failed', service, code, error: message });
    return undefined;
  }
}

async function start(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const blobUrl = await startOne('blob', () => blobServer(folder, blobPort));
  const queueUrl = blobUrl && (await startOne('queue', () => queueServer(folder, queuePort)));
  if (blobUrl && queueUrl) answer({ type: 'ready', blobUrl, queueUrl });
  else process.disconnect?.();
}

process.on('disconnect', () => void end());
process.on('message', (message) => {
  if (message === 'close') void end();
});
process.on('SIGTERM', () => void end());
process.on('SIGHUP', () => void end());
// Ctrl-C reaches the whole process group; the parent decides when the storage goes, last of all.
process.on('SIGINT', () => {});

void start();
