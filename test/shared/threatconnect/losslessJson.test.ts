import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLossless } from '../../../shared/threatconnect/losslessJson';

describe('parseLossless', () => {
  it('keeps ids beyond 2^53 as their digits, and touches nothing else', () => {
    const text =
      '{"id":9007199254918487,"n":[ 1,-12345678901234567 ,1e30, 1234567890.12345678],"text":"id:9007199254740993 \\" 9007199254740993","k\\\\":"\\\\","z":9007199254740993}';
    expect(parseLossless(text)).toEqual({
      id: '9007199254918487',
      n: [1, '-12345678901234567', 1e30, 1234567890.1234567],
      text: 'id:9007199254740993 " 9007199254740993',
      'k\\': '\\',
      z: '9007199254740993',
    });
  });

  it('agrees with JSON.parse wherever no long integer occurs', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.bigInt({ min: 10n ** 15n, max: 10n ** 18n }), (value, id) => {
        const text = JSON.stringify(value);
        const long = (part: unknown): boolean => /\d{16}/.test(JSON.stringify(part));
        fc.pre(!long(value));
        expect(parseLossless(`{"a":${text},"id":${id}}`)).toEqual({
          a: JSON.parse(text),
          id: id >= 10n ** 15n && String(id).length >= 16 ? String(id) : Number(id),
        });
      }),
    );
  });

  it('refuses what is no JSON', () => {
    expect(() => parseLossless('{"id":9007199254918487')).toThrow(SyntaxError);
    expect(() => parseLossless('<html>9007199254918487"</html>')).toThrow(SyntaxError);
  });
});
