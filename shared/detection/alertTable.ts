/**
 * FlowtrapAlerts_CL: a row for each revision of an alert. Analysts and native rules read it, and detection reads its own
 * decisions back from it when its state is gone. Newest revision of each alert: `summarize arg_max(Revision, *) by AlertId`.
 */
import type { TableDefinition } from '../tableDefinition';

export const ALERT_TABLE: TableDefinition = {
  table: 'FlowtrapAlerts_CL',
  stream: 'Custom-FlowtrapAlerts_CL',
  outputStream: 'Custom-FlowtrapAlerts_CL',
  columns: [
    { name: 'TimeGenerated', type: 'datetime', description: 'When this row was written.' },
    {
      name: 'AlertId',
      type: 'string',
      description: 'Computed from rule, window and event key: a repeat has the same id.',
    },
    { name: 'Revision', type: 'int', description: '0 for a new alert; counts up with every change of it.' },
    {
      name: 'Phase',
      type: 'string',
      description:
        'decided (not yet raised), changed (raised before, new result not yet shown), raised, recorded (a native rule raises it).',
    },
    { name: 'RuleId', type: 'string', description: 'Id of the rule.' },
    { name: 'RuleName', type: 'string', description: 'Name of the rule.' },
    { name: 'WindowStart', type: 'datetime', description: 'Beginning of the evaluated window.' },
    { name: 'WindowEnd', type: 'datetime', description: 'End of the evaluated window (exclusive).' },
    {
      name: 'EventKey',
      type: 'string',
      description: 'What tells the alerts of one window apart; empty for one alert a window.',
    },
    { name: 'GroupKey', type: 'string', description: 'Alerts with the same key join one incident.' },
    { name: 'Anchor', type: 'datetime', description: 'Window end that the incident is named after.' },
    {
      name: 'IncidentId',
      type: 'string',
      description: 'The incident that the alert belongs to; empty when the rule makes none.',
    },
    {
      name: 'Overflow',
      type: 'int',
      description: 'Counts incidents that were opened because the one before was full.',
    },
    {
      name: 'Generation',
      type: 'int',
      description: 'Counts incidents that were opened because the one before was closed.',
    },
    { name: 'ResultDigest', type: 'string', description: 'Digest of the result rows, to recognise a change.' },
    {
      name: 'TextDigest',
      type: 'string',
      description: 'Digest of the incident text last written, to keep what people edited.',
    },
    { name: 'Title', type: 'string', description: 'Name of the alert.' },
    { name: 'Description', type: 'string', description: 'What was found.' },
    { name: 'Severity', type: 'string', description: 'High, Medium, Low or Informational.' },
    { name: 'Tactics', type: 'dynamic', description: 'MITRE ATT&CK tactics.' },
    { name: 'Techniques', type: 'dynamic', description: 'MITRE ATT&CK techniques.' },
    { name: 'Entities', type: 'dynamic', description: 'Mapped entities: Type and identifiers.' },
    { name: 'CustomDetails', type: 'dynamic', description: "The rule's custom details: name to values." },
    {
      name: 'DynamicProperties',
      type: 'dynamic',
      description: "The rule's overridden alert properties: name to value.",
    },
    { name: 'StartTime', type: 'datetime', description: 'First activity in the result.' },
    { name: 'EndTime', type: 'datetime', description: 'Last activity in the result.' },
    { name: 'ResultCount', type: 'long', description: 'Result rows behind the alert.' },
    { name: 'Results', type: 'dynamic', description: 'The result rows, as many as fit.' },
    { name: 'Query', type: 'string', description: 'The exact KQL that gave the result.' },
  ],
};
