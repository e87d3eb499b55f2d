/** Normalizing whole contents in tests: any chunking, any stop and resume. */
import { parseNetworks } from '../../../shared/networks';
import {
  type Normalizer,
  type NormalizerInput,
  type Outcome,
  openNormalizer,
  type ResumePoint,
} from '../../../shared/sources';

export const PRIVATE = parseNetworks(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']);

export interface Options {
  readonly container?: string;
  readonly name?: string;
  readonly source?: string;
  readonly resume?: ResumePoint;
}

export function open(options: Options = {}): Normalizer {
  const input: NormalizerInput = {
    account: 'logs',
    container: options.container ?? 'files',
    name: options.name ?? 'file',
    pinnedSource: options.source,
    internalNetworks: PRIVATE,
    reference: Date.UTC(2026, 2, 2, 12),
    resume: options.resume,
  };
  return openNormalizer(input);
}

export function bytesOf(content: string | Uint8Array): Buffer {
  return Buffer.from(content);
}

/** All outcomes of a content, fed in pieces that end at `cuts`. */
export function normalizeAll(
  content: string | Uint8Array,
  options: Options & { readonly cuts?: readonly number[]; readonly final?: boolean } = {},
): Outcome[] {
  const bytes = bytesOf(content);
  const normalizer = open(options);
  const outcomes: Outcome[] = [];
  let from = 0;
  for (const cut of [...(options.cuts ?? []), bytes.length].sort((a, b) => a - b)) {
    // A copy that is overwritten afterwards: nothing may depend on a chunk that was taken.
    const chunk = Buffer.from(bytes.subarray(from, cut));
    outcomes.push(...normalizer.feed(chunk));
    chunk.fill(0x2a);
    from = cut;
  }
  outcomes.push(...normalizer.end(options.final ?? true));
  return outcomes;
}

/** All outcomes when every piece is read by a new normalizer from the resume point of the one before. */
export function normalizeResuming(
  content: string | Uint8Array,
  cuts: readonly number[],
  options: Options = {},
): Outcome[] {
  const bytes = bytesOf(content);
  const outcomes: Outcome[] = [];
  let resume: ResumePoint | undefined;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    const normalizer = open({ ...options, ...(resume !== undefined && { resume }) });
    const last = cut === bytes.length;
    outcomes.push(...normalizer.feed(bytes.subarray(resume?.offset ?? 0, cut)));
    outcomes.push(...normalizer.end(last));
    resume = JSON.parse(JSON.stringify(normalizer.resumePoint())) as ResumePoint;
  }
  return outcomes;
}

export type Session = Record<string, unknown>;

/** A session without some of its fields. */
export function without(session: Session, ...fields: readonly string[]): Session {
  return Object.fromEntries(Object.entries(session).filter(([field]) => !fields.includes(field)));
}

export function sessionsOf(outcomes: readonly Outcome[]): Session[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'session' ? [JSON.parse(outcome.row) as Session] : []));
}

/** `session`, `skipped:reason` or `dead:reason`, one by one. */
export function kindsOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => (outcome.kind === 'session' ? 'session' : `${outcome.kind}:${outcome.reason}`));
}
