/**
 * A stand-in for ThreatConnect's REST API v3, on loopback: reads of indicators and owners, with the service's
 * authentication, paging, sorting and TQL. It does only what the service is documented to do, and refuses the rest.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawIndicator, select } from './indicatorStore';
import { refusal } from './signature';
import { TqlError } from './tql';

export interface ThreatConnectOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly accessId: string;
  readonly secretKey: string;
  readonly token?: string;
  /** Raw v3 objects; an id above 2^53 is given as text and sent as a number. */
  readonly indicators: readonly object[];
  /** ISO 8601; the server's clock stands there. Left out: the machine's clock. */
  readonly clock?: string;
  /** Called before an indicator page is sent: a body that replaces it, `hangUp` to cut the connection, or undefined. */
  readonly pageFault?: (page: { readonly number: number; readonly target: string }) => PageFault | undefined;
}

export type PageFault =
  | 'hangUp'
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };

export interface SeenRequest {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly target: string;
  readonly status: number;
}

export interface ThreatConnect {
  /** Base URL with the API path. */
  readonly url: string;
  /** Every request since the start, oldest first (the last 10,000). */
  requests(): readonly SeenRequest[];
  setIndicators(indicators: readonly object[]): void;
  /** Moves the server's clock; only a server that was started with one. */
  setClock(time: string): void;
  /** The next requests are answered with these statuses, one each, before anything else is looked at. */
  fail(...statuses: readonly number[]): void;
  close(): Promise<void>;
}

const KEPT_REQUESTS = 10_000;

/** Starts the stand-in on 127.0.0.1. */
export async function startThreatConnect(options: ThreatConnectOptions): Promise<ThreatConnect> {
  let indicators = options.indicators as readonly RawIndicator[];
  let pages = 0;
  const failures: number[] = [];
  const seen: SeenRequest[] = [];
  const credentials = { accessId: options.accessId, secretKey: options.secretKey, token: options.token };
  let { clock } = options;
  const now = (): Date => (clock === undefined ? new Date() : new Date(clock));

  const server = createServer((request, response) => {
    request.resume();
    const target = request.url ?? '/';
    response.on('close', () => {
      seen.push({ method: request.method ?? '', target, status: response.statusCode });
      if (seen.length > KEPT_REQUESTS) seen.shift();
    });
    const answer = safely(() => answerTo(request, target));
    if (answer === 'hangUp') {
      response.destroy();
      return;
    }
    const headers = { Date: now().toUTCString(), 'Content-Type': 'application/json', ...answer.headers };
    response.writeHead(answer.status, headers).end(answer.body);
  });

  function answerTo(request: IncomingMessage, target: string): PageFault {
    const failure = failures.shift();
    if (failure !== undefined) return failed(failure, FAILURE_MESSAGES[failure] ?? 'An unknown error occurred.');
    const refused = refusal(request, target, credentials, now());
    if (refused !== undefined) return failed(401, refused);
    const { pathname, searchParams } = new URL(target, 'http://stand-in');
    if (request.method === 'GET' && pathname === '/api/v3/indicators') return page(target, searchParams);
    if (request.method === 'GET' && pathname === '/api/v3/security/owners') return owners();
    return failed(404, FAILURE_MESSAGES[404] ?? '');
  }

  function page(target: string, query: URLSearchParams): PageFault {
    const fault = options.pageFault?.({ number: ++pages, target });
    if (fault !== undefined) return fault;
    const known = new Set(ownersOf(indicators).map((owner) => owner.name));
    if (query.getAll('owner').some((name) => !known.has(name)))
      return failed(403, 'The requested owner was not found.');
    const { rows, total, start, limit } = select(indicators, query);
    const more = start + rows.length < total ? `,"next":${JSON.stringify(link(target, start + limit, limit))}` : '';
    const before = start > 0 ? `,"prev":${JSON.stringify(link(target, Math.max(0, start - limit), limit))}` : '';
    const count = query.get('count') === 'true' && start === 0 ? `,"count":${total}` : '';
    return { status: 200, body: `{"data":[${rows.join(',')}]${more}${before}${count},"status":"Success"}` };
  }

  function owners(): PageFault {
    return { status: 200, body: JSON.stringify({ data: ownersOf(indicators), status: 'Success' }) };
  }

  /** The same query from another row on. */
  function link(target: string, start: number, limit: number): string {
    const url = new URL(target, address());
    const kept = url.search
      .replace(/^\?/, '')
      .split('&')
      .filter((part) => part !== '' && !/^result(Start|Limit)=/.test(part));
    url.search = [...kept, `resultStart=${start}`, `resultLimit=${limit}`].join('&');
    return url.href;
  }

  function address(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `${address()}/api`,
    requests: () => [...seen],
    setIndicators: (next) => {
      indicators = next as readonly RawIndicator[];
    },
    setClock: (time) => {
      clock = time;
    },
    fail: (...statuses) => void failures.push(...statuses),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

const FAILURE_MESSAGES: Readonly<Record<number, string>> = {
  401: 'Access Denied',
  403: 'Access Denied',
  404: 'The requested resource was not found.',
};

/** The owners that the indicators belong to. */
function ownersOf(indicators: readonly RawIndicator[]): { id: unknown; name: unknown; type: string }[] {
  const owners = new Map(indicators.map((indicator) => [String(indicator.ownerId), indicator]));
  return [...owners.values()].map(({ ownerId, ownerName }) => ({ id: ownerId, name: ownerName, type: 'Source' }));
}

function failed(status: number, message: string): PageFault {
  return { status, body: JSON.stringify({ errCode: '0x1001', message, status: 'Error' }) };
}

/** A request that cannot be understood is refused; it must not end the server. */
function safely(make: () => PageFault): PageFault {
  try {
    return make();
  } catch (error) {
    const why = error instanceof TqlError ? `: ${error.message}` : '';
    return failed(400, `The request was not properly formed${why}.`);
  }
}
