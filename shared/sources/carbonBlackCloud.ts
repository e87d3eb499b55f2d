/**
 * VMware Carbon Black Cloud: connections of endpoints (`endpoint.event.netconn`), as rows of CarbonBlackEvents_CL and as the Data
 * Forwarder's JSON lines, and notifications and alerts (CarbonBlackNotifications_CL), see carbonBlackNotifications.ts.
 * Follows the upstream mapping ASimNetworkSessionVMwareCarbonBlackCloud 0.1.1 and corrects:
 * - of an inbound connection the remote host is the source: address, port, user and process change sides;
 * - netconn_inbound false is Outbound; the peer's name is kept for outbound connections, too;
 * - DvcIpAddr is the host's own address, not its public one; the rule is NetworkRuleName.
 */

import type { SessionDraft } from '../asim/sessionDraft';
import {
  actionOf,
  EVENTS,
  endsOf,
  flatten,
  isNowhere,
  NOTIFICATIONS,
  peerName,
  protocolOf,
  timeOf,
} from './carbonBlackNames';
import { isNotification, mapNotification } from './carbonBlackNotifications';
import { fileName } from './fileName';
import { JsonRow, type Row, withoutSuffixes } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const NETCONN = 'endpoint.event.netconn';

function map(row: Row): SessionDraft | Refusal {
  return row.table === NOTIFICATIONS ? mapNotification(row) : mapConnection(row);
}

function mapConnection(row: Row): SessionDraft | Refusal {
  const get = withoutSuffixes(row);
  if ((get('eventType') || get('type')) !== NETCONN) return skipped('notNetconn');
  const action = get('action');
  const listens = /^ACTION_CONNECTION_LISTEN\b/.test(action.split('|')[0]?.trim() ?? '');
  const inbound = /^(true|1)$/i.test(get('netconn_inbound'));
  const remote = get('remote_ip');
  if (!listens && isNowhere(remote)) return skipped('noPeer');
  const process = get('process_path');
  const score = Number(get('threatInfo_score'));
  const began = inbound || listens ? 'peer' : 'device';
  return {
    EventStartTime: timeOf(get('netconn_first_packet_timestamp')),
    EventEndTime:
      timeOf(get('netconn_last_packet_timestamp')) ??
      timeOf(get('createTime').replace(/\+.*$/, '').trim()) ??
      timeOf(get('device_timestamp')) ??
      timeOf(get('backend_timestamp')),
    EventResult: action.includes('ACTION_CONNECTION_CREATE_FAILED') ? 'Failure' : undefined,
    EventOriginalType: action,
    EventOriginalUid: get('event_id'),
    EventMessage: get('event_description').replaceAll(/<[^<>]{0,200}>/g, ''),
    DvcAction: actionOf(get('sensor_action')),
    DvcOriginalAction: get('sensor_action'),
    DvcId: get('device_id'),
    DvcOs: get('device_os'),
    DvcOsVersion: get('deviceInfo_deviceVersion'),
    NetworkProtocol: protocolOf(get('netconn_protocol')),
    NetworkApplicationProtocol: get('netconn_application_protocol').toUpperCase(),
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
    ...endsOf(
      {
        ip: get('local_ip'),
        port: get('local_port'),
        name: get('device_name'),
        user: get('process_username'),
        process,
        processId: get('process_pid'),
        bytes: get('netconn_bytes_sent'),
      },
      {
        ip: remote,
        port: get('remote_port'),
        name: peerName(get('netconn_domain')),
        bytes: get('netconn_bytes_received'),
      },
      began,
    ),
  };
}

export const carbonBlackCloud: RowSource = {
  id: 'carbonBlackCloud',
  vendor: 'VMware',
  product: 'Carbon Black Cloud',
  table: `${EVENTS}, ${NOTIFICATIONS}`,
  facts: 'ASimNetworkSessionVMwareCarbonBlackCloud 0.1.1',
  asim: { vendor: 'VMware', product: 'Carbon Black Cloud', types: ['EndpointNetworkSession', 'IDS'] },
  filter:
    'Events endpoint.event.netconn (others: notNetconn; without a peer: noPeer); a notification or alert that names both ends (others: enrichmentOnly).',
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
      columns: ['type', 'local_ip', 'remote_ip', 'netconn_inbound'],
      owns: (record) => typeof record.type === 'string' && record.type.startsWith('endpoint.event.'),
      read: (record) => new JsonRow(EVENTS, record),
    },
    { owns: isNotification, read: (record) => new JsonRow(NOTIFICATIONS, flatten(record)) },
  ],
};
