/** Blobs that grow while they are read: by block list, by append without an event, with a line cut in two. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { panOsLine, VNET_BLOB, vnetRecord } from './shapes';
import { type TestStack, testStack } from './support';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack();
});
afterAll(() => stack?.close());

const id = (n: number): string => Buffer.from(`block-${String(n).padStart(6, '0')}`).toString('base64');

async function sessions(): Promise<unknown[]> {
  return (
    await stack.query(
      'ASimNetworkSessionLogs | project SrcPortNumber, SrcIpAddr | sort by SrcPortNumber asc | project SrcPortNumber',
    )
  ).map((row) => row.SrcPortNumber);
}

it('a VNet flow log whose block list grows before its tail gives each flow once', async () => {
  const container = stack.container('insights-logs-flowlogflowevent');
  await container.createIfNotExists();
  const blob = container.getBlockBlobClient(VNET_BLOB);
  const flow = (n: number) => ({
    time: `2026-03-02T09:${10 + n}:00Z`,
    source: '10.0.0.4',
    destination: '192.0.2.9',
    sourcePort: 50_000 + n,
    destinationPort: 443,
  });
  const blocks: [number, string][] = [
    [0, '{"records":['],
    [9_999, ']}'],
  ];
  for (const [n, text] of blocks) await blob.stageBlock(id(n), text, Buffer.byteLength(text));
  const committed = [id(0)];
  for (let n = 1; n <= 4; n++) {
    const text = `${n > 1 ? ',' : ''}${vnetRecord([flow(2 * n), flow(2 * n + 1)])}`;
    await blob.stageBlock(id(n), text, Buffer.byteLength(text));
    committed.push(id(n));
    await blob.commitBlockList([...committed, id(9_999)]);
    await stack.stack.eventGrid.scanNow();
    await stack.idle();
    expect(await sessions()).toHaveLength(2 * n);
  }
  expect(await sessions()).toEqual([50_002, 50_003, 50_004, 50_005, 50_006, 50_007, 50_008, 50_009]);
});

it('an append blob that grows without an event is found by the sweep, its cut line waits for the rest', async () => {
  const container = stack.container('cef-logs');
  await container.createIfNotExists();
  const blob = container.getAppendBlobClient('pa-5220/2026-03-02.log');
  const lines = [1, 2, 3].map((n) =>
    panOsLine({ time: `2026-03-02T09:3${n}:00Z`, source: '10.0.0.7', destination: '192.0.2.10', id: n }),
  );
  const [first = '', second = '', third = ''] = lines;
  const cut = second.indexOf('cs5Label');
  const append = (text: string) => blob.appendBlock(text, Buffer.byteLength(text));
  const fromSource = async () =>
    (await stack.query('ASimNetworkSessionLogs | where EventVendor == "Palo Alto" | count'))[0]?.Count;

  await blob.create();
  await append(first + second.slice(0, cut));
  await stack.stack.eventGrid.scanNow();
  await stack.idle();
  expect(await fromSource()).toBe(1);

  await append(second.slice(cut));
  expect(await stack.stack.eventGrid.scanNow()).toBe(0);
  await stack.run('sweepFlows');
  await stack.idle();
  expect(await fromSource()).toBe(2);

  await append(third);
  await stack.run('sweepFlows');
  await stack.idle();
  expect(await fromSource()).toBe(3);
  const [row] = await stack.query(
    'FlowtrapRuns_CL | where Job == "normalize" | summarize Dead = sum(DeadLettered), Records = sum(Records), Sessions = sum(Sessions)',
  );
  expect(row).toEqual({ Dead: 0, Records: 11, Sessions: 11 });
});
