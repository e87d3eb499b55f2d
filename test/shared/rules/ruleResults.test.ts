/** What the shipped rules find, on a real engine; every expected row is worked out by hand. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { clockCalls } from '../../../shared/kql/clockCalls';
import { loadStoredFunctions } from '../../../shared/kql/storedFunctions';
import { loadRules } from '../../../shared/rules/loadRules';
import type { ColumnType, TableDefinition } from '../../../shared/tableDefinition';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';
import { type Engine, openEngine } from '../../infra/local/kql/engine';

const ROOT = join(__dirname, '../../..');
const END = Date.parse('2026-03-02T10:00:00Z');
const BAD = '203.0.113.5';

function table({ table: name, columns }: TableDefinition) {
  const type = (of: ColumnType) => (of === 'boolean' ? ('bool' as const) : of);
  return { name, columns: columns.map((column) => ({ name: column.name, type: type(column.type) })) };
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({
    tables: [table(NETWORK_SESSION_TABLE), table(INDICATOR_TABLE)],
    functions: loadStoredFunctions(join(ROOT, 'shared/asim')),
  });
});
beforeEach(() => engine.execute('DELETE FROM ASimNetworkSessionLogs; DELETE FROM ThreatIntelligenceIndicator'));
afterAll(() => engine.close());

type Row = Readonly<Record<string, string | number | boolean>>;

async function insert(name: string, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row).map((column) => `"${column}"`);
    const values = Object.values(row).map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
    await engine.execute(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values.join(', ')})`);
  }
}

let sessions = 0;
/** A session that ends at a time of day. */
function session(time: string, from: string, to: string, port: number, more: Row = {}): Row {
  const moment = `2026-03-02 ${time}`;
  return {
    TimeGenerated: moment,
    EventStartTime: moment,
    EventEndTime: moment,
    EventOriginalUid: `s${sessions++}`,
    EventVendor: 'Microsoft',
    EventProduct: 'NSGFlow',
    DvcHostname: 'nsg-1',
    SrcIpAddr: from,
    DstIpAddr: to,
    DstPortNumber: port,
    NetworkDirection: 'Inbound',
    ...more,
  };
}

function indicator(address: string, more: Row = {}): Row {
  return {
    TimeGenerated: '2026-03-01 00:00:00',
    IndicatorId: `indicator--${address}`,
    SourceSystem: 'ThreatConnect-Local',
    Active: true,
    ExpirationDateTime: '2026-04-01 00:00:00',
    ConfidenceScore: 80,
    ThreatSeverity: 3,
    ThreatType: 'malicious-activity',
    Description: `about ${address}`,
    NetworkIP: address,
    ...more,
  };
}

function withoutEnd({ ExpirationDateTime: _, ...row }: Row): Row {
  return row as Row;
}

const addSessions = (...rows: readonly Row[]) => insert('ASimNetworkSessionLogs', rows);
const addIndicators = (...rows: readonly Row[]) => insert('ThreatIntelligenceIndicator', rows);

/** Runs a rule's query as detection does, at the end of a window. */
async function run(file: string, change: (kql: string) => string = (kql) => kql) {
  const { rules } = loadRules([{ name: file, text: readFileSync(join(ROOT, 'shared/rules', file), 'utf8') }]);
  const rule = rules[0];
  if (rule === undefined) throw new Error(`${file} does not load`);
  const query = change(rule.query);
  const kql = clockCalls.move(query, clockCalls.find(query), new Date(END));
  const columns = (await engine.columns(kql)).map((column) => column.split(':')[0] ?? '');
  const rows = await engine.rows(kql, {
    now: new Date('2030-01-01T00:00:00Z'),
    from: new Date(END - rule.queryPeriod),
    to: new Date(END),
  });
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
}

