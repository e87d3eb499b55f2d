import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTql, TqlError } from '../../../../infra/local/threatConnect/tql';
import { tqlFilter } from '../../../../infra/local/threatConnect/tqlFilter';

const INDICATOR = {
  id: '9007199254918487',
  type: 'Address',
  summary: '203.0.113.45',
  ownerId: 2,
  ownerName: 'Example "Source"',
  rating: 3.5,
  confidence: 0,
  active: false,
  lastModified: '2025-06-14T09:00:00Z',
  tags: { data: [{ name: 'C2' }, { name: 'Botnet' }] },
};

const matches = (tql: string): boolean => tqlFilter(parseTql(tql))(INDICATOR);

describe('TQL', () => {
  it.each([
    ['typeName = "Address"', true],
    ["TYPENAME eq 'Address'", true],
    ['typeName != "Address"', false],
    ['typeName IN ("Host", "Address")', true],
    ['typeName not in ("Host","Address")', false],
    ['ownerName = "Example \\"Source\\""', true],
    ['summary STARTSWITH "203."', true],
    ['summary NOT STARTSWITH "203."', false],
    ['summary ENDSWITH ".45"', true],
    ['summary CONTAINS "113"', true],
    ['summary LIKE "203.%.45"', true],
    ['summary LIKE "203.%.46"', false],
    ['summary LIKE "%"', true],
    ['summary LIKE "203.0.113.45"', true],
    ['summary LIKE "203.0.113.4"', false],
    ['rating GEQ 3', true],
    ['rating > 3 and rating < 4', true],
    ['rating <= 3', false],
    ['confidence = 0', true],
    ['confidence is not null', true],
    ['description is null', true],
    ['description = "x"', false],
    ['description != "x"', true],
    ['id GT 9007199254918486', true],
    ['id GT 9007199254918487', false],
    ['id IN (1,9007199254918487)', true],
    ['tag = "Botnet"', true],
    ['tag != "Botnet"', false],
    ['tag IN ("x","C2")', true],
    ['indicatorActive = false', true],
    ['lastModified GEQ "2025-06-14T09:00:00Z" and lastModified LT "2025-06-14T09:00:01Z"', true],
    ['lastModified > "2025-06-14"', true],
    // AND binds more strongly than OR.
    ['rating > 4 and rating < 1 or confidence = 0', true],
    ['rating > 4 and (rating < 1 or confidence = 0)', false],
  ])('%s is %s', (tql, expected) => {
    expect(matches(tql)).toBe(expected);
  });

  it.each([
    '',
    'rating',
    'rating >',
    'rating > "3"',
    'rating > x',
    'rating LIKE "3%"',
    'rating NOT = 3',
    'summary = 5',
    'summary = "open',
    'nonsense = 1',
    'toString = 1',
    '(rating > 3',
    'rating > 3)',
    'rating > 3 rating > 4',
    'rating > 3 and',
    'id IN ()',
    'id IN 5',
    'id > 1.5',
    'lastModified > "yesterday"',
    'lastModified > "2025-06-14T09:00:00.120Z"',
    'indicatorActive = "false"',
    'typeName = "Address" -- comment',
    '"Address" = typeName',
    `${'('.repeat(60)}id > 1${')'.repeat(60)}`,
    `summary = "${'x'.repeat(30_000)}"`,
  ])('refuses %j', (tql) => {
    expect(() => matches(tql)).toThrow(TqlError);
  });

  it('answers or refuses, whatever the text', () => {
    const piece = fc.constantFrom(
      'rating',
      '>',
      '(',
      ')',
      'and',
      'or',
      'not',
      'in',
      '"x"',
      '3',
      ',',
      'is',
      'null',
      "'",
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          expect(typeof matches(pieces.join(' '))).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(TqlError);
        }
      }),
    );
  });
});
