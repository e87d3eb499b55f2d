/**
 * Every source's sample, by every road, through normalizing into the embedded workspace: the match rule fires for each file, the
 * sweep rule for each source that can tell of one, and every listed table is among them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SOURCE_SAMPLES, sceneOf } from '../../../../infra/local/samples/everySource';
import { NETWORK_SESSION_TABLE } from '../../../../shared/asim/networkSessionTable';
import { findings } from '../../../../shared/asim/validation';
import { SOURCES } from '../../../../shared/sources';
import { INDICATOR_TABLE } from '../../../../shared/threatconnect/indicatorTable';
import { startTestService, type TestService } from '../logAnalytics/service';
import { normalizeContent } from './normalize';

const ROOT = join(__dirname, '../../../..');
const WINDOW_END = new Date('2026-03-02T10:00:00Z');
const HOUR = { start: WINDOW_END.getTime() - 3_600_000 };

const query = (file: string): string => parse(readFileSync(join(ROOT, 'shared/rules', file), 'utf8')).query;

/** One file of a source with ends of its own, so that what fires tells which file it was. */
const files = SOURCE_SAMPLES.flatMap((sample) =>
  sample.write(sceneOf(HOUR)).map((file, index) => ({ sample, container: file.container, index })),
).map((one, number) => {
  const ends = { bad: `203.0.113.${number + 1}`, sweeper: `198.51.100.${number + 1}`, sweptPort: 20_000 + number };
  const file = one.sample.write(sceneOf(HOUR, ends))[one.index];
  if (file === undefined) throw new Error(`${one.sample.source} writes fewer files the second time.`);
  return { ...one, ...ends, file, outcomes: normalizeContent(file) };
});

let service: TestService;
let matched: Set<string>;
let swept: Set<number>;
beforeAll(async () => {
  service = await startTestService({
    tables: [INDICATOR_TABLE, NETWORK_SESSION_TABLE],
    functionFolders: [join(ROOT, 'shared/asim')],
    settings: { clock: WINDOW_END.toISOString(), keepEventTimes: true },
  });
  const indicators = files.map(({ bad }, number) => ({
    TimeGenerated: '2026-03-02T08:00:00Z',
    IndicatorId: `indicator--${number}`,
    SourceSystem: 'ThreatConnect-Local',
    Active: true,
    ExpirationDateTime: '2026-03-20T00:00:00Z',
    NetworkIP: bad,
  }));
  await service.uploadRows(indicators, INDICATOR_TABLE.stream);
  const sessions = files.flatMap(({ outcomes }) =>
    outcomes.flatMap((outcome) => (outcome.kind === 'session' ? [JSON.parse(outcome.row) as object] : [])),
  );
  for (let at = 0; at < sessions.length; at += 500) {
    await service.uploadRows(sessions.slice(at, at + 500), NETWORK_SESSION_TABLE.stream);
  }
  const match = query('threatConnectIpMatch.yaml').trimEnd();
  matched = new Set((await service.rows(`${match}\n| distinct IoCIP`)).map(([ip]) => String(ip)));
  const sweep = query('externalPortSweep.yaml').trimEnd();
  swept = new Set((await service.rows(`${sweep}\n| distinct DstPortNumber`)).map(([port]) => Number(port)));
});
afterAll(() => service?.close());

describe('every source', () => {
  it('is listed once', () => {
    const sampled = SOURCE_SAMPLES.map(({ source }) => source);
    expect(sampled).toEqual([...new Set(sampled)]);
    expect(sampled.filter((id) => !SOURCES.some((source) => source.id === id))).toEqual([]);
  });

  it('has a sample, and every table has one of its own', () => {
    const sampled = new Set(SOURCE_SAMPLES.map(({ source }) => source));
    // Their samples are the traffic of the big scenes: samples.test.ts.
    const elsewhere = ['azureVnet', 'azureNsg', 'awsVpc'];
    expect(SOURCES.map(({ id }) => id).filter((id) => !sampled.has(id) && !elsewhere.includes(id))).toEqual([]);
    const containers = new Set(files.map(({ container }) => container.replaceAll(/[^a-z0-9]/g, '')));
    const tables = [...new Set(SOURCES.flatMap(({ rows }) => Object.keys(rows?.tables ?? {})))];
    expect(tables.filter((table) => !containers.has(`am${table.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`))).toEqual(
      [],
    );
  });

  describe.each(
    files.map((one) => [`${one.sample.source} (${one.container}/${one.file.name.slice(-60)})`, one] as const),
  )('%s', (_, { sample, outcomes, bad }) => {
    it('is understood whole, by its own source', () => {
      expect(outcomes.filter(({ kind }) => kind === 'dead')).toEqual([]);
      const sessions = outcomes.flatMap((outcome) => (outcome.kind === 'session' ? [JSON.parse(outcome.row)] : []));
      for (const session of sessions) expect(findings(session), JSON.stringify(session)).toEqual([]);
      const { asim } = SOURCES.find(({ id }) => id === sample.source) ?? {};
      expect(new Set(sessions.map(({ EventVendor }) => EventVendor))).toEqual(new Set([asim?.vendor]));
    });

    it('makes the match rule fire', () => {
      expect(matched).toContain(bad);
    });
  });

  it.each(
    SOURCES.filter(({ id }) => SOURCE_SAMPLES.some(({ source }) => source === id)).map(
      (one) => [one.id, one.sweep] as const,
    ),
  )('%s makes the sweep rule fire if it can (%s)', (id, sweep) => {
    const ports = files.filter(({ sample }) => sample.source === id).map(({ sweptPort }) => sweptPort);
    expect(ports.some((port) => swept.has(port))).toBe(sweep === true);
  });
});
