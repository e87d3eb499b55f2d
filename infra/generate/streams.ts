/** Makes shared/azure/streams.json: the columns of every stream, for Bicep, the local ingestion endpoint and the writer. */
import { NETWORK_SESSION_TABLE } from '../../shared/asim/networkSessionTable';
import { ALERT_TABLE } from '../../shared/detection/alertTable';
import { RUN_TABLE } from '../../shared/runs/runTable';
import type { TableDefinition } from '../../shared/tableDefinition';
import { INDICATOR_TABLE } from '../../shared/threatconnect/indicatorTable';

/** Every table that Flowtrap writes. */
export const TABLES: readonly TableDefinition[] = [NETWORK_SESSION_TABLE, INDICATOR_TABLE, ALERT_TABLE, RUN_TABLE];

/** The tables as JSON text: an array of TableDefinition, one column a line. */
export function streamsJson(tables: readonly TableDefinition[] = TABLES): string {
  const table = ({ columns, ...rest }: TableDefinition): string => {
    const lines = columns.map((column) => `      ${JSON.stringify(column)}`).join(',\n');
    const head = Object.entries(rest).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
    return `  {\n${head.join('')}    "columns": [\n${lines}\n    ]\n  }`;
  };
  return `[\n${tables.map(table).join(',\n')}\n]\n`;
}
