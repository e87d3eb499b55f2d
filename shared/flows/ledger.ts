/**
 * Accounts for the records of one blob. Each record counts once, when the checkpoint moves past it; so the sums are exact
 * however often a part is read again after a failure, and records = sessions + skipped + dead at every moment.
 */

export interface Counts {
  readonly records: number;
  readonly sessions: number;
  /** By reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** By reason. */
  readonly dead: Readonly<Record<string, number>>;
  /** Of the sessions: event time older than two days; the service replaces it by the time of arrival. */
  readonly tooLate: number;
  /** Of the sessions: event time more than a day ahead; likewise. */
  readonly tooEarly: number;
}

export const NO_COUNTS: Counts = { records: 0, sessions: 0, skipped: {}, dead: {}, tooLate: 0, tooEarly: 0 };

export type EntryKind = 'session' | 'tooLate' | 'tooEarly' | 'skipped' | 'dead';

/** Distinct reasons of one kind; further ones are counted as `other`, so that foreign text cannot fill the ledger. */
const MOST_REASONS = 50;
/** Records given but not yet behind the checkpoint. Beyond, they are counted at once, and again if they are read again. */
const MOST_OPEN = 4_000_000;
const FIRST_OPEN = 4096;

export class Ledger {
  private settled: Counts;
  /** Index of a kind and reason → how it is counted. */
  private readonly keys: { kind: EntryKind; reason: string }[] = [];
  private readonly keyIndex = new Map<string, number>();
  /** Of the records that are not settled yet: how each counts and where it begins. Typed, as a record may hold millions. */
  private codes = new Uint16Array(FIRST_OPEN);
  private offsets = new Float64Array(FIRST_OPEN);
  private used = 0;
  /** Number of the entry at index 0 of the arrays. */
  private base = 0;

  /** @param before what was settled by earlier runs over this content. */
  constructor(before: Counts = NO_COUNTS) {
    this.settled = before;
  }

  /** Enters a record; returns the entry's number. */
  enter(kind: EntryKind, reason: string, offset: number): number {
    if (this.used >= MOST_OPEN) this.settle(Number.POSITIVE_INFINITY);
    if (this.used === this.codes.length) this.grow();
    this.codes[this.used] = this.code(kind, reason);
    this.offsets[this.used] = offset;
    return this.base + this.used++;
  }

  /** The service refused the record's row: it is dead, not a session. */
  turnDead(entry: number, reason: string): void {
    const index = entry - this.base;
    if (index >= 0 && index < this.used) this.codes[index] = this.code('dead', reason);
  }

  /**
   * Counts the records before an offset (of the checkpoint that is about to be written).
   * @returns everything settled so far.
   */
  settle(offset: number): Counts {
    const tally = new Map<number, number>();
    let settled = 0;
    while (settled < this.used && (this.offsets[settled] as number) < offset) {
      const code = this.codes[settled++] as number;
      tally.set(code, (tally.get(code) ?? 0) + 1);
    }
    if (settled > 0) {
      this.codes.copyWithin(0, settled, this.used);
      this.offsets.copyWithin(0, settled, this.used);
      this.used -= settled;
      this.base += settled;
    }
    for (const [code, count] of tally) {
      const key = this.keys[code];
      if (key) this.settled = add(this.settled, key.kind, key.reason, count);
    }
    return this.settled;
  }

  private grow(): void {
    const codes = new Uint16Array(this.used * 2);
    const offsets = new Float64Array(this.used * 2);
    codes.set(this.codes);
    offsets.set(this.offsets);
    this.codes = codes;
    this.offsets = offsets;
  }

  private code(kind: EntryKind, reason: string): number {
    const name = `${kind}\u001f${reason}`;
    let index = this.keyIndex.get(name);
    if (index === undefined) {
      const used = this.keys.filter((key) => key.kind === kind).length;
      if (used >= MOST_REASONS && reason !== 'other') return this.code(kind, 'other');
      index = this.keys.push({ kind, reason: reason.slice(0, 100) }) - 1;
      this.keyIndex.set(name, index);
    }
    return index;
  }
}

function add(counts: Counts, kind: EntryKind, reason: string, count: number): Counts {
  const records = counts.records + count;
  switch (kind) {
    case 'skipped':
      return { ...counts, records, skipped: plus(counts.skipped, reason, count) };
    case 'dead':
      return { ...counts, records, dead: plus(counts.dead, reason, count) };
    case 'session':
      return { ...counts, records, sessions: counts.sessions + count };
    default:
      return { ...counts, records, sessions: counts.sessions + count, [kind]: counts[kind] + count };
  }
}

function plus(by: Readonly<Record<string, number>>, reason: string, count: number): Record<string, number> {
  return { ...by, [reason]: (Object.hasOwn(by, reason) ? (by[reason] ?? 0) : 0) + count };
}

export function total(by: Readonly<Record<string, number>>): number {
  return Object.values(by).reduce((sum, count) => sum + count, 0);
}

/** `after` less `before`, where `after` grew out of `before`. */
export function difference(after: Counts, before: Counts): Counts {
  const less = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(a)
        .map(([reason, count]) => [reason, count - (Object.hasOwn(b, reason) ? (b[reason] ?? 0) : 0)] as const)
        .filter(([, count]) => count !== 0),
    );
  return {
    records: after.records - before.records,
    sessions: after.sessions - before.sessions,
    skipped: less(after.skipped, before.skipped),
    dead: less(after.dead, before.dead),
    tooLate: after.tooLate - before.tooLate,
    tooEarly: after.tooEarly - before.tooEarly,
  };
}
