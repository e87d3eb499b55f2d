import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../shared/duration';
import { loadRules } from '../../../shared/rules/loadRules';

const FOLDER = join(__dirname, '../../../shared/rules');
const shipped = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

/** A rule as the public repository has them, with what a test changes. */
function ruleFile(changes: (text: string) => string = (text) => text): string {
  return changes(`id: 0777f138-e5d8-4eab-bec1-e11ddfbc2be2
name: Failed logins
description: |
  'Many failed logins.'
severity: Low
requiredDataConnectors:
  - connectorId: Syslog
    dataTypes:
      - Syslog
queryFrequency: 5h
queryPeriod: P1D
triggerOperator: GreaterThan
triggerThreshold: 3
tactics:
  - CredentialAccess
relevantTechniques:
  - T1110
query: |
  Syslog
  | where SyslogMessage contains "union * // failed"
  | summarize count() by Computer
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: HostName
        columnName: Computer
version: 1.2.1
kind: Scheduled
`);
}

function load(text: string) {
  return loadRules([{ name: 'some.yaml', text }]);
}

describe('the shipped rules', () => {
  const { rules, problems } = loadRules(shipped);

  it('load without a problem', () => {
    expect(problems).toEqual([]);
    expect(rules.map((rule) => [rule.file, rule.id, rule.severity, rule.tactics, rule.techniques])).toEqual([
      [
        'externalPortSweep.yaml',
        'cd8faa84-4464-4b4e-96dc-b22f50c27541',
        'High',
        ['Reconnaissance', 'Discovery'],
        ['T1590', 'T1046'],
      ],
      ['threatConnectIpMatch.yaml', 'ee1fd303-2081-47b7-8f02-e38bfd0868e6', 'Medium', ['CommandAndControl'], ['T1071']],
    ]);
    expect(rules.map((rule) => [rule.queryFrequency, rule.queryPeriod])).toEqual([
      [HOUR, HOUR],
      [HOUR, 14 * DAY],
    ]);
    expect(rules[1]?.grouping).toMatchObject({ enabled: true, lookback: 4 * HOUR, matchingMethod: 'AllEntities' });
    expect(rules[1]?.entityMappings).toEqual([
      { entityType: 'IP', fieldMappings: [{ identifier: 'Address', columnName: 'IoCIP' }] },
    ]);
  });
});

describe('loadRules', () => {
  it('takes a Sentinel rule unmodified, with the service defaults for what it leaves out', () => {
    const { rules, problems } = load(ruleFile());
    expect(problems).toEqual([]);
    expect(rules[0]).toMatchObject({
      name: 'Failed logins',
      description: 'Many failed logins.',
      triggerOperator: 'gt',
      triggerThreshold: 3,
      queryFrequency: 5 * HOUR,
      queryPeriod: DAY,
      aggregationKind: 'SingleAlert',
      createIncident: true,
      suppression: undefined,
      enabled: true,
      grouping: { enabled: false, lookback: 5 * HOUR },
    });
  });

  it.each([
    ['id: 0777f138-e5d8-4eab-bec1-e11ddfbc2be2', 'id: ../../etc', 'some.yaml:1', 'a GUID'],
    ['severity: Low', 'severity: Huge', 'some.yaml:5', 'High, Medium, Low, Informational'],
    ['queryFrequency: 5h', 'queryFrequency: 1m', 'some.yaml:10', '5 minutes to 14 days'],
    ['queryPeriod: P1D', 'queryPeriod: 1h', 'some.yaml:11', 'at least as long'],
    ['triggerOperator: GreaterThan', 'triggerOperator: above', 'some.yaml:12', 'gt, lt, eq, ne'],
    ['triggerThreshold: 3', 'triggerThreshold: lots', 'some.yaml:13', 'whole number'],
    ['columnName: Computer', 'columnName: "Computer; drop"', 'some.yaml:26', 'name of a result column'],
    ['entityType: Host', 'entityType: Ghost', 'some.yaml:23', 'Account, Host'],
    ['  Syslog\n', '  union isfuzzy=true *\n', 'some.yaml:18', 'Name the tables'],
    ['kind: Scheduled', 'kind: NRT', 'some.yaml:28', 'Scheduled'],
    ['severity: Low', 'severity: [Low', 'some.yaml:6', 'YAML'],
  ])('names file, line and fix: %s → %s', (was, is, subject, fix) => {
    const { rules, problems } = load(ruleFile((text) => text.replace(was, is)));
    expect(rules).toEqual([]);
    expect(problems.map((problem) => problem.subject)).toContain(subject);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(fix);
    expect(problems[0]?.error.code).toBe('malformed');
  });

  it('reports every fault of a file at once, and keeps its neighbours', () => {
    const bad = ruleFile((text) => text.replace('severity: Low', 'severity: Huge').replace('5h', 'often'));
    const { rules, problems } = loadRules([{ name: 'bad.yaml', text: bad }, ...shipped]);
    expect(rules).toHaveLength(2);
    expect(problems.map((problem) => problem.subject)).toEqual(['bad.yaml:10', 'bad.yaml:5']);
  });

  it('keeps the first of two rules with one id', () => {
    const { rules, problems } = loadRules([
      { name: 'a.yaml', text: ruleFile() },
      { name: 'b.yaml', text: ruleFile((text) => text.replace('Failed logins', 'Copy')) },
    ]);
    expect(rules.map((rule) => rule.name)).toEqual(['Failed logins']);
    expect(problems).toMatchObject([{ subject: 'b.yaml:1' }]);
  });

  it.each([
    ['an alias bomb', `a: &a [1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]\n`],
    ['deep nesting', '['.repeat(20_000)],
    ['nothing', ''],
    ['a list', '- 1\n'],
    ['a prototype key', '__proto__:\n  id: 1\nconstructor: 2\n'],
  ])('answers %s with a problem', (_, text) => {
    const { rules, problems } = load(text);
    expect(rules).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]?.subject).toMatch(/^some\.yaml:\d+$/);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => ruleFile() + tail),
        ),
        (text) => {
          const { rules, problems } = load(text);
          expect(rules.length + problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
