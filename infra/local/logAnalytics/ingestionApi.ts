/**
 * The Logs Ingestion API for one data collection rule. 204 says that a body was received, no more: what is no JSON array is
 * answered with 204 and lost, with a row in DCRLogErrors (which the real service writes with its diagnostic setting on).
 */
import type { TableDefinition } from '../../../shared/tableDefinition';
import { tokenProblem } from './http/bearer';
import { inflate, readBody } from './http/body';
import type { Answer, Exchange } from './http/server';
import type { Tables } from './store/tables';
import type { Writer, Written } from './store/writer';

/** The figure that the service's 413 names; it holds on the wire, and for the unpacked body (limits page). */
export const CALL_BYTES = 1_048_576;

/** Beyond these a caller has to wait, as it has to for the service's 2 GB a minute; here it bounds the memory. */
const WAITING_BODIES = 100;

export const ERROR_TABLE: TableDefinition = {
  table: 'DCRLogErrors',
  stream: '',
  outputStream: '',
  columns: [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'InputStreamId', type: 'string' },
    { name: 'OperationName', type: 'string' },
    { name: 'Message', type: 'string' },
    { name: 'ClientRequestId', type: 'string' },
    { name: 'CorrelationId', type: 'string' },
  ],
};

export interface IngestionContext {
  readonly ruleId: string;
  /** What the rule declares, by stream. */
  readonly streams: ReadonlyMap<string, { readonly table: string; readonly columns: ReadonlySet<string> }>;
  readonly audiences: readonly string[] | undefined;
  readonly tables: Tables;
  readonly writer: Writer;
}

export interface IngestionCall {
  readonly ruleId: string;
  readonly stream: string;
}

/** The rule and stream that a path names, or undefined for another path. */
export function ingestionCall(path: string): IngestionCall | undefined {
  const match = /^\/dataCollectionRules\/([^/]+)\/streams\/([^/]+)\/?$/i.exec(path);
  if (match === null) return undefined;
  try {
    return { ruleId: decodeURIComponent(match[1] ?? ''), stream: decodeURIComponent(match[2] ?? '') };
  } catch {
    return undefined;
  }
}

/** @returns the answer, and how many rows were stored. */
export async function ingest(
  context: IngestionContext,
  call: IngestionCall,
  { request, url }: Exchange,
): Promise<{ readonly answer: Answer; readonly rows: number }> {
  const refuse = (status: number, code: string, message: string) => ({
    answer: { status, headers: { 'x-ms-error-code': code }, body: { error: { code, message } } },
    rows: 0,
  });
  const token = tokenProblem(request, context.audiences);
  if (token !== undefined) return refuse(401, 'AuthenticationFailed', `The bearer token is not accepted: ${token}.`);
  if (request.method !== 'POST') return refuse(404, 'NotFound', 'Only POST is known here.');
  if (url.searchParams.get('api-version') !== '2023-01-01') {
    return refuse(400, 'InvalidApiVersion', 'The api-version is not supported; use 2023-01-01.');
  }
  if (call.ruleId !== context.ruleId) {
    return refuse(404, 'NotFound', `Data collection rule with immutable Id '${call.ruleId}' not found.`);
  }
  const stream = context.streams.get(call.stream);
  const table = stream === undefined ? undefined : context.tables.get(stream.table);
  if (stream === undefined || table === undefined) {
    return refuse(400, 'InvalidStream', `Stream '${call.stream}' is not declared by the data collection rule.`);
  }
  if (context.writer.waiting >= WAITING_BODIES) {
    const busy = refuse(429, 'TooManyRequests', 'Too much data at once; send it again later.');
    return { ...busy, answer: { ...busy.answer, headers: { ...busy.answer.headers, 'retry-after': '1' } } };
  }
  const tooLarge = () =>
    refuse(413, 'ContentLengthLimitExceeded', `Maximum allowed content length: ${CALL_BYTES} bytes (1 MB).`);
  const received = await readBody(request, CALL_BYTES);
  if (received === undefined) return tooLarge();
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  let body = received;
  if (encoding === 'gzip') {
    const inflated = await inflate(received, CALL_BYTES);
    if ('body' in inflated) body = inflated.body;
    else if (inflated.failed === 'tooLarge') return tooLarge();
    else return refuse(400, 'InvalidContentEncoding', 'The body is not gzip, as its Content-Encoding says.');
  } else if (encoding !== 'identity') {
    return refuse(400, 'InvalidContentEncoding', `The content encoding '${encoding}' is not supported.`);
  }
  if (body.length === 0) return { answer: { status: 500 }, rows: 0 };

  const written = await context.writer.write(table, body, 'serviceRules', stream.columns);
  const error = problem(written);
  if (error !== undefined)
    await logError(context, call.stream, error, String(request.headers['x-ms-client-request-id'] ?? ''));
  return { answer: { status: 204 }, rows: written.rows };
}

function problem(written: Written): string | undefined {
  if (written.lost !== undefined) return written.lost;
  return written.droppedRows === 0 ? undefined : `${written.droppedRows} elements of the array are no objects.`;
}

async function logError(context: IngestionContext, stream: string, message: string, requestId: string): Promise<void> {
  const table = context.tables.get(ERROR_TABLE.table);
  if (table === undefined) return;
  const row = {
    InputStreamId: stream,
    OperationName: 'Ingestion',
    Message: message,
    ClientRequestId: requestId,
  };
  await context.writer.write(table, Buffer.from(JSON.stringify([row])), 'asGiven');
}
