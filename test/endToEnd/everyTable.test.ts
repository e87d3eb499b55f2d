/**
 * Rows of every table through the whole stack: storage, events, the functions, both rules. The match rule fires from each table, the
 * sweep rule from each that can tell of sessions from outside.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_SOURCE_CONTAINER, SOURCE_SAMPLES, sceneOf } from '../../infra/local/samples/everySource';
import type { SceneFile } from '../../infra/local/samples/sources/scene';
import { SOURCES } from '../../shared/sources';
import { JUST_CLOSED, type TestStack, testStack, WINDOW_START } from './support';

/** A table as one source fills it, with ends of its own, so that an alert tells which table it came from. */
interface TableCase {
  readonly source: string;
  readonly table: string;
  readonly bad: string;
  readonly port: number;
  readonly files: readonly SceneFile[];
}

const tablesOf = (source: string): readonly string[] =>
  Object.keys(SOURCES.find(({ id }) => id === source)?.rows?.tables ?? {});

const CASES: readonly TableCase[] = SOURCE_SAMPLES.flatMap(({ source, write }) =>
  tablesOf(source).map((table) => ({ source, table, write })),
)
  .map(({ source, table, write }, number) => {
    const bad = `203.0.113.${number + 1}`;
    const port = 20_000 + number;
    const ends = { bad, sweeper: `198.51.100.${number + 1}`, sweptPort: port };
    const container = `am-${table.toLowerCase().replaceAll('_', '-')}`;
    const files = write(sceneOf({ start: Date.parse(WINDOW_START) }, ends)).filter(
      (file) => file.container === container,
    );
    return { source, table, bad, port, files };
  })
  // A source that reads a table which others share need not tell its sample in it.
  .filter(({ files }) => files.length > 0);

let stack: TestStack;
let matched: Set<string>;
let swept: Set<number>;
beforeAll(async () => {
  stack = await testStack({ clock: JUST_CLOSED });
  await stack.stack.addIndicatorRows(
    CASES.map(({ bad }, number) => ({
      TimeGenerated: WINDOW_START,
      IndicatorId: `indicator--${number}`,
      SourceSystem: 'ThreatConnect-Local',
      Active: true,
      ExpirationDateTime: '2026-03-20T00:00:00Z',
      NetworkIP: bad,
    })),
  );
  const container = stack.container(EVERY_SOURCE_CONTAINER);
  await container.createIfNotExists();
  for (const { source, table, files } of CASES) {
    for (const [index, { name, content }] of files.entries()) {
      const blob = container.getBlockBlobClient(`${table}/${source}/${index}/${name}`);
      await blob.uploadData(Buffer.from(content));
    }
  }
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  await stack.run('detect');
  const alerts = await stack.query(
    'FlowtrapAlerts_CL | summarize arg_max(Revision, *) by AlertId | project Entities = tostring(Entities), Port = toint(CustomDetails.Port[0]), RuleName',
  );
  matched = new Set(CASES.map(({ bad }) => bad).filter((bad) => alerts.some((row) => hasText(row.Entities, bad))));
  swept = new Set(alerts.flatMap(({ Port }) => (typeof Port === 'number' ? [Port] : [])));
});
afterAll(() => stack?.close());

/** Tables from which the sweep rule cannot fire, and why. */
const NO_SWEEP: Readonly<Record<string, string>> = {
  AZFWNatRule: 'what is let in comes to the few addresses that the firewall publishes',
  AZFWThreatIntel: 'alerts about known-bad ends, not every attempt',
  AZFWIdpsSignature: 'alerts for signatures, not every attempt',
  CarbonBlackNotifications_CL: 'alerts of one device each, not every attempt',
};

/** Whether the sample of a table tells of the swept port at all. */
function tellsSweep({ files, port }: TableCase): boolean {
  return files.some(({ content }) => Buffer.from(content).includes(String(port)));
}

/** Whether a JSON text holds this value. */
function hasText(json: unknown, value: string): boolean {
  return typeof json === 'string' && json.includes(`"${value}"`);
}

describe('rows of every table', () => {
  it('become sessions without a dead letter', async () => {
    const rows = await stack.query(
      'FlowtrapRuns_CL | summarize Records = sum(Records), Sessions = sum(Sessions), Dead = sum(DeadLettered)',
    );
    expect(rows[0]).toMatchObject({ Dead: 0 });
    expect(Number(rows[0]?.Sessions)).toBeGreaterThan(CASES.length);
  });

  it.each(CASES.map((one) => [one.table, one.source, one] as const))(
    '%s (%s) lets the match rule fire',
    (_table, _source, { bad }) => {
      expect(matched).toContain(bad);
    },
  );

  it.each(CASES.map((one) => [one.table, one.source, tellsSweep(one), one] as const))(
    '%s (%s) lets the sweep rule fire if it can tell of a sweep (%s)',
    (_table, _source, tells, { port }) => {
      expect(swept.has(port)).toBe(tells);
    },
  );

  it('are all there, and those that cannot tell of a sweep are known', () => {
    const tables = new Set(SOURCES.flatMap(({ id }) => tablesOf(id)));
    const told = new Set(CASES.map(({ table }) => table));
    expect([...tables].filter((table) => !told.has(table))).toEqual([]);
    const able = new Set(CASES.filter(tellsSweep).map(({ table }) => table));
    expect([...tables].filter((table) => !able.has(table)).sort()).toEqual(Object.keys(NO_SWEEP).sort());
  });
});
