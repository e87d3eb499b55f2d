/**
 * Fortinet FortiGate: traffic logs as CEF, and as the device's own key=value lines, CSV and JSON. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionFortinetFortiGate 0.6.0 and corrects:
 * - NetworkDuration is in milliseconds; a close is the normal end of an allowed session; resets and time-outs say so;
 * - what UTM cut is denied, though the policy accepted it; critical levels are High;
 * - the device is the firewall, not its collector; translated addresses, users, applications and policy names are kept.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, ownRow, type SecurityLogRow, securityLog } from './commonSecurityLog';
import { JsonRow, type Row } from './row';
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

/** ICMP's type and code, which stand where others have their service: `icmp/8/0`. */
const ICMP_SERVICE = /^icmp6?\/(\d{1,3})\/(\d{1,3})$/i;
/** A service that only repeats protocol and port. */
const NUMBERED_SERVICE = /^(?:tcp|udp|icmp6?|proto)\//i;

/** What became of the session: by the policy, unless the policy let it pass and UTM cut it. */
function outcomeOf(action: string, utm: string): Partial<Outcome> {
  const outcome: Partial<Outcome> = OUTCOMES.get(action) ?? {};
  const passed = outcome.action === undefined || outcome.action === 'Allow';
  if (CUT.has(utm)) {
    return {
      action: passed ? 'Deny' : outcome.action,
      result: 'Failure',
      details: outcome.details ?? (action === 'deny' ? undefined : 'Terminated'),
    };
  }
  return utm === 'allow' && passed ? { ...outcome, result: 'Success' } : outcome;
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const activity = get('Activity');
  const category = get('DeviceEventCategory') || log.extension('cat') || key(log, 'type');
  if (!category.toLowerCase().includes('traffic') && !/^traffic\b/i.test(activity)) return skipped('notTraffic');
  const original = get('DeviceAction') || key(log, 'action') || (/^traffic:\S+ (\S+)/.exec(activity)?.[1] ?? '');
  if (original === 'dns' || /\bdns\b/i.test(activity)) return skipped('dnsOnly');
  const utm = key(log, 'utmaction').toLowerCase();
  const { action, result, details } = outcomeOf(original.toLowerCase(), utm);
  const duration = key(log, 'duration') || log.labelled('duration');
  const milliseconds = duration === '' ? Number.NaN : Math.round(Number(duration) * 1000);
  const end = eventTime(key(log, 'eventtime')) ?? deviceTime(log) ?? parseLogTime(get('EndTime'));
  const start = parseLogTime(get('StartTime') || key(log, 'start'));
  const [from, to] = [key(log, 'srcintfrole'), key(log, 'dstintfrole')];
  const policy = key(log, 'policyid') || log.labelled('policyid');
  const service = get('ApplicationProtocol') || key(log, 'service');
  const icmp = ICMP_SERVICE.exec(service);
  const severity = get('LogSeverity') || key(log, 'level');
  return {
    // The log is written at the end; a start that is no earlier is the log's own time, and the duration tells the real one.
    EventStartTime: start !== undefined && end !== undefined && start >= end && milliseconds > 0 ? undefined : start,
    EventEndTime: end,
    NetworkDuration: milliseconds >= 0 ? milliseconds : undefined,
    EventSubType: original === 'start' ? 'Start' : original === 'close' ? 'End' : undefined,
    EventResult: result,
    EventResultDetails: details,
    EventSeverity: SEVERITIES.get(severity.toLowerCase()),
    EventOriginalSeverity: severity,
    EventOriginalType: category,
    EventOriginalSubType: key(log, 'subtype'),
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message') || activity,
    DvcAction: action,
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
    SrcBytes: get('SentBytes') || key(log, 'sentbyte'),
    SrcPackets: key(log, 'sentpkt') || log.labelled('sentpackets'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstHostname: get('DestinationHostName') || key(log, 'dstname'),
    DstMacAddr: get('DestinationMACAddress') || key(log, 'dstmac'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstZone: to === 'undefined' ? '' : to,
    DstGeoCountry: country(key(log, 'dstcountry')),
    DstBytes: get('ReceivedBytes') || key(log, 'rcvdbyte'),
    DstPackets: key(log, 'rcvdpkt') || log.labelled('receivedpackets'),
    NetworkProtocol: get('Protocol'),
    NetworkIcmpCode: icmp?.[1],
    NetworkApplicationProtocol: NUMBERED_SERVICE.test(service) ? '' : service.toUpperCase(),
    NetworkSessionId: get('ExtID') || key(log, 'sessionid') || key(log, 'externalID'),
    NetworkRuleNumber: policy,
    NetworkRuleName: key(log, 'policyname') || policy,
    NetworkDirection: direction(from, to),
    ThreatOriginalRiskLevel: key(log, 'crscore'),
    ThreatRiskLevel: key(log, 'crscore'),
    AdditionalFields: {
      UtmAction: utm,
      IcmpCode: icmp?.[2],
      ApplicationCategory: key(log, 'appcat'),
      // Bare, `app` is CEF's own key for what the device calls service.
      Application: log.extension('FTNTFGTapp') || log.extension('FortinetFortiGateapp'),
      VirtualDomain: key(log, 'vd'),
      LogId: key(log, 'logid'),
      PolicyUuid: key(log, 'poluuid') || key(log, 'policyuuid'),
      TranslationDisposition: key(log, 'trandisp'),
      // An interim log of a long session has the whole so far in its counters, and here what came since the last one.
      SrcBytesSinceLastLog: key(log, 'sentdelta'),
      DstBytesSinceLastLog: key(log, 'rcvddelta'),
    },
  };
}

/** The device's own date and time, with its zone where it states one. */
function deviceTime(log: SecurityLogRow): number | undefined {
  const [date, time] = [key(log, 'date'), key(log, 'time')];
  return date === '' || time === '' ? undefined : parseLogTime(`${date} ${time} ${key(log, 'tz')}`.trim());
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
  const text = message.trim() === '' ? (syslog?.structuredData ?? '') : message;
  // Its CSV is pairs between commas.
  return pairsRow(parseKeyValues(CSV.test(text) ? text.replaceAll(/,(?=[a-z_]{1,40}=)/g, ' ') : text), syslog?.time);
}

const CSV = /^\S{0,20}(?:date|time)=[^\s,]{1,20},[a-z]/;

function pairsRow(pairs: ReadonlyMap<string, string>, received?: number): Row {
  const cells: Record<string, string> = {};
  const extensions = new Map<string, string>();
  for (const [name, value] of pairs) {
    const column = COLUMNS.get(name);
    if (column !== undefined) cells[column] = value;
    else extensions.set(`FTNTFGT${name}`, value);
  }
  return ownRow(extensions, cells, {
    DeviceVendor: 'Fortinet',
    DeviceProduct: 'FortiGate',
    DeviceEventCategory: [pairs.get('type'), pairs.get('subtype')].filter(Boolean).join(':'),
    TimeGenerated: received === undefined ? undefined : new Date(received).toISOString(),
  });
}

/** The device's JSON has the same keys. */
function readObject(record: JsonObject): Row {
  const fields = new JsonRow(COMMON_SECURITY_LOG, record);
  return pairsRow(new Map([...fields.columns()].map((name) => [name, fields.text(name)])));
}

/** The number of a log, which every record of the device has, and what kind it is. */
const OWN_KEYS = /(?:^|[\s,[])(?:devid|logid)="?\w/;
const OWN_TYPE = /(?:^|[\s,[])type="?\w/;

export const fortinetFortiGate: RowSource = {
  id: 'fortinetFortiGate',
  vendor: 'Fortinet',
  product: 'FortiGate',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionFortinetFortiGate 0.6.0',
  asim: { vendor: 'Fortinet', product: 'Fortigate', types: ['NetworkSession'] },
  filter: 'Logs of type traffic; others are skipped (notTraffic, dnsOnly).',
  forms: ['CEF', 'syslog key=value', 'syslog CSV', 'JSON of the same keys'],
  sweep: true,
  gaps: ['a session accepted and closed in two lines is told twice; interim logs of a long one tell its bytes so far'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      row.text('DeviceVendor').toLowerCase() === 'fortinet' && /^forti(gate|analyzer)/i.test(row.text('DeviceProduct')),
    map,
  },
  lineForms: [lineForm(({ text }) => OWN_KEYS.test(text) && OWN_TYPE.test(text), read)],
  objectForms: [
    {
      owns: ({ logid, type, subtype }) =>
        logid !== undefined && typeof type === 'string' && typeof subtype === 'string',
      read: readObject,
    },
  ],
};
