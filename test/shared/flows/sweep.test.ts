/** What the sweep queues and what it leaves alone; reruns of a window. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import type { BlobMessage } from '../../../shared/flows/blobEvents';
import { checkpointKey } from '../../../shared/flows/checkpoint';
import {
  type FlowDependencies,
  handleBlobEvent,
  normalizeBlob,
  normalizeWindow,
  sweep,
} from '../../../shared/flows/normalize';
import { parseNetworks } from '../../../shared/networks';
import { MemoryLog, MemoryQueue, MemorySink, MemoryState, SetClock } from '../../support/memoryPorts';
import { type Harness, startHarness } from './harness';
import { openLineNormalizer } from './lineNormalizer';
import { MemoryBlobs } from './memoryBlobs';

const ACCOUNT = 'account1';

let blobs: MemoryBlobs;
let state: MemoryState;
let queue: MemoryQueue<BlobMessage>;
let sink: MemorySink;
let clock: SetClock;
let deps: FlowDependencies;

beforeEach(() => {
  blobs = new MemoryBlobs();
  state = new MemoryState();
  queue = new MemoryQueue();
  sink = new MemorySink();
  clock = new SetClock('2026-03-02T12:00:00Z');
  deps = {
    settings: {
      containers: [{ account: ACCOUNT, container: 'logs', prefix: '', source: undefined }],
      start: new Date('2026-03-01T00:00:00Z'),
      internalNetworks: parseNetworks([]),
    },
    blobs,
    state,
    sink,
    deadLetters: { write: async () => undefined },
    queue,
    clock,
    log: new MemoryLog(),
    openNormalizer: openLineNormalizer,
  };
});

function put(name: string, text: string, time = '2026-03-02T10:00:00Z', kind: 'block' | 'append' = 'block'): void {
  blobs.time = new Date(time);
  blobs.write(name, Buffer.from(text), kind);
}

const taken = () => queue.sent.splice(0).map((message) => message.name);
const drain = async (): Promise<void> => {
  for (const message of queue.sent.splice(0)) await handleBlobEvent(message, deps);
};

describe('sweep', () => {
  it('queues what is new or has changed, and nothing twice', async () => {
    put('a.log', '#log\nsession 1\n');
    put('b.log', '#log\nsession 2\n');
    put('empty.log', '');
    expect((await sweep(deps)).counts).toMatchObject({ listed: 3, queued: 2 });
    expect(queue.sent).toEqual([
      { kind: 'blob', account: ACCOUNT, container: 'logs', name: 'a.log' },
      { kind: 'blob', account: ACCOUNT, container: 'logs', name: 'b.log' },
    ]);
    // Still in the queue: not queued again until half an hour has passed without its being read.
    expect((await sweep(deps)).counts).toMatchObject({ alreadyQueued: 2 });
    expect(queue.sent).toHaveLength(2);
    clock.time = '2026-03-02T12:31:00Z';
    await sweep(deps);
    expect(queue.sent).toHaveLength(4);

    await drain();
    clock.time = '2026-03-02T13:31:00Z';
    expect((await sweep(deps)).counts.queued).toBeUndefined();
    blobs.time = new Date('2026-03-02T13:30:00Z');
    blobs.append('b.log', Buffer.from('session 3\n'));
    await sweep(deps);
    expect(taken()).toEqual(['b.log']);
    expect(sink.rows.map((row) => row.id)).toEqual(['1', '2']);
  });

  it('leaves alone what was last modified before FLOW_START or more than seven days ago', async () => {
    put('before.log', '#log\n', '2026-02-28T23:59:59Z');
    put('after.log', '#log\n', '2026-03-01T00:00:00Z');
    await sweep(deps);
    expect(taken()).toEqual(['after.log']);
    clock.time = '2026-03-08T00:00:01Z';
    put('new.log', '#log\n', '2026-03-05T00:00:00Z');
    await sweep(deps);
    expect(taken()).toEqual(['new.log']);
  });

  it('without FLOW_START begins 24 hours before its first run, and remembers that', async () => {
    deps = { ...deps, settings: { ...deps.settings, start: undefined } };
    put('old.log', '#log\n', '2026-03-01T11:59:59Z');
    put('young.log', '#log\n', '2026-03-01T12:00:00Z');
    await sweep(deps);
    expect(taken()).toEqual(['young.log']);
    clock.time = '2026-03-03T12:00:00Z';
    await sweep(deps);
    expect(taken()).toEqual(['young.log']);
    expect((await state.get('flows/start'))?.value).toEqual({ start: '2026-03-01T12:00:00.000Z' });
  });

  it('reads a last line without an end once the blob has stood still for an hour', async () => {
    put('tail.log', '#log\nsession 1\nsession 2', '2026-03-02T11:30:00Z');
    await sweep(deps);
    await drain();
    expect(sink.rows.map((row) => row.id)).toEqual(['1']);
    await sweep(deps);
    expect(taken()).toEqual([]);
    clock.time = '2026-03-02T12:30:00Z';
    await sweep(deps);
    expect(queue.sent).toHaveLength(1);
    await drain();
    expect(sink.rows.map((row) => row.id)).toEqual(['1', '2']);
    clock.time = '2026-03-02T13:30:00Z';
    await sweep(deps);
    expect(taken()).toEqual([]);
  });

  it('is bounded in one run, and the next goes on behind it', async () => {
    for (let n = 0; n < 1100; n++) put(`n${String(n).padStart(4, '0')}.log`, '#log\n');
    expect((await sweep(deps)).counts).toMatchObject({ queued: 500, more: 1 });
    expect(taken().at(-1)).toBe('n0499.log');
    await sweep(deps);
    expect(taken()[0]).toBe('n0500.log');
    expect((await sweep(deps)).counts.queued).toBe(100);
    expect(taken().at(-1)).toBe('n1099.log');
  });

  it('finds a blob whose name is too long for a key, and leaves it alone once read', async () => {
    const name = `${'deep/'.repeat(200)}x.log`;
    put(name, '#log\nsession 1\n');
    await sweep(deps);
    await drain();
    clock.time = '2026-03-02T13:00:00Z';
    expect((await sweep(deps)).counts.queued).toBeUndefined();
    expect(sink.rows).toHaveLength(1);
  });

  it('goes on with the other containers when one cannot be listed', async () => {
    const containers = ['gone', 'logs'].map((container) => ({
      account: ACCOUNT,
      container,
      prefix: '',
      source: undefined,
    }));
    const list: MemoryBlobs['list'] = (of) => {
      if ((of as { container?: string }).container === 'logs') return blobs.list(of);
      throw new FlowtrapError('configuration', 'does not exist.', { subject: `${ACCOUNT}/gone` });
    };
    put('a.log', '#log\n');
    const report = await sweep({
      ...deps,
      settings: { ...deps.settings, containers },
      blobs: { list, properties: (blob) => blobs.properties(blob), read: (blob, range) => blobs.read(blob, range) },
    });
    expect(report.problems).toEqual([{ subject: 'account1/gone', message: 'account1/gone: does not exist.' }]);
    expect(taken()).toEqual(['a.log']);
  });

  it('dry: counts, and writes nothing', async () => {
    put('a.log', '#log\n');
    expect((await sweep(deps, { dryRun: true })).counts.queued).toBe(1);
    expect(queue.sent).toEqual([]);
    expect(state.documents.size).toBe(0);
  });
});

describe('a rerun', () => {
  it('of one blob reads it whole again and replaces its ledger', async () => {
    const blob = { account: ACCOUNT, container: 'logs', name: 'a.log' };
    put('a.log', '#log\nsession 1\nskip noData\n');
    await normalizeBlob(blob, deps);
    const report = await normalizeBlob(blob, deps, { fromStart: true });
    expect(report.counts).toMatchObject({ records: 2, sessions: 1, skipped: 1 });
    expect(sink.rows).toHaveLength(2);
    expect((await state.get<{ counts: unknown }>(checkpointKey(blob)))?.value.counts).toMatchObject({ records: 2 });
  });

  it('dry: works everything out and writes nothing', async () => {
    const blob = { account: ACCOUNT, container: 'logs', name: 'a.log' };
    put('a.log', '#log\nsession 1\nwhat\n');
    const report = await normalizeBlob(blob, deps, { fromStart: true, dryRun: true });
    expect(report.counts).toMatchObject({ records: 2, sessions: 1, deadLettered: 1 });
    expect(sink.rows).toEqual([]);
    expect(state.documents.size).toBe(0);
  });

  it('of a busy blob is queued to be tried again', async () => {
    const blob = { account: ACCOUNT, container: 'logs', name: 'a.log' };
    put('a.log', '#log\nsession 1\n');
    const lease = await state.lease(checkpointKey(blob));
    expect((await normalizeBlob(blob, deps, { fromStart: true })).counts).toMatchObject({ 'blobs.leaseHeld': 1 });
    await lease?.release();
    expect(queue.sent).toEqual([{ kind: 'blob', ...blob, fromStart: true }]);
    await handleBlobEvent(queue.sent[0], deps);
    await handleBlobEvent(queue.sent[0], deps);
    expect(sink.rows).toHaveLength(2);
  });

  it('of what is not there, or not watched, says so', async () => {
    const blob = { account: ACCOUNT, container: 'logs', name: 'gone.log' };
    expect((await normalizeBlob(blob, deps)).problems[0]?.message).toMatch(/no such blob/);
    const elsewhere = { ...blob, container: 'elsewhere' };
    expect((await normalizeBlob(elsewhere, deps)).problems[0]?.message).toMatch(/FLOW_CONTAINERS/);
  });

  it('of an old blob or window is refused unless allowLate is given', async () => {
    const blob = { account: ACCOUNT, container: 'logs', name: 'old.log' };
    put('old.log', '#log\nsession 1 2026-02-27T10:00:00Z\n', '2026-02-28T11:00:00Z');
    await expect(normalizeBlob(blob, deps, { fromStart: true })).rejects.toMatchObject({ code: 'limit' });
    const range = { from: new Date('2026-02-28T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') };
    await expect(normalizeWindow(range, deps)).rejects.toThrow(/allowLate/);
    expect(sink.rows).toEqual([]);
    const report = await normalizeWindow(range, deps, { allowLate: true });
    expect(report.counts).toMatchObject({ sessions: 1, tooLate: 1, allowLate: 1 });
  });

  it('of a window reads the blobs last modified in it, in slices that miss none', async () => {
    put('a.log', '#log\nsession 1\n', '2026-03-02T09:59:59Z');
    put('b.log', '#log\nsession 2\n', '2026-03-02T10:00:00Z');
    put('c.log', 'no log at all\n'.repeat(1000), '2026-03-02T10:10:00Z');
    put('d.log', '#log\nsession 4\n', '2026-03-02T10:59:59Z');
    put('e.log', '#log\nsession 5\n', '2026-03-02T11:00:00Z');
    const range = { from: new Date('2026-03-02T10:00:00Z'), to: new Date('2026-03-02T11:00:00Z') };
    const slices: number[] = [];
    let cursor: string | undefined;
    do {
      const report = await normalizeWindow(
        { ...range, ...(cursor === undefined ? {} : { cursor }) },
        { ...deps, deadline: new Date(0) },
      );
      slices.push(report.counts.blobs ?? 0);
      cursor = report.cursor;
      if (report.problems.length > 0) expect(report.problems[0]?.subject).toBe('account1/logs/c.log');
    } while (cursor !== undefined && slices.length < 10);
    expect(slices).toEqual([1, 1, 1, 0]);
    expect(sink.rows.map((row) => row.id)).toEqual(['2', '4']);
    expect((await normalizeWindow(range, deps)).cursor).toBeUndefined();
    await expect(normalizeWindow({ ...range, cursor: 'nonsense' }, deps)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('of a window misses none where listings are folder by folder, nor where the last one is gone', async () => {
    // 'fw1-b/…' sorts before 'fw1/…' by name, but a hierarchical namespace lists the folder fw1 first.
    const folders = (name: string) => name.replaceAll('/', '\u0000');
    blobs.order = (a, b) => (folders(a) < folders(b) ? -1 : 1);
    for (const [index, name] of ['fw1/a.log', 'fw1/b.log', 'fw1-b/c.log', 'fw2/d.log'].entries())
      put(name, `#log\nsession ${index + 1}\n`);
    const range = { from: new Date('2026-03-02T10:00:00Z'), to: new Date('2026-03-02T11:00:00Z') };
    const slice = (cursor?: string) =>
      normalizeWindow({ ...range, ...(cursor === undefined ? {} : { cursor }) }, { ...deps, deadline: new Date(0) });
    const read = () => sink.rows.map((row) => row.id);
    const first = await slice();
    const second = await slice(first.cursor);
    const third = await slice(second.cursor);
    expect(read()).toEqual(['1', '2', '3']);
    blobs.remove('fw1-b/c.log');
    await slice(third.cursor);
    expect(read().slice(3)).toEqual(['1']);
  });

  it('stops when the service is down, and says what it had done', async () => {
    put('a.log', '#log\nsession 1\n');
    put('b.log', '#log\nsession 2\n');
    sink.failure = new FlowtrapError('unavailable', 'down.');
    const range = { from: new Date('2026-03-02T09:00:00Z'), to: new Date('2026-03-02T11:00:00Z') };
    await expect(normalizeWindow(range, deps)).rejects.toMatchObject({
      code: 'unavailable',
      report: { counts: { 'blobs.failed': 1 } },
    });
  });
});

describe('a lease that is held', () => {
  const blob = { account: ACCOUNT, container: 'logs', name: 'a.log' };

  it('ends a message; one that the queue brings again comes back when a dead holder has lost it', async () => {
    put('a.log', '#log\nsession 1\n');
    const lease = await state.lease(checkpointKey(blob));
    const message: BlobMessage = { kind: 'blob', ...blob };
    expect((await handleBlobEvent(message, deps)).counts).toMatchObject({ 'blobs.leaseHeld': 1 });
    expect(queue.sent).toEqual([]);
    await handleBlobEvent(message, deps, { redelivered: true });
    expect(queue.sent).toEqual([message]);
    await lease?.release();
    await drain();
    expect(sink.rows).toHaveLength(1);
  });
});

describe('on real storage', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.close());

  it('an append blob that grows without an event is found, at any name', async () => {
    const names = ['plain.log', 'a b/ü=1/%20.log', 'z/PT1H.json', `${'long/'.repeat(199)}x.log`];
    for (const name of names) {
      const blob = harness.logs.getAppendBlobClient(name);
      await blob.create();
      await blob.appendBlock('#log\nsession 1\n', 15);
    }
    const deliver = async (): Promise<string[]> => {
      await sweep(harness.deps);
      const messages = await harness.queued();
      for (const message of messages) await handleBlobEvent(message, harness.deps);
      return messages.map((message) => message.name).sort();
    };
    expect(await deliver()).toEqual([...names].sort());
    expect(await deliver()).toEqual([]);
    await harness.logs.getAppendBlobClient(names[1] ?? '').appendBlock('session 2\n', 10);
    expect(await deliver()).toEqual([names[1]]);
    expect(harness.service.rows).toHaveLength(5);
  });

  it('a missing container is named with the setting', async () => {
    const containers = [{ account: 'devstoreaccount1', container: 'nothere', prefix: '', source: undefined }];
    const report = await sweep({ ...harness.deps, settings: { ...harness.deps.settings, containers } });
    expect(report.problems[0]?.message).toMatch(/devstoreaccount1\/nothere: does not exist.*FLOW_CONTAINERS/);
  });

  it('another account is never reached from an emulator', async () => {
    const containers = [{ account: 'realaccount', container: 'logs', prefix: '', source: undefined }];
    const report = await sweep({ ...harness.deps, settings: { ...harness.deps.settings, containers } });
    expect(report.problems[0]?.message).toMatch(/FLOW_CONTAINERS: names the account realaccount/);
  });
});
