import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRecordReader } from '../../../shared/formats/jsonRecords';
import { type FormatItem, recordBytes } from '../../../shared/formats/record';

function read(
  text: string | Buffer,
  options: { size?: number; final?: boolean; limit?: number; keys?: string[] } = {},
): string[] {
  const { size = 1e9, final = true, limit, keys = ['id'] } = options;
  const bytes = Buffer.from(text);
  const reader = new JsonRecordReader(0, '', keys, limit);
  const got: string[] = [];
  const take = (items: Iterable<FormatItem>): void => {
    for (const item of items) {
      const piece = item.kind === 'record' ? recordBytes(item) : bytes.subarray(item.offset, item.offset + item.length);
      if (item.kind === 'record')
        expect(bytes.subarray(item.offset, item.offset + piece.length).equals(piece)).toBe(true);
      got.push(item.kind === 'record' ? piece.toString() : `${item.reason}: ${piece.toString()}`);
    }
  };
  for (let from = 0; from < bytes.length; from += size) take(reader.feed(bytes.subarray(from, from + size)));
  take(reader.end(final));
  return got;
}

/** A record of any shape that is no envelope. */
const anyRecord = fc
  .dictionary(fc.string({ unit: 'binary', maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  .filter((one) => !('records' in one));

describe('finding records', () => {
  it('in lists, arrays, lines, one after the other, spaced or not, in any pieces', () => {
    const wrap = fc.constantFrom<(texts: string[]) => string>(
      (texts) => `{"records":[${texts.join(',')}]}`,
      (texts) => `{ "records" :\n[ ${texts.join(' ,\r\n')} ]\n}\n`,
      (texts) => `{"a":{"records":[1]},"b":"records","records":[${texts.join(',')}],"c":["]}"]}`,
      (texts) => `[${texts.join(',')}]`,
      (texts) => texts.join('\n'),
      (texts) => `\ufeff${texts.join('')}`,
      (texts) => texts.map((text) => `{"records":[${text}]}`).join('\n'),
      (texts) => `{"records":[${texts.map((text) => `{"records":[${text}]}`).join(',')}]}`,
    );
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 5 }),
        wrap,
        fc.integer({ min: 1, max: 60 }),
        (records, around, size) => {
          const texts = records.map((one) => JSON.stringify(one));
          expect(read(around(texts), { size })).toEqual(texts);
        },
      ),
      { seed: 9, numRuns: 300 },
    );
  });

  it('leaves an incomplete record unread, and gives it up when the input is final', () => {
    expect(read('{"records":[{"id":1},{"id":"a', { final: false })).toEqual(['{"id":1}']);
    expect(read('{"records":[{"id":1},{"id":"a')).toEqual(['{"id":1}', 'cutOff: {"id":"a']);
  });

  it('gives up a record over the limit and finds the next', () => {
    const long = `{"id":"${'x'.repeat(5000)}"}`;
    const text = `{"records":[{"id":1},${long},{"id":3}]}`;
    for (const size of [100, 999]) {
      expect(read(text, { size, limit: 2000 })).toEqual(['{"id":1}', `tooLarge: ${long},`, '{"id":3}']);
    }
  });

  it('finds the next record after damage, in any pieces', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          '{"id":1',
          '{"id":}',
          '{"id"1}',
          '{"id":"x}',
          '{"id":[}',
          '{"id":1]',
          'x',
          '"y"',
          '{"id":"a\nb"}',
          '{{"a":1}',
          '[1]',
          '}',
        ),
        fc.integer({ min: 1, max: 30 }),
        (damage, size) => {
          const got = read(`{"records":[{"id":0},${damage},{"id":2},{"id":3}]}`, { size });
          expect(got[0]).toBe('{"id":0}');
          expect(got.slice(-2)).toEqual(['{"id":2}', '{"id":3}']);
          expect(got.length).toBe(4);
        },
      ),
      { seed: 10, numRuns: 300 },
    );
  });

  it('has bounded work on hostile nesting', () => {
    expect(read(`${'['.repeat(200_000)}`).length).toBe(1);
    expect(read(`{"records":[${'{"records":['.repeat(10_000)}`).length).toBeLessThanOrEqual(2);
    expect(read(`{"a":${'{"a":'.repeat(100_000)}`, { final: true }).length).toBe(1);
  });
});
