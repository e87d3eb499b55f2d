/** The HTTP side of the host on 127.0.0.1: routes to functions, keys, bodies, results, admin endpoints. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describeError, FlowtrapError } from '../../../../shared/errors';
import type { Emit, HostKeys } from '../contract';
import type { Dispatcher } from '../dispatcher';
import type { HttpTrigger, IndexedFunction } from '../functionIndex';
import { InvocationError } from '../invocationError';
import type { WorkerProcess } from '../workerProcess';
import { type AdminOptions, answerAdmin, status } from './admin';
import { kindOfKey, presentedKey } from './keys';
import { BODY_LIMIT, httpInput, readBody, writeResult } from './messages';

export interface HttpOptions extends Omit<AdminOptions, 'url' | 'startedAt'> {
  readonly port: number;
  readonly keys: HostKeys;
  readonly dispatcher: Dispatcher;
  readonly worker: WorkerProcess;
  readonly emit: Emit;
}

export interface HttpSide {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Accepts no more connections; requests in progress are answered. */
  stop(): void;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

interface Site {
  readonly fn: IndexedFunction;
  readonly trigger: HttpTrigger;
}

/** @throws FlowtrapError `configuration` when the port is taken. */
export async function startHttp(options: HttpOptions): Promise<HttpSide> {
  const sites = options.functions.flatMap((fn): Site[] =>
    fn.trigger?.kind === 'http' && !fn.disabled ? [{ fn, trigger: fn.trigger }] : [],
  );
  const startedAt = Date.now();
  let url = '';
  const server = createServer((request, response) => {
    answer(options, { ...options, startedAt, url: () => url }, sites, request, response).catch((error: unknown) => {
      options.emit({ type: 'log', level: 'error', message: `Request failed: ${describeError(error)}` });
      if (response.headersSent) response.destroy();
      else status(response, 500);
    });
  });
  await listen(server, options.port);
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : options.port}`;
  return {
    url,
    stop() {
      server.close();
      server.closeIdleConnections();
    },
    async close() {
      const closed = new Promise((resolve) => server.once('close', resolve));
      if (server.listening) server.close();
      else return server.closeAllConnections();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new FlowtrapError('configuration', taken ? 'is in use by another process.' : describeError(cause), {
          subject: `Port ${port}`,
          fix: 'End that process, or choose another port for the functions host.',
          cause,
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(
  options: HttpOptions,
  admin: AdminOptions,
  sites: readonly Site[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('Server', 'Kestrel');
  const url = requestUrl(request, admin.url());
  if (!url) return status(response, 400);
  if (/^\/(?:admin|runtime)(?:\/|$)/i.test(url.pathname)) return answerAdmin(admin, request, response, url);
  if (url.pathname === '/' && request.method === 'GET') {
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<!doctype html><title>Functions</title>The host is running.\n');
    return;
  }
  for (const { fn, trigger } of sites) {
    if (!trigger.methods.includes(request.method ?? '')) continue;
    const parameters = trigger.route.match(url.pathname);
    if (!parameters) continue;
    if (!allowed(trigger, fn, options.keys, presentedKey(request, url.searchParams))) return status(response, 401);
    return invoke(options, fn, parameters, url, request, response);
  }
  return status(response, 404);
}

/** The URL as requested; the Host header is only text, never a place to connect to. */
function requestUrl(request: IncomingMessage, base: string): URL | undefined {
  const host = request.headers.host;
  for (const origin of [host && `http://${host}`, base]) {
    const text = origin && `${origin}${request.url?.startsWith('/') ? request.url : '/'}`;
    if (text && URL.canParse(text)) return new URL(text);
  }
  return undefined;
}

function allowed(trigger: HttpTrigger, fn: IndexedFunction, keys: HostKeys, key: string): boolean {
  if (trigger.level === 'anonymous') return true;
  const kind = kindOfKey(key, keys, fn.name);
  return kind === 'master' || (kind === 'function' && trigger.level === 'function');
}

async function invoke(
  options: HttpOptions,
  fn: IndexedFunction,
  parameters: Readonly<Record<string, string>>,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (!body) {
    const message = `Request body too large. The max request body size is ${BODY_LIMIT} bytes.`;
    options.emit({ type: 'log', level: 'error', function: fn.name, message });
    response.setHeader('Connection', 'close');
    return status(response, 500);
  }
  try {
    const result = await options.dispatcher.run(fn, {
      trigger: 'http',
      data: httpInput(request, url, parameters, body),
    });
    writeResult(response, result);
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    // A caller whose function ran too long is answered once the new worker is there (observed).
    if (error.kind === 'timedOut') await options.worker.ready();
    status(response, 500);
  }
}
