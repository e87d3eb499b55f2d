/** A small Logs Ingestion endpoint on loopback that can be told how to answer. Keeps what it accepted. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface IngestionRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly rows: readonly Record<string, unknown>[];
}

/** Answers by itself and returns true, or returns false to let the rows be accepted. */
export type Fault = (request: IngestionRequest, response: ServerResponse) => boolean;

export interface IngestionServer {
  readonly url: string;
  readonly requests: IngestionRequest[];
  readonly rows: Record<string, unknown>[];
  fault: Fault | undefined;
  close(): Promise<void>;
}

export async function startIngestionServer(): Promise<IngestionServer> {
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const text = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body).toString() : body.toString();
    const rows = JSON.parse(text) as Record<string, unknown>[];
    const request = { path: incoming.url ?? '', headers: incoming.headers, body, rows };
    self.requests.push(request);
    if (self.fault?.(request, response)) return;
    self.rows.push(...rows);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: IngestionServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    rows: [],
    fault: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

/** An error body as the service writes it. */
export function refuse(
  response: ServerResponse,
  status: number,
  code = '',
  message = '',
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(code === '' ? '' : JSON.stringify({ error: { code, message } }));
  return true;
}

export const CREDENTIAL = { getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }) };
