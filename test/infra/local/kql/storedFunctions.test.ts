/** Stored functions are analysed once for many queries: their results follow the arguments all the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from './engine';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({
    tables: [
      { name: 'Visits', columns: [{ name: 'Page', type: 'string' }] },
      { name: 'Sales', columns: [{ name: 'Amount', type: 'long' }] },
    ],
    functions: [
      {
        name: 'upTo',
        parameters: '(limit:int=3, sign:long=1)',
        body: 'range n from 1 to limit step 1 | extend n = n * sign',
      },
      {
        name: 'nested',
        parameters: '(limit:int)',
        body: 'let inner = (n:int) { upTo(n) }; union inner(limit), inner(1)',
      },
      { name: 'pick', parameters: '(T:(*), name:string)', body: "T | project found = column_ifexists(name, 'none')" },
      { name: 'rowsOf', parameters: '(name:string)', body: 'table(name) | count' },
      {
        name: 'partly',
        parameters: '()',
        body: 'let bad = () { NotThere };\nlet good = (n:long) { n + 1 };\nprint x = good(1)',
      },
      { name: 'wrongly', parameters: '()', body: 'let bad = () {\nNotThere };\nbad' },
      { name: 'broken', parameters: '()', body: 'NotThere | where a == 1' },
    ],
  });
  await engine.execute(`INSERT INTO "Visits" VALUES ('/a', NULL), ('/b', NULL)`);
  await engine.execute(`INSERT INTO "Sales" VALUES (7, NULL)`);
});
afterAll(() => engine.close());

it.each([
  ['upTo | count', [[3]]],
  ['upTo(2) | summarize sum(n)', [[3]]],
  ['upTo(sign=-1, limit=2) | summarize sum(n)', [[-3]]],
  ['nested(2) | summarize sum(n)', [[4]]],
  ['nested(3) | summarize sum(n)', [[7]]],
  ["Visits | invoke pick('Page') | summarize make_set(found)", [[['/a', '/b']]]],
  ["Visits | invoke pick('Amount') | distinct found", [['none']]],
  ["Sales | invoke pick('Amount') | distinct found", [[7]]],
  ["rowsOf('Sales')", [[1]]],
  ["rowsOf('Visits')", [[2]]],
])('%s', async (query, expected) => {
  expect(await engine.rows(query)).toEqual(expected);
});

it('a function inside a function is judged where it is called', async () => {
  expect(await engine.rows('partly')).toEqual([[2]]);
  expect(() => engine.sql('wrongly')).toThrow(/'NotThere'/);
  expect(() => engine.sql('let bad = () { NotThere }; print 1')).toThrow(/'NotThere'/);
});

describe('union isfuzzy=true leaves out', () => {
  it.each([
    ['a function that is not there', 'union isfuzzy=true gone(1), Sales | count'],
    [
      'a function over a table that is not there',
      'union isfuzzy=true broken, (broken() | extend b = 2), Sales | count',
    ],
    ['a table that is not there, by its name', 'union isfuzzy=true table("Gone"), Sales | count'],
    [
      'what a function of the query names',
      'let all = () { union isfuzzy=true gone(), (Gone | where x == 1), Sales }; all | count',
    ],
  ])('%s', async (_, query) => {
    expect(await engine.rows(query)).toEqual([[1]]);
  });

  it('and says what is missing when nothing is left, or without isfuzzy', () => {
    expect(() => engine.sql('union isfuzzy=true broken(), Gone')).toThrow(/None of the tables of this union exists/);
    expect(() => engine.sql('union broken(), Sales')).toThrow(/function broken, line 1, column .*: .*'NotThere'/);
  });

  it('nothing whose columns are wrong', () => {
    expect(() => engine.sql('union isfuzzy=true (Sales | where Nothing == 1), Visits')).toThrow(/Nothing/);
  });
});
