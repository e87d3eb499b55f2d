/**
 * Illumio Core: flow summaries, as rows of Illumio_Flow_Events_CL, and as the PCE writes them: JSON, bare or behind a syslog header, and CEF.
 * Follows the upstream mapping ASimNetworkSessionIllumioSaaSCore 0.1.0 and corrects:
 * - the reporting workload is the destination of an inbound flow;
 * - NetworkDuration is in milliseconds, and the connection's own (ddms) where given;
 * - an unknown direction is worked out from the addresses; ICMP types are mapped;
 * - the process is kept beside the application's name and type.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject, JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct } from './commonSecurityLog';
import { illumioCefRow } from './illumioCef';
import { cloudFlow } from './illumioCloud';
import { JsonRow, type Row } from './row';
import { isRefusal, lineForm, type Refusal, type RowSource, skipped } from './source';

const TABLE = 'Illumio_Flow_Events_CL';
/** The same columns under the name that newer schemas give the table. */
const NEWER_TABLE = 'Illumio_Flow_Events2_CL';
const CLOUD_TABLE = 'IllumioFlowEventsV2_CL';
/** Policy decisions: allowed, potentially blocked, blocked. */
const DECISIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['0', 'Allow'],
  ['1', 'Allow'],
  ['2', 'Deny'],
]);
const DECISION_NAMES: ReadonlyMap<string, string> = new Map([
  ['0', 'allowed'],
  ['1', 'potentially blocked'],
  ['2', 'blocked'],
  ['3', 'unknown'],
]);
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['M', 'Multicast'],
  ['B', 'Broadcast'],
  ['U', 'Unicast'],
]);
const STATES: ReadonlyMap<string, string> = new Map([
  ['A', 'Active'],
  ['T', 'Timed out'],
  ['C', 'Closed'],
  ['S', 'Snapshot'],
  ['N', 'New'],
]);

function map(row: Row): SessionDraft | Refusal {
  if (row.table === CLOUD_TABLE) return cloudFlow(row);
  if (row.table !== COMMON_SECURITY_LOG) return summary(row);
  const read = illumioCefRow(row, TABLE);
  return isRefusal(read) ? read : summary(read);
}

function summary(row: Row): SessionDraft | Refusal {
  // The PCE of older versions leaves `dst_` away, and counts connections as `count`.
  const get = (...names: readonly string[]): string => {
    for (const name of names) {
      const text = row.text(name);
      if (text !== '') return text;
    }
    return '';
  };
  if (get('src_ip') === '' && get('dst_ip') === '') return skipped('noAddresses');
  const direction = get('dir').toUpperCase();
  const inbound = direction === 'I';
  const interval = Number(get('interval_sec'));
  const length = get('ddms') || (interval > 0 && interval < 2e6 ? String(Math.round(interval * 1000)) : '');
  const process = get('pn');
  const reporter = inbound ? 'dst' : 'src';
  const user = get('un');
  return {
    EventEndTime: parseLogTime(get('timestamp')) ?? parseLogTime(get('TimeGenerated')),
    NetworkDuration: length,
    EventCount: get('flow_count', 'count'),
    DvcAction: DECISIONS.get(get('pd')),
    DvcOriginalAction: DECISION_NAMES.get(get('pd')) ?? get('pd'),
    EventOriginalResultDetails: STATES.get(get('state')) ?? get('state'),
    EventResultDetails: get('state') === 'T' ? 'Timeout' : undefined,
    DvcHostname: get(`${reporter}_hostname`),
    DvcIpAddr: get(`${reporter}_ip`),
    SrcIpAddr: get('src_ip'),
    SrcHostname: get('src_hostname'),
    SrcAppName: inbound ? '' : process,
    SrcAppType: 'Process',
    SrcUsername: inbound ? '' : user,
    SrcBytes: get('dst_dbi', 'dbi'),
    DstIpAddr: get('dst_ip'),
    DstHostname: get('dst_hostname', 'fqdn'),
    DstPortNumber: get('dst_port'),
    DstAppName: inbound ? process : '',
    DstAppType: 'Process',
    DstUsername: inbound ? user : '',
    DstBytes: get('dst_dbo', 'dbo'),
    NetworkProtocol: get('proto'),
    NetworkIcmpCode: get('icmp_type', 'type'),
    stated: inbound ? 'Inbound' : direction === 'O' ? 'Outbound' : undefined,
    AdditionalFields: {
      PceFqdn: get('pce_fqdn'),
      Class: CLASSES.get(get('class')) ?? get('class'),
      Network: get('network'),
      SourceLabels: labels(row.value('src_labels')),
      DestinationLabels: labels(row.value('dst_labels')),
      SourceHref: get('src_href'),
      DestinationHref: get('dst_href'),
      Service: get('sn'),
      IcmpCode: get('code', 'icmp_code'),
      PolicyDecisionQualifier: get('pd_qualifier'),
      TotalBytesToDestination: get('dst_tbi', 'tbi'),
      TotalBytesFromDestination: get('dst_tbo', 'tbo'),
      IntervalSeconds: get('interval_sec'),
    },
  };
}

/** Unless there are none. */
function labels(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value;
}

/** Members that are in every flow summary, together in no other product's record. */
function isSummary(record: JsonObject): boolean {
  return (
    'pd' in record &&
    'src_ip' in record &&
    'dst_ip' in record &&
    ['interval_sec', 'flow_count', 'dst_dbi', 'pce_fqdn'].some((name) => name in record)
  );
}

/** The JSON behind what the PCE puts in front of it in syslog (`sec=… sev=INFO pid=… {…}`). */
function embedded(text: string): JsonObject | undefined {
  const start = text.indexOf('{');
  if (start < 0 || !text.includes('"src_ip"') || !text.includes('"pd"')) return undefined;
  try {
    const record: unknown = JSON.parse(text.slice(start));
    return typeof record === 'object' && record !== null && isSummary(record as JsonObject)
      ? (record as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

export const illumioCore: RowSource = {
  id: 'illumioCore',
  vendor: 'Illumio',
  product: 'Core',
  table: `${TABLE}, ${NEWER_TABLE}, ${CLOUD_TABLE}, ${COMMON_SECURITY_LOG}`,
  facts: 'ASimNetworkSessionIllumioSaaSCore 0.1.0',
  asim: { vendor: 'Illumio', product: 'Core', types: ['Flow'] },
  filter: 'Every flow summary; over CEF other events are skipped (notFlowSummary).',
  forms: ['flow summary JSON', 'syslog with JSON', 'CEF'],
  sweep: true,
  gaps: ['the records have no source port; a flow between two managed workloads is told by both', 'LEEF is not read'],
  format: 'rows',
  rows: {
    tables: {
      [TABLE]: ['pd', 'src_ip', 'dst_ip', 'flow_count'],
      [NEWER_TABLE]: [],
      [CLOUD_TABLE]: ['SrcIP', 'DstIP', 'SrcCloud', 'DstCloud'],
      [COMMON_SECURITY_LOG]: [],
    },
    owns: (row) => row.table !== COMMON_SECURITY_LOG || isOfProduct(row, 'illumio', 'pce'),
    map,
  },
  lineForms: [
    lineForm(
      ({ message }) => embedded(message) !== undefined,
      ({ message }) => new JsonRow(TABLE, embedded(message) ?? {}),
    ),
  ],
  objectForms: [{ owns: isSummary, read: (record) => new JsonRow(TABLE, record) }],
};
