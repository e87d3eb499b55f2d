/** The record of a requested run, kept in state as `runs/<id>` and returned by GET /api/runs/{id}. */
import { randomUUID } from 'node:crypto';
import type { IncidentReport } from '../detection/detectReport';
import type { Clock, Queue, StateEntry, StateStore } from '../ports';
import type { JobProblem } from './jobReport';
import type { RunRequest } from './runRequest';

export type RunStatus = 'queued' | 'running' | 'succeeded' | 'partial' | 'failed';

export interface RunDocument {
  readonly id: string;
  readonly request: RunRequest;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Slices done so far: a long run queues its own remainder. */
  readonly slices: number;
  /** Summed over the slices. */
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly JobProblem[];
  /** detect: the first 200 incidents that were raised, or with dryRun would be. */
  readonly incidents?: readonly IncidentReport[];
  /** Why it failed. */
  readonly error?: string;
}

/** The message on the run queue. */
export interface RunMessage {
  readonly runId: string;
  /** Where the next slice begins; opaque to the queue. */
  readonly cursor?: string;
  /** How many slices lie before this one: a message that comes twice is told by it. */
  readonly slice: number;
}

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function runKey(id: string): string {
  return `runs/${id}`;
}

/**
 * Writes the run's document, then queues it. When the queue refuses, the document is removed again and the error thrown:
 * an id is only ever given out for a run that will happen.
 */
export async function queueRun(
  request: RunRequest,
  deps: { state: StateStore; queue: Queue<RunMessage>; clock: Clock },
): Promise<RunDocument> {
  const run: RunDocument = {
    id: randomUUID(),
    request,
    status: 'queued',
    createdAt: deps.clock.now().toISOString(),
    slices: 0,
    counts: {},
    problems: [],
  };
  await deps.state.put(runKey(run.id), run, { ifMatch: 'absent' });
  try {
    await deps.queue.send({ runId: run.id, slice: 0 });
  } catch (error) {
    await deps.state.delete(runKey(run.id)).catch(() => undefined);
    throw error;
  }
  return run;
}

/** The run, or undefined when there is none of that id (or the text is no id). */
export async function readRun(id: string, state: StateStore): Promise<StateEntry<RunDocument> | undefined> {
  return RUN_ID.test(id) ? state.get<RunDocument>(runKey(id)) : undefined;
}

/** The run message in a queue message, or undefined when it is none. */
export function parseRunMessage(message: unknown): RunMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { runId, cursor, slice } = message as Record<string, unknown>;
  if (typeof runId !== 'string' || !RUN_ID.test(runId)) return undefined;
  if (typeof slice !== 'number' || !Number.isSafeInteger(slice) || slice < 0) return undefined;
  if (cursor !== undefined && (typeof cursor !== 'string' || cursor.length > 8192)) return undefined;
  return { runId, slice, ...(cursor === undefined ? {} : { cursor }) };
}
