/**
 * Fortinet FortiGate: traffic logs as CEF, and as the device's own key=value lines. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionFortinetFortiGate 0.6.0 and corrects:
 * - NetworkDuration is in milliseconds; a close is the normal end of an allowed session; resets and time-outs say so;
 * - what UTM cut is denied, though the policy accepted it; critical levels are High;
 * - the device is the firewall, not its collector; translated addresses, users, applications and policy names are kept;
 * - interim logs count what came since the last one (delta), not the whole again.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, type SecurityLogRow, securityLog } from './commonSecurityLog';
import { wholeNumber } from './numbers';
import { type Row, textRow } from './row';
import { type LogLine, lineForm, type Refusal, type RowSource, skipped } from './source';

interface Outcome {
  readonly action?: ValueOf<'dvcAction'>;
  readonly result: 'Success' | 'Failure';
  readonly details?: ValueOf<'eventResultDetails'>;
}
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['accept', { action: 'Allow', result: 'Success' }],
  ['start', { action: 'Allow', result: 'Success' }],
  ['close', { action: 'Allow', result: 'Success' }],
  ['client-rst', { action: 'Reset Source', result: 'Failure', details: 'Reset' }],
  ['server-rst', { action: 'Reset Destination', result: 'Failure', details: 'Reset' }],
  ['deny', { action: 'Deny', result: 'Failure' }],
  ['timeout', { result: 'Failure', details: 'Timeout' }],
  ['ip-conn', { result: 'Failure', details: 'Routing issue' }],
]);
/** UTM cut the session. */
const CUT: ReadonlySet<string> = new Set(['block', 'blocked', 'reset', 'dropped', 'quarantine']);
/** CEF's figures, and FortiOS' own words. */
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ...['1', '2', '3', 'debug', 'information', 'notice', 'notification'].map(
    (level) => [level, 'Informational'] as const,
  ),
  ...['4', '5', 'warning', 'error'].map((level) => [level, 'Low'] as const),
  ...['6', '7', '8', 'critical', 'alert', 'emergency'].map((level) => [level, 'High'] as const),
]);

/** Seconds, milliseconds, microseconds or nanoseconds, by the number of digits. */
function eventTime(text: string): number | undefined {
  if (!/^\d{10,19}$/.test(text)) return undefined;
  return parseLogTime(text.length <= 10 ? text : text.slice(0, 13).padEnd(13, '0'));
}

/** A FortiGate key, which stands with its prefix or bare. */
function key(log: SecurityLogRow, name: string): string {
  return (
    log.extension(`FTNTFGT${name}`) ||
    log.extension(name) ||
    log.extension(`FortinetFortiGate${name}`) ||
    log.extension(`ad.${name}`)
  );
}

function direction(from: string, to: string): 'Inbound' | 'Outbound' | 'Local' | undefined {
  const inside = (role: string): boolean => role === 'lan' || role === 'dmz';
  if (from === 'wan') return inside(to) ? 'Inbound' : undefined;
  if (!inside(from)) return undefined;
  return to === 'wan' ? 'Outbound' : inside(to) ? 'Local' : undefined;
}

