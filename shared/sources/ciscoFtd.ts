/**
 * Cisco FTD (Secure Firewall): unified events 430001 to 430007 in syslog. Table CommonSecurityLog (the text in Message).
 * Follows the upstream mapping ASimNetworkSessionCiscoFTD 0.1.0 and corrects:
 * - NetworkDuration is in milliseconds;
 * - blocked intrusions and files are failures; file events are IDS events, not those of an end point;
 * - both zones are kept; values may hold commas and colons.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { asaHeader, asaSender } from './ciscoAsaHeader';
import { COMMON_SECURITY_LOG, isOfProduct } from './commonSecurityLog';
import { directionBySides } from './interfaceSides';
import { type Row, textRow } from './row';
import { dead, type LogLine, lineForm, type MappingContext, type Refusal, type RowSource, skipped } from './source';

const UNIFIED = /^43000\d$/;
const KINDS: ReadonlyMap<string, 'intrusion' | 'start' | 'end' | 'file' | 'flow'> = new Map([
  ['430001', 'intrusion'],
  ['430002', 'start'],
  ['430003', 'end'],
  ['430005', 'file'],
  ['430007', 'flow'],
]);
interface Result {
  readonly action?: ValueOf<'dvcAction'>;
  readonly result?: ValueOf<'eventResult'>;
  readonly details?: ValueOf<'eventResultDetails'>;
}
const RULE_ACTIONS: ReadonlyMap<string, Result> = new Map<string, Result>([
  ['allow', { action: 'Allow', result: 'Success', details: 'NA' }],
  ['fastpath', { action: 'Allow', result: 'Success', details: 'NA' }],
  ['trust', { action: 'Allow', result: 'Success', details: 'NA' }],
  ['monitor', { action: 'Allow', result: 'Success', details: 'NA' }],
  ['block', { action: 'Deny', result: 'Failure', details: 'Terminated' }],
  ['block with reset', { action: 'Reset', result: 'Failure', details: 'Reset' }],
  ['interactive block', { action: 'Deny', result: 'Failure', details: 'Terminated' }],
  ['interactive block with reset', { action: 'Reset', result: 'Failure', details: 'Reset' }],
]);
const INLINE_RESULTS: ReadonlyMap<string, Result> = new Map<string, Result>([
  ['alert', { action: 'Allow', result: 'Success', details: 'NA' }],
  ['would block', { action: 'Allow', result: 'Success', details: 'Simulation' }],
  ['would have dropped', { action: 'Allow', result: 'Success', details: 'Simulation' }],
  ['block', { action: 'Deny', result: 'Failure', details: 'Terminated' }],
  ['blocked', { action: 'Deny', result: 'Failure', details: 'Terminated' }],
  ['dropped', { action: 'Drop', result: 'Failure', details: 'Terminated' }],
]);
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
  ['1', 'High'],
  ['2', 'Medium'],
  ['3', 'Low'],
]);
const FILLERS: ReadonlySet<string> = new Set([
  'Unknown',
  'N/A',
  'Not Found',
  'No Authentication Required',
  'Invalid ID',
]);
const MAX_PAIRS = 200;

/** `Key: value, Key: value`: a pair begins only where a key and its colon stand after a comma. */
function pairs(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let key = '';
  let from = -1;
  const add = (to: number): void => {
    if (from >= 0 && !found.has(key)) found.set(key, text.slice(from, to).replaceAll('<br/>', '').trim());
  };
  for (const match of text.matchAll(/(?:^|, )([A-Z][\w-]{0,40}(?: [A-Z][\w-]{0,40}){0,2}): ?/g)) {
    add(match.index);
    key = match[1] ?? '';
    from = match.index + match[0].length;
    if (found.size >= MAX_PAIRS) return found;
  }
  add(text.length);
  return found;
}

