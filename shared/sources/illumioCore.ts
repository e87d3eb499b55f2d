/**
 * Illumio Core: flow summaries, as rows of Illumio_Flow_Events_CL and as the PCE's own JSON lines.
 * Follows the upstream mapping ASimNetworkSessionIllumioSaaSCore 0.1.0 and corrects:
 * - the reporting workload is the destination of an inbound flow;
 * - NetworkDuration is in milliseconds, and the connection's own (ddms) where given;
 * - an unknown direction is worked out from the addresses; ICMP types are mapped;
 * - the process is kept beside the application's name and type.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row } from './row';
import type { Refusal, RowSource } from './source';

const TABLE = 'Illumio_Flow_Events_CL';
const TABLE_V2 = 'IllumioFlowEventsV2_CL';
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
  const get = (name: string): string => row.text(name);
  const direction = get('dir').toUpperCase();
  const inbound = direction === 'I';
  const end = parseLogTime(get('timestamp')) ?? parseLogTime(get('TimeGenerated'));
  const interval = Number(get('interval_sec'));
  const length = get('ddms') || (interval > 0 && interval < 2e6 ? String(Math.round(interval * 1000)) : '');
  const process = get('pn');
  const reporter = inbound ? 'dst' : 'src';
  const application = process === '' ? {} : inbound ? { DstAppName: process } : { SrcAppName: process };
  const user = inbound ? { DstUsername: get('un') } : { SrcUsername: get('un') };
  return {
    EventEndTime: end,
    NetworkDuration: length,
    EventCount: get('flow_count'),
    DvcAction: DECISIONS.get(get('pd')),
    DvcOriginalAction: DECISION_NAMES.get(get('pd')) ?? get('pd'),
    EventOriginalResultDetails: STATES.get(get('state')) ?? get('state'),
    EventResultDetails: get('state') === 'T' ? 'Timeout' : undefined,
    DvcHostname: get(`${reporter}_hostname`),
    DvcIpAddr: get(`${reporter}_ip`),
    SrcIpAddr: get('src_ip'),
    SrcHostname: get('src_hostname'),
    SrcBytes: get('dst_dbi'),
    DstIpAddr: get('dst_ip'),
    DstHostname: get('dst_hostname'),
    DstPortNumber: get('dst_port'),
    DstBytes: get('dst_dbo'),
    ...application,
    ...(inbound && process !== '' && { DstAppType: 'Process' as const }),
    ...(!inbound && process !== '' && { SrcAppType: 'Process' as const }),
    ...user,
    NetworkProtocol: get('proto'),
    NetworkIcmpCode: get('icmp_type'),
    stated: inbound ? 'Inbound' : direction === 'O' ? 'Outbound' : undefined,
    AdditionalFields: {
      PceFqdn: get('pce_fqdn'),
      Class: CLASSES.get(get('class')) ?? get('class'),
      Network: get('network'),
      SourceLabels: row.value('src_labels'),
      DestinationLabels: row.value('dst_labels'),
      SourceHref: get('src_href'),
      DestinationHref: get('dst_href'),
      Service: get('sn'),
      IcmpCode: get('code') || get('icmp_code'),
      PolicyDecisionQualifier: get('pd_qualifier'),
      TotalBytesToDestination: get('dst_tbi'),
      TotalBytesFromDestination: get('dst_tbo'),
      IntervalSeconds: get('interval_sec'),
    },
  };
}

const owns = (record: JsonObject): boolean => 'pd' in record && 'dst_dbi' in record && 'src_ip' in record;

export const illumioCore: RowSource = {
  id: 'illumioCore',
  vendor: 'Illumio',
  product: 'Core',
  table: TABLE,
  facts: 'ASimNetworkSessionIllumioSaaSCore 0.1.0',
  asim: { vendor: 'Illumio', product: 'Core', types: ['Flow'] },
  filter: 'Every flow summary.',
  forms: ['flow summary JSON'],
  sweep: true,
  gaps: ['the records have no source port; a flow between two managed workloads is told by both'],
  format: 'rows',
  rows: {
    tables: { [TABLE]: ['pd', 'dst_dbi', 'src_ip'], [TABLE_V2]: [] },
    owns: () => true,
    map,
  },
  objectForms: [{ owns, read: (record) => new JsonRow(TABLE, record) }],
};
