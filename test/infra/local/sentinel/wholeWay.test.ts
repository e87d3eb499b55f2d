/** Detection over the services' own protocols: sessions ingested, rules queried, rows uploaded and read back, incidents raised. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sentinel, startSentinel } from '../../../../infra/local/sentinel';
import { NETWORK_SESSION_TABLE } from '../../../../shared/asim/networkSessionTable';
import { createRowSink } from '../../../../shared/azure/ingestion';
import { createLogQuery } from '../../../../shared/azure/logQuery';
import { createLoopbackClient } from '../../../../shared/azure/loopback';
import { createSentinelIncidents } from '../../../../shared/azure/sentinel';
import { ALERT_TABLE } from '../../../../shared/detection/alertTable';
import { type DetectionDependencies, detect, evaluate } from '../../../../shared/detection/detect';
import { clockCalls } from '../../../../shared/kql/clockCalls';
import { RowBatch } from '../../../../shared/rowBatch';
import { loadRules } from '../../../../shared/rules/loadRules';
import type { TableDefinition } from '../../../../shared/tableDefinition';
import { INDICATOR_TABLE } from '../../../../shared/threatconnect/indicatorTable';
import { MemoryLog, MemoryState, SetClock } from '../../../support/memoryPorts';
import { ADMIN_KEY, RULE, startTestService, type TestService, WORKSPACE } from '../logAnalytics/service';

const FOLDER = join(__dirname, '../../../../shared');
const RESOURCE =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/group/providers/Microsoft.OperationalInsights/workspaces/logs';
const BAD = '203.0.113.5';
const audience = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let logs: TestService;
let sentinel: Sentinel;
let deps: DetectionDependencies & { state: MemoryState; clock: SetClock };

beforeAll(async () => {
  logs = await startTestService({
    tables: [NETWORK_SESSION_TABLE, INDICATOR_TABLE, ALERT_TABLE],
    functionFolders: [join(FOLDER, 'asim')],
    settings: { clock: '2026-03-02T10:16:00Z' },
  });
  sentinel = await startSentinel({ port: 0, adminKey: ADMIN_KEY, clock: '2026-03-02T10:16:00Z' });
  const names = ['threatConnectIpMatch.yaml', 'externalPortSweep.yaml'];
  const { rules } = loadRules(names.map((name) => ({ name, text: readFileSync(join(FOLDER, 'rules', name), 'utf8') })));
  deps = {
    rules,
    ruleProblems: [],
    query: createLogQuery({ workspaceId: WORKSPACE, credential: audience, httpClient: createLoopbackClient(logs.url) }),
    alerts: sink(ALERT_TABLE),
    incidents: createSentinelIncidents({ workspace: RESOURCE, credential: audience, baseUrl: sentinel.url }),
    state: new MemoryState(),
    clock: new SetClock('2026-03-02T10:16:00Z'),
    log: new MemoryLog(),
    settings: { delay: 900_000 },
    start: new Date('2026-03-02T07:00:00Z'),
    clockCalls,
  };
});
afterAll(async () => {
  await Promise.all([logs.close(), sentinel.close()]);
});

function sink({ stream }: TableDefinition) {
  return createRowSink({
    endpoint: 'https://logs.ingest.monitor.azure.com',
    ruleId: RULE,
    stream,
    credential: audience,
    httpClient: createLoopbackClient(logs.url),
    log: new MemoryLog(),
  });
}

async function ingest(table: TableDefinition, rows: readonly object[]): Promise<void> {
  const batch = new RowBatch();
  for (const row of rows) batch.add(JSON.stringify(row));
  expect(await sink(table).upload(batch)).toEqual({ accepted: rows.length, refused: [] });
}

let sessions = 0;
function session(time: string, from: string, to: string, port: number, more: object = {}): object {
  const moment = `2026-03-02T${time}Z`;
  return {
    TimeGenerated: moment,
    EventStartTime: moment,
    EventEndTime: moment,
    EventOriginalUid: `s${sessions++}`,
    EventVendor: 'Microsoft',
    EventProduct: 'VNetFlow',
    SrcIpAddr: from,
    DstIpAddr: to,
    DstPortNumber: port,
    NetworkDirection: 'Outbound',
    ...more,
  };
}

async function setClock(time: string): Promise<void> {
  deps.clock.time = time;
  const settings = {
    method: 'POST',
    headers: { 'x-admin-key': ADMIN_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ clock: time }),
  };
  for (const url of [logs.url, sentinel.url]) expect((await fetch(`${url}/admin/settings`, settings)).ok).toBe(true);
}

describe('the whole way', () => {
  it('finds the match and the sweep, each as one incident', async () => {
    await ingest(INDICATOR_TABLE, [
      {
        TimeGenerated: '2026-03-02T06:00:00Z',
        IndicatorId: 'indicator--1',
        SourceSystem: 'ThreatConnect-Test',
        Active: true,
        ExpirationDateTime: '2026-04-01T00:00:00Z',
        ThreatType: 'botnet',
        ConfidenceScore: 70,
        NetworkIP: BAD,
        Description: '<b>control</b> server',
      },
    ]);
    await ingest(NETWORK_SESSION_TABLE, [
      session('08:30:00', '10.0.0.4', BAD, 443),
      session('09:30:00', '10.0.0.4', BAD, 443),
      ...Array.from({ length: 25 }, (_, n) =>
        session('09:40:00', '198.51.100.9', `10.0.3.${n}`, 3389, { NetworkDirection: 'Inbound' }),
      ),
    ]);
    const report = await detect(deps);
    expect(report.problems).toEqual([]);
    const found = sentinel.snapshot().incidents;
    expect(found.map(({ properties }) => [properties.title, properties.severity])).toEqual(
      expect.arrayContaining([
        [`Network session with ${BAD}, an address that ThreatConnect lists`, 'Medium'],
        ['Port 3389 swept from an external network', 'High'],
      ]),
    );
    expect(found).toHaveLength(2);
    const match = found.find(({ properties }) => properties.severity === 'Medium');
    for (const part of [
      BAD,
      '10.0.0.4',
      'botnet',
      'DstPorts: 443',
      'Sessions: 1',
      'indicator--1',
      '2026-03-02 09:00:00 UTC',
    ])
      expect(match?.properties.description).toContain(part);
    expect(match?.properties.description).toContain(
      '| where TimeGenerated >= (datetime(2026-03-02T09:00:00.000Z) - (indicatorLookback))',
    );
    expect(match?.bookmarks).toHaveLength(2);
    const sweep = found.find(({ properties }) => properties.severity === 'High');
    for (const part of ['198.51.100.9', '3389', 'TargetCount: 25', 'Sessions: 25', '10.0.3.0'])
      expect(sweep?.properties.description).toContain(part);
    expect(sweep?.properties.description?.length).toBeLessThanOrEqual(5000);
  });

  it('changes nothing when state is lost and everything is evaluated again', async () => {
    const before = sentinel.snapshot();
    deps.state.documents.clear();
    const report = await evaluate(deps, {
      from: new Date('2026-03-02T07:00:00Z'),
      to: new Date('2026-03-02T10:00:00Z'),
    });
    expect(report.problems).toEqual([]);
    expect(report.incidents.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    expect(sentinel.snapshot()).toEqual(before);
    await detect(deps);
    expect(sentinel.snapshot()).toEqual(before);
  });

  it('finds a session that comes late, in its own window', async () => {
    await setClock('2026-03-02T10:40:00Z');
    await ingest(NETWORK_SESSION_TABLE, [session('08:50:00', BAD, '10.0.0.7', 22)]);
    const report = await detect(deps);
    expect(report.problems).toEqual([]);
    expect(report.counts['windows.late']).toBeGreaterThan(0);
    expect(report.incidents.find(({ windows }) => windows.includes('2026-03-02T09:00:00.000Z'))).toMatchObject({
      outcome: 'updated',
      // Two of the window that it belongs to, and the one of the next, which looks back to it as well.
      rows: 3,
    });
    expect(sentinel.snapshot().incidents).toHaveLength(2);
    await setClock('2026-03-02T10:45:00Z');
    expect((await detect(deps)).counts['windows.late']).toBeUndefined();
  });
});
