/**
 * From a draft to a row of ASimNetworkSessionLogs that keeps all rules of the schema: every field in its form, what the schema
 * derives derived. A value that does not fit its field goes to AdditionalFields under the field's name, so nothing is lost.
 */
import { type Address, type AddressBook, toCanonicalAddress } from './addresses';
import { refineDirection } from './direction';
import { BLOCKING, type ValueOf } from './enumerations';
import { fit, MAX_INT, toWhole } from './fieldValues';
import { splitHostName, usernameType } from './names';
import { SCHEMA_VERSION, serializeFields } from './networkSession';
import { type Field, type FieldName, NETWORK_SESSION_FIELDS } from './networkSessionFields';
import { hasPorts, icmpTypeName, protocolName, protocolNumber, UNASSIGNED } from './protocols';
import type { SessionDraft } from './sessionDraft';
import { isEventTime, isoTime } from './times';

/** What a draft does not say of itself. */
export interface SessionFrame {
  readonly vendor: string;
  readonly product: string;
  readonly type: ValueOf<'eventType'>;
  /** When the record was made or received, for one without times of its own; milliseconds since the epoch. */
  readonly recorded: number | undefined;
  readonly addresses: AddressBook;
  /** Makes an EventOriginalUid for a record without an id of its own. */
  readonly identity: () => string;
}

export type Completed =
  | { readonly kind: 'session'; readonly row: string; readonly time: number }
  | { readonly kind: 'dead'; readonly reason: 'badAddress' | 'badTime' };

const MAX_ADDITIONAL = 60;
const MAX_ADDITIONAL_TEXT = 1024;
const MAX_ADDITIONAL_OBJECT = 8192;

type Loose = Record<string, unknown>;
/** The row's fields; a Map, which is quicker to fill and to write than an object of so many members. */
type Fields = Map<FieldName, unknown>;
type Side = 'Src' | 'Dst';

/** Fields that are worked out together below, not one by one. */
const DERIVED: ReadonlySet<string> = new Set([
  'TimeGenerated',
  'EventSchemaVersion',
  'EventStartTime',
  'EventEndTime',
  'AdditionalFields',
  'SrcIpAddr',
  'DstIpAddr',
  'SrcHostname',
  'DstHostname',
  'DvcHostname',
  'Dvc',
  'NetworkProtocol',
  'NetworkProtocolVersion',
  'EventCount',
]);

/** A field by the name that a draft has for it. */
interface NamedField {
  readonly name: FieldName;
  readonly field: Field;
}
const FIELDS: readonly NamedField[] = Object.entries<Field>(NETWORK_SESSION_FIELDS)
  .filter(([name]) => !DERIVED.has(name))
  .map(([name, field]) => ({ name: name as FieldName, field }));
const FIELD_OF: ReadonlyMap<string, NamedField> = new Map(FIELDS.map((named) => [named.name, named]));
const SOURCE_FIELDS = fieldsOfSide('Src');
const DESTINATION_FIELDS = fieldsOfSide('Dst');

function fieldsOfSide(side: Side): ReadonlyMap<string, NamedField> {
  const own = FIELDS.filter(({ name }) => name.startsWith(side));
  return new Map(own.map((named) => [named.name.slice(side.length), named]));
}

/**
 * Completes a draft.
 * @returns the row, serialized, and the session's end; or that both addresses (`badAddress`) or every time (`badTime`) are missing.
 */
