/**
 * The settings as one typed object. Reading them never throws: each part of the product is either usable or carries all of
 * its problems, so that one wrong setting stops only what needs it and every problem is reported at once.
 */
import { Cron } from 'croner';
import { parseDuration } from './duration';
import { describeError, FlowtrapError } from './errors';
import { type Networks, parseNetworks } from './networks';
import { SETTINGS, type Setting, type SettingName } from './settings';

export interface ConfigProblem {
  readonly setting: SettingName;
  /** What is wrong, and the expected form; never a secret's value. */
  readonly problem: string;
}

/** A part of the configuration: its settings, or why it cannot be used. */
export type Section<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

export interface StorageSettings {
  /** A connection string (local), or an account reached with the managed identity. */
  readonly connection:
    | { readonly kind: 'connectionString'; readonly value: string }
    | { readonly kind: 'identity'; readonly account: string };
  readonly clientId: string | undefined;
  readonly blobQueue: string;
  readonly runQueue: string;
}

export interface WatchedContainer {
  readonly account: string;
  readonly container: string;
  readonly prefix: string;
  /** Id of the log source that the container is pinned to. */
  readonly source: string | undefined;
}

export interface FlowSettings {
  readonly containers: readonly WatchedContainer[];
  readonly start: Date | undefined;
  readonly internalNetworks: Networks;
}

export interface IngestionSettings {
  readonly endpoint: string;
  readonly ruleId: string;
}

export interface QuerySettings {
  readonly workspaceId: string;
}

export interface IncidentSettings {
  readonly workspace: string;
  readonly by: 'api' | 'nativeRule';
}

export interface ThreatConnectSettings {
  /** Base URL with the API path, no slash at the end. */
  readonly url: string;
  readonly authentication:
    | { readonly kind: 'hmac'; readonly accessId: string; readonly secretKey: string }
    | { readonly kind: 'token'; readonly token: string };
  readonly owners: readonly string[];
  readonly filter: string | undefined;
  readonly alias: string;
}

export interface ScheduleSettings {
  readonly pullIndicators: string;
  readonly sweepFlows: string;
  readonly detect: string;
}

export interface DetectionSettings {
  /** Milliseconds. */
  readonly delay: number;
  readonly rulesContainer: string;
}

/** Loopback addresses of the local stack; all undefined in Azure. */
export interface LocalSettings {
  readonly ingestionUrl: string | undefined;
  readonly queryUrl: string | undefined;
  readonly managementUrl: string | undefined;
  readonly clock: Date | undefined;
}

export interface Config {
  readonly storage: Section<StorageSettings>;
  readonly flows: Section<FlowSettings>;
  readonly ingestion: Section<IngestionSettings>;
  readonly query: Section<QuerySettings>;
  readonly incidents: Section<IncidentSettings>;
  readonly threatConnect: Section<ThreatConnectSettings>;
  readonly detection: Section<DetectionSettings>;
  readonly local: Section<LocalSettings>;
  /** Always usable: a schedule that cannot be read is replaced by its default (and reported). */
  readonly schedules: ScheduleSettings;
  /** Queue names for the triggers; always usable, like the schedules. */
  readonly queues: { readonly blobs: string; readonly runs: string };
  /** Every problem of every part, in the order of the settings table. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * The settings of a part.
 * @throws FlowtrapError `configuration` naming every problem of that part.
 */
export function need<T>(section: Section<T>): T {
  if (section.ok) return section.value;
  throw new FlowtrapError('configuration', section.problems.map((p) => `${p.setting}: ${p.problem}`).join(' '));
}

type Environment = Readonly<Record<string, string | undefined>>;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ACCOUNT = /^[a-z0-9]{3,24}$/;
const CONTAINER = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const WORKSPACE =
  /^\/subscriptions\/[^/?#]+\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.OperationalInsights\/workspaces\/[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$/i;
/** Containers of our own and of the Functions host: watching them would feed Flowtrap its own output. */
const OWN_CONTAINER = /^(flowtrap-|azure-webjobs-)/;

/** Reads one setting at a time and collects what is wrong. */
class Reader {
  readonly problems: ConfigProblem[] = [];

  constructor(private readonly environment: Environment) {}

  /** The parsed value; undefined when it is not set and has no default, or when it is wrong (then a problem is kept). */
  read<T>(name: SettingName, parse: (text: string) => T): T | undefined {
    const setting: Setting = SETTINGS[name];
    const text = this.environment[name]?.trim() || setting.default;
    if (text === undefined) {
      if (setting.required) this.report(name, `is not set; expected ${setting.form}.`);
      return undefined;
    }
    try {
      return parse(text);
    } catch (error) {
      const shown = setting.secret ? 'its value' : `"${text.length > 200 ? `${text.slice(0, 199)}…` : text}"`;
      const why = error instanceof FlowtrapError ? ` (${describeError(error)})` : '';
      this.report(name, `${shown} is not usable${setting.secret ? '' : why}; expected ${setting.form}.`);
      return undefined;
    }
  }

  report(setting: SettingName, problem: string): void {
    this.problems.push({ setting, problem });
  }

  /** A part from what was read since `before` problems were there. */
  section<T>(before: number, make: () => T): Section<T> {
    const problems = this.problems.slice(before);
    return problems.length > 0 ? { ok: false, problems } : { ok: true, value: make() };
  }
}

function matching(pattern: RegExp): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new FlowtrapError('malformed', 'it does not have that form.');
    return text;
  };
}

