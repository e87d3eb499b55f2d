import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCsv } from '../../../shared/formats/csv';
import { CsvReader } from '../../../shared/formats/csvReader';

interface Taken {
  readonly text: string;
  readonly offset: number;
}

/** Records as text with their places; `broken:…` for what could not be taken. */
function read(content: string | Buffer, cuts: readonly number[] = [], final = true): Taken[] {
  const bytes = Buffer.from(content);
  const reader = new CsvReader(0);
  const taken: Taken[] = [];
  const take = (items: ReturnType<CsvReader['feed']>): void => {
    for (const item of items) {
      const text =
        item.kind === 'record' ? item.buffer.toString('utf8', item.start, item.end) : `broken:${item.reason}`;
      taken.push({ text, offset: item.offset });
    }
  };
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    take(reader.feed(bytes.subarray(from, cut)));
    from = cut;
  }
  take(reader.end(final));
  return taken;
}

const texts = (content: string): string[] => read(content).map(({ text }) => text);

describe('records of CSV', () => {
  it('end with their line, of either kind, but not inside of quotes', () => {
    expect(texts('a,b\r\n1,"x\r\ny"\n\n"z\n""q"",\n",2\n3,4')).toEqual(['a,b', '1,"x\r\ny"', '"z\n""q"",\n",2', '3,4']);
  });

  it('have quotes in the middle of a cell that open nothing', () => {
    expect(texts('5" disk,1\n2,a"b"\n"c"d",3\n4\n')).toEqual(['5" disk,1', '2,a"b"', '"c"d",3', '4']);
  });

  it('know their places, behind a byte order mark', () => {
    expect(read('\ufeff"a\nb",c\n\nd\n')).toEqual([
      { text: '"a\nb",c', offset: 3 },
      { text: 'd', offset: 12 },
    ]);
  });

  it('go on after a quote that was never closed', () => {
    const rest = Array.from({ length: 1000 }, (_, index) => `${index},x`);
    const got = texts(`a,b\n"never closed,1\n${rest.join('\n')}\n`);
    expect(got).toEqual(['a,b', '"never closed,1', ...rest]);
    expect(splitCsv(got[1] as string)).toBeUndefined();
  });

  it('are broken when a line is too long, and go on after it', () => {
    for (const long of ['x'.repeat(1_200_000), `"${'x'.repeat(1_200_000)}`]) {
      const content = `a,b\n${long}\n1,2\n`;
      const expected = [
        { text: 'a,b', offset: 0 },
        { text: 'broken:lineTooLong', offset: 4 },
        { text: '1,2', offset: 5 + long.length },
      ];
      expect(read(content)).toEqual(expected);
      expect(read(content, [600_000, 1_100_000, 1_150_000])).toEqual(expected);
    }
  });

  it('that are not complete wait for more', () => {
    expect(read('a\n"b\nc', [], false)).toEqual([{ text: 'a', offset: 0 }]);
    const reader = new CsvReader(0);
    expect([...reader.feed(Buffer.from('a\n"b\nc'))].length).toBe(1);
    expect(reader.position()).toEqual({ offset: 2, memory: '' });
  });

  it('do not depend on how the bytes arrive', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 6 }).map((text) => `"${text.replaceAll('"', '""')}"`),
      fc.stringMatching(/^[a-z]{0,4}$/),
      fc.constantFrom('"', 'a"', '""', '"\n"', '\r', '\ufeff'),
    );
    const content = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 }).map((rows) => rows.join('\n'));
    fc.assert(
      fc.property(content, fc.array(fc.nat(60), { maxLength: 8 }), (text, cuts) => {
        const length = Buffer.byteLength(text);
        expect(
          read(
            text,
            cuts.filter((cut) => cut <= length),
          ),
        ).toEqual(read(text));
      }),
    );
  });
});
