/** Blobs as their writers really change them, on real storage with a real ingestion socket. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handleBlobEvent, normalizeBlob } from '../../../shared/flows/normalize';
import { openNormalizer } from '../../../shared/sources';
import { commitBlocks, type Harness, startHarness } from './harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness?.close());
beforeEach(() => {
  harness.service.rows.length = 0;
  harness.service.fault = undefined;
});

const ids = () => harness.service.rows.map((row) => row.id);
const event = (name: string) => handleBlobEvent(harness.created(name), harness.deps);

async function put(name: string, content: string | Buffer): Promise<void> {
  const bytes = Buffer.from(content as string);
  await harness.logs.getBlockBlobClient(name).upload(bytes, bytes.length);
}

describe('an append blob', () => {
  it('is read from the checkpoint; a line cut in two waits for its rest', async () => {
    const name = 'a b/ü=1.log';
    const append = harness.logs.getAppendBlobClient(name);
    await append.create();
    const text = '#log\nsession 1\nskip noData\nwhat is this\nsession 2\nsess';
    await append.appendBlock(text, Buffer.byteLength(text));

    const report = await event(name);
    expect(report.counts).toMatchObject({ records: 4, sessions: 2, skipped: 1, deadLettered: 1, 'blobs.read': 1 });
    expect(report.problems).toEqual([]);
    expect(ids()).toEqual(['1', '2']);

    expect((await event(name)).counts).toMatchObject({ records: 0, 'blobs.unchanged': 1 });

    await append.appendBlock('ion 3\n', 6);
    expect((await event(name)).counts).toMatchObject({ records: 1, sessions: 1 });
    expect(ids()).toEqual(['1', '2', '3']);

    expect(await harness.checkpoint(name)).toMatchObject({
      version: 1,
      complete: true,
      openTail: false,
      offset: Buffer.byteLength(text) + 6,
      counts: { records: 5, sessions: 3, skipped: { noData: 1 }, dead: { noSession: 1 } },
    });
    expect(await harness.deadLetters()).toContainEqual({
      reason: 'noSession',
      blob: 'devstoreaccount1/logs/a b/ü=1.log',
      offset: 27,
      length: 13,
      record: 'what is this',
      encoding: 'utf8',
    });
  });

  it('that was made anew under its name is read whole', async () => {
    const append = harness.logs.getAppendBlobClient('anew.log');
    await append.create();
    await append.appendBlock('#log\nsession 1\n', 15);
    await event('anew.log');
    await append.delete();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await append.create();
    await append.appendBlock('#log\nsession 1\nsession 2\n', 25);
    const report = await event('anew.log');
    expect(report.counts).toMatchObject({ records: 2, sessions: 2, rewritten: 1 });
    expect((await harness.checkpoint('anew.log'))?.counts.records).toBe(2);
  });
});

describe('a flow-log block blob', () => {
  const tuple = (n: number, state: string) =>
    `1772445${String(600 + n)}000,192.0.2.${n},10.0.1.5,${50000 + n},443,6,I,${state},NX,12,3120,10,8400`;
  const record = (...tuples: string[]) =>
    JSON.stringify({
      time: '2026-03-02T10:01:00.1234567Z',
      flowLogVersion: 4,
      flowLogGUID: '00000000-0000-0000-0000-00000000cccc',
      macAddress: '6045BD112233',
      category: 'FlowLogFlowEvent',
      targetResourceID:
        '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet',
      operationName: 'FlowLogFlowEvent',
      flowRecords: {
        flows: [
          {
            aclID: '00000000-0000-0000-0000-000000000000',
            flowGroups: [{ rule: 'UserRule_https', flowTuples: tuples }],
          },
        ],
      },
    });

  it('grows by block list before its tail: each tuple is read once', async () => {
    const name =
      'flowLogResourceID=/SUB_NETWORKWATCHERRG/NETWORKWATCHER_WEST_FL/y=2026/m=03/d=02/h=10/m=00/macAddress=6045BD112233/PT1H.json';
    const blob = harness.logs.getBlockBlobClient(name);
    const deps = { ...harness.deps, openNormalizer };
    const head = { id: 'A', text: '{"records":[' };
    const tail = { id: 'Z', text: ']}' };
    const blocks = [
      { id: 'b1', text: record(tuple(1, 'E'), tuple(2, 'D')) },
      { id: 'b2', text: `,${record(tuple(3, 'E'))}` },
      { id: 'b3', text: `,${record(tuple(4, 'C'), tuple(5, 'E'), 'nonsense')}` },
    ];
    const sources = () => harness.service.rows.map((row) => row.SrcIpAddr);

    await commitBlocks(blob, [head, tail]);
    expect((await handleBlobEvent(harness.created(name), deps)).counts).toMatchObject({ records: 0 });
    await commitBlocks(blob, [head, blocks[0] as never, tail]);
    expect((await handleBlobEvent(harness.created(name), deps)).counts).toMatchObject({ records: 2, sessions: 2 });
    expect(sources()).toEqual(['192.0.2.1', '192.0.2.2']);
    await commitBlocks(blob, [head, blocks[0] as never, blocks[1] as never, tail]);
    expect((await handleBlobEvent(harness.created(name), deps)).counts).toMatchObject({ records: 1, sessions: 1 });
    await commitBlocks(blob, [head, ...blocks, tail]);
    const report = await handleBlobEvent(harness.created(name), deps);
    expect(report.counts).toMatchObject({ records: 3, sessions: 2, deadLettered: 1 });
    expect(report.counts.rewritten).toBeUndefined();
    expect(sources()).toEqual([1, 2, 3, 4, 5].map((n) => `192.0.2.${n}`));
    expect(new Set(harness.service.rows.map((row) => row.EventOriginalUid)).size).toBe(5);
    expect(await harness.checkpoint(name)).toMatchObject({ source: 'azureVnet', counts: { records: 6, sessions: 5 } });
  });

  it('of another time at the same length is noticed and read whole', async () => {
    const name = 'insights-logs-flowlogflowevent/PT1H.json';
    const deps = { ...harness.deps, openNormalizer };
    const text = (n: number) => `{"records":[${record(tuple(n, 'E'))}]}`;
    await put(name, text(11));
    await handleBlobEvent(harness.created(name), deps);
    await put(name, text(12));
    const report = await handleBlobEvent(harness.created(name), deps);
    expect(report.counts).toMatchObject({ records: 1, sessions: 1, rewritten: 1 });
    expect(harness.service.rows.map((row) => row.SrcIpAddr)).toEqual(['192.0.2.11', '192.0.2.12']);
  });
});

describe('a block blob written anew', () => {
  it('shorter: is read whole and its ledger begins again', async () => {
    await put('shrunk.log', '#log\nsession 1\nsession 2\nsession 3\n');
    await event('shrunk.log');
    await put('shrunk.log', '#log\nsession 4\n');
    const report = await event('shrunk.log');
    expect(report.blobs[0]).toMatchObject({ outcome: 'read', rewritten: true, records: 1, sessions: 1 });
    expect(ids()).toEqual(['1', '2', '3', '4']);
    expect((await harness.checkpoint('shrunk.log'))?.counts.records).toBe(1);
  });

  it('longer, with other content before the checkpoint: is read whole', async () => {
    await put('longer.log', '#log\nsession 1\n');
    await event('longer.log');
    await put('longer.log', '#log\nsession 8\nsession 9\n');
    expect((await event('longer.log')).counts).toMatchObject({ records: 2, rewritten: 1 });
    expect(ids()).toEqual(['1', '8', '9']);
  });
});

describe('a gzip blob', () => {
  it('of several members is read to its last line, also without a line end', async () => {
    await put('one.log.gz', Buffer.concat([gzipSync('#log\nsession 1\nses'), gzipSync('sion 2\nsession 3')]));
    expect((await event('one.log.gz')).counts).toMatchObject({ records: 3, sessions: 3 });
    expect(ids()).toEqual(['1', '2', '3']);
  });

  it('that grew by a member goes on behind what was read', async () => {
    const first = gzipSync('#log\nsession 1\n');
    await put('grown.log.gz', first);
    await event('grown.log.gz');
    await put('grown.log.gz', Buffer.concat([first, gzipSync('session 2\n')]));
    expect((await event('grown.log.gz')).counts).toMatchObject({ records: 1, sessions: 1 });
    await put(
      'grown.log.gz',
      gzipSync('#log\nsession 7\nsession 8\nsession 9\n'.repeat(1) + 'skip padding\n'.repeat(50)),
    );
    expect((await event('grown.log.gz')).counts).toMatchObject({ sessions: 3, rewritten: 1 });
    expect(ids()).toEqual(['1', '2', '7', '8', '9']);
  });

  it('that is cut off keeps what could be read and says so once', async () => {
    const whole = gzipSync(
      Buffer.from(`#log\n${Array.from({ length: 2000 }, (_, n) => `session ${n * 7919}\n`).join('')}`),
    );
    await put('cut.log.gz', whole.subarray(0, whole.length - 200));
    const report = await event('cut.log.gz');
    expect(report.counts['blobs.refused']).toBe(1);
    expect(report.problems[0]?.message).toMatch(/cut off/);
    expect(report.counts.sessions).toBe(ids().length);
    expect(ids().length).toBeGreaterThan(1000);
    expect((await event('cut.log.gz')).counts).toMatchObject({ 'blobs.unchanged': 1, records: 0 });

    await put('cut.log.gz', whole);
    expect((await event('cut.log.gz')).problems).toEqual([]);
    expect(new Set(ids()).size).toBe(2000);
    expect((await harness.checkpoint('cut.log.gz'))?.counts.sessions).toBe(2000);
  });
});

describe('content of no known format', () => {
  it('may be the beginning of a known one in an append blob: its first bytes wait for more', async () => {
    const append = harness.logs.getAppendBlobClient('begins.log');
    await append.create();
    await append.appendBlock('#l', 2);
    expect((await event('begins.log')).problems).toEqual([]);
    expect((await event('begins.log')).counts).toMatchObject({ 'blobs.unchanged': 1 });
    await append.appendBlock('og\nsession 1\n', 13);
    expect((await event('begins.log')).counts).toMatchObject({ records: 1, sessions: 1 });
  });

  it('and a gzip bomb are refused before they fill the memory', async () => {
    await put('bomb.log.gz', gzipSync(Buffer.concat([Buffer.from('#log\nskip x'), Buffer.alloc(40_000_000, '0')])));
    const report = await event('bomb.log.gz');
    expect(report.counts['blobs.refused']).toBe(1);
    expect(report.problems[0]?.message).toMatch(/unpacks to more than/);
  });

  it('is refused with the reason, left alone, and taken up again when it changes or is rerun', async () => {
    await put('foreign.log', 'once upon a time');
    const report = await event('foreign.log');
    expect(report.counts).toMatchObject({ 'blobs.refused': 1, records: 0 });
    expect(report.problems).toEqual([
      {
        subject: 'devstoreaccount1/logs/foreign.log',
        message: 'foreign.log: no source knows this content. Pin the source.',
      },
    ]);
    expect(await harness.checkpoint('foreign.log')).toMatchObject({
      refused: expect.stringContaining('no source'),
      offset: 0,
    });
    expect((await event('foreign.log')).counts).toMatchObject({ 'blobs.unchanged': 1 });
    const blob = { account: 'devstoreaccount1', container: 'logs', name: 'foreign.log' };
    expect((await normalizeBlob(blob, harness.deps, { fromStart: true })).counts).toMatchObject({ 'blobs.refused': 1 });

    await put('foreign.log', '#log\nsession 5\n');
    expect((await event('foreign.log')).counts).toMatchObject({ 'blobs.read': 1, sessions: 1 });
    expect((await harness.checkpoint('foreign.log'))?.refused).toBeUndefined();
  });
});

describe('messages', () => {
  it('about nothing of ours are counted and dropped; what cannot be read is a problem', async () => {
    const other = { ...(harness.created('x') as object), data: { url: `${harness.azurite.blobUrl}/elsewhere/x` } };
    const deleted = { ...(harness.created('x') as object), eventType: 'Microsoft.Storage.BlobDeleted' };
    await harness.logs.getAppendBlobClient('empty.log').create();
    const report = await handleBlobEvent(
      [other, deleted, harness.created('gone.log'), harness.created('empty.log'), { foo: 1 }, 'text', null],
      harness.deps,
    );
    expect(report.counts).toMatchObject({
      notWatched: 1,
      otherEvents: 1,
      'blobs.vanished': 1,
      'blobs.unchanged': 1,
      malformedMessages: 3,
    });
    expect(report.problems).toHaveLength(3);
  });
});

describe('several workers', () => {
  it('on one blob: one reads, the others end, each record is stored once', async () => {
    await put('shared.log', `#log\n${Array.from({ length: 500 }, (_, n) => `session ${n}\n`).join('')}`);
    const reports = await Promise.all([1, 2, 3, 4].map(() => event('shared.log')));
    expect(reports.reduce((sum, report) => sum + (report.counts.sessions ?? 0), 0)).toBe(500);
    expect(new Set(ids()).size).toBe(500);
    expect(ids()).toHaveLength(500);
  });

  it('the holder takes up what was added while it was busy, though the message for that just ended', async () => {
    const append = harness.logs.getAppendBlobClient('busy.log');
    await append.create();
    await append.appendBlock('#log\nsession 1\n', 15);
    let other: Promise<{ counts: Readonly<Record<string, number>> }> | undefined;
    harness.service.fault = (request, response) => {
      if (other !== undefined) return false;
      other = append.appendBlock('session 2\n', 10).then(() => event('busy.log'));
      void other.then(() => {
        harness.service.rows.push(...request.rows);
        response.writeHead(204).end();
      });
      return true;
    };
    const report = await event('busy.log');
    expect((await other)?.counts).toMatchObject({ 'blobs.leaseHeld': 1, records: 0 });
    expect(report.counts).toMatchObject({ records: 2, sessions: 2 });
    expect(ids()).toEqual(['1', '2']);
  });

  it('a blob that changes while it is read is gone on with from the last record', async () => {
    const append = harness.logs.getAppendBlobClient('changing.log');
    await append.create();
    const pad = 'x'.repeat(1000);
    const block = (from: number) => Array.from({ length: 3500 }, (_, n) => `session ${from + n}-${pad}\n`).join('');
    await append.appendBlock('#log\n', 5);
    for (let n = 0; n < 4; n++) await append.appendBlock(block(n * 3500), Buffer.byteLength(block(n * 3500)));
    let grown: Promise<unknown> | undefined;
    harness.service.fault = (request, response) => {
      if (grown !== undefined) return false;
      grown = append.appendBlock('session last\n', 13);
      void grown.then(() => {
        harness.service.rows.push(...request.rows);
        response.writeHead(204).end();
      });
      return true;
    };
    const report = await event('changing.log');
    expect(report.counts).toMatchObject({ records: 14_001, sessions: 14_001, 'blobs.continued': 1, 'blobs.read': 1 });
    expect(ids()).toHaveLength(14_001);
    expect(new Set(ids()).size).toBe(14_001);
  });
});
