/** What breaks, is seen, and loses nothing once it is mended: sink, worker, blob, rule, credentials; and a disabled function. */
import { gzipSync } from 'node:zlib';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BLOB_QUEUE } from '../../infra/local/stack/queues';
import type { Health } from '../../shared/runs/health';
import { addressIndicator, awsLine, vnetRecord } from './shapes';
import { type TestStack, testStack } from './support';

let stack: TestStack;
/** Retries come after a second instead of a minute. */
const QUICK = {
  AzureWebJobsFeatureFlags: '',
  AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:01',
};

const MENDED_RULE = `id: 0f0e0d0c-0b0a-4908-8706-050403020100
name: mended
kind: Scheduled
severity: Low
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: [Discovery]
relevantTechniques: [T1046]
query: ASimNetworkSessionLogs | where DstPortNumber == 1028 | summarize by SrcIpAddr
entityMappings:
  - entityType: IP
    fieldMappings:
      - identifier: Address
        columnName: SrcIpAddr
`;

beforeAll(async () => {
  stack = await testStack({ settings: QUICK });
  await stack.container('aws-vpc-flow-logs').createIfNotExists();
});
afterAll(() => stack?.close());
afterEach(() => admin('DELETE', 'faults'));

async function admin(method: string, path: string, body?: object): Promise<unknown> {
  const { logAnalyticsUrl, logAnalyticsAdminKey } = stack.stack.file;
  const answer = await fetch(`${logAnalyticsUrl}/admin/${path}`, {
    method,
    headers: { 'x-admin-key': logAnalyticsAdminKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json().catch(() => undefined);
}

async function upload(name: string, text: string): Promise<void> {
  await stack
    .container('aws-vpc-flow-logs')
    .getBlockBlobClient(`vpcflowlogs/${name}`)
    .upload(text, Buffer.byteLength(text));
}

const lines = (count: number, port: number, destination = '192.0.2.20'): string =>
  Array.from({ length: count }, (_, n) =>
    awsLine({
      time: '2026-03-02T09:30:00Z',
      source: '10.0.3.1',
      destination,
      destinationPort: port,
      sourcePort: 30_000 + n,
    }),
  ).join('');

async function distinctSessions(port: number): Promise<unknown> {
  return (
    await stack.query(
      `ASimNetworkSessionLogs | where DstPortNumber == ${port} | summarize Records = dcount(EventOriginalUid)`,
    )
  )[0]?.Records;
}

async function health(): Promise<Health> {
  const { functionsUrl, functionKey } = stack.stack.file;
  return (await (
    await fetch(`${functionsUrl}/api/health`, { headers: { 'x-functions-key': functionKey } })
  ).json()) as Health;
}

async function until(what: string, condition: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what} did not come about within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

it('a sink that answers 500 until the message is poison: seen in health, replayed, every session there', {
  timeout: 400_000,
}, async () => {
  // One delivery, in which the upload is tried again for a minute and a half: five would take eight minutes.
  await stack.stack.restartFunctions({ ...QUICK, AzureFunctionsJobHost__extensions__queues__maxDequeueCount: '1' });
  await admin('POST', 'faults', {
    route: 'ingest',
    stream: 'Custom-ASimNetworkSessionLogs',
    status: 500,
    count: 100_000,
  });
  await upload('poison.log', lines(25, 1025));
  await stack.stack.eventGrid.scanNow();
  await until('the poison message', async () => (await stack.stack.queueLengths()).poisoned === 1, 240);
  expect(await distinctSessions(1025)).toBe(0);
  const sick = await health();
  expect(sick.ok).toBe(false);
  expect(JSON.stringify(sick)).toMatch(/flowtrap-blobs-poison/);
  expect(sick.jobs.find((job) => job.job === 'normalize')?.lastError?.message).toMatch(/500/);

  await admin('DELETE', 'faults');
  await stack.stack.restartFunctions(QUICK);
  const queues = QueueServiceClient.fromConnectionString(stack.stack.file.storageConnectionString);
  const poison = queues.getQueueClient(`${BLOB_QUEUE}-poison`);
  for (const message of (await poison.receiveMessages()).receivedMessageItems) {
    await queues.getQueueClient(BLOB_QUEUE).sendMessage(message.messageText);
    await poison.deleteMessage(message.messageId, message.popReceipt);
  }
  await stack.idle();
  expect(await distinctSessions(1025)).toBe(25);
});

it('a worker killed in the middle of a blob: every session is there in the end', { timeout: 180_000 }, async () => {
  await admin('POST', 'faults', { route: 'ingest', stream: 'Custom-ASimNetworkSessionLogs', action: 'hang', count: 1 });
  await upload('killed.log', lines(9000, 1026));
  await stack.stack.eventGrid.scanNow();
  await until('the hanging upload', async () => ((await admin('GET', 'faults')) as { left: number }).left === 0);
  const pid = stack.stack.functions?.workerPid();
  expect(pid).toBeGreaterThan(0);
  process.kill(pid ?? 0, 'SIGKILL');
  await until('the second run', async () => (await distinctSessions(1026)) === 9000, 120);
  await stack.idle();
});

it('an unreadable and an unknown blob are refused with a reason and kept, their neighbours go on', async () => {
  const unknown = stack.container('local-logs').getBlockBlobClient('unknown.bin');
  const nonsense = Buffer.from([1, 2, 3, ...Buffer.from('nonsense\n'.repeat(400))]);
  await unknown.upload(nonsense, nonsense.length);
  const broken = Buffer.from([0x1f, 0x8b, 8, 0, ...Buffer.from('no deflate stream at all')]);
  await stack
    .container('aws-vpc-flow-logs')
    .getBlockBlobClient('vpcflowlogs/broken.log.gz')
    .upload(broken, broken.length);
  await upload('neighbour.log', lines(3, 1027));
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  expect(await distinctSessions(1027)).toBe(3);
  const problems = await stack.query(
    'FlowtrapRuns_CL | where Subject has "unknown.bin" or Subject has "broken.log" | mv-expand P = Problems | project tostring(P.message)',
  );
  expect(problems.length).toBeGreaterThanOrEqual(2);
  expect(await unknown.exists()).toBe(true);

  // Written anew in a form that can be read, they are taken up again.
  await unknown.upload(lines(4, 1031), Buffer.byteLength(lines(4, 1031)));
  const mended = gzipSync(lines(5, 1032));
  await stack
    .container('aws-vpc-flow-logs')
    .getBlockBlobClient('vpcflowlogs/broken.log.gz')
    .upload(mended, mended.length);
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  expect([await distinctSessions(1031), await distinctSessions(1032)]).toEqual([4, 5]);
});

it('a record that cannot be mapped goes to the dead letters with its reason, the rest of the blob goes on', async () => {
  const container = stack.container('insights-logs-flowlogflowevent');
  await container.createIfNotExists();
  const good = vnetRecord([
    {
      time: '2026-03-02T09:40:00Z',
      source: '10.0.0.4',
      destination: '192.0.2.9',
      sourcePort: 50_001,
      destinationPort: 1028,
    },
  ]);
  const text = `{"records":[${good},${good.replace('50001', 'no-port')}]}`;
  await container
    .getBlockBlobClient('flowLogResourceID=/X/y=2026/m=03/d=02/h=09/m=00/macAddress=6045BD112299/PT1H.json')
    .upload(text, Buffer.byteLength(text));
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  expect(await distinctSessions(1028)).toBe(1);
  const letters: string[] = [];
  for await (const blob of stack.container('flowtrap-dead-letters').listBlobsFlat()) {
    const content = await stack.container('flowtrap-dead-letters').getBlobClient(blob.name).downloadToBuffer();
    letters.push(...content.toString('utf8').trim().split('\n'));
  }
  const letter = letters
    .map((line) => JSON.parse(line) as { reason: string; record: string; blob: string })
    .find((l) => l.record.includes('no-port'));
  expect(letter?.reason).toBeTruthy();
  expect(letter?.blob).toContain('macAddress=6045BD112299');
});

it('a malformed rule is named with file and fix, the others run', async () => {
  const rules = stack.container('flowtrap-rules');
  await rules.createIfNotExists();
  const text = 'id: not-a-guid\nname: broken\nkind: Scheduled\nquery: T |\n';
  await rules.getBlockBlobClient('broken.yaml').upload(text, Buffer.byteLength(text));
  await stack.run('detect');
  const job = (await health()).jobs.find((j) => j.job === 'detect');
  expect(job?.problems.map((p) => p.subject).join()).toMatch(/broken\.yaml/);
  expect(job?.lastSuccess).toBeTruthy();

  await rules.getBlockBlobClient('broken.yaml').upload(MENDED_RULE, Buffer.byteLength(MENDED_RULE));
  await stack.run('detect');
  expect((await health()).jobs.find((j) => j.job === 'detect')?.problems).toEqual([]);
  const raised = (await stack.found()).filter((incident) => incident.rule === 'mended');
  expect(raised.map((incident) => incident.entities)).toEqual([['10.0.0.4']]);
});

it('wrong ThreatConnect credentials are told with the fix; with the right ones the indicators come', async () => {
  stack.stack.threatConnect.setIndicators([addressIndicator(77, '198.51.100.99')]);
  await stack.stack.restartFunctions({ ...QUICK, THREATCONNECT_SECRET_KEY: 'a wrong key' });
  await expect(stack.run('pullIndicators')).rejects.toThrow(/401/);
  expect((await health()).jobs.find((j) => j.job === 'indicators')?.lastError?.message).toMatch(
    /THREATCONNECT_SECRET_KEY/,
  );
  expect(JSON.stringify(await health())).not.toContain('a wrong key');
  await stack.stack.restartFunctions(QUICK);
  await stack.run('pullIndicators');
  expect(
    await stack.query(
      'ThreatIntelligenceIndicator | where NetworkIP == "198.51.100.99" | summarize n = dcount(IndicatorId)',
    ),
  ).toEqual([{ n: 1 }]);
});

it('an unreachable service fails the run, and the window is evaluated once it is back', async () => {
  await upload('match.log', lines(2, 1029, '198.51.100.99'));
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  await stack.stack.restartFunctions({ ...QUICK, LOCAL_QUERY_URL: 'http://127.0.0.1:1' });
  await stack.run('detect').catch(() => undefined);
  const sick = (await health()).jobs.find((j) => j.job === 'detect');
  expect(sick?.ok).toBe(false);
  await stack.stack.restartFunctions(QUICK);
  await stack.run('detect');
  expect((await stack.found()).flatMap((i) => i.entities)).toContain('198.51.100.99');
});

it('a function that is disabled by its setting does not run', async () => {
  await stack.stack.restartFunctions({ ...QUICK, 'AzureWebJobs.normalizeFlows.Disabled': 'true' });
  await upload('disabled.log', lines(2, 1030));
  await stack.stack.eventGrid.scanNow();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect((await stack.stack.queueLengths()).open).toBe(1);
  expect(await distinctSessions(1030)).toBe(0);
  await stack.stack.restartFunctions(QUICK);
  await stack.idle();
  expect(await distinctSessions(1030)).toBe(2);
});
