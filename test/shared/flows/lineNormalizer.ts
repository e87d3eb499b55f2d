/**
 * A normalizer of the simplest log that has every kind of record: `session <n> [<time>]`, `skip <reason>`, anything else is
 * dead; content that does not begin with `#log` is of no known format.
 */
import { FlowtrapError } from '../../../shared/errors';
import type { Normalizer, NormalizerInput, Outcome } from '../../../shared/sources/normalizer';

const HEADER = '#log\n';

export function openLineNormalizer(input: NormalizerInput): Normalizer {
  let offset = input.resume?.offset ?? 0;
  let known = input.resume?.memory === 'known';
  let rest: Buffer = Buffer.alloc(0);

  function* lines(): Iterable<Outcome> {
    if (!known && rest.length >= HEADER.length) {
      if (rest.toString('latin1', 0, HEADER.length) !== HEADER) throw unknown();
      known = true;
      rest = rest.subarray(HEADER.length);
      offset += HEADER.length;
    }
    for (;;) {
      const end = known ? rest.indexOf(0x0a) : -1;
      if (end < 0) return;
      const line = rest.subarray(0, end);
      const at = offset;
      rest = rest.subarray(end + 1);
      offset += end + 1;
      yield outcome(line, at, end + 1);
    }
  }

  const unknown = () =>
    new FlowtrapError('unknownFormat', 'no source knows this content.', {
      subject: input.name,
      fix: 'Pin the source.',
    });

  return {
    get source() {
      return known ? 'lineLog' : undefined;
    },
    *feed(chunk) {
      rest = Buffer.concat([rest, chunk]);
      yield* lines();
    },
    *end(final) {
      if (!known) throw unknown();
      if (!final || rest.length === 0) return;
      const at = offset;
      const line = rest;
      offset += rest.length;
      rest = Buffer.alloc(0);
      yield outcome(line, at, line.length);
    },
    resumePoint: () => ({ offset, memory: known ? 'known' : null }),
  };

  function outcome(line: Buffer, at: number, length: number): Outcome {
    const [word, value = '', time] = line.toString('utf8').split(' ');
    if (word === 'session') {
      const row = JSON.stringify({ id: value, blob: input.name });
      return { kind: 'session', row, time: time ? Date.parse(time) : Date.now(), offset: at, length };
    }
    if (word === 'skip') return { kind: 'skipped', reason: value, offset: at, length };
    return { kind: 'dead', reason: 'noSession', offset: at, length, record: Buffer.from(line) };
  }
}
