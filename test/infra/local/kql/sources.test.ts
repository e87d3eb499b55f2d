/** Physical tables: arrival times, unions of them, the API's time span, and what renders. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCompiler } from '../../../../infra/local/kql';
import { queryOf } from './compiled';
import { type Engine, NOW, openEngine } from './engine';

const SCHEMA = {
  tables: [
    {
      name: 'One',
      columns: [
        { name: 'TimeGenerated', type: 'datetime' as const },
        { name: 'A', type: 'int' as const },
      ],
    },
    {
      name: 'Only',
      columns: [
        { name: 'TimeGenerated', type: 'datetime' as const },
        { name: 'B', type: 'string' as const },
      ],
    },
    { name: 'Plain', columns: [{ name: 'A', type: 'int' as const }] },
  ],
  functions: [{ name: 'Fresh', parameters: '(since: datetime)', body: 'One | where ingestion_time() > since' }],
};

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine(SCHEMA);
  await engine.execute(
    `INSERT INTO "One" VALUES ('2024-06-01', 1, '2024-06-02 10:00'), ('2024-06-02', 2, '2024-06-02 11:00')`,
  );
  await engine.execute(`INSERT INTO "Only" VALUES ('2024-06-03', 'x', '2024-06-03 10:00')`);
  await engine.execute(`INSERT INTO "Plain" VALUES (7, '2024-06-04 10:00')`);
});
afterAll(() => engine.close());

describe('tables', () => {
  it.each<[string, unknown[][]]>([
    ['One | where ingestion_time() > datetime(2024-06-02 10:30) | project A', [[2]]],
    [
      'One | extend A = A * 10 | project A, At = ingestion_time() | sort by A asc',
      [
        [10, '2024-06-02 10:00:00'],
        [20, '2024-06-02 11:00:00'],
      ],
    ],
    ['Fresh(datetime(2024-06-02 10:30)) | count', [[1]]],
    ['let T = One; T | where ingestion_time() < datetime(2024-06-02 10:30) | count', [[1]]],
    [
      'union One, Only | where ingestion_time() > datetime(2024-06-02 10:30) | project A, B | sort by A asc',
      [
        [null, 'x'],
        [2, ''],
      ],
    ],
    ['search "x" | project $table, B', [['Only', 'x']]],
    [
      'search in (One, Plain) A > 1 | project $table, A | sort by A asc',
      [
        ['One', 2],
        ['Plain', 7],
      ],
    ],
    // Tables without the column have no such row.
    [
      'search A == 7 or B:"x" | summarize n = count() by $table | sort by $table asc',
      [
        ['Only', 1],
        ['Plain', 1],
      ],
    ],
    [
      'union withsource=Table On* | summarize count() by Table | sort by Table asc',
      [
        ['One', 2],
        ['Only', 1],
      ],
    ],
    ["table('Plain') | project A", [[7]]],
    [
      'One | getschema | project ColumnName, ColumnOrdinal, ColumnType',
      [
        ['TimeGenerated', 0, 'datetime'],
        ['A', 1, 'int'],
      ],
    ],
    ['union isfuzzy=true One, (Nowhere | where X == 1), Plain | summarize sum(A)', [[10]]],
  ])('%s', async (kql, expected) => {
    expect(await engine.rows(kql)).toEqual(expected);
  });

  it('a time span has an open end where it says nothing, and leaves tables without TimeGenerated alone', async () => {
    expect(await engine.rows('One | project A', { from: new Date('2024-06-02') })).toEqual([[2]]);
    expect(await engine.rows('One | project A', { to: new Date('2024-06-02') })).toEqual([[1]]);
    expect(await engine.rows('Plain', { from: NOW, to: NOW })).toEqual([[7]]);
  });

  it('arrival times of what is no longer a table are refused, not guessed', () => {
    expect(() => engine.sql('One | summarize count() | where ingestion_time() > ago(1d)')).toThrow(/ingestion_time/);
  });

  it('render is handed on', () => {
    const compiler = createCompiler(SCHEMA);
    expect(queryOf(compiler.compile('One | render timechart', { now: NOW })).render).toBe('timechart');
    expect(queryOf(compiler.compile('One', { now: NOW })).render).toBeUndefined();
  });
});

it('a series of too many steps is refused, not cut', async () => {
  const query = 'print x = 1 | make-series n = count() on x from 0 to 2000000 step 1';
  await expect(engine.rows(query.replace('x = 1', 'x = long(1)'))).rejects.toThrow('make-series: more than 1048576');
});
