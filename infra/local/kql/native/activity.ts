/** Plugins over the times at which ids appear: windows, what is new in them, who is active. Sources: their documentation pages. */
import type { NativeFunction, NativeTable } from './native';

/** A time, an id and the dimensions' values; the first is null where there is none. */
type Row = readonly [time: number | null, id: string | null, ...dimensions: (string | null)[]];

export interface ActivitySettings {
  /** Undefined: windows are aligned to `base`, and nothing is left out. */
  readonly start?: number;
  readonly end?: number;
  readonly step: number;
  readonly lookback?: number;
  readonly period?: number;
  readonly activePeriods?: number;
  readonly percent?: number;
  /** Where windows begin that have no start. */
  readonly base: number;
}

/** More rows than any sensible analysis gives. */
const MAX_ROWS = 1_000_000;
/** Each row counts in as many results. */
const MAX_STEPS = 1000;

function plugin(
  compute: (rows: readonly Row[], settings: ActivitySettings) => readonly (readonly unknown[])[],
): NativeFunction {
  return (rowsJson, settingsJson) => {
    const settings = JSON.parse(settingsJson ?? '{}') as ActivitySettings;
    if (!(settings.step > 0)) throw new Error('The step of a plugin must be positive');
    if ((settings.lookback ?? 0) / settings.step > MAX_STEPS || settings.period === 0)
      throw new Error(`A plugin may look back at most ${MAX_STEPS} steps`);
    const rows = JSON.parse(rowsJson ?? '[]') as readonly Row[];
    return JSON.stringify(compute(rows, settings));
  };
}

/** The rows by their dimensions, in order of first appearance. */
function byDimensions(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    if (row[0] === null) continue;
    const key = JSON.stringify(row.slice(2));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function windowOf(time: number, { start, base, step }: ActivitySettings): number {
  const origin = start ?? base;
  return origin + Math.floor((time - origin) / step) * step;
}

function isInside(time: number, { start, end }: ActivitySettings): boolean {
  return (start === undefined || time >= start) && (end === undefined || time <= end);
}

/** The ids and the number of rows of each window, in order of time. */
function windows(
  rows: readonly Row[],
  settings: ActivitySettings,
): [number, { count: number; ids: Set<string | null> }][] {
  const found = new Map<number, { count: number; ids: Set<string | null> }>();
  for (const [time, id] of rows) {
    if (time === null || !isInside(time, settings)) continue;
    const at = windowOf(time, settings);
    const known = found.get(at) ?? { count: 0, ids: new Set() };
    known.count += 1;
    known.ids.add(id);
    found.set(at, known);
  }
  return [...found].sort(([a], [b]) => a - b);
}

function perGroup(
  compute: (
    rows: readonly Row[],
    settings: ActivitySettings,
    dimensions: readonly unknown[],
  ) => readonly (readonly unknown[])[],
): NativeFunction {
  return plugin((rows, settings) => {
    const result: (readonly unknown[])[] = [];
    for (const [key, group] of byDimensions(rows))
      result.push(...compute(group, settings, JSON.parse(key) as unknown[]));
    // By time, then as the groups came.
    return result.sort((a, b) => Number(a[0]) - Number(b[0]));
  });
}

/** Each window compared with all before it. */
const activityCounts = perGroup((rows, settings, dimensions) => {
  const seen = new Set<string | null>();
  return windows(rows, settings).map(([at, { count, ids }]) => {
    const before = seen.size;
    for (const id of ids) seen.add(id);
    return [at, ...dimensions, count, ids.size, seen.size - before, seen.size];
  });
});

/** Each window compared with the one before it. */
const activityMetrics = perGroup((rows, settings, dimensions) => {
  const found = windows(rows, settings);
  const byTime = new Map(found);
  return found.map(([at, { ids }]) => {
    const previous = byTime.get(at - settings.step)?.ids ?? new Set<string | null>();
    const returned = [...ids].filter((id) => previous.has(id)).length;
    const retention = previous.size === 0 ? 'NaN' : returned / previous.size;
    const churn = previous.size === 0 ? 'NaN' : 1 - returned / previous.size;
    return [at, ...dimensions, ids.size, ids.size - returned, retention, churn];
  });
});

/** For each step the rows and ids of the steps that the lookback covers; those before the start count, too. */
const slidingCounts = perGroup((rows, settings, dimensions) => {
  const { start = 0, end = start, step, lookback = step } = settings;
  const steps = new Map<number, { count: number; ids: Set<string | null> }>();
  for (const [time, id] of rows) {
    if (time === null || time > end) continue;
    const first = windowOf(time, settings);
    for (let at = Math.max(first, start); at < first + lookback && at <= end; at += step) {
      const known = steps.get(at) ?? { count: 0, ids: new Set() };
      known.count += 1;
      known.ids.add(id);
      steps.set(at, known);
      if (steps.size > MAX_ROWS) throw new Error('The steps of a plugin are too small for its time range');
    }
  }
  return [...steps].map(([at, { count, ids }]) => [at, ...dimensions, count, ids.size]);
});

/** Ids that, looking back from one of their rows, appear in enough periods. */
const activeUsers = perGroup((rows, settings, dimensions) => {
  const { lookback = settings.step, period = settings.step, activePeriods = 1, base } = settings;
  const times = new Map<string | null, number[]>();
  for (const [time, id] of rows) {
    if (time === null) continue;
    const known = times.get(id);
    if (known === undefined) times.set(id, [time]);
    else known.push(time);
  }
  const active = new Map<number, number>();
  for (const own of times.values()) {
    const sorted = own.sort((a, b) => a - b);
    const periods = new Map<number, number>();
    const counted = new Set<number>();
    let oldest = 0;
    for (const time of sorted) {
      const current = Math.floor((time - base) / period);
      periods.set(current, (periods.get(current) ?? 0) + 1);
      for (; (sorted[oldest] ?? time) <= time - lookback; oldest += 1) {
        const gone = Math.floor(((sorted[oldest] ?? 0) - base) / period);
        const left = (periods.get(gone) ?? 0) - 1;
        if (left > 0) periods.set(gone, left);
        else periods.delete(gone);
      }
      if (periods.size >= activePeriods && isInside(time, settings)) counted.add(windowOf(time, settings));
    }
    for (const at of counted) active.set(at, (active.get(at) ?? 0) + 1);
  }
  return [...active].map(([at, count]) => [at, ...dimensions, count]);
});

/** The smallest value of the last windows that at least so many percent do not exceed; the id's place holds the value. */
const rollingPercentile = perGroup((rows, settings, dimensions) => {
  const { step, lookback = step, percent = 50 } = settings;
  const bins = new Map<number, number[]>();
  for (const [time, value] of rows) {
    if (time === null || value === null) continue;
    const at = windowOf(time, settings);
    const known = bins.get(at);
    if (known === undefined) bins.set(at, [Number(value)]);
    else known.push(Number(value));
  }
  return [...bins.keys()]
    .sort((a, b) => a - b)
    .map((at) => {
      const values: number[] = [];
      for (let bin = at; bin > at - lookback; bin -= step) values.push(...(bins.get(bin) ?? []));
      values.sort((a, b) => a - b);
      return [at, ...dimensions, values[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)]];
    });
});

export const ACTIVITY: NativeTable = {
  activity_counts_metrics: [2, activityCounts],
  activity_metrics: [2, activityMetrics],
  sliding_window_counts: [2, slidingCounts],
  active_users_count: [2, activeUsers],
  rolling_percentile: [2, rollingPercentile],
};
