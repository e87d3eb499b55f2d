/**
 * Barracuda WAF: the network firewall's log (NF), as rows of barracuda_CL and as the device's own syslog.
 * Follows the upstream mapping ASimNetworkSessionBarracudaWAF 0.2.1 and corrects:
 * - the device's address is its own, not the session's destination; the end is when the record was made, the start before it;
 * - the original action and severity are kept.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { type Row, textRow } from './row';
import { type LogLine, lineForm, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'barracuda_CL';
/** How far a line's beginning reaches. */
const MAX_HEAD = 400;
const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['ALLOW', 'Allow'],
  ['DENY', 'Deny'],
]);
/** Syslog's levels, by number and by name. */
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ...['0', '1', '2', 'EMER', 'ALER', 'CRIT'].map((level) => [level, 'High'] as const),
  ...['3', 'ERR', 'ERRO'].map((level) => [level, 'Medium'] as const),
  ...['4', '5', 'WARN', 'NOTI'].map((level) => [level, 'Low'] as const),
  ...['6', '7', 'INFO', 'DEBU'].map((level) => [level, 'Informational'] as const),
]);

/** What both tables say of a record. */
interface FirewallRecord {
  readonly action: string;
  readonly severity: string;
  readonly protocol: string;
  readonly receipt: string;
  readonly taken: string;
}

/** The fields that both tables fill alike. */
export function networkFirewall({ action, severity, protocol, receipt, taken }: FirewallRecord): SessionDraft {
  const end = parseLogTime(receipt);
  return {
    EventEndTime: end,
    NetworkDuration: taken,
    EventSeverity: SEVERITIES.get(severity.toUpperCase().slice(0, 4)) ?? SEVERITIES.get(severity),
    EventOriginalSeverity: severity,
    EventOriginalType: 'NF',
    DvcAction: ACTIONS.get(action.toUpperCase()),
    DvcOriginalAction: action,
    NetworkProtocol: protocol.replace(/\/ip$/i, ''),
  };
}

function mapRow(row: Row): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  if (get('LogType_s') !== 'NF') return skipped('notNetworkFirewall');
  return {
    EventProductVersion: get('DeviceVersion_s'),
    DvcHostname: get('UnitName_s') || get('host_s'),
    DvcIpAddr: get('HostIP_s'),
    DvcInboundInterface: get('Interface_s'),
    SrcIpAddr: get('SourceIP') || get('SourceIP_s'),
    SrcPortNumber: get('SourcePort_d'),
    DstIpAddr: get('DestinationIP_s'),
    DstPortNumber: get('DestinationPort_d'),
    NetworkRuleName: get('PolicyName_s'),
    EventMessage: get('LogDetails_s'),
    ...networkFirewall({
      action: get('ActionID_s'),
      severity: get('Severity_s'),
      protocol: get('Protocol_s'),
      receipt: get('DeviceReceiptTime_s'),
      taken: get('TimeTaken_d'),
    }),
  };
}

/** Time and host, as every log of the device begins; a syslog header may stand before. */
const HEAD = String.raw`(?:^|[\s>])(?:(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?: [+-]\d{4})?)\s+)?(\S{1,100})\s+`;
const PLACE = String.raw`([0-9a-fA-F.:]{2,45})\s+(\d{1,5}|"?-"?)\s+`;
/** `[time ]host NF LEVEL PROTOCOL source port destination port ACTION rule interface text` */
const NATIVE = new RegExp(
  String.raw`${HEAD}NF\s+([A-Z]{3,10})\s+(\S{2,10})\s+${PLACE}${PLACE}(ALLOW|DENY)(?:\s+(\S{1,100}))?(?:\s+(\S{1,60}))?(?:\s+(.{0,1000}))?`,
);
/** The other logs: access, web firewall, audit, system. */
const OTHER_LOG =
  /(?:^|[\s>])\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3} [+-]\d{4}\s{1,4}\S{1,100}\s{1,4}(?:TR|WF|AUDIT|SYS)\s/;

function read({ text, syslog }: LogLine): Row | Refusal {
  const parts = NATIVE.exec(text);
  if (parts === null) return skipped('notNetworkFirewall');
  const [, time, host, level, protocol, source, sourcePort, destination, destinationPort, action, rule, nic, details] =
    parts;
  const at = parseLogTime(time ?? '') ?? syslog?.time;
  return textRow(TABLE, {
    LogType_s: 'NF',
    UnitName_s: host,
    Severity_s: level,
    Protocol_s: protocol,
    SourceIP: source,
    SourcePort_d: sourcePort,
    DestinationIP_s: destination,
    DestinationPort_d: destinationPort,
    ActionID_s: action,
    PolicyName_s: rule,
    Interface_s: nic,
    LogDetails_s: details?.replace(/^interface /, '').trim(),
    TimeGenerated: at === undefined ? undefined : new Date(at).toISOString(),
  });
}

/** What both sources of the product share. */
export const BARRACUDA_WAF = {
  vendor: 'Barracuda',
  asim: { vendor: 'Barracuda', product: 'WAF', types: ['NetworkSession'] },
  filter: 'Records of the network firewall (NF); others are skipped (notNetworkFirewall).',
  sweep: true,
  format: 'rows',
} as const;

export const barracudaWaf: RowSource = {
  id: 'barracudaWaf',
  product: 'WAF',
  table: TABLE,
  facts: 'ASimNetworkSessionBarracudaWAF 0.2.1',
  forms: ['syslog'],
  rows: { tables: { [TABLE]: ['LogType_s', 'ActionID_s', 'UnitName_s'] }, owns: () => true, map: mapRow },
  lineForms: [
    lineForm(({ text }) => (text.includes(' NF ') ? NATIVE.test(text) : OTHER_LOG.test(text.slice(0, MAX_HEAD))), read),
  ],
  ...BARRACUDA_WAF,
};
