/** The whole of Flowtrap on this machine: every service it needs and the functions, started in order, stopped together. */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../../shared/appRoot';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { ALERT_TABLE } from '../../../shared/detection/alertTable';
import { RUN_TABLE } from '../../../shared/runs/runTable';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';
import { startAzurite } from '../azurite/azurite';
import { type EventGrid, startEventGrid } from '../eventGrid/eventGrid';
import { childEntry } from '../functionsHost/childEntry';
import { startIdentity } from '../identity/identity';
import type { LogAnalyticsOptions, ServiceSettings } from '../logAnalytics/options';
import { makeSamples, type Samples } from '../samples';
import { type Sentinel, startSentinel } from '../sentinel';
import { startThreatConnect, type ThreatConnect } from '../threatConnect';
import type { WorkspaceFolders } from '../workspace/contents';
import { startChildService } from './childService';
import { createContainers } from './containers';
import { forgetProxies, functionsEnvironment } from './environment';
import { startFuncTools } from './funcTools';
import { type Invocation, type RunningFunctions, startFunctions } from './functions';
import { readHistory, type StackHistory, writeHistory } from './history';
import { LOCAL, SAMPLE_CONTAINERS } from './localIdentifiers';
import type { StackPorts } from './ports';
import { localToken } from './queryLogs';
import { BLOB_QUEUE, createQueues, type QueueLengths, queueLengths } from './queues';
import { lockFolder, type StackFile, writeStackFile } from './stackFile';

export interface StackOptions {
  /** `.flowtrap` of the folder that the stack belongs to. */
  readonly folder: string;
  readonly ports: StackPorts;
  /** Who runs the functions. */
  readonly host: 'embedded' | 'func' | 'none';
  /** Forget what earlier starts left. */
  readonly fresh: boolean;
  /** Stand still at this time; for tests. */
  readonly clock?: Date;
  /** Whether the samples include a scene in the shape of every source; otherwise only the traffic that is counted to the record. */
  readonly everySource?: boolean;
  /** Whether timers fire by themselves. */
  readonly timers: boolean;
  /** Settings that replace the stack's own; addresses must be on loopback. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onStep?: (step: string) => void;
  readonly onLog?: (line: string) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
  /** A part ended although nobody asked it to. */
  readonly onBroken?: (reason: string) => void;
  /** The user's stored functions and watchlists. */
  readonly workspace?: WorkspaceFolders;
  /** Of the embedded Log Analytics, such as `2GB`. */
  readonly memoryLimit?: string;
  /** Told of each file of the workspace that is no function or watchlist. */
  readonly onLeftOut?: (problem: string) => void;
}

