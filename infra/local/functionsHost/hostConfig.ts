/**
 * host.json as the local host obeys it: version 2.0, defaults of the real host (4.1037 with the storage extension 5), single
 * values replaced by AzureFunctionsJobHost__path__to__key settings. Keys that it does not know are ignored, as on Azure.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { FlowtrapError } from '../../../shared/errors';
import type { JsonObject } from './contract';
import { parseTimeSpan } from './timers/timeSpan';

export interface QueueConfig {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxDequeueCount: number;
  /** The delay before a failed message is tried again, in milliseconds. */
  readonly visibilityTimeoutMs: number;
  readonly maxPollingIntervalMs: number;
  readonly messageEncoding: 'base64' | 'none';
}

export interface HostConfig {
  /** Undefined: no limit. */
  readonly functionTimeoutMs: number | undefined;
  readonly routePrefix: string;
  readonly queues: QueueConfig;
  /** Category → level, as under logging.logLevel. */
  readonly logLevel: Readonly<Record<string, string>>;
}

const OVERRIDE = /^AzureFunctionsJobHost(?:__|:)(.+)$/i;

/**
 * @param overrides merged over the file.
 * @throws FlowtrapError `configuration` naming the key and the form it must have.
 */
export function readHostConfig(
  appFolder: string,
  environment: Readonly<Record<string, string>>,
  overrides: JsonObject = {},
): HostConfig {
  const file = join(appFolder, 'host.json');
  let json = merge(readJson(file), overrides);
  for (const [name, value] of Object.entries(environment)) {
    const path = OVERRIDE.exec(name)?.[1];
    if (path) json = merge(json, nested(path.split(/__|:/), value));
  }
  if (value(json, 'version') !== '2.0')
    throw new FlowtrapError('configuration', 'has no "version": "2.0".', { subject: file, fix: 'Add it.' });

  const read = new Reader(file, json);
  const development = environment.AZURE_FUNCTIONS_ENVIRONMENT === 'Development';
  const queues = 'extensions.queues.';
  return {
    functionTimeoutMs: read.timeout('functionTimeout'),
    routePrefix: read.text('extensions.http.routePrefix', 'api').replaceAll(/^\/+|\/+$/g, ''),
    queues: {
      batchSize: read.integer(`${queues}batchSize`, 16, 1, 32),
      newBatchThreshold: read.integer(`${queues}newBatchThreshold`, 8 * cpus().length, 0, 10_000),
      maxDequeueCount: read.integer(`${queues}maxDequeueCount`, 5, 1, 10_000),
      visibilityTimeoutMs: read.timeSpan(`${queues}visibilityTimeout`, 0),
      maxPollingIntervalMs: read.timeSpan(`${queues}maxPollingInterval`, development ? 2000 : 60_000),
      messageEncoding: read.oneOf(`${queues}messageEncoding`, ['base64', 'none']),
    },
    logLevel: read.texts('logging.logLevel'),
  };
}

function readJson(file: string): JsonObject {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (isObject(json)) return json;
    throw new FlowtrapError('malformed', 'it is no object.');
  } catch (cause) {
    throw new FlowtrapError('configuration', 'cannot be read as a JSON object.', {
      subject: file,
      fix: 'The app folder needs a host.json; see the Functions documentation for its form.',
      cause,
    });
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys are matched without regard to case, as .NET's configuration does. */
function keyOf(json: JsonObject, name: string): string | undefined {
  const lower = name.toLowerCase();
  return Object.keys(json).find((key) => key.toLowerCase() === lower);
}

function merge(base: JsonObject, over: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...base };
  for (const [name, replacement] of Object.entries(over)) {
    const key = keyOf(result, name) ?? name;
    const present = result[key];
    result[key] = isObject(present) && isObject(replacement) ? merge(present, replacement) : replacement;
  }
  return result;
}

function nested(path: readonly string[], text: string): JsonObject {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? text : nested(rest, text) };
}

function value(json: JsonObject, path: string): unknown {
  let current: unknown = json;
  for (const name of path.split('.')) {
    if (!isObject(current)) return undefined;
    const key = keyOf(current, name);
    current = key === undefined ? undefined : current[key];
  }
  return current;
}

/** Typed access to the values, each refused by its path when it has the wrong form. */
class Reader {
  constructor(
    private readonly file: string,
    private readonly json: JsonObject,
  ) {}

  text(path: string, otherwise: string): string {
    const found = value(this.json, path) ?? otherwise;
    return typeof found === 'string' ? found : this.#refuse(path, found, 'a text');
  }

  texts(path: string): Record<string, string> {
    const found = value(this.json, path);
    if (!isObject(found)) return {};
    return Object.fromEntries(Object.entries(found).filter((e): e is [string, string] => typeof e[1] === 'string'));
  }

  oneOf<T extends string>(path: string, values: readonly [T, ...T[]]): T {
    const text = this.text(path, values[0]).toLowerCase();
    return values.find((known) => known === text) ?? this.#refuse(path, text, values.join(' or '));
  }

  integer(path: string, otherwise: number, least: number, most: number): number {
    const found = value(this.json, path) ?? otherwise;
    const number = typeof found === 'string' ? Number(found) : found;
    if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
    return this.#refuse(path, found, `a whole number from ${least} to ${most}`);
  }

  timeSpan(path: string, otherwise: number): number {
    const found = value(this.json, path);
    if (found === undefined) return otherwise;
    const span = typeof found === 'string' ? parseTimeSpan(found) : undefined;
    return span !== undefined && span >= 0 ? span : this.#refuse(path, found, 'a time span such as 00:01:00');
  }

  timeout(path: string): number | undefined {
    const text = value(this.json, path);
    if (text === undefined) return 30 * 60_000;
    if (text === '-1' || text === -1) return undefined;
    const span = this.timeSpan(path, 0);
    return span > 0 ? span : this.#refuse(path, text, 'a time span such as 00:10:00, or -1');
  }

  #refuse(path: string, found: unknown, form: string): never {
    throw new FlowtrapError('configuration', `"${path}" is ${JSON.stringify(found)}, not ${form}.`, {
      subject: this.file,
      fix: 'Correct it there, in the overrides, or in the AzureFunctionsJobHost__ setting that replaces it.',
    });
  }
}