function oneOf<T extends string>(...values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((v) => v === text);
    if (value === undefined) throw new FlowtrapError('malformed', `it is none of ${values.join(', ')}.`);
    return value;
  };
}

function time(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(text) || Number.isNaN(date.getTime())) {
    throw new FlowtrapError('malformed', 'it is no time with a zone.');
  }
  return date;
}

/** An address without credentials, query or fragment, no slash at the end; https, or http on loopback. */
function url(text: string, loopbackOnly = false): string {
  const parsed = new URL(text);
  const loopback = isLoopback(parsed.hostname);
  if (parsed.username || parsed.password || parsed.search || parsed.hash)
    throw new FlowtrapError('malformed', 'only scheme, host and path are allowed.');
  if (loopbackOnly && !loopback) throw new FlowtrapError('malformed', 'it is not on loopback.');
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && loopback))
    throw new FlowtrapError('malformed', 'it must be https.');
  return text.replace(/\/+$/, '');
}

/** Whether a host name or address (as in a URL) is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function watchedContainers(text: string): WatchedContainer[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed) || parsed.length === 0)
    throw new FlowtrapError('malformed', 'it is no list, or an empty one.');
  return parsed.map((item: unknown, index) => {
    const { account, container, prefix = '', source } = (item ?? {}) as Record<string, unknown>;
    const where = `entry ${index + 1}`;
    if (typeof account !== 'string' || !ACCOUNT.test(account))
      throw new FlowtrapError('malformed', `${where} has no valid account.`);
    if (typeof container !== 'string' || (container !== '$logs' && !CONTAINER.test(container)))
      throw new FlowtrapError('malformed', `${where} has no valid container.`);
    if (OWN_CONTAINER.test(container))
      throw new FlowtrapError('malformed', `${where}: ${container} is a container of the app itself.`);
    if (typeof prefix !== 'string' || prefix.length > 1024)
      throw new FlowtrapError('malformed', `${where} has no valid prefix.`);
    if (source !== undefined && (typeof source !== 'string' || !/^[A-Za-z][A-Za-z0-9]{1,60}$/.test(source)))
      throw new FlowtrapError('malformed', `${where} has no valid source.`);
    return { account, container, prefix, source };
  });
}

function schedule(text: string): string {
  const fields = text.split(/\s+/);
  if (fields.length !== 6) throw new FlowtrapError('malformed', `it has ${fields.length} fields.`);
  if (/[LW#?]/.test(text)) throw new FlowtrapError('malformed', 'NCRONTAB knows no L, W, # or ?.');
  new Cron(text, { paused: true });
  return text;
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/**
 * Reads the settings from an environment.
 * @param environment names and values, as in process.env.
 */