export function completeSession(draft: SessionDraft, frame: SessionFrame): Completed {
  const source = look(draft.SrcIpAddr || draft.source?.IpAddr, frame);
  const destination = look(draft.DstIpAddr || draft.destination?.IpAddr, frame);
  const partial =
    draft.EventType === 'L2NetworkSession' ||
    ((draft.EventType === 'IDS' || draft.NetworkDirection === 'Listen') &&
      (source !== undefined || destination !== undefined));
  if (!partial && (source === undefined || destination === undefined)) return { kind: 'dead', reason: 'badAddress' };
  const times = sessionTimes(draft, frame.recorded);
  if (times === undefined) return { kind: 'dead', reason: 'badTime' };

  const misfits: Record<string, unknown> = {};
  const end = isoTime(times.end);
  const session: Fields = new Map<FieldName, unknown>([
    ['TimeGenerated', end],
    ['EventStartTime', times.start === times.end ? end : isoTime(times.start)],
    ['EventEndTime', end],
    ['EventCount', Math.max(1, Math.min(toWhole(draft.EventCount) ?? 1, MAX_INT))],
    ['EventType', frame.type],
    ['EventVendor', frame.vendor],
    ['EventProduct', frame.product],
    ['EventSchemaVersion', SCHEMA_VERSION],
    ['SrcIpAddr', source?.text],
    ['DstIpAddr', destination?.text],
  ]);
  if (draft.source !== undefined) takeAll(session, draft.source, SOURCE_FIELDS, misfits);
  if (draft.destination !== undefined) takeAll(session, draft.destination, DESTINATION_FIELDS, misfits);
  takeAll(session, draft, FIELD_OF, misfits);
  protocol(session, draft, source ?? destination, misfits);
  completeSide(session, draft.SrcHostname || draft.source?.Hostname, SOURCE, misfits);
  completeSide(session, draft.DstHostname || draft.destination?.Hostname, DESTINATION, misfits);
  device(session, draft, frame, misfits);
  result(session);
  sums(session);
  session.set('NetworkDirection', direction(session, draft, source, destination));
  if (session.get('EventType') === 'Flow') session.set('EventSubType', undefined);
  threat(session, misfits);
  if (session.get('EventOriginalUid') === undefined) session.set('EventOriginalUid', frame.identity());
  session.set('AdditionalFields', additional(draft.AdditionalFields, misfits));
  return { kind: 'session', row: serializeFields(session), time: times.end };
}

/** Takes over what a draft, or one end of it, says of fields that need no other. */
function takeAll(session: Fields, draft: object, fields: ReadonlyMap<string, NamedField>, misfits: Loose): void {
  for (const key in draft) {
    const value = (draft as Loose)[key];
    if (value === undefined || value === '') continue;
    const named = fields.get(key);
    if (named === undefined) continue;
    const fitting = fit(named.field, value);
    if (fitting === undefined) misfits[named.name] = value;
    else session.set(named.name, fitting);
  }
}

function look(text: string | undefined, frame: SessionFrame): Address | undefined {
  return text === undefined || text === '' ? undefined : frame.addresses.find(text);
}

/** Start and end; what is missing follows from the duration, and from when the record was made. */
function sessionTimes(draft: SessionDraft, recorded: number | undefined): { start: number; end: number } | undefined {
  const duration = Math.min(toWhole(draft.NetworkDuration) ?? 0, MAX_INT);
  const given = (time: number | undefined): number | undefined =>
    time !== undefined && isEventTime(Math.trunc(time)) ? Math.trunc(time) : undefined;
  const start = given(draft.EventStartTime);
  const end = given(draft.EventEndTime) ?? (start === undefined ? given(recorded) : start + duration);
  if (end === undefined || !isEventTime(end)) return undefined;
  const from = start ?? Math.max(end - duration, 1);
  return from <= end ? { start: from, end } : { start: end, end: from };
}

const PORTS = ['SrcPortNumber', 'DstPortNumber'] as const;

function protocol(session: Fields, draft: SessionDraft, address: Address | undefined, misfits: Loose): void {
  session.set('NetworkProtocolVersion', address?.version);
  const text = draft.NetworkProtocol?.trim();
  if (text === undefined || text === '') return;
  const number = /^\d{1,3}(\.0{1,9})?$/.test(text) ? Number(text) : protocolNumber(text);
  if (number === undefined) {
    misfits.Protocol = text;
    return;
  }
  session.set('NetworkProtocol', protocolName(number));
  if (protocolName(number) === UNASSIGNED) misfits.Protocol = number;
  if (!hasPorts(number)) for (const port of PORTS) if (session.get(port) === 0) session.set(port, undefined);
  const type = session.get('NetworkIcmpCode');
  if ((number !== 1 && number !== 58) || typeof type !== 'number') return;
  fill(session, 'NetworkIcmpType', icmpTypeName(number === 58 || address?.version === 'IPv6' ? 'IPv6' : 'IPv4', type));
}

