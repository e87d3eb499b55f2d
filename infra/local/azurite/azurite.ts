/** Starts Azurite, Microsoft's storage emulator, as a child process: blobs and queues on loopback, data in a folder of ours. */
import { type ChildProcess, fork } from 'node:child_process';
import { FlowtrapError } from '../../../shared/errors';
import { childEntry } from '../functionsHost/childEntry';
import type { AzuriteAnswer, AzuriteArguments } from './main';

/** Azurite's fixed account and its published key: no secret (learn.microsoft.com, "Use the Azurite emulator"). */
export const STORAGE_ACCOUNT = 'devstoreaccount1';
const STORAGE_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface AzuriteOptions {
  /** Where the data is kept; made when absent. */
  readonly folder: string;
  /** 0 lets the system choose. */
  readonly blobPort: number;
  readonly queuePort: number;
  /** Takes what Azurite prints, line by line or in parts. */
  readonly log?: (text: string) => void;
}

export interface Azurite {
  /** `http://127.0.0.1:PORT/devstoreaccount1` */
  readonly blobUrl: string;
  readonly queueUrl: string;
  /** For AzureWebJobsStorage. */
  readonly connectionString: string;
  readonly pid: number;
  /** Saves everything and ends the process. */
  close(): Promise<void>;
}

/**
 * Starts the services and resolves when both answer requests. The child ends by itself when this process does.
 * @throws FlowtrapError `configuration` when a port is taken, `unavailable` when Azurite does not come up.
 */
export async function startAzurite(options: AzuriteOptions): Promise<Azurite> {
  const { folder, blobPort, queuePort } = options;
  const input: AzuriteArguments = { folder, blobPort, queuePort };
  const child = fork(childEntry(__dirname, 'main'), [JSON.stringify(input)], {
    env: {},
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let printed = '';
  const take = (chunk: Buffer): void => {
    const text = chunk.toString('utf8');
    printed = (printed + text).slice(-2000);
    options.log?.(text.trimEnd());
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);

  const answer = await firstAnswer(child, () => printed);
  if (answer.type === 'failed') {
    child.disconnect();
    await ended;
    throw failure(answer, answer.service === 'blob' ? blobPort : queuePort);
  }
  const blobUrl = `${answer.blobUrl}/${STORAGE_ACCOUNT}`;
  const queueUrl = `${answer.queueUrl}/${STORAGE_ACCOUNT}`;
  await Promise.all([probe(`${blobUrl}?comp=list`), probe(`${queueUrl}?comp=list`)]);
  return {
    blobUrl,
    queueUrl,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${STORAGE_ACCOUNT};AccountKey=${STORAGE_KEY};BlobEndpoint=${blobUrl};QueueEndpoint=${queueUrl};`,
    pid: child.pid ?? 0,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.connected) child.send('close', () => {});
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}

function firstAnswer(child: ChildProcess, printed: () => string): Promise<AzuriteAnswer> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as AzuriteAnswer));
    child.once('error', (cause) =>
      reject(new FlowtrapError('unavailable', 'Azurite could not be started.', { cause })),
    );
    child.once('exit', (code, signal) =>
      reject(
        new FlowtrapError('unavailable', `Azurite ended at once (${signal ?? `code ${code}`}). ${printed().trim()}`, {
          fix: 'Remove its data folder if an older version wrote it, and run `npm ci` again.',
        }),
      ),
    );
  });
}

function failure(answer: AzuriteAnswer & { type: 'failed' }, port: number): FlowtrapError {
  if (answer.code !== 'EADDRINUSE' && answer.code !== 'EACCES')
    return new FlowtrapError('unavailable', `the ${answer.service} service did not start: ${answer.error}`, {
      subject: 'Azurite',
    });
  const what = answer.code === 'EACCES' ? 'may not be used by this user' : 'is in use by another process';
  return new FlowtrapError('configuration', `${what} (wanted for Azurite's ${answer.service} service).`, {
    subject: `Port ${port}`,
    fix: 'End that process, or choose other ports with --port-base.',
  });
}

/** A request without credentials: any answer of the service (403) shows that it serves. */
async function probe(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      await response.arrayBuffer();
      return;
    } catch (cause) {
      if (attempt === 20)
        throw new FlowtrapError('unavailable', 'does not answer.', {
          subject: url,
          fix: 'See whether a firewall blocks loopback.',
          cause,
        });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
