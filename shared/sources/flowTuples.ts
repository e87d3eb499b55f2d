/**
 * Flow tuples of Azure's flow logs (NSG and virtual network), from their text to a serialized row. The hot path of the
 * product: what all tuples of a group share is serialized once, the rest is joined to it as text.
 *
 * Each tuple is a record and gives a session of its own: a begin (no counters), a continuation and an end (counters since the
 * tuple before, so that sums over a connection are right), or a denial. Which it was stays in EventOriginalSubType. A tuple
 * holds one time, when it was written: start and end of its session.
 */
import { hash } from 'node:crypto';
import { refineDirection } from '../asim/direction';
import { jsonText, SCHEMA_VERSION } from '../asim/networkSession';
import { hasPorts, protocolName, UNASSIGNED } from '../asim/protocols';
import { isEventTime, isoTime } from '../asim/times';
import { type JsonObject, StringCursor, type StringSpan } from '../formats/json';
import type { Outcome } from './normalizer';
import { portNumber, wholeNumber } from './numbers';
import { dead, type Mapped, type MappingContext, placed } from './source';

/** What a tuple's fields say, after the five that all layouts share. */
export interface TupleFacts {
  readonly protocol: number | undefined;
  readonly state: string;
  readonly denied: boolean;
  /** Dropped for a reason other than a rule. */
  readonly dropped?: boolean;
  /** The source's own word for the decision, where it has one. */
  readonly originalAction?: string;
  /** Further AdditionalFields, serialized members. */
  readonly additional?: string;
  /** Index of the first of the four counters. */
  readonly counters: number;
}

/** How one kind of flow log writes its tuples. */
export interface TupleLayout {
  readonly minimumFields: number;
  readonly maximumFields: number;
  /** @returns the reason why the tuple cannot be understood, or its facts. */
  read(fields: readonly string[], count: number): TupleFacts | string;
}

/** What the tuples of one group share, serialized: members of the row, each followed by a comma. */
export interface TupleGroup {
  readonly common: string;
  /** Members about the NIC's own side, when that is the source and when it is the destination. */
  readonly nicIsSource: string;
  readonly nicIsDestination: string;
  /** Members of AdditionalFields, joined by commas. */
  readonly additional: string;
}

const VERDICT = {
  allowed: '"EventResult":"Success","EventSeverity":"Informational","DvcAction":"Allow",',
  denied: '"EventResult":"Failure","EventSeverity":"Low","DvcAction":"Deny",',
  dropped: '"EventResult":"Failure","EventSeverity":"Low","DvcAction":"Drop",',
};

/** Times below are seconds (the documentation shows both units). */
const FIRST_MILLISECONDS = 1e11;
/** No layout has more fields; what comes after stays together in the last one. */
const MAX_FIELDS = 14;

/** Members that every row of Azure's flow logs begins with. */
export const AZURE_FLOW_MEMBERS = `"EventCount":1,"EventType":"Flow","EventVendor":"Microsoft","EventProduct":"Azure NSG flows","EventSchemaVersion":"${SCHEMA_VERSION}",`;

/** Splits a tuple; the last field takes the rest. @returns how many fields there are. */
function splitTuple(text: string, fields: string[]): number {
  let count = 0;
  let from = 0;
  while (count < MAX_FIELDS - 1) {
    const comma = text.indexOf(',', from);
    if (comma < 0) break;
    fields[count++] = text.slice(from, comma);
    from = comma + 1;
  }
  fields[count++] = text.slice(from);
  return count;
}

const fields: string[] = new Array<string>(MAX_FIELDS).fill('');

/**
 * @param text of the tuple.
 * @param uid identity of the record.
 */
export function mapTuple(
  text: string,
  layout: TupleLayout,
  group: TupleGroup,
  uid: string,
  context: MappingContext,
): Mapped {
  const count = splitTuple(text, fields);
  if (count < layout.minimumFields) return dead('tupleTooShort');
  const facts = layout.read(fields, count);
  if (typeof facts === 'string') return dead(facts);

  const stamp = wholeNumber(fields[0] as string);
  if (stamp === undefined) return dead('badTime');
  const time = stamp < FIRST_MILLISECONDS ? stamp * 1000 : stamp;
  if (!isEventTime(time)) return dead('badTime');
  const source = context.addresses.look(fields[1] as string);
  const destination = context.addresses.look(fields[2] as string);
  if (source === undefined || destination === undefined) return dead('badAddress');

  const sourcePort = portNumber(fields[3] as string);
  const destinationPort = portNumber(fields[4] as string);
  const portless = facts.protocol === undefined || !hasPorts(facts.protocol);
  if (!portless && (sourcePort === undefined || destinationPort === undefined)) return dead('badPort');

  const inbound = fields[6] === 'I';
  if (!inbound && fields[6] !== 'O') return dead('unknownDirection');
  const stated = inbound ? 'Inbound' : 'Outbound';
  const direction = refineDirection(stated, source, destination);

  const at = facts.counters;
  let counters = '';
  if (count > at) {
    const given = counterMembers(at, count, facts.state === 'B' || facts.denied);
    if (given === undefined) return dead('badCounter');
    counters = given;
  }

  const iso = isoTime(time);
  let additional = group.additional;
  if (direction !== stated) additional += `,"FlowDirection":"${stated}"`;
  if (facts.additional) additional += `,${facts.additional}`;
  if (facts.protocol === undefined || protocolName(facts.protocol) === UNASSIGNED) {
    additional += `,"Protocol":${jsonText(fields[5] as string)}`;
  }
  if (count > layout.maximumFields) {
    additional += `,"ExtraFields":${jsonText(fields.slice(layout.maximumFields, count).join(','))}`;
  }
  if (additional.startsWith(',')) additional = additional.slice(1);

  const row =
    `{"TimeGenerated":"${iso}","EventStartTime":"${iso}","EventEndTime":"${iso}",${group.common}` +
    (facts.denied ? VERDICT.denied : facts.dropped ? VERDICT.dropped : VERDICT.allowed) +
    (facts.originalAction === undefined ? '' : `"DvcOriginalAction":"${facts.originalAction}",`) +
    (facts.state === '' ? '' : `"EventOriginalSubType":"${facts.state}",`) +
    `"EventOriginalUid":"${uid}","SrcIpAddr":"${source.text}",` +
    portMember('SrcPortNumber', sourcePort, portless) +
    `"DstIpAddr":"${destination.text}",` +
    portMember('DstPortNumber', destinationPort, portless) +
    `"NetworkProtocol":"${facts.protocol === undefined ? UNASSIGNED : protocolName(facts.protocol)}",` +
    counters +
    (inbound ? group.nicIsDestination : group.nicIsSource) +
    (additional === '' ? '' : `"AdditionalFields":{${additional}},`) +
    `"NetworkProtocolVersion":"${source.version}","NetworkDirection":"${direction}"}`;
  return { kind: 'session', row, time };
}

