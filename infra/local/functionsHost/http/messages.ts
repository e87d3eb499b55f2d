/** HTTP requests as functions get them, and what they answer as HTTP responses. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, InvocationResponse, TypedData } from '../worker/protocol';

/** Kestrel's limit for a request body, in bytes. */
export const BODY_LIMIT = 104_857_600;

/**
 * The bytes of a request body; an empty one for chunked requests, whose body the host does not pass on unless
 * enableChunkedRequestBinding is set (observed). Undefined when it is larger than the limit.
 */
export async function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer | undefined> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) return undefined;
  if (request.headers['transfer-encoding'] !== undefined) {
    request.resume();
    return Buffer.alloc(0);
  }
  return collect(request, limit);
}

/** All bytes, however they are sent; undefined when they are more than the limit. */
export async function collect(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The trigger data of a request. Repeated query parameters and headers become one value, joined by commas. */
export function httpInput(
  request: IncomingMessage,
  url: URL,
  parameters: Readonly<Record<string, string>>,
  body: Buffer,
): TypedData {
  const query: Record<string, { value: string }> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = { value: url.searchParams.getAll(name).join(',') };
  const headers: Record<string, { value: string }> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = { value: Array.isArray(value) ? value.join(', ') : value };
  const http: HttpData = {
    url: url.href,
    method: request.method,
    nullableHeaders: headers,
    nullableQuery: query,
    nullableParams: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
    body: body.length > 0 ? { bytes: body } : null,
  };
  return { http };
}

/** Writes what the function returned: nothing gives 204. */
export function writeResult(response: ServerResponse, result: InvocationResponse): void {
  const http = result.returnValue?.http;
  if (!http) {
    response.writeHead(204).end();
    return;
  }
  response.statusCode = Number(http.statusCode ?? 200);
  for (const [name, value] of Object.entries(http.headers ?? {}))
    if (!HOP_BY_HOP.has(name)) response.setHeader(name, value);
  if (http.cookies && http.cookies.length > 0) response.setHeader('Set-Cookie', http.cookies.map(cookieText));
  const bytes = http.body?.bytes ?? new Uint8Array();
  if (bytes.length > 0) {
    response.write(bytes);
    response.end();
  } else {
    if (response.statusCode !== 204 && response.statusCode !== 304) response.setHeader('Content-Length', 0);
    response.end();
  }
}

/** Of the connection, not of the message: the server sets these itself. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length', 'date']);

/** As ASP.NET writes it: `c1=v1; max-age=10; path=/; samesite=lax; httponly`. */
function cookieText(cookie: HttpCookie): string {
  const { expires, maxAge, domain, path, secure, sameSite, httpOnly } = cookie;
  const site = sameSite === 'explicitNone' ? 'none' : sameSite;
  return [
    `${cookie.name}=${cookie.value}`,
    expires && `expires=${new Date(expires.value.seconds * 1000).toUTCString()}`,
    maxAge && `max-age=${maxAge.value}`,
    domain && `domain=${domain.value}`,
    path && `path=${path.value}`,
    secure?.value && 'secure',
    site && sameSite !== 'none' && `samesite=${site}`,
    httpOnly?.value && 'httponly',
  ]
    .filter(Boolean)
    .join('; ');
}
