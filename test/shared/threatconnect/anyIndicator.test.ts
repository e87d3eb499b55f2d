import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../shared/networks';
import { decodeIndicator } from '../../../shared/threatconnect/indicator';
import { mapIndicator } from '../../../shared/threatconnect/indicatorRow';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';
import { address } from './setUp';

const CONTEXT = { host: 'tc.example.com', sourceSystem: 'ThreatConnect-x', now: new Date('2026-03-02T10:20:00Z') };
const TYPES = new Map(INDICATOR_TABLE.columns.map(({ name, type }) => [name, type]));

const MEMBERS = [
  'id',
  'type',
  'ip',
  'summary',
  'ownerId',
  'ownerName',
  'active',
  'rating',
  'confidence',
  'tags',
  'securityLabels',
  'lastModified',
  'lastSeen',
  'externalDateExpires',
  'description',
  'source',
  'webLink',
] as const;

/** JSON of the declared column's type. */
function fits(column: string, value: unknown): boolean {
  switch (TYPES.get(column)) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return Number.isInteger(value);
    case 'real':
      return typeof value === 'number' && Number.isFinite(value);
    case 'datetime':
      return typeof value === 'string' && new Date(value).toISOString() === value;
    default:
      return false;
  }
}

describe('any indicator', () => {
  it('becomes rows that the table takes, or a reason, whatever its members hold', () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.string({ unit: 'binary', maxLength: 3000 }),
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z', '2026-02-30T25:00:00Z', -1, 1e308, '4.5'),
      fc
        .array(fc.record({ name: fc.string({ unit: 'binary', maxLength: 500 }) }), { maxLength: 30 })
        .map((data) => ({ data })),
    );
    const changes = fc.dictionary(fc.constantFrom(...MEMBERS), odd, { maxKeys: 6 });
    fc.assert(
      fc.property(changes, (change) => {
        const indicator = decodeIndicator({ ...address(1, '203.0.113.1'), ...change });
        if (indicator === undefined) return;
        const mapped = mapIndicator(indicator, CONTEXT);
        if ('skipped' in mapped) {
          expect(mapped.skipped).not.toBe('');
          return;
        }
        for (const row of mapped.rows) {
          for (const [column, value] of Object.entries(row))
            expect([column, fits(column, value)]).toEqual([column, true]);
          expect(canonicalAddress(String(row.NetworkIP))).toBe(row.NetworkIP);
          const text = JSON.stringify(row);
          expect(Buffer.byteLength(text)).toBeLessThan(500_000);
          expect(text).not.toMatch(/\\ud[89a-f]/i);
        }
      }),
      { numRuns: 150 },
    );
  });
});
