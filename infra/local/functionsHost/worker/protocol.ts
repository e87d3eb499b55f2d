/**
 * The messages between the host and its worker process, and the shapes that `@azure/functions` exchanges with its runtime
 * (its `@azure/functions-core`, which is no package: see the library's src/InvocationModel.ts). Sent with structured cloning,
 * so that bytes stay bytes.
 */
import type { LogLevel } from '../contract';

/** Exactly one member is set; absent data is null or undefined. */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  double?: number | null;
  http?: HttpData | null;
}

export interface HttpData {
  url?: string;
  method?: string;
  nullableHeaders?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  body?: TypedData | null;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: HttpCookie[];
}

export interface HttpCookie {
  name: string;
  value: string;
  domain?: { value: string };
  path?: { value: string };
  expires?: { value: { seconds: number } };
  secure?: { value: boolean };
  httpOnly?: { value: boolean };
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  maxAge?: { value: number };
}

/** A binding as the app wrote it, completed by the library. */
export interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  readonly name: string;
  readonly [option: string]: unknown;
}

export interface RetryOptions {
  readonly maxRetryCount?: number;
  readonly retryStrategy?: 'fixedDelay' | 'exponentialBackoff';
  readonly delayInterval?: { readonly seconds: number };
  readonly minimumInterval?: { readonly seconds: number };
  readonly maximumInterval?: { readonly seconds: number };
}

export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: RetryOptions;
}

export interface InvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string; readonly attributes: object };
  readonly retryContext?: {
    readonly retryCount: number;
    readonly maxRetryCount: number;
    readonly exception?: { readonly message: string; readonly source: string; readonly stackTrace: string };
  };
}

export interface InvocationResponse {
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
  readonly returnValue?: TypedData | null;
}

export type ToWorker =
  | { readonly kind: 'invoke'; readonly function: string; readonly request: InvocationRequest }
  | { readonly kind: 'terminate' };

export type FromWorker =
  | { readonly kind: 'loaded'; readonly functions: readonly FunctionMetadata[] }
  | { readonly kind: 'loadFailed'; readonly error: string }
  | { readonly kind: 'done'; readonly id: string; readonly response: InvocationResponse }
  | { readonly kind: 'threw'; readonly id: string; readonly message: string; readonly stack: string }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly category: string;
      readonly message: string;
      readonly function?: string;
    };
