/** The two kinds of rule in thirty changed forms, over data small enough to work the answers out by hand. The window is [11:00, 12:00). */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KqlType, WorkspaceSchema } from '../../../../infra/local/kql';
import { loadStoredFunctions } from '../../../../shared/kql/storedFunctions';
import { type Engine, openEngine } from './engine';

function columns(
  strings: string,
  others: Readonly<Record<string, KqlType>>,
): WorkspaceSchema['tables'][number]['columns'] {
  const texts = strings.split(' ').map((name) => ({ name, type: 'string' as const }));
  return [...texts, ...Object.entries(others).map(([name, type]) => ({ name, type }))];
}

const SESSION_COLUMNS = columns(
  'EventOriginalUid EventVendor EventProduct EventType EventResult DvcAction NetworkDirection NetworkSessionId NetworkRuleName SrcIpAddr DstIpAddr SrcHostname DstHostname SrcFQDN DstFQDN SrcDvcId DstDvcId Dvc DvcFQDN DvcHostname DvcIpAddr DvcId DvcInterface DvcInboundInterface DvcOutboundInterface DstUsername SrcVlanId DstVlanId',
  {
    TimeGenerated: 'datetime',
    EventStartTime: 'datetime',
    EventEndTime: 'datetime',
    DstPortNumber: 'int',
    NetworkDuration: 'int',
    NetworkRuleNumber: 'int',
  },
);

const INDICATOR_COLUMNS = columns(
  'IndicatorId SourceSystem Description ThreatType NetworkIP NetworkDestinationIP NetworkSourceIP EmailSourceIpAddress',
  { TimeGenerated: 'datetime', ExpirationDateTime: 'datetime', Active: 'bool', ConfidenceScore: 'real' },
);

/** Ports: 22 on 25 hosts (one session twice), 23 on exactly 20, 24 outward on 21, 25 on 30 hosts an hour early, 26 on 21 by three sources, 27 on 5 often. */
const SWEEPS = `INSERT INTO "ASimNetworkSessionLogs" (TimeGenerated, EventStartTime, EventEndTime, EventOriginalUid, NetworkDirection, DstPortNumber, SrcIpAddr, DstIpAddr, EventResult)
  SELECT t, t - INTERVAL 10 SECOND, t, 'p' || port || '-' || n, direction, port, source, '10.0.0.' || host, 'Success' FROM (
    SELECT TIMESTAMP '2024-06-15 11:10:00' + to_seconds(i) AS t, i AS n, 'Inbound' AS direction, 22 AS port, '203.0.113.9' AS source, i AS host FROM range(1, 26) r(i)
    UNION ALL SELECT TIMESTAMP '2024-06-15 11:10:01', 1, 'Inbound', 22, '203.0.113.9', 1
    UNION ALL SELECT TIMESTAMP '2024-06-15 11:20:00', i, 'Inbound', 23, '203.0.113.9', i FROM range(1, 21) r(i)
    UNION ALL SELECT TIMESTAMP '2024-06-15 11:20:00', i, 'Outbound', 24, '10.0.0.99', i FROM range(1, 22) r(i)
    UNION ALL SELECT TIMESTAMP '2024-06-15 10:30:00', i, 'Inbound', 25, '203.0.113.9', i FROM range(1, 31) r(i)
    UNION ALL SELECT TIMESTAMP '2024-06-15 11:59:59', i, 'Inbound', 26, '198.51.100.' || (1 + i % 3), i FROM range(1, 22) r(i)
    UNION ALL SELECT TIMESTAMP '2024-06-15 11:30:00', i, 'Inbound', 27, '203.0.113.9', 1 + i % 5 FROM range(1, 41) r(i))`;

