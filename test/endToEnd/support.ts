/** A whole stack for a test: its own folder, free ports, a clock that stands still, gone when the test is over. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { collect, type FoundIncident, type RoundSummary } from '../../infra/local/stack/collect';
import type { StackHistory } from '../../infra/local/stack/history';
import { LOCAL } from '../../infra/local/stack/localIdentifiers';
import { stackPorts } from '../../infra/local/stack/ports';
import { type LogRow, queryLogs } from '../../infra/local/stack/queryLogs';
import { type RunAnswer, rerun, runRound, untilIdle } from '../../infra/local/stack/round';
import { type Stack, type StackOptions, startStack } from '../../infra/local/stack/startStack';

/** End of the window that the sample traffic lies in. */
export const WINDOW_END = '2026-03-02T10:00:00.000Z';
export const WINDOW_START = '2026-03-02T09:00:00.000Z';
/** 15 minutes after its end a window is closed. */
export const JUST_CLOSED = '2026-03-02T10:15:01.000Z';
export const JUST_OPEN = '2026-03-02T10:14:59.000Z';

export interface TestStack {
  readonly stack: Stack;
  readonly folder: string;
  /** One round with the sample traffic. */
  round(): Promise<RoundSummary>;
  found(): Promise<readonly FoundIncident[]>;
  query(kql: string): Promise<LogRow[]>;
  rerun(request: object): Promise<RunAnswer>;
  /** Runs a timer function now; throws when it fails. */
  run(name: 'pullIndicators' | 'sweepFlows' | 'detect'): Promise<void>;
  idle(): Promise<void>;
  container(name: string): ContainerClient;
  /** Starts the functions anew with their clock at another time. */
  restartAt(time: string): Promise<void>;
  close(): Promise<void>;
}

export interface TestStackOptions {
  readonly clock?: string;
  readonly settings?: StackOptions['settings'];
  readonly folder?: string;
  /** Goes on with what an earlier stack left in the folder. */
  readonly keepHistory?: boolean;
}

export async function testStack({
  clock = JUST_CLOSED,
  settings,
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-e2e-')),
  keepHistory = false,
}: TestStackOptions = {}): Promise<TestStack> {
  const own = join(folder, '.flowtrap');
  mkdirSync(own, { recursive: true });
  const history: StackHistory = { seed: 7, windowEnd: WINDOW_END, flowStart: WINDOW_START, samplesUploaded: false };
  if (!keepHistory) writeFileSync(join(own, 'history.json'), JSON.stringify(history));
  const logs: string[] = [];
  const stack = await startStack({
    folder: own,
    ports: stackPorts(await freeBase()),
    host: 'embedded',
    fresh: false,
    clock: new Date(clock),
    timers: false,
    ...(settings === undefined ? {} : { settings }),
    onLog: (line) => logs.push(line),
    onBroken: (reason) => logs.push(reason),
  });
  const quiet = (): void => undefined;
  return {
    stack,
    folder,
    round: () => runRound(stack, { logs: undefined, onProgress: quiet }),
    found: async () => (await collect(stack, [], undefined)).incidents,
    query: (kql) => queryLogs(stack.file, kql),
    rerun: (request) => rerun(stack, request),
    async run(name) {
      const invocation = await stack.functions?.run(name);
      if (!invocation?.ok) throw new Error(`${name}: ${invocation?.error}\n${logs.slice(-20).join('\n')}`);
    },
    idle: () => untilIdle(stack, quiet),
    container: (name) =>
      BlobServiceClient.fromConnectionString(stack.file.storageConnectionString).getContainerClient(name),
    restartAt: (time) => stack.restartFunctions({ ...settings, LOCAL_CLOCK: time }),
    async close() {
      await stack.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first of eight neighbouring free ports. */
export async function freeBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 20_000 + 10 * Math.floor(Math.random() * 3000);
    const free = await Promise.all(Array.from({ length: 8 }, (_, i) => isFree(base + i)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no eight neighbouring ports are free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export const ACCOUNT = LOCAL.account;
