/**
 * Check Point SmartDefense (IPS): attacks prevented or detected, as CEF and in the Log Exporter's other forms. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCheckPointSmartDefense 0.1.0 and corrects: a detection lets the session pass (Allow);
 * the events are IDS events; direction follows from the addresses: the interface's says nothing of the network's boundary.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { checkPointLines, checkPointObjects, isAddress, logUid, sicName } from './checkPointColumns';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import { wholeNumber } from './numbers';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['accept', 'Allow'],
  ['detect', 'Allow'],
  ['inspect', 'Allow'],
  ['bypass', 'Allow'],
  ['monitor', 'Allow'],
  ['reject', 'Deny'],
  ['prevent', 'Deny'],
  ['block', 'Deny'],
  ['drop', 'Drop'],
]);
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['informational', 'Informational'],
  ['low', 'Low'],
  ['medium', 'Medium'],
  ['high', 'High'],
  ['very-high', 'High'],
  ['critical', 'High'],
]);
/** CEF's figures. */
const FIGURES: readonly (readonly [upTo: number, severity: ValueOf<'eventSeverity'>])[] = [
  [3, 'Low'],
  [6, 'Medium'],
  [10, 'High'],
];

function severity(text: string): ValueOf<'eventSeverity'> | undefined {
  const figure = wholeNumber(text);
  if (figure === undefined) return SEVERITIES.get(text.toLowerCase());
  return FIGURES.find(([upTo]) => figure <= upTo)?.[1];
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  if (get('SourceIP') === '' && get('DestinationIP') === '') return skipped('noAddresses');
  const origin = log.extension('origin');
  const confidence = wholeNumber(log.labelled('confidence'));
  return {
    EventType: 'IDS',
    EventEndTime: parseLogTime(get('ReceiptTime')),
    EventCount: get('EventCount'),
    EventSeverity: severity(get('LogSeverity')) ?? severity(log.extension('cp_severity')),
    EventOriginalSeverity: get('LogSeverity') || log.extension('cp_severity'),
    EventOriginalSubType: get('Activity'),
    EventOriginalUid: logUid(log.extension('loguid')),
    EventProductVersion: log.extension('version') || get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcAction: ACTIONS.get(get('DeviceAction').toLowerCase()),
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname:
      sicName(log.extension('originsicname')) ||
      get('DeviceName') ||
      (isAddress(origin) ? '' : origin) ||
      get('Computer'),
    DvcIpAddr: (isAddress(origin) && origin) || get('DeviceAddress'),
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcHostname: get('SourceHostName'),
    SrcUsername: get('SourceUserName'),
    SrcAppName: get('SourceServiceName'),
    SrcBytes: get('SentBytes'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstHostname: get('DestinationHostName'),
    DstBytes: get('ReceivedBytes'),
    NetworkProtocol: get('Protocol'),
    NetworkRuleName: log.extension('rule_name') || log.labelled('threatpreventionrulename'),
    NetworkRuleNumber: log.extension('rule'),
    ThreatName: log.labelled('attackinformation') || log.labelled('protectionname'),
    ThreatId: log.labelled('protectionid'),
    ThreatCategory: log.labelled('protectiontype'),
    ThreatOriginalConfidence: log.labelled('confidence'),
    ThreatConfidence: confidence !== undefined && confidence <= 5 ? confidence * 20 : undefined,
    AdditionalFields: {
      PerformanceImpact: log.labelled('performanceimpact'),
      ThreatPreventionRuleName: log.labelled('threatpreventionrulename'),
      ThreatPreventionRuleId: log.labelled('threatpreventionruleid'),
      ProtectionName: log.labelled('protectionname'),
      CommunicationDirection: get('CommunicationDirection'),
    },
  };
}

export const checkPointSmartDefense: RowSource = {
  id: 'checkPointSmartDefense',
  vendor: 'Check Point',
  product: 'SmartDefense',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionCheckPointSmartDefense 0.1.0',
  asim: { vendor: 'Check Point', product: 'SmartDefense', types: ['IDS'] },
  filter: 'Every record with an address (others: noAddresses).',
  forms: ['CEF', 'Log Exporter: syslog, generic, Splunk, JSON'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      row.text('DeviceProduct').toLowerCase() === 'smartdefense' && /^(check ?point)?$/i.test(row.text('DeviceVendor')),
    map,
  },
  lineForms: [checkPointLines(true)],
  objectForms: [checkPointObjects(true)],
};
