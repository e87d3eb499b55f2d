/** The parts of a rule file that shape its alerts and incidents: entities, details, grouping. */
import { DAY, HOUR, MINUTE } from '../duration';
import { excerpt, type Fields } from './fields';
import type { AlertDetailsOverride, EntityMapping, Grouping } from './rule';

const COLUMN = /^[A-Za-z_][A-Za-z0-9_]{0,499}$/;
const COLUMN_FORM = 'the name of a result column';
/** `{{Column}}` in an alert's name or description. */
export const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

const ENTITY_TYPES = [
  ...['Account', 'Host', 'IP', 'Malware', 'File', 'Process', 'CloudApplication', 'DNS', 'AzureResource', 'FileHash'],
  ...[
    'RegistryKey',
    'RegistryValue',
    'SecurityGroup',
    'URL',
    'Mailbox',
    'MailCluster',
    'MailMessage',
    'SubmissionMail',
  ],
];
const ENTITY_TYPE = Object.fromEntries(ENTITY_TYPES.map((type) => [type, type]));

export function readEntityMappings(fields: Fields): EntityMapping[] {
  const mappings = fields.list(['entityMappings']);
  if (mappings.length > 10)
    fields.fault(['entityMappings'], `there are ${mappings.length}.`, 'Keep at most 10 entity mappings.');
  return mappings.map((_, index) => {
    const at = ['entityMappings', index];
    const entityType = fields.oneOf([...at, 'entityType'], ENTITY_TYPE, undefined) ?? '';
    const found = fields.list([...at, 'fieldMappings']);
    if (found.length < 1 || found.length > 3)
      fields.fault([...at, 'fieldMappings'], `there are ${found.length}.`, 'Give 1 to 3 identifiers.');
    const fieldMappings = found.map((__, inner) => ({
      identifier: fields.required(
        [...at, 'fieldMappings', inner, 'identifier'],
        /^[A-Za-z]{1,60}$/,
        'an identifier such as Address',
      ),
      columnName: fields.required([...at, 'fieldMappings', inner, 'columnName'], COLUMN, COLUMN_FORM),
    }));
    return { entityType, fieldMappings };
  });
}

export function readCustomDetails(fields: Fields): { name: string; column: string }[] {
  const names = fields.keys(['customDetails']);
  if (names.length > 20)
    fields.fault(['customDetails'], `there are ${names.length}.`, 'Keep at most 20 custom details.');
  return names.map((name) => ({ name, column: fields.required(['customDetails', name], COLUMN, COLUMN_FORM) }));
}

export function readAlertDetails(fields: Fields): AlertDetailsOverride {
  const at = 'alertDetailsOverride';
  const format = (key: string): string | undefined => {
    const text = fields.text([at, key]);
    const columns = [...(text ?? '').matchAll(PLACEHOLDER)];
    if (columns.length > 3)
      fields.fault([at, key], `it has ${columns.length} columns in it.`, 'Keep at most 3 {{Column}} in a format.');
    return text?.trim() || undefined;
  };
  const column = (key: string): string | undefined =>
    fields.value([at, key]) === undefined ? undefined : fields.required([at, key], COLUMN, COLUMN_FORM);
  return {
    displayNameFormat: format('alertDisplayNameFormat'),
    descriptionFormat: format('alertDescriptionFormat'),
    severityColumn: column('alertSeverityColumnName'),
    tacticsColumn: column('alertTacticsColumnName'),
    dynamicProperties: fields.list([at, 'alertDynamicProperties']).map((_, index) => ({
      property: fields.required(
        [at, 'alertDynamicProperties', index, 'alertProperty'],
        /^[A-Za-z]{1,60}$/,
        'a property such as ConfidenceScore',
      ),
      column: fields.required([at, 'alertDynamicProperties', index, 'value'], COLUMN, COLUMN_FORM),
    })),
  };
}

/** @param details names of the rule's custom details. */
export function readGrouping(fields: Fields, details: readonly string[]): Grouping {
  const at = ['incidentConfiguration', 'groupingConfiguration'];
  const grouping: Grouping = {
    enabled: fields.boolean([...at, 'enabled'], false),
    reopenClosedIncident: fields.boolean([...at, 'reopenClosedIncident'], false),
    lookback: fields.duration([...at, 'lookbackDuration'], 5 * MINUTE, 7 * DAY, '5 minutes to 7 days', 5 * HOUR),
    matchingMethod:
      fields.oneOf(
        [...at, 'matchingMethod'],
        { AllEntities: 'AllEntities', AnyAlert: 'AnyAlert', Selected: 'Selected' },
        'AllEntities',
      ) ?? 'AllEntities',
    groupByEntities: fields.texts([...at, 'groupByEntities']),
    groupByAlertDetails: fields
      .list([...at, 'groupByAlertDetails'])
      .map((_, index) =>
        fields.oneOf<'DisplayName' | 'Severity'>(
          [...at, 'groupByAlertDetails', index],
          { DisplayName: 'DisplayName', Severity: 'Severity' },
          'DisplayName',
        ),
      )
      .filter((detail) => detail !== undefined),
    groupByCustomDetails: fields.texts([...at, 'groupByCustomDetails']),
  };
  for (const name of grouping.groupByCustomDetails)
    if (!details.includes(name))
      fields.fault(
        [...at, 'groupByCustomDetails'],
        `${excerpt(name)} is no custom detail.`,
        'Name one of customDetails.',
      );
  const chosen =
    grouping.groupByEntities.length + grouping.groupByAlertDetails.length + grouping.groupByCustomDetails.length;
  if (grouping.enabled && grouping.matchingMethod === 'Selected' && chosen === 0)
    fields.fault([...at, 'matchingMethod'], 'Selected has nothing selected.', 'Fill one of the groupBy lists.');
  return grouping;
}
