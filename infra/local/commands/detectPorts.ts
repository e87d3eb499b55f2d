/** Detection's ports for a look that writes nothing: the local Log Analytics, no state (what was decided is read from the alerts). */
import { FlowtrapError } from '../../../shared/errors';
import type { Cell, Log, LogQuery, RowSink, StateStore } from '../../../shared/ports';
import type { LogAnalyticsClient, ServiceCell } from './logAnalyticsClient';

export function localLogQuery(logs: LogAnalyticsClient): LogQuery {
  return {
    async query(kql, span) {
      const timespan = span === undefined ? undefined : `${span.from.toISOString()}/${span.to.toISOString()}`;
      const { columns, rows, partial } = await logs.query(kql, timespan);
      if (partial !== undefined) throw new FlowtrapError('limit', `the result is not whole: ${partial}`);
      return { columns, rows: rows.map((row) => row.map((cell, index) => toCell(cell, columns[index]?.type))) };
    },
  };
}

function toCell(cell: ServiceCell, type: string | undefined): Cell {
  if (type !== 'dynamic' || typeof cell !== 'string') return cell;
  try {
    return JSON.parse(cell) as Cell;
  } catch {
    return cell;
  }
}

function refuse(): never {
  throw new Error('A look writes nothing.');
}

export const NO_STATE: StateStore = {
  get: async () => undefined,
  put: async () => refuse(),
  delete: async () => refuse(),
  list: async function* () {},
  lease: async () => refuse(),
};

export const NO_SINK: RowSink = { upload: async () => refuse() };

export const quietLog: Log = { info() {}, warn() {}, error() {} };
