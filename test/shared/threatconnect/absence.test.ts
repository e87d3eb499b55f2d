/** What is gone, where more is missing than one query lists. */
import { afterEach, describe, expect, it } from 'vitest';
import { findAbsent } from '../../../shared/threatconnect/absence';
import { memoryQuery, table } from './memory';
import { address, NOW, type SetUp, setUp } from './setUp';

const LISTED = 20_000;

let setup: SetUp | undefined;
afterEach(() => setup?.server.close());

/** @param gone how many of the listed ones ThreatConnect no longer has. */
async function absent(total: number, allMissing: number, gone: number) {
  const living = Array.from({ length: LISTED - gone }, (_, n) => address(1 + n, `198.18.${n >> 8}.${n & 255}`));
  setup = await setUp(living);
  const rows = Array.from({ length: LISTED }, (_, n) => {
    const id = n < living.length ? 1 + n : 1_000_000 + n;
    return [`indicator--${n}`, String(id), `198.18.${n >> 8}.${n & 255}`, 'Example Source', '{}'];
  });
  const query = memoryQuery((kql) =>
    kql.includes('countif(')
      ? table(['Total', 'Missing'], [[total, allMissing]])
      : table(['IndicatorId', 'ExternalIndicatorId', 'NetworkIP', 'IndicatorProvider', 'AdditionalInformation'], rows),
  );
  const context = { host: 'example.com', sourceSystem: 'ThreatConnect-example', now: new Date(NOW) };
  return await findAbsent(
    { ...setup.dependencies, query },
    new Date('2026-03-01T00:00:00Z'),
    undefined,
    new Set(['Example Source']),
    context,
  );
}

describe('what is gone from ThreatConnect, listed in part', () => {
  it('is not believed when all that is missing is more than a twentieth', async () => {
    // 20,000 of a million would be little; 300,000 are a fault, and must not be revoked slice by slice.
    const outcome = await absent(1_000_000, 300_000, LISTED);
    expect(outcome.revocations).toEqual([]);
    expect(outcome.problems).toEqual([
      { subject: 'revocation', message: expect.stringContaining('300000 of 1000000 indicators are gone') },
    ]);
  });

  it('is revoked in slices when all of it together is little', async () => {
    const outcome = await absent(1_000_000, 30_000, LISTED);
    expect(outcome.revocations).toHaveLength(LISTED);
    expect(outcome).toMatchObject({ problems: [], settled: false });
  });
});
