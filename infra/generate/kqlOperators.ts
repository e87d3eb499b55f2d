/**
 * The operators and statements of KQL, each with a query that shows it: whether the engine knows it is found out by compiling that. Where
 * it knows less than the service, the note says so.
 */

export interface OperatorExample {
  readonly name: string;
  readonly example: string;
  readonly note?: string;
}

/** Small tables for the examples. */
const T = 'datatable(a:string, n:long, t:datetime, d:dynamic)["x", 1, datetime(2026-01-01), dynamic({"k": [1]})]';

export const STATEMENTS: readonly OperatorExample[] = [
  {
    name: 'let',
    example: 'let x = 1; let f = (y:long) { y + x }; print f(2)',
    note: 'values, tables, functions, `view`',
  },
  { name: 'set', example: 'set truncationmaxsize = 1; print 1', note: 'read and ignored' },
  {
    name: 'declare query_parameters',
    example: 'declare query_parameters(x:long = 1); print x',
    note: 'each has its default value',
  },
  {
    name: 'alias',
    example: 'alias database other = cluster("c").database("d"); print 1',
    note: 'there is one workspace',
  },
  {
    name: 'restrict access',
    example: 'let x = datatable(a:long)[1]; restrict access to (x); x',
    note: 'not in Log Analytics either',
  },
  { name: 'declare pattern', example: 'declare pattern p = (x:string) { ("a") = { print 1 }; }; print 1' },
];

export const OPERATORS: readonly OperatorExample[] = [
  { name: 'as', example: `${T} | as x | union x` },
  { name: 'assert-schema', example: `${T} | assert-schema (a:string, n:long, t:datetime, d:dynamic)` },
  { name: 'consume', example: `${T} | consume` },
  { name: 'count', example: `${T} | count` },
  { name: 'datatable', example: T },
  { name: 'distinct', example: `${T} | distinct a` },
  { name: 'evaluate', example: `${T} | evaluate narrow()`, note: 'the plugins listed below' },
  { name: 'extend', example: `${T} | extend b = n + 1` },
  {
    name: 'externaldata',
    example: 'externaldata(a:string)[h"https://www.example.com/a.csv"]',
    note: 'nothing is fetched from elsewhere; `flowtrap ingest` or a watchlist brings the data in',
  },
  { name: 'facet', example: `${T} | facet by a` },
  { name: 'find', example: `let x = ${T}; find in (x) where a == "x"` },
  { name: 'fork', example: `${T} | fork (count) (take 1)` },
  { name: 'getschema', example: `${T} | getschema` },
  { name: 'invoke', example: `let f = (x:(*)) { x | count }; ${T} | invoke f()` },
  { name: 'join', example: `${T} | join kind=inner (${T}) on a`, note: 'every kind; hints are ignored' },
  { name: 'lookup', example: `${T} | lookup (${T}) on a` },
  { name: 'make-graph', example: `${T} | make-graph a --> a` },
  {
    name: 'make-series',
    example: `${T} | make-series count() on t from datetime(2026-01-01) to datetime(2026-01-02) step 1h`,
  },
  { name: 'mv-apply', example: `${T} | mv-apply k = d.k on (where k == 1)` },
  { name: 'mv-expand', example: `${T} | mv-expand d.k to typeof(long)` },
  { name: 'parse', example: `${T} | parse a with * "=" b`, note: 'simple, relaxed, regex' },
  { name: 'parse-kv', example: `${T} | parse-kv a as (b:string) with (pair_delimiter=";", kv_delimiter="=")` },
  { name: 'parse-where', example: `${T} | parse-where a with * "=" b` },
  { name: 'partition', example: `${T} | partition by a (top 1 by n)` },
  { name: 'print', example: 'print 1' },
  { name: 'project', example: `${T} | project a` },
  { name: 'project-away', example: `${T} | project-away a*`, note: 'a pattern that no column matches is no error' },
  { name: 'project-by-names', example: `${T} | project-by-names dynamic(["a"])` },
  { name: 'project-keep', example: `${T} | project-keep a*` },
  { name: 'project-rename', example: `${T} | project-rename b = a` },
  { name: 'project-reorder', example: `${T} | project-reorder n, *` },
  { name: 'range', example: 'range x from 1 to 3 step 1' },
  { name: 'reduce', example: `${T} | reduce by a` },
  {
    name: 'render',
    example: `${T} | render timechart`,
    note: 'the rows as they are; the chart is named in the answer',
  },
  { name: 'sample', example: `${T} | sample 1`, note: 'the first rows, no random ones' },
  { name: 'sample-distinct', example: `${T} | sample-distinct 1 of a` },
  {
    name: 'scan',
    example: `${T} | sort by t asc | scan declare (x:long = 0) with (step s: true => x = s.x + n;)`,
  },
  {
    name: 'search',
    example: `let x = ${T}; search in (x) "x"`,
    note: 'without `in`: over the tables that have rows and those that it names',
  },
  { name: 'serialize', example: `${T} | serialize r = row_number()` },
  { name: 'sort, order', example: `${T} | sort by n desc nulls last` },
  { name: 'summarize', example: `${T} | summarize count() by bin(t, 1h)` },
  { name: 'take, limit', example: `${T} | take 1` },
  { name: 'top', example: `${T} | top 1 by n` },
  { name: 'top-hitters', example: `${T} | top-hitters 1 of a` },
  { name: 'top-nested', example: `${T} | top-nested 1 of a by count()` },
  {
    name: 'union',
    example: `union isfuzzy=true (${T}), (print 1)`,
    note: 'with `isfuzzy` arms are left out whose table or function is not there; `union *`: as for `search`',
  },
  { name: 'where, filter', example: `${T} | where a == "x"` },
];
