/** A dependency fails in the middle; once it is restored, every session is found and the ledger balances. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import { checkpointKey } from '../../../shared/flows/checkpoint';
import { type FlowDependencies, FlowRunError, handleBlobEvent } from '../../../shared/flows/normalize';
import { refuse } from '../azure/ingestionServer';
import { type Harness, startHarness } from './harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness?.close());
beforeEach(() => {
  harness.service.rows.length = 0;
  harness.service.requests.length = 0;
  harness.service.fault = undefined;
});

const ids = () => harness.service.rows.map((row) => String(row.id));

async function put(name: string, content: string): Promise<void> {
  const bytes = Buffer.from(content);
  await harness.logs.getBlockBlobClient(name).upload(bytes, bytes.length);
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);
const lines = (values: readonly string[]) => `#log\n${values.map((value) => `session ${value}\n`).join('')}`;

async function failed(name: string, deps: FlowDependencies = harness.deps): Promise<FlowRunError> {
  return handleBlobEvent(harness.created(name), deps).then(
    () => expect.fail('it should have failed'),
    (error) => {
      expect(error).toBeInstanceOf(FlowRunError);
      return error as FlowRunError;
    },
  );
}

describe('the ingestion service', () => {
  it('down: the message fails with the reason, the checkpoint stays; restored: every session', async () => {
    await put('down.log', lines(numbers(50)));
    harness.service.fault = (_request, response) => refuse(response, 500, 'InternalError', 'on fire');
    const error = await failed('down.log');
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.message).toMatch(/devstoreaccount1\/logs\/down\.log.*500: InternalError on fire/);
    expect(await harness.checkpoint('down.log')).toBeUndefined();

    harness.service.fault = undefined;
    const report = await handleBlobEvent(harness.created('down.log'), harness.deps);
    expect(report.counts).toMatchObject({ records: 50, sessions: 50 });
    expect(ids().sort()).toEqual(numbers(50).sort());
  });

  it('failing in the middle of a large blob: what is behind the checkpoint is not sent again', async () => {
    const pad = 'x'.repeat(2000);
    const values = numbers(20_000).map((n) => `${n}-${pad}`);
    const append = harness.logs.getAppendBlobClient('large.log');
    await append.create();
    const text = Buffer.from(lines(values));
    for (let start = 0; start < text.length; start += 4_000_000) {
      const part = text.subarray(start, start + 4_000_000);
      await append.appendBlock(part, part.length);
    }
    let calls = 0;
    harness.service.fault = (_request, response) => ++calls > 30 && refuse(response, 503);
    const error = await failed('large.log');
    const settled = error.report.counts.sessions ?? 0;
    expect((await harness.checkpoint('large.log'))?.counts.sessions ?? 0).toBe(
      (await harness.checkpoint('large.log'))?.counts.records,
    );

    harness.service.fault = undefined;
    const rest = await handleBlobEvent(harness.created('large.log'), harness.deps);
    expect(settled + (rest.counts.sessions ?? 0)).toBe(20_000);
    const checkpoint = await harness.checkpoint('large.log');
    expect(checkpoint?.counts).toMatchObject({ records: 20_000, sessions: 20_000 });
    expect(new Set(ids()).size).toBe(20_000);
    // Twelve calls of about 490 rows lie between checkpoints, three may be in flight.
    expect(ids().length - 20_000).toBeLessThan(16 * 500);
  });

  it('refusing single rows: they are dead letters with the reason, the others are stored', async () => {
    await put('poison.log', lines(['1', '2', 'bad', '4', 'bad', '6']));
    harness.service.fault = (request, response) =>
      request.rows.some((row) => row.id === 'bad') && refuse(response, 400, 'InvalidPayload', 'no such value');
    const report = await handleBlobEvent(harness.created('poison.log'), harness.deps);
    expect(report.counts).toMatchObject({
      records: 6,
      sessions: 4,
      deadLettered: 2,
      'deadLettered.refusedByService': 2,
    });
    expect(ids()).toEqual(['1', '2', '4', '6']);
    const letters = (await harness.deadLetters()).filter((letter) => letter.blob.endsWith('/poison.log'));
    expect(letters.map(({ reason, offset, length, record }) => ({ reason, offset, length, record }))).toEqual(
      [25, 47].map((offset) => ({
        reason: 'refusedByService: 400 InvalidPayload no such value',
        offset,
        length: 12,
        record: '{"id":"bad","blob":"poison.log"}',
      })),
    );
  });

  it('without permission: the error names the role', async () => {
    await put('role.log', lines(['1']));
    harness.service.fault = (_request, response) => refuse(response, 403, 'OperationFailed', 'no role');
    const error = await failed('role.log');
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(error.message).toContain('Monitoring Metrics Publisher');
    harness.service.fault = undefined;
    await handleBlobEvent(harness.created('role.log'), harness.deps);
    expect(ids()).toEqual(['1']);
  });
});

describe('a row that no call can hold', () => {
  it('is a dead letter; its neighbours are stored', async () => {
    await put('wide.log', lines(['1', 'y'.repeat(1_000_000), '3']));
    const report = await handleBlobEvent(harness.created('wide.log'), harness.deps);
    expect(report.counts).toMatchObject({ records: 3, sessions: 2, 'deadLettered.rowTooLarge': 1 });
    expect(ids()).toEqual(['1', '3']);
    const letter = (await harness.deadLetters()).find(({ blob }) => blob.endsWith('/wide.log'));
    expect(letter?.record.length).toBe(65_536);
    expect(letter?.length).toBe(1_000_009);
  });
});

describe('state', () => {
  it('written by another run in the meantime is never overwritten; this one begins again from it', async () => {
    await put('conflict.log', lines(['1', '2']));
    const blob = { account: 'devstoreaccount1', container: 'logs', name: 'conflict.log' };
    harness.service.fault = (request, response) => {
      harness.service.fault = undefined;
      void harness.deps.state.put(checkpointKey(blob), { version: 0, from: 'another' }).then(() => {
        harness.service.rows.push(...request.rows);
        response.writeHead(204).end();
      });
      return true;
    };
    const report = await handleBlobEvent(harness.created('conflict.log'), harness.deps);
    expect(report.counts).toMatchObject({ records: 2, sessions: 2, 'blobs.failed': 1, 'blobs.read': 1 });
    expect(ids()).toEqual(['1', '2', '1', '2']);
    expect(await harness.checkpoint('conflict.log')).toMatchObject({ version: 1, counts: { records: 2 } });
  });

  it('that cannot be written: uploaded rows are sent again, never lost', async () => {
    await put('unwritten.log', lines(['1', '2']));
    const { state } = harness.deps;
    const broken = {
      ...state,
      put: async () => {
        throw new FlowtrapError('unavailable', 'state is down.');
      },
    };
    expect(await failed('unwritten.log', { ...harness.deps, state: broken })).toMatchObject({ code: 'unavailable' });
    await handleBlobEvent(harness.created('unwritten.log'), harness.deps);
    expect(ids()).toEqual(['1', '2', '1', '2']);
    expect((await harness.checkpoint('unwritten.log'))?.counts.records).toBe(2);
  });
});

describe('the dead-letter container', () => {
  it('unreachable: the checkpoint waits for it', async () => {
    await put('letters.log', '#log\nwhat\nsession 1\n');
    const deadLetters = {
      write: async () => {
        throw new FlowtrapError('unavailable', 'no dead letters today.');
      },
    };
    expect(await failed('letters.log', { ...harness.deps, deadLetters })).toMatchObject({ code: 'unavailable' });
    expect(await harness.checkpoint('letters.log')).toBeUndefined();
    await handleBlobEvent(harness.created('letters.log'), harness.deps);
    expect((await harness.deadLetters()).filter(({ blob }) => blob.endsWith('/letters.log'))).toHaveLength(1);
  });
});

describe('time', () => {
  it('running out: the run ends with a checkpoint and queues the rest', async () => {
    const pad = 'x'.repeat(1000);
    await put('slow.log', lines(numbers(3000).map((n) => `${n}-${pad}`)));
    const deps = { ...harness.deps, deadline: new Date(0) };
    const report = await handleBlobEvent(harness.created('slow.log'), deps);
    expect(report.counts['blobs.continued']).toBe(1);
    expect(report.counts.sessions).toBeLessThan(3000);
    const messages = await harness.queued();
    expect(messages).toEqual([{ kind: 'blob', account: 'devstoreaccount1', container: 'logs', name: 'slow.log' }]);
    const rest = await handleBlobEvent(messages[0], harness.deps);
    expect((report.counts.sessions ?? 0) + (rest.counts.sessions ?? 0)).toBe(3000);
    expect(ids()).toHaveLength(3000);
    expect(new Set(ids()).size).toBe(3000);
  });

  it('of sessions older than two days or more than a day ahead is counted', async () => {
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    await put(
      'late.log',
      `#log\nsession 1 ${at(-1)}\nsession 2 ${at(-49)}\nsession 3 ${at(-47)}\nsession 4 ${at(25)}\n`,
    );
    const report = await handleBlobEvent(harness.created('late.log'), harness.deps);
    expect(report.counts).toMatchObject({ records: 4, sessions: 4, tooLate: 1, tooEarly: 1 });
  });
});

describe('one message with several blobs', () => {
  it('one failing does not stop the others; the message fails and, tried again, does only what is left', async () => {
    await put('m1.log', lines(['first']));
    await put('m2.log', lines(['second']));
    const events = [harness.created('m1.log'), harness.created('m2.log')];
    harness.service.fault = (request, response) =>
      request.rows.some((row) => row.id === 'first') && refuse(response, 503);
    const error = await handleBlobEvent(events, harness.deps).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', report: { counts: { sessions: 1, problems: 1 } } });
    harness.service.fault = undefined;
    expect((await handleBlobEvent(events, harness.deps)).counts).toMatchObject({ sessions: 1, 'blobs.unchanged': 1 });
    expect(ids().sort()).toEqual(['first', 'second']);
  });
});
