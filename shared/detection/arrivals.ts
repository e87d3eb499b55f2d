/**
 * Late data: what arrived in the tables that rules read, with an event time in a window that was evaluated before. Only the
 * service's clock (ingestion_time) is compared with itself.
 */
import { MINUTE } from '../duration';
import type { LogQuery } from '../ports';

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

export const NOTHING_SEEN: ArrivalState = { marks: {}, seen: {} };

/** Looks at both tables; the same look is taken once a run. */
export class ArrivalScan {
  private readonly looks = new Map<string, Promise<readonly Arrival[]>>();

  constructor(private readonly query: LogQuery) {}

  /**
   * What arrived since the last look, and the state after it.
   * @param oldest event times before it are of no interest (milliseconds).
   */
  async look(
    state: ArrivalState,
    oldest: number,
  ): Promise<{ readonly fresh: readonly Arrival[]; readonly state: ArrivalState }> {
    const found = (
      await Promise.all(WATCHED_TABLES.map((table) => this.lookAt(table, state.marks[table], oldest)))
    ).flat();
    const fresh = found.filter((arrival) => arrival.arrived > (state.seen[keyOf(arrival)] ?? ''));
    const marks: Record<string, string> = { ...state.marks };
    for (const { table, arrived } of found) if (arrived > (marks[table] ?? '')) marks[table] = arrived;
    const seen: Record<string, string> = {};
    for (const arrival of found)
      if (arrival.arrived > since(marks[arrival.table])) seen[keyOf(arrival)] = arrival.arrived;
    return { fresh, state: { marks, seen } };
  }

  private lookAt(table: string, mark: string | undefined, oldest: number): Promise<readonly Arrival[]> {
    const bound = Math.floor(oldest / SLOT) * SLOT;
    const key = `${table} ${mark} ${bound}`;
    const look = this.looks.get(key) ?? this.ask(table, mark, bound);
    this.looks.set(key, look);
    return look;
  }

  private async ask(table: string, mark: string | undefined, oldest: number): Promise<Arrival[]> {
    const arrivedAfter = mark === undefined ? '' : `| where ingestion_time() > datetime(${since(mark)})\n`;
    const { rows } = await this.query.query(
      `${table}\n${arrivedAfter}| where TimeGenerated >= datetime(${new Date(oldest).toISOString()})\n` +
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
function since(mark: string | undefined): string {
  return mark === undefined ? '' : padded(new Date(Date.parse(mark) - OVERLAP).toISOString());
}

/** With seven decimals always. */
function padded(time: string): string {
  const [seconds = '', decimals = ''] = time.replace(/Z$/, '').split('.');
  return `${seconds}.${decimals.padEnd(7, '0').slice(0, 7)}Z`;
}
