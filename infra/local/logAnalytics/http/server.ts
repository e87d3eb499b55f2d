/** HTTP on loopback, as small as the services need it: bounded bodies, JSON answers, no request that takes another down. */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describeError, FlowtrapError } from '../../../../shared/errors';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text that is sent as it is, pieces of one, or a value that becomes JSON; left out: no body. */
  readonly body?: unknown;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Fires when the client has gone or the server closes. */
  readonly signal: AbortSignal;
}

/** Leaves the request without an answer; the connection was dealt with. */
export const NO_ANSWER = Symbol('no answer');

export type Handler = (exchange: Exchange) => Promise<Answer | typeof NO_ANSWER>;

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Clients reuse connections; closing idle ones earlier than they do would meet their next request. */
const KEEP_ALIVE = 70_000;
/** Of a refused body: read on so that the client gets to read the answer. */
const DISCARDED_BYTES = 64 * 1024 * 1024;

/** @throws FlowtrapError `conflict` when the port is taken. */
export async function listen(port: number, handler: Handler): Promise<HttpServer> {
  const closing = new AbortController();
  // One for each request at work.
  setMaxListeners(0, closing.signal);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    closing.signal.addEventListener('abort', abort);
    response.once('close', () => {
      closing.signal.removeEventListener('abort', abort);
      abort();
    });
    request.on('error', abort);
    void serve(handler, request, response, gone.signal);
  });
  await bind(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(handler: Handler, request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
  let answer: Answer | typeof NO_ANSWER;
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    answer = await handler({ request, response, url, signal });
  } catch (error) {
    answer = { status: 500, body: { error: { code: 'InternalServerError', message: describeError(error) } } };
  }
  if (answer === NO_ANSWER || response.destroyed) return;
  try {
    await send(request, response, answer);
  } catch {
    response.destroy();
  }
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const pieces =
    answer.body === undefined ? [] : Array.isArray(answer.body) ? (answer.body as string[]) : [text(answer.body)];
  response.writeHead(answer.status, {
    ...(pieces.length > 0 ? { 'content-type': 'application/json; charset=utf-8' } : { 'content-length': '0' }),
    ...(request.complete ? {} : { connection: 'close' }),
    ...answer.headers,
  });
  await pipeline(Readable.from(pieces), response);
  if (!request.complete) discard(request);
}

function text(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function discard(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DISCARDED_BYTES) request.destroy();
  });
  request.resume();
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new FlowtrapError('conflict', 'the port is taken.', {
              subject: `127.0.0.1:${port}`,
              fix: 'Stop what listens there, or choose other ports with --port-base.',
            })
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}