/** i1 matches; i2 was taken back by its newest row; i3 expired; i4 is another feed's; i5 and i6 hold the address elsewhere; i8 is a month old. */
const INDICATORS = `INSERT INTO "ThreatIntelligenceIndicator" (IndicatorId, TimeGenerated, SourceSystem, Active, ExpirationDateTime, NetworkIP, NetworkDestinationIP, EmailSourceIpAddress, ConfidenceScore) VALUES
  ('i1', '2024-06-14 12:00', 'ThreatConnect-Acme', true, '2024-07-01', '198.51.100.77', '', '', 80),
  ('i2', '2024-06-10 12:00', 'ThreatConnect-Acme', true, '2024-07-01', '203.0.113.50', '', '', 50),
  ('i2', '2024-06-12 12:00', 'ThreatConnect-Acme', false, '2024-07-01', '203.0.113.50', '', '', 50),
  ('i3', '2024-06-12 12:00', 'ThreatConnect-Acme', true, '2024-06-14', '203.0.113.51', '', '', 50),
  ('i4', '2024-06-12 12:00', 'OtherFeed', true, '2024-07-01', '203.0.113.52', '', '', 50),
  ('i5', '2024-06-12 12:00', 'ThreatConnect-Beta', true, '2024-07-01', '', '2001:db8::5', '', 60),
  ('i6', '2024-06-12 12:00', 'ThreatConnect-Beta', true, '2024-07-01', '', '', '192.0.2.66', 70),
  ('i8', '2024-05-20 12:00', 'ThreatConnect-Acme', true, '2024-07-01', '203.0.113.54', '', '', 50)`;

const MATCHES = `INSERT INTO "ASimNetworkSessionLogs" (TimeGenerated, EventStartTime, EventEndTime, EventOriginalUid, NetworkDirection, DstPortNumber, SrcIpAddr, DstIpAddr, EventVendor, EventProduct, DvcHostname)
  SELECT t, t, t, uid, 'NA', 443, src, dst, 'V', 'P', 'fw' FROM (VALUES
  (TIMESTAMP '2024-06-15 11:05', 's1', '10.1.0.5', '198.51.100.77'), ('2024-06-15 11:25', 's1b', '10.1.0.5', '198.51.100.77'),
  ('2024-06-15 11:10', 's2', '198.51.100.77', '10.1.0.6'), ('2024-06-15 11:10', 's3', '10.1.0.7', '203.0.113.50'),
  ('2024-06-15 11:10', 's4', '10.1.0.7', '203.0.113.51'), ('2024-06-15 11:10', 's5', '10.1.0.7', '203.0.113.52'),
  ('2024-06-15 11:40', 's6', '10.1.0.8', '2001:db8::5'), ('2024-06-15 11:50', 's7', '192.0.2.66', '10.1.0.9'),
  ('2024-06-15 10:30', 's8', '10.1.0.5', '198.51.100.77'), ('2024-06-15 11:10', 's9', '10.1.0.5', '203.0.113.54')) v(t, uid, src, dst)`;

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine({
    tables: [
      { name: 'ASimNetworkSessionLogs', columns: SESSION_COLUMNS },
      { name: 'ThreatIntelligenceIndicator', columns: INDICATOR_COLUMNS },
    ],
    functions: loadStoredFunctions(join(__dirname, '../../../../shared/asim')),
  });
  await engine.execute(SWEEPS);
  await engine.execute(INDICATORS);
  await engine.execute(MATCHES);
});
afterAll(() => engine.close());

/** Rows as text: cells by `|`, rows by blanks, sorted. */
async function answer(kql: string): Promise<string> {
  const rows = await engine.rows(kql);
  return rows
    .map((row) => row.map((cell) => (typeof cell === 'object' ? JSON.stringify(cell) : String(cell))).join('|'))
    .sort()
    .join(' ');
}

const SWEEP = `let threshold = 20;
let lookback = 1h;
_Im_NetworkSession(starttime=ago(lookback), endtime=now())
| where NetworkDirection == "Inbound"
| summarize Hosts = make_set(DstIpAddr, 100), Sessions = dcount(EventOriginalUid), First = min(EventStartTime), Last = max(EventEndTime), Sources = make_set(SrcIpAddr, 100) by DstPortNumber
| where array_length(Hosts) > threshold
| project DstPortNumber, Count = array_length(Hosts)`;

