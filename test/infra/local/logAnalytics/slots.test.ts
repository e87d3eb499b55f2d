import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../../infra/local/logAnalytics/query/slots';

const never = new AbortController().signal;
/** Lets everything that is ready go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('createSlots', () => {
  it('runs so many at once, the others in their order, and turns the rest away', async () => {
    const slots = createSlots({ running: 2, queued: 2, waitMs: 60_000 });
    const first = await slots.take(never);
    await slots.take(never);
    const order: string[] = [];
    const queued = async (name: string) => {
      const release = await slots.take(never);
      order.push(name);
      return release;
    };
    const third = queued('third');
    const fourth = queued('fourth');
    await expect(slots.take(never)).rejects.toThrow('Too many queries at once');
    await settle();
    expect(order).toEqual([]);
    first();
    first(); // Giving it back twice frees one place only.
    await settle();
    expect(order).toEqual(['third']);
    (await third)();
    (await fourth)();
    expect(order).toEqual(['third', 'fourth']);
  });

  it('lets go of one that waits too long or whose client has gone', async () => {
    const slots = createSlots({ running: 1, queued: 5, waitMs: 20 });
    const release = await slots.take(never);
    await expect(slots.take(never)).rejects.toThrow('waited too long');
    const client = new AbortController();
    const gone = slots.take(client.signal);
    client.abort();
    await expect(gone).rejects.toThrow('given up');
    release();
    (await slots.take(never))();
  });
});
