/**
 * What a functions host is told and what it tells: the options, and the messages that it emits in-process or sends up its
 * IPC channel (main.ts). All of it is plain JSON.
 */

export type JsonObject = { readonly [key: string]: unknown };

export interface HostKeys {
  /** Opens everything, admin endpoints included. */
  readonly master: string;
  /** The host's function key: opens every function of level `function`. */
  readonly function: string;
  /** Keys of single functions, by function name. */
  readonly functions?: Readonly<Record<string, string>>;
}

export interface HostOptions {
  /** The app: holds package.json (whose `main` is compiled JavaScript) and host.json. */
  readonly appFolder: string;
  /** HTTP port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** The worker's whole environment, and where %NAME% and connections are looked up. Nothing is added or inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names this app's timer states in the storage account. */
  readonly hostId: string;
  readonly keys: HostKeys;
  /** false: timers never fire by themselves (they can be run by hand). */
  readonly timers: boolean;
  /** Merged over host.json; AzureFunctionsJobHost__… of the environment goes over both. */
  readonly hostJsonOverrides?: JsonObject;
  /** Refuses connections of the worker to anything but this machine. Default true. */
  readonly loopbackOnly?: boolean;
  /** How long running invocations may go on after a stop was asked for, in milliseconds. Default 10,000. */
  readonly graceMs?: number;
  /** The lease on a message while it is worked on, in seconds; renewed at half time. Default 600, as in the storage extension. */
  readonly queueLeaseSeconds?: number;
  /** Waits before a crashed worker is started again: after the first crash, the second … Default 0, 8, 16 and 30 s. */
  readonly restartDelaysMs?: readonly number[];
}

export type TriggerKind = 'timer' | 'queue' | 'http';

export interface FunctionSummary {
  readonly name: string;
  readonly trigger: TriggerKind;
  readonly schedule?: string;
  readonly queue?: string;
  /** With the prefix, as requested: `api/runs/{id}`. */
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly disabled: boolean;
  /** Why this function alone cannot run; absent when it can. */
  readonly errors?: readonly string[];
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

export interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string;
  readonly functions: readonly FunctionSummary[];
}

/** One run of a function has ended. */
export interface InvocationMessage {
  readonly type: 'invocation';
  readonly function: string;
  readonly id: string;
  readonly ok: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly error?: string;
  readonly trigger: TriggerKind | 'admin';
}

export interface LogMessage {
  readonly type: 'log';
  readonly level: LogLevel;
  readonly function?: string;
  readonly message: string;
}

/** The process that runs the functions has started or ended. */
export interface WorkerMessage {
  readonly type: 'worker';
  readonly state: 'started' | 'ended';
  readonly pid: number;
  /** How it ended: `code 1` or a signal's name. */
  readonly exit?: string;
}

/** The host could not start. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly error: string;
}

export type HostMessage = ReadyMessage | InvocationMessage | LogMessage | WorkerMessage | FailedMessage;

/** What a parent process may send down to a host process (SIGTERM does the same). */
export interface HostRequest {
  readonly type: 'close';
}

/** Takes the host's messages as they come. */
export type Emit = (message: InvocationMessage | LogMessage | WorkerMessage) => void;