/** Replaces a part that must be there. */
function change(text: string, ...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`'${from}' is not in the query.`);
    return current.replace(from, to);
  }, text);
}

describe('port sweep', () => {
  it.each<[string, string, string]>([
    ['as it is', SWEEP, '22|25 26|21'],
    ['lower threshold', change(SWEEP, ['threshold = 20', 'threshold = 19']), '22|25 23|20 26|21'],
    ['at least instead of more than', change(SWEEP, ['> threshold', '>= threshold']), '22|25 23|20 26|21'],
    ['higher threshold', change(SWEEP, ['threshold = 20', 'threshold = 21']), '22|25'],
    ['threshold out of reach', change(SWEEP, ['threshold = 20', 'threshold = 4 * 10']), ''],
    ['other direction', change(SWEEP, ['"Inbound"', '"Outbound"']), '24|21'],
    ['any case of the direction', change(SWEEP, ['== "Inbound"', '=~ "INBOUND"']), '22|25 26|21'],
    ['no direction', change(SWEEP, ['| where NetworkDirection == "Inbound"\n', '']), '22|25 24|21 26|21'],
    ['two hours', change(SWEEP, ['lookback = 1h', 'lookback = 2h']), '22|25 25|30 26|21'],
    ['set smaller than the threshold', change(SWEEP, ['DstIpAddr, 100', 'DstIpAddr, 20']), ''],
    ['set just above the threshold', change(SWEEP, ['DstIpAddr, 100', 'DstIpAddr, 21']), '22|21 26|21'],
    ['by port and source', change(SWEEP, ['by DstPortNumber', 'by DstPortNumber, SrcIpAddr']), '22|25'],
    [
      'sessions, counted once each',
      change(SWEEP, ['Count = array_length(Hosts)', 'Sessions, First, Last']),
      '22|25|2024-06-15 11:09:51|2024-06-15 11:10:25 26|21|2024-06-15 11:59:49|2024-06-15 11:59:59',
    ],
    [
      'rows instead of sessions',
      change(
        SWEEP,
        ['Sessions = dcount(EventOriginalUid)', 'Sessions = count()'],
        ['Count = array_length(Hosts)', 'Sessions'],
      ),
      '22|26 26|21',
    ],
    [
      'a row per source',
      change(SWEEP, ['| project', '| mv-expand Source = Sources to typeof(string)\n| project Source,']),
      '198.51.100.1|26|21 198.51.100.2|26|21 198.51.100.3|26|21 203.0.113.9|22|25',
    ],
    [
      'known ports excluded',
      `${change(SWEEP, ['lookback = 1h', 'lookback = 1h; let known = datatable(Port: int)[22, 80]'])} | join kind=leftanti known on $left.DstPortNumber == $right.Port`,
      '26|21',
    ],
    [
      'names of ports looked up',
      `let names = datatable(DstPortNumber: int, Name: string)[22, "ssh"]; ${SWEEP} | lookup names on DstPortNumber`,
      '22|25|ssh 26|21|',
    ],
    ['the busiest only', `${SWEEP} | top 1 by Count`, '22|25'],
    [
      'above the average',
      `let T = materialize(${change(SWEEP, ['let threshold = 20;\nlet lookback = 1h;\n', ''], ['lookback)', '1h)'], ['threshold', '4'])}); T | where Count > toscalar(T | summarize avg(Count))`,
      '22|25 23|20 26|21',
    ],
    [
      'a function over a table',
      `let counted = (T: (DstPortNumber: int, DstIpAddr: string), least: long = 20) { T | summarize Count = dcount(DstIpAddr) by DstPortNumber | where Count > least }; ASimNetworkSessionLogs | where TimeGenerated between (ago(1h) .. now()) | where NetworkDirection == 'Inbound' | invoke counted(least = 22)`,
      '22|25',
    ],
  ])('%s', async (_, kql, expected) => {
    expect(await answer(kql)).toBe(expected);
  });
});

