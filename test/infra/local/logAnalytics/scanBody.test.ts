import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanBody } from '../../../../infra/local/logAnalytics/store/scanBody';

const scan = (text: string) => scanBody(Buffer.from(text));

describe('scanBody', () => {
  it('names the properties of the records and no deeper ones', () => {
    const scanned = scan('[ {"a": {"inner": [1, {"deep": 2}]}, "b": "x:\\"y\\""}, {"c":null}, 7, "text", [{"no":1}] ]');
    expect(scanned).toEqual({ kind: 'array', elements: 5, objects: 2, names: new Set(['a', 'b', 'c']), longest: 50 });
  });

  it('decodes escaped names', () => {
    expect(scan('[{"\\u0041b": 1}]')).toEqual({
      kind: 'array',
      elements: 1,
      objects: 1,
      names: new Set(['Ab']),
      longest: 14,
    });
  });

  it('refuses what DuckDB would take for JSON', () => {
    for (const text of [
      '[1,]',
      '[{"a":1,}]',
      '[NaN]',
      '[nan]',
      '[Infinity]',
      '[-inf]',
      '[{"a":NaN}]',
      '[{"a',
      '['.repeat(300),
    ]) {
      expect(scan(text).kind, text).toBe('invalid');
    }
  });

  it('tells arrays from the rest', () => {
    for (const text of ['', '{"a":1}', '"x"', 'nope', '12']) expect(scan(text).kind, text).toBe('other');
    expect(scan(' \n[]')).toEqual({ kind: 'array', elements: 0, objects: 0, names: new Set(), longest: 0 });
  });

  it('finds exactly the names and the count that JSON.parse finds', () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    const body = fc.array(fc.oneof({ weight: 5, arbitrary: record }, fc.jsonValue({ maxDepth: 2 })));
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 1), (records, indent) => {
        const text = JSON.stringify(records, null, indent);
        const names = new Set<string>();
        for (const one of JSON.parse(text) as unknown[]) {
          if (typeof one === 'object' && one !== null && !Array.isArray(one))
            for (const name of Object.keys(one)) names.add(name);
        }
        const scanned = scan(text);
        // An array as an element may hold objects whose names come too; they only make a column look present.
        expect(scanned.kind).toBe('array');
        if (scanned.kind !== 'array') return;
        expect(scanned.elements).toBe(records.length);
        for (const name of names) expect(scanned.names.has(name)).toBe(true);
      }),
    );
  });
});
