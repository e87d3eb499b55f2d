/**
 * VMware Carbon Black Cloud: connections of endpoints (`endpoint.event.netconn`), as rows of CarbonBlackEvents_CL, as the Data
 * Forwarder's JSON lines, and notifications (CarbonBlackNotifications_CL), which alone are no session unless they name both ends.
 * Follows the upstream mapping ASimNetworkSessionVMwareCarbonBlackCloud 0.1.1 and corrects:
 * - of an inbound connection the remote host is the source: address, port, user and process change sides;
 * - netconn_inbound false is Outbound; the peer's name is kept for outbound connections, too;
 * - DvcIpAddr is the host's own address, not its public one; the rule is NetworkRuleName.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { type JsonObject, type JsonValue, StringSpan } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const EVENTS = 'CarbonBlackEvents_CL';
const NOTIFICATIONS = 'CarbonBlackNotifications_CL';
const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['ACTION_ALLOW', 'Allow'],
  ['ACTION_SUSPEND', 'Drop'],
  ['ACTION_TERMINATE', 'Drop'],
  ['ACTION_BREAK', 'Drop'],
  ['ACTION_BLOCK', 'Deny'],
  ['ALLOW', 'Allow'],
  ['DENY', 'Deny'],
  ['BLOCK', 'Deny'],
  ['TERMINATE', 'Drop'],
]);
const NETWORK_ALERTS: ReadonlySet<string> = new Set(['HOST_BASED_FIREWALL', 'INTRUSION_DETECTION_SYSTEM']);

/** `2026-03-02 10:00:12.1234567 +0000 UTC`, ISO 8601 or epoch milliseconds. */
function time(text: string): number | undefined {
  return parseLogTime(text.replace(/ ([+-]\d{4})( [A-Z]{3,4})?$/, ' $1'));
}

/** A member by the forwarder's name or with the suffixes of the table. */
function reader(row: Row): (name: string) => string {
  return (name) => {
    for (const suffix of ['_s', '_d', '_g', '_b', '_t', '']) {
      const text = row.text(name + suffix);
      if (text !== '') return text;
    }
    return '';
  };
}

/** The last part of a path of either system. */
function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
}

/** `DOMAIN\host` without its domain: the rest is the host's name. */
function hostOf(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1);
}

function map(row: Row): SessionDraft | Refusal {
  return row.table === NOTIFICATIONS ? mapNotification(row) : mapConnection(row);
}

function mapConnection(row: Row): SessionDraft | Refusal {
  const get = reader(row);
  const type = get('eventType') || get('type');
  if (type !== 'endpoint.event.netconn') return skipped('notNetconn');
  const action = get('action');
  const listens = action.split('|')[0]?.trim() === 'ACTION_CONNECTION_LISTEN';
  const inbound = get('netconn_inbound').toLowerCase() === 'true';
  const local = { ip: get('local_ip'), port: get('local_port') };
  const remote = { ip: get('remote_ip'), port: get('remote_port') };
  const domain = get('netconn_domain');
  const remoteName = domain.includes('.') && domain !== remote.ip ? domain : '';
  const device = hostOf(get('device_name'));
  const failed = action.includes('ACTION_CONNECTION_CREATE_FAILED');
  const process = get('process_path');
  const score = Number(get('threatInfo_score'));
  const sides: SessionDraft =
    inbound || listens
      ? {
          SrcIpAddr: listens ? '' : remote.ip,
          SrcPortNumber: listens ? '' : remote.port,
          SrcHostname: remoteName,
          DstIpAddr: local.ip,
          DstPortNumber: local.port,
          DstHostname: device,
          DstUsername: get('process_username'),
          DstAppName: process,
          DstAppId: get('process_pid'),
          ...(process !== '' && { DstAppType: 'Process' as const }),
        }
      : {
          SrcIpAddr: local.ip,
          SrcPortNumber: local.port,
          SrcHostname: device,
          SrcUsername: get('process_username'),
          SrcAppName: process,
          SrcAppId: get('process_pid'),
          ...(process !== '' && { SrcAppType: 'Process' as const }),
          DstIpAddr: remote.ip,
          DstPortNumber: remote.port,
          DstHostname: remoteName,
        };
  return {
    ...sides,
    EventEndTime:
      time(get('createTime').replace(/\+.*$/, '').trim()) ??
      time(get('device_timestamp')) ??
      time(get('backend_timestamp')),
    EventResult: failed ? 'Failure' : undefined,
    EventOriginalType: action,
    EventOriginalUid: get('event_id'),
    EventMessage: get('event_description').replaceAll(/<[^<>]{0,200}>/g, ''),
    DvcAction: ACTIONS.get(get('sensor_action')),
    DvcOriginalAction: get('sensor_action'),
    DvcHostname: device,
    DvcId: get('device_id'),
    DvcIpAddr: local.ip,
    DvcOs: get('device_os'),
    DvcOsVersion: get('deviceInfo_deviceVersion'),
    NetworkProtocol: get('netconn_protocol').replace(/^PROTO_/, ''),
    NetworkDirection: listens ? 'Listen' : inbound ? 'Inbound' : 'Outbound',
    NetworkSessionId: get('netconn_community_id'),
    NetworkRuleName: get('ruleName'),
    ThreatId: get('threat_id'),
    ThreatCategory: get('threatInfo_threatCause_threatCategory'),
    ThreatOriginalConfidence: get('threatInfo_score'),
    ThreatConfidence: get('threatInfo_score') !== '' && score >= 0 && score <= 10 ? score * 10 : undefined,
    AdditionalFields: {
      ProcessGuid: get('process_guid'),
      ProcessName: fileName(process),
      ProcessCommandLine: get('process_cmdline'),
      ProcessReputation: get('process_reputation'),
      ProcessHash: row.value('process_hash') ?? row.value('process_hash_s'),
      DvcExternalIpAddr: get('device_external_ip'),
      DvcScopeId: get('org_key'),
      EventOwner: get('event_origin'),
      AlertId: get('alert_id'),
    },
  };
}

