import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTql } from '../../../infra/local/threatConnect/tql';
import { tqlAll, tqlGroup, tqlId, tqlText, tqlTime } from '../../../shared/threatconnect/tql';

describe('TQL from values', () => {
  it('escapes the four characters', () => {
    expect(tqlText(`a "quoted" 'value' \`x\` \\ end`)).toBe('"a \\"quoted\\" \\\'value\\\' \\`x\\` \\\\ end"');
  });

  it('gives any text back as exactly one literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/\p{Cc}/u.test(text));
        expect(parseTql(`ownerName = ${tqlText(text)}`)).toMatchObject({ values: [{ text, quoted: true }] });
      }),
    );
  });

  it('refuses control characters and ids that are none', () => {
    expect(() => tqlText('a\nb')).toThrow('control characters');
    for (const id of ['', '1 or 1=1', '-1', '1.5', '12345678901234567890'])
      expect(() => tqlId(id)).toThrow('no indicator id');
    expect(tqlId('9007199254918487')).toBe('9007199254918487');
  });

  it('writes times in whole seconds, UTC', () => {
    expect(tqlTime(new Date('2025-06-14T00:00:00.987Z'))).toBe('"2025-06-14T00:00:00Z"');
  });

  it('keeps an operator filter within its brackets', () => {
    expect(tqlAll(tqlGroup('rating GEQ 3 or tag = ")"'), undefined, 'id GT 5')).toBe(
      '(rating GEQ 3 or tag = ")") and id GT 5',
    );
    for (const filter of ['a = 1) or (b = 2', '(a = 1', 'a = "x', "a = 'x\\'", ')(']) {
      expect(() => tqlGroup(filter)).toThrow('THREATCONNECT_FILTER');
    }
    expect(tqlAll(undefined)).toBeUndefined();
  });
});
