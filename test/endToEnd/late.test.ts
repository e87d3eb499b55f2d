/** Sessions that arrive behind a window that was evaluated already are not missed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressIndicator, awsLine } from './shapes';
import { type TestStack, testStack } from './support';

let stack: TestStack;
afterAll(() => stack?.close());

const BEACON = '198.51.100.78';

async function send(name: string, text: string): Promise<void> {
  const container = stack.container('aws-vpc-flow-logs');
  await container.createIfNotExists();
  await container
    .getBlockBlobClient(`AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/${name}`)
    .upload(text, Buffer.byteLength(text));
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
}

async function at(time: string): Promise<void> {
  await stack.stack.setLogAnalytics({ clock: time });
  await stack.restartAt(time);
}

beforeAll(async () => {
  stack = await testStack({ clock: '2026-03-02T10:15:01Z' });
  stack.stack.threatConnect.setIndicators([addressIndicator(42, BEACON)]);
  await stack.run('pullIndicators');
  await send('on-time.log', awsLine({ time: '2026-03-02T09:10:00Z', source: '10.0.1.5', destination: '192.0.2.1' }));
  await stack.run('detect');
});

it('a session behind an evaluated window is matched by a later run', async () => {
  expect(await stack.found()).toEqual([]);
  await at('2026-03-02T11:30:00Z');
  await send('late.log', awsLine({ time: '2026-03-02T09:20:00Z', source: '10.0.1.6', destination: BEACON }));
  await stack.run('detect');
  expect((await stack.found()).map((i) => i.entities)).toEqual([[BEACON]]);
  const [row] = await stack.query('FlowtrapAlerts_CL | summarize WindowEnd = max(WindowEnd)');
  expect(String(row?.WindowEnd)).toMatch(/^2026-03-02T10:00:00/);
});

it('so is one that the service took long to make queryable, once the window may be evaluated again', async () => {
  await stack.stack.setLogAnalytics({ visibleAfterMs: 20 * 60_000 });
  await send(
    'slow.log',
    awsLine({ time: '2026-03-02T10:40:00Z', source: '10.0.1.7', destination: BEACON, sourcePort: 40_007 }),
  );
  await stack.stack.setLogAnalytics({ visibleAfterMs: 0 });
  await at('2026-03-02T12:31:00Z');
  await stack.run('detect');
  const rows = async () =>
    (
      await stack.query(
        'FlowtrapAlerts_CL | summarize arg_max(Revision, *) by AlertId | summarize Rows = sum(ResultCount)',
      )
    )[0]?.Rows;
  expect(await rows()).toBe(2);
  expect(await stack.found()).toHaveLength(1);
});
