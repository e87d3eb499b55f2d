/**
 * The object that the library gets when it requires `@azure/functions-core`: registrations, hooks and logs. It must be in
 * place before anything calls `app.*` (the library remembers a failed look-up for good).
 */
import Module from 'node:module';
import type { LogLevel } from '../contract';
import type { FunctionMetadata, InvocationRequest, InvocationResponse } from './protocol';

export type FunctionCallback = (...inputs: unknown[]) => unknown;
export type HookContext = Record<string, unknown>;
export type HookCallback = (context: HookContext) => unknown;

/** What the library makes of one invocation. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: InvocationRequest;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: LogLevel, category: string, message: string): void;
}

interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

const HOOKS = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof HOOKS)[number];

class Disposable {
  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose();
    });
  }

  #release: (() => void) | undefined;

  constructor(release: () => void) {
    this.#release = release;
  }

  dispose(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** What the app registered, filled while its modules load. */
export class Core {
  readonly functions = new Map<string, { readonly metadata: FunctionMetadata; readonly callback: FunctionCallback }>();
  /** Set once the modules are loaded: later registrations throw. */
  locked = false;
  #model: ProgrammingModel | undefined;
  readonly #hooks = new Map<HookName, Set<HookCallback>>(HOOKS.map((name) => [name, new Set()]));

  constructor(private readonly log: (level: LogLevel, category: string, message: string) => void) {}

  get model(): ProgrammingModel | undefined {
    return this.#model;
  }

  /** Runs the hooks of a name one after the other, in order of registration. */
  async runHooks(name: HookName, context: HookContext): Promise<void> {
    for (const hook of this.#hooks.get(name) ?? []) await hook(context);
  }

  /** From now on `require('@azure/functions-core')` gives this object, in CommonJS and ESM apps alike. */
  install(): void {
    const api = this.#api();
    const original = Module.prototype.require;
    Module.prototype.require = function require(this: unknown, id: string) {
      return id === '@azure/functions-core' ? api : original.call(this, id);
    } as typeof original;
  }

  #api(): object {
    return {
      version: '3.9.1',
      hostVersion: '4.1037.0.0',
      Disposable,
      registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
        const { name } = metadata;
        if (this.locked) throw new Error(`The function "${name}" was registered after the app had started.`);
        if (this.functions.has(name)) throw new Error(`A function with id "${name}" has already been registered.`);
        this.functions.set(name, { metadata, callback });
        return new Disposable(() => this.functions.delete(name));
      },
      setProgrammingModel: (model: ProgrammingModel) => {
        this.#model = model;
      },
      getProgrammingModel: () => this.#model,
      registerHook: (name: HookName, callback: HookCallback) => {
        const hooks = this.#hooks.get(name);
        if (!hooks)
          throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
        hooks.add(callback);
        return new Disposable(() => hooks.delete(callback));
      },
      log: this.log,
    };
  }
}
