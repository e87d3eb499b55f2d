/** What is kept of a rule between runs, under `rules/<ruleId>`: how far it got, where its text asks for the time, what is late. */
import { createHash } from 'node:crypto';
import { FlowtrapError } from '../errors';
import type { Lease, StateStore } from '../ports';
import type { Rule } from '../rules/rule';
import type { ArrivalState } from './arrivals';
import type { ClockCall, ClockCalls } from './clockCalls';

export interface LateWindow {
  readonly end: number;
  /** The window right after the late data comes before those that only look back that far. */
  readonly first: boolean;
}

/** Plain JSON. Times are milliseconds since the epoch. */
export interface RuleState {
  readonly version: 1;
  readonly rule: string;
  /** Of the rule's text; the calls below belong to it. */
  readonly digest: string;
  readonly calls: readonly ClockCall[];
  /** What in the text cannot be moved to a past window. */
  readonly warnings?: readonly string[];
  /** No window ends at or before it are evaluated on schedule. */
  readonly start: number;
  /** The newest W that was evaluated on schedule. */
  readonly evaluatedTo: number;
  readonly arrivals?: ArrivalState;
  /** Windows to evaluate again. */
  readonly late: readonly LateWindow[];
  /** When a window was last evaluated as late, for as long as that counts. */
  readonly lateAt: Readonly<Record<string, number>>;
  /** The window that the rule cannot get past. */
  readonly failing?: { readonly end: number; readonly count: number };
  readonly lastSuccess?: string;
  readonly lastError?: { readonly time: string; readonly message: string };
}

export function ruleKey(ruleId: string): string {
  return `rules/${ruleId}`;
}

/** The rule's state in hand: read once, written under the lease, each time over the version that was read. */
export class KeptRuleState {
  private constructor(
    private readonly key: string,
    private readonly store: StateStore,
    private readonly lease: Lease | undefined,
    private etag: string | 'absent',
    public value: RuleState,
  ) {}

  /**
   * @param start where a rule without state begins (milliseconds).
   * @param lease undefined: never written.
   */
  static async open(
    rule: Rule,
    store: StateStore,
    lease: Lease | undefined,
    start: number,
    clockCalls: ClockCalls,
  ): Promise<KeptRuleState> {
    const key = ruleKey(rule.id);
    const entry = await store.get<RuleState>(key);
    const digest = createHash('sha256').update(`2\n${rule.query}`).digest('hex');
    const known = entry?.value;
    const read = known?.digest === digest ? known : await readText(rule, clockCalls);
    const value: RuleState = {
      ...(known ?? { version: 1, start, evaluatedTo: start, late: [], lateAt: {} }),
      rule: rule.name,
      digest,
      calls: read.calls,
      warnings: read.warnings ?? [],
    };
    return new KeptRuleState(key, store, lease, entry?.etag ?? 'absent', value);
  }

  async save(change: Partial<RuleState> = {}): Promise<void> {
    this.value = { ...this.value, ...change };
    if (this.lease === undefined) return;
    this.etag = await this.store.put(this.key, this.value, { ifMatch: this.etag, lease: this.lease });
  }
}

/** @throws FlowtrapError `malformed` when the query is no KQL. */
async function readText(rule: Rule, clockCalls: ClockCalls): Promise<Pick<RuleState, 'calls' | 'warnings'>> {
  try {
    return { calls: await clockCalls.find(rule.query), warnings: clockCalls.warnings?.(rule.query) ?? [] };
  } catch (cause) {
    throw new FlowtrapError('malformed', `its query cannot be read: ${(cause as Error).message}`, {
      subject: rule.file,
      fix: 'Correct the KQL.',
      cause,
    });
  }
}
