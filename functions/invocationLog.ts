/** The invocation's context as the product's log. */
import type { InvocationContext } from '@azure/functions';
import type { Log } from '../shared/ports';

export function invocationLog(context: InvocationContext): Log {
  return {
    info: (message) => context.log(message),
    warn: (message) => context.warn(message),
    error: (message) => context.error(message),
  };
}
