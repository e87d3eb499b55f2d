import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowBatch } from '../../shared/rowBatch';

describe('RowBatch', () => {
  it('is a JSON array of exactly the rows that fitted, never above its capacity', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 30 }),
        fc.integer({ min: 200, max: 600 }),
        (texts, capacity) => {
          const batch = new RowBatch(capacity);
          const kept = texts.filter((text) => batch.add(JSON.stringify({ text })));
          expect(batch.count).toBe(kept.length);
          expect(batch.body().length).toBeLessThanOrEqual(capacity);
          expect(JSON.parse(batch.body().toString())).toEqual(
            JSON.parse(JSON.stringify(kept.map((text) => ({ text })))),
          );
        },
      ),
    );
  });

  it('gives any part as a body of its own, and single rows', () => {
    const batch = new RowBatch(100);
    for (const row of ['{"a":1}', '{"b":"é"}', '{"c":3}']) batch.add(row);
    expect(batch.body(1, 3).toString()).toBe('[{"b":"é"},{"c":3}]');
    expect(batch.body(0, 1).toString()).toBe('[{"a":1}]');
    expect(batch.row(1)).toBe('{"b":"é"}');
    batch.clear();
    expect(batch.body().toString()).toBe('[]');
    expect(batch.add(Buffer.from('{"d":4}'))).toBe(true);
    expect(batch.body().toString()).toBe('[{"d":4}]');
  });

  it('refuses a row that no call can hold', () => {
    expect(() => new RowBatch(20).add(JSON.stringify({ text: 'x'.repeat(30) }))).toThrow(/a call holds 18/);
  });
});
