/** The shipped rules over many sessions and indicators, beside SQL written by hand (the .sql files next to this one). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBTimestampValue } from '@duckdb/node-api';
import { loadRules } from '../../../shared/rules/loadRules';
import { type BenchWorkspace, openBenchWorkspace, percentile, timed } from './workspace';

const END = new Date('2026-03-02T10:00:00Z');
const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 10_000_000);
const INDICATORS = 200_000;
const RUNS = 5;
const RULE_FILES = ['externalPortSweep.yaml', 'threatConnectIpMatch.yaml'];

/** Which `let` of the rule says how far it looks back. */
const RULES = [
  {
    id: 'cd8faa84-4464-4b4e-96dc-b22f50c27541',
    sql: 'portSweep.sql',
    name: 'port sweep',
    lookback: 'let lookback = 1h;',
  },
  {
    id: 'ee1fd303-2081-47b7-8f02-e38bfd0868e6',
    sql: 'indicatorMatch.sql',
    name: 'indicator match',
    lookback: 'let sessionLookback = 1h;',
  },
] as const;

export interface RuleFigures {
  readonly name: string;
  readonly rows: number;
  /** Milliseconds, the median. */
  readonly translated: number;
  readonly byHand: number;
  readonly ratio: number;
  readonly bar: number;
}

export async function measureRules(): Promise<readonly RuleFigures[]> {
  const workspace = await openBenchWorkspace('6GB');
  try {
    await fill(workspace);
    const { rules } = loadRules(
      RULE_FILES.map((name) => ({ name, text: readFileSync(join(__dirname, '../../../shared/rules', name), 'utf8') })),
    );
    const figures: RuleFigures[] = [];
    for (const { id, sql, name, lookback } of RULES) {
      const query = rules.find((rule) => rule.id === id)?.query ?? '';
      if (!query.includes(lookback)) throw new Error(`${name}: no "${lookback}"`);
      const hand = readFileSync(join(__dirname, sql), 'utf8');
      for (const [span, hours, bar] of [
        ['one hour', 1, 1.3],
        ['two days', 48, 1.5],
      ] as const) {
        const kql = query.replace(lookback, lookback.replace('1h', `${hours}h`));
        figures.push({ ...(await compare(workspace, kql, hand, hours)), name: `${name}, ${span}`, bar });
      }
    }
    return figures;
  } finally {
    workspace.close();
  }
}

async function compare(workspace: BenchWorkspace, kql: string, hand: string, hours: number) {
  const { sql } = workspace.compiler().compile(kql, { now: END });
  const translated = async () => (await workspace.connection.runAndReadAll(sql)).getRows();
  const byHand = async () => (await runByHand(workspace.connection, hand, hours)).getRows();
  const [rows, expected] = [await translated(), await byHand()];
  if (digest(rows) !== digest(expected))
    throw new Error(`${rows.length} rows are not those by hand (${expected.length})`);
  const times: { translated: number[]; byHand: number[] } = { translated: [], byHand: [] };
  for (let run = 0; run < RUNS; run++) {
    times.translated.push(await timed(translated));
    times.byHand.push(await timed(byHand));
  }
  const [one, other] = [percentile(times.translated, 0.5), percentile(times.byHand, 0.5)];
  return { rows: rows.length, translated: one, byHand: other, ratio: one / other };
}

/** Rows in any order; lists are dynamic on one side and native on the other. */
function digest(rows: readonly (readonly unknown[])[]): string {
  const isScalar = (value: unknown): boolean => typeof value !== 'object' || value instanceof DuckDBTimestampValue;
  const text = (value: unknown): string => (typeof value === 'string' && value.startsWith('[') ? '' : String(value));
  return rows
    .map((row) =>
      row
        .filter(isScalar)
        .map(text)
        .filter((one) => one !== '')
        .join('|'),
    )
    .sort()
    .join('\n');
}

function runByHand(connection: DuckDBConnection, sql: string, hours: number) {
  const text = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
  return connection.runAndReadAll(sql, [text(END.getTime() - hours * 3_600_000), text(END.getTime())]);
}

