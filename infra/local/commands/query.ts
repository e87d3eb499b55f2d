/** `flowtrap query`: KQL on the local Log Analytics, as a table for people, or as JSON or CSV. */
import { text } from 'node:stream/consumers';
import { FlowtrapError } from '../../../shared/errors';
import type { KqlType } from '../kql';
import { readArguments } from './arguments';
import type { Command, CommandIo } from './command';
import { openLogAnalytics, QueryFailure, type QueryReply, type ServiceCell } from './logAnalyticsClient';
import { tableLines } from './table';
import { namedFolders, WORKSPACE_HELP, WORKSPACE_OPTIONS } from './workspaceOptions';

const HELP = `usage: flowtrap query KQL [OPTIONS]

Runs a query on the local Log Analytics: that of the running stack, else on what earlier runs left in .flowtrap/.
Give - instead of KQL to read it from standard input.

  --format FORM      table (default), json (an array of objects) or csv
  --timespan SPAN    limits TimeGenerated: PT12H, or START/END, START/PT1H, PT1H/END in ISO 8601
${WORKSPACE_HELP}
  flowtrap query 'ASimNetworkSessionLogs | summarize count() by EventProduct'
  flowtrap query 'FlowtrapAlerts_CL | sort by TimeGenerated desc | take 5' --format json
`;

const OPTIONS = {
  format: { type: 'string', default: 'table' },
  timespan: { type: 'string' },
  ...WORKSPACE_OPTIONS,
  help: { type: 'boolean', short: 'h' },
} as const;

const FORMATS: Readonly<Record<string, (reply: QueryReply) => Iterable<string>>> = {
  table: asTable,
  json: asJson,
  csv: asCsv,
};

export const query: Command = {
  name: 'query',
  summary: 'a KQL query on the local Log Analytics',
  async run(argv, io) {
    const { values, positionals } = readArguments(argv, OPTIONS, true);
    if (values.help) {
      io.stdout.write(HELP);
      return 0;
    }
    const [given, ...more] = positionals;
    if (given === undefined || more.length > 0) {
      throw new FlowtrapError('malformed', 'give the query as one argument, in quotes.', { fix: 'See --help.' });
    }
    const format = Object.hasOwn(FORMATS, values.format) ? FORMATS[values.format] : undefined;
    if (format === undefined) {
      throw new FlowtrapError('malformed', `"${values.format}" is none of ${Object.keys(FORMATS).join(', ')}.`, {
        subject: '--format',
      });
    }
    const kql = given === '-' ? await text(io.stdin) : given;
    const logs = await openLogAnalytics(io.cwd, namedFolders(values, io.cwd));
    for (const problem of logs.problems) io.stderr.write(`Left out: ${printable(problem)}\n`);
    try {
      const reply = await logs.query(kql, values.timespan);
      for (const piece of format(reply)) await write(io, piece);
      if (reply.partial !== undefined) io.stderr.write(`Not all rows: ${reply.partial}\n`);
      return reply.partial === undefined ? 0 : 1;
    } catch (error) {
      if (!(error instanceof QueryFailure)) throw error;
      io.stderr.write(`${error.message}\n${pointAt(kql, error)}`);
      return 1;
    } finally {
      await logs.close();
    }
  },
};

async function write(io: CommandIo, piece: string): Promise<void> {
  if (!io.stdout.write(piece)) await new Promise((resolve) => io.stdout.once('drain', resolve));
}

/** The line of the query with a caret under the place, or nothing when the place is not known. */
export function pointAt(
  kql: string,
  { line, column, text: token }: Pick<QueryFailure, 'line' | 'column' | 'text'>,
): string {
  const content = line > 0 ? kql.split('\n')[line - 1] : undefined;
  if (content === undefined || column > content.length + 1) return '';
  const number = `${line} | `;
  const before = content.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(token.length, content.length - column + 1));
  return `\n${number}${printable(content, true)}\n${' '.repeat(number.length)}${before}${'^'.repeat(length)}\n`;
}

const SHOWN_ROWS = 10_000;
const NUMBERS: readonly KqlType[] = ['int', 'long', 'real', 'decimal'];

function* asTable({ columns, rows }: QueryReply): Iterable<string> {
  const shown = rows
    .slice(0, SHOWN_ROWS)
    .map((row) => row.map((cell) => (cell === null ? '' : printable(String(cell)))));
  const head = columns.map(({ name, type }) => ({ title: name, right: NUMBERS.includes(type), widest: 120 }));
  for (const line of tableLines(head, shown)) yield `${line}\n`;
  const left = rows.length - shown.length;
  yield `\n${rows.length} ${rows.length === 1 ? 'row' : 'rows'}${left > 0 ? `; ${left} not shown, use --format csv or json` : ''}\n`;
}

/** Log text is foreign: no control character of it reaches the terminal. */
function printable(value: string, keepTabs = false): string {
  return value.replaceAll(/\p{Cc}/gu, (character) => {
    if (character === '\t') return keepTabs ? character : '\\t';
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function* asJson({ columns, rows }: QueryReply): Iterable<string> {
  yield '[';
  for (const [index, row] of rows.entries()) {
    const entries = columns.map(({ name, type }, at) => [name, type === 'dynamic' ? parsed(row[at]) : row[at]]);
    yield `${index > 0 ? ',' : ''}\n${JSON.stringify(Object.fromEntries(entries))}`;
  }
  yield `${rows.length > 0 ? '\n' : ''}]\n`;
}

function parsed(cell: ServiceCell | undefined): unknown {
  if (typeof cell !== 'string') return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

/** RFC 4180; null is an empty field. */
function* asCsv({ columns, rows }: QueryReply): Iterable<string> {
  const field = (value: ServiceCell): string => {
    const plain = value === null ? '' : String(value);
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  yield `${columns.map(({ name }) => field(name)).join(',')}\r\n`;
  for (const row of rows) yield `${row.map(field).join(',')}\r\n`;
}