describe('threatConnectIpMatch', () => {
  const match = (change?: (kql: string) => string) => run('threatConnectIpMatch.yaml', change);

  it('finds an indicator as destination and as source, with ports, sessions, first and last time', async () => {
    await addIndicators(indicator(BAD), indicator('2001:db8::5'));
    await addSessions(
      session('09:10:00', '10.0.0.4', BAD, 443),
      session('09:20:00', '10.0.0.4', BAD, 8443),
      session('09:30:00', '2001:db8::5', '10.0.0.9', 22),
      session('09:40:00', '10.0.0.4', '192.0.2.1', 443),
    );
    expect((await match()).sort((a, b) => String(a.IoCIP).localeCompare(String(b.IoCIP)))).toEqual([
      {
        imNWS_mintime: '2026-03-02 09:30:00',
        imNWS_maxtime: '2026-03-02 09:30:00',
        Description: 'about 2001:db8::5',
        ActivityGroupNames: '',
        IndicatorId: 'indicator--2001:db8::5',
        ThreatType: 'malicious-activity',
        ExpirationDateTime: '2026-04-01 00:00:00',
        ConfidenceScore: 80,
        SrcIpAddr: '2001:db8::5',
        DstIpAddr: '10.0.0.9',
        IoCDirection: 'Source',
        IoCIP: '2001:db8::5',
        Dvc: 'nsg-1',
        EventVendor: 'Microsoft',
        EventProduct: 'NSGFlow',
        DstPorts: [22],
        Sessions: 1,
      },
      {
        imNWS_mintime: '2026-03-02 09:10:00',
        imNWS_maxtime: '2026-03-02 09:20:00',
        Description: `about ${BAD}`,
        ActivityGroupNames: '',
        IndicatorId: `indicator--${BAD}`,
        ThreatType: 'malicious-activity',
        ExpirationDateTime: '2026-04-01 00:00:00',
        ConfidenceScore: 80,
        SrcIpAddr: '10.0.0.4',
        DstIpAddr: BAD,
        IoCDirection: 'Destination',
        IoCIP: BAD,
        Dvc: 'nsg-1',
        EventVendor: 'Microsoft',
        EventProduct: 'NSGFlow',
        DstPorts: [443, 8443],
        Sessions: 2,
      },
    ]);
  });

  it.each([
    ['expired', [indicator(BAD, { ExpirationDateTime: '2026-03-02 10:00:00' })]],
    ['without an end', [withoutEnd(indicator(BAD))]],
    ['not active', [indicator(BAD, { Active: false })]],
    ['of another feed', [indicator(BAD, { SourceSystem: 'Microsoft' })]],
    ['older than 14 days', [indicator(BAD, { TimeGenerated: '2026-02-16 09:59:59' })]],
    ['from after the window', [indicator(BAD, { TimeGenerated: '2026-03-02 10:00:00' })]],
    [
      'taken back by its newest row',
      [indicator(BAD), indicator(BAD, { TimeGenerated: '2026-03-02 09:00:00', Active: false })],
    ],
    [
      'moved by its newest row to another feed',
      [indicator(BAD), indicator(BAD, { TimeGenerated: '2026-03-02 09:00:00', SourceSystem: 'Other' })],
    ],
  ])('an indicator %s matches nothing', async (_, rows) => {
    await addIndicators(...rows);
    await addSessions(session('09:10:00', '10.0.0.4', BAD, 443));
    expect(await match()).toEqual([]);
  });

  it('counts the last hour, from its first moment to before its end', async () => {
    await addIndicators(indicator(BAD));
    await addSessions(
      session('08:59:59.999', '10.0.0.1', BAD, 443),
      session('09:00:00', '10.0.0.2', BAD, 443),
      session('09:59:59.999', '10.0.0.3', BAD, 443),
      session('10:00:00', '10.0.0.4', BAD, 443),
    );
    expect((await match()).map((row) => row.SrcIpAddr).sort()).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  it.each([
    ['NetworkDestinationIP', { NetworkIP: '', NetworkDestinationIP: BAD, NetworkSourceIP: '192.0.2.99' }],
    ['NetworkSourceIP', { NetworkIP: '', NetworkSourceIP: BAD, EmailSourceIpAddress: '192.0.2.99' }],
    ['EmailSourceIpAddress', { NetworkIP: '', EmailSourceIpAddress: BAD }],
  ])('takes the address from %s when those before are empty', async (_, columns) => {
    await addIndicators(indicator('x', columns));
    await addSessions(session('09:10:00', '10.0.0.4', BAD, 443), session('09:10:00', '10.0.0.4', '192.0.2.99', 443));
    expect((await match()).map((row) => row.IoCIP)).toEqual([BAD]);
  });

  it('wants the session to begin before the indicator expires', async () => {
    await addIndicators(indicator(BAD, { ExpirationDateTime: '2026-03-02 10:30:00' }));
    await addSessions(session('09:10:00', '10.0.0.4', BAD, 443, { EventStartTime: '2026-03-02 10:30:00' }));
    expect(await match()).toEqual([]);
    await addSessions(session('09:10:00', '10.0.0.4', BAD, 443));
    expect(await match()).toHaveLength(1);
  });

  it('counts a session once that was written twice', async () => {
    await addIndicators(indicator(BAD));
    const twice = session('09:10:00', '10.0.0.4', BAD, 443);
    await addSessions(twice, twice);
    expect(await match()).toMatchObject([{ Sessions: 1 }]);
  });

  it('shows the gravest of several indicators for an address, once', async () => {
    await addIndicators(
      indicator(BAD, { IndicatorId: 'a', ThreatSeverity: 2, ConfidenceScore: 99 }),
      indicator(BAD, { IndicatorId: 'b', ThreatSeverity: 4, ConfidenceScore: 10 }),
      indicator(BAD, { IndicatorId: 'c', ThreatSeverity: 4, ConfidenceScore: 20 }),
    );
    await addSessions(session('09:10:00', '10.0.0.4', BAD, 443), session('09:11:00', '10.0.0.5', BAD, 443));
    expect((await match()).map((row) => [row.SrcIpAddr, row.IndicatorId])).toEqual([
      ['10.0.0.4', 'c'],
      ['10.0.0.5', 'c'],
    ]);
  });

  it('changes with its filters', async () => {
    await addIndicators(indicator(BAD, { SourceSystem: 'Other' }), indicator('192.0.2.7', { Active: false }));
    await addSessions(session('09:10:00', '10.0.0.4', BAD, 443), session('09:10:00', '10.0.0.4', '192.0.2.7', 443));
    expect(await match()).toEqual([]);
    expect((await match((kql) => kql.replace('"ThreatConnect-"', '"Oth"'))).map((row) => row.IoCIP)).toEqual([BAD]);
    expect(
      (await match((kql) => kql.replace('Active == true', 'Active == false').replace('"ThreatConnect-"', '""'))).map(
        (row) => row.IoCIP,
      ),
    ).toEqual(['192.0.2.7']);
  });
});

describe('externalPortSweep', () => {
  const sweep = (change?: (kql: string) => string) => run('externalPortSweep.yaml', change);
  /** One session from a source to each of so many hosts. */
  const probes = (source: string, port: number, hosts: number, more: Row = {}) =>
    Array.from({ length: hosts }, (_, n) =>
      session(`09:${String(10 + (n % 40)).padStart(2, '0')}:00`, source, `10.0.1.${n + 1}`, port, more),
    );

  it('fires on more than 20 hosts and not on 20', async () => {
    await addSessions(...probes(BAD, 445, 21), ...probes(BAD, 22, 20));
    const hosts = Array.from({ length: 21 }, (_, n) => `10.0.1.${n + 1}`).sort();
    expect(await sweep()).toEqual([
      {
        DstPortNumber: 445,
        SrcIpAddr: BAD,
        TargetCount: 21,
        TargetsOfSource: 21,
        Sessions: 21,
        FirstTime: '2026-03-02 09:10:00',
        LastTime: '2026-03-02 09:30:00',
        DstIpAddrs: hosts,
      },
    ]);
  });

  it('counts the hosts of a port over all sources, a row for each', async () => {
    await addSessions(...probes(BAD, 3389, 20), session('09:50:00', '198.51.100.7', '10.0.2.1', 3389));
    expect((await sweep()).map((row) => [row.SrcIpAddr, row.TargetCount, row.TargetsOfSource])).toEqual([
      [BAD, 21, 20],
      ['198.51.100.7', 21, 1],
    ]);
  });

  it.each([
    ['from inside', probes('10.9.9.9', 445, 30, { NetworkDirection: 'Local' })],
    ['outbound', probes('10.9.9.9', 445, 30, { NetworkDirection: 'Outbound' })],
    ['of old sessions that came late', probes(BAD, 445, 30, { EventEndTime: '2026-02-20 09:00:00' })],
    ['before the hour', probes(BAD, 445, 30, { TimeGenerated: '2026-03-02 08:59:59' })],
    ['after the hour', probes(BAD, 445, 30, { TimeGenerated: '2026-03-02 10:00:00' })],
  ])('does not fire on traffic %s', async (_, rows) => {
    await addSessions(...rows);
    expect(await sweep()).toEqual([]);
  });

  it('counts a session once that was written twice', async () => {
    const rows = probes(BAD, 445, 21);
    await addSessions(...rows, ...rows);
    expect(await sweep()).toMatchObject([{ TargetCount: 21, Sessions: 21 }]);
  });

  it('lists at most 100 hosts and 100 sources of a port, and counts all', async () => {
    await addSessions(
      ...Array.from({ length: 120 }, (_, n) => session('09:10:00', `198.51.100.${n}`, `10.0.1.${n}`, 445)),
    );
    const rows = await sweep();
    expect(rows).toHaveLength(100);
    expect(rows[0]).toMatchObject({ TargetCount: 120, SrcIpAddr: '198.51.100.0' });
    expect(rows[0]?.DstIpAddrs).toHaveLength(100);
  });

  it('changes with its threshold and its filters', async () => {
    await addSessions(...probes(BAD, 445, 10), ...probes('10.9.9.9', 22, 25, { NetworkDirection: 'Local' }));
    expect(await sweep()).toEqual([]);
    expect(
      (await sweep((kql) => kql.replace('threshold = 20', 'threshold = 9'))).map((row) => row.DstPortNumber),
    ).toEqual([445]);
    expect((await sweep((kql) => kql.replace('"Inbound"', '"Local"'))).map((row) => row.DstPortNumber)).toEqual([22]);
  });
});
