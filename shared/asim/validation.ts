/** Checks a row of ASimNetworkSessionLogs against the schema: names, types, what must be there, values and forms. */
import ipaddr from 'ipaddr.js';
import { toCanonicalAddress } from './addresses';
import { BLOCKING, ENUMERATIONS } from './enumerations';
import { isFqdn, isHostname } from './names';
import { type Field, type FieldForm, NETWORK_SESSION_FIELDS } from './networkSessionFields';
import { protocolName, protocolNumber, UNASSIGNED } from './protocols';

export interface Finding {
  readonly field: string;
  readonly problem: string;
}

const FIELDS = new Map<string, Field>(Object.entries(NETWORK_SESSION_FIELDS));
const INT = 2 ** 31;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/;

const FORMS: Readonly<Record<FieldForm, (value: never) => boolean>> = {
  ip: (value: string) => toCanonicalAddress(value) === value && ipaddr.isValid(value),
  mac: (value: string) => /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(value),
  hostname: (value: string) => isHostname(value) || toCanonicalAddress(value) !== undefined,
  fqdn: (value: string) => isFqdn(value) || /^[^\\]+\\[^\\]+$/.test(value),
  domain: (value: string) => isFqdn(value) || isHostname(value),
  schemaVersion: (value: string) => /^\d+\.\d+\.\d+$/.test(value),
  port: (value: number) => value >= 0 && value <= 65_535,
  percent: (value: number) => value >= 0 && value <= 100,
  latitude: (value: number) => Math.abs(value) <= 90,
  longitude: (value: number) => Math.abs(value) <= 180,
};

/** Why a value is not of a column's type, or undefined. */
function typeProblem(type: Field['type'], value: unknown): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'is no string';
    case 'int':
      return Number.isInteger(value) && Math.abs(value as number) < INT ? undefined : 'is no 32-bit integer';
    case 'long':
      return Number.isSafeInteger(value) ? undefined : 'is no integer';
    case 'real':
      return Number.isFinite(value) ? undefined : 'is no number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'is no boolean';
    case 'dynamic':
      return typeof value === 'object' && value !== null ? undefined : 'is no object';
    case 'datetime':
      return typeof value === 'string' && DATETIME.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : 'is no time in UTC';
  }
}

function fieldFindings(name: string, value: unknown, field: Field): string[] {
  const problem = typeProblem(field.type, value);
  if (problem !== undefined) return [problem];
  if (value === '') return ['is empty; empty fields are left out'];
  const problems: string[] = [];
  if (field.values !== undefined && !(ENUMERATIONS[field.values] as readonly unknown[]).includes(value)) {
    problems.push(`"${String(value)}" is none of ${ENUMERATIONS[field.values].join(', ')}`);
  }
  if (field.form !== undefined && !FORMS[field.form](value as never)) {
    problems.push(`"${String(value)}" has not the form ${field.form}`);
  }
  if (name === 'NetworkProtocol') {
    const number = protocolNumber(value as string);
    if (value !== UNASSIGNED && (number === undefined || protocolName(number) !== value)) {
      problems.push(`"${String(value)}" is no IANA protocol name`);
    }
  }
  return problems;
}

/**
 * What is wrong with a session, field by field; empty when it is right.
 * @param session a row as sent: parsed JSON.
 */
export function findings(session: Readonly<Record<string, unknown>>): Finding[] {
  const found: Finding[] = [];
  const add = (field: string, problem: string): void => void found.push({ field, problem });
  const has = (name: string): boolean => session[name] !== undefined && session[name] !== null && session[name] !== '';

  for (const [name, value] of Object.entries(session)) {
    const field = FIELDS.get(name);
    if (field === undefined) add(name, 'is no column of ASimNetworkSessionLogs that may be sent');
    else for (const problem of fieldFindings(name, value, field)) add(name, problem);
  }
  for (const [name, field] of FIELDS) {
    if (has(name)) continue;
    if (field.mandatory) add(name, 'is missing');
    const cause = field.requiredWith?.find(has);
    if (cause !== undefined) add(name, `is missing, but ${cause} is given`);
  }
  for (const { field, problem } of relations(session)) add(field, problem);
  return found;
}

/** What fields must be true of each other. */
function relations(session: Readonly<Record<string, unknown>>): Finding[] {
  const found: Finding[] = [];
  const number = (name: string): number => (typeof session[name] === 'number' ? (session[name] as number) : 0);
  const rule = (field: string, right: boolean, problem: string): void => {
    if (!right) found.push({ field, problem });
  };
  rule('EventCount', session.EventCount === undefined || number('EventCount') >= 1, 'is below 1');
  rule('EventEndTime', String(session.EventStartTime) <= String(session.EventEndTime), 'lies before EventStartTime');
  for (const name of [
    'SrcBytes',
    'DstBytes',
    'SrcPackets',
    'DstPackets',
    'NetworkBytes',
    'NetworkPackets',
    'NetworkDuration',
  ]) {
    rule(name, number(name) >= 0, 'is negative');
  }
  if (BLOCKING.has(session.DvcAction)) {
    rule('EventResult', session.EventResult === 'Failure', `is ${String(session.EventResult)}, but DvcAction blocks`);
    rule('EventSeverity', session.EventSeverity !== 'Informational', 'is Informational, but DvcAction blocks');
  }
  const endpoint = session.EventType === 'EndpointNetworkSession';
  rule(
    'NetworkDirection',
    session.NetworkDirection !== 'Listen' || endpoint,
    'is Listen, which only an endpoint reports',
  );
  rule('NetworkDirection', session.NetworkDirection !== 'External' || !endpoint, 'is External at an endpoint');
  rule('EventSubType', session.EventSubType === undefined || session.EventType !== 'Flow', 'is not used for a Flow');
  const given = (field: string): boolean => typeof session[field] === 'string';
  const alone = session.EventType === 'IDS' || session.NetworkDirection === 'Listen';
  if (alone) rule('SrcIpAddr', given('SrcIpAddr') || given('DstIpAddr'), 'is missing, and so is DstIpAddr');
  else if (session.EventType !== 'L2NetworkSession') {
    rule('SrcIpAddr', given('SrcIpAddr'), 'is missing');
    rule('DstIpAddr', given('DstIpAddr'), 'is missing');
  }
  const versions: string[] = [session.SrcIpAddr, session.DstIpAddr]
    .filter((ip) => typeof ip === 'string')
    .map((ip) => (String(ip).includes(':') ? 'IPv6' : 'IPv4'));
  const version = session.NetworkProtocolVersion;
  rule('NetworkProtocolVersion', version === undefined || versions.includes(String(version)), 'fits neither address');
  return found;
}