/** Alerts of the host firewall and of intrusion detection name both ends; the others enrich connections. */
function mapNotification(row: Row): SessionDraft | Refusal {
  const get = reader(row);
  const [local, remote] = [get('netconn_local_ip'), get('netconn_remote_ip')];
  if (local === '' || remote === '') return skipped('enrichmentOnly');
  const inbound = /^(true|inbound)$/i.test(get('netconn_inbound') || get('netconn_direction'));
  const ends = { local, localPort: get('netconn_local_port'), remote, remotePort: get('netconn_remote_port') };
  return {
    EventType:
      NETWORK_ALERTS.has(get('type')) && get('type') !== 'HOST_BASED_FIREWALL' ? 'IDS' : 'EndpointNetworkSession',
    EventEndTime: time(get('eventTime')) ?? time(get('backend_timestamp')) ?? time(get('detection_timestamp')),
    EventOriginalType: get('type'),
    EventOriginalUid: get('eventId') || get('id'),
    EventOriginalSeverity: get('severity'),
    EventMessage: get('eventDescription') || get('reason'),
    EventReportUrl: get('url') || get('alert_url'),
    DvcAction: ACTIONS.get(get('sensor_action').toUpperCase()),
    DvcOriginalAction: get('sensor_action'),
    DvcHostname: hostOf(get('device_name') || get('deviceInfo_deviceName')),
    DvcId: get('device_id') || get('deviceInfo_deviceId'),
    DvcIpAddr: local,
    SrcIpAddr: inbound ? ends.remote : ends.local,
    SrcPortNumber: inbound ? ends.remotePort : ends.localPort,
    DstIpAddr: inbound ? ends.local : ends.remote,
    DstPortNumber: inbound ? ends.localPort : ends.remotePort,
    NetworkProtocol: get('netconn_protocol').replace(/^PROTO_/, ''),
    NetworkDirection: inbound ? 'Inbound' : 'Outbound',
    NetworkRuleName: get('ruleName') || get('rule_id'),
    ThreatId: get('threat_id'),
    AdditionalFields: { Reason: get('reason_code'), Summary: get('threatInfo_summary'), AlertId: get('id') },
  };
}

/** Nested members as the table flattens them: `threatInfo_score`. */
function flatten(record: JsonObject): JsonObject {
  const flat: Record<string, JsonValue | undefined> = {};
  for (const [key, value] of Object.entries(record)) {
    flat[key] = value;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof StringSpan) continue;
    for (const [inner, text] of Object.entries(value)) flat[`${key}_${inner}`] = text as JsonValue;
  }
  return flat;
}

export const carbonBlackCloud: RowSource = {
  id: 'carbonBlackCloud',
  vendor: 'VMware',
  product: 'Carbon Black Cloud',
  table: `${EVENTS}, ${NOTIFICATIONS}`,
  facts: 'ASimNetworkSessionVMwareCarbonBlackCloud 0.1.1',
  asim: { vendor: 'VMware', product: 'Carbon Black Cloud', types: ['EndpointNetworkSession', 'IDS'] },
  filter:
    'Events endpoint.event.netconn (others: notNetconn); a notification or alert that names both ends (others: enrichmentOnly).',
  forms: ['Data Forwarder JSON', 'notification and alert JSON'],
  sweep: true,
  gaps: ['a connection is not joined with the alert that it belongs to, which comes in another file'],
  format: 'rows',
  rows: {
    tables: {
      [EVENTS]: ['netconn_inbound_b', 'local_ip_s', 'remote_ip_s'],
      [NOTIFICATIONS]: ['threatInfo_incidentId_g', 'eventDescription_s'],
    },
    owns: () => true,
    map,
  },
  objectForms: [
    {
      owns: (record) => typeof record.type === 'string' && record.type.startsWith('endpoint.event.'),
      read: (record) => new JsonRow(EVENTS, record),
    },
    {
      owns: (record) =>
        ('threatInfo' in record && 'deviceInfo' in record) ||
        (typeof record.type === 'string' && 'org_key' in record && 'alert_url' in record) ||
        (typeof record.type === 'string' && NETWORK_ALERTS.has(record.type) && 'org_key' in record),
      read: (record) => new JsonRow(NOTIFICATIONS, flatten(record)),
    },
  ],
};