/** `Reserved` stands for private addresses. */
function country(text: string): string {
  return text === 'Reserved' ? '' : text;
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const category = get('DeviceEventCategory') || log.extension('cat') || key(log, 'type');
  if (!category.toLowerCase().includes('traffic') && !get('Activity').toLowerCase().startsWith('traffic'))
    return skipped('notTraffic');
  const original = get('DeviceAction') || key(log, 'action') || (/^traffic:\S+ (\S+)/.exec(get('Activity'))?.[1] ?? '');
  if (original === 'dns') return skipped('dnsOnly');
  const utm = key(log, 'utmaction').toLowerCase();
  const outcome = OUTCOMES.get(original.toLowerCase());
  const cut = CUT.has(utm);
  const seconds = Number(key(log, 'duration') || log.labelled('duration'));
  const end = eventTime(key(log, 'eventtime')) ?? parseLogTime(get('ReceiptTime')) ?? parseLogTime(get('EndTime'));
  const start = parseLogTime(get('StartTime'));
  const interim = wholeNumber(key(log, 'sentdelta')) !== undefined && original === 'accept';
  const [from, to] = [key(log, 'srcintfrole'), key(log, 'dstintfrole')];
  const policy = key(log, 'policyid');
  const service = get('ApplicationProtocol') || key(log, 'service');
  const session = get('ExtID') || key(log, 'sessionid');
  const allowed = outcome?.action === 'Allow' && !cut;
  return {
    EventStartTime: start,
    EventEndTime: end,
    NetworkDuration:
      seconds >= 0 && (key(log, 'duration') || log.labelled('duration')) !== ''
        ? Math.round(seconds * 1000)
        : undefined,
    EventSubType: original === 'start' ? 'Start' : original === 'close' ? 'End' : undefined,
    EventResult: utm === 'allow' ? 'Success' : cut ? 'Failure' : outcome?.result,
    EventResultDetails: cut ? 'Terminated' : outcome?.details,
    EventSeverity:
      allowed || outcome === undefined
        ? SEVERITIES.get((get('LogSeverity') || key(log, 'level')).toLowerCase())
        : undefined,
    EventOriginalSeverity: get('LogSeverity') || key(log, 'level'),
    EventOriginalType: category,
    EventOriginalSubType: key(log, 'subtype'),
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message') || get('Activity'),
    DvcAction: cut ? 'Deny' : outcome?.action,
    DvcOriginalAction: original,
    DvcHostname: get('DeviceName') || key(log, 'devname') || get('Computer'),
    DvcId: get('DeviceExternalID') || key(log, 'devid'),
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcHostname: get('SourceHostName') || key(log, 'srcname'),
    SrcMacAddr: get('SourceMACAddress') || key(log, 'srcmac'),
    SrcUsername: get('SourceUserName') || key(log, 'user'),
    SrcNatIpAddr: get('SourceTranslatedAddress'),
    SrcNatPortNumber: get('SourceTranslatedPort'),
    SrcZone: from === 'undefined' ? '' : from,
    SrcGeoCountry: country(key(log, 'srccountry')),
    SrcBytes: interim ? key(log, 'sentdelta') : get('SentBytes'),
    SrcPackets: key(log, 'sentpkt') || log.labelled('sentpackets'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstHostname: get('DestinationHostName') || key(log, 'dstname'),
    DstMacAddr: get('DestinationMACAddress') || key(log, 'dstmac'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstZone: to === 'undefined' ? '' : to,
    DstGeoCountry: country(key(log, 'dstcountry')),
    DstBytes: interim ? key(log, 'rcvddelta') : get('ReceivedBytes'),
    DstPackets: key(log, 'rcvdpkt') || log.labelled('receivedpackets'),
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: /^(tcp|udp|icmp)\/\d+/i.test(service) ? '' : service.toUpperCase(),
    NetworkSessionId: session,
    NetworkRuleNumber: policy,
    NetworkRuleName: key(log, 'policyname') || policy,
    NetworkDirection: direction(from, to),
    ThreatOriginalRiskLevel: key(log, 'crscore'),
    ThreatRiskLevel: key(log, 'crscore'),
    AdditionalFields: {
      UtmAction: utm,
      ApplicationCategory: key(log, 'appcat'),
      Application: key(log, 'app'),
      VirtualDomain: key(log, 'vd'),
      LogId: key(log, 'logid'),
      PolicyUuid: key(log, 'poluuid') || key(log, 'policyuuid'),
      TranslationDisposition: key(log, 'trandisp'),
      ...(interim && { TotalBytesSent: get('SentBytes'), TotalBytesReceived: get('ReceivedBytes') }),
    },
  };
}

/** Columns by the device's own keys; the others go to AdditionalExtensions. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['srcip', 'SourceIP'],
  ['dstip', 'DestinationIP'],
  ['srcport', 'SourcePort'],
  ['dstport', 'DestinationPort'],
  ['proto', 'Protocol'],
  ['action', 'DeviceAction'],
  ['sentbyte', 'SentBytes'],
  ['rcvdbyte', 'ReceivedBytes'],
  ['srcintf', 'DeviceInboundInterface'],
  ['dstintf', 'DeviceOutboundInterface'],
  ['devname', 'DeviceName'],
  ['devid', 'DeviceExternalID'],
  ['level', 'LogSeverity'],
  ['sessionid', 'ExtID'],
  ['service', 'ApplicationProtocol'],
  ['transip', 'SourceTranslatedAddress'],
  ['transport', 'SourceTranslatedPort'],
  ['tranip', 'DestinationTranslatedAddress'],
  ['tranport', 'DestinationTranslatedPort'],
  ['user', 'SourceUserName'],
  ['msg', 'Message'],
]);

function read({ message, syslog }: LogLine): Row {
  const pairs = parseKeyValues(message);
  const cells: Record<string, string> = {};
  const extensions: string[] = [];
  for (const [name, value] of pairs) {
    const column = COLUMNS.get(name);
    if (column !== undefined) cells[column] = value;
    else extensions.push(`FTNTFGT${name}=${value}`);
  }
  const local = parseLogTime(`${pairs.get('date') ?? ''} ${pairs.get('time') ?? ''} ${pairs.get('tz') ?? ''}`.trim());
  const time = local ?? syslog?.time;
  return textRow(COMMON_SECURITY_LOG, {
    ...cells,
    DeviceVendor: 'Fortinet',
    DeviceProduct: 'FortiGate',
    DeviceEventCategory: `${pairs.get('type') ?? ''}:${pairs.get('subtype') ?? ''}`,
    AdditionalExtensions: extensions.join(';'),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

export const fortinetFortiGate: RowSource = {
  id: 'fortinetFortiGate',
  vendor: 'Fortinet',
  product: 'FortiGate',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionFortinetFortiGate 0.6.0',
  asim: { vendor: 'Fortinet', product: 'Fortigate', types: ['NetworkSession'] },
  filter: 'Logs of type traffic; others are skipped (notTraffic, dnsOnly).',
  forms: ['CEF', 'syslog key=value'],
  sweep: true,
  gaps: ['a session accepted and closed in two lines is told twice'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      row.text('DeviceVendor').toLowerCase() === 'fortinet' && /^forti(gate|analyzer)/i.test(row.text('DeviceProduct')),
    map,
  },
  lineForms: [
    lineForm(
      ({ message }) => /(?:^|[\s,])(?:devid|logid)="?\w/.test(message) && /(?:^|[\s,])type="?\w/.test(message),
      read,
    ),
  ],
};
