/** How long different hunting queries take to become SQL. */
import { huntingQueries } from './queries';
import { openBenchWorkspace, percentile } from './workspace';

const NOW = new Date('2026-03-02T10:00:00Z');
const WARM_UP = 50;

/** Milliseconds for analysis and translation, once warm. @throws KqlError when one does not compile. */
export async function measureAnalysis(count: number): Promise<{ readonly median: number; readonly p95: number }> {
  const workspace = await openBenchWorkspace('1GB');
  try {
    const compiler = workspace.compiler();
    const times = huntingQueries(count + WARM_UP).map((query) => {
      const started = performance.now();
      compiler.compile(query, { now: NOW });
      return performance.now() - started;
    });
    const warm = times.slice(WARM_UP);
    return { median: percentile(warm, 0.5), p95: percentile(warm, 0.95) };
  } finally {
    workspace.close();
  }
}