/** The names of one side's fields. */
function sideFields(side: Side) {
  return {
    address: `${side}IpAddr`,
    hostname: `${side}Hostname`,
    domain: `${side}Domain`,
    domainType: `${side}DomainType`,
    fqdn: `${side}FQDN`,
    natAddress: `${side}NatIpAddr`,
    natPort: `${side}NatPortNumber`,
    username: `${side}Username`,
    usernameType: `${side}UsernameType`,
    userId: `${side}UserId`,
    userIdType: `${side}UserIdType`,
    userType: `${side}UserType`,
    deviceId: `${side}DvcId`,
    deviceIdType: `${side}DvcIdType`,
    appName: `${side}AppName`,
    appId: `${side}AppId`,
    appType: `${side}AppType`,
  } as const;
}

const SOURCE = sideFields('Src');
const DESTINATION = sideFields('Dst');

/** Gives a field its value unless it has one. */
function fill(session: Fields, field: FieldName, value: unknown): void {
  if (session.get(field) === undefined) session.set(field, value);
}

/** What the fields of one side require of each other. */
function completeSide(
  session: Fields,
  name: string | undefined,
  names: ReturnType<typeof sideFields>,
  misfits: Loose,
): void {
  const address = session.get(names.address);
  if (name !== undefined && name !== '' && name !== address) {
    const host = splitHostName(name);
    if (host === undefined || address === undefined) misfits[names.hostname] = name;
    else {
      session.set(names.hostname, host.hostname);
      if (host.domain !== undefined) {
        fill(session, names.domain, host.domain);
        fill(session, names.fqdn, host.fqdn);
        fill(session, names.domainType, 'FQDN');
      }
    }
  }
  typed(session, names.domain, names.domainType, 'FQDN');
  const natAddress = session.get(names.natAddress);
  if (natAddress !== undefined) session.set(names.natAddress, translatedAddress(natAddress, names.natAddress, misfits));
  if (session.get(names.natPort) === 0) session.set(names.natPort, undefined);
  const user = session.get(names.username);
  typed(session, names.username, names.usernameType, typeof user === 'string' ? usernameType(user) : undefined);
  if (session.get(names.userId) === 'S-1-0-0') session.set(names.userId, undefined);
  const id = session.get(names.userId);
  const sid = typeof id === 'string' && id.startsWith('S-1-');
  typed(session, names.userId, names.userIdType, sid ? 'SID' : 'Other');
  if (sid || (typeof user === 'string' && user.endsWith('$'))) fill(session, names.userType, userType(user, id));
  typed(session, names.deviceId, names.deviceIdType, 'Other');
  if (session.get(names.appName) !== undefined || session.get(names.appId) !== undefined)
    fill(session, names.appType, 'Other');
  else if (session.get(names.appType) !== undefined) session.set(names.appType, undefined);
}

/** A value's type: given, unless the record says it; none without the value. */
function typed(session: Fields, value: FieldName, type: FieldName, given: string | undefined): void {
  if (session.get(value) !== undefined) fill(session, type, given);
  else if (session.get(type) !== undefined) session.set(type, undefined);
}

function translatedAddress(value: unknown, field: string, misfits: Loose): string | undefined {
  if (typeof value !== 'string') return undefined;
  const known = toCanonicalAddress(value);
  if (known === undefined) misfits[field] = value;
  return known === '0.0.0.0' || known === '::' ? undefined : known;
}

const SYSTEM_SIDS: ReadonlySet<unknown> = new Set(['S-1-5-18', 'S-1-5-19', 'S-1-5-20']);

function userType(name: unknown, sid: unknown): ValueOf<'userType'> {
  return (typeof name === 'string' && name.endsWith('$')) || SYSTEM_SIDS.has(sid) ? 'Machine' : 'Regular';
}

/** What Dvc is, the first that is there. */
const DEVICE_NAMES = ['DvcFQDN', 'DvcHostname', 'DvcIpAddr', 'DvcId'] as const;

