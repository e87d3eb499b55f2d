/** A Log Analytics service on loopback for tests, and what they say to it over real HTTP. */
import { gzipSync } from 'node:zlib';
import type { LogAnalyticsOptions, ServiceSettings } from '../../../../infra/local/logAnalytics/options';
import { startLogAnalytics } from '../../../../infra/local/logAnalytics/service';
import type { TableDefinition } from '../../../../shared/tableDefinition';

export const WORKSPACE = '5f0c9d52-5d0b-4c46-9b5a-2f6c1f0a7e11';
export const RULE = 'dcr-0123456789abcdef0123456789abcdef';
export const ADMIN_KEY = 'test-admin-key';

/** One column of each type that a stream can declare. */
export const SAMPLE: TableDefinition = {
  table: 'Sample_CL',
  stream: 'Custom-Sample_CL',
  outputStream: 'Custom-Sample_CL',
  columns: [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'Text', type: 'string' },
    { name: 'Small', type: 'int' },
    { name: 'Big', type: 'long' },
    { name: 'Real', type: 'real' },
    { name: 'Flag', type: 'boolean' },
    { name: 'Seen', type: 'datetime' },
    { name: 'Bag', type: 'dynamic' },
  ],
};

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: AnswerBody;
}

/** What the answers' bodies hold, each some of it. */
export interface AnswerBody {
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    readonly rows: readonly (readonly unknown[])[];
  }[];
  readonly error: ErrorBody;
  readonly statistics: { readonly query: { readonly executionTime: number } };
  readonly render: { readonly visualization: string | null };
  readonly requests: readonly {
    readonly id: number;
    readonly path: string;
    readonly status: number;
    readonly rows: number;
    readonly query: string;
    readonly stream: string;
    readonly clientRequestId: string;
  }[];
  readonly last: number;
  readonly rows: number;
  readonly droppedColumns: readonly string[];
}

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly pos: number;
  readonly innererror: ErrorBody;
  readonly details: readonly ErrorBody[];
}

export interface TestService {
  readonly url: string;
  close(): Promise<void>;
  upload(body: string | Buffer, change?: UploadChange): Promise<Reply>;
  /** Uploads rows and fails unless they were taken. */
  uploadRows(rows: readonly unknown[], stream?: string): Promise<void>;
  query(kql: string, change?: QueryChange): Promise<Reply>;
  /** Rows of a query, which must succeed. */
  rows(kql: string, timespan?: string): Promise<readonly (readonly unknown[])[]>;
  admin(method: string, path: string, body?: unknown): Promise<Reply>;
  settings(settings: ServiceSettings): Promise<void>;
}

export interface UploadChange {
  readonly stream?: string;
  readonly rule?: string;
  readonly search?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly gzip?: boolean;
}

export interface QueryChange {
  readonly timespan?: string;
  readonly workspace?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const HEADERS = { authorization: 'Bearer any', 'content-type': 'application/json' };

export async function startTestService(change: Partial<LogAnalyticsOptions> = {}): Promise<TestService> {
  const service = await startLogAnalytics({
    database: ':memory:',
    workspaceId: WORKSPACE,
    ruleId: RULE,
    tables: [SAMPLE],
    adminKey: ADMIN_KEY,
    parserAtStart: false,
    ...change,
  });
  const call = async (path: string, init: RequestInit): Promise<Reply> => {
    const answer = await fetch(service.url + path, init);
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: (text.startsWith('{') ? JSON.parse(text) : {}) as AnswerBody,
    };
  };
  const upload: TestService['upload'] = (body, { stream = SAMPLE.stream, rule = RULE, search, headers, gzip } = {}) =>
    call(`/dataCollectionRules/${rule}/streams/${stream}${search ?? '?api%2Dversion=2023-01-01'}`, {
      method: 'POST',
      headers: { ...HEADERS, ...(gzip ? { 'content-encoding': 'gzip' } : {}), ...headers },
      body: new Uint8Array(gzip ? gzipSync(body) : Buffer.from(body)),
    });
  const query: TestService['query'] = (kql, { timespan, workspace = WORKSPACE, headers, signal } = {}) =>
    call(`/v1/workspaces/${workspace}/query`, {
      method: 'POST',
      headers: { ...HEADERS, ...headers },
      body: JSON.stringify({ query: kql, timespan }),
      ...(signal === undefined ? {} : { signal }),
    });
  const admin: TestService['admin'] = (method, path, body) =>
    call(`/admin/${path}`, {
      method,
      headers: { 'x-admin-key': ADMIN_KEY },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url: service.url,
    close: () => service.close(),
    upload,
    query,
    admin,
    async uploadRows(rows, stream = SAMPLE.stream) {
      const { status, text } = await upload(JSON.stringify(rows), { stream });
      if (status !== 204) throw new Error(`${status} ${text}`);
    },
    async rows(kql, timespan) {
      const { status, json, text } = await query(kql, timespan === undefined ? {} : { timespan });
      if (status !== 200 || json.error !== undefined) throw new Error(`${status} ${text.slice(0, 500)}`);
      return json.tables[0]?.rows ?? [];
    },
    async settings(settings) {
      const { status, text } = await admin('POST', 'settings', settings);
      if (status !== 204) throw new Error(text);
    },
  };
}
