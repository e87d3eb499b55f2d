/**
 * Whatever happens to a blob and to the services, in whatever order: after the last failure is over, every record is in the
 * table or in the dead letters, and the blob's ledger tells exactly how many there are.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import type { BlobMessage } from '../../../shared/flows/blobEvents';
import { type Checkpoint, checkpointKey } from '../../../shared/flows/checkpoint';
import { total } from '../../../shared/flows/ledger';
import { type FlowDependencies, handleBlobEvent } from '../../../shared/flows/normalize';
import { parseNetworks } from '../../../shared/networks';
import type { DeadLetter, UploadOutcome } from '../../../shared/ports';
import type { RowBatch } from '../../../shared/rowBatch';
import { MemoryLog, MemoryQueue, MemoryState, SetClock } from '../../support/memoryPorts';
import { openLineNormalizer } from './lineNormalizer';
import { MemoryBlobs } from './memoryBlobs';

const BLOB = { account: 'account1', container: 'logs', name: 'a.log' };
const MESSAGE: BlobMessage = { kind: 'blob', ...BLOB };

type Step =
  /** The writer adds bytes: whole lines or the beginning of one. */
  | { readonly do: 'append'; readonly lines: readonly string[]; readonly cut: number }
  /** An event arrives; things fail after so many calls. */
  | {
      readonly do: 'event';
      readonly sinkFails: number;
      readonly stateFails: number;
      readonly deadFails: number;
      readonly changeAt: number;
      readonly stopAfter: boolean;
    }
  /** The blob is replaced by other content. */
  | { readonly do: 'rewrite'; readonly lines: readonly string[] };

const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.nat(9999), fc.nat(400)).map(([id, pad]) => `session ${id}${'x'.repeat(pad)}`) },
  { weight: 1, arbitrary: fc.constantFrom('skip noData', 'skip header') },
  { weight: 1, arbitrary: fc.constantFrom('what', '', 'é\u0000') },
  { weight: 1, arbitrary: fc.nat(99).map((id) => `session poison${id}`) },
);
const never = { weight: 2, arbitrary: fc.constant(1e9) };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      lines: fc.array(line, { maxLength: 30 }),
      cut: fc.nat(40),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      sinkFails: fc.oneof(never, { weight: 1, arbitrary: fc.nat(3) }),
      stateFails: fc.oneof(never, { weight: 1, arbitrary: fc.nat(3) }),
      deadFails: fc.oneof(never, { weight: 1, arbitrary: fc.nat(1) }),
      changeAt: fc.oneof(never, { weight: 1, arbitrary: fc.nat(4000) }),
      stopAfter: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rewrite' as const), lines: fc.array(line, { maxLength: 20 }) }),
  },
);

class World {
  readonly blobs = new MemoryBlobs();
  readonly state = new MemoryState();
  readonly queue = new MemoryQueue<BlobMessage>();
  readonly rows: string[] = [];
  readonly letters: DeadLetter[] = [];
  /** The complete lines of the present content. */
  lines: string[] = [];
  /** The writer's own unfinished line. */
  private unfinished = '';
  limits = { sink: 1e9, state: 1e9, dead: 1e9, changeAt: 1e9 };

  constructor() {
    this.blobs.write(BLOB.name, Buffer.from('#log\n'), 'append');
    this.blobs.beforeChunk = (offset) => {
      if (offset < this.limits.changeAt) return;
      this.limits.changeAt = 1e9;
      this.append(['session changed'], 0);
    };
  }

  /** @param lines each character one byte. `cut` bytes at the end are held back. */
  append(lines: readonly string[], cut: number): void {
    const text = this.unfinished + lines.map((one) => `${one}\n`).join('');
    // What was written stays written; only new bytes may be held back.
    const written = text.slice(0, Math.max(this.unfinished.length, text.length - cut));
    this.blobs.append(BLOB.name, Buffer.from(written.slice(this.unfinished.length), 'latin1'));
    const parts = written.split('\n');
    this.unfinished = parts.pop() ?? '';
    this.lines.push(...parts);
  }

  rewrite(lines: readonly string[]): void {
    this.blobs.remove(BLOB.name);
    this.blobs.time = new Date(this.blobs.time.getTime() + 60_000);
    this.blobs.write(BLOB.name, Buffer.from(`#log\n${lines.map((one) => `${one}\n`).join('')}`, 'latin1'), 'append');
    this.lines = [...lines];
    this.unfinished = '';
  }

