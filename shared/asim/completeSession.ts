/**
 * From a draft to a row of ASimNetworkSessionLogs that keeps all rules of the schema: every field in its form, what the schema
 * derives derived. A value that does not fit its field goes to AdditionalFields under the field's name, so nothing is lost.
 */
import { type Address, type AddressBook, toCanonicalAddress } from './addresses';
import { refineDirection } from './direction';
import type { ValueOf } from './enumerations';
import { canonicalMac, isFqdn, isHostname, splitHostName, usernameType } from './names';
import { type NetworkSession, SCHEMA_VERSION, serializeSession } from './networkSession';
import { type Field, NETWORK_SESSION_FIELDS } from './networkSessionFields';
import { hasPorts, icmpTypeName, protocolName, protocolNumber } from './protocols';
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

const MAX_INT = 2_147_483_647;
const MAX_ADDITIONAL = 60;
const MAX_ADDITIONAL_TEXT = 1024;
const MAX_ADDITIONAL_OBJECT = 8192;
const FAILING: ReadonlySet<unknown> = new Set([
  'Deny',
  'Drop',
  'Drop ICMP',
  'Reset',
  'Reset Source',
  'Reset Destination',
]);

type Loose = Record<string, unknown>;
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

const FIELDS: readonly (readonly [string, Field])[] = Object.entries<Field>(NETWORK_SESSION_FIELDS).filter(
  ([name]) => !DERIVED.has(name),
);
const FIELD_OF: ReadonlyMap<string, Field> = new Map(FIELDS);

/**
 * Completes a draft.
 * @returns the row, serialized, and the session's end; or that both addresses (`badAddress`) or every time (`badTime`) are missing.
 */
export function completeSession(draft: SessionDraft, frame: SessionFrame): Completed {
  const source = look(draft.SrcIpAddr, frame);
  const destination = look(draft.DstIpAddr, frame);
  const partial =
    draft.EventType === 'L2NetworkSession' ||
    ((draft.EventType === 'IDS' || draft.NetworkDirection === 'Listen') &&
      (source !== undefined || destination !== undefined));
  if (!partial && (source === undefined || destination === undefined)) return { kind: 'dead', reason: 'badAddress' };
  const times = sessionTimes(draft, frame.recorded);
  if (times === undefined) return { kind: 'dead', reason: 'badTime' };

  const misfits: Record<string, unknown> = {};
  const session: Loose = {
    TimeGenerated: isoTime(times.end),
    EventStartTime: isoTime(times.start),
    EventEndTime: isoTime(times.end),
    EventCount: Math.max(1, Math.min(toWhole(draft.EventCount) ?? 1, MAX_INT)),
    EventType: frame.type,
    EventVendor: frame.vendor,
    EventProduct: frame.product,
    EventSchemaVersion: SCHEMA_VERSION,
    SrcIpAddr: source?.text,
    DstIpAddr: destination?.text,
  };
  for (const name in draft) {
    const field = FIELD_OF.get(name);
    const value = (draft as Loose)[name];
    if (field === undefined || value === undefined || value === '') continue;
    const fitting = fit(field, value);
    if (fitting === undefined) misfits[name] = value;
    else session[name] = fitting;
  }
  protocol(session, draft, source ?? destination, misfits);
  for (const side of ['Src', 'Dst'] as const) completeSide(session, draft, side, misfits);
  device(session, draft, frame, misfits);
  result(session);
  sums(session);
  session.NetworkDirection = direction(session, draft, source, destination);
  if (session.EventType === 'Flow') delete session.EventSubType;
  threat(session, misfits);
  session.EventOriginalUid ??= frame.identity();
  session.AdditionalFields = additional(draft.AdditionalFields, misfits);
  return { kind: 'session', row: serializeSession(session as NetworkSession), time: times.end };
}

