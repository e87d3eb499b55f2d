/** A worker process is killed in the middle of a blob; the next one finds every session. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STORAGE_ACCOUNT } from '../../../infra/local/azurite/azurite';
import { startIdentity } from '../../../infra/local/identity/identity';
import { checkpointKey } from '../../../shared/flows/checkpoint';
import { handleBlobEvent } from '../../../shared/flows/normalize';
import { openNormalizer } from '../../../shared/sources';
import { flowLog } from '../../bench/normalize/flowLogContent';
import { type Harness, startHarness } from './harness';

const ROOT = join(__dirname, '../../..');
const FLOWS = 90_000;

let harness: Harness;
let identity: Awaited<ReturnType<typeof startIdentity>>;
beforeAll(async () => {
  expect(existsSync(join(ROOT, 'dist/shared/app.js')), 'run `npm run build` first').toBe(true);
  harness = await startHarness();
  identity = await startIdentity({ port: 0 });
});
afterAll(async () => {
  await identity?.close();
  await harness?.close();
});

it('every flow is in the table, and the ledger counts each once', async () => {
  const name = 'insights-logs-flowlogflowevent/macAddress=6045BD112233/PT1H.json';
  const content = Buffer.from(flowLog(FLOWS, 'vnet'));
  await harness.logs.getBlockBlobClient(name).upload(content, content.length);

  const worker = fork(join(__dirname, 'fixtures/worker.cjs'), [JSON.stringify(harness.created(name))], {
    env: {
      AzureWebJobsStorage: harness.azurite.connectionString,
      FLOW_CONTAINERS: JSON.stringify([{ account: STORAGE_ACCOUNT, container: 'logs' }]),
      INGESTION_ENDPOINT: 'https://test.ingest.monitor.azure.com',
      INGESTION_RULE_ID: 'dcr-00000000000000000000000000000000',
      LOCAL_INGESTION_URL: harness.service.url,
      IDENTITY_ENDPOINT: identity.endpoint,
      IDENTITY_HEADER: identity.header,
    },
    execArgv: [],
  });
  const ended = new Promise<{ signal: string | null }>((resolve) =>
    worker.once('exit', (_code, signal) => resolve({ signal })),
  );
  worker.once('message', (message) => expect.fail(`the worker ended by itself: ${JSON.stringify(message)}`));
  // Killed with calls on the way, after the checkpoint has moved at least once.
  harness.service.fault = () => {
    if (harness.service.requests.length === 30) worker.kill('SIGKILL');
    return false;
  };
  expect(await ended).toEqual({ signal: 'SIGKILL' });
  harness.service.fault = undefined;

  const before = await harness.checkpoint(name);
  expect(before?.complete).toBe(false);
  expect(before?.counts.records).toBeGreaterThan(0);
  expect(new Set(harness.service.rows.map((row) => row.EventOriginalUid)).size).toBeLessThan(FLOWS);

  // A dead holder's lease runs out by itself after half a minute; here it is broken, to save the time.
  const blob = { account: STORAGE_ACCOUNT, container: 'logs', name };
  const lock = BlobServiceClient.fromConnectionString(harness.azurite.connectionString)
    .getContainerClient('flowtrap-state')
    .getBlobClient(`locks/${checkpointKey(blob)}`);
  await lock.getBlobLeaseClient().breakLease(0);

  const report = await handleBlobEvent(harness.created(name), { ...harness.deps, openNormalizer });
  expect(report.counts.records).toBe(FLOWS - (before?.counts.records ?? 0));
  const uids = harness.service.rows.filter((row) => row.EventOriginalUid).map((row) => row.EventOriginalUid);
  expect(new Set(uids).size).toBe(FLOWS);
  expect((await harness.checkpoint(name))?.counts).toMatchObject({ records: FLOWS, sessions: FLOWS });
});
