/** FlowtrapRuns_CL: one row for each run of a job, the ledger that operators and the workbook read. */
import type { TableDefinition } from '../tableDefinition';

export const RUN_TABLE: TableDefinition = {
  table: 'FlowtrapRuns_CL',
  stream: 'Custom-FlowtrapRuns_CL',
  outputStream: 'Custom-FlowtrapRuns_CL',
  columns: [
    { name: 'TimeGenerated', type: 'datetime', description: 'When the run ended.' },
    { name: 'RunId', type: 'string', description: 'Id of the run.' },
    { name: 'Job', type: 'string', description: 'indicators, normalize, sweep or detect.' },
    { name: 'Trigger', type: 'string', description: 'timer, event or request.' },
    { name: 'Subject', type: 'string', description: 'The blob, rule or time range that it was about; empty for all.' },
    { name: 'Status', type: 'string', description: 'Succeeded, Partial (it went on past problems) or Failed.' },
    { name: 'StartTime', type: 'datetime', description: 'When the run began.' },
    { name: 'EndTime', type: 'datetime', description: 'When the run ended.' },
    { name: 'Records', type: 'long', description: 'Records read; equals Sessions + Skipped + DeadLettered.' },
    { name: 'Sessions', type: 'long', description: 'NetworkSession rows accepted by the service.' },
    { name: 'Skipped', type: 'long', description: 'Records that are no session.' },
    { name: 'DeadLettered', type: 'long', description: 'Records kept in the dead-letter container.' },
    { name: 'Counts', type: 'dynamic', description: 'Every count of the run, by name.' },
    { name: 'Problems', type: 'dynamic', description: 'What went wrong: subject and message.' },
  ],
};
