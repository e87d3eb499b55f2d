/** Makes a compiler for a workspace's schema: analyse, build the plan, print it. */
import { createWorkspace, LanguageError } from '../../../shared/kql/language';
import { type Built, buildQuery } from './build';
import { columnsBySite, DiscoveryNeeded } from './discovery';
import { KqlError } from './errors';
import type { Compiled, CompileOptions, Compiler, WorkspaceSchema } from './index';
import { printRelation } from './sql/print';

/** Synchronous and CPU-bound: run it in a worker thread where answers to others must not wait. */
export function createCompiler(schema: WorkspaceSchema): Compiler {
  const workspace = createWorkspace(schema);
  const tables = new Map(schema.tables.map((table) => [table.name, table.columns]));

  function compile(kql: string, options: CompileOptions): Compiled {
    try {
      const found = options.found ?? [];
      const timespan = {
        from: options.timespan?.from === undefined ? undefined : microseconds(options.timespan.from),
        to: options.timespan?.to === undefined ? undefined : microseconds(options.timespan.to),
      };
      const sites = columnsBySite(found);
      const build = (open: boolean): Built =>
        buildQuery(
          workspace.analyze(kql, { sites, open }).statements(),
          tables,
          microseconds(options.now),
          timespan,
          found,
        );
      const { relation, chart } = found.length === 0 ? build(true) : builtFrom(build);
      return {
        kind: 'query',
        sql: printRelation(relation),
        columns: relation.columns.map(({ name, type }) => ({ name, type })),
        ...(chart === undefined ? {} : { render: chart }),
      };
    } catch (error) {
      if (error instanceof DiscoveryNeeded) return { kind: 'discovery', sql: error.sql, site: error.site };
      throw asKqlError(error);
    }
  }

  return {
    compile,
    warmUp() {
      compile('print 1', { now: new Date(0) });
    },
  };
}

/**
 * A function that makes columns of data may be called with tables that have not been asked yet. So where the parser misses a column,
 * the plan is built as far as another discovery, if there is one, with any name taken for a column.
 * @throws LanguageError when the column is missing at last.
 */
function builtFrom(build: (open: boolean) => Built): Built {
  try {
    return build(false);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    try {
      build(true);
    } catch (next) {
      if (next instanceof DiscoveryNeeded) throw next;
    }
    throw error;
  }
}

function microseconds(date: Date): bigint {
  return BigInt(date.getTime()) * 1000n;
}

function asKqlError(error: unknown): unknown {
  if (error instanceof LanguageError) {
    const [first] = error.diagnostics;
    return new KqlError(
      first?.code === 'limit' ? 'limit' : 'malformed',
      (first?.message ?? error.message).replace(/\.$/, ''),
      {
        kustoCode: first?.code ?? 'KS000',
        line: first?.line ?? 0,
        column: first?.column ?? 0,
        text: first?.text ?? '',
        ...(first?.functionName === undefined ? {} : { functionName: first.functionName }),
      },
    );
  }
  if (error instanceof RangeError) {
    return new KqlError('limit', 'The query is nested too deeply', { line: 0, column: 0, text: '' });
  }
  return error;
}
