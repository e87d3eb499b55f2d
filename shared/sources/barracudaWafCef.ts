/**
 * Barracuda WAF over CEF: the network firewall's log (NF). Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionBarracudaCEF 0.2.1 and corrects what barracudaWaf.ts does.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { BARRACUDA_WAF, networkFirewall } from './barracudaWaf';
import { COMMON_SECURITY_LOG, securityLog } from './commonSecurityLog';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  if (get('DeviceEventCategory') !== 'NF') return skipped('notNetworkFirewall');
  return {
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcHostname: get('DeviceName') || get('Computer'),
    DvcIpAddr: get('DeviceAddress'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcUsername: get('SourceUserName'),
    SrcBytes: get('SentBytes'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstBytes: get('ReceivedBytes'),
    NetworkRuleName: log.labelled('rulename') || log.labelled('rule') || log.extension('ruleName'),
    ...networkFirewall({
      action: get('DeviceAction'),
      severity: get('LogSeverity'),
      protocol: get('Protocol'),
      receipt: get('ReceiptTime'),
      taken: get('FlexNumber2'),
    }),
  };
}

export const barracudaWafCef: RowSource = {
  id: 'barracudaWafCef',
  product: 'WAF over CEF',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionBarracudaCEF 0.2.1',
  forms: ['CEF'],
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => /^barracuda/i.test(row.text('DeviceVendor')) && /^(waf|waas)$/i.test(row.text('DeviceProduct')),
    map,
  },
  ...BARRACUDA_WAF,
};
