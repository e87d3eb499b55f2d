/** The two rules over the samples, in the embedded workspace: exactly what is expected, and red when a rule is changed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeSamples } from '../../../../infra/local/samples';
import { NETWORK_SESSION_TABLE } from '../../../../shared/asim/networkSessionTable';
import { decodeIndicator } from '../../../../shared/threatconnect/indicator';
import { mapIndicator } from '../../../../shared/threatconnect/indicatorRow';
import { INDICATOR_TABLE } from '../../../../shared/threatconnect/indicatorTable';
import { startTestService, type TestService } from '../logAnalytics/service';
import { normalize } from './normalize';

const ROOT = join(__dirname, '../../../..');
const WINDOW_END = new Date('2026-03-02T10:00:00Z');
const { blobs, indicators, indicatorRows, expected } = makeSamples({ seed: 1, windowEnd: WINDOW_END });

const query = (file: string): string => parse(readFileSync(join(ROOT, 'shared/rules', file), 'utf8')).query;
const MATCH = query('threatConnectIpMatch.yaml');
const SWEEP = query('externalPortSweep.yaml');

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    tables: [INDICATOR_TABLE, NETWORK_SESSION_TABLE],
    functionFolders: [join(ROOT, 'shared/asim')],
    settings: { clock: WINDOW_END.toISOString(), keepEventTimes: true },
  });
  const context = {
    host: 'tc.example.com',
    sourceSystem: 'ThreatConnect-Local',
    now: new Date(WINDOW_END.getTime() - 3_600_000),
  };
  const pulled = indicators.flatMap((raw) => {
    const indicator = decodeIndicator(raw);
    const mapped = indicator && mapIndicator(indicator, context);
    return mapped && 'rows' in mapped ? mapped.rows : [];
  });
  const sessions = blobs
    .flatMap(normalize)
    .flatMap((outcome) => (outcome.kind === 'session' ? JSON.parse(outcome.row) : []));
  for (let at = 0; at < pulled.length; at += 500)
    await service.uploadRows(pulled.slice(at, at + 500), INDICATOR_TABLE.stream);
  await service.uploadRows(indicatorRows, INDICATOR_TABLE.stream);
  // Not confirmed for longer than the rule looks back; its address is one that traffic touches.
  const stale = { ...indicatorRows[0], IndicatorId: 'indicator--stale', ExpirationDateTime: '2026-03-12T10:00:00Z' };
  await service.uploadRows([{ ...stale, TimeGenerated: '2026-02-15T10:00:00Z' }], INDICATOR_TABLE.stream);
  for (let at = 0; at < sessions.length; at += 500) {
    await service.uploadRows(sessions.slice(at, at + 500), NETWORK_SESSION_TABLE.stream);
  }
});
afterAll(() => service?.close());

async function matched(kql: string): Promise<string[]> {
  const rows = await service.rows(`${kql.trimEnd()}\n| distinct IoCIP`);
  return rows.map(([address]) => String(address)).sort();
}

async function swept(kql: string): Promise<unknown[]> {
  return [
    ...(await service.rows(`${kql.trimEnd()}\n| project DstPortNumber, SrcIpAddr, TargetCount, TargetsOfSource`)),
  ];
}

/** The query with one part replaced, which must be there. */
function changed(kql: string, part: string, by: string): string {
  expect(kql).toContain(part);
  return kql.replace(part, by);
}

const addresses = expected.threatMatches.map(({ address }) => address).sort();
const sweeps = [...expected.sweeps].sort((a, b) => a.port - b.port);

describe('the rules over the samples', () => {
  it('match every live indicator and no other', async () => {
    expect(await matched(MATCH)).toEqual(addresses);
  });

  it.each([
    [
      '| where Active == true and ExpirationDateTime > now()',
      '| where ExpirationDateTime > now()',
      ['203.0.113.121', '203.0.113.130'],
    ],
    ['| where Active == true and ExpirationDateTime > now()', '| where Active == true', ['203.0.113.110']],
    ['| where SourceSystem startswith "ThreatConnect-"', '', ['203.0.113.140']],
    ['| summarize arg_max(TimeGenerated, *) by IndicatorId', '', ['203.0.113.130']],
    ['let indicatorLookback = 14d', 'let indicatorLookback = 30d', ['203.0.113.110']],
  ])('match more without %s', async (part, by, more) => {
    const found = await matched(changed(MATCH, part, by));
    expect(found.filter((address) => !addresses.includes(address))).toEqual(more);
  });

  it('find the sweeps and no other', async () => {
    expect(await swept(SWEEP)).toEqual(
      sweeps.flatMap(({ port, hosts, sources }) =>
        sources.map((source) => [port, source.address, hosts.length, source.hosts]),
      ),
    );
  });

  it.each([
    ['let threshold = 20', 'let threshold = 19', [23, 3389, 3389, 5900]],
    ['let threshold = 20', 'let threshold = 22', [3389, 3389]],
    [
      '| where NetworkDirection == "Inbound"',
      '| where NetworkDirection in ("Inbound", "Local")',
      [23, 445, 445, 445, 445, 3389, 3389],
    ],
  ])('find others when %s becomes %s', async (part, by, ports) => {
    expect((await swept(changed(SWEEP, part, by))).map((row) => (row as unknown[])[0])).toEqual(
      expect.arrayContaining(ports),
    );
    expect(await swept(changed(SWEEP, part, by))).toHaveLength(ports.length);
  });
});
