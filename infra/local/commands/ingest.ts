/** `flowtrap ingest`: rows of a file into a table of the local Log Analytics. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowtrapError } from '../../../shared/errors';
import type { Column, KqlType } from '../kql';
import { columnTypes } from '../logAnalytics/store/inferColumns';
import { generateRows } from '../workspace/generate';
import { readArguments } from './arguments';
import type { Command, CommandIo } from './command';
import { type LogAnalyticsClient, openLogAnalytics } from './logAnalyticsClient';
import { type FileRow, formatOf, ROW_FORMATS, type RowFormat, type RowProblem, readRows } from './rowFiles';
import { grouped } from './table';

const HELP = `usage: flowtrap ingest --table NAME FILE [OPTIONS]
       flowtrap ingest --table NAME --generate ROWS [OPTIONS]

Puts the rows of a file into a table of the local Log Analytics: that of the running stack, else of .flowtrap/. Times are
kept as they are, whatever their age. The tables of Azure Monitor, Defender and the connectors are there with their columns; any other
is made, its column types found out from the file.

  --table NAME     the table
  --format FORM    csv (with a header line), json (an array of objects) or jsonl (one object a line); else by the file
  --generate ROWS  instead of a file, made-up rows of the last day for a table that is there, the same for the same seed
  --seed TEXT      for --generate: other rows
`;

const OPTIONS = {
  table: { type: 'string' },
  format: { type: 'string' },
  generate: { type: 'string' },
  seed: { type: 'string', default: '' },
  help: { type: 'boolean', short: 'h' },
} as const;

const BATCH_ROWS = 2000;
const BATCH_CHARACTERS = 8 * 1024 * 1024;
const SHOWN_PROBLEMS = 10;
const MOST_GENERATED = 10_000_000;

export const ingest: Command = {
  name: 'ingest',
  summary: 'rows of a file into a table of the local Log Analytics',
  async run(argv, io) {
    const { values, positionals } = readArguments(argv, OPTIONS, true);
    if (values.help) {
      io.stdout.write(HELP);
      return 0;
    }
    const [file, ...more] = positionals;
    if (values.table === undefined || more.length > 0 || (file === undefined) === (values.generate === undefined)) {
      throw new FlowtrapError('malformed', 'give --table NAME and one file, or --generate ROWS.', {
        fix: 'See --help.',
      });
    }
    if (file === undefined) return generate(values.table, readCount(values.generate ?? ''), values.seed, io);
    const path = resolve(io.cwd, file);
    if (!existsSync(path)) throw new FlowtrapError('notFound', 'there is no such file.', { subject: path });
    const format = checkedFormat(values.format) ?? (await formatOf(path));
    const logs = await openLogAnalytics(io.cwd);
    try {
      return await load(logs, values.table, path, format, io);
    } finally {
      await logs.close();
    }
  },
};

async function generate(name: string, count: number, seed: string, io: CommandIo): Promise<number> {
  const logs = await openLogAnalytics(io.cwd);
  try {
    const columns = await logs.table(name);
    if (columns === undefined) {
      throw new FlowtrapError('notFound', 'rows can be made up only for a table that is there.', { subject: name });
    }
    const rows = generateRows(name, columns, { seed, end: new Date() });
    let stored = 0;
    while (stored < count) {
      const batch = Array.from({ length: Math.min(BATCH_ROWS, count - stored) }, () => rows());
      stored += (await logs.putRows(name, batch)).rows;
    }
    io.stdout.write(`${grouped(stored)} made-up rows into ${name}\n`);
    return 0;
  } finally {
    await logs.close();
  }
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= MOST_GENERATED) return count;
  throw new FlowtrapError('malformed', `"${text}" is no number from 1 to ${MOST_GENERATED}.`, {
    subject: '--generate',
  });
}

function checkedFormat(text: string | undefined): RowFormat | undefined {
  if (text === undefined) return undefined;
  const format = ROW_FORMATS.find((name) => name === text);
  if (format === undefined) {
    throw new FlowtrapError('malformed', `"${text}" is none of ${ROW_FORMATS.join(', ')}.`, { subject: '--format' });
  }
  return format;
}

async function load(
  logs: LogAnalyticsClient,
  name: string,
  path: string,
  format: RowFormat,
  io: CommandIo,
): Promise<number> {
  const known = await logs.table(name);
  const made = known === undefined ? await columnsOf(path, format) : undefined;
  const types = new Map((known ?? made ?? []).map((column) => [column.name, column.type]));
  const dropped = new Set<string>();
  const problems: RowProblem[] = [];
  let problemCount = 0;
  let stored = 0;
  const note = (problem: RowProblem): void => {
    problemCount++;
    if (problems.length < SHOWN_PROBLEMS) problems.push(problem);
  };
  const send = async (rows: readonly FileRow[]): Promise<void> => {
    if (rows.length === 0) return;
    const written = await logs.putRows(name, rows, made);
    stored += written.rows;
    // What the platform adds to every row is in exports, too.
    for (const column of written.droppedColumns) if (!types.has(column)) dropped.add(column);
  };

  let batch: FileRow[] = [];
  let characters = 0;
  for await (const row of readRows(path, format, note)) {
    const typed = format === 'csv' ? typedRow(row, types) : row;
    characters += JSON.stringify(typed).length;
    batch.push(typed);
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    await send(batch);
    batch = [];
    characters = 0;
  }
  await send(batch);

  io.stdout.write(`${grouped(stored)} rows into ${name}${made === undefined ? '' : ` (new: ${describe(made)})`}\n`);
  if (dropped.size > 0)
    io.stderr.write(`The table has no column for: ${[...dropped].join(', ')}. Their values were dropped.\n`);
  for (const { line, what } of problems) io.stderr.write(`${path}${line > 0 ? `:${line}` : ''}: ${what}; left out.\n`);
  if (problemCount > problems.length) io.stderr.write(`… and ${problemCount - problems.length} more.\n`);
  return problemCount > 0 ? 1 : 0;
}

function describe(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `${name}:${type}`).join(', ');
}

/** Reads the whole file once, so that row 100,000 may still show that a column holds text. */
async function columnsOf(path: string, format: RowFormat): Promise<Column[]> {
  const types = columnTypes();
  for await (const row of readRows(path, format, () => undefined)) types.add(format === 'csv' ? guessedRow(row) : row);
  const columns = types.columns();
  if (columns.length === 0) throw new FlowtrapError('malformed', 'there is no row in it.', { subject: path });
  return columns;
}

/** A CSV's texts as the values that they look like. */
function guessedRow(row: FileRow): FileRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, guessed(String(value))]));
}

function guessed(text: string): unknown {
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return exportedTime(text) ?? text;
}

/** Texts of a CSV for columns of known types: the service converts them, but for JSON and the portal's own times. */
function typedRow(row: FileRow, types: ReadonlyMap<string, KqlType>): FileRow {
  const entries = Object.entries(row).filter(([, value]) => value !== '');
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const type = types.get(name);
      if (type === 'dynamic') return [name, jsonOr(String(value))];
      return [name, type === 'datetime' ? (exportedTime(String(value)) ?? value) : value];
    }),
  );
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `11/22/2026, 9:03:04.123 AM`, as the portal exports a time in UTC. */
function exportedTime(text: string): string | undefined {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4}), (\d{1,2}):(\d\d):(\d\d)(\.\d{1,7})? (AM|PM)$/.exec(text);
  if (match === null) return undefined;
  const [, month = '', day = '', year, hour, minute, second, fraction = '', half] = match;
  const two = (part: string | number): string => String(part).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two((Number(hour) % 12) + (half === 'PM' ? 12 : 0))}:${minute}:${second}${fraction}Z`;
}
