import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, MAX_LINE_BYTES } from '../../../shared/formats/lines';
import { type FormatItem, recordBytes } from '../../../shared/formats/record';

function read(bytes: Buffer, size: number, final = true): { offset: number; text: string }[] {
  const reader = new LineReader(0);
  const got: { offset: number; text: string }[] = [];
  const take = (items: Iterable<FormatItem>): void => {
    for (const item of items) {
      const text = item.kind === 'record' ? recordBytes(item).toString() : `${item.reason} ${item.length}`;
      got.push({ offset: item.offset, text });
    }
  };
  for (let from = 0; from < bytes.length; from += size) take(reader.feed(bytes.subarray(from, from + size)));
  take(reader.end(final));
  return got;
}

describe('lines', () => {
  it('are what lies between line ends, blank ones apart, in any pieces', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll(/[\r\n\ufeff]/g, ''));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 20 }),
        (lines, end, size) => {
          const bytes = Buffer.from(lines.join(end));
          const got = read(bytes, size);
          expect(got.map((one) => one.text)).toEqual(
            lines.filter((text) => [...Buffer.from(text)].some((byte) => byte > 0x20)),
          );
          for (const { offset, text } of got)
            expect(bytes.toString('utf8', offset, offset + Buffer.byteLength(text))).toBe(text);
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });

  it('begin after a byte order mark', () => {
    for (const size of [1, 2, 100])
      expect(read(Buffer.from('\ufeffabc\ndef'), size)).toEqual([
        { offset: 3, text: 'abc' },
        { offset: 7, text: 'def' },
      ]);
  });

  it('wait for their end unless the input is final', () => {
    expect(read(Buffer.from('abc\nde'), 4, false)).toEqual([{ offset: 0, text: 'abc' }]);
  });

  it('over the limit are refused alone', () => {
    const long = 'x'.repeat(MAX_LINE_BYTES + 1);
    for (const size of [65_536, 10_000_000]) {
      expect(read(Buffer.from(`a\n${long}\nb\n`), size).map((one) => one.text)).toEqual([
        'a',
        `lineTooLong ${MAX_LINE_BYTES + 1}`,
        'b',
      ]);
    }
    expect(read(Buffer.from('y'.repeat(MAX_LINE_BYTES)), 100_000)[0]?.text.length).toBe(MAX_LINE_BYTES);
  });

  it('with bad UTF-8 stay lines', () => {
    expect(read(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0x63]), 2).map((one) => one.text)).toEqual(['a\ufffdb', 'c']);
  });
});
