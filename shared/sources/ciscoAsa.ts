/**
 * Cisco ASA (and the same messages of FTD): connections built, torn down and denied, as syslog and as rows with the text in Message.
 * Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCiscoASA 1.1.0 and corrects:
 * - of a connection built outbound the second host is the source; NetworkDuration is hours, minutes and seconds in milliseconds;
 * - Unauth Deny and Unknown are not exchanged; a normal end without a listed reason is a success;
 * - ICMP types have their names; the device's name and address are filled; a teardown's bytes are both directions' sum.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { ASA_MESSAGES, ASA_TEARDOWNS, type AsaEnd, parseAsaMessage } from './ciscoAsaMessages';
import { COMMON_SECURITY_LOG, isOfProduct } from './commonSecurityLog';
import { type Row, textRow } from './row';
import { dead, type LogLine, lineForm, type MappingContext, type Refusal, type RowSource, skipped } from './source';

const HEAD = /%(?:ASA|FTD|PIX)-(?:\w{0,20}-)?(\d)-(\d{6}):?\s?/;
/** Interface names whose side is plain. */
const SIDES: ReadonlyMap<string, 'inside' | 'outside'> = new Map([
  ...['inside', 'internal', 'lan', 'dmz', 'trust', 'identity'].map((name) => [name, 'inside'] as const),
  ...['outside', 'external', 'wan', 'untrust', 'internet'].map((name) => [name, 'outside'] as const),
]);

function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return (hours * 3600 + minutes * 60 + seconds) * 1000;
}

/** The initiator of a torn-down connection by its ends: the message names no direction. */
function turned(source: AsaEnd, destination: AsaEnd, context: MappingContext): boolean {
  const [one, other] = [Number(source.port), Number(destination.port)];
  if (one < 1024 !== other < 1024) return one < 1024;
  const [from, to] = [SIDES.get(source.interface ?? ''), SIDES.get(destination.interface ?? '')];
  if (from === 'outside' && to === 'inside') return one < other;
  return context.addresses.look(source.address) === undefined;
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  const message = get('Message');
  const head = HEAD.exec(message);
  const id = get('DeviceEventClassID') || (head?.[2] ?? '');
  if (!ASA_MESSAGES.has(id)) return skipped('notConnection');
  const parts = parseAsaMessage(id, head === null ? message : message.slice(head.index + head[0].length));
  if (parts === undefined && get('SourceIP') === '') return dead('malformedMessage');
  let { source, destination } = parts ?? {};
  const teardown = parts?.subType === 'End';
  if (
    teardown &&
    parts?.direction === undefined &&
    source !== undefined &&
    destination !== undefined &&
    source.port !== undefined
  ) {
    if (turned(source, destination, context)) [source, destination] = [destination, source];
  }
  if ([source?.address, destination?.address].some((address) => address === 'any' || address === '0'))
    return skipped('anyAddress');
  const reason = parts?.reason ?? '';
  const ending = id === '302014' || id === '302016' ? ASA_TEARDOWNS.get(reason.toLowerCase()) : undefined;
  const level = get('OriginalLogSeverity') || get('LogSeverity') || (head?.[1] ?? '');
  return {
    EventCount: parts?.hits,
    EventSubType: parts?.subType,
    EventResult: ending?.result,
    EventResultDetails: ending?.details,
    EventSeverity: ending?.result === 'Failure' ? 'Low' : undefined,
    EventOriginalSeverity: level,
    EventOriginalType: id,
    EventOriginalResultDetails: id === '106007' ? `DNS ${reason}` : reason,
    EventMessage: message,
    EventProductVersion: get('DeviceVersion'),
    NetworkDuration: milliseconds(parts?.duration),
    DvcAction: ending?.action ?? (ending === undefined || ending.result === 'Success' ? parts?.action : undefined),
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname: get('DeviceName') || get('Computer'),
    DvcIpAddr: get('DeviceAddress'),
    DvcInboundInterface: source?.interface,
    DvcOutboundInterface: destination?.interface,
    SrcIpAddr: source?.address ?? get('SourceIP'),
    SrcPortNumber: source === undefined ? get('SourcePort') : source.port,
    SrcInterfaceName: source?.interface?.toLowerCase(),
    SrcNatIpAddr: translated(source, source?.natAddress),
    SrcNatPortNumber: translated(source, source?.natPort),
    SrcUsername: source?.user,
    DstIpAddr: destination?.address ?? get('DestinationIP'),
    DstPortNumber: destination === undefined ? get('DestinationPort') : destination.port,
    DstInterfaceName: destination?.interface?.toLowerCase(),
    DstNatIpAddr: translated(destination, destination?.natAddress),
    DstNatPortNumber: translated(destination, destination?.natPort),
    DstUsername: destination?.user,
    DstAppName: id === '106007' ? 'DNS' : undefined,
    ...(id === '106007' && { DstAppType: 'Service' as const }),
    NetworkBytes: parts?.bytes,
    NetworkProtocol: parts?.protocol ?? get('Protocol'),
    NetworkIcmpCode: parts?.icmpType,
    NetworkRuleName: parts?.rule ?? get('DeviceCustomString2'),
    NetworkSessionId: parts?.session,
    NetworkDirection: direction(source?.interface, destination?.interface),
    stated: parts?.direction,
    ThreatName: parts?.threat,
    AdditionalFields: { IcmpCode: parts?.icmpCode },
  };
}

/** A mapping onto itself is none. */
function translated(end: AsaEnd | undefined, text: string | undefined): string | undefined {
  return end?.natAddress === end?.address && end?.natPort === end?.port ? undefined : text;
}

function direction(from: string | undefined, to: string | undefined): 'Inbound' | 'Outbound' | undefined {
  const [one, other] = [SIDES.get(from?.toLowerCase() ?? ''), SIDES.get(to?.toLowerCase() ?? '')];
  if (one === 'inside' && other === 'outside') return 'Outbound';
  return one === 'outside' && other === 'inside' ? 'Inbound' : undefined;
}

function read({ syslog, text }: LogLine): Row {
  const head = HEAD.exec(text);
  const time = syslog?.time;
  return textRow(COMMON_SECURITY_LOG, {
    DeviceVendor: 'Cisco',
    DeviceProduct: text.includes('%FTD-') ? 'FTD' : 'ASA',
    DeviceEventClassID: head?.[2],
    DeviceName: syslog?.host,
    Message: head === null ? text : text.slice(head.index),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

export const ciscoAsa: RowSource = {
  id: 'ciscoAsa',
  vendor: 'Cisco',
  product: 'ASA',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCiscoASA 1.1.0',
  asim: { vendor: 'Cisco', product: 'ASA', types: ['NetworkSession'] },
  filter: `Messages ${[...ASA_MESSAGES].join(', ')}; others are skipped (notConnection).`,
  forms: ['syslog (%ASA-, %FTD-)'],
  sweep: true,
  gaps: [
    'a teardown names no direction: who began follows from ports and interface names',
    'bytes come only with a teardown, both directions together',
  ],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      isOfProduct(row, 'cisco', 'asa') ||
      (isOfProduct(row, 'cisco', 'ftd') && !/^43000\d$/.test(row.text('DeviceEventClassID'))),
    map,
  },
  lineForms: [lineForm(({ text }) => text.includes('%') && HEAD.test(text) && !text.includes('-43000'), read)],
};
