/** Every source's sample, changed at random, through every source: never a throw, never a session that the schema refuses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SOURCE_SAMPLES, sceneOf } from '../../../../infra/local/samples/everySource';
import type { SceneFile } from '../../../../infra/local/samples/sources/scene';
import { findings } from '../../../../shared/asim/validation';
import { FlowtrapError } from '../../../../shared/errors';
import { type Outcome, SOURCES } from '../../../../shared/sources';
import { bytesOf, normalizeAll, sessionsOf } from '../../../shared/sources/normalizing';

const HOUR = { start: Date.parse('2026-03-02T09:00:00Z') };
const FILES = SOURCE_SAMPLES.flatMap((sample) =>
  sample
    .write(sceneOf(HOUR))
    .map((file) => [`${sample.source} ${file.container}/${file.name.slice(-30)}`, file] as const),
);
/** Some records are enough, and quick. */
const BYTES = 4000;
const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '|',
  '=',
  '\n',
  '<',
  '>',
  '&',
  '-',
  '99999999999999999999',
  '::1',
  '\u{1f600}',
  '\0',
];

const change = fc.record({
  /** Where, as a share of the whole. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(6),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom(...PIECES).map((text) => Buffer.from(text)),
  ),
});

function changed(
  { content }: SceneFile,
  changes: readonly { at: number; remove: number; insert: Uint8Array }[],
): Buffer {
  let bytes = bytesOf(content).subarray(0, BYTES);
  for (const { at, remove, insert } of changes) {
    const from = Math.floor(at * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
  }
  return bytes;
}

/** The outcomes; none where the content is refused whole. */
function outcomesOf(bytes: Buffer, { container, name }: SceneFile, source: string | undefined): Outcome[] {
  try {
    return normalizeAll(bytes, { container, name, ...(source !== undefined && { source }) });
  } catch (error) {
    if (error instanceof FlowtrapError && ['unknownFormat', 'malformed', 'limit'].includes(error.code)) return [];
    throw error;
  }
}

describe('changed at random', () => {
  it.each(FILES)('%s', (_, file) => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.option(fc.constantFrom(...SOURCES.map(({ id }) => id)), { nil: undefined }),
        (changes, source) => {
          const bytes = changed(file, changes);
          const outcomes = outcomesOf(bytes, file, source);
          for (const session of sessionsOf(outcomes)) expect(findings(session), JSON.stringify(session)).toEqual([]);
          for (const { offset, length } of outcomes) expect(offset + length).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { seed: 20260302, numRuns: 120 },
    );
  });
});
