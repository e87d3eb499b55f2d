/** What is compiled in one stage. */
import type { Compiled, CompiledQuery } from '../../../../infra/local/kql';

/** The compiled query; fails where data must be asked first. */
export function queryOf(compiled: Compiled): CompiledQuery {
  if (compiled.kind !== 'query') throw new Error(`not compiled yet: ${compiled.sql}`);
  return compiled;
}
