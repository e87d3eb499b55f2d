/** What an answer of the Logs Query API means: a typed table, or a typed error. Facts: Logs Query API response and error pages. */
import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { FlowtrapError } from '../errors';
import type { Cell, CellType, QueryTable } from '../ports';

export type QueryAnswer =
  | { readonly kind: 'table'; readonly table: QueryTable }
  /** Trying again helps, after at least so many milliseconds. */
  | { readonly kind: 'passing'; readonly error: FlowtrapError; readonly retryAfter: number }
  | { readonly kind: 'tooSlow'; readonly error: FlowtrapError }
  | { readonly kind: 'failed'; readonly error: FlowtrapError };

const TYPES: ReadonlySet<string> = new Set<CellType>([
  ...(['string', 'int', 'long', 'real', 'decimal', 'bool', 'datetime', 'timespan', 'guid', 'dynamic'] as const),
]);

export function readQueryAnswer(response: PipelineResponse, subject: string): QueryAnswer {
  const { status } = response;
  const text = response.bodyAsText ?? '';
  const body = parse(text);
  if (status === 200) return readTables(body, text, subject);
  const { code, message } = deepest(body?.error);
  const said = `${status} ${code}${message === '' ? '' : `: ${message}`}`.trim();
  const failed = (error: FlowtrapError): QueryAnswer => ({ kind: 'failed', error });
  const passing = (what: string): QueryAnswer => ({
    kind: 'passing',
    retryAfter: retryAfterOf(response.headers.get('retry-after')),
    error: new FlowtrapError('unavailable', what, { subject, fix: 'It is tried again by itself.' }),
  });
  switch (status) {
    case 204:
      return failed(
        new FlowtrapError('unavailable', 'the workspace has no data at all yet (204).', {
          subject,
          fix: 'Wait until the first rows have been ingested.',
        }),
      );
    case 400:
      if (code === 'FailedToResolveResource') return failed(noWorkspace(said, subject));
      return failed(
        new FlowtrapError('malformed', `the service refuses the query (${said}).`, {
          subject,
          fix: 'Correct the KQL.',
        }),
      );
    case 401:
    case 403:
      return failed(
        new FlowtrapError('unauthorized', `the service refuses the identity (${said}).`, {
          subject,
          fix: "Give the app's identity the role Log Analytics Reader on the workspace; a new role takes up to an hour to work.",
        }),
      );
    case 404:
      return failed(noWorkspace(said, subject));
    case 413:
      return failed(tooMuch(said, subject));
    case 504:
      return {
        kind: 'tooSlow',
        error: new FlowtrapError('limit', `the query takes too long (${said}).`, {
          subject,
          fix: 'Make the rule cheaper, or its period shorter.',
        }),
      };
    default:
      if (status === 408 || status === 429 || status >= 500)
        return passing(`the query service did not answer as it should (${said}).`);
      return failed(new FlowtrapError('refused', `the query service refused the request (${said}).`, { subject }));
  }
}

function readTables(body: Record<string, unknown> | undefined, text: string, subject: string): QueryAnswer {
  const tables = body?.tables;
  if (!Array.isArray(tables)) {
    const what = text === '' ? 'with nothing' : `with something else than tables: ${text.slice(0, 100)}`;
    return {
      kind: 'passing',
      retryAfter: 0,
      error: new FlowtrapError('unavailable', `the query service answered ${what}.`, {
        subject,
        fix: 'It is tried again by itself.',
      }),
    };
  }
  if (body?.error !== undefined && body.error !== null) {
    const { code, message } = deepest(body.error);
    return { kind: 'failed', error: tooMuch(`${code}: ${message}`, subject) };
  }
  const primary =
    (tables as RawTable[]).find(({ name }) => name === 'PrimaryResult') ?? (tables[0] as RawTable | undefined);
  if (!Array.isArray(primary?.columns) || !Array.isArray(primary.rows)) {
    return {
      kind: 'failed',
      error: new FlowtrapError('unavailable', 'the query service answered without a table.', { subject }),
    };
  }
  const columns = primary.columns.map(({ name, type }) => ({
    name,
    type: (TYPES.has(type) ? type : 'string') as CellType,
  }));
  const rows = primary.rows.map((row) => columns.map(({ type }, index) => toCell(type, row[index] ?? null)));
  return { kind: 'table', table: { columns, rows } };
}

interface RawTable {
  readonly name?: string;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly rows?: readonly (readonly Cell[])[];
}

function toCell(type: CellType, cell: Cell): Cell {
  if (cell === null) return null;
  if (type === 'dynamic') return typeof cell === 'string' ? dynamicCell(cell) : cell;
  if (type === 'bool') return typeof cell === 'number' ? cell !== 0 : cell;
  if (type === 'datetime' && cell === '') return null;
  return cell;
}

/** JSON as text; what is no JSON is a bare string. */
function dynamicCell(text: string): Cell {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Cell;
  } catch {
    return text;
  }
}

/** Codes and messages of an error and all that is nested in it, the innermost of each. */
function deepest(error: unknown): { code: string; message: string } {
  let code = '';
  const messages: string[] = [];
  let level: unknown = error;
  for (let depth = 0; depth < 8 && typeof level === 'object' && level !== null; depth++) {
    const { code: own, message, innererror, details } = level as Record<string, unknown>;
    if (typeof own === 'string') code = own;
    if (typeof message === 'string' && !messages.includes(message)) messages.push(message);
    level = innererror ?? (Array.isArray(details) ? details[0] : undefined);
  }
  return { code, message: messages.join(' ').replaceAll(/\s+/g, ' ').slice(0, 1000) };
}

function noWorkspace(said: string, subject: string): FlowtrapError {
  return new FlowtrapError('configuration', `the workspace is not there (${said}).`, {
    subject,
    fix: 'Correct LOG_ANALYTICS_WORKSPACE_ID: the customer id of the workspace.',
  });
}

function tooMuch(said: string, subject: string): FlowtrapError {
  return new FlowtrapError('limit', `the result is not whole (${said}).`, {
    subject,
    fix: 'Make the query aggregate more, or its period shorter.',
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}
