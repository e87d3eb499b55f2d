/** Rows of a file: CSV with a header line, JSON (an array of objects), or JSON lines. Read as a stream where the format allows. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { FlowtrapError } from '../../../shared/errors';
import { csvRecords, RECORD_CHARACTERS } from '../workspace/csv';

export type FileRow = Readonly<Record<string, unknown>>;

export interface RowProblem {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

export const ROW_FORMATS = ['csv', 'json', 'jsonl'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** A JSON array is read whole. */
const WHOLE_BYTES = 256 * 1024 * 1024;

/** By its name; JSON by its first character, since `.json` often holds JSON lines. */
export async function formatOf(path: string): Promise<RowFormat> {
  if (/\.csv$/i.test(path)) return 'csv';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', end: 1023 })) {
    const first = String(chunk)
      .replace(/^\ufeff/, '')
      .trimStart()[0];
    return first === '[' ? 'json' : first === '{' ? 'jsonl' : 'csv';
  }
  return 'jsonl';
}

/** @param onProblem told of each record that is no row; its neighbours are read. */
export function readRows(
  path: string,
  format: RowFormat,
  onProblem: (problem: RowProblem) => void,
): AsyncIterable<FileRow> {
  return { csv: readCsv, json: readJson, jsonl: readJsonLines }[format](path, onProblem);
}

async function* readJson(path: string, onProblem: (problem: RowProblem) => void): AsyncIterable<FileRow> {
  if ((await stat(path)).size > WHOLE_BYTES) {
    throw new FlowtrapError('limit', `a JSON array is read up to ${WHOLE_BYTES} bytes.`, {
      subject: path,
      fix: 'Write one object a line (JSON lines), which may be of any length.',
    });
  }
  let rows: unknown;
  try {
    rows = JSON.parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''));
  } catch (error) {
    throw new FlowtrapError('malformed', `it is not JSON: ${(error as Error).message}.`, { subject: path });
  }
  for (const [index, row] of (Array.isArray(rows) ? rows : [rows]).entries()) {
    if (isObject(row)) yield row;
    else onProblem({ line: 0, what: `element ${index} is no object` });
  }
}

async function* readJsonLines(path: string, onProblem: (problem: RowProblem) => void): AsyncIterable<FileRow> {
  let number = 0;
  for await (const line of linesOf(createReadStream(path, 'utf8'), path)) {
    number++;
    const text = line.replace(/^\ufeff/, '').trim();
    if (text === '') continue;
    try {
      const row: unknown = JSON.parse(text);
      if (isObject(row)) yield row;
      else onProblem({ line: number, what: 'no object' });
    } catch (error) {
      onProblem({ line: number, what: (error as Error).message });
    }
  }
}

/** Lines of bounded length. Only \n ends one: U+2028, which JSON may hold as it is, does not. */
async function* linesOf(source: AsyncIterable<string>, path: string): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > RECORD_CHARACTERS)
      throw new FlowtrapError('limit', `a line is longer than ${RECORD_CHARACTERS} characters.`, { subject: path });
  }
  yield rest;
}

async function* readCsv(path: string, onProblem: (problem: RowProblem) => void): AsyncIterable<FileRow> {
  let names: string[] | undefined;
  for await (const { line, fields } of csvRecords(createReadStream(path))) {
    if (names === undefined) names = fields.map(columnName);
    else if (fields.length > names.length)
      onProblem({ line, what: `${fields.length} fields, the header names ${names.length}` });
    else
      yield Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']).filter(([name]) => name !== ''));
  }
}

/** Log Analytics exports `TimeGenerated [UTC]`; other characters that no column name may have become underscores. */
function columnName(header: string): string {
  return header
    .replace(/\s*\[UTC\]$/, '')
    .trim()
    .replaceAll(/[^A-Za-z0-9_]/g, '_');
}

function isObject(value: unknown): value is FileRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
