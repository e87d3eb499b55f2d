/** Failures that a test orders: the next so many matching requests fail as told. */
import type { ServerResponse } from 'node:http';
import { ArmError, badRequest } from './armError';

export interface Fault {
  /** Only requests of this method. */
  readonly method?: string;
  /** Only paths that contain this text, such as `/incidents/` or `/comments/`. */
  readonly path?: string;
  /** How many requests; 1 when left out. */
  readonly count?: number;
  readonly status?: number;
  readonly code?: string;
  /** Seconds, or an HTTP date. */
  readonly retryAfter?: string | number;
  /** reset: the connection breaks; resetAfter: it breaks when the work is done; hang: no answer. */
  readonly action?: 'reset' | 'resetAfter' | 'hang';
}

export class Faults {
  private readonly ordered: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    if (typeof fault !== 'object' || fault === null) throw badRequest('The fault is no object.');
    this.ordered.push({ fault, left: fault.count ?? 1 });
  }

  next(method: string, path: string): Fault | undefined {
    const found = this.ordered.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.method ?? method) === method &&
        path.toLowerCase().includes((fault.path ?? '').toLowerCase()),
    );
    if (found === undefined) return undefined;
    found.left--;
    return found.fault;
  }

  /** @throws ArmError for a status; a hanging request never comes back. */
  static async play(fault: Fault, response: ServerResponse): Promise<never> {
    if (fault.action === 'reset') response.destroy();
    if (fault.action !== undefined) return new Promise(() => {});
    const { status = 500, code = status === 429 ? 'TooManyRequests' : 'InternalServerError', retryAfter } = fault;
    const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    throw new ArmError(status, code, 'A test ordered this failure.', headers);
  }
}
