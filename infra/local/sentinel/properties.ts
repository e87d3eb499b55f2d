/**
 * Which properties the service takes of a body, and what it refuses (specification 2025-09-01 and the service limits page).
 * Read-only ones that a body carries are ignored, those that it leaves out are cleared: PUT replaces.
 */
import { badRequest } from './armError';
import type { Properties } from './resources';

interface Field {
  readonly required?: boolean;
  readonly most?: number;
  readonly values?: readonly string[];
  readonly kind?: 'text' | 'time' | 'texts' | 'labels' | 'object';
}

const INCIDENT: Readonly<Record<string, Field>> = {
  title: { required: true },
  severity: { required: true, values: ['High', 'Medium', 'Low', 'Informational'] },
  status: { required: true, values: ['New', 'Active', 'Closed'] },
  description: { most: 5000 },
  firstActivityTimeUtc: { kind: 'time' },
  lastActivityTimeUtc: { kind: 'time' },
  classification: { values: ['Undetermined', 'TruePositive', 'BenignPositive', 'FalsePositive'] },
  classificationReason: {
    values: ['SuspiciousActivity', 'SuspiciousButExpected', 'IncorrectAlertLogic', 'InaccurateData'],
  },
  classificationComment: {},
  labels: { kind: 'labels' },
  owner: { kind: 'object' },
};

const BOOKMARK: Readonly<Record<string, Field>> = {
  displayName: { required: true },
  query: { required: true },
  queryResult: {},
  notes: {},
  labels: { kind: 'texts' },
  eventTime: { kind: 'time' },
  queryStartTime: { kind: 'time' },
  queryEndTime: { kind: 'time' },
};

const COMMENT: Readonly<Record<string, Field>> = { message: { required: true, most: 30_000 } };
const RELATION: Readonly<Record<string, Field>> = { relatedResourceId: { required: true } };

export const takeIncident = (body: Properties): Properties => take(INCIDENT, body);
export const takeBookmark = (body: Properties): Properties => take(BOOKMARK, body);
export const takeComment = (body: Properties): Properties => take(COMMENT, body);
export const takeRelation = (body: Properties): Properties => take(RELATION, body);

function take(fields: Readonly<Record<string, Field>>, body: Properties): Properties {
  const taken: Properties = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = body[name];
    if (value === undefined || value === null || (field.required && value === '')) {
      if (field.required) throw badRequest(`Required property '${name}' not found in JSON.`);
      continue;
    }
    taken[name] = checked(name, field, value);
  }
  return taken;
}

function checked(name: string, { kind = 'text', most, values }: Field, value: unknown): unknown {
  switch (kind) {
    case 'text':
      if (typeof value !== 'string') throw badRequest(`Property '${name}' must be a string.`);
      if (most !== undefined && value.length > most)
        throw badRequest(`Property '${name}' is longer than ${most} characters.`);
      if (values !== undefined && !values.includes(value))
        throw badRequest(`Property '${name}' has the invalid value '${value.slice(0, 100)}'.`);
      return value;
    case 'time':
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value)))
        throw badRequest(`Property '${name}' must be a date-time.`);
      return value;
    case 'texts':
      if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
        throw badRequest(`Property '${name}' must be a list of strings.`);
      return value;
    case 'labels':
      if (!Array.isArray(value)) throw badRequest(`Property '${name}' must be a list.`);
      return value.map((label: { labelName?: unknown } | null) => {
        if (typeof label?.labelName !== 'string') throw badRequest("Required property 'labelName' not found in JSON.");
        return { labelName: label.labelName, labelType: 'User' };
      });
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`Property '${name}' must be an object.`);
      return value;
  }
}
