/**
 * From what the app registered to what the host runs: each function's trigger and outputs, checked as the real host checks
 * them when it indexes. A function with a mistake is listed with its errors and does not run; the others do.
 */
import { describeError, FlowtrapError } from '../../../shared/errors';
import type { FunctionSummary } from './contract';
import type { HostConfig } from './hostConfig';
import { parseRoute, type Route } from './http/route';
import { type Account, openAccount } from './storage';
import { parseSchedule, type Schedule } from './timers/schedule';
import type { Binding, FunctionMetadata } from './worker/protocol';

export interface TimerTrigger {
  readonly kind: 'timer';
  readonly schedule: Schedule;
  readonly text: string;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
}

export interface QueueTrigger {
  readonly kind: 'queue';
  readonly queue: string;
  readonly account: Account;
}

export interface HttpTrigger {
  readonly kind: 'http';
  readonly route: Route;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly level: 'anonymous' | 'function' | 'admin';
}

/** A queue that a function writes to. Opened when it first does: a wrong one hurts only the run that uses it. */
export interface QueueOutput {
  /** The binding's name; `$return` is the handler's result. */
  readonly name: string;
  readonly queue: string;
  readonly connection: string;
}

export interface IndexedFunction {
  readonly name: string;
  readonly metadata: FunctionMetadata;
  /** The trigger's binding. */
  readonly binding: Binding;
  /** Undefined when it cannot run; `errors` says why. */
  readonly trigger: TimerTrigger | QueueTrigger | HttpTrigger | undefined;
  readonly outputs: readonly QueueOutput[];
  readonly disabled: boolean;
  readonly errors: readonly string[];
}

type Environment = Readonly<Record<string, string>>;

const FUNCTION_NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;
const BINDING_NAME = /^(?:\$return|[a-z][a-z0-9]*)$/i;
const QUEUE_NAME = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Functions in order of name, which is also the order in which HTTP routes are tried (observed). */
export function indexFunctions(
  registered: readonly FunctionMetadata[],
  config: HostConfig,
  environment: Environment,
): readonly IndexedFunction[] {
  return [...registered]
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((metadata) => indexFunction(metadata, config, environment));
}

function indexFunction(metadata: FunctionMetadata, config: HostConfig, environment: Environment): IndexedFunction {
  const { name } = metadata;
  const bindings = Object.entries(metadata.bindings).map(([key, binding]) => ({ ...binding, name: key }));
  const triggers = bindings.filter((binding) => /trigger$/i.test(binding.type));
  const binding = triggers[0] ?? { name: '', type: '', direction: 'in' as const };
  const errors: string[] = [];
  const check = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      errors.push(`Error indexing method 'Functions.${name}': ${describeError(error)}`);
      return undefined;
    }
  };
  check(() => {
    if (!FUNCTION_NAME.test(name)) throw new FlowtrapError('configuration', `'${name}' is no valid function name.`);
    if (triggers.length !== 1) throw new FlowtrapError('configuration', `it has ${triggers.length} triggers, not one.`);
    const bad = bindings.find((candidate) => !BINDING_NAME.test(candidate.name));
    if (bad) throw new FlowtrapError('configuration', `'${bad.name}' is no valid binding name.`);
  });
  const outputs = check(() =>
    bindings.filter((candidate) => candidate.direction === 'out' && candidate.type !== 'http').map(queueOutput),
  );
  const trigger = errors.length === 0 ? check(() => makeTrigger(name, binding, config, environment)) : undefined;
  return {
    name,
    metadata,
    binding,
    trigger: errors.length === 0 ? trigger : undefined,
    outputs: (outputs ?? []).map((output) => ({ ...output, queue: lenient(output.queue, environment) })),
    disabled: isDisabled(name, environment),
    errors,
  };
}

function makeTrigger(
  name: string,
  binding: Binding,
  config: HostConfig,
  environment: Environment,
): IndexedFunction['trigger'] {
  switch (binding.type) {
    case 'timerTrigger': {
      const text = resolve(String(binding.schedule ?? ''), environment);
      return {
        kind: 'timer',
        schedule: parseSchedule(text),
        text,
        runOnStartup: binding.runOnStartup === true,
        useMonitor: binding.useMonitor !== false,
      };
    }
    case 'queueTrigger': {
      // The real host lower-cases queue names; only the characters can be wrong.
      const queue = resolve(String(binding.queueName ?? ''), environment).toLowerCase();
      if (!QUEUE_NAME.test(queue)) throw new FlowtrapError('configuration', `'${queue}' is no valid queue name.`);
      return { kind: 'queue', queue, account: openAccount(String(binding.connection ?? ''), environment) };
    }
    case 'httpTrigger': {
      const template = typeof binding.route === 'string' && binding.route !== '' ? binding.route : name;
      const level = String(binding.authLevel ?? 'anonymous').toLowerCase();
      if (level !== 'anonymous' && level !== 'function' && level !== 'admin')
        throw new FlowtrapError('configuration', `'${level}' is no authLevel.`);
      const methods = Array.isArray(binding.methods) ? binding.methods : ['GET', 'POST'];
      return {
        kind: 'http',
        route: parseRoute([config.routePrefix, template].filter((part) => part !== '').join('/')),
        methods: methods.map((method) => String(method).toUpperCase()),
        level,
      };
    }
    default:
      throw new FlowtrapError('unsupported', `the local host has no '${binding.type}'.`, {
        fix: 'It runs timerTrigger, queueTrigger and httpTrigger; run this function with Core Tools (func start).',
      });
  }
}

function queueOutput(binding: Binding): QueueOutput {
  if (binding.type !== 'queue')
    throw new FlowtrapError('unsupported', `the local host has no output binding of type '${binding.type}'.`, {
      fix: 'It writes queues only; write with the SDK, or run this function with Core Tools (func start).',
    });
  return { name: binding.name, queue: String(binding.queueName ?? ''), connection: String(binding.connection ?? '') };
}

/** Replaces each %NAME% by the setting. */
function resolve(text: string, environment: Environment): string {
  return text.replaceAll(/%([^%]*)%/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined)
      throw new FlowtrapError('configuration', `'%${name}%' does not resolve to a value.`, { fix: `Set ${name}.` });
    return value;
  });
}

function lenient(text: string, environment: Environment): string {
  return text.replaceAll(/%([^%]*)%/g, (whole, name: string) => environment[name] ?? whole).toLowerCase();
}

function isDisabled(name: string, environment: Environment): boolean {
  const wanted = [`azurewebjobs.${name}.disabled`, `azurewebjobs__${name}__disabled`].map((key) => key.toLowerCase());
  return Object.entries(environment).some(
    ([key, value]) => wanted.includes(key.toLowerCase()) && /^(?:true|1)$/i.test(value.trim()),
  );
}

export function summarize(fn: IndexedFunction): FunctionSummary {
  const { trigger, binding } = fn;
  const kind = binding.type === 'timerTrigger' ? 'timer' : binding.type === 'queueTrigger' ? 'queue' : 'http';
  return {
    name: fn.name,
    trigger: kind,
    ...(trigger?.kind === 'timer' ? { schedule: trigger.text } : {}),
    ...(trigger?.kind === 'queue' ? { queue: trigger.queue } : {}),
    ...(trigger?.kind === 'http' ? { route: trigger.route.template, methods: trigger.methods } : {}),
    disabled: fn.disabled,
    ...(fn.errors.length > 0 ? { errors: fn.errors } : {}),
  };
}
