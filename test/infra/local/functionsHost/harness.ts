/** Starts fixture apps on Azurite and collects what the host and the functions tell. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { expect } from 'vitest';
import { type Azurite, startAzurite } from '../../../../infra/local/azurite/azurite';
import type {
  HostMessage,
  HostOptions,
  InvocationMessage,
  LogMessage,
} from '../../../../infra/local/functionsHost/contract';
import { type FunctionsHost, startFunctionsHost } from '../../../../infra/local/functionsHost/host';

export const KEYS = { master: 'master-key', function: 'function-key' };

export interface Recorded {
  readonly name: string;
  readonly at: number;
  readonly [field: string]: unknown;
}

/** A temporary folder with storage in it, for the tests of one file. */
export interface Ground {
  readonly folder: string;
  readonly azurite: Azurite;
  readonly queues: QueueServiceClient;
  close(): Promise<void>;
}

export async function prepareGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-host-'));
  const azurite = await startAzurite({ folder: join(folder, 'azurite'), blobPort: 0, queuePort: 0 });
  return {
    folder,
    azurite,
    queues: QueueServiceClient.fromConnectionString(azurite.connectionString),
    async close() {
      await azurite.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface RunningApp {
  readonly host: FunctionsHost;
  readonly appFolder: string;
  readonly messages: HostMessage[];
  readonly invocations: () => InvocationMessage[];
  readonly logs: () => LogMessage[];
  /** What the fixture functions recorded, by function if given. */
  readonly recorded: (name?: string) => Recorded[];
}

let recordings = 0;

export function fixture(name: string): string {
  return join(__dirname, 'fixtures', name);
}

export async function startApp(
  ground: Ground,
  app: string,
  options: Partial<HostOptions> & { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<RunningApp> {
  const { settings, appFolder = fixture(app), ...rest } = options;
  const record = join(ground.folder, `record-${recordings++}.jsonl`);
  const messages: HostMessage[] = [];
  const events = new EventEmitter();
  events.on('message', (message: HostMessage) => messages.push(message));
  const host = await startFunctionsHost(
    {
      appFolder,
      port: 0,
      environment: { AzureWebJobsStorage: ground.azurite.connectionString, RECORD: record, ...settings },
      hostId: `test${recordings}`,
      keys: KEYS,
      timers: true,
      graceMs: 3000,
      ...rest,
    },
    events,
  );
  return {
    host,
    appFolder,
    messages,
    invocations: () => messages.filter((message) => message.type === 'invocation'),
    logs: () => messages.filter((message) => message.type === 'log'),
    recorded: (name) => {
      if (!existsSync(record)) return [];
      const lines = readFileSync(record, 'utf8').split('\n').filter(Boolean);
      return lines.map((line): Recorded => JSON.parse(line)).filter((r) => name === undefined || r.name === name);
    },
  };
}

/** Waits until the look gives something other than undefined and false; a test that waits in vain fails by its time limit. */
export async function eventually<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request by node:http, which sends paths and headers just as given. */
export function ask(
  host: FunctionsHost,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer; chunked?: boolean } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, chunked = false } = options;
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      { port: new URL(host.url).port, host: '127.0.0.1', path, method, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('latin1'),
          }),
        );
      },
    );
    request.on('error', reject);
    if (body !== undefined && chunked) request.write(body);
    request.end(chunked ? undefined : body);
  });
}

/** Headers and body of an answer without content. */
export const EMPTY = { body: '', headers: expect.objectContaining({ 'content-length': '0' }) };

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
