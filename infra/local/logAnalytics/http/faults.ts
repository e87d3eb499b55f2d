/** Faults that a test orders: the next answers of a route are refusals, resets or silence. */
import { FlowtrapError } from '../../../../shared/errors';

export interface Fault {
  readonly route: 'ingest' | 'query';
  /** Only calls for this stream. */
  readonly stream?: string;
  /** Only queries whose text contains this. */
  readonly contains?: string;
  readonly status: number;
  /** Seconds, or an HTTP date. */
  readonly retryAfter?: string;
  /** `reset`: the connection breaks, nothing is stored; `resetAfter`: it breaks after the work was done; `hang`: no answer. */
  readonly action?: 'reset' | 'resetAfter' | 'hang';
  /** A 401 with this claims challenge. */
  readonly claims?: string;
}

export interface Faults {
  /** @throws FlowtrapError `malformed`. */
  add(order: unknown): void;
  clear(): void;
  /** Uses up one of the first order that fits. */
  next(route: Fault['route'], subject: { readonly stream?: string; readonly query?: string }): Fault | undefined;
  /** How many answers are still to fail. */
  left(): number;
}

const ACTIONS: readonly unknown[] = [undefined, 'reset', 'resetAfter', 'hang'];

export function createFaults(): Faults {
  let orders: { readonly fault: Fault; left: number }[] = [];
  return {
    add(order) {
      const { count = 1, ...fault } = (order ?? {}) as Partial<Fault> & { readonly count?: unknown };
      const { route, status = 0, action, retryAfter } = fault;
      const left = Number(count);
      if (route !== 'ingest' && route !== 'query') throw malformed('route', 'ingest or query');
      if (!ACTIONS.includes(action)) throw malformed('action', 'reset, resetAfter or hang');
      if (!Number.isInteger(left) || left < 1) throw malformed('count', 'a whole number from 1');
      if (action === undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
        throw malformed('status', 'an HTTP status from 200 to 599');
      }
      orders.push({
        fault: { ...fault, route, status, ...(retryAfter === undefined ? {} : { retryAfter: String(retryAfter) }) },
        left,
      });
    },
    clear() {
      orders = [];
    },
    next(route, { stream, query }) {
      const order = orders.find(
        ({ fault }) =>
          fault.route === route &&
          (fault.stream === undefined || fault.stream === stream) &&
          (fault.contains === undefined || (query ?? '').includes(fault.contains)),
      );
      if (order === undefined) return undefined;
      order.left--;
      orders = orders.filter(({ left }) => left > 0);
      return order.fault;
    },
    left: () => orders.reduce((sum, { left }) => sum + left, 0),
  };
}

function malformed(name: string, form: string): FlowtrapError {
  return new FlowtrapError('malformed', `it must be ${form}.`, { subject: name });
}
