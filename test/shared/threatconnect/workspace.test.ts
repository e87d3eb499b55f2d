/** The pull against a workspace over HTTP: its rows as they arrive there, and its own queries as KQL. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRowSink } from '../../../shared/azure/ingestion';
import { createLogQuery } from '../../../shared/azure/logQuery';
import { createLoopbackClient } from '../../../shared/azure/loopback';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';
import { type PullDependencies, pullIndicators } from '../../../shared/threatconnect/pullIndicators';
import { RULE, startTestService, type TestService, WORKSPACE } from '../../infra/local/logAnalytics/service';
import { address, later, NOW, type SetUp, setUp } from './setUp';

const credential = { getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const many = Array.from({ length: 60 }, (_, n) => address(1000 + n, `198.18.0.${1 + n}`));

let workspace: TestService;
let setup: SetUp;
let dependencies: PullDependencies;

beforeEach(async () => {
  workspace = await startTestService({ tables: [INDICATOR_TABLE], settings: { clock: NOW } });
  setup = await setUp([address('9007199254918487', '2001:DB8::25', { confidence: 80, rating: 4 }), ...many]);
  const httpClient = createLoopbackClient(workspace.url);
  const { log } = setup.dependencies;
  dependencies = {
    ...setup.dependencies,
    sink: createRowSink({
      endpoint: 'https://local.ingest.monitor.azure.com',
      ruleId: RULE,
      stream: INDICATOR_TABLE.stream,
      credential,
      httpClient,
      log,
    }),
    query: createLogQuery({ workspaceId: WORKSPACE, credential, httpClient }),
  };
});
afterEach(async () => {
  await setup.server.close();
  await workspace.close();
});

async function moveTo(time: string): Promise<void> {
  await later(setup, time);
  await workspace.settings({ clock: time });
}

describe('pullIndicators into a workspace', () => {
  it('arrives with every column, and finds SourceSystem as sent', async () => {
    const report = await pullIndicators(dependencies);
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ rows: 61, refused: 0 });
    expect(report.sourceSystem).toMatchObject({ ok: true, arrived: 'ThreatConnect-example' });
    const rows = await workspace.rows(
      `ThreatIntelligenceIndicator | where NetworkIP == "2001:db8::25"
      | project TimeGenerated == datetime(2026-03-02T10:20:00Z), ExternalIndicatorId, Active, ExpirationDateTime == datetime(2026-03-22), ConfidenceScore, ThreatSeverity, PassiveOnly, tostring(parse_json(AdditionalInformation).owner)`,
    );
    expect(rows).toEqual([[true, '9007199254918487', true, true, 80, 4, false, 'Example Source']]);
  });

  it('revokes what is gone', async () => {
    await pullIndicators(dependencies);
    setup.server.setIndicators(many);
    await moveTo('2026-03-07T10:20:00Z');
    expect((await pullIndicators(dependencies)).walks).toEqual(['full']);
    await moveTo('2026-03-07T10:36:00Z');
    const report = await pullIndicators(dependencies);
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ revoked: 1, confirmed: 0 });
    const active = `ThreatIntelligenceIndicator | summarize arg_max(TimeGenerated, *) by IndicatorId | summarize count() by Active | sort by Active asc`;
    expect(await workspace.rows(active)).toEqual([
      [false, 1],
      [true, 60],
    ]);
  });
});
