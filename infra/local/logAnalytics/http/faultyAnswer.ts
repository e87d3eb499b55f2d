/** Answers with an ordered fault instead of the work, or after it. */
import type { Fault } from './faults';
import { type Answer, type Exchange, NO_ANSWER } from './server';

export interface Outcome {
  readonly answer: Answer;
  /** Rows stored or returned. */
  readonly rows: number;
}

/** @param fault undefined: the work is done and answered. */
export async function withFault(
  { request, response, signal }: Exchange,
  fault: Fault | undefined,
  work: () => Promise<Outcome>,
): Promise<Outcome | typeof NO_ANSWER> {
  switch (fault?.action) {
    case undefined:
      break;
    case 'hang':
      await new Promise<void>((resolve) =>
        signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve()),
      );
      return NO_ANSWER;
    case 'resetAfter':
      await work();
      request.socket.resetAndDestroy();
      return NO_ANSWER;
    case 'reset':
      request.resume();
      if (!request.complete) await new Promise((resolve) => request.once('close', resolve).once('end', resolve));
      request.socket.resetAndDestroy();
      return NO_ANSWER;
  }
  if (fault === undefined) return work();
  const headers = {
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
    ...(fault.claims === undefined
      ? {}
      : {
          'www-authenticate': `Bearer error="insufficient_claims", claims="${Buffer.from(fault.claims).toString('base64')}"`,
        }),
  };
  if (response.destroyed) return NO_ANSWER;
  const code = fault.status === 429 ? 'TooManyRequests' : 'InjectedFault';
  return {
    answer: {
      status: fault.status,
      headers,
      ...(fault.status === 204 ? {} : { body: { error: { code, message: 'Ordered by a test.' } } }),
    },
    rows: 0,
  };
}
