/**
 * Cisco Firepower (eStreamer as CEF): connection statistics, intrusions, policy violations. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCiscoFirepower 0.1.0 and corrects:
 * - bytesOut are what the initiator sent (so the eStreamer client names them), bytesIn what came back;
 * - ICMP types have their names; intrusions are IDS events; sums are filled;
 * - what would have happened inline is a `Simulation`; unknown actions have a result.
 */
import type { ValueOf } from '../asim/enumerations';
import { protocolNumber } from '../asim/protocols';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, securityLog } from './commonSecurityLog';
import { directionBySides } from './interfaceSides';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

type Kind = 'connection' | 'intrusion' | 'policy';
const KINDS: readonly (readonly [string, Kind])[] = [
  ['RNA:1003:1', 'connection'],
  ['INTRUSION:400', 'intrusion'],
  ['PV:112', 'policy'],
];

interface Outcome {
  readonly action: ValueOf<'dvcAction'>;
  readonly result: ValueOf<'eventResult'>;
  readonly simulated?: true;
}
const allow: Outcome = { action: 'Allow', result: 'Success' };
const deny: Outcome = { action: 'Deny', result: 'Failure' };
const drop: Outcome = { action: 'Drop', result: 'Failure' };
/** Blocked only in part: not the session's whole traffic. */
const partly = (action: ValueOf<'dvcAction'>): Outcome => ({ action, result: 'Failure' });
/** Passed, for the sensor is not inline. */
const wouldBe: Outcome = { action: 'Allow', result: 'Partial', simulated: true };
const ACTIONS: ReadonlyMap<string, Outcome> = new Map([
  ['allow', allow],
  ['monitor', allow],
  ['alerted', allow],
  ['rewrite', allow],
  ['rewritten', allow],
  ['trust', allow],
  ['fastpath', allow],
  ['block', deny],
  ['blocked', deny],
  ['reject', deny],
  ['rejected', deny],
  ['block with reset', { action: 'Reset', result: 'Failure' }],
  ['partial block', partly('Deny')],
  ['partial blocked', partly('Deny')],
  ['partially blocked', partly('Deny')],
  ['drop', drop],
  ['dropped', drop],
  ['partially dropped', partly('Drop')],
  ['would be rewritten', wouldBe],
  ['would be block', wouldBe],
  ['would be blocked', wouldBe],
  ['would be rejected', wouldBe],
  ['would rejected', wouldBe],
  ['would drop', wouldBe],
  ['would be dropped', wouldBe],
]);
const DETAILS: ReadonlyMap<string, ValueOf<'eventResultDetails'>> = new Map([
  ['', 'NA'],
  ['ip block', 'Terminated'],
  ['file block', 'Terminated'],
  ['intrusion block', 'Terminated'],
  ['file resume block', 'Terminated'],
  ['ip monitor', 'Unknown'],
  ['user bypass', 'Unknown'],
  ['file monitor', 'Unknown'],
  ['intrusion monitor', 'Unknown'],
  ['file resume allow', 'Unknown'],
  ['file custom detection', 'Unknown'],
]);

/** Behind a time of some clients stands part of a URL. */
function timeOf(text: string): number | undefined {
  return parseLogTime(text.split(';', 1)[0]?.trim() ?? '');
}

/** The client writes its own record of the user: `{'blockType': 0, 'blockLength': 35, 'data': 'alice'}`. */
function userName(text: string): string {
  const name = text.startsWith('{') ? (/'data': '([^']{1,200})'/.exec(text)?.[1] ?? '') : text;
  return name === 'No Authentication Required' || name === 'Unknown' ? '' : name;
}

