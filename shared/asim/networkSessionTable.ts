/** ASimNetworkSessionLogs as Flowtrap writes it. */
import type { TableDefinition } from '../tableDefinition';
import { type Field, NETWORK_SESSION_FIELDS } from './networkSessionFields';

export const NETWORK_SESSION_TABLE: TableDefinition = {
  table: 'ASimNetworkSessionLogs',
  stream: 'Custom-ASimNetworkSessionLogs',
  outputStream: 'Microsoft-ASimNetworkSessionLogs',
  columns: Object.entries(NETWORK_SESSION_FIELDS as Readonly<Record<string, Field>>).map(([name, field]) => ({
    name,
    type: field.type,
  })),
};