function device(session: Fields, draft: SessionDraft, frame: SessionFrame, misfits: Loose): void {
  const name = draft.DvcHostname;
  const given = session.get('DvcIpAddr');
  const stated = typeof given === 'string' ? frame.addresses.find(given)?.text : undefined;
  if (given !== undefined && stated === undefined) misfits.DvcIpAddr = given;
  session.set('DvcIpAddr', stated);
  if (name !== undefined && name !== '') {
    const host = splitHostName(name);
    const address = frame.addresses.look(name);
    if (address !== undefined) fill(session, 'DvcIpAddr', address.text);
    else if (host === undefined) misfits.DvcHostname = name;
    else {
      session.set('DvcHostname', host.hostname);
      if (host.domain !== undefined) {
        fill(session, 'DvcDomain', host.domain);
        fill(session, 'DvcFQDN', host.fqdn);
      }
    }
  }
  if (session.get('DvcDomain') !== undefined) fill(session, 'DvcDomainType', 'FQDN');
  else session.set('DvcDomainType', undefined);
  if (session.get('DvcId') === undefined) session.set('DvcIdType', undefined);
  else fill(session, 'DvcIdType', 'Other');
  const names = DEVICE_NAMES.map((field) => session.get(field)).find((known) => known !== undefined);
  session.set('Dvc', names ?? (draft.Dvc || `${frame.vendor}/${frame.product}`));
}

/** Result and severity follow from the action where the record does not say; a blocked session never succeeded. */
function result(session: Fields): void {
  if (BLOCKING.has(session.get('DvcAction'))) {
    session.set('EventResult', 'Failure');
    if (session.get('EventSeverity') === undefined || session.get('EventSeverity') === 'Informational')
      session.set('EventSeverity', 'Low');
  } else {
    fill(session, 'EventResult', 'Success');
    fill(session, 'EventSeverity', 'Informational');
  }
}

const SUMS = [
  ['NetworkBytes', 'SrcBytes', 'DstBytes'],
  ['NetworkPackets', 'SrcPackets', 'DstPackets'],
] as const;

function sums(session: Fields): void {
  for (const [total, source, destination] of SUMS) {
    const sent = session.get(source) as number | undefined;
    const received = session.get(destination) as number | undefined;
    if (session.get(total) !== undefined || (sent === undefined && received === undefined)) continue;
    const sum = (sent ?? 0) + (received ?? 0);
    if (Number.isSafeInteger(sum)) session.set(total, sum);
  }
}

function direction(
  session: Fields,
  draft: SessionDraft,
  source: Address | undefined,
  destination: Address | undefined,
): ValueOf<'networkDirection'> {
  const endpoint = session.get('EventType') === 'EndpointNetworkSession';
  const given = draft.NetworkDirection;
  if (given !== undefined) {
    return (given === 'Listen' && !endpoint) || (given === 'External' && endpoint) ? 'NA' : given;
  }
  if (source === undefined || destination === undefined) return draft.stated ?? 'NA';
  const refined = refineDirection(draft.stated, source, destination);
  return refined === 'External' && endpoint ? 'NA' : refined;
}

/** Which of the two addresses the threat's address is; without being either it has no place. */
function threat(session: Fields, misfits: Loose): void {
  const text = session.get('ThreatIpAddr');
  if (text === undefined) {
    if (session.get('ThreatField') !== undefined && session.get(session.get('ThreatField') as FieldName) === undefined)
      session.set('ThreatField', undefined);
    return;
  }
  const address = typeof text === 'string' ? toCanonicalAddress(text) : undefined;
  const field =
    address === session.get('SrcIpAddr') ? 'SrcIpAddr' : address === session.get('DstIpAddr') ? 'DstIpAddr' : undefined;
  if (address === undefined || field === undefined) {
    misfits.ThreatIpAddr = text;
    session.set('ThreatIpAddr', undefined);
    session.set('ThreatField', undefined);
  } else {
    session.set('ThreatIpAddr', address);
    fill(session, 'ThreatField', field);
  }
}

function additional(given: Readonly<Loose> | undefined, misfits: Readonly<Loose>): Loose | undefined {
  const kept: Loose = {};
  let count = 0;
  for (const fields of [given ?? {}, misfits]) {
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined || value === null || value === '' || ++count > MAX_ADDITIONAL) continue;
      if (typeof value === 'string') kept[name] = value.slice(0, MAX_ADDITIONAL_TEXT);
      else if (typeof value !== 'object') kept[name] = value;
      else {
        const text = JSON.stringify(value);
        kept[name] = text.length <= MAX_ADDITIONAL_OBJECT ? value : text.slice(0, MAX_ADDITIONAL_TEXT);
      }
    }
  }
  return count === 0 ? undefined : kept;
}