const MATCH = `let indicators = ThreatIntelligenceIndicator
| where TimeGenerated >= ago(14d)
| summarize LatestIndicatorTime = arg_max(TimeGenerated, *) by IndicatorId
| where Active == true and ExpirationDateTime > now()
| where SourceSystem startswith "ThreatConnect-"
| extend IoCIP = iff(isnotempty(NetworkIP), NetworkIP, NetworkDestinationIP)
| extend IoCIP = iff(isempty(IoCIP) and isnotempty(NetworkSourceIP), NetworkSourceIP, IoCIP)
| extend IoCIP = iff(isempty(IoCIP) and isnotempty(EmailSourceIpAddress), EmailSourceIpAddress, IoCIP);
let sessions = _Im_NetworkSession(starttime=ago(1h), endtime=now())
| summarize mintime = min(EventStartTime), maxtime = max(EventStartTime) by SrcIpAddr, DstIpAddr, Dvc, EventProduct, EventVendor;
union (sessions | join kind=innerunique indicators on $left.DstIpAddr == $right.IoCIP | extend Direction = "Destination"),
  (sessions | join kind=innerunique indicators on $left.SrcIpAddr == $right.IoCIP | extend Direction = "Source")
| where mintime < ExpirationDateTime
| project IndicatorId, IoCIP, Direction, format_datetime(mintime, "HH:mm"), format_datetime(maxtime, "HH:mm")`;

const I1 = 'i1|198.51.100.77|Destination|11:05|11:25 i1|198.51.100.77|Source|11:10|11:10';
const I5 = 'i5|2001:db8::5|Destination|11:40|11:40';
const I6 = 'i6|192.0.2.66|Source|11:50|11:50';

