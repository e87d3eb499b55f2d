/**
 * The one place where the ports meet their Azure clients. Built from the environment, each part when it is first needed, so
 * that one wrong setting stops only what needs it.
 */

import { NETWORK_SESSION_TABLE } from './asim/networkSessionTable';
import { createBlobs } from './azure/blobs';
import { createCredential } from './azure/credential';
import { createDeadLetters } from './azure/deadLetters';
import { createRowSink } from './azure/ingestion';
import { createLogQuery } from './azure/logQuery';
import { createLoopbackClient } from './azure/loopback';
import { createQueue } from './azure/queue';
import { createSentinelIncidents } from './azure/sentinel';
import { createStateStore } from './azure/state';
import { openStorage } from './azure/storage';
import { type Config, need, readConfig } from './config';
import { ALERT_TABLE } from './detection/alertTable';
import { type DetectionDependencies, detect, evaluate } from './detection/detect';
import { MINUTE } from './duration';
import { FlowtrapError } from './errors';
import { type BlobMessage, parseBlobAddress } from './flows/blobEvents';
import { type FlowDependencies, handleBlobEvent, normalizeBlob, normalizeWindow, sweep } from './flows/normalize';
import { clockCalls } from './kql/clockCalls';
import type { Clock, Log, RowSink } from './ports';
import { readRules } from './rules/readRules';
import { executeRun, type SliceReport } from './runs/executeRun';
import { type Health, health } from './runs/health';
import type { JobReport } from './runs/jobReport';
import { type RunKind, recordRun } from './runs/recordRun';
import { queueRun, type RunDocument, type RunMessage, readRun } from './runs/runDocument';
import { parseRunRequest, type RunRequest } from './runs/runRequest';
import { RUN_TABLE } from './runs/runTable';
import { openNormalizer } from './sources';
import type { TableDefinition } from './tableDefinition';
import { INDICATOR_TABLE } from './threatconnect/indicatorTable';
import { pullIndicators } from './threatconnect/pullIndicators';

/** What one invocation may use of host.json's functionTimeout (10 minutes): the rest is for finishing and recording. */
const WORK_WITHIN = 8 * MINUTE;

export interface App {
  readonly config: Config;
  runTimer(job: 'indicators' | 'sweep' | 'detect', log: Log): Promise<JobReport>;
  /** One message of the blob queue. `redelivered`: it was given out before, and that run did not finish. */
  blobEvent(message: unknown, redelivered: boolean, log: Log): Promise<JobReport>;
  /** @throws FlowtrapError `malformed` when the body is no request. */
  requestRun(body: unknown): Promise<RunDocument>;
  /** @throws FlowtrapError `notFound`. */
  readRun(id: string): Promise<RunDocument>;
  /** One message of the run queue. `lastTry`: if it fails, the message is poison. */
  runRequested(message: unknown, lastTry: boolean, log: Log): Promise<RunDocument>;
  health(): Promise<Health>;
}

let running: App | undefined;

/** The app of this process, from its environment. Never throws. */
export function flowtrap(): App {
  running ??= createApp(process.env);
  return running;
}

