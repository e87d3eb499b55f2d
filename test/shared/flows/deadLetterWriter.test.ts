/** Dead letters come from two sides at once: the normalizer, and the answers to uploads in flight. */
import { describe, expect, it } from 'vitest';
import { DeadLetterWriter } from '../../../shared/flows/deadLetterWriter';
import type { DeadLetter } from '../../../shared/ports';

const letter = (record: string) => ({ reason: 'badTime', offset: 0, length: record.length, record });

/** Takes what it is given when `open` is called, as a storage service that is slow to answer. */
function slowStore() {
  const written: string[] = [];
  let answer: (error?: Error) => void = () => undefined;
  const store = {
    write: async (_source: string, letters: readonly DeadLetter[]) => {
      const taken = letters.map(({ record }) => record);
      await new Promise<void>((resolve, reject) => {
        answer = (error) => (error === undefined ? resolve() : reject(error));
      });
      written.push(...taken);
    },
  };
  return { store, written, answer: (error?: Error) => answer(error) };
}

describe('the writer of dead letters', () => {
  it('keeps a letter that comes while others are being written', async () => {
    const { store, written, answer } = slowStore();
    const writer = new DeadLetterWriter(store, 'account/logs/a.log');
    writer.add(letter('first'));
    const writing = writer.flush('source');
    writer.add(letter('refused meanwhile'));
    answer();
    await writing;
    expect(written).toEqual(['first']);

    const rest = writer.flush('source');
    answer();
    await rest;
    expect(written).toEqual(['first', 'refused meanwhile']);
  });

  it('keeps all letters when they could not be written', async () => {
    const { store, written, answer } = slowStore();
    const writer = new DeadLetterWriter(store, 'account/logs/a.log');
    writer.add(letter('first'));
    const writing = writer.flush('source');
    writer.add(letter('second'));
    answer(new Error('storage is down'));
    await expect(writing).rejects.toThrow('storage is down');

    const again = writer.flush('source');
    answer();
    await again;
    expect(written).toEqual(['first', 'second']);
  });
});