export interface Stack {
  readonly file: StackFile;
  readonly history: StackHistory;
  readonly samples: Samples;
  readonly sentinel: Sentinel;
  readonly threatConnect: ThreatConnect;
  readonly eventGrid: EventGrid;
  /** Undefined with `host: 'none'`. */
  readonly functions: RunningFunctions | undefined;
  /** Ids of the processes that the stack started. */
  readonly pids: readonly number[];
  queueLengths(): Promise<QueueLengths>;
  /** Changes the Log Analytics stand-in's switches. */
  setLogAnalytics(settings: ServiceSettings): Promise<void>;
  /** Puts rows into ThreatIntelligenceIndicator as another feed would. */
  addIndicatorRows(rows: readonly object[]): Promise<void>;
  remember(history: StackHistory): void;
  /** Ends the functions and starts them again, with other settings when given. */
  restartFunctions(settings?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** How often the Event Grid stand-in looks for new blobs (milliseconds). */
const LOOK_EVERY = 1000;

/**
 * Starts everything and resolves when the functions answer.
 * @throws FlowtrapError `conflict` when a stack runs from this folder, `configuration` for a port that is taken,
 * `unavailable` when a part does not come up. Whatever was started is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  forgetProxies(process.env);
  const closers: (() => unknown)[] = [lockFolder(options.folder)];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    if (options.fresh) forget(options.folder);
    return await startParts(options, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function startParts(
  options: StackOptions,
  closers: (() => unknown)[],
  closeAll: () => Promise<void>,
): Promise<Stack> {
  const { folder, ports, clock } = options;
  const step = options.onStep ?? (() => undefined);
  const broken = options.onBroken ?? (() => undefined);
  let history = readHistory(folder, clock ?? new Date());
  const samples = makeSamples({
    seed: history.seed,
    windowEnd: new Date(history.windowEnd),
    everySource: options.everySource ?? false,
  });
  const frozen = clock?.toISOString();

  step('storage');
  const azurite = await startAzurite({ folder: join(folder, 'azurite'), blobPort: ports.blob, queuePort: ports.queue });
  closers.push(() => azurite.close());

  step('Log Analytics');
  const adminKey = randomBytes(16).toString('hex');
  const keys = { master: randomBytes(16).toString('hex'), function: randomBytes(16).toString('hex') };
  const logAnalyticsOptions: LogAnalyticsOptions = {
    port: ports.logAnalytics,
    database: join(folder, 'logs.duckdb'),
    workspaceId: LOCAL.workspaceId,
    ruleId: LOCAL.ruleId,
    tables: [NETWORK_SESSION_TABLE, INDICATOR_TABLE, ALERT_TABLE, RUN_TABLE],
    adminKey,
    tokenCheck: 'audience',
    functionFolders: [join(appRoot(), 'shared/asim')],
    ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
    ...(options.memoryLimit === undefined ? {} : { memoryLimit: options.memoryLimit }),
    settings: {
      ...(frozen === undefined ? {} : { clock: frozen }),
      keepEventTimes: true,
      datedTables: { [INDICATOR_TABLE.table]: history.flowStart },
    },
  };
  const [logAnalytics, identity, sentinel, threatConnect] = await Promise.all([
    startChildService({
      name: 'Log Analytics',
      entry: childEntry(join(__dirname, '../logAnalytics'), 'main'),
      options: logAnalyticsOptions,
      environment: { PATH: process.env.PATH ?? '', TZ: 'UTC', UV_THREADPOOL_SIZE: '16' },
      onExit: broken,
    }),
    startIdentity({ port: ports.identity, header: LOCAL.identityHeader }),
    startSentinel({
      port: ports.sentinel,
      file: join(folder, 'sentinel.json'),
      adminKey,
      ...(frozen === undefined ? {} : { clock: frozen }),
    }),
    startThreatConnect({
      port: ports.threatConnect,
      accessId: LOCAL.threatConnect.accessId,
      secretKey: LOCAL.threatConnect.secretKey,
      indicators: samples.indicators,
      ...(frozen === undefined ? {} : { clock: frozen }),
    }),
  ]);
  closers.push(
    () => logAnalytics.close(),
    () => identity.close(),
    () => sentinel.close(),
    () => threatConnect.close(),
  );
  const logAnalyticsUrl = String(logAnalytics.ready.url);
  for (const problem of logAnalytics.ready.problems as readonly string[]) options.onLeftOut?.(problem);

  step('events');
  await Promise.all([createQueues(azurite.connectionString), createContainers(azurite.connectionString)]);
  const eventGrid = startEventGrid({
    connectionString: azurite.connectionString,
    containers: [...SAMPLE_CONTAINERS, LOCAL.logsContainer].map((container) => ({
      account: LOCAL.account,
      container,
      prefix: '',
    })),
    queue: BLOB_QUEUE,
    intervalMs: LOOK_EVERY,
    stateFile: join(folder, 'eventGrid.json'),
    warn: options.onLog ?? (() => undefined),
  });
  closers.push(() => eventGrid.close());

  const addresses = {
    storageConnectionString: azurite.connectionString,
    logAnalyticsUrl,
    sentinelUrl: sentinel.url,
    threatConnectUrl: threatConnect.url,
    identityEndpoint: identity.endpoint,
    identityHeader: identity.header,
  };
  const start = (settings: Readonly<Record<string, string>>): Promise<RunningFunctions> => {
    const environment = functionsEnvironment(addresses, {
      flowStart: new Date(history.flowStart),
      clock,
      overrides: settings,
    });
    const common = {
      port: ports.functions,
      environment,
      keys,
      timers: options.timers,
      onInvocation: options.onInvocation ?? (() => undefined),
      onLog: options.onLog ?? (() => undefined),
      onExit: broken,
    };
    return options.host === 'func' ? startFuncTools({ ...common, folder }) : startFunctions(common);
  };
  let functions: RunningFunctions | undefined;
  if (options.host !== 'none') {
    step('functions');
    functions = await start(options.settings ?? {});
  }
  closers.push(() => functions?.close());

  const functionsUrl = functions?.url ?? `http://127.0.0.1:${ports.functions}`;
  const file: StackFile = {
    pid: process.pid,
    ports,
    functionsUrl,
    functionKey: keys.function,
    masterKey: keys.master,
    logAnalyticsAdminKey: adminKey,
    workspaceId: LOCAL.workspaceId,
    token: 'local',
    ...addresses,
  };
  writeStackFile(folder, file);
  writeHistory(folder, history);

  return {
    file,
    get history() {
      return history;
    },
    samples,
    sentinel,
    threatConnect,
    eventGrid,
    get functions() {
      return functions;
    },
    get pids() {
      return [azurite.pid, logAnalytics.process.pid, functions?.pid].filter((pid) => pid !== undefined);
    },
    queueLengths: () => queueLengths(azurite.connectionString),
    async setLogAnalytics(settings) {
      const answer = await fetch(`${logAnalyticsUrl}/admin/settings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-admin-key': adminKey },
        body: JSON.stringify(settings),
      });
      if (!answer.ok) throw new Error(`Log Analytics refused its settings: ${answer.status} ${await answer.text()}`);
    },
    async addIndicatorRows(rows) {
      const token = await localToken(file, 'https://monitor.azure.com');
      const url = `${logAnalyticsUrl}/dataCollectionRules/${LOCAL.ruleId}/streams/${INDICATOR_TABLE.stream}?api-version=2023-01-01`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(rows),
      });
      if (answer.status !== 204)
        throw new Error(`Log Analytics refused the rows: ${answer.status} ${await answer.text()}`);
    },
    remember(changed) {
      history = changed;
      writeHistory(folder, changed);
    },
    async restartFunctions(settings = options.settings ?? {}) {
      await functions?.close();
      functions = await start(settings);
    },
    close: closeAll,
  };
}

/** Everything but the lock. */
function forget(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name !== 'lock') rmSync(join(folder, name), { recursive: true, force: true });
  }
}
