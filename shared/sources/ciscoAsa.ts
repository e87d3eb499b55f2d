/**
 * Cisco ASA (and the same messages of FTD): connections built, torn down and denied, as syslog and as rows with the text in Message.
 * Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCiscoASA 1.1.0 and corrects:
 * - of a connection built outbound the second host is the source; NetworkDuration is hours, minutes and seconds in milliseconds;
 * - Unauth Deny and Unknown are not exchanged; a normal end without a listed reason is a success;
 * - ICMP types have their names; the device's name and address are filled; a teardown's bytes are both directions' sum.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { answeredFirst, BuiltConnections } from './ciscoAsaDirections';
import { asaHeader, asaSender } from './ciscoAsaHeader';
import { ASA_MESSAGES, type AsaEnd, type AsaParts, parseAsaMessage } from './ciscoAsaMessages';
import { ASA_TEARDOWNS } from './ciscoAsaTeardowns';
import { COMMON_SECURITY_LOG, isOfProduct } from './commonSecurityLog';
import { directionBySides } from './interfaceSides';
import { type Row, textRow } from './row';
import {
  dead,
  type LineReading,
  type LogLine,
  type MappingContext,
  type Refusal,
  type RowSource,
  skipped,
} from './source';

function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return (hours * 3600 + minutes * 60 + seconds) * 1000;
}

/** The column is a word or CEF's number. */
function statedDirection(text: string): 'Inbound' | 'Outbound' | undefined {
  const word = text.toLowerCase();
  return word === 'inbound' || word === '0' ? 'Inbound' : word === 'outbound' || word === '1' ? 'Outbound' : undefined;
}

const isTeardown = (id: string): boolean => id === '302014' || id === '302016';
const isBuilt = (id: string): boolean => id === '302013' || id === '302015';

/** Source and destination, a teardown's turned where its first end answered. */
function endsOf(
  id: string,
  parts: AsaParts | undefined,
  stated: 'Inbound' | 'Outbound' | undefined,
): (AsaEnd | undefined)[] {
  const { source, destination } = parts ?? {};
  if (!isTeardown(id) || source === undefined || destination === undefined) return [source, destination];
  const turned = stated === undefined ? answeredFirst(source, destination) : stated === 'Outbound';
  return turned ? [destination, source] : [source, destination];
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  const message = get('Message');
  const header = asaHeader(message);
  const id = get('DeviceEventClassID') || (header?.id ?? '');
  const known = ASA_MESSAGES.get(id);
  if (known === undefined) return skipped('notConnection');
  const parts = parseAsaMessage(id, message.slice(header?.text ?? 0));
  if (parts === undefined && get('SourceIP') === '') return dead('malformedMessage');
  const stated = parts?.direction ?? statedDirection(get('CommunicationDirection'));
  const [source, destination] = endsOf(id, parts, stated);
  if ([source?.address, destination?.address].some((address) => address === 'any' || address === '0'))
    return skipped('anyAddress');
  if ([source, destination].some((end) => /^[\w.-]*[A-Za-z]/.test(nameOf(end, context) ?? '')))
    return skipped('namedAddress');
  const reason = parts?.reason ?? '';
  const ending = isTeardown(id) ? ASA_TEARDOWNS.get(reason.toLowerCase()) : undefined;
  const denied = /den(y|ied)/i.test(get('DeviceAction') || message);
  const action = parts?.action ?? (id === '106100' && denied ? 'Deny' : known.action);
  const dns = id === '106007';
  return {
    EventCount: parts?.hits,
    EventSubType: known.subType,
    EventResult: ending?.result,
    EventResultDetails: ending?.details,
    EventSeverity: ending?.result === 'Failure' ? 'Low' : undefined,
    EventOriginalSeverity: get('OriginalLogSeverity') || get('LogSeverity') || header?.level,
    EventOriginalType: id,
    EventOriginalResultDetails: dns ? `DNS ${reason}` : reason,
    EventMessage: message,
    EventProductVersion: get('DeviceVersion'),
    NetworkDuration: milliseconds(parts?.duration),
    DvcAction: ending?.result === 'Failure' ? ending.action : action,
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname: get('DeviceName') || get('Computer'),
    DvcIpAddr: get('DeviceAddress'),
    DvcInboundInterface: source?.interface ?? parts?.ingress,
    DvcOutboundInterface: destination?.interface,
    SrcIpAddr: source === undefined ? get('SourceIP') : addressOf(source, context),
    SrcPortNumber: source === undefined ? get('SourcePort') : source.port,
    SrcInterfaceName: source?.interface?.toLowerCase(),
    SrcHostname: source?.fqdn,
    SrcNatIpAddr: translated(source, source?.natAddress),
    SrcNatPortNumber: translated(source, source?.natPort),
    SrcUsername: source?.user ?? parts?.user,
    DstIpAddr: destination === undefined ? get('DestinationIP') : addressOf(destination, context),
    DstPortNumber: destination === undefined ? get('DestinationPort') : destination.port,
    // The interface of a denied packet: upstream has it here.
    DstInterfaceName: (destination?.interface ?? parts?.ingress)?.toLowerCase(),
    DstHostname: destination?.fqdn,
    DstNatIpAddr: translated(destination, destination?.natAddress),
    DstNatPortNumber: translated(destination, destination?.natPort),
    DstUsername: destination?.user,
    DstAppName: dns ? 'DNS' : undefined,
    NetworkBytes: parts?.bytes,
    NetworkProtocol: parts?.protocol ?? get('Protocol'),
    NetworkIcmpCode: parts?.icmpType,
    NetworkRuleName: parts?.rule ?? get('DeviceCustomString2'),
    NetworkSessionId: parts?.session,
    NetworkDirection: directionBySides(source?.interface, destination?.interface, parts?.direction),
    stated,
    ThreatName: known.threat,
    AdditionalFields: {
      IcmpCode: parts?.icmpCode,
      SrcSecurityGroup: source?.group,
      DstSecurityGroup: destination?.group,
    },
    ...(dns && { DstAppType: 'Service' as const }),
  };
}

