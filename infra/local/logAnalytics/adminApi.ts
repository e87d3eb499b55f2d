/**
 * What tests and commands may ask beyond Azure's API, with the admin key in `x-admin-key`:
 *
 *     GET    /admin/requests?since=ID     requests of the two services after that one
 *     POST   /admin/faults                {route, status, count?, stream?, contains?, retryAfter?, action?, claims?}
 *     DELETE /admin/faults                forgets those that are left
 *     POST   /admin/settings              {clock?, visibleAfterMs?, keepEventTimes?, datedTables?}
 *     POST   /admin/workspace             {functions?: [folder], watchlists?: [folder]}: reads these folders, too, until the service ends
 *     GET    /admin/tables                names, columns, number of rows of the tables that rows can lie in already
 *     GET    /admin/tables/NAME           name and columns of one, which may still be one of the catalogue
 *     POST   /admin/tables/NAME/rows      [{…}] or {columns: [{name, type}], rows: [{…}]}: times kept as given; an unknown table is made
 */
import { timingSafeEqual } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { FlowtrapError } from '../../../shared/errors';
import type { Column } from '../kql';
import type { WorkspaceFolders } from '../workspace/contents';
import { readBody } from './http/body';
import type { Faults } from './http/faults';
import type { RequestLog } from './http/requestLog';
import type { Answer, Exchange } from './http/server';
import type { ServiceSettings } from './options';
import type { Settings } from './settings';
import { STORED_TYPES } from './store/columns';
import { inferColumns } from './store/inferColumns';
import { quoteName } from './store/sql';
import type { Table, Tables } from './store/tables';
import type { Writer, Written } from './store/writer';
import type { Workspace } from './workspace';

export interface AdminContext {
  readonly adminKey: string;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly settings: Settings;
  readonly tables: Tables;
  readonly writer: Writer;
  readonly workspace: Workspace;
  countRows(table: Table): Promise<number>;
}

const BODY_BYTES = 64 * 1024 * 1024;

export async function administer(context: AdminContext, { request, url }: Exchange): Promise<Answer> {
  if (!isKey(request.headers['x-admin-key'], context.adminKey)) {
    return refusal(401, 'Unauthorized', 'The header x-admin-key is missing or wrong.');
  }
  const read = async (): Promise<unknown> => {
    const body = await readBody(request, BODY_BYTES);
    if (body === undefined) throw new FlowtrapError('limit', `the body is larger than ${BODY_BYTES} bytes.`);
    try {
      return JSON.parse(body.toString('utf8'));
    } catch {
      throw new FlowtrapError('malformed', 'the body is not JSON.');
    }
  };
  try {
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /admin/requests':
        return { status: 200, body: context.log.after(Number(url.searchParams.get('since') ?? 0) || 0) };
      case 'POST /admin/faults':
        context.faults.add(await read());
        return { status: 204 };
      case 'GET /admin/faults':
        return { status: 200, body: { left: context.faults.left() } };
      case 'DELETE /admin/faults':
        context.faults.clear();
        return { status: 204 };
      case 'POST /admin/settings':
        context.settings.change((await read()) as ServiceSettings);
        return { status: 204 };
      case 'POST /admin/workspace':
        return { status: 200, body: { problems: await context.workspace.add(checkedFolders(await read())) } };
      case 'GET /admin/tables':
        return { status: 200, body: { tables: await describe(context) } };
    }
    const one = /^\/admin\/tables\/([^/]+)$/.exec(url.pathname);
    if (one !== null && request.method === 'GET') return describeOne(context, decoded(one[1] ?? ''));
    const rows = /^\/admin\/tables\/([^/]+)\/rows$/.exec(url.pathname);
    if (rows !== null && request.method === 'POST') {
      return { status: 200, body: await putRows(context, decoded(rows[1] ?? ''), await read()) };
    }
    return refusal(404, 'NotFound', `${request.method} ${url.pathname} is not known.`);
  } catch (error) {
    if (error instanceof FlowtrapError) return refusal(400, error.code, error.message);
    throw error;
  }
}

function checkedFolders(body: unknown): WorkspaceFolders {
  const { functions = [], watchlists = [] } = (body ?? {}) as {
    readonly functions?: unknown;
    readonly watchlists?: unknown;
  };
  const isFolders = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((path) => typeof path === 'string' && isAbsolute(path));
  if (!isFolders(functions) || !isFolders(watchlists)) {
    throw new FlowtrapError('malformed', 'give {functions: [folder], watchlists: [folder]} with absolute paths.');
  }
  return { functions, watchlists };
}

function isKey(given: unknown, expected: string): boolean {
  const [one, other] = [Buffer.from(String(given ?? '')), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

async function describe({ tables, countRows }: AdminContext): Promise<unknown[]> {
  return Promise.all(
    tables.all().map(async (table) => ({
      name: table.name,
      columns: tables.queryColumns(table).map(({ name, type }) => ({ name, type })),
      rows: await countRows(table),
    })),
  );
}

function describeOne({ tables }: AdminContext, name: string): Answer {
  const table = tables.find(name);
  if (table === undefined) return refusal(404, 'NotFound', `There is no table ${name}.`);
  return { status: 200, body: { name, columns: tables.queryColumns(table), ownColumns: table.columns } };
}

async function putRows(context: AdminContext, name: string, body: unknown): Promise<Written> {
  const { rows, columns: declared } = Array.isArray(body)
    ? { rows: body, columns: undefined }
    : (body as { rows?: unknown; columns?: unknown });
  if (!Array.isArray(rows) || !rows.every(isObject)) {
    throw new FlowtrapError('malformed', 'give an array of objects, or {columns, rows}.', { subject: name });
  }
  const columns = declared === undefined ? undefined : checkedColumns(name, declared);
  const table = await context.writer.exclusively(async () => {
    const known = context.tables.find(name);
    if (known !== undefined && !known.inferred && columns === undefined) return context.tables.ensure(name, [], false);
    const isNew = (column: Column): boolean => !known?.columns.some((one) => one.name === column.name);
    return context.tables.ensure(name, columns ?? inferColumns(rows).filter(isNew), known?.inferred ?? true);
  });
  return context.writer.write(table, Buffer.from(JSON.stringify(rows)), 'asGiven');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkedColumns(table: string, declared: unknown): Column[] {
  const columns = Array.isArray(declared) ? (declared as Partial<Column>[]) : [];
  const wrong =
    columns.length === 0 ||
    columns.some(({ name, type }) => typeof name !== 'string' || !STORED_TYPES.includes(type as Column['type']));
  if (wrong) {
    throw new FlowtrapError('malformed', `columns must be [{name, type}], the types: ${STORED_TYPES.join(', ')}.`, {
      subject: table,
    });
  }
  return columns.map(({ name, type }) => ({ name: name as string, type: type as Column['type'] }));
}

/** How many rows the table holds, queryable or not. */
export function countStatement(table: Table): string {
  return `SELECT count(*) FROM rows.${quoteName(table.name)}`;
}
