/** A query whose columns depend on data: compiled, run and compiled again until the columns are known. */
import type { CompiledQuery, Discovery, Found } from '../../kql';
import type { Compilation } from './compilation';
import type { Timespan } from './kqlWorker';

/**
 * @param discover runs a stage's statement, under the limits of the query itself.
 * @returns the last stage, which gives the result. The compiler bounds the number of stages.
 * @throws QueryError
 */
export async function compileInStages(
  compilation: Pick<Compilation, 'compile'>,
  asked: { readonly kql: string; readonly now: Date; readonly timespan: Timespan },
  discover: (discovery: Discovery) => Promise<Found>,
): Promise<CompiledQuery> {
  const found: Found[] = [];
  for (;;) {
    const compiled = await compilation.compile(asked.kql, asked.now, asked.timespan, found);
    if (compiled.kind === 'query') return compiled;
    found.push(await discover(compiled));
  }
}
