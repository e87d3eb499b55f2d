/** Ports in memory, for tests of the pull: a sink that keeps rows, a state store with ETags and leases. */
import { FlowtrapError } from '../../../shared/errors';
import type { Clock, Lease, Log, LogQuery, QueryTable, RowSink, StateEntry, StateStore } from '../../../shared/ports';

export type Row = Readonly<Record<string, unknown>>;

export interface MemorySink extends RowSink {
  readonly rows: Row[];
  /** Called before each upload; may throw. */
  before: () => void;
}

export function memorySink(): MemorySink {
  const rows: Row[] = [];
  return {
    rows,
    before: () => {},
    async upload(batch) {
      this.before();
      const body = JSON.parse(batch.body().toString('utf8')) as Row[];
      rows.push(...body);
      return { accepted: body.length, refused: [] };
    },
  };
}

/** The newest row per IndicatorId. */
export function newest(rows: readonly Row[]): Map<string, Row> {
  const result = new Map<string, Row>();
  for (const row of rows) {
    const id = String(row.IndicatorId);
    const other = result.get(id);
    if (other === undefined || String(row.TimeGenerated) > String(other.TimeGenerated)) result.set(id, row);
  }
  return result;
}

export function memoryState(): StateStore & { readonly documents: Map<string, StateEntry<unknown>> } {
  const documents = new Map<string, StateEntry<unknown>>();
  const leased = new Set<string>();
  let version = 0;
  return {
    documents,
    async get<T>(key: string) {
      return structuredClone(documents.get(key)) as StateEntry<T> | undefined;
    },
    async put(key, value, options) {
      const current = documents.get(key)?.etag;
      const wanted = options?.ifMatch;
      if (wanted !== undefined && (wanted === 'absent' ? undefined : wanted) !== current) {
        throw new FlowtrapError('conflict', 'somebody else wrote it.', { subject: key });
      }
      const etag = `"${++version}"`;
      documents.set(key, { value: structuredClone(value), etag });
      return etag;
    },
    async delete(key) {
      documents.delete(key);
    },
    async *list(prefix) {
      for (const [key, { etag }] of documents) if (key.startsWith(prefix)) yield { key, etag, metadata: {} };
    },
    async lease(key): Promise<Lease | undefined> {
      if (leased.has(key)) return undefined;
      leased.add(key);
      return { signal: new AbortController().signal, release: async () => void leased.delete(key) };
    },
  };
}

/** Answers the read-back of SourceSystem from the sink's rows, and everything else by what the test says. */
export function memoryQuery(answer: (kql: string) => QueryTable): LogQuery & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async query(kql) {
      asked.push(kql);
      return answer(kql);
    },
  };
}

export function table(columns: readonly string[], rows: QueryTable['rows']): QueryTable {
  return { columns: columns.map((name) => ({ name, type: 'string' })), rows };
}

export function settableClock(start: string): Clock & { time: string } {
  return {
    time: start,
    now() {
      return new Date(this.time);
    },
  };
}

export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (line: string): void => void lines.push(line);
  return { lines, info: add, warn: add, error: add };
}