async function fill({ connection, tables }: BenchWorkspace): Promise<void> {
  const end = `TIMESTAMP '${END.toISOString().slice(0, 19)}'`;
  const outside = (number: string): string =>
    `concat(20 + (${number}) % 150, '.', ((${number}) // 150) % 256, '.', ((${number}) // 38400) % 256, '.', (${number}) % 251)`;
  await insert(
    'ASimNetworkSessionLogs',
    {
      TimeGenerated: 't',
      EventStartTime: "t - INTERVAL '30' SECOND",
      EventEndTime: 't',
      EventOriginalUid: "lpad(to_hex(hash(i)), 16, '0')",
      EventVendor: "'Microsoft'",
      EventProduct: "CASE WHEN i % 3 = 0 THEN 'NSGFlow' ELSE 'Azure VNet' END",
      DvcHostname: "concat('nsg-', i % 40)",
      NetworkDirection: "CASE WHEN i % 10 < 3 THEN 'Inbound' WHEN i % 10 < 9 THEN 'Outbound' ELSE 'Local' END",
      SrcIpAddr: `CASE WHEN i % 10 < 3 THEN ${outside('CAST(hash(i) % 60000 AS BIGINT)')} ELSE concat('10.0.', CAST(hash(i) % 8 AS BIGINT), '.', CAST(hash(i + 1) % 250 AS BIGINT)) END`,
      DstIpAddr: `CASE WHEN i % 10 < 3 OR i % 10 = 9 THEN concat('10.0.', CAST(hash(i) % 8 AS BIGINT), '.', CAST(hash(i + 1) % 250 AS BIGINT)) ELSE ${outside('CAST(hash(i + 2) % 900000 AS BIGINT)')} END`,
      SrcPortNumber: '1024 + CAST(hash(i + 3) % 60000 AS BIGINT)',
      DstPortNumber: '[443, 80, 22, 3389, 53, 445, 8080, 25][1 + CAST(hash(i + 4) % 8 AS BIGINT)]',
      DvcAction: "CASE WHEN i % 10 < 2 THEN 'Deny' ELSE 'Allow' END",
      SrcBytes: 'CAST(hash(i + 5) % 1000000 AS BIGINT)',
    },
    `SELECT i, ${end} - to_microseconds(CAST((${SESSIONS} - i) * ${(48 * 3_600_000_000) / SESSIONS} AS BIGINT)) AS t FROM range(${SESSIONS}) AS r(i)`,
  );
  await insert(
    'ThreatIntelligenceIndicator',
    {
      TimeGenerated: 't',
      IndicatorId: "concat('indicator-', i)",
      Active: 'true',
      ExpirationDateTime: `${end} + INTERVAL '10' DAY`,
      SourceSystem: "'ThreatConnect-Owner'",
      // One in a hundred lies among the addresses of the traffic.
      NetworkIP: `CASE WHEN i % 100 = 0 THEN ${outside('CAST(hash(i) % 900000 AS BIGINT)')} ELSE concat('198.', i // 65536, '.', (i // 256) % 256, '.', i % 256) END`,
      Description: "concat('Indicator ', i)",
      ThreatType: "'Botnet'",
      ConfidenceScore: 'i % 100',
    },
    `SELECT i, ${end} - to_seconds(i % 1000000) AS t FROM range(${INDICATORS}) AS r(i)`,
  );

  async function insert(name: string, values: Readonly<Record<string, string>>, source: string): Promise<void> {
    const table = await tables.ensure(name, [], false);
    const filled = table.columns.filter((column) => Object.hasOwn(values, column.name));
    await tables.materialize(table, filled);
    const names = filled.map((column) => `"${column.name}"`);
    await connection.run(
      `INSERT INTO rows."${name}" (${names.join(', ')}, "$arrived") SELECT ${filled.map((column) => values[column.name]).join(', ')}, t FROM (${source})`,
    );
  }
}
