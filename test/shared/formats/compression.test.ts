import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressionOf, decompress } from '../../../shared/formats';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('decompress', () => {
  it('reads every member of a gzip chain, in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 50 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        async (texts, size) => {
          const chain = Buffer.concat(texts.map((text) => gzipSync(text)));
          expect((await all(decompress(pieces(chain, size)))).toString()).toBe(texts.join(''));
        },
      ),
      { seed: 5, numRuns: 40 },
    );
  });

  it('lets everything else through, down to nothing and one byte', async () => {
    for (const text of ['', '\u001f', '{"records":[]}', 'a long text '.repeat(1000)]) {
      expect((await all(decompress(pieces(Buffer.from(text), 1)))).toString()).toBe(text);
    }
  });

  it('gives UTF-16 as UTF-8, in either order, compressed or not, in any pieces', async () => {
    const text = '<Events>\u00fc \u{1f600} \u4e2d</Events>\r\n'.repeat(3);
    const little = Buffer.from(`\ufeff${text}`, 'utf16le');
    for (const stored of [little, Buffer.from(little).swap16(), gzipSync(little)]) {
      for (const size of [1, 3, 1000]) expect((await all(decompress(pieces(stored, size)))).toString()).toBe(text);
    }
    expect(compressionOf(little)).toBe('utf16');
    expect((await all(decompress(pieces(little.subarray(0, 5), 1)))).toString()).toBe('<\ufffd');
    expect((await all(decompress(pieces(little.subarray(0, 2), 1)))).toString()).toBe('');
  });

  it('gives what came before a cut, then says that it is cut', async () => {
    const whole = Buffer.from(Array.from({ length: 200_000 }, (_, n) => `${n} `).join(''));
    const zipped = gzipSync(whole);
    const got: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of decompress(pieces(zipped.subarray(0, zipped.length - 100), 1000))) got.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'malformed', message: expect.stringContaining('cut off') });
    const text = Buffer.concat(got);
    expect(text.length).toBeGreaterThan(1000);
    expect(whole.subarray(0, text.length).equals(text)).toBe(true);
  });

  it('says that damaged content is damaged', async () => {
    const zipped = gzipSync('some text that is long enough');
    zipped.fill(0xff, 12, 20);
    await expect(all(decompress(pieces(zipped, 7)))).rejects.toMatchObject({ code: 'malformed' });
  });

  it('stops a bomb at its ratio and at its size', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    await expect(all(decompress(pieces(bomb, 16_384)))).rejects.toMatchObject({ code: 'limit' });
    await expect(
      all(decompress(pieces(gzipSync('x'.repeat(5000)), 100), { bytes: 4000, ratio: 1e9 })),
    ).rejects.toMatchObject({
      code: 'limit',
    });
  });

  it('passes an error of the input on as it is', async () => {
    const failure = new Error('network');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync('abc').subarray(0, 12);
      throw failure;
    }
    await expect(all(decompress(failing()))).rejects.toBe(failure);
  });

  it('reads zstd, frame after frame, in any pieces', async () => {
    // A frame of one block of bytes as they are.
    const frame = (text: string): Buffer =>
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length, text.length * 8 + 1, 0, 0, ...Buffer.from(text)]);
    const content = Buffer.concat([frame('one '), frame('two ')]);
    for (const size of [1, 3, 100]) expect((await all(decompress(pieces(content, size)))).toString()).toBe('one two ');
    await expect(all(decompress(pieces(content.subarray(0, -1), 5)))).rejects.toMatchObject({ code: 'malformed' });
  });

  it('stops a zstd bomb at its ratio', async () => {
    // Blocks of 128 KB that each take four bytes.
    const block = [0x02, 0, 0x10, 0x61];
    const bomb = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x50, ...Array.from({ length: 1000 }, () => block).flat()]);
    await expect(all(decompress(pieces(bomb, 1000)))).rejects.toMatchObject({ code: 'limit' });
  });

  it.each([
    [[0x1f, 0x8b, 8, 0], 'gzip'],
    [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    [[0x28, 0xb5], undefined],
    [[0x50, 0x41, 0x52, 0x31], undefined],
    [[], undefined],
  ])('tells %j by its first bytes: %s', (head, compression) => {
    expect(compressionOf(Uint8Array.from(head))).toBe(compression);
  });

  it('ends the input when the reader stops early', async () => {
    for (const content of [gzipSync(Buffer.alloc(8_000_000, 'abc def')), Buffer.alloc(1_000_000)]) {
      let ended = false;
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          yield* pieces(content, 1000);
        } finally {
          ended = true;
        }
      }
      for await (const _ of decompress(endless())) break;
      expect(ended).toBe(true);
    }
  });
});
