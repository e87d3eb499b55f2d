/**
 * The stand-in for Sentinel's incidents: the paths of Azure Resource Manager on loopback, with the service's ETags, checks and
 * limits; and admin routes for tests, which also play failures.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ArmError, badRequest, notFound } from './armError';
import { type Fault, Faults } from './faults';
import { Operations } from './operations';
import { Resources } from './resources';

export interface SentinelOptions {
  /** 0: any free one. */
  readonly port: number;
  /** JSON file that outlives the process. */
  readonly file?: string;
  /** A clock that stands still (ISO 8601). */
  readonly clock?: string;
  readonly adminKey: string;
}

export interface SentinelSnapshot {
  readonly incidents: readonly SnapshotIncident[];
}

export interface SnapshotIncident {
  readonly id: string;
  readonly etag: string;
  readonly properties: {
    readonly title: string;
    readonly severity: string;
    readonly status: string;
    readonly description?: string;
    readonly [name: string]: unknown;
  };
  readonly bookmarks: readonly {
    readonly id: string;
    readonly etag: string;
    readonly properties: Readonly<Record<string, unknown>>;
  }[];
  readonly comments: readonly { readonly id: string; readonly etag: string; readonly message: string }[];
}

export interface Sentinel {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
  snapshot(): SentinelSnapshot;
}

interface LoggedRequest {
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const PATH =
  /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.OperationalInsights\/workspaces\/[^/]+\/providers\/Microsoft\.SecurityInsights)\/(.+?)\/?$/i;
const API_VERSIONS = ['2025-09-01', '2025-07-01-preview'];
const MOST_BODY = 4 * 1024 * 1024;
const MOST_LOGGED = 10_000;

export async function startSentinel(options: SentinelOptions): Promise<Sentinel> {
  const resources = new Resources(options.file);
  let clock = options.clock;
  const operations = new Operations(resources, () => (clock === undefined ? new Date() : new Date(clock)));
  const faults = new Faults();
  const requests: LoggedRequest[] = [];
  let url = '';

  const arm = async (request: IncomingMessage, address: URL): Promise<{ status: number; body?: unknown }> => {
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? ''))
      throw new ArmError(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
    const match = PATH.exec(address.pathname);
    if (!match) throw notFound(address.pathname);
    const version = address.searchParams.get('api-version');
    if (version === null)
      throw new ArmError(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required.',
      );
    if (!API_VERSIONS.includes(version))
      throw new ArmError(400, 'InvalidApiVersionParameter', `The api-version '${version.slice(0, 50)}' is invalid.`);
    return operations.answer({
      method: request.method ?? '',
      segments: (match[2] ?? '').split('/').map(decodeSegment),
      query: address.searchParams,
      body: request.method === 'PUT' ? parse(await readBody(request)) : undefined,
      ifMatch: request.headers['if-match'],
      root: match[1] ?? '',
      url,
    });
  };

  const admin = async (request: IncomingMessage, address: URL): Promise<{ status: number; body?: unknown }> => {
    if (!isKey(request.headers['x-admin-key'], options.adminKey))
      throw new ArmError(401, 'Unauthorized', 'The header x-admin-key is missing or wrong.');
    const route = `${request.method} ${address.pathname}`;
    switch (route) {
      case 'GET /admin/requests': {
        const since = address.searchParams.get('since') ?? '';
        return { status: 200, body: requests.filter(({ time }) => time >= since) };
      }
      case 'GET /admin/snapshot':
        return { status: 200, body: snapshot(resources) };
      case 'POST /admin/faults':
        faults.add(parse(await readBody(request)) as Fault);
        return { status: 204 };
      case 'POST /admin/settings':
        clock = (parse(await readBody(request)) as { clock?: string } | undefined)?.clock;
        return { status: 204 };
      default:
        throw notFound(route);
    }
  };

  const server = createServer((request, response) => {
    void (async () => {
      const address = new URL(request.url ?? '/', 'http://127.0.0.1');
      const isAdmin = address.pathname.startsWith('/admin/');
      const fault = isAdmin ? undefined : faults.next(request.method ?? '', address.pathname);
      let reply: { status: number; body?: unknown; headers?: Readonly<Record<string, string>> };
      try {
        if (fault !== undefined && fault.action !== 'resetAfter') reply = await Faults.play(fault, response);
        else reply = await (isAdmin ? admin(request, address) : arm(request, address));
      } catch (error) {
        reply = errorReply(error);
      }
      if (!isAdmin) log(requests, request, address, fault?.action === 'resetAfter' ? 0 : reply.status);
      if (fault?.action === 'resetAfter') response.destroy();
      else send(response, reply);
    })();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    snapshot: () => snapshot(resources),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function snapshot(resources: Resources): SentinelSnapshot {
  const incidents = resources.all('incidents').map((incident) => ({
    id: incident.name,
    etag: incident.etag,
    properties: incident.properties as SnapshotIncident['properties'],
    bookmarks: resources
      .all('relations', ({ parent }) => parent === incident.id)
      .flatMap(({ properties }) => {
        const bookmark = resources.get(String(properties.relatedResourceId));
        return bookmark === undefined
          ? []
          : [{ id: bookmark.name, etag: bookmark.etag, properties: bookmark.properties }];
      }),
    comments: resources
      .all('comments', ({ parent }) => parent === incident.id)
      .map(({ name, etag, properties }) => ({ id: name, etag, message: String(properties.message) })),
  }));
  return { incidents };
}

function send(
  response: ServerResponse,
  { status, body, headers }: { status: number; body?: unknown; headers?: Readonly<Record<string, string>> },
): void {
  if (response.destroyed || response.writableEnded) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function errorReply(error: unknown): { status: number; body: unknown; headers?: Readonly<Record<string, string>> } {
  const known =
    error instanceof ArmError
      ? error
      : new ArmError(500, 'InternalServerError', error instanceof Error ? error.message : String(error));
  return {
    status: known.status,
    body: { error: { code: known.code, message: known.message } },
    headers: known.headers,
  };
}

function log(requests: LoggedRequest[], request: IncomingMessage, address: URL, status: number): void {
  requests.push({ time: new Date().toISOString(), method: request.method ?? '', path: address.pathname, status });
  if (requests.length > MOST_LOGGED) requests.splice(0, requests.length - MOST_LOGGED);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY) throw new ArmError(413, 'RequestEntityTooLarge', 'The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The request content was invalid and could not be deserialized.');
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('The path is not percent-encoded as it should be.');
  }
}

function isKey(given: string | string[] | undefined, key: string): boolean {
  const a = Buffer.from(typeof given === 'string' ? given : '');
  const b = Buffer.from(key);
  return a.length === b.length && timingSafeEqual(a, b);
}
