import { afterEach, describe, expect, it } from 'vitest';
import { startThreatConnect, type ThreatConnect } from '../../../infra/local/threatConnect';
import type { ThreatConnectSettings } from '../../../shared/config';
import { pullIndicators } from '../../../shared/threatconnect/pullIndicators';
import { memoryLog, memoryQuery, memorySink, memoryState, newest, settableClock, table } from './memory';

const ACCESS_ID = '12345678901234567890';
const SECRET_KEY = 'example-secret-key-0123456789ABCDEF';
const NOW = '2026-03-02T10:20:00Z';

let standIn: ThreatConnect | undefined;
afterEach(async () => {
  await standIn?.close();
  standIn = undefined;
});

function address(id: number | string, ip: string, more: object = {}): object {
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

async function setUp(indicators: readonly object[], settings: Partial<ThreatConnectSettings> = {}) {
  standIn = await startThreatConnect({ port: 0, accessId: ACCESS_ID, secretKey: SECRET_KEY, indicators, clock: NOW });
  const sink = memorySink();
  const arrives = { as: undefined as string | undefined };
  const dependencies = {
    settings: {
      url: standIn.url,
      authentication: { kind: 'hmac' as const, accessId: ACCESS_ID, secretKey: SECRET_KEY },
      owners: [],
      filter: undefined,
      alias: 'example',
      ...settings,
    },
    sink,
    state: memoryState(),
    query: memoryQuery((kql) => {
      const row = sink.rows.find((r) => kql.includes(String(r.IndicatorId)));
      return table(['SourceSystem'], row ? [[arrives.as ?? String(row.SourceSystem)]] : []);
    }),
    clock: settableClock(NOW),
    log: memoryLog(),
    pause: async () => {},
  };
  return { dependencies, sink, arrives, server: standIn };
}

describe('pullIndicators', () => {
  it('brings every active address over several pages, with exact ids', async () => {
    const many = Array.from({ length: 2500 }, (_, n) =>
      address(1000 + n, `203.0.113.${n % 256}`, { ownerId: 1 + Math.floor(n / 256) }),
    );
    const { dependencies, sink } = await setUp([
      ...many,
      address('9007199254918487', '2001:DB8:0:0:0:0:0:25'),
      { ...address(5, 'bad.example'), type: 'Host', hostName: 'bad.example' },
      address(6, '203.0.113.45:443'),
      address(7, '198.51.100.7', { active: false }),
    ]);
    const report = await pullIndicators(dependencies);
    expect(report.problems).toEqual([]);
    expect(report.walks).toEqual(['full']);
    expect(report.counts).toMatchObject({
      read: 2503,
      rows: 2501,
      active: 2501,
      revoked: 0,
      pages: 3,
      'skipped.type.Host': 1,
      'skipped.malformedAddress': 1,
    });
    expect(sink.rows.find((row) => row.ExternalIndicatorId === '9007199254918487')).toMatchObject({
      NetworkIP: '2001:db8::25',
      SourceSystem: 'ThreatConnect-example',
      Active: true,
    });
    expect(newest(sink.rows).size).toBe(2501);
    expect(report.sourceSystem).toMatchObject({
      ok: true,
      sent: 'ThreatConnect-example',
      arrived: 'ThreatConnect-example',
    });
  });
});
