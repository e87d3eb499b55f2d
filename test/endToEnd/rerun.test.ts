/** Reruns over HTTP: the same windows give the same incidents, whatever was lost or read twice. */
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCOUNT, type TestStack, testStack } from './support';

/** Three windows later: each saw the same beacon, all feed one incident. */
const CLOCK = '2026-03-02T13:15:01.000Z';
const BEACON = '198.51.100.77';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({ clock: CLOCK });
  stack.stack.threatConnect.setIndicators([
    {
      id: 42,
      type: 'Address',
      ip: BEACON,
      summary: BEACON,
      ownerId: 1,
      ownerName: 'Example Org',
      dateAdded: '2026-03-01T00:00:00Z',
      lastModified: '2026-03-01T00:00:00Z',
      rating: 4,
      confidence: 80,
      active: true,
      privateFlag: false,
      webLink: 'https://tc.example.com/#/details/indicators/42',
    },
  ]);
  await stack.run('pullIndicators');
  const lines = ['2026-03-02T10:20:00Z', '2026-03-02T11:20:00Z', '2026-03-02T12:20:00Z'].map((time, n) =>
    awsLine(Date.parse(time) / 1000, 40_000 + n),
  );
  await upload('AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/beacons.log', lines.join(''));
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  await stack.run('detect');
});
afterAll(() => stack?.close());

function awsLine(start: number, port: number): string {
  return `2 111122223333 eni-0123456789abcdef0 10.0.1.5 ${BEACON} ${port} 443 6 10 4200 ${start} ${start + 20} ACCEPT OK\n`;
}

async function upload(name: string, text: string): Promise<void> {
  const container = stack.container('aws-vpc-flow-logs');
  await container.createIfNotExists();
  await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
}

async function queriesSince(moment: number): Promise<number> {
  const { logAnalyticsUrl, logAnalyticsAdminKey } = stack.stack.file;
  const answer = await fetch(`${logAnalyticsUrl}/admin/requests`, { headers: { 'x-admin-key': logAnalyticsAdminKey } });
  const { requests } = (await answer.json()) as { requests: { time: string; path: string; query?: string }[] };
  return requests.slice(moment).filter((r) => r.query?.includes('_Im_NetworkSession')).length;
}

it('three windows feed one incident', async () => {
  const incidents = await stack.found();
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.entities).toEqual([BEACON]);
  const [row] = await stack.query(
    'FlowtrapAlerts_CL | summarize Windows = dcount(WindowEnd), Alerts = dcount(AlertId)',
  );
  expect(row).toEqual({ Windows: 3, Alerts: 3 });
});

it('a dry run tells what would be raised and writes nothing', async () => {
  const before = stack.stack.sentinel.snapshot();
  const alerts = await stack.query('FlowtrapAlerts_CL | count');
  const run = await stack.rerun({
    job: 'detect',
    from: '2026-03-02T10:00:00Z',
    to: '2026-03-02T13:00:00Z',
    dryRun: true,
  });
  expect(run).toMatchObject({ status: 'succeeded', problems: [] });
  expect(run.incidents).toMatchObject([{ title: expect.stringContaining(BEACON), outcome: 'unchanged' }]);
  expect(stack.stack.sentinel.snapshot()).toEqual(before);
  expect(await stack.query('FlowtrapAlerts_CL | count')).toEqual(alerts);
});

it('a rerun of the middle window with all state lost runs the queries and changes nothing', async () => {
  const before = stack.stack.sentinel.snapshot();
  await BlobServiceClient.fromConnectionString(stack.stack.file.storageConnectionString)
    .getContainerClient('flowtrap-state')
    .delete();
  const queries = await queriesSince(0);
  const run = await stack.rerun({ job: 'detect', from: '2026-03-02T11:00:00Z', to: '2026-03-02T12:00:00Z' });
  expect(run).toMatchObject({ status: 'succeeded', problems: [] });
  expect(await queriesSince(0)).toBeGreaterThan(queries);
  expect(stack.stack.sentinel.snapshot()).toEqual(before);
});

it('a normalize rerun doubles the rows and no number in any incident', async () => {
  const before = stack.stack.sentinel.snapshot();
  const run = await stack.rerun({
    job: 'normalize',
    blob: `${ACCOUNT}/aws-vpc-flow-logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/beacons.log`,
  });
  expect(run).toMatchObject({ status: 'succeeded', counts: { sessions: 3 } });
  expect(
    await stack.query('ASimNetworkSessionLogs | summarize Rows = count(), Records = dcount(EventOriginalUid)'),
  ).toEqual([{ Rows: 6, Records: 3 }]);
  await stack.rerun({ job: 'detect', from: '2026-03-02T10:00:00Z', to: '2026-03-02T13:00:00Z' });
  expect(stack.stack.sentinel.snapshot()).toEqual(before);
});

it.each<[string, object, number, RegExp]>([
  ['an unknown job', { job: 'everything' }, 400, /must be one of indicators, normalize, sweep, detect/],
  [
    'a range in the future',
    { job: 'detect', from: '2026-03-02T13:00:00Z', to: '2027-01-01T00:00:00Z' },
    400,
    /lies in the future/,
  ],
])('refuses %s with the reason', async (_name, body, status, message) => {
  const { functionsUrl, functionKey } = stack.stack.file;
  const answer = await fetch(`${functionsUrl}/api/rerun`, {
    method: 'POST',
    headers: { 'x-functions-key': functionKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
  expect(await answer.text()).toMatch(message);
});

it('wants a key, and knows no run that was never asked for', async () => {
  const { functionsUrl, functionKey } = stack.stack.file;
  expect((await fetch(`${functionsUrl}/api/rerun`, { method: 'POST', body: '{}' })).status).toBe(401);
  const answer = await fetch(`${functionsUrl}/api/runs/00000000-0000-4000-8000-000000000000`, {
    headers: { 'x-functions-key': functionKey },
  });
  expect(answer.status).toBe(404);
});

it('health answers 200 when all is well', async () => {
  const { functionsUrl, functionKey } = stack.stack.file;
  const answer = await fetch(`${functionsUrl}/api/health`, { headers: { 'x-functions-key': functionKey } });
  const body = (await answer.json()) as { jobs: { job: string; lastSuccess: string | null }[] };
  expect(body.jobs.map((j) => j.job)).toEqual(['indicators', 'normalize', 'sweep', 'detect']);
});
