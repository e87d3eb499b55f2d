/**
 * The managed identity endpoint of App Service (IDENTITY_ENDPOINT and IDENTITY_HEADER, api-version 2019-08-01), giving
 * unsigned tokens for this machine's stand-ins. So the functions get their tokens by the very class that runs in Azure.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describeError, FlowtrapError } from '../../../shared/errors';

/** The issuer of local tokens; never one of Azure's, so that no service could take them for real. */
export const LOCAL_ISSUER = 'urn:flowtrap:local';
const API_VERSION = '2019-08-01';
const LIFETIME_SECONDS = 24 * 3600;

export interface Identity {
  /** For IDENTITY_ENDPOINT. */
  readonly endpoint: string;
  /** For IDENTITY_HEADER: whoever asks for a token must show it. */
  readonly header: string;
  close(): Promise<void>;
}

/**
 * @param options.port 0 lets the system choose.
 * @param options.header the header to be shown; left out: a random one.
 * @throws FlowtrapError `configuration` when the port is taken.
 */
export async function startIdentity(options: { readonly port: number; readonly header?: string }): Promise<Identity> {
  const header = options.header ?? randomUUID();
  const server = createServer((request, response) => answer(header, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new FlowtrapError(
          'configuration',
          cause.code === 'EADDRINUSE' ? 'is in use by another process.' : describeError(cause),
          {
            subject: `Port ${options.port}`,
            fix: 'End that process, or choose other ports with --port-base.',
            cause,
          },
        ),
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    endpoint: `http://127.0.0.1:${port}/msi/token`,
    header,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(header: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url?.startsWith('/') ? request.url : '/', 'http://127.0.0.1');
  const [status, body] = decide(header, request, url);
  const text = JSON.stringify(status === 200 ? body : { statusCode: status, message: body });
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}

/** Status, and the token's JSON or why there is none. */
function decide(header: string, request: IncomingMessage, url: URL): [number, object | string] {
  if (request.method !== 'GET' || url.pathname !== '/msi/token') return [404, 'There is no such endpoint.'];
  if (request.headers['x-identity-header'] !== header)
    return [401, 'X-IDENTITY-HEADER is not that of IDENTITY_HEADER.'];
  if (url.searchParams.get('api-version') !== API_VERSION) return [400, `api-version must be ${API_VERSION}.`];
  const resource = url.searchParams.get('resource');
  if (!resource) return [400, 'resource is missing.'];
  const now = Math.floor(Date.now() / 1000);
  const clientId = url.searchParams.get('client_id') ?? '00000000-0000-0000-0000-000000000000';
  const token = {
    access_token: localToken(resource, clientId, now),
    expires_on: String(now + LIFETIME_SECONDS),
    resource,
    token_type: 'Bearer',
    client_id: clientId,
  };
  return [200, token];
}

/** A JWT without a signature ("alg": "none"): header and claims are base64url, the third part is empty. */
function localToken(audience: string, clientId: string, now: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    aud: audience,
    iss: LOCAL_ISSUER,
    appid: clientId,
    iat: now,
    nbf: now,
    exp: now + LIFETIME_SECONDS,
  };
  return `${part({ typ: 'JWT', alg: 'none' })}.${part(claims)}.`;
}