export function readConfig(environment: Environment): Config {
  const reader = new Reader(environment);

  let before = reader.problems.length;
  const connectionString = reader.read('AzureWebJobsStorage', matching(/^UseDevelopmentStorage=true|AccountName=/i));
  const account = reader.read('AzureWebJobsStorage__accountName', matching(ACCOUNT));
  reader.read('AzureWebJobsStorage__credential', oneOf('managedidentity'));
  reader.read('AzureWebJobsStorage__clientId', matching(GUID));
  const clientId = reader.read('AZURE_CLIENT_ID', matching(GUID));
  if (reader.problems.length === before && connectionString === undefined && account === undefined) {
    reader.report(
      'AzureWebJobsStorage__accountName',
      `is not set (nor is AzureWebJobsStorage); expected ${SETTINGS.AzureWebJobsStorage__accountName.form}.`,
    );
  }
  const blobQueue = reader.read('BLOB_QUEUE', matching(CONTAINER)) ?? SETTINGS.BLOB_QUEUE.default;
  const runQueue = reader.read('RUN_QUEUE', matching(CONTAINER)) ?? SETTINGS.RUN_QUEUE.default;
  const storage = reader.section<StorageSettings>(before, () => ({
    connection:
      connectionString === undefined
        ? { kind: 'identity', account: account ?? '' }
        : { kind: 'connectionString', value: connectionString },
    clientId,
    blobQueue,
    runQueue,
  }));

  before = reader.problems.length;
  const containers = reader.read('FLOW_CONTAINERS', watchedContainers) ?? [];
  const start = reader.read('FLOW_START', time);
  const internalNetworks = reader.read('INTERNAL_NETWORKS', (text) => parseNetworks(list(text)));
  const flows = reader.section<FlowSettings>(before, () => ({
    containers,
    start,
    internalNetworks: internalNetworks ?? parseNetworks([]),
  }));

  before = reader.problems.length;
  const endpoint = reader.read('INGESTION_ENDPOINT', (text) => url(text)) ?? '';
  const ruleId = reader.read('INGESTION_RULE_ID', matching(/^dcr-[0-9a-f]{32}$/i)) ?? '';
  const ingestion = reader.section<IngestionSettings>(before, () => ({ endpoint, ruleId }));

  before = reader.problems.length;
  const workspaceId = reader.read('LOG_ANALYTICS_WORKSPACE_ID', matching(GUID)) ?? '';
  const query = reader.section<QuerySettings>(before, () => ({ workspaceId }));

  before = reader.problems.length;
  const workspace = reader.read('SENTINEL_WORKSPACE', matching(WORKSPACE)) ?? '';
  const by = reader.read('INCIDENTS_BY', oneOf('api', 'nativeRule')) ?? 'api';
  const incidents = reader.section<IncidentSettings>(before, () => ({ workspace, by }));

  before = reader.problems.length;
  const threatConnect = readThreatConnect(reader, before);

  const schedules: ScheduleSettings = {
    pullIndicators: reader.read('PULL_INDICATORS_SCHEDULE', schedule) ?? SETTINGS.PULL_INDICATORS_SCHEDULE.default,
    sweepFlows: reader.read('SWEEP_FLOWS_SCHEDULE', schedule) ?? SETTINGS.SWEEP_FLOWS_SCHEDULE.default,
    detect: reader.read('DETECT_SCHEDULE', schedule) ?? SETTINGS.DETECT_SCHEDULE.default,
  };

  before = reader.problems.length;
  const delay = reader.read('DETECT_DELAY', parseDuration) ?? 0;
  const rulesContainer = reader.read('RULES_CONTAINER', matching(CONTAINER)) ?? '';
  const detection = reader.section<DetectionSettings>(before, () => ({ delay, rulesContainer }));

  before = reader.problems.length;
  const loopback = (text: string): string => url(text, true);
  const ingestionUrl = reader.read('LOCAL_INGESTION_URL', loopback);
  const queryUrl = reader.read('LOCAL_QUERY_URL', loopback);
  const managementUrl = reader.read('LOCAL_MANAGEMENT_URL', loopback);
  const clock = reader.read('LOCAL_CLOCK', time);
  const local = reader.section<LocalSettings>(before, () => ({ ingestionUrl, queryUrl, managementUrl, clock }));

  const queues = { blobs: blobQueue, runs: runQueue };
  return {
    storage,
    flows,
    ingestion,
    query,
    incidents,
    threatConnect,
    detection,
    local,
    schedules,
    queues,
    problems: reader.problems,
  };
}

function readThreatConnect(reader: Reader, before: number): Section<ThreatConnectSettings> {
  const address = reader.read('THREATCONNECT_URL', (text) => url(text)) ?? '';
  const accessId = reader.read('THREATCONNECT_ACCESS_ID', matching(/^[\x21-\x7e]{1,100}$/));
  const secretKey = reader.read('THREATCONNECT_SECRET_KEY', (text) => text);
  const token = reader.read('THREATCONNECT_TOKEN', matching(/^[\x21-\x7e]+$/));
  const owners = reader.read('THREATCONNECT_OWNERS', list) ?? [];
  const filter = reader.read('THREATCONNECT_FILTER', (text) => text);
  const alias = reader.read('THREATCONNECT_ALIAS', matching(/^[A-Za-z0-9._-]{1,40}$/)) ?? '';
  if (token !== undefined && (accessId !== undefined || secretKey !== undefined)) {
    reader.report(
      'THREATCONNECT_TOKEN',
      'is set together with THREATCONNECT_ACCESS_ID or THREATCONNECT_SECRET_KEY; give the token, or the other two.',
    );
  } else if (token === undefined && accessId === undefined) {
    reader.report(
      'THREATCONNECT_ACCESS_ID',
      `is not set (nor is THREATCONNECT_TOKEN); expected ${SETTINGS.THREATCONNECT_ACCESS_ID.form}.`,
    );
  } else if (token === undefined && secretKey === undefined) {
    reader.report('THREATCONNECT_SECRET_KEY', `is not set; expected ${SETTINGS.THREATCONNECT_SECRET_KEY.form}.`);
  }
  return reader.section<ThreatConnectSettings>(before, () => ({
    url: address,
    authentication:
      token === undefined
        ? { kind: 'hmac', accessId: accessId ?? '', secretKey: secretKey ?? '' }
        : { kind: 'token', token },
    owners,
    filter,
    alias,
  }));
}
