/** Why an invocation failed, as the host sees it. */

export type FailureKind =
  /** The handler (or a hook, or the library around it) threw. */
  | 'threw'
  /** The worker process ended under it. */
  | 'workerEnded'
  /** It ran longer than functionTimeout, or was in the worker that had to be replaced for that. */
  | 'timedOut'
  /** What it returned could not be written to its output bindings. */
  | 'output'
  /** Its trigger data could not be made into its input. */
  | 'input'
  /** The host was closed. */
  | 'closed';

export class InvocationError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** The handler's stack, where it threw. */
    readonly handlerStack = '',
  ) {
    super(message);
    this.name = 'InvocationError';
  }
}
