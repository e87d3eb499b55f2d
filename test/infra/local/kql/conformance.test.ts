/** Runs the tables of conformance/: Kusto's semantics, one small query each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, type Engine, openEngine } from './engine';

interface Case {
  readonly group: string;
  readonly query: string;
  readonly expected: readonly Cell[][];
}

const FOLDER = join(__dirname, 'conformance');

/** See the head of language.txt. */
function readCases(file: string): readonly Case[] {
  const cases: Case[] = [];
  let group = '';
  let query = '';
  for (const line of readFileSync(join(FOLDER, file), 'utf8').split('\n')) {
    if (line.startsWith('# ')) group = line.slice(2);
    else if (line.startsWith('  => '))
      cases.push({ group, query, expected: JSON.parse(`[${line.slice(5)}]`) as Cell[][] });
    else if (line !== '') query = line;
  }
  return cases;
}

/** Row order means something after a sort or top at the end only; sets have no order at all. */
function normalized(rows: readonly Cell[][], query: string): readonly Cell[][] {
  if (/\| (sort|top|order) [^|]*$|serialize|row_number/.test(query)) return rows;
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const cases = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .sort()
  .flatMap(readCases);
let engine: Engine;

beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

for (const group of new Set(cases.map((one) => one.group))) {
  describe(group, () => {
    it.each(cases.filter((one) => one.group === group))('$query', async ({ query, expected }) => {
      const rows = await engine.rows(query);
      expect(normalized(rows, query)).toEqual(normalized(expected, query));
    });
  });
}
