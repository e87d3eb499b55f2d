/** Runs that somebody asked for: what the functions then get differs a little from a triggered run (observed). */
import type { Dispatcher } from './dispatcher';
import type { IndexedFunction } from './functionIndex';
import { InvocationError } from './invocationError';
import { manualMetadata } from './queues/triggerMetadata';
import { timerEvent } from './timers/listener';
import type { TimerMonitor } from './timers/monitor';

/**
 * Runs a timer or queue function once.
 * @throws InvocationError also for a function that cannot be run this way.
 */
export async function runByHand(
  dispatcher: Dispatcher,
  fn: IndexedFunction,
  input: string | undefined,
  monitor: TimerMonitor | undefined,
): Promise<void> {
  const { trigger } = fn;
  if (!trigger) throw new InvocationError('input', fn.errors.join(' '));
  if (trigger.kind === 'http')
    throw new InvocationError('input', `An HttpRequest is required to run '${fn.name}': call its route.`);
  if (trigger.kind === 'timer') {
    await dispatcher.run(fn, timerEvent(trigger, await monitor?.read(), false, 'admin'));
    return;
  }
  if (input === undefined)
    throw new InvocationError('input', `Unable to convert trigger: a message is required to run '${fn.name}'.`);
  await dispatcher.run(fn, { trigger: 'admin', data: { string: input }, metadata: manualMetadata(input, new Date()) });
}