/** @param environment names and values, as in process.env. Never throws: see readConfig. */
export function createApp(environment: Readonly<Record<string, string | undefined>>): App {
  const config = readConfig(environment);
  const startedAt = new Date();
  const local = lazy(() => need(config.local));
  const standingAt = config.local.ok ? config.local.value.clock : undefined;
  const clock: Clock = { now: () => standingAt ?? new Date() };
  const credential = lazy(() => createCredential({ clientId: need(config.storage).clientId, local: local() }));
  const storage = lazy(() => openStorage(need(config.storage), credential()));
  const state = lazy(() => createStateStore(storage()));
  const blobs = lazy(() => createBlobs(storage()));
  const deadLetters = lazy(() => createDeadLetters(storage(), clock));
  const blobQueue = lazy(() => createQueue<BlobMessage>(storage(), config.queues.blobs, 'BLOB_QUEUE'));
  const runQueue = lazy(() => createQueue<RunMessage>(storage(), config.queues.runs, 'RUN_QUEUE'));
  const toLoopback = (url: string | undefined) => (url === undefined ? {} : { httpClient: createLoopbackClient(url) });
  const query = lazy(() =>
    createLogQuery({
      workspaceId: need(config.query).workspaceId,
      credential: credential(),
      ...toLoopback(local().queryUrl),
    }),
  );
  const incidents = lazy(() => {
    const { workspace, by } = need(config.incidents);
    if (by === 'nativeRule') return undefined;
    return createSentinelIncidents({ workspace, credential: credential(), baseUrl: local().managementUrl });
  });
  const sinkOf = (table: TableDefinition, log: Log): RowSink =>
    createRowSink({
      ...need(config.ingestion),
      stream: table.stream,
      credential: credential(),
      log,
      ...toLoopback(local().ingestionUrl),
    });

  const flowDependencies = (log: Log): FlowDependencies => ({
    settings: need(config.flows),
    blobs: blobs(),
    state: state(),
    sink: sinkOf(NETWORK_SESSION_TABLE, log),
    deadLetters: deadLetters(),
    queue: blobQueue(),
    clock,
    log,
    openNormalizer,
    deadline: new Date(Date.now() + WORK_WITHIN),
  });

  const detectionDependencies = async (log: Log): Promise<DetectionDependencies> => {
    const settings = need(config.detection);
    const { rules, problems } = await readRules({
      blobs: blobs(),
      account: storage().account,
      container: settings.rulesContainer,
    });
    return {
      rules,
      ruleProblems: problems,
      query: query(),
      alerts: sinkOf(ALERT_TABLE, log),
      incidents: incidents(),
      state: state(),
      clock,
      log,
      settings,
      ...(config.flows.ok && config.flows.value.start ? { start: config.flows.value.start } : {}),
      clockCalls,
      deadline: new Date(Date.now() + WORK_WITHIN),
    };
  };

  const indicators = (log: Log, options: { dryRun?: boolean; from?: Date; to?: Date } = {}): Promise<JobReport> =>
    pullIndicators(
      {
        settings: need(config.threatConnect),
        sink: sinkOf(INDICATOR_TABLE, log),
        state: state(),
        query: query(),
        clock,
        log,
      },
      { ...options, signal: AbortSignal.timeout(WORK_WITHIN) },
    );

  const timerJobs = {
    indicators,
    sweep: (log: Log) => sweep(flowDependencies(log)),
    detect: async (log: Log) => detect(await detectionDependencies(log)),
  };

  /** One slice of a requested run. */
  const execute = async (request: RunRequest, cursor: string | undefined, log: Log): Promise<SliceReport> => {
    const { job, rule, blob, from, to, dryRun = false, allowLate = false } = request;
    const range = from !== undefined && to !== undefined ? { from: new Date(from), to: new Date(to) } : undefined;
    switch (job) {
      case 'indicators':
        return indicators(log, { dryRun, ...range });
      case 'sweep':
        return sweep(flowDependencies(log), { dryRun });
      case 'normalize': {
        const options = { allowLate, dryRun, fromStart: true };
        if (blob !== undefined) return normalizeBlob(parseBlobAddress(blob), flowDependencies(log), options);
        return normalizeWindow(
          { ...needRange(range), ...(cursor === undefined ? {} : { cursor }) },
          flowDependencies(log),
          options,
        );
      }
      case 'detect':
        return evaluate(await detectionDependencies(log), {
          ...needRange(range),
          dryRun,
          ...(rule === undefined ? {} : { rule }),
          ...(cursor === undefined ? {} : { cursor }),
        });
    }
  };

  const recorded = <Report extends JobReport>(kind: RunKind, log: Log, run: () => Promise<Report>): Promise<Report> =>
    recordRun(
      kind,
      { state: state(), runs: config.ingestion.ok ? sinkOf(RUN_TABLE, log) : undefined, clock, log },
      run,
    );

  return {
    config,
    runTimer: (job, log) => recorded<JobReport>({ job, trigger: 'timer', subject: '' }, log, () => timerJobs[job](log)),
    blobEvent: (message, redelivered, log) =>
      recorded({ job: 'normalize', trigger: 'event', subject: subjectOf(message) }, log, () =>
        handleBlobEvent(message, flowDependencies(log), { redelivered }),
      ),
    requestRun: async (body) =>
      queueRun(parseRunRequest(body, clock.now()), { state: state(), queue: runQueue(), clock }),
    async readRun(id) {
      const run = await readRun(id, state());
      if (run === undefined)
        throw new FlowtrapError('notFound', 'there is no such run.', { subject: `run ${id.slice(0, 100)}` });
      return run.value;
    },
    runRequested: (message, lastTry, log) =>
      executeRun(
        message,
        {
          state: state(),
          queue: runQueue(),
          clock,
          log,
          execute: (request, cursor) =>
            recorded({ job: request.job, trigger: 'request', subject: requestSubject(request) }, log, () =>
              execute(request, cursor, log),
            ),
        },
        lastTry,
      ),
    health: () =>
      health({
        config,
        state,
        poisoned: async () => ({
          [config.queues.blobs]: await blobQueue().poisoned(),
          [config.queues.runs]: await runQueue().poisoned(),
        }),
        now: clock.now(),
        startedAt,
      }),
  };
}

/** Makes the thing at its first use, and again after a failure. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function needRange(range: { from: Date; to: Date } | undefined): { from: Date; to: Date } {
  if (range === undefined)
    throw new FlowtrapError('malformed', 'from and to are missing.', { subject: 'rerun request' });
  return range;
}

/** The blob that an event is about, for the ledger. */
function subjectOf(message: unknown): string {
  const subject = (message as { subject?: unknown } | null)?.subject;
  return typeof subject === 'string' ? subject.slice(0, 1200) : '';
}

function requestSubject({ rule, blob, from, to }: RunRequest): string {
  return [rule, blob, from === undefined ? undefined : `${from}/${to}`].filter((part) => part !== undefined).join(' ');
}
