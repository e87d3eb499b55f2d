/**
 * Palo Alto Networks, PAN-OS traffic logs as CEF lines, with or without a syslog header. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionPaloAltoCEF 0.7.1 and corrects:
 * - EventSeverity is Low for all that was not allowed;
 * - EventEndTime is the start plus the duration;
 * - `DOMAIN\user` is a Windows user name;
 * - direction comes from the zones, else from the addresses; EventResultDetails, EventSubType and the serial number are kept.
 * Bytes as upstream: `out` are the source's, `in` the destination's (the vendor's own template writes them the other way
 * round, which no line shows; their sum is right either way).
 */
import { hash } from 'node:crypto';
import type { Address } from '../asim/addresses';
import { type Direction, refineDirection } from '../asim/direction';
import type { ValueOf } from '../asim/enumerations';
import { canonicalMac, splitHostName, usernameType } from '../asim/names';
import { type NetworkSession, SCHEMA_VERSION, serializeSession } from '../asim/networkSession';
import { hasPorts, protocolName, protocolNumber, UNASSIGNED } from '../asim/protocols';
import { isoTime } from '../asim/times';
import { type CefLine, isCefOf, isLabel, labelled, parseCef } from '../formats/cef';
import { parseLogTime } from '../formats/logTime';
import { portNumber, wholeNumber } from './numbers';
import { dead, type LineSource, type Mapped, type MappingContext, skipped } from './source';

const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map(
  Object.entries({
    allow: 'Allow',
    deny: 'Deny',
    drop: 'Drop',
    'drop-icmp': 'Drop ICMP',
    'reset-client': 'Reset Source',
    'reset-server': 'Reset Destination',
    'reset-both': 'Reset',
  } as const),
);

/** Session end reasons; a client's normal end (tcp-fin) is no result worth a word. */
const REASONS: ReadonlyMap<string, ValueOf<'eventResultDetails'>> = new Map(
  Object.entries({
    threat: 'Reset',
    'tcp-rst-from-client': 'Reset',
    'tcp-rst-from-server': 'Reset',
    'decrypt-cert-validation': 'Terminated',
    'decrypt-unsupport-param': 'Terminated',
    'decrypt-error': 'Terminated',
    'policy-deny': 'Unknown',
    'resources-unavailable': 'Unknown',
    'tcp-reuse': 'Unknown',
    decoder: 'Unknown',
    unknown: 'Unknown',
    'aged-out': 'Timeout',
    'tcp-fin': 'NA',
    'n/a': 'NA',
  } as const),
);

/** Zone names whose side is plain; others leave the direction to the addresses. */
const ZONES: ReadonlyMap<string, 'inside' | 'outside'> = new Map(
  Object.entries({
    trust: 'inside',
    trusted: 'inside',
    inside: 'inside',
    internal: 'inside',
    lan: 'inside',
    dmz: 'inside',
    untrust: 'outside',
    untrusted: 'outside',
    outside: 'outside',
    external: 'outside',
    wan: 'outside',
    internet: 'outside',
  } as const),
);

/** What PAN-OS writes where it has not found out the application. */
const NO_APPLICATION: ReadonlySet<string> = new Set([
  '',
  'not-applicable',
  'incomplete',
  'insufficient-data',
  'unknown',
]);

/** Keys with a column of their own, or without meaning beyond one; the rest goes to AdditionalFields. */
const MAPPED_KEYS: ReadonlySet<string> = new Set(
  (
    'rt start src dst c6a2 c6a3 spt dpt proto sourceTranslatedAddress sourceTranslatedPort destinationTranslatedAddress ' +
    'destinationTranslatedPort act cs1 cs4 cs5 cn1 cn2 cn3 flexNumber1 in out PanOSPacketsReceived PanOSPacketsSent ' +
    'PanOSDstPackets PanOSsrc_packets app suser duser smac dmac reason externalId deviceExternalId dvchost dvc msg ' +
    'deviceInboundInterface deviceOutboundInterface cnt cs2 cs3 cs6 cat flexString1'
  ).split(' '),
);
const MAX_ADDITIONAL = 60;
const MAX_ADDITIONAL_VALUE = 1024;
const MAX_INT = 2_147_483_647;

/** Empty for the fillers that mean nothing. */
function value(line: CefLine, key: string): string {
  const text = line.extension.get(key) ?? '';
  return text === '-' || text === 'N/A' || text === 'null' ? '' : text;
}

