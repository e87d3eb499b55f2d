/** How fast JSON bodies of at most 1 MB become rows of a database file, some of them sent at once, as the SDK does. */
import { generateRows } from '../../../infra/local/workspace/generate';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { type BenchWorkspace, openBenchWorkspace, timed } from './workspace';

const BODY_BYTES = 1_000_000;
const BODIES = 40;
const AT_ONCE = 5;
const END = new Date('2026-03-02T10:00:00Z');

export interface IngestionFigures {
  readonly name: string;
  readonly rowsPerSecond: number;
  readonly bar: number;
}

/** Thirteen columns of the kinds that a flow log has. */
const NARROW = [
  'TimeGenerated',
  'EventStartTime',
  'EventEndTime',
  'EventVendor',
  'EventProduct',
  'SrcIpAddr',
  'DstIpAddr',
  'SrcPortNumber',
  'DstPortNumber',
  'NetworkProtocol',
  'NetworkDirection',
  'SrcBytes',
  'DstBytes',
];

export async function measureIngestion(): Promise<readonly IngestionFigures[]> {
  const workspace = await openBenchWorkspace('1GB');
  try {
    const wide = NETWORK_SESSION_TABLE.columns
      .map(({ name }) => name)
      .filter((name) => !NARROW.includes(name))
      .slice(0, 35 - NARROW.length);
    return [
      { name: 'ingestion, 13 columns', rowsPerSecond: await measure(workspace, 'Narrow_CL', NARROW), bar: 100_000 },
      {
        name: 'ingestion, ASimNetworkSessionLogs with 35 columns filled',
        rowsPerSecond: await measure(workspace, 'ASimNetworkSessionLogs', [...NARROW, ...wide]),
        bar: 15_000,
      },
    ];
  } finally {
    workspace.close();
  }
}

async function measure({ tables, writer }: BenchWorkspace, name: string, columns: readonly string[]): Promise<number> {
  const sessions = await tables.ensure('ASimNetworkSessionLogs', [], false);
  const filled = sessions.columns.filter((column) => columns.includes(column.name));
  const table = await tables.ensure(name, filled, false);
  const next = generateRows('ASimNetworkSessionLogs', filled, { seed: name, end: END });
  const rowBytes = JSON.stringify(Array.from({ length: 200 }, next)).length / 200;
  const bodyRows = Math.floor(BODY_BYTES / rowBytes / 1.02);
  const body = (): Buffer => Buffer.from(JSON.stringify(Array.from({ length: bodyRows }, next)));
  const bodies = Array.from({ length: BODIES }, body);
  await writer.write(table, body(), 'serviceRules');
  let stored = 0;
  const sender = async (): Promise<void> => {
    for (let one = bodies.pop(); one !== undefined; one = bodies.pop()) {
      const { rows } = await writer.write(table, one, 'serviceRules');
      stored += rows;
    }
  };
  const took = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, sender)));
  if (stored !== BODIES * bodyRows) throw new Error(`${stored} rows of ${BODIES * bodyRows}`);
  return (stored / took) * 1000;
}
