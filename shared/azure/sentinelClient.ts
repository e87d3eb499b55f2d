/**
 * Requests to the Sentinel part of Azure Resource Manager (API 2025-09-01): token, time-outs, bounded retries, typed errors.
 * Facts: Azure REST API specification, securityinsights 2025-09-01; Azure Resource Manager throttling page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosResponse, isAxiosError } from 'axios';
import { describeError, FlowtrapError } from '../errors';
import type { TokenCredential } from './credential';
import { credentialError } from './storageError';

const API_VERSION = '2025-09-01';
const MANAGEMENT = 'https://management.azure.com';
const SCOPE = 'https://management.azure.com/.default';

export interface SentinelOptions {
  /** Resource id of the workspace. */
  readonly workspace: string;
  readonly credential: TokenCredential;
  /** Where Azure Resource Manager really is: the stand-in on loopback. */
  readonly baseUrl?: string | undefined;
  /** Attempts of one request. */
  readonly attempts?: number;
  /** First pause between attempts (milliseconds); doubles. */
  readonly firstPause?: number;
  /** Longest pause that is waited for, whatever Retry-After says (milliseconds). */
  readonly longestPause?: number;
  /** Time-out of one request (milliseconds). */
  readonly requestTimeout?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Answers with these codes, or naming the workspace, say that the workspace is not there, not the thing in it. */
const NO_WORKSPACE = /^(ResourceGroupNotFound|SubscriptionNotFound|InvalidSubscriptionId|ParentResourceNotFound)$/;

export class SentinelClient {
  /** Path of the Sentinel resources of the workspace; also the start of their resource ids. */
  readonly root: string;
  private readonly http: AxiosInstance;
  private readonly base: string;

  constructor(private readonly options: SentinelOptions) {
    this.base = (options.baseUrl ?? MANAGEMENT).replace(/\/+$/, '');
    this.root = `${options.workspace.replace(/\/+$/, '')}/providers/Microsoft.SecurityInsights`;
    this.http = axios.create({
      baseURL: this.base,
      timeout: options.requestTimeout ?? 30_000,
      maxRedirects: 0,
      maxContentLength: 16 * 1024 * 1024,
      maxBodyLength: 4 * 1024 * 1024,
      validateStatus: () => true,
      ...(options.baseUrl === undefined ? {} : { proxy: false as const }),
    });
  }

  /** @returns undefined when the thing is not there. */
  async get(path: string): Promise<Record<string, unknown> | undefined> {
    const { status, body } = await this.send('GET', path);
    return status === 404 ? undefined : body;
  }

  /** @throws FlowtrapError `conflict` when the service holds another version. */
  async put(path: string, body: object): Promise<Record<string, unknown>> {
    return (await this.send('PUT', path, body)).body;
  }

  /** Every item of a list, page by page. None when the list's owner is not there. */
  async *list(path: string): AsyncGenerator<Record<string, unknown>> {
    let next: string | undefined = path;
    for (let page = 0; next !== undefined && page < 100; page++) {
      const body: Record<string, unknown> | undefined = await this.get(next);
      for (const item of Array.isArray(body?.value) ? body.value : [])
        if (typeof item === 'object' && item !== null) yield item as Record<string, unknown>;
      next = this.nextPath(body?.nextLink);
    }
  }

  private nextPath(link: unknown): string | undefined {
    if (typeof link !== 'string' || link === '') return undefined;
    const url = new URL(link, this.base);
    if (url.origin !== new URL(this.base).origin) {
      throw new FlowtrapError('refused', `a list goes on at another host (${url.host}).`, { subject: 'Sentinel' });
    }
    return `${url.pathname}${url.search}`;
  }

