/** The admin endpoints, as far as people and scripts use them: state, list of functions, running one by hand. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostKeys } from '../contract';
import type { IndexedFunction } from '../functionIndex';
import { kindOfKey, presentedKey } from './keys';
import { collect } from './messages';

export interface AdminOptions {
  readonly hostId: string;
  readonly keys: HostKeys;
  readonly functions: readonly IndexedFunction[];
  readonly startedAt: number;
  readonly url: () => string;
  /** Starts a run in the background. */
  readonly runByHand: (fn: IndexedFunction, input: string | undefined) => void;
}

const INPUT_LIMIT = 1024 * 1024;

/** Answers a request below /admin or /runtime. */
export async function answerAdmin(
  options: AdminOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const path = url.pathname.toLowerCase().replace(/\/+$/, '');
  if (path === '/admin/host/ping') {
    response.writeHead(200, { 'Cache-Control': 'no-store,no-cache', Pragma: 'no-cache', 'Content-Length': 0 }).end();
    return;
  }
  if (path === '/admin/warmup') return status(response, 200);
  const kind = kindOfKey(presentedKey(request, url.searchParams), options.keys);
  if (kind === undefined) {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer', 'Content-Length': 0 }).end();
    return;
  }
  if (kind !== 'master') return status(response, 403);

  const { method } = request;
  if (method === 'GET' && path === '/admin/host/status') return json(response, hostStatus(options));
  if (method === 'GET' && path === '/admin/functions')
    return json(
      response,
      options.functions.map((fn) => describe(fn, options.url())),
    );
  const named = /^\/admin\/functions\/([^/]+)(\/status)?$/.exec(path);
  const fn = named && options.functions.find((candidate) => candidate.name.toLowerCase() === named[1]);
  if (!fn) return status(response, 404);
  if (method === 'GET')
    return json(response, named[2] ? (fn.errors.length > 0 ? { errors: fn.errors } : {}) : describe(fn, options.url()));
  if (method === 'POST' && !named[2]) return run(options, fn, request, response);
  return status(response, 404);
}

async function run(
  options: AdminOptions,
  fn: IndexedFunction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return status(response, 415);
  const body = await collect(request, INPUT_LIMIT);
  if (!body) return status(response, 413);
  let input: unknown;
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return status(response, 400);
    input = (parsed as { input?: unknown }).input;
  } catch {
    return status(response, 400);
  }
  if (input !== undefined && input !== null && typeof input !== 'string') return status(response, 400);
  options.runByHand(fn, input ?? undefined);
  return status(response, 202);
}

function hostStatus({ hostId, startedAt }: AdminOptions): object {
  return {
    id: hostId,
    state: 'Running',
    version: '4.1037.0.0',
    versionDetails: 'flowtrap local host',
    processUptime: Date.now() - startedAt,
    functionAppContentEditingState: 'Unknown',
  };
}

function describe(fn: IndexedFunction, base: string): object {
  const { trigger } = fn;
  return {
    name: fn.name,
    href: `${base}/admin/functions/${fn.name}`,
    invoke_url_template: trigger?.kind === 'http' ? `${base}/${trigger.route.template}` : null,
    language: 'node',
    config: { name: fn.name, language: 'node', bindings: Object.values(fn.metadata.bindings) },
    isDisabled: fn.disabled,
    isDirect: true,
    isProxy: false,
  };
}

export function status(response: ServerResponse, code: number): void {
  response.writeHead(code, { 'Content-Length': 0 }).end();
}

function json(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response
    .writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}