function mapLine(text: string, offset: number, context: MappingContext): Mapped {
  const line = parseCef(text);
  if (line === undefined) return dead('malformedCef');
  if (line.name.toUpperCase() !== 'TRAFFIC') return skipped('notTraffic');
  const labels = labelled(line.extension);
  const get = (key: string): string => value(line, key);
  const custom = (label: string, key: string): string => labels.get(label) ?? get(key);

  const source = context.addresses.look(get('src') || get('c6a2'));
  const destination = context.addresses.look(get('dst') || get('c6a3'));
  if (source === undefined || destination === undefined) return dead('badAddress');
  const elapsed = wholeNumber(custom('elapsedtimeinseconds', 'cn3'));
  const times = sessionTimes(parseLogTime(get('start')), parseLogTime(get('rt')), (elapsed ?? 0) * 1000);
  if (times === undefined) return dead('badTime');

  const number = wholeNumber(get('proto')) ?? protocolNumber(get('proto'));
  const portless = number !== undefined && !hasPorts(number);
  const port = (key: string): number | undefined => {
    const found = portNumber(get(key));
    return portless && found === 0 ? undefined : found;
  };
  const subtype = line.classId.toLowerCase();
  const originalAction = get('act');
  const action = ACTIONS.get((originalAction || subtype).toLowerCase().replaceAll(/[ _]/g, '-'));
  const allowed = action === 'Allow' || (action === undefined && originalAction === '');
  const reason = get('reason');
  const sent = wholeNumber(get('out'));
  const received = wholeNumber(get('in'));
  const sentPackets = wholeNumber(get('PanOSPacketsSent') || get('PanOSsrc_packets'));
  const receivedPackets = wholeNumber(get('PanOSPacketsReceived') || get('PanOSDstPackets'));
  const application = get('app');
  const srcZone = custom('sourcezone', 'cs4');
  const dstZone = custom('destinationzone', 'cs5');

  const session: NetworkSession = {
    TimeGenerated: isoTime(times.end),
    EventStartTime: isoTime(times.start),
    EventEndTime: isoTime(times.end),
    EventCount: Math.max(1, Math.min(wholeNumber(get('cnt')) ?? 1, MAX_INT)),
    EventType: 'NetworkSession',
    EventSubType: subtype === 'start' ? 'Start' : subtype === 'end' ? 'End' : undefined,
    EventResult: allowed ? 'Success' : 'Failure',
    EventResultDetails: REASONS.get(reason.toLowerCase()),
    EventSeverity: allowed ? 'Informational' : 'Low',
    EventVendor: 'Palo Alto',
    EventProduct: 'PanOS',
    EventProductVersion: line.version,
    EventSchemaVersion: SCHEMA_VERSION,
    EventOriginalUid: identity(line, text, offset, context),
    EventOriginalType: line.name,
    EventOriginalSubType: line.classId,
    EventOriginalSeverity: line.severity,
    EventOriginalResultDetails: reason,
    EventMessage: get('msg'),
    ...device(line, context),
    DvcAction: action,
    DvcOriginalAction: originalAction,
    DvcInboundInterface: get('deviceInboundInterface'),
    DvcOutboundInterface: get('deviceOutboundInterface'),
    SrcIpAddr: source.text,
    SrcPortNumber: port('spt'),
    SrcMacAddr: canonicalMac(get('smac')),
    SrcNatIpAddr: translated(get('sourceTranslatedAddress'), context),
    SrcNatPortNumber: portNumber(get('sourceTranslatedPort')) || undefined,
    SrcUsername: get('suser'),
    SrcUsernameType: usernameType(get('suser')),
    SrcZone: srcZone,
    SrcBytes: sent,
    SrcPackets: sentPackets,
    DstIpAddr: destination.text,
    DstPortNumber: port('dpt'),
    DstMacAddr: canonicalMac(get('dmac')),
    DstNatIpAddr: translated(get('destinationTranslatedAddress'), context),
    DstNatPortNumber: portNumber(get('destinationTranslatedPort')) || undefined,
    DstUsername: get('duser'),
    DstUsernameType: usernameType(get('duser')),
    DstZone: dstZone,
    DstBytes: received,
    DstPackets: receivedPackets,
    NetworkBytes: wholeNumber(custom('totalbytes', 'flexNumber1')) ?? sum(sent, received),
    NetworkPackets: wholeNumber(custom('packets', 'cn2')) ?? sum(sentPackets, receivedPackets),
    NetworkDuration: elapsed !== undefined && elapsed * 1000 <= MAX_INT ? elapsed * 1000 : undefined,
    NetworkSessionId: custom('sessionid', 'cn1'),
    NetworkRuleName: custom('rule', 'cs1'),
    NetworkProtocol: get('proto') === '' ? undefined : number === undefined ? UNASSIGNED : protocolName(number),
    NetworkProtocolVersion: source.version,
    NetworkApplicationProtocol: NO_APPLICATION.has(application) ? undefined : application.toUpperCase(),
    NetworkDirection: direction(srcZone, dstZone, source, destination),
    AdditionalFields: additional(line, labels, get),
  };
  return { kind: 'session', row: serializeSession(session), time: times.end };
}

