/** What a differential test of a source needs: the table, and what makes made-up rows of it rows of that source. */

export const START = Date.parse('2026-03-02T09:00:00Z');

export interface Case {
  readonly source: string;
  readonly table: string;
  /** What makes made-up row number `n` one of this source; other columns stay made up. */
  readonly change: (n: number) => Readonly<Record<string, unknown>>;
}

/** The next of a pool every `step` rows. */
export function pick<T>(n: number, step: number, ...pool: readonly T[]): T {
  return pool[Math.floor(n / step) % pool.length] as T;
}

/** A time for row number `n`, in ISO 8601: later for each. */
export function timeOf(n: number, milliseconds = 0): string {
  return new Date(START + n * 1000 + milliseconds).toISOString();
}
