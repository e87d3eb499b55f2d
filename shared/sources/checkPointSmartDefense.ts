/**
 * Check Point SmartDefense (IPS): attacks prevented or detected, as CEF. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionCheckPointSmartDefense 0.1.0 and corrects: a detection lets the session pass (Allow);
 * the events are IDS events; direction follows from the addresses: the interface's says nothing of the network's boundary.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { sicName } from './checkPointColumns';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import { wholeNumber } from './numbers';
import type { Row } from './row';
import type { Refusal, RowSource } from './source';

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

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const confidence = wholeNumber(log.labelled('confidence'));
  return {
    EventEndTime: parseLogTime(get('ReceiptTime')),
    EventCount: get('EventCount'),
    EventSeverity: SEVERITIES.get(get('LogSeverity').toLowerCase()),
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalSubType: get('Activity'),
    EventOriginalUid: log.extension('loguid'),
    EventProductVersion: log.extension('version') || get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcAction: ACTIONS.get(get('DeviceAction').toLowerCase()),
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname: sicName(log.extension('originsicname')) || get('DeviceName') || get('Computer'),
    DvcIpAddr: log.extension('origin') || get('DeviceAddress'),
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
    NetworkRuleName: log.extension('rule_name'),
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
  filter: 'Every record of the product.',
  forms: ['CEF'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) =>
      row.text('DeviceProduct').toLowerCase() === 'smartdefense' && /^(check ?point)?$/i.test(row.text('DeviceVendor')),
    map,
  },
};