  dependencies(deadline?: Date): FlowDependencies {
    const fail = (kind: 'sink' | 'state' | 'dead'): void => {
      if (this.limits[kind]-- <= 0) throw new FlowtrapError('unavailable', `${kind} is down.`);
    };
    const { state } = this;
    return {
      settings: {
        containers: [{ account: BLOB.account, container: BLOB.container, prefix: '', source: undefined }],
        start: undefined,
        internalNetworks: parseNetworks([]),
      },
      blobs: this.blobs,
      state: {
        get: (key) => state.get(key),
        list: (prefix) => state.list(prefix),
        delete: (key) => state.delete(key),
        lease: (key) => state.lease(key),
        put: async (key, value, options) => {
          fail('state');
          return state.put(key, value, options);
        },
      },
      sink: {
        upload: async (batch: RowBatch): Promise<UploadOutcome> => {
          fail('sink');
          const refused: { index: number; reason: string }[] = [];
          for (let index = 0; index < batch.count; index++) {
            const { id } = JSON.parse(batch.row(index)) as { id: string };
            if (id.startsWith('poison')) refused.push({ index, reason: '400' });
            else this.rows.push(id);
          }
          // The answer of a service that took the rows may be lost, too.
          fail('sink');
          return { accepted: batch.count - refused.length, refused };
        },
      },
      deadLetters: {
        write: async (_source, records) => {
          fail('dead');
          this.letters.push(...records);
        },
      },
      queue: this.queue,
      clock: new SetClock('2026-03-02T10:05:00Z'),
      log: new MemoryLog(),
      openNormalizer: openLineNormalizer,
      deadline: deadline ?? new Date(Date.now() + 60_000),
    };
  }

  async event(deadline?: Date): Promise<void> {
    try {
      await handleBlobEvent(MESSAGE, this.dependencies(deadline));
    } catch (error) {
      expect(error).toBeInstanceOf(FlowtrapError);
    }
  }
}

describe('any sequence of growth, rewriting and failure', () => {
  it('loses no record and ends in a ledger that balances', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 3000 }),
        async (steps, chunkBytes) => {
          const world = new World();
          world.blobs.chunkBytes = chunkBytes;
          for (const one of steps) {
            if (one.do === 'append')
              world.append(
                one.lines.map((text) => Buffer.from(text).toString('latin1')),
                one.cut,
              );
            else if (one.do === 'rewrite') world.rewrite(one.lines.map((text) => Buffer.from(text).toString('latin1')));
            else {
              world.limits = {
                sink: one.sinkFails,
                state: one.stateFails,
                dead: one.deadFails,
                changeAt: one.changeAt,
              };
              await world.event(one.stopAfter ? new Date(0) : undefined);
              world.limits = { sink: 1e9, state: 1e9, dead: 1e9, changeAt: 1e9 };
            }
          }
          await world.event();

          const words = world.lines.map((text) => text.split(' '));
          const skipped = words.filter(([word]) => word === 'skip').length;
          const poison = words.filter(([word, id]) => word === 'session' && id?.startsWith('poison')).length;
          const sessions = words.filter(([word]) => word === 'session').length - poison;
          const entry = await world.state.get<Checkpoint>(checkpointKey(BLOB));
          const counts = entry?.value.counts;
          expect(counts?.records).toBe(world.lines.length);
          expect(counts?.sessions).toBe(sessions);
          expect(total(counts?.skipped ?? {})).toBe(skipped);
          expect(total(counts?.dead ?? {})).toBe(world.lines.length - sessions - skipped);
          expect(counts?.dead.refusedByService ?? 0).toBe(poison);

          const stored = new Set(world.rows);
          const letters = new Set(
            world.letters.map(({ record, encoding }) => Buffer.from(record, encoding).toString('latin1')),
          );
          for (const text of world.lines) {
            const [word, id = ''] = Buffer.from(text, 'latin1').toString().split(' ');
            if (word === 'session' && id.startsWith('poison')) {
              expect(letters).toContain(Buffer.from(JSON.stringify({ id, blob: BLOB.name })).toString('latin1'));
            } else if (word === 'session') expect(stored).toContain(id);
            else if (word !== 'skip') expect(letters).toContain(text);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
