/** What was asked of the service lately, for tests that must know what a client sent. Bounded in number and size. */

export interface LoggedRequest {
  /** Counts up from 1. */
  readonly id: number;
  /** When it arrived, by the machine's clock. */
  readonly at: string;
  readonly route: 'ingest' | 'query';
  readonly method: string;
  readonly path: string;
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly milliseconds: number;
  /** `x-ms-client-request-id`: the same on every retry of one request. */
  readonly clientRequestId?: string;
  readonly stream?: string;
  /** Rows stored, or rows returned. */
  readonly rows?: number;
  readonly query?: string;
  readonly timespan?: string;
}

export interface RequestLog {
  add(request: Omit<LoggedRequest, 'id'>): void;
  /** Those after the request `since` (0: all that are kept). */
  after(since: number): { readonly requests: readonly LoggedRequest[]; readonly last: number };
}

const KEPT = 5000;
const KEPT_CHARACTERS = 8_000_000;

export function createRequestLog(): RequestLog {
  const kept: LoggedRequest[] = [];
  let last = 0;
  let characters = 0;
  const size = (request: LoggedRequest): number => 300 + request.path.length + (request.query?.length ?? 0);
  return {
    add(request) {
      const entry = { id: ++last, ...request };
      kept.push(entry);
      characters += size(entry);
      while (kept.length > KEPT || (characters > KEPT_CHARACTERS && kept.length > 1)) {
        const oldest = kept.shift();
        if (oldest !== undefined) characters -= size(oldest);
      }
    },
    after: (since) => ({ requests: kept.filter(({ id }) => id > since), last }),
  };
}