describe('threat-intelligence match', () => {
  it.each<[string, string, string]>([
    ['as it is', MATCH, `${I1} ${I5} ${I6}`],
    ['plain inner join', MATCH.replaceAll('innerunique', 'inner'), `${I1} ${I5} ${I6}`],
    [
      'any feed',
      change(MATCH, ['| where SourceSystem startswith "ThreatConnect-"\n', '']),
      `${I1} i4|203.0.113.52|Destination|11:10|11:10 ${I5} ${I6}`,
    ],
    [
      'feed in the wrong case, case-sensitively',
      change(MATCH, ['startswith "ThreatConnect-"', 'startswith_cs "threatconnect-"']),
      '',
    ],
    ['feed in the wrong case', change(MATCH, ['"ThreatConnect-"', '"threatconnect-"']), `${I1} ${I5} ${I6}`],
    ['one owner', change(MATCH, ['startswith "ThreatConnect-"', 'in ("ThreatConnect-Beta", "x")']), `${I5} ${I6}`],
    [
      'inactive ones too',
      change(MATCH, ['Active == true and ', '']),
      `${I1} i2|203.0.113.50|Destination|11:10|11:10 ${I5} ${I6}`,
    ],
    [
      'old rows too',
      change(MATCH, ['| summarize LatestIndicatorTime = arg_max(TimeGenerated, *) by IndicatorId\n', '']),
      `${I1} i2|203.0.113.50|Destination|11:10|11:10 ${I5} ${I6}`,
    ],
    [
      'the oldest row of each',
      change(MATCH, ['arg_max', 'arg_min']),
      `${I1} i2|203.0.113.50|Destination|11:10|11:10 ${I5} ${I6}`,
    ],
    [
      'expired ones too, but for the session',
      change(MATCH, [' and ExpirationDateTime > now()', '']),
      `${I1} ${I5} ${I6}`,
    ],
    [
      'expired ones too',
      change(MATCH, [' and ExpirationDateTime > now()', ''], ['| where mintime < ExpirationDateTime\n', '']),
      `${I1} i3|203.0.113.51|Destination|11:10|11:10 ${I5} ${I6}`,
    ],
    [
      'indicators of a month',
      change(MATCH, ['ago(14d)', 'ago(30d)']),
      `${I1} ${I5} ${I6} i8|203.0.113.54|Destination|11:10|11:10`,
    ],
    [
      'sessions of two hours',
      change(MATCH, ['starttime=ago(1h)', 'starttime=ago(2h)']),
      `i1|198.51.100.77|Destination|10:30|11:25 i1|198.51.100.77|Source|11:10|11:10 ${I5} ${I6}`,
    ],
    [
      'without the later address fields',
      change(
        MATCH,
        ['iff(isnotempty(NetworkIP), NetworkIP, NetworkDestinationIP)', 'NetworkIP'],
        ['isempty(IoCIP) and isnotempty(EmailSourceIpAddress)', 'false'],
      ),
      I1,
    ],
    [
      'coalesce for the address',
      change(MATCH, [
        'iff(isnotempty(NetworkIP), NetworkIP, NetworkDestinationIP)',
        'coalesce(NetworkIP, NetworkDestinationIP, NetworkSourceIP)',
      ]),
      `${I1} ${I5} ${I6}`,
    ],
    [
      'confident ones only',
      change(MATCH, ['Active == true', 'Active == true and ConfidenceScore >= 70']),
      `${I1} ${I6}`,
    ],
    [
      'sources of the indicators only',
      change(MATCH, ['union (sessions', 'union (sessions | where 1 == 2']),
      `i1|198.51.100.77|Source|11:10|11:10 ${I6}`,
    ],
    [
      'by membership',
      `${MATCH.slice(0, MATCH.indexOf('union'))} let ips = indicators | project IoCIP; sessions | where DstIpAddr in (ips) or SrcIpAddr in (ips) | project SrcIpAddr, DstIpAddr`,
      '10.1.0.5|198.51.100.77 10.1.0.8|2001:db8::5 192.0.2.66|10.1.0.9 198.51.100.77|10.1.0.6',
    ],
    [
      'indicators never seen',
      `${MATCH.slice(0, MATCH.indexOf('union'))} indicators | join kind=leftanti (union (sessions | project IoCIP = DstIpAddr), (sessions | project IoCIP = SrcIpAddr)) on IoCIP | project IndicatorId`,
      '',
    ],
    [
      'sessions with their indicator, if any',
      `${MATCH.slice(0, MATCH.indexOf('union'))} sessions | where SrcIpAddr startswith "10.1." | lookup kind=leftouter (indicators | project IoCIP, IndicatorId) on $left.DstIpAddr == $right.IoCIP | project DstIpAddr, IndicatorId`,
      '198.51.100.77|i1 2001:db8::5|i5 203.0.113.50| 203.0.113.51| 203.0.113.52| 203.0.113.54|',
    ],
  ])('%s', async (_, kql, expected) => {
    expect(await answer(kql)).toBe(expected);
  });
});

it('the API time span cuts every table by TimeGenerated', async () => {
  const from = new Date('2024-06-15T11:30:00Z');
  const to = new Date('2024-06-15T11:50:00Z');
  const kql =
    'union (ASimNetworkSessionLogs | where DstPortNumber == 443 | project Id = EventOriginalUid), (ThreatIntelligenceIndicator | project Id = IndicatorId)';
  expect(await engine.rows(kql, { from, to })).toEqual([['s6']]);
});

it('the value of now() is that of the compilation', async () => {
  const early = new Date('2024-06-15T11:30:00Z');
  expect(
    await engine.rows('ThreatIntelligenceIndicator | where TimeGenerated > ago(1d) | project IndicatorId', {
      now: early,
    }),
  ).toEqual([['i1']]);
  expect(await engine.rows('print now()', { now: early })).toEqual([['2024-06-15 11:30:00']]);
});