  /** 2xx, or 404 for GET; anything else is thrown, after retries where they can help. */
  private async send(method: 'GET' | 'PUT', path: string, body?: object): Promise<Answer> {
    const { attempts = 5, firstPause = 500, longestPause = 30_000 } = this.options;
    let pause = firstPause;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(method, path, body);
      if (outcome.retryAfter === undefined) {
        if (outcome.error !== undefined) throw outcome.error;
        return outcome.answer;
      }
      const wait = Math.max(pause * (0.75 + Math.random() / 2), outcome.retryAfter);
      if (attempt >= attempts || wait > longestPause) throw outcome.error;
      await sleep(wait);
      pause *= 2;
    }
  }

  private async attempt(method: 'GET' | 'PUT', path: string, body?: object): Promise<Outcome> {
    const subject = `Sentinel ${method} ${path.replace(this.root, '').split('?', 1)[0] ?? ''}`;
    let response: AxiosResponse<unknown>;
    try {
      const token = await this.options.credential.getToken(SCOPE);
      response = await this.http.request<unknown>({
        method,
        url: path.includes('api-version=') ? path : `${path}?api-version=${API_VERSION}`,
        ...(body === undefined ? {} : { data: body }),
        headers: { authorization: `Bearer ${token?.token ?? ''}` },
      });
    } catch (error) {
      const known = credentialError(error, subject);
      if (known !== undefined) return { error: known, retryAfter: undefined };
      const said = isAxiosError(error) ? (error.code ?? error.message) : describeError(error);
      return { error: unavailable(subject, said), retryAfter: 0 };
    }
    return this.read(method, subject, response);
  }

  private read(method: string, subject: string, response: AxiosResponse<unknown>): Outcome {
    const { status, data } = response;
    const body = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : undefined;
    if (status === 200 || status === 201) {
      if (body !== undefined) return { answer: { status, body }, retryAfter: undefined };
      return { error: unavailable(subject, `status ${status} without JSON`), retryAfter: 0 };
    }
    const { code, message } = errorOf(body);
    const said = `${status} ${code}${message === '' ? '' : `: ${message}`}`.trim();
    if (status === 404) {
      if (NO_WORKSPACE.test(code) || /workspaces\/[^/]*'? under|workspace .*not (be )?found/i.test(message)) {
        return failed(
          new FlowtrapError('configuration', `the workspace is not there (${said}).`, {
            subject,
            fix: 'Correct SENTINEL_WORKSPACE, and see that Sentinel is on in that workspace.',
          }),
        );
      }
      if (method === 'GET') return { answer: { status, body: {} }, retryAfter: undefined };
      return failed(new FlowtrapError('notFound', `what it belongs to is not there (${said}).`, { subject }));
    }
    if (status === 401 || status === 403) {
      return failed(
        new FlowtrapError('unauthorized', `Sentinel refused the identity (${said}).`, {
          subject,
          fix: "Give the app's identity the role Microsoft Sentinel Responder on the workspace's resource group; a new role takes minutes to work.",
        }),
      );
    }
    if (status === 409 || status === 412)
      return failed(new FlowtrapError('conflict', `somebody else changed it (${said}).`, { subject }));
    if (status === 408 || status === 429 || status >= 500) {
      const wait = retryAfterOf(response.headers['retry-after']);
      return { error: unavailable(subject, said), retryAfter: wait };
    }
    return failed(
      new FlowtrapError('refused', `Sentinel refused the request (${said}).`, {
        subject,
        fix: 'See the message; trying again unchanged does not help.',
      }),
    );
  }
}

type Outcome =
  | { readonly answer: Answer; readonly error?: undefined; readonly retryAfter: undefined }
  | { readonly error: FlowtrapError; readonly retryAfter: undefined }
  /** Trying again may help, after at least so many milliseconds. */
  | { readonly error: FlowtrapError; readonly retryAfter: number };

function failed(error: FlowtrapError): Outcome {
  return { error, retryAfter: undefined };
}

function unavailable(subject: string, said: string): FlowtrapError {
  return new FlowtrapError('unavailable', `Sentinel did not answer as it should (${said}).`, {
    subject,
    fix: 'It is tried again by itself.',
  });
}

function errorOf(body: Record<string, unknown> | undefined): { code: string; message: string } {
  const error = body?.error as { code?: unknown; message?: unknown } | undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 500) : '');
  return { code: text(error?.code), message: text(error?.message) };
}

/** Milliseconds of a Retry-After header: seconds or a date. */
function retryAfterOf(header: unknown): number {
  if (typeof header !== 'string') return 0;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}
