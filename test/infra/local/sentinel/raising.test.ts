import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Sentinel, startSentinel } from '../../../../infra/local/sentinel';
import { createSentinelIncidents } from '../../../../shared/azure/sentinel';
import { World } from '../../../shared/detection/world';

const WORKSPACE =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/group/providers/Microsoft.OperationalInsights/workspaces/logs';
const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
let sentinel: Sentinel;

beforeAll(async () => {
  sentinel = await startSentinel({ port: 0, adminKey: 'key' });
});
afterAll(() => sentinel.close());

it('raises what a window holds as one incident with its evidence, over HTTP, and once only', async () => {
  const incidents = createSentinelIncidents({ workspace: WORKSPACE, credential, baseUrl: sentinel.url });
  const world = new World();
  world.events.push(
    { time: '2026-03-02T09:10:00Z', address: '203.0.113.5', host: 'web-1' },
    { time: '2026-03-02T09:20:00Z', address: '203.0.113.5', host: 'web-2' },
    { time: '2026-03-02T10:20:00Z', address: '203.0.113.5', host: 'web-1' },
  );
  const report = await world.detect({ incidents });
  expect(report.problems).toEqual([]);
  expect(report.incidents).toMatchObject([{ title: 'Bad address 203.0.113.5', rows: 2, outcome: 'created' }]);

  const before = sentinel.snapshot();
  expect(before.incidents).toHaveLength(1);
  const [incident] = before.incidents;
  expect(incident?.id).toBe(report.incidents[0]?.incidentId);
  expect(incident?.properties).toMatchObject({
    title: 'Bad address 203.0.113.5',
    severity: 'Medium',
    status: 'New',
    firstActivityTimeUtc: '2026-03-02T09:10:00.000Z',
    lastActivityTimeUtc: '2026-03-02T10:20:00.000Z',
    incidentNumber: 1,
  });
  const description = String(incident?.properties.description);
  for (const part of ['203.0.113.5', 'web-1, web-2', 'Count: 2', '2026-03-02 09:00:00 UTC to 2026-03-02 10:00:00 UTC'])
    expect(description).toContain(part);
  expect(description).toContain('Events | where TimeGenerated > (datetime(2026-03-02T10:00:00.000Z) - (1h))');
  expect(incident?.bookmarks).toHaveLength(2);
  expect(incident?.comments).toHaveLength(1);

  await world.evaluate('06:00:00', '12:00:00');
  world.state.documents.clear();
  const again = await world.detect({ incidents });
  expect(again.incidents).toMatchObject([{ outcome: 'unchanged' }]);
  expect(sentinel.snapshot()).toEqual(before);
});