function look(text: string | undefined, frame: SessionFrame): Address | undefined {
  return text === undefined || text === '' ? undefined : frame.addresses.look(text);
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

/** A whole number from digits or a number; undefined for anything else, negative ones among it. */
function toWhole(value: unknown): number | undefined {
  if (typeof value === 'number')
    return value >= 0 && Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) : undefined;
  if (typeof value !== 'string' || !/^\d{1,16}(\.\d{1,9})?$/.test(value)) return undefined;
  const number = Math.trunc(Number(value));
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A value in its field's type and form; undefined when it does not fit. */
function fit(field: Field, value: unknown): unknown {
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? fitText(field, value) : undefined;
    case 'int':
    case 'long': {
      const number = toWhole(value);
      if (number === undefined || (field.type === 'int' && number > MAX_INT)) return undefined;
      if (field.form === 'port') return number <= 65_535 ? number : undefined;
      return field.form === 'percent' && number > 100 ? undefined : number;
    }
    case 'real': {
      const number =
        typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
      if (!Number.isFinite(number)) return undefined;
      return Math.abs(number) <= (field.form === 'latitude' ? 90 : 180) ? number : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'datetime':
      return typeof value === 'number' && isEventTime(Math.trunc(value)) ? isoTime(Math.trunc(value)) : undefined;
    case 'dynamic':
      return value;
  }
}

function fitText(field: Field, text: string): string | undefined {
  switch (field.form) {
    case 'mac':
      return canonicalMac(text);
    case 'domain':
      return isFqdn(text) || isHostname(text) ? text : undefined;
    case 'fqdn':
      return isFqdn(text) || /^[^\\]+\\[^\\]+$/.test(text) ? text : undefined;
    case 'hostname':
      return isHostname(text) ? text : undefined;
    default:
      return text;
  }
}

function protocol(session: Loose, draft: SessionDraft, address: Address | undefined, misfits: Loose): void {
  session.NetworkProtocolVersion = address?.version;
  const text = draft.NetworkProtocol?.trim();
  if (text === undefined || text === '') return;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : protocolNumber(text);
  if (number === undefined) {
    misfits.Protocol = text;
    return;
  }
  session.NetworkProtocol = protocolName(number);
  if (!hasPorts(number))
    for (const port of ['SrcPortNumber', 'DstPortNumber']) if (session[port] === 0) delete session[port];
  const type = session.NetworkIcmpCode;
  if ((number !== 1 && number !== 58) || typeof type !== 'number') return;
  session.NetworkIcmpType ??= icmpTypeName(number === 58 || address?.version === 'IPv6' ? 'IPv6' : 'IPv4', type);
}

/** What the fields of one side require of each other. */
function completeSide(session: Loose, draft: SessionDraft, side: Side, misfits: Loose): void {
  const address = session[`${side}IpAddr`];
  const name = draft[`${side}Hostname`];
  if (name !== undefined && name !== '' && name !== address) {
    const host = splitHostName(name);
    if (host === undefined || address === undefined) misfits[`${side}Hostname`] = name;
    else {
      session[`${side}Hostname`] = host.hostname;
      if (host.domain !== undefined) {
        session[`${side}Domain`] ??= host.domain;
        session[`${side}FQDN`] ??= host.fqdn;
        session[`${side}DomainType`] ??= 'FQDN';
      }
    }
  }
  if (session[`${side}Domain`] !== undefined) session[`${side}DomainType`] ??= 'FQDN';
  else delete session[`${side}DomainType`];

  const natAddress = translatedAddress(session[`${side}NatIpAddr`]);
  if (natAddress === undefined) delete session[`${side}NatIpAddr`];
  else session[`${side}NatIpAddr`] = natAddress;
  if (session[`${side}NatPortNumber`] === 0) delete session[`${side}NatPortNumber`];

  const typed = (value: string, type: string, given: string | undefined): void => {
    if (session[value] === undefined) delete session[type];
    else session[type] ??= given;
  };
  const user = session[`${side}Username`];
  typed(`${side}Username`, `${side}UsernameType`, typeof user === 'string' ? usernameType(user) : undefined);
  if (session[`${side}UserId`] === 'S-1-0-0') delete session[`${side}UserId`];
  const id = session[`${side}UserId`];
  const sid = typeof id === 'string' && id.startsWith('S-1-');
  typed(`${side}UserId`, `${side}UserIdType`, sid ? 'SID' : 'Other');
  if (sid || (typeof user === 'string' && user.endsWith('$'))) session[`${side}UserType`] ??= userType(user, id);
  typed(`${side}DvcId`, `${side}DvcIdType`, 'Other');
  if (session[`${side}AppName`] === undefined && session[`${side}AppId`] === undefined)
    delete session[`${side}AppType`];
  else session[`${side}AppType`] ??= 'Other';

  function translatedAddress(value: unknown): string | undefined {
    if (typeof value !== 'string') return undefined;
    const known = toCanonicalAddress(value);
    if (known === undefined) misfits[`${side}NatIpAddr`] = value;
    return known === '0.0.0.0' || known === '::' ? undefined : known;
  }
}

const SYSTEM_SIDS: ReadonlySet<unknown> = new Set(['S-1-5-18', 'S-1-5-19', 'S-1-5-20']);

function userType(name: unknown, sid: unknown): ValueOf<'userType'> {
  return (typeof name === 'string' && name.endsWith('$')) || SYSTEM_SIDS.has(sid) ? 'Machine' : 'Regular';
}

function device(session: Loose, draft: SessionDraft, frame: SessionFrame, misfits: Loose): void {
  const name = draft.DvcHostname;
  const stated = typeof session.DvcIpAddr === 'string' ? frame.addresses.look(session.DvcIpAddr)?.text : undefined;
  if (session.DvcIpAddr !== undefined && stated === undefined) misfits.DvcIpAddr = session.DvcIpAddr;
  session.DvcIpAddr = stated;
  if (name !== undefined && name !== '') {
    const host = splitHostName(name);
    const address = frame.addresses.look(name);
    if (address !== undefined) session.DvcIpAddr ??= address.text;
    else if (host === undefined) misfits.DvcHostname = name;
    else {
      session.DvcHostname = host.hostname;
      if (host.domain !== undefined) {
        session.DvcDomain ??= host.domain;
        session.DvcFQDN ??= host.fqdn;
      }
    }
  }
  if (session.DvcDomain !== undefined) session.DvcDomainType ??= 'FQDN';
  else delete session.DvcDomainType;
  if (session.DvcId === undefined) delete session.DvcIdType;
  else session.DvcIdType ??= 'Other';
  session.Dvc =
    session.DvcFQDN ??
    session.DvcHostname ??
    session.DvcIpAddr ??
    session.DvcId ??
    (draft.Dvc || `${String(session.EventVendor)}/${String(session.EventProduct)}`);
}

/** Result and severity follow from the action where the record does not say; a blocked session never succeeded. */
function result(session: Loose): void {
  if (FAILING.has(session.DvcAction)) {
    session.EventResult = 'Failure';
    if (session.EventSeverity === undefined || session.EventSeverity === 'Informational') session.EventSeverity = 'Low';
  } else {
    session.EventResult ??= 'Success';
    session.EventSeverity ??= 'Informational';
  }
}

function sums(session: Loose): void {
  for (const unit of ['Bytes', 'Packets']) {
    const sent = session[`Src${unit}`] as number | undefined;
    const received = session[`Dst${unit}`] as number | undefined;
    if (session[`Network${unit}`] !== undefined || (sent === undefined && received === undefined)) continue;
    const sum = (sent ?? 0) + (received ?? 0);
    if (Number.isSafeInteger(sum)) session[`Network${unit}`] = sum;
  }
}

function direction(
  session: Loose,
  draft: SessionDraft,
  source: Address | undefined,
  destination: Address | undefined,
): ValueOf<'networkDirection'> {
  const endpoint = session.EventType === 'EndpointNetworkSession';
  const given = draft.NetworkDirection;
  if (given !== undefined) {
    return (given === 'Listen' && !endpoint) || (given === 'External' && endpoint) ? 'NA' : given;
  }
  if (source === undefined || destination === undefined) return draft.stated ?? 'NA';
  const refined = refineDirection(draft.stated, source, destination);
  return refined === 'External' && endpoint ? 'NA' : refined;
}

/** Which of the two addresses the threat's address is; without being either it has no place. */
function threat(session: Loose, misfits: Loose): void {
  const text = session.ThreatIpAddr;
  if (text === undefined) {
    if (session.ThreatField !== undefined && session[String(session.ThreatField)] === undefined)
      delete session.ThreatField;
    return;
  }
  const address = typeof text === 'string' ? toCanonicalAddress(text) : undefined;
  const field = address === session.SrcIpAddr ? 'SrcIpAddr' : address === session.DstIpAddr ? 'DstIpAddr' : undefined;
  if (address === undefined || field === undefined) {
    misfits.ThreatIpAddr = text;
    delete session.ThreatIpAddr;
    delete session.ThreatField;
  } else {
    session.ThreatIpAddr = address;
    session.ThreatField ??= field;
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
