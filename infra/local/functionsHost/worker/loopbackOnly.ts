/** Keeps a process on its own machine: connections to any other host fail at once, before a name is even looked up. */
import { Socket } from 'node:net';
import { isLoopback } from '../../../../shared/config';

/** Wraps Socket.connect, the one door of http, https, tls and fetch. */
export function allowLoopbackOnly(): void {
  const connect = Socket.prototype.connect as (this: Socket, ...parameters: unknown[]) => Socket;
  Socket.prototype.connect = function guarded(this: Socket, ...parameters: unknown[]) {
    const host = target(parameters);
    if (host === undefined || isLoopback(host)) return connect.apply(this, parameters);
    const error = new Error(`A connection to ${host} was refused: the local stack reaches nothing but this machine.`);
    process.nextTick(() => this.destroy(Object.assign(error, { code: 'ECONNREFUSED' })));
    return this;
  } as typeof Socket.prototype.connect;
}

/** The host that a call of connect is for; undefined for the default (localhost), and for local pipes. */
function target(parameters: readonly unknown[]): string | undefined {
  // Internal callers pass the already normalized list [options, callback] as one argument.
  const first = Array.isArray(parameters[0]) ? (parameters[0] as unknown[])[0] : parameters[0];
  if (typeof first === 'object' && first !== null) return (first as { host?: string; path?: string }).host || undefined;
  return typeof first === 'number' && typeof parameters[1] === 'string' ? parameters[1] : undefined;
}
