/** A ThreatConnect stand-in and a pull wired to it, with the ports in memory. */
import {
  type PageFault,
  startThreatConnect,
  type ThreatConnect,
  type ThreatConnectOptions,
} from '../../../infra/local/threatConnect';
import type { ThreatConnectSettings } from '../../../shared/config';
import type { QueryTable } from '../../../shared/ports';
import { memoryLog, memoryQuery, memorySink, memoryState, newest, type Row, settableClock, table } from './memory';

export const ACCESS_ID = '12345678901234567890';
export const SECRET_KEY = 'example-secret-key-0123456789ABCDEF';
export const NOW = '2026-03-02T10:20:00Z';

/** A raw Address indicator; active, modified ten days before NOW. */
export function address(id: number | string, ip: string, more: object = {}): object {
  return {
    id,
    type: 'Address',
    ip,
    summary: ip,
    ownerId: 2,
    ownerName: 'Example Source',
    active: true,
    privateFlag: false,
    dateAdded: '2026-02-01T00:00:00Z',
    lastModified: '2026-02-20T00:00:00Z',
    ...more,
  };
}

export interface Faults {
  page: (number: number, target: string) => PageFault | undefined;
}

export async function setUp(
  indicators: readonly object[],
  settings: Partial<ThreatConnectSettings> = {},
  options: Partial<ThreatConnectOptions> = {},
) {
  const faults: Faults = { page: () => undefined };
  const server = await startThreatConnect({
    port: 0,
    accessId: ACCESS_ID,
    secretKey: SECRET_KEY,
    indicators,
    clock: NOW,
    pageFault: ({ number, target }) => faults.page(number, target),
    ...options,
  });
  const sink = memorySink();
  const arrival: { sourceSystem: string | undefined; queryable: boolean } = {
    sourceSystem: undefined,
    queryable: true,
  };
  const pauses: number[] = [];
  const dependencies = {
    settings: {
      url: server.url,
      authentication: { kind: 'hmac' as const, accessId: ACCESS_ID, secretKey: SECRET_KEY },
      owners: [],
      filter: undefined,
      alias: 'example',
      ...settings,
    },
    sink,
    state: memoryState(),
    query: memoryQuery((kql) => answer(kql, sink.rows, arrival)),
    clock: settableClock(NOW),
    log: memoryLog(),
    pause: async (milliseconds: number) => void pauses.push(milliseconds),
  };
  return { dependencies, sink, arrival, server, faults, pauses };
}

/** What a workspace that holds these rows would answer to the pull's own queries. */
function answer(
  kql: string,
  rows: readonly Row[],
  arrival: { sourceSystem: string | undefined; queryable: boolean },
): QueryTable {
  const known = arrival.queryable ? rows : [];
  if (kql.includes('project SourceSystem')) {
    const row = known.findLast((r) => kql.includes(String(r.IndicatorId)));
    return table(['SourceSystem'], row ? [[arrival.sourceSystem ?? String(row.SourceSystem)]] : []);
  }
  const [now = ''] = /ExpirationDateTime > datetime\(([^)]+)\)/.exec(kql)?.slice(1) ?? [];
  const live = [...newest(known).values()].filter((row) => row.Active === true && String(row.ExpirationDateTime) > now);
  const [since = ''] = /TimeGenerated < datetime\(([^)]+)\)/.exec(kql)?.slice(1) ?? [];
  const columns = ['IndicatorId', 'ExternalIndicatorId', 'NetworkIP', 'IndicatorProvider', 'AdditionalInformation'];
  const missing = live.filter((row) => String(row.TimeGenerated) < since);
  if (kql.includes('countif(')) return table(['Total', 'Missing'], [[live.length, missing.length]]);
  return table(
    columns,
    missing.map((row) => columns.map((column) => String(row[column] ?? ''))),
  );
}

/** Moves both clocks, which the sync compares. */
export async function later<T extends Awaited<ReturnType<typeof setUp>>>(setup: T, time: string): Promise<T> {
  setup.dependencies.clock.time = time;
  setup.server.setClock(time);
  return setup;
}

export type SetUp = Awaited<ReturnType<typeof setUp>>;
export type { ThreatConnect };
