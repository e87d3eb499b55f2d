import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonObject, StringCursor, StringSpan } from '../../../shared/formats/json';

const NONE: ReadonlySet<string> = new Set();
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('reading an object', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
        fc.boolean(),
        (object, spaced) => {
          const text = JSON.stringify(object, null, spaced ? '\t' : undefined);
          expect(plain(readJsonObject(Buffer.from(text), NONE))).toEqual(plain(object));
        },
      ),
      { seed: 6, numRuns: 80 },
    );
  });

  it('refuses whatever JSON.parse refuses, and whatever is no object', () => {
    const text = JSON.stringify({ a: [1, -2.5e3, true, null, 'x\n"\u00e9'], b: { c: {} } });
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.nat(3),
        fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '1', 'e', '\u0001'),
        (at, remove, insert) => {
          const mutated = text.slice(0, at) + insert + text.slice(at + remove);
          let expected: unknown;
          try {
            expected = JSON.parse(mutated) as unknown;
          } catch {
            expected = undefined;
          }
          const isObject = typeof expected === 'object' && expected !== null && !Array.isArray(expected);
          const got = readJsonObject(Buffer.from(mutated), NONE);
          expect(got === undefined ? undefined : plain(got)).toEqual(isObject ? expected : undefined);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
    for (const other of ['[]', '1', '"x"', 'null', '', '{} {}', '{"a":1}}'])
      expect(readJsonObject(Buffer.from(other), NONE)).toBeUndefined();
  });

  it('ends at 64 levels instead of at the end of the stack', () => {
    const deep = (levels: number): Buffer => Buffer.from(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect(readJsonObject(deep(60), NONE)).toBeDefined();
    expect(readJsonObject(deep(100_000), NONE)).toBeUndefined();
  });

  it('leaves the named arrays in place and walks through them', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 8 }), fc.boolean(), (list, spaced) => {
        const bytes = Buffer.from(JSON.stringify({ before: ['x'], list, after: 1 }, null, spaced ? 1 : undefined));
        const object = readJsonObject(bytes, new Set(['list']));
        expect(object?.after).toBe(1);
        expect(object?.list).toBeInstanceOf(StringSpan);
        const cursor = new StringCursor(bytes, object?.list as StringSpan);
        const got: unknown[] = [];
        while (cursor.next()) {
          const raw = bytes.toString('utf8', cursor.start, cursor.end);
          // Tuples are ASCII; other text is only told apart from them.
          if (cursor.isString) got.push(JSON.parse(`"${raw}"`));
          else got.push(JSON.parse(raw));
        }
        expect(plain(got)).toEqual(plain(list));
      }),
      { seed: 8 },
    );
  });

  it('unescapes an element that needs it', () => {
    const bytes = Buffer.from('{"list":["a\\u002cb","c\\/d"]}');
    const cursor = new StringCursor(bytes, readJsonObject(bytes, new Set(['list']))?.list as StringSpan);
    const texts: unknown[] = [];
    while (cursor.next()) texts.push(cursor.text());
    expect(texts).toEqual(['a,b', 'c/d']);
  });
});
