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
/** Rows may become visible out of the order of their ingestion times, by less than this. */
const OVERLAP = '10m';

/** Kept with a rule; plain JSON. Times of arrival as the service writes them, padded so that they compare as text. */
export interface ArrivalState {
  /** Newest arrival seen, by table. */
  readonly marks: Readonly<Record<string, string>>;
  /** Rows seen in each slot `table/milliseconds` that arrived so near the mark that the next look sees them again. */
  readonly seen: Readonly<Record<string, number>>;
}

export interface Arrival {
  readonly table: string;
  /** Beginning of the slot of event times (milliseconds). */
  readonly slot: number;
  /** The newest in the slot. */
  readonly arrived: string;
  /** Rows up to the mark of the look before. */
  readonly known: number;
  /** Rows of the last minutes before the newest arrival in the table. */
  readonly recent: number;
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
    const marks: Record<string, string> = { ...state.marks };
    for (const { table, arrived } of found) if (arrived > (marks[table] ?? '')) marks[table] = arrived;
    const moved = (table: string): boolean => marks[table] !== state.marks[table];
    const fresh = found.filter(
      (arrival) =>
        arrival.arrived > (state.marks[arrival.table] ?? '') || arrival.known > (state.seen[keyOf(arrival)] ?? 0),
    );
    const seen: Record<string, number> = {};
    for (const { table } of failures)
      for (const [key, rows] of Object.entries(state.seen)) if (key.startsWith(`${table}/`)) seen[key] = rows;
    for (const arrival of found) {
      const rows = moved(arrival.table) ? arrival.recent : arrival.known;
      if (rows > 0) seen[keyOf(arrival)] = rows;
    }
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
      [
        `let Mark = datetime(${mark});`,
        `let Arrivals = materialize(${table}`,
        `| where ingestion_time() > Mark - ${OVERLAP} and TimeGenerated >= datetime(${new Date(oldest).toISOString()})`,
        '| project Slot = bin(TimeGenerated, 5m), Arrived = ingestion_time());',
        'let Last = toscalar(Arrivals | summarize max(Arrived));',
        'Arrivals',
        `| summarize Arrived = max(Arrived), Known = countif(Arrived <= Mark), Recent = countif(Arrived > Last - ${OVERLAP}) by Slot`,
        '| project Slot, Arrived, Known, Recent',
      ].join('\n'),
    );
    return rows.flatMap(([slot, arrived, known, recent]) =>
      typeof slot === 'string' && typeof arrived === 'string'
        ? [{ table, slot: Date.parse(slot), arrived: padded(arrived), known: Number(known), recent: Number(recent) }]
        : [],
    );
  }
}

function keyOf({ table, slot }: Arrival): string {
  return `${table}/${slot}`;
}

/** With seven decimals always. */
function padded(time: string): string {
  const [seconds = '', decimals = ''] = time.replace(/Z$/, '').split('.');
  return `${seconds}.${decimals.padEnd(7, '0').slice(0, 7)}Z`;
}
