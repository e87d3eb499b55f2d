/** Illumio's flow summaries over CEF (also as rows of CommonSecurityLog), in the names that its JSON has. */
import { securityLog } from './commonSecurityLog';
import { dynamicOf, memberOf, type Row, textOf, textRow } from './row';
import { type Refusal, skipped } from './source';

/** Decisions as the JSON numbers them. */
const DECISIONS: ReadonlyMap<string, string> = new Map([
  ['allowed', '0'],
  ['potentially_blocked', '1'],
  ['blocked', '2'],
  ['unknown', '3'],
]);

/** @param table of the row. */
export function illumioCefRow(row: Row, table: string): Row | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  if (get('DeviceEventCategory') !== 'flow_summary') return skipped('notFlowSummary');
  const decision = get('DeviceAction') || get('DeviceEventClassID').replace(/^flow_/, '');
  // What has no key of its own stands in `msg`, as JSON.
  const message = dynamicOf(get('Message'));
  const more = (...names: readonly string[]): string => {
    const [found] = names.map((name) => textOf(memberOf(message, name))).filter((text) => text !== '');
    return found ?? '';
  };
  const direction = get('CommunicationDirection');
  return textRow(table, {
    timestamp: get('ReceiptTime') || get('TimeGenerated'),
    pd: DECISIONS.get(decision) ?? decision,
    dir: /^(1|outbound)$/i.test(direction) ? 'O' : /^(0|inbound)$/i.test(direction) ? 'I' : '',
    src_ip: get('SourceIP') || get('DeviceCustomIPv6Address2'),
    dst_ip: get('DestinationIP') || get('DeviceCustomIPv6Address3'),
    dst_port: get('DestinationPort'),
    proto: get('Protocol'),
    src_hostname: get('SourceHostName'),
    dst_hostname: get('DestinationHostName'),
    flow_count: get('EventCount'),
    interval_sec: log.labelled('intervalsec'),
    dst_dbi: log.labelled('dbi'),
    dst_dbo: log.labelled('dbo'),
    dst_tbi: get('ReceivedBytes'),
    dst_tbo: get('SentBytes'),
    state: log.labelled('state'),
    src_labels: log.labelled('srclabels'),
    dst_labels: log.labelled('dstlabels'),
    src_href: log.labelled('srchref'),
    dst_href: log.labelled('dsthref'),
    un: get('SourceUserName') || get('DestinationUserName'),
    pn: get('SourceProcessName') || get('DestinationProcessName'),
    sn: get('DestinationServiceName'),
    pce_fqdn: get('DeviceName'),
    icmp_type: more('icmp_type'),
    icmp_code: more('icmp_code'),
    class: more('trafclass_code', 'class'),
    ddms: more('ddms'),
    network: more('network'),
    pd_qualifier: more('pd_qualifier'),
  });
}
