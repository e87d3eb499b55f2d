/** Times as .NET writes DateTimeOffset into JSON: `2026-11-22T21:11:00.0059832+00:00`, trailing zeros cut. */

/** DateTimeOffset's default, which stands for "never". */
export const NEVER = '0001-01-01T00:00:00+00:00';

export function formatTime(time: Date | undefined): string {
  return time === undefined ? NEVER : time.toISOString().replace(/\.?0*Z$/, '+00:00');
}

/** Undefined for "never" and for what is no time. */
export function parseTime(text: unknown): Date | undefined {
  if (typeof text !== 'string' || text.startsWith('0001-')) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