function addressOf(end: AsaEnd, context: MappingContext): string | undefined {
  return context.addresses.look(end.address)?.text;
}

/** The firewall prints names that it was given in place of addresses. */
function nameOf(end: AsaEnd | undefined, context: MappingContext): string | undefined {
  return end === undefined || context.addresses.look(end.address) !== undefined ? undefined : end.address;
}

/** A mapping onto itself is none. */
function translated(end: AsaEnd | undefined, text: string | undefined): string | undefined {
  return end?.natAddress === end?.address && end?.natPort === end?.port ? undefined : text;
}

/** Lines of one blob: connections built tell what their teardown leaves out. */
function openLines(context: MappingContext, memory: string): LineReading {
  const connections = new BuiltConnections(memory);
  const directionFor = (host: string, id: string, text: string): string | undefined => {
    if (isTeardown(id)) return connections.tornDown(`${host} ${/connection (\d{1,20}) /.exec(text)?.[1] ?? ''}`);
    const parts = isBuilt(id) ? parseAsaMessage(id, text) : undefined;
    if (parts?.direction !== undefined && parts.source !== undefined && parts.destination !== undefined)
      connections.built(`${host} ${parts.session}`, parts.direction, parts.source, parts.destination);
    return undefined;
  };
  return {
    read({ text, syslog }: LogLine): Row | Refusal {
      const header = asaHeader(text);
      if (header === undefined) return dead('malformedMessage');
      const { time, host } = asaSender(text.slice(0, header.start), syslog, context.reference);
      return textRow(COMMON_SECURITY_LOG, {
        DeviceVendor: 'Cisco',
        DeviceProduct: header.product === 'FTD' ? 'FTD' : 'ASA',
        DeviceEventClassID: header.id,
        DeviceName: host,
        CommunicationDirection: directionFor(host, header.id, text.slice(header.text)),
        Message: text.slice(header.start),
        TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
      });
    },
    memory: () => connections.memory(),
  };
}

export const ciscoAsa: RowSource = {
  id: 'ciscoAsa',
  vendor: 'Cisco',
  product: 'ASA',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCiscoASA 1.1.0',
  asim: { vendor: 'Cisco', product: 'ASA', types: ['NetworkSession'] },
  filter: `Messages ${[...ASA_MESSAGES.keys()].join(', ')}; others are skipped (notConnection).`,
  forms: ['syslog (%ASA-, %FTD-)'],
  sweep: true,
  gaps: [
    'a teardown names no direction: who began follows from the connection’s earlier message in the same blob, else from ports',
    'bytes come only with a teardown, both directions together',
    'names that the firewall prints in place of addresses are no addresses: such records are skipped (namedAddress)',
  ],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      isOfProduct(row, 'cisco', 'asa') ||
      (isOfProduct(row, 'cisco', 'ftd') &&
        !/^43000\d$/.test(row.text('DeviceEventClassID') || (asaHeader(row.text('Message'))?.id ?? ''))),
    map,
  },
  lineForms: [
    {
      owns: ({ text }) => {
        const header = asaHeader(text);
        return header !== undefined && header.product !== 'NGIPS' && !header.id.startsWith('43000');
      },
      open: openLines,
    },
  ],
};