function map(row: Row): SessionDraft | Refusal {
  const message = row.text('Message');
  const header = asaHeader(message);
  const id = row.text('DeviceEventClassID') || (header?.id ?? '');
  const kind = KINDS.get(id);
  if (kind === undefined) return skipped('notConnection');
  const values = pairs(message.slice(header?.text ?? 0));
  const get = (key: string): string => {
    const value = values.get(key) ?? '';
    return FILLERS.has(value) ? '' : value;
  };
  if (get('SrcIP') === '' && get('DstIP') === '') return dead('noAddresses');
  const action = get('AccessControlRuleAction');
  const connection = kind === 'start' || kind === 'end';
  const outcome: Result | undefined =
    kind === 'intrusion'
      ? INLINE_RESULTS.get(get('InlineResult').toLowerCase())
      : kind === 'file'
        ? fileResult(get('FileAction'))
        : RULE_ACTIONS.get(action.toLowerCase());
  const priority = kind === 'intrusion' ? get('Priority') : get('EventPriority');
  const seconds = Number(get('ConnectionDuration'));
  // Names one event of each kind only where a connection has one of them.
  const uid = connection ? ['DeviceUUID', 'InstanceID', 'FirstPacketSecond', 'ConnectionID'].map(get) : [''];
  const sides =
    directionBySides(get('IngressZone'), get('EgressZone')) ??
    directionBySides(get('IngressInterface'), get('EgressInterface'));
  const upload = get('FileDirection') === 'Upload';
  const address = row.text('DeviceAddress');
  return {
    EventType: kind === 'intrusion' || kind === 'file' ? 'IDS' : 'NetworkSession',
    EventStartTime: parseLogTime(get('FirstPacketSecond')),
    EventEndTime: parseLogTime(get('LastPacketSecond')),
    EventSubType: kind === 'start' ? 'Start' : kind === 'end' ? 'End' : undefined,
    EventResult: outcome?.result,
    EventResultDetails: outcome?.details ?? (connection && action !== '' ? 'Unknown' : undefined),
    EventSeverity:
      kind === 'file'
        ? fileSeverity(get('FileAction'), get('SHA_Disposition'))
        : SEVERITIES.get(priority.toLowerCase()),
    EventOriginalSeverity: priority || header?.level,
    EventOriginalType: id,
    EventOriginalUid: uid.every((part) => part !== '') ? `${uid.join('-')}-${id}` : '',
    EventMessage: kind === 'intrusion' ? get('Message') : '',
    EventReportUrl: get('URL') || get('DNSQuery'),
    DvcAction: outcome?.action,
    DvcOriginalAction: action || get('InlineResult') || get('FileAction'),
    DvcHostname: row.text('DeviceName') || row.text('Computer'),
    DvcIpAddr: address === 'Unknown IP' ? '' : address,
    DvcId: get('DeviceUUID'),
    DvcDescription: get('NAPPolicy'),
    DvcInboundInterface: get('IngressInterface'),
    DvcOutboundInterface: get('EgressInterface'),
    DvcZone: get('IngressVRF'),
    SrcIpAddr: get('SrcIP'),
    SrcPortNumber: get('SrcPort'),
    SrcZone: get('IngressZone'),
    SrcNatIpAddr: get('NAT_InitiatorIP'),
    SrcNatPortNumber: get('NAT_InitiatorPort'),
    SrcUsername: get('User'),
    SrcAppName: get('Client'),
    SrcBytes: get('InitiatorBytes'),
    SrcPackets: get('InitiatorPackets'),
    DstIpAddr: get('DstIP'),
    DstPortNumber: get('DstPort'),
    DstZone: get('EgressZone'),
    DstNatIpAddr: get('NAT_ResponderIP'),
    DstNatPortNumber: get('NAT_ResponderPort'),
    DstBytes: get('ResponderBytes'),
    DstPackets: get('ResponderPackets'),
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: get('ApplicationProtocol').toUpperCase(),
    NetworkDuration: get('ConnectionDuration') !== '' && seconds >= 0 ? Math.round(seconds * 1000) : undefined,
    NetworkRuleName: get('AccessControlRuleName'),
    NetworkRuleNumber: kind === 'intrusion' ? get('SID') : undefined,
    NetworkIcmpType: get('ICMPType'),
    NetworkSessionId: get('ConnectionID'),
    NetworkDirection: kind === 'file' ? (upload ? 'Outbound' : 'Inbound') : sides,
    ThreatName: kind === 'intrusion' ? get('Message') : get('ThreatName'),
    ThreatCategory:
      kind === 'intrusion'
        ? get('Classification')
        : kind === 'file'
          ? get('SHA_Disposition')
          : get('AccessControlRuleReason'),
    ThreatId: kind === 'intrusion' && get('SID') !== '' ? `${get('GID')}:${get('SID')}:${get('Revision')}` : '',
    ThreatRiskLevel: kind === 'file' ? get('ThreatScore') : undefined,
    AdditionalFields: {
      Policy: get('ACPolicy'),
      PrefilterPolicy: get('Prefilter Policy'),
      IcmpCode: get('ICMPCode'),
      WebApplication: get('WebApplication'),
      UrlCategory: get('URLCategory'),
      SecurityIntelligenceIp: get('SecIntMatchingIP'),
      FileName: get('FileName'),
      FileSha256: get('FileSHA256'),
    },
  };
}

function fileResult(action: string): Result {
  return /block/i.test(action)
    ? { action: 'Deny', result: 'Failure', details: 'Terminated' }
    : { action: 'Allow', result: 'Success', details: 'NA' };
}

/** Only a file known to be bad is severe; one that went through is worse than one that was stopped. */
function fileSeverity(action: string, disposition: string): ValueOf<'eventSeverity'> {
  if (disposition !== 'Malware' && disposition !== 'Custom Detection') return 'Informational';
  return /block/i.test(action) ? 'Medium' : 'High';
}

function read({ syslog, text }: LogLine, context: MappingContext): Row | Refusal {
  const header = asaHeader(text);
  if (header === undefined) return dead('malformedMessage');
  const { time, host } = asaSender(text.slice(0, header.start), syslog, context.reference);
  return textRow(COMMON_SECURITY_LOG, {
    DeviceVendor: 'Cisco',
    DeviceProduct: 'FTD',
    DeviceEventClassID: header.id,
    DeviceName: host,
    Message: text.slice(header.start),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

export const ciscoFtd: RowSource = {
  id: 'ciscoFtd',
  vendor: 'Cisco',
  product: 'Secure Firewall Threat Defense',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCiscoFTD 0.1.0',
  asim: { vendor: 'Cisco', product: 'FTD', types: ['NetworkSession', 'IDS'] },
  filter:
    'Events 430001, 430002, 430003, 430005 and 430007; others are skipped (notConnection). ASA messages of FTD: source ciscoAsa.',
  forms: ['syslog (%FTD-, %NGIPS-)'],
  sweep: true,
  gaps: ['a connection is told twice when start and end are logged'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      isOfProduct(row, 'cisco', 'ftd') &&
      UNIFIED.test(row.text('DeviceEventClassID') || (asaHeader(row.text('Message'))?.id ?? '')),
    map,
  },
  lineForms: [lineForm(({ text }) => text.includes('-43000') && UNIFIED.test(asaHeader(text)?.id ?? ''), read)],
};