/** A port; protocols without ports write 0, which says nothing. */
function portMember(name: string, port: number | undefined, portless: boolean): string {
  return port === undefined || (portless && port === 0) ? '' : `"${name}":${port},`;
}

/**
 * The counters as members; '' when all are empty, undefined when one is no number.
 * @param uncounted the tuple's kind has no counters: zeros say nothing.
 */
function counterMembers(at: number, count: number, uncounted: boolean): string | undefined {
  let members = '';
  const sent = counter(at, count);
  const sentBytes = counter(at + 1, count);
  const received = counter(at + 2, count);
  const receivedBytes = counter(at + 3, count);
  if (Number.isNaN(sent) || Number.isNaN(sentBytes) || Number.isNaN(received) || Number.isNaN(receivedBytes)) {
    return undefined;
  }
  if (uncounted && sent <= 0 && sentBytes <= 0 && received <= 0 && receivedBytes <= 0) return '';
  if (sentBytes >= 0) members += `"SrcBytes":${sentBytes},`;
  if (receivedBytes >= 0) members += `"DstBytes":${receivedBytes},`;
  if (sentBytes >= 0 || receivedBytes >= 0) {
    members += `"NetworkBytes":${Math.max(sentBytes, 0) + Math.max(receivedBytes, 0)},`;
  }
  if (sent >= 0) members += `"SrcPackets":${sent},`;
  if (received >= 0) members += `"DstPackets":${received},`;
  if (sent >= 0 || received >= 0) members += `"NetworkPackets":${Math.max(sent, 0) + Math.max(received, 0)},`;
  return members;
}

/** -1 for an empty or missing counter, NaN for one that is no number. */
function counter(index: number, count: number): number {
  const text = index < count ? (fields[index] as string) : '';
  return text === '' ? -1 : (wholeNumber(text) ?? Number.NaN);
}

/** Protocol number of a tuple's field: an IANA number, or T and U. */
export function tupleProtocol(text: string): number | undefined {
  if (text === 'T') return 6;
  if (text === 'U') return 17;
  const number = wholeNumber(text);
  return number !== undefined && number <= 255 ? number : undefined;
}

/** Digest of a flow-log record, the beginning of its tuples' identities: the same bytes give the same, wherever they lie. */
export function recordDigest(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex').slice(0, 32);
}

/**
 * The outcomes of one list of tuples.
 * @param first index in the record of the list's first tuple.
 * @returns (generator) how many tuples the list has.
 */
export function* mapTuples(
  list: StringSpan,
  place: { readonly bytes: Buffer; readonly offset: number; readonly digest: string; readonly first: number },
  layout: TupleLayout,
  group: TupleGroup,
  context: MappingContext,
): Generator<Outcome, number> {
  const { bytes, offset, digest, first } = place;
  const cursor = new StringCursor(bytes, list);
  let index = first;
  while (cursor.next()) {
    const text = cursor.isString ? cursor.text() : undefined;
    const mapped =
      text === undefined ? dead('notATuple') : mapTuple(text, layout, group, `${digest}-${index}`, context);
    yield placed(mapped, offset + cursor.start, bytes, cursor.start, cursor.end);
    index++;
  }
  return index - first;
}

/** Tuples of a record that exporters make of one or a few: they stand beside its other members, as `flow.0`, `flow.1` …. */
const FLATTENED = /^flow\.\d{1,4}$/;

/** Whether a record holds flattened tuples. */
export function isFlattened(record: JsonObject): boolean {
  return 'flow.0' in record;
}

/** The outcomes of a record's flattened tuples. */
export function* mapFlattened(
  record: JsonObject,
  bytes: Buffer,
  offset: number,
  layout: TupleLayout,
  group: TupleGroup,
  context: MappingContext,
): Generator<Outcome> {
  const digest = recordDigest(bytes);
  let index = 0;
  for (const [name, value] of Object.entries(record)) {
    if (!FLATTENED.test(name)) continue;
    const uid = `${digest}-${index++}`;
    const mapped = typeof value === 'string' ? mapTuple(value, layout, group, uid, context) : dead('notATuple');
    yield placed(mapped, offset, bytes);
  }
}

/** Subscription id in an Azure resource id, in lower case; '' when it is none. */
export function subscriptionOf(resourceId: string): string {
  return /^\/subscriptions\/([0-9a-f-]{36})(\/|$)/i.exec(resourceId)?.[1]?.toLowerCase() ?? '';
}

/** Last segment of a resource id. */
export function resourceName(resourceId: string): string {
  return resourceId.slice(resourceId.lastIndexOf('/') + 1);
}
