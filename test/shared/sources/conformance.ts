/**
 * What every source must do, whatever its format: a test file names the source, gives an invented content and the sessions
 * worked out by hand, and adds only what is special.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findings } from '../../../shared/asim/validation';
import { FlowtrapError } from '../../../shared/errors';
import { type Outcome, sourceById } from '../../../shared/sources';
import { bytesOf, kindsOf, normalizeAll, normalizeResuming, type Session, sessionsOf } from './normalizing';

export interface Sample {
  /** Id of the source. */
  readonly source: string;
  readonly content: string;
  /** What each record becomes, in order: a session's fields (without EventOriginalUid), or `skipped:…`, `dead:…`. */
  readonly expected: readonly (Session | string)[];
  /** The text of each record, in order, as it stands in the content. */
  readonly records: readonly string[];
  /** A blob whose path alone tells the source. */
  readonly path?: { readonly container: string; readonly name: string };
}

const MAX_CUTS = 1500;
const SEED = { seed: 20260302, numRuns: 80 };

function valid(outcomes: readonly Outcome[]): void {
  for (const session of sessionsOf(outcomes)) expect(findings(session), JSON.stringify(session)).toEqual([]);
}

/** The outcomes, or undefined when the content as a whole is refused as unknown; any other error fails the test. */
function attempt(run: () => Outcome[]): Outcome[] | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof FlowtrapError && error.code === 'unknownFormat') return undefined;
    throw error;
  }
}

/** Outcomes as comparable values. */
function shape(outcomes: readonly Outcome[]): unknown[] {
  return outcomes.map((one) =>
    one.kind === 'dead' ? { ...one, record: Buffer.from(one.record).toString('latin1') } : one,
  );
}

/** Ends of a cut content: every byte of a short one; of a longer one every few bytes, and all around the ends of lines. */
function cutsOf(bytes: Buffer): readonly number[] {
  const step = Math.ceil(bytes.length / MAX_CUTS);
  const isAt = (at: number, code: number): boolean => bytes[at] === code;
  return Array.from({ length: bytes.length + 1 }, (_, end) => end).filter(
    (end) => end % step === 0 || [-2, -1, 0, 1].some((near) => isAt(end + near, 0x0a)) || end === bytes.length,
  );
}

export function conforms(sample: Sample): void {
  const { source, content, expected, path = {} } = sample;
  const bytes = bytesOf(content);

  describe(`conformance of ${source}`, () => {
    const whole = normalizeAll(content);

    it('states its facts', () => {
      const facts = sourceById(source);
      for (const text of [facts?.vendor, facts?.product, facts?.table, facts?.facts]) expect(text).toMatch(/\S/);
    });

    it('gives the sessions worked out by hand', () => {
      const got = whole.map((outcome) => {
        if (outcome.kind !== 'session') return `${outcome.kind}:${outcome.reason}`;
        const { EventOriginalUid, ...session } = JSON.parse(outcome.row) as Session;
        expect(EventOriginalUid).toMatch(/^\S{8,}$/);
        return session;
      });
      expect(got).toEqual(expected);
    });

    it('gives valid sessions, dated by their end', () => {
      valid(whole);
      for (const outcome of whole) {
        if (outcome.kind !== 'session') continue;
        const session = JSON.parse(outcome.row) as Session;
        expect(session.TimeGenerated).toBe(session.EventEndTime);
        expect(new Date(outcome.time).toISOString()).toBe(session.TimeGenerated);
      }
    });

    it('names each record’s place', () => {
      const texts = whole.map(({ offset, length }) => bytes.subarray(offset, offset + length).toString('utf8'));
      expect(texts).toEqual(sample.records);
    });

    it('gives each record an identity of its own, the same on every reading', () => {
      const ids = sessionsOf(whole).map((session) => session.EventOriginalUid);
      expect(new Set(ids).size).toBe(ids.length);
      expect(sessionsOf(normalizeAll(content)).map((session) => session.EventOriginalUid)).toEqual(ids);
    });

    it('is pinned, or found by its path', () => {
      expect(kindsOf(normalizeAll(content, { source }))).toEqual(kindsOf(whole));
      if (sample.path !== undefined) expect(kindsOf(normalizeAll(content, path))).toEqual(kindsOf(whole));
    });

    it('does not depend on how the bytes arrive', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
          expect(shape(normalizeAll(content, { cuts }))).toEqual(shape(whole));
        }),
        SEED,
      );
      const each = Array.from({ length: bytes.length }, (_, index) => index);
      expect(shape(normalizeAll(content, { cuts: each }))).toEqual(shape(whole));
    });

    it('resumes anywhere', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { minLength: 1, maxLength: 8 }), (cuts) => {
          const resumed = attempt(() => normalizeResuming(content, cuts, { source }));
          expect(shape(resumed ?? [])).toEqual(shape(whole));
        }),
        SEED,
      );
    });

    it('takes a content cut at any byte', () => {
      for (const end of cutsOf(bytes)) {
        const growing = normalizeAll(bytes.subarray(0, end), { source, final: false });
        expect(shape(growing), `cut at ${end}`).toEqual(shape(whole.slice(0, growing.length)));
        const closed = normalizeAll(bytes.subarray(0, end), { source });
        expect(closed.length - growing.length, `cut at ${end}`).toBeLessThanOrEqual(1);
        valid(closed);
      }
    });

    it('survives any mutation', () => {
      const mutation = fc.record({
        at: fc.nat(bytes.length - 1),
        remove: fc.nat(5),
        insert: fc.oneof(
          fc.uint8Array({ maxLength: 4 }),
          fc
            .constantFrom(
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
              '-',
              '\n',
              ' ',
              '0',
              '99999999999999999999',
              '::1',
              '\u{1f600}',
            )
            .map((text) => Buffer.from(text)),
        ),
      });
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean(), (mutations, pinned) => {
          let mutated: Buffer = bytes;
          for (const { at, remove, insert } of mutations) {
            mutated = Buffer.concat([mutated.subarray(0, at), insert, mutated.subarray(at + remove)]);
          }
          const outcomes = attempt(() => normalizeAll(mutated, pinned ? { source } : {}));
          if (outcomes === undefined) return;
          valid(outcomes);
          for (const { offset, length } of outcomes) {
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(offset + length).toBeLessThanOrEqual(mutated.length);
          }
        }),
        { ...SEED, numRuns: 300 },
      );
    });
  });
}
