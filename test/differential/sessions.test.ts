/**
 * The same rows of a table through two ways that share nothing: our source at ingestion time, and a mapping in KQL over the table at
 * query time. Every field that the mapping names must come out alike, in every row.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Column } from '../../infra/local/kql';
import { generateRows } from '../../infra/local/workspace/generate';
import { type BenchWorkspace, openBenchWorkspace } from '../bench/kql/workspace';
import { queryOf } from '../infra/local/kql/compiled';
import { normalizeAll, sessionsOf } from '../shared/sources/normalizing';
import { type Case, START } from './case';
import { appGateSdp } from './cases/appGateSdp';
import { awsGuardDuty } from './cases/awsGuardDuty';
import { awsVpc } from './cases/awsVpc';
import { azureFirewall } from './cases/azureFirewall';
import { azureNsgTrafficAnalytics } from './cases/azureNsgTrafficAnalytics';
import { azureTrafficAnalytics } from './cases/azureTrafficAnalytics';
import { barracudaWaf } from './cases/barracudaWaf';
import { barracudaWafCef } from './cases/barracudaWafCef';
import { carbonBlackCloud } from './cases/carbonBlackCloud';
import { checkPointFirewall } from './cases/checkPointFirewall';
import { checkPointSmartDefense } from './cases/checkPointSmartDefense';
import { ciscoAsa } from './cases/ciscoAsa';
import { ciscoFirepower } from './cases/ciscoFirepower';
import { ciscoFtd } from './cases/ciscoFtd';
import { ciscoIse } from './cases/ciscoIse';
import { ciscoMeraki } from './cases/ciscoMeraki';
import { corelightZeek } from './cases/corelightZeek';
import { crowdStrikeFalcon } from './cases/crowdStrikeFalcon';
import { defenderIotAgent } from './cases/defenderIotAgent';
import { defenderIotSensor } from './cases/defenderIotSensor';
import { forcepointNgfw } from './cases/forcepointNgfw';
import { fortinetFortiGate } from './cases/fortinetFortiGate';
import { gigamon } from './cases/gigamon';
import { illumioCore } from './cases/illumioCore';
import { microsoftDefenderEndpoint } from './cases/microsoftDefenderEndpoint';
import { paloAltoCortexDataLake } from './cases/paloAltoCortexDataLake';
import { paloAltoPanOs } from './cases/paloAltoPanOs';
import { sentinelOne } from './cases/sentinelOne';
import { sonicWall } from './cases/sonicWall';
import { sysmon } from './cases/sysmon';
import { sysmonForLinux } from './cases/sysmonForLinux';
import { vectraStream } from './cases/vectraStream';
import { vmConnection } from './cases/vmConnection';
import { watchGuardFireware } from './cases/watchGuardFireware';
import { windowsFirewall } from './cases/windowsFirewall';
import { zscalerZia } from './cases/zscalerZia';

const ROWS = 400;

type Row = Readonly<Record<string, unknown>>;

const CASES: readonly Case[] = [
  appGateSdp,
  awsGuardDuty,
  awsVpc,
  azureFirewall,
  azureNsgTrafficAnalytics,
  azureTrafficAnalytics,
  barracudaWaf,
  barracudaWafCef,
  carbonBlackCloud,
  checkPointFirewall,
  checkPointSmartDefense,
  ciscoAsa,
  ciscoFirepower,
  ciscoFtd,
  ciscoIse,
  ciscoMeraki,
  corelightZeek,
  crowdStrikeFalcon,
  defenderIotAgent,
  defenderIotSensor,
  forcepointNgfw,
  fortinetFortiGate,
  gigamon,
  illumioCore,
  microsoftDefenderEndpoint,
  paloAltoCortexDataLake,
  paloAltoPanOs,
  sentinelOne,
  sonicWall,
  sysmon,
  sysmonForLinux,
  vectraStream,
  vmConnection,
  watchGuardFireware,
  windowsFirewall,
  zscalerZia,
];

let workspace: BenchWorkspace;
beforeAll(async () => {
  workspace = await openBenchWorkspace('1GB');
});
afterAll(() => workspace.close());

test.each(CASES)('$source', async ({ source, table: name, change }) => {
  const table = await workspace.tables.ensure(name, [], false);
  const rows = madeUp(name, table.columns, change);
  const written = await workspace.writer.write(table, Buffer.from(JSON.stringify(rows)), 'asGiven');
  expect([written.rows, written.droppedColumns]).toEqual([ROWS, ['Type']]);
  const kql = readFileSync(join(__dirname, `${source}.kql`), 'utf8');
  const { columns } = queryOf(workspace.compiler().compile(kql, { now: new Date(START) }));
  const expected = (await workspace.run(kql, new Date(START))).map((row) => fieldsOf(columns, row));

  const content = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const sessions = sessionsOf(normalizeAll(content, { source }));
  const ours = sessions.map((session) =>
    Object.fromEntries(columns.map(({ name: field }) => [field, text(session[field])])),
  );
  expect(expected.length).toBe(ROWS);
  expect(ours).toEqual(expected);
});

function madeUp(name: string, columns: readonly Column[], change: Case['change']): readonly Row[] {
  const next = generateRows(name, columns, { seed: 'differential', end: new Date(START) });
  return Array.from({ length: ROWS }, (_, n) => ({
    ...next(),
    TimeGenerated: new Date(START + n * 1000).toISOString(),
    Type: name,
    ...change(n),
  }));
}

function fieldsOf(columns: readonly Column[], row: readonly unknown[]): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map(({ name }, index) => [name, text(row[index])]));
}

/** Numbers and texts as text, a time by its milliseconds; what is absent, null or empty is one thing. */
function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  const time = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(String(value))
    ? Date.parse(`${String(value).replace(' ', 'T').replace(/Z?$/, 'Z')}`)
    : Number.NaN;
  return Number.isNaN(time) ? String(value) : String(time);
}
