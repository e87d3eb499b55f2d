/** What cannot be compiled says what and where; hostile queries end soon. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Compiler, createCompiler, type Found, KqlError } from '../../../../infra/local/kql';
import { queryOf } from './compiled';

let compiler: Compiler;

beforeAll(() => {
  compiler = createCompiler({
    tables: [
      {
        name: 'T',
        columns: [
          { name: 'a', type: 'int' },
          { name: 's', type: 'string' },
          { name: 'd', type: 'dynamic' },
        ],
      },
    ],
    functions: [
      { name: 'Broken', parameters: '()', body: 'T\n| where nothing == 1' },
      { name: 'Odd', parameters: '()', body: '// one\nT\n| reduce by s' },
      { name: 'Unpacked', parameters: '(R:(d:dynamic))', body: 'R | evaluate bag_unpack(d)' },
    ],
  });
  compiler.warmUp();
});

function errorOf(kql: string): KqlError {
  try {
    compiler.compile(kql, { now: new Date(0) });
  } catch (error) {
    if (error instanceof KqlError) return error;
    throw error;
  }
  throw new Error(`Compiled: ${kql}`);
}

describe('malformed', () => {
  it.each<[string, string, number, number, string]>([
    ['T | where a ==', 'KS006', 1, 15, ''],
    ['T\n| where b == 1', 'KS142', 2, 9, 'b'],
    ['Missing | take 1', 'KS204', 1, 1, 'Missing'],
    ['T\n| extend x = nofunction(a)', 'KS211', 2, 14, 'nofunction'],
    ['let f = (x: int) {\n  T | where c > x };\nf(1)', 'KS142', 2, 13, 'c'],
    ['T | join (T) on zzz', 'KS142', 1, 17, 'zzz'],
    ['.show tables', 'KS000', 1, 1, '.show tables'],
  ])('%j', (kql, code, line, column, text) => {
    const error = errorOf(kql);
    expect(error).toMatchObject({ code: 'malformed', kustoCode: code, line, column, text });
    expect(error.message).toContain(`line ${line}, column ${column}`);
  });

  it('what is wrong with the grammar comes before names that may be missing because of it', () => {
    expect(errorOf('T | where nowhere == 1 | extend (x, y) = (1, 2)').kustoCode).toMatch(/^KS00\d$/);
  });

  it('an error in a stored function names the function', () => {
    expect(errorOf('Broken | count')).toMatchObject({
      code: 'malformed',
      functionName: 'Broken',
      line: 2,
      text: 'nothing',
    });
  });

  it('unknown columns of project-away patterns are harmless, as in Kusto', () => {
    expect(queryOf(compiler.compile('T | project-away zzz*', { now: new Date(0) })).columns).toHaveLength(3);
  });
});

describe('unsupported', () => {
  it.each<[string, string, number, number]>([
    ['T\n| reduce by s', 'reduce', 2, 3],
    ['T | scan with (step x output=last: true;)', 'scan with output=last', 1, 5],
    ['T | extend x = 1,\n  y = cursor_after(s)', 'cursor_after', 2, 7],
    ['T | where * !has "x"', '*', 1, 11],
    ['T | extend x = geo_point_to_s2cell(1.0, 2.0, 3)', 'geo_point_to_s2cell', 1, 16],
    ['T\n| evaluate basket()', 'basket', 2, 3],
    ['T | evaluate pivot(s, percentile(a, 5))', 'pivot', 1, 23],
    ['T | mv-apply x=d on (join kind=rightouter T on a)', 'rightouter in a subquery', 1, 22],
    ['T | mv-apply x=d on (top-hitters 1 of a)', 'top-hitters in a subquery', 1, 22],
    ['let v = view() { T }; union v*', 'view', 1, 29],
    ['T | fork (count) (take 1)', 'fork', 1, 5],
    ['T | facet by s', 'facet', 1, 5],
    ['T | parse-kv s as (k:string) with (pair_delimiter=";")', 'parse-kv', 1, 5],
    ['T | search "a*b"', '*', 1, 12],
    ['externaldata(a:int) [@"https://example.invalid/x.csv"]', 'externaldata', 1, 1],
    ['T | where d > parse_json(s)', 'dynamics', 1, 11],
    ['T | take toscalar(T | count)', 'number of rows', 1, 10],
  ])('%j', (kql, what, line, column) => {
    const error = errorOf(kql);
    expect(error).toMatchObject({ code: 'unsupported', line, column });
    expect(error.message).toContain(what);
  });

  it('in a stored function, with its name and line', () => {
    expect(errorOf('Odd')).toMatchObject({ code: 'unsupported', functionName: 'Odd', line: 3, column: 3 });
  });

  it('in a let function, at its place in the query', () => {
    expect(errorOf('let f = () {\n  T\n  | reduce by s };\nf')).toMatchObject({
      code: 'unsupported',
      line: 3,
      column: 5,
    });
  });
});

describe('columns that depend on data', () => {
  const ask = (kql: string, found: Found[] = []) => compiler.compile(kql, { now: new Date(0), found });

  it('are asked for once for each plugin; nothing that follows is judged before', () => {
    const kql = 'T | evaluate bag_unpack(d) | where made > 1 | evaluate pivot(s) | project web';
    const first = ask(kql);
    if (first.kind === 'query') throw new Error('no discovery');
    const found: Found[] = [{ ...first, columns: [['made', 'long']] }];
    const second = ask(kql, found);
    if (second.kind === 'query') throw new Error('no second discovery');
    expect(second.sql).not.toBe(first.sql);
    found.push({ ...second, columns: [['web', 'long']] });
    expect(queryOf(ask(kql, found)).columns).toEqual([{ name: 'web', type: 'long' }]);
  });

  it.each<[string, [string, string][], string, string]>([
    ['T | evaluate bag_unpack(d) | where gone == 1', [], 'malformed', 'gone'],
    ['T | evaluate bag_unpack(d)', [['s', 'long']], 'malformed', 'bag_unpack(d)'],
    ['T | evaluate bag_unpack(d)', Array.from({ length: 1001 }, (_, n) => [`c${n}`, 'long']), 'limit', 'bag_unpack(d)'],
  ])('%s after %#', (kql, columns, code, text) => {
    const first = ask(kql);
    if (first.kind === 'query') throw new Error('no discovery');
    expect(() => ask(kql, [{ ...first, columns }])).toThrow(expect.objectContaining({ code, text }));
  });

  it('inside a stored function follow the data, whatever was found before', () => {
    const kql = 'Unpacked(T) | project-away a, s';
    const first = ask(kql);
    if (first.kind === 'query') throw new Error('no discovery');
    for (const columns of [[['made', 'long']], [['other', 'string']], []] as [string, string][][]) {
      const { columns: made } = queryOf(ask(kql, [{ ...first, columns }]));
      expect(made).toEqual(columns.map(([name, type]) => ({ name, type })));
    }
    expect(() => ask(`${kql} | where made == 1`, [{ ...first, columns: [] }])).toThrow(
      expect.objectContaining({ code: 'malformed', text: 'made' }),
    );
  });

  it('of more than twenty plugins are refused', () => {
    const kql = `T${' | extend d=bag_pack("x", 1) | evaluate bag_unpack(d, columnsConflict="replace_source")'.repeat(21)}`;
    const found: Found[] = [];
    expect(() => {
      for (let stage = ask(kql); stage.kind === 'discovery'; stage = ask(kql, found))
        found.push({ ...stage, columns: [] });
    }).toThrow(expect.objectContaining({ code: 'limit' }));
    expect(found).toHaveLength(20);
  });
});

describe('hostile queries', () => {
  it('deep nesting', () => {
    expect(errorOf(`print ${'('.repeat(20_000)}1${')'.repeat(20_000)}`).code).not.toBe('unsupported');
    expect(errorOf(`print ${'1+'.repeat(5000)}1`).code).not.toBe('unsupported');
  });

  it('a text longer than any query', () => {
    expect(errorOf(`print "${'x'.repeat(1_100_000)}"`)).toMatchObject({ code: 'limit' });
  });

  it('tables doubled again and again stay a short statement', () => {
    const lets = Array.from({ length: 13 }, (_, index) => `let t${index + 1} = union t${index}, t${index};`).join('\n');
    const { sql } = compiler.compile(`let t0 = T;\n${lets}\nt13 | count`, { now: new Date(0) });
    expect(sql.length).toBeLessThan(20_000);
    expect(sql).toContain(' AS MATERIALIZED');
  });

  it('values doubled forty times are refused', () => {
    const steps = Array.from(
      { length: 40 },
      (_, index) => `let v${index + 1} = strcat(v${index}, v${index}, rand());`,
    ).join('\n');
    expect(errorOf(`let v0 = tostring(rand());\n${steps}\nprint v40`)).toMatchObject({ code: 'limit' });
  });

  it('names with quotes stay names', () => {
    const odd = createCompiler({
      tables: [{ name: 'o"dd', columns: [{ name: `a" FROM x; --`, type: 'int' }] }],
      functions: [],
    });
    const { sql, columns } = queryOf(odd.compile(`['o"dd'] | project ['a" FROM x; --']`, { now: new Date(0) }));
    expect(columns).toEqual([{ name: `a" FROM x; --`, type: 'int' }]);
    expect(sql).toContain('"a"" FROM x; --"');
    expect(sql).toContain('"o""dd"');
  });
});
