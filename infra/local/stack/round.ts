/** One round through the whole of Flowtrap: pull, feed, normalize, sweep, detect; and what came of it. */

import { setTimeout as pause } from 'node:timers/promises';
import { HOUR } from '../../../shared/duration';
import { FlowtrapError } from '../../../shared/errors';
import { uploadSamples } from '../samples';
import { type CoveredTime, collect, type RoundSummary } from './collect';
import { uploadLogs } from './logs';
import { queryLogs } from './queryLogs';
import type { Stack } from './startStack';

export interface RoundOptions {
  /** A file or folder of the user's own, fed instead of the samples. */
  readonly logs: string | undefined;
  readonly onProgress: (line: string) => void;
}

const LOOK_EVERY = 200;
/** Without any message leaving the queues for that long, something is stuck (milliseconds). */
const PATIENCE = 15 * 60_000;
/** POST /api/rerun takes at most 92 days at a time. */
const SLICE = 90 * 24 * HOUR;

/**
 * @throws FlowtrapError when the round cannot be carried out; what failed inside it is told in the summary.
 */
export async function runRound(stack: Stack, options: RoundOptions): Promise<RoundSummary> {
  const functions = stack.functions;
  if (functions === undefined)
    throw new FlowtrapError('configuration', 'there are no functions to run.', { subject: '--host none' });
  const failures: string[] = [];
  const run = async (name: string, what: string): Promise<void> => {
    options.onProgress(what);
    const invocation = await functions.run(name);
    if (!invocation.ok) failures.push(`${name}: ${invocation.error ?? 'failed'}`);
  };

  const covered = options.logs === undefined ? undefined : await feedLogs(stack, options.logs, options.onProgress);
  if (covered === undefined) {
    await run('pullIndicators', 'pulling indicators from ThreatConnect');
    await feedSamples(stack, options);
  } else {
    await stack.setLogAnalytics({
      datedTables: { ThreatIntelligenceIndicator: new Date(covered.first).toISOString() },
    });
    await run('pullIndicators', 'pulling indicators from ThreatConnect');
  }
  await run('sweepFlows', 'sweeping the containers for what events missed');
  await untilIdle(stack, options.onProgress);
  await run('detect', 'evaluating the rules');
  if (covered !== undefined) await evaluateCovered(stack, covered, options.onProgress, failures);

  const { poisoned } = await stack.queueLengths();
  if (poisoned > 0) failures.push(`${poisoned} messages failed five times and are in a poison queue.`);
  return collect(stack, failures, covered);
}

/** The sample traffic, once per state, and its events. */
export async function uploadTraffic(stack: Stack, onProgress: (line: string) => void): Promise<void> {
  if (!stack.history.samplesUploaded) {
    onProgress('uploading sample traffic');
    await uploadSamples(stack.file.storageConnectionString, stack.samples);
    await stack.addIndicatorRows(stack.samples.indicatorRows);
    stack.remember({ ...stack.history, samplesUploaded: true });
  }
  await stack.eventGrid.scanNow();
}

async function feedSamples(stack: Stack, { onProgress }: RoundOptions): Promise<void> {
  await uploadTraffic(stack, onProgress);
  await untilIdle(stack, onProgress);
}

async function feedLogs(stack: Stack, path: string, onProgress: (line: string) => void): Promise<CoveredTime> {
  const count = await uploadLogs(stack.file.storageConnectionString, path, onProgress);
  await stack.eventGrid.scanNow();
  await untilIdle(stack, onProgress);
  const [row] = await queryLogs(
    stack.file,
    'ASimNetworkSessionLogs | summarize First = min(TimeGenerated), Last = max(TimeGenerated)',
  );
  if (typeof row?.First !== 'string' || typeof row.Last !== 'string') {
    throw new FlowtrapError('unknownFormat', `gave no network session (${count} files).`, {
      subject: path,
      fix: 'See what a file becomes with: flowtrap normalize FILE',
    });
  }
  return { first: Date.parse(row.First), last: Date.parse(row.Last) };
}

/** Every window that the sessions cover, through the same road as any rerun. */
async function evaluateCovered(
  stack: Stack,
  { first, last }: CoveredTime,
  onProgress: (line: string) => void,
  failures: string[],
): Promise<void> {
  const newest = Math.floor(Date.now() / HOUR) * HOUR;
  const end = Math.min(Math.floor(last / HOUR) * HOUR + HOUR, newest);
  for (let from = Math.floor(first / HOUR) * HOUR; from < end; from += SLICE) {
    const to = Math.min(from + SLICE, end);
    const request = { job: 'detect', from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    onProgress(`evaluating the windows from ${request.from} to ${request.to}`);
    const run = await rerun(stack, request);
    if (run.status !== 'succeeded')
      failures.push(
        `detect ${request.from}/${request.to}: ${run.error ?? run.problems.map((p) => p.message).join(' ')}`,
      );
  }
}

export interface RunAnswer {
  readonly id: string;
  readonly status: string;
  readonly error?: string;
  readonly incidents?: readonly object[];
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly subject: string; readonly message: string }[];
}

/** POST /api/rerun, then GET /api/runs/{id} until the run has ended. */
export async function rerun(stack: Stack, request: object): Promise<RunAnswer> {
  const { functionsUrl, functionKey } = stack.file;
  const headers = { 'content-type': 'application/json', 'x-functions-key': functionKey };
  const accepted = await fetch(`${functionsUrl}/api/rerun`, { method: 'POST', headers, body: JSON.stringify(request) });
  const { runId, error } = (await accepted.json()) as { runId?: string; error?: { message: string } };
  if (accepted.status !== 202 || runId === undefined)
    throw new FlowtrapError('refused', `was answered ${accepted.status}: ${error?.message ?? ''}`, {
      subject: 'POST /api/rerun',
    });
  for (;;) {
    const run = (await (await fetch(`${functionsUrl}/api/runs/${runId}`, { headers })).json()) as RunAnswer & {
      endedAt?: string;
    };
    if (run.endedAt !== undefined) return run;
    await pause(LOOK_EVERY);
  }
}

/** Waits until both queues are empty. */
export async function untilIdle(stack: Stack, onProgress: (line: string) => void): Promise<void> {
  let shown = -1;
  let moved = Date.now();
  for (;;) {
    const { open } = await stack.queueLengths();
    if (open === 0) return;
    if (open !== shown) {
      onProgress(`normalizing: ${open} blob events to go`);
      shown = open;
      moved = Date.now();
    }
    if (Date.now() - moved > PATIENCE)
      throw new FlowtrapError('unavailable', `${open} messages have not moved for 15 minutes.`, { subject: 'queues' });
    await pause(LOOK_EVERY);
  }
}
