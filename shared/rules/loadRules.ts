/**
 * Rule files to rules: any Sentinel scheduled analytics rule in the YAML form of its public repository, unmodified. Checked
 * against the limits of the service (scheduled rules, alert details and entity mapping pages of the Sentinel documentation),
 * so that a rule that runs here also deploys there. A faulty file never stops its neighbours.
 */
import { DAY, HOUR, MINUTE } from '../duration';
import { FlowtrapError } from '../errors';
import type { Severity } from '../ports';
import type { JobProblem } from '../runs/jobReport';
import { readAlertDetails, readCustomDetails, readEntityMappings, readGrouping } from './alertFields';
import { Fields } from './fields';
import { maskTextAndComments } from './maskKql';
import type { Rule, TriggerOperator } from './rule';

export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

/** What is wrong with a rule file; the subject is `file:line`. */
export interface RuleProblem extends JobProblem {
  readonly error: FlowtrapError;
}

export interface LoadedRules {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const RANGE = '5 minutes to 14 days, such as 1h or PT1H';

const SEVERITIES: Readonly<Record<Severity, Severity>> = {
  High: 'High',
  Medium: 'Medium',
  Low: 'Low',
  Informational: 'Informational',
};

const OPERATORS: Readonly<Record<string, TriggerOperator>> = {
  gt: 'gt',
  lt: 'lt',
  eq: 'eq',
  ne: 'ne',
  GreaterThan: 'gt',
  LessThan: 'lt',
  Equal: 'eq',
  NotEqual: 'ne',
};

/**
 * @param files in the order in which they count: of two rules with one id, the first is kept and the second is a problem.
 */
export function loadRules(files: readonly RuleFile[]): LoadedRules {
  const rules = new Map<string, Rule>();
  const faults: FlowtrapError[] = [];
  for (const file of files) {
    const { rule, faults: found } = readRule(file);
    faults.push(...found);
    if (rule === undefined) continue;
    const other = rules.get(rule.id);
    if (other === undefined) rules.set(rule.id, rule);
    else {
      faults.push(
        new FlowtrapError('malformed', `its id ${rule.id} is that of ${other.file} already, so it is left out.`, {
          subject: `${file.name}:1`,
          fix: 'Give one of them an id of its own, or remove it.',
        }),
      );
    }
  }
  const problems = faults.map((error) => ({ subject: error.subject ?? '', message: error.message, error }));
  return { rules: [...rules.values()], problems };
}

function readRule(file: RuleFile): { rule: Rule | undefined; faults: readonly FlowtrapError[] } {
  const fields = new Fields(file.name, file.text);
  if (fields.faults.length > 0) return { rule: undefined, faults: fields.faults };

  fields.oneOf(['kind'], { Scheduled: 'Scheduled' }, 'Scheduled');
  const id = fields.required(['id'], GUID, 'a GUID').toLowerCase();
  const name = fields.required(['name'], /^[^\n]{1,256}$/, 'a name of at most 256 characters');
  const query = readQuery(fields);
  const queryFrequency = fields.duration(['queryFrequency'], 5 * MINUTE, 14 * DAY, RANGE);
  const queryPeriod = fields.duration(['queryPeriod'], 5 * MINUTE, 14 * DAY, RANGE);
  if (queryFrequency > queryPeriod)
    fields.fault(['queryPeriod'], 'it is shorter than queryFrequency.', 'Make it at least as long.');
  const severity = fields.oneOf(['severity'], SEVERITIES, undefined) ?? 'Medium';
  const triggerOperator = fields.oneOf(['triggerOperator'], OPERATORS, undefined) ?? 'gt';
  const suppress = fields.boolean(['suppressionEnabled'], false);
  const suppression = fields.duration(['suppressionDuration'], 5 * MINUTE, DAY, '5 minutes to 24 hours', 5 * HOUR);
  const customDetails = readCustomDetails(fields);

  const rule: Rule = {
    id,
    name,
    description: unquoted(fields.text(['description']) ?? ''),
    enabled: fields.boolean(['enabled'], true),
    severity,
    tactics: fields.texts(['tactics']),
    techniques: [...fields.texts(['relevantTechniques']), ...fields.texts(['techniques'])],
    query,
    queryFrequency,
    queryPeriod,
    triggerOperator,
    triggerThreshold: fields.whole(['triggerThreshold'], 0, 10_000),
    aggregationKind:
      fields.oneOf(
        ['eventGroupingSettings', 'aggregationKind'],
        { SingleAlert: 'SingleAlert', AlertPerResult: 'AlertPerResult' },
        'SingleAlert',
      ) ?? 'SingleAlert',
    entityMappings: readEntityMappings(fields),
    customDetails,
    alertDetailsOverride: readAlertDetails(fields),
    suppression: suppress ? suppression : undefined,
    createIncident: fields.boolean(['incidentConfiguration', 'createIncident'], true),
    grouping: readGrouping(
      fields,
      customDetails.map((detail) => detail.name),
    ),
    file: file.name,
  };
  return { rule: fields.faults.length > 0 ? undefined : rule, faults: fields.faults };
}

/** Descriptions of the public rules stand in quotation marks inside their YAML text. */
function unquoted(text: string): string {
  const trimmed = text.trim();
  return /^(['"])[\s\S]*\1$/.test(trimmed) && trimmed.length > 1 ? trimmed.slice(1, -1).trim() : trimmed;
}

function readQuery(fields: Fields): string {
  const query = fields.text(['query'])?.trim() ?? '';
  if (query === '') fields.fault(['query'], 'it is missing.', 'Give the KQL of the rule.');
  else if (query.length > 10_000)
    fields.fault(['query'], `it has ${query.length} characters.`, 'Shorten it to 10,000 characters.');
  if (/\b(search|union)\s+(\w+\s*=\s*\S+\s+)*\*/.test(maskTextAndComments(query)))
    fields.fault(
      ['query'],
      'it has "search *" or "union *".',
      'Name the tables: a scheduled rule may not read them all.',
    );
  return query;
}
