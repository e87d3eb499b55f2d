/** Abort signals that last. */

export interface JoinedSignal {
  /** Aborted as soon as one of the signals is, with its reason. */
  readonly signal: AbortSignal;
  /** Takes the listeners off the signals; call it when the work has ended. */
  release(): void;
}

/**
 * What AbortSignal.any is for. That one holds its sources weakly, and Node 20 lets the garbage collector take a time-out
 * that nothing else refers to: the joined signal then never fires. A source with a listener, as here, is kept.
 */
export function joinSignals(...sources: readonly AbortSignal[]): JoinedSignal {
  const controller = new AbortController();
  const abort = (event: Event): void => controller.abort((event.target as AbortSignal).reason);
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason);
    else source.addEventListener('abort', abort);
  }
  return {
    signal: controller.signal,
    release() {
      for (const source of sources) source.removeEventListener('abort', abort);
    },
  };
}