function severity(text: string): ValueOf<'eventSeverity'> | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const level = Number(text);
  return level <= 3 ? 'Low' : level <= 6 ? 'Medium' : 'High';
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const id = get('DeviceEventClassID');
  const kind = KINDS.find(([part]) => id.includes(part))?.[1];
  if (kind === undefined) return skipped('notConnection');
  const number = protocolNumber(get('Protocol')) ?? Number(get('Protocol') || Number.NaN);
  const icmp = number === 1 || number === 58;
  const reason = get('Reason') || log.extension('reason');
  const action = ACTIONS.get(get('DeviceAction').toLowerCase());
  const [from, to] = [
    log.labelled('ingresszone') || get('DeviceCustomString3'),
    log.labelled('egresszone') || get('DeviceCustomString4'),
  ];
  const [inbound, outbound] = [get('DeviceInboundInterface'), get('DeviceOutboundInterface')];
  const application = get('ApplicationProtocol').toUpperCase();
  return {
    EventType: kind === 'intrusion' ? 'IDS' : 'NetworkSession',
    EventStartTime: timeOf(get('StartTime') || log.extension('start')) ?? timeOf(get('ReceiptTime')),
    EventEndTime: timeOf(get('EndTime') || log.extension('end')),
    EventResult: action?.result,
    EventResultDetails: action?.simulated
      ? 'Simulation'
      : kind === 'connection'
        ? DETAILS.get(reason.toLowerCase())
        : undefined,
    EventOriginalResultDetails: reason,
    EventSeverity: severity(get('LogSeverity')),
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalType: kind === 'intrusion' ? 'INTRUSION EVENT' : get('Activity'),
    EventOriginalSubType: id,
    EventMessage: kind === 'intrusion' ? get('Activity') : get('Message'),
    EventProductVersion: get('DeviceVersion'),
    DvcAction: action?.action,
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname: get('DeviceName') || get('Computer'),
    DvcIpAddr: get('DeviceAddress'),
    DvcId: get('DeviceExternalID'),
    DvcInboundInterface: inbound,
    DvcOutboundInterface: outbound,
    SrcIpAddr: get('SourceIP') || get('DeviceCustomIPv6Address2'),
    DstIpAddr: get('DestinationIP') || get('DeviceCustomIPv6Address3'),
    SrcZone: from,
    DstZone: to,
    SrcVlanId: log.labelled('vlan') || get('FieldDeviceCustomNumber1'),
    SrcUsername: userName(get('SourceUserName')),
    DstUsername: kind === 'policy' ? get('DestinationUserName') : '',
    DstHostname: get('DestinationDnsDomain') || get('DestinationHostName'),
    SrcBytes: kind === 'connection' ? log.extension('bytesOut') || get('SentBytes') : undefined,
    DstBytes: kind === 'connection' ? log.extension('bytesIn') || get('ReceivedBytes') : undefined,
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: application === 'UNKNOWN' ? '' : application,
    NetworkDirection: directionBySides(from, to) ?? directionBySides(inbound, outbound),
    NetworkRuleName: log.labelled('fwrule') || get('DeviceCustomString2'),
    ThreatCategory: kind === 'intrusion' ? get('DeviceEventCategory') : '',
    ThreatName: kind === 'intrusion' ? get('Activity') : '',
    AdditionalFields: {
      Policy: log.labelled('fwpolicy') || get('DeviceCustomString1'),
      IpsPolicy: kind === 'intrusion' ? log.labelled('ipspolicy') || get('DeviceCustomString5') : '',
      SecurityIntelligenceCategory: log.labelled('secintelcategory'),
      RuleId: log.labelled('ruleid'),
      IcmpCode: icmp ? get('DestinationPort') : '',
      InstanceId: get('ProcessID') || log.extension('dvcpid'),
      ClientApplication: get('RequestClientApplication'),
      ClientUrl: get('RequestURL') || log.extension('Request'),
      ExternalId: get('ExtID'),
    },
    ...(icmp
      ? { NetworkIcmpCode: get('SourcePort') }
      : { SrcPortNumber: get('SourcePort'), DstPortNumber: get('DestinationPort') }),
  };
}

export const ciscoFirepower: RowSource = {
  id: 'ciscoFirepower',
  vendor: 'Cisco',
  product: 'Firepower',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCiscoFirepower 0.1.0',
  asim: { vendor: 'Cisco', product: 'Firepower', types: ['NetworkSession', 'IDS'] },
  filter: 'Classes RNA:1003:1, INTRUSION:400 and PV:112; others are skipped (notConnection).',
  forms: ['CEF'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'cisco', 'firepower'),
    map,
  },
};
