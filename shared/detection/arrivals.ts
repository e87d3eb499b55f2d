/**
 * Late data: what arrived in the tables that rules read, with an event time in a window that was evaluated before. Only the
 * service's clock (ingestion_time) is compared with itself.
 */
import { MINUTE } from '../duration';
import type { LogQuery, QueryTable } from '../ports';

/** The tables that Flowtrap's rules read. */
export const WATCHED_TABLES = ['ASimNetworkSessionLogs', 'ThreatIntelligenceIndicator'] as const;

/** Event times are told apart in steps of this (milliseconds): the shortest frequency of a rule. */
export const SLOT = 5 * MINUTE;
/** Rows may become visible out of the order of their ingestion times. */
const OVERLAP = 10 * MINUTE;

/** Kept with a rule; plain JSON. Times of arrival as the service writes them, padded so that they compare as text. */
export interface ArrivalState {
  /** Newest arrival seen, by table. */
  readonly marks: Readonly<Record<string, string>>;
  /** Newest arrival seen in each slot `table/milliseconds`, as far back as the next look overlaps. */
  readonly seen: Readonly<Record<string, string>>;
}

export interface Arrival {
  readonly table: string;
  /** Beginning of the slot of event times (milliseconds). */
  readonly slot: number;
  readonly arrived: string;
}

/** A look's outcome: what is new, the state after it, and the tables that could not be looked at (their marks stay). */
export interface Look {
  readonly fresh: readonly Arrival[];
  readonly state: ArrivalState;
  readonly failures: readonly { readonly table: string; readonly error: unknown }[];
}

/** Looks at both tables; the same look is taken once a run. */
export class ArrivalScan {
  private clock: Promise<QueryTable> | undefined;
  private readonly looks = new Map<string, Promise<readonly Arrival[]>>();

  constructor(private readonly query: LogQuery) {}

  /**
   * The state of a rule that nothing was evaluated of yet: all that arrives from now on counts.
   * @throws FlowtrapError when the service cannot tell its time.
   */
  async begin(): Promise<ArrivalState> {
    this.clock ??= this.query.query('print Now = now()');
    const now = (await this.clock).rows[0]?.[0];
    const mark = padded(typeof now === 'string' ? now : '');
    return { marks: Object.fromEntries(WATCHED_TABLES.map((table) => [table, mark])), seen: {} };
  }

  /**
   * What arrived since the last look.
   * @param oldest event times before it are of no interest (milliseconds).
   */
  async look(state: ArrivalState, oldest: number): Promise<Look> {
    const looks = await Promise.allSettled(
      WATCHED_TABLES.map((table) => this.lookAt(table, state.marks[table] ?? '', oldest)),
    );
    const found = looks.flatMap((look) => (look.status === 'fulfilled' ? look.value : []));
    const failures = looks.flatMap((look, index) =>
      look.status === 'rejected' ? [{ table: WATCHED_TABLES[index] ?? '', error: look.reason as unknown }] : [],
    );
    const fresh = found.filter((arrival) => arrival.arrived > (state.seen[keyOf(arrival)] ?? ''));
    const marks: Record<string, string> = { ...state.marks };
    for (const { table, arrived } of found) if (arrived > (marks[table] ?? '')) marks[table] = arrived;
    const seen: Record<string, string> = {};
    for (const { table } of failures)
      for (const [key, arrived] of Object.entries(state.seen)) if (key.startsWith(`${table}/`)) seen[key] = arrived;
    for (const arrival of found)
      if (arrival.arrived > since(marks[arrival.table] ?? '')) seen[keyOf(arrival)] = arrival.arrived;
    return { fresh, state: { marks, seen }, failures };
  }

  private lookAt(table: string, mark: string, oldest: number): Promise<readonly Arrival[]> {
    const bound = Math.floor(oldest / SLOT) * SLOT;
    const key = `${table} ${mark} ${bound}`;
    const look = this.looks.get(key) ?? this.ask(table, mark, bound);
    this.looks.set(key, look);
    return look;
  }

  private async ask(table: string, mark: string, oldest: number): Promise<Arrival[]> {
    const { rows } = await this.query.query(
      `${table}\n| where ingestion_time() > datetime(${since(mark)})\n| where TimeGenerated >= datetime(${new Date(oldest).toISOString()})\n` +
        `| extend Arrived = ingestion_time(), Slot = bin(TimeGenerated, 5m)\n` +
        `| summarize Arrived = max(Arrived) by Slot\n| project Slot, Arrived`,
    );
    return rows.flatMap(([slot, arrived]) =>
      typeof slot === 'string' && typeof arrived === 'string'
        ? [{ table, slot: Date.parse(slot), arrived: padded(arrived) }]
        : [],
    );
  }
}

function keyOf({ table, slot }: Arrival): string {
  return `${table}/${slot}`;
}

/** The overlap before a mark, as text. */
function since(mark: string): string {
  return padded(new Date(Date.parse(mark) - OVERLAP).toISOString());
}

/** With seven decimals always. */
function padded(time: string): string {
  const [seconds = '', decimals = ''] = time.replace(/Z$/, '').split('.');
  return `${seconds}.${decimals.padEnd(7, '0').slice(0, 7)}Z`;
}
