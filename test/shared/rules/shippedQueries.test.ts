/** The shipped rules' KQL is checked by Microsoft's parser against the tables as Flowtrap writes them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { checkQuery } from '../../../shared/kql/language';
import { loadRules } from '../../../shared/rules/loadRules';
import type { ColumnType, TableDefinition } from '../../../shared/tableDefinition';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';

const FOLDER = join(__dirname, '../../../shared/rules');

function table({ table: name, columns }: TableDefinition) {
  const type = (of: ColumnType) => (of === 'boolean' ? ('bool' as const) : of);
  return { name, columns: columns.map((column) => ({ name: column.name, type: type(column.type) })) };
}

const schema = {
  tables: [table(NETWORK_SESSION_TABLE), table(INDICATOR_TABLE)],
  functions: [
    {
      name: '_Im_NetworkSession',
      parameters: '(starttime:datetime=datetime(null), endtime:datetime=datetime(null))',
      body: '{ ASimNetworkSessionLogs | where TimeGenerated >= starttime | extend Dvc = DvcHostname }',
    },
  ],
};

describe('the shipped queries', () => {
  const { rules } = loadRules(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') })),
  );

  it.each(rules.map((rule) => [rule.file, rule]))('%s is valid', (_, rule) => {
    expect(checkQuery(rule.query, schema)).toEqual([]);
    expect(checkQuery(`${rule.query}\n| where NoSuchColumn == 1`, schema)).not.toEqual([]);
  });

  it('the indicator rule gives the columns that analysts know, in their order', () => {
    const columns = /\| project ([^|]+)$/
      .exec(rules[1]?.query ?? '')?.[1]
      ?.split(',')
      .map((name) => name.trim());
    expect(columns?.slice(0, 15)).toEqual([
      ...['imNWS_mintime', 'imNWS_maxtime', 'Description', 'ActivityGroupNames', 'IndicatorId', 'ThreatType'],
      ...['ExpirationDateTime', 'ConfidenceScore', 'SrcIpAddr', 'DstIpAddr', 'IoCDirection', 'IoCIP', 'Dvc'],
      ...['EventVendor', 'EventProduct'],
    ]);
  });

  it('every column that a rule maps is one of its result', () => {
    for (const rule of rules) {
      const projected =
        /\| project ([^|]+)$/
          .exec(rule.query)?.[1]
          ?.split(',')
          .map((name) => name.trim()) ?? [];
      const mapped = [
        ...rule.entityMappings.flatMap((mapping) => mapping.fieldMappings.map((field) => field.columnName)),
        ...rule.customDetails.map((detail) => detail.column),
        ...[...JSON.stringify(rule.alertDetailsOverride).matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? ''),
      ];
      expect(mapped.length).toBeGreaterThan(3);
      expect(mapped.filter((column) => !projected.includes(column))).toEqual([]);
    }
  });
});