/** The session's start is given, or only when its end was received. */
function sessionTimes(
  start: number | undefined,
  receipt: number | undefined,
  duration: number,
): { readonly start: number; readonly end: number } | undefined {
  const safe = duration <= 366 * 86_400_000 ? duration : 0;
  if (start !== undefined) return { start, end: start + safe };
  return receipt === undefined ? undefined : { start: Math.max(receipt - safe, 1), end: receipt };
}

/** The firewall counts its log records; where it does not say, the line and its place. */
function identity(line: CefLine, text: string, offset: number, context: MappingContext): string {
  const serial = value(line, 'deviceExternalId');
  const sequence = value(line, 'externalId');
  if (serial !== '' && /^[1-9]\d{0,19}$/.test(sequence)) return `${serial}-${sequence}`;
  return hash('sha1', `${context.blob}\n${offset}\n${text}`, 'base64url');
}

function device(line: CefLine, context: MappingContext): NetworkSession {
  const name = value(line, 'dvchost') || (line.sender ?? '');
  const address = context.addresses.look(value(line, 'dvc')) ?? context.addresses.look(name);
  const host = splitHostName(name);
  const serial = value(line, 'deviceExternalId');
  return {
    Dvc: host?.fqdn ?? host?.hostname ?? address?.text ?? (serial || 'Palo Alto/PanOS'),
    DvcHostname: host?.hostname,
    DvcDomain: host?.domain,
    DvcDomainType: host?.domainType,
    DvcFQDN: host?.fqdn,
    DvcIpAddr: address?.text,
    DvcId: serial,
    DvcIdType: serial === '' ? undefined : 'Other',
  };
}

/** Without translation the firewall writes 0.0.0.0 or ::. */
function translated(text: string, context: MappingContext): string | undefined {
  const address = context.addresses.look(text)?.text;
  return address === '0.0.0.0' || address === '::' ? undefined : address;
}

function direction(srcZone: string, dstZone: string, source: Address, destination: Address): Direction {
  const from = ZONES.get(srcZone.toLowerCase());
  const to = ZONES.get(dstZone.toLowerCase());
  if (from === undefined || to === undefined) return refineDirection(undefined, source, destination);
  if (from === 'inside') return to === 'inside' ? 'Local' : 'Outbound';
  return to === 'inside' ? 'Inbound' : 'External';
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}

function additional(
  line: CefLine,
  labels: ReadonlyMap<string, string>,
  get: (key: string) => string,
): Record<string, string> | undefined {
  const fields: Record<string, string> = {};
  const add = (name: string, text: string): void => {
    if (text !== '') fields[name] = text.slice(0, MAX_ADDITIONAL_VALUE);
  };
  add('UrlCategory', labels.get('urlcategory') ?? get('cs2'));
  add('VirtualSystem', labels.get('virtualsystem') ?? get('cs3'));
  add('LogProfile', labels.get('logprofile') ?? get('cs6'));
  add('ActionSource', get('cat'));
  add('SessionFlags', labels.get('flags') ?? get('flexString1'));
  if (NO_APPLICATION.has(get('app'))) add('ApplicationProtocol', get('app'));
  const protocol = get('proto');
  if (protocol !== '' && (wholeNumber(protocol) ?? protocolNumber(protocol)) === undefined) add('Protocol', protocol);
  let others = 0;
  for (const [key, text] of line.extension) {
    if (MAPPED_KEYS.has(key) || isLabel(key) || text === '' || ++others > MAX_ADDITIONAL) continue;
    add(key, text);
  }
  return Object.keys(fields).length === 0 ? undefined : fields;
}

export const paloAltoPanOs: LineSource = {
  id: 'paloAltoPanOs',
  vendor: 'Palo Alto Networks',
  product: 'PAN-OS',
  table: 'CommonSecurityLog',
  facts: 'ASimNetworkSessionPaloAltoCEF 0.7.1',
  asim: { vendor: 'Palo Alto', product: 'PanOS', types: ['NetworkSession'] },
  filter: 'TRAFFIC logs.',
  forms: ['CEF'],
  sweep: true,
  format: 'lines',

  owns: (line) => isCefOf(line, 'palo alto networks', 'pan-os'),

  open: (context) => ({ map: (line, offset) => mapLine(line, offset, context), memory: () => '' }),
};
